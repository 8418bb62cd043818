"""More ballots than can be taken, and clients that never finish: the ballot box turns away what is too much and serves the rest."""

import asyncio
import json
import re
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from ballots import check_the_count
from forum import eventually

MEGABYTE = 1 << 20


class BallotBox:
    """A voting process of its own beside the system's, with other limits."""

    def __init__(self, forum, port_distance, **settings):
        self.forum = forum
        self.port = forum.port_base + port_distance
        self.base = f"http://127.0.0.1:{self.port}"
        environment = dict(
            part.split("=", 1)
            for part in Path(f"/proc/{forum.process('voting')}/environ").read_text().split("\0")
            if "=" in part
        )
        environment |= {"FORUM_HTTP_PORT": str(self.port)}
        environment |= {f"FORUM_{name}": str(value) for name, value in settings.items()}
        self.log = (forum.state / "logs" / "voting-overload.log").open("a")
        program = str(forum.state / "bin" / "voting")
        self.process = subprocess.Popen([program], env=environment, stdout=self.log, stderr=self.log)

    def __enter__(self):
        try:
            eventually(self.is_ready, 60, "the ballot box is ready")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(40)
        finally:
            self.process.kill()
            self.log.close()

    def is_ready(self):
        try:
            return self.forum.get("/readyz", base=self.base, timeout=3).status_code == 200
        except OSError:
            return False

    @property
    def memory(self):
        """Bytes that the process holds in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024


def message(proposal, token, body=b'{"choice":"yes"}'):
    head = f"POST /v1/proposals/{proposal}/ballots HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def read_answer(reader):
    """Status, header fields and body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in head.split("\r\n")[1:-2])}
    return int(head.split()[1]), fields, await reader.readexactly(int(fields["content-length"]))


class Flood:
    """Voters on kept-alive connections, each of whom casts again as soon as there is an answer."""

    def __init__(self, box, proposal, tokens, connections, seconds):
        self.box, self.proposal, self.tokens = box, proposal, tokens
        self.connections, self.seconds = connections, seconds
        self.statuses = Counter()
        self.waits, self.receipts, self.unpolite = [], [], []
        self.memory = []
        asyncio.run(self._run())

    @property
    def slowest_of_hundred(self):
        return sorted(self.waits)[max(0, len(self.waits) * 99 // 100 - 1)]

    async def _run(self):
        self.end = time.monotonic() + self.seconds
        await asyncio.gather(self._watch(), *(self._vote(index) for index in range(self.connections)))

    async def _watch(self):
        while time.monotonic() < self.end:
            self.memory.append(self.box.memory)
            await asyncio.sleep(0.2)

    async def _vote(self, index):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.box.port)
        sent = 0
        while time.monotonic() < self.end:
            token = self.tokens[(index + sent * self.connections) % len(self.tokens)]
            sent += 1
            began = time.monotonic()
            writer.write(message(self.proposal, token))
            status, fields, body = await asyncio.wait_for(read_answer(reader), 30)
            self.statuses[status] += 1
            if status == 202:
                self.waits.append(time.monotonic() - began)
                self.receipts.append((token, json.loads(body)["receipt"]))
            elif not re.fullmatch(r"[1-9][0-9]?", fields.get("retry-after", "")):
                self.unpolite.append((status, body))
            # Who is turned away comes again soon, though not at once: the machine has other work than ours.
            await asyncio.sleep(0.002 if status == 202 else 0.05)
        writer.close()


def test_ten_times_too_many_ballots_are_turned_away_and_the_others_do_not_wait(whole_forum):
    proposal = whole_forum.open_vote()
    # So few may wait for Kafka, and each waits a tenth of a second there: about 150 a second can be taken.
    with BallotBox(whole_forum, 90, VOTING_BALLOTS_IN_FLIGHT=16, VOTING_LINGER_MS=100) as box:
        Flood(box, proposal, whole_forum.tokens(200), connections=40, seconds=4)
        before = box.memory
        flood = Flood(box, proposal, whole_forum.tokens(400), connections=200, seconds=12)
        taken, refused = flood.statuses[202], flood.statuses[429] + flood.statuses[503]
        assert set(flood.statuses) <= {202, 429, 503}, flood.statuses
        assert flood.unpolite == []
        assert taken >= 100 and refused >= 5 * taken, flood.statuses
        assert flood.slowest_of_hundred < 1, f"p99 of the accepted: {flood.slowest_of_hundred}"
        assert max(flood.memory) < before + 48 * MEGABYTE, (before, flood.memory)

        began = time.monotonic()
        in_a_row = 0
        while in_a_row < 20:
            taken = whole_forum.cast(proposal, whole_forum.token("after-the-flood"), base=box.base).status_code == 202
            in_a_row = in_a_row + 1 if taken else 0
            assert time.monotonic() < began + 10, "well again within ten seconds"

        for token, receipt in flood.receipts[:: max(1, len(flood.receipts) // 30)]:
            eventually(
                lambda: whole_forum.ballot(proposal, token, receipt)["state"] in ("counted", "already-voted"),
                60,
                "a ballot that was taken is counted",
            )
    check_the_count(whole_forum)


async def drip(port, start, piece, closed, seconds):
    """Sends a little now and then; notes when the service has had enough."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    try:
        writer.write(start)
        while time.monotonic() < began + seconds:
            writer.write(piece)
            await writer.drain()
            try:
                if await asyncio.wait_for(reader.read(65536), 0.5) == b"":
                    break
            except asyncio.TimeoutError:
                pass
    except ConnectionError:
        pass
    else:
        if time.monotonic() >= began + seconds:
            return
    finally:
        writer.close()
    closed.append(time.monotonic() - began)


async def never_read(port, request, seconds):
    """Sends requests without ever looking at an answer, as many as the sockets take."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.transport.pause_reading()
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            if writer.transport.get_write_buffer_size() < 1 << 16:
                writer.write(request * 20)
            await asyncio.sleep(0.05)
    except ConnectionError:
        pass
    finally:
        writer.transport.abort()


@pytest.mark.timeout(300)
def test_slow_clients_hold_neither_the_ballot_box_nor_its_memory(whole_forum):
    proposal = whole_forum.open_vote()
    token = whole_forum.token("quick")
    seconds = 25
    with BallotBox(whole_forum, 90) as box:
        assert whole_forum.cast(proposal, token, base=box.base).status_code == 202
        before = box.memory
        memory, waits, headers, bodies = [], [], [], []

        async def vote():
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                began = time.monotonic()
                reader, writer = await asyncio.open_connection("127.0.0.1", box.port)
                writer.write(message(proposal, token))
                status, _, _ = await asyncio.wait_for(read_answer(reader), 20)
                writer.close()
                assert status == 202, status
                waits.append(time.monotonic() - began)
                memory.append(box.memory)
                await asyncio.sleep(0.1)

        async def run():
            unfinished = message(proposal, token, b" " * 16_000)[:-15_990]
            await asyncio.gather(
                vote(),
                *(drip(box.port, b"POST /v1/proposals HTTP/1.1\r\nHost: a\r\nX: ", b"y", headers, seconds) for _ in range(300)),
                *(drip(box.port, unfinished, b" ", bodies, seconds) for _ in range(300)),
                *(never_read(box.port, b"GET /v1/votes HTTP/1.1\r\nHost: a\r\n\r\n", seconds) for _ in range(20)),
            )

        asyncio.run(run())
        assert len(headers) == 300 and len(bodies) == 300, "each was cut off"
        assert len(waits) >= 20
        assert sorted(waits)[len(waits) * 99 // 100 - 1] < 5, waits
        assert max(memory) < before + 64 * MEGABYTE, (before, max(memory))
        eventually(
            lambda: re.search(r"^forum_http_connections 1(\.0)?$", whole_forum.get("/metrics", base=box.base).text, re.MULTILINE), 40, "all have been let go"
        )


def test_too_many_ballots_of_one_sender_are_refused_with_the_time_to_wait(forum):
    proposal = forum.open_vote(title="한 사람이 여러 번")
    voters = forum.tokens(20)
    with BallotBox(forum, 90, VOTING_VOTER_RATE=4, VOTING_ADDRESS_RATE=8) as box:
        eventually(lambda: forum.cast(proposal, voters[0], base=box.base).status_code == 202, 20, "the vote is known there")
        codes = [forum.cast(proposal, voters[1], base=box.base) for _ in range(3)]
        assert [answer.status_code for answer in codes] == [202, 202, 429]
        assert codes[2].json()["type"].endswith("/too-many-ballots")
        assert 1 <= int(codes[2].headers["Retry-After"]) <= 15
        # Sixteen at once from one address; the proxy on this machine says which.
        others = {"X-Forwarded-For": "203.0.113.9"}
        crowd = [forum.cast(proposal, token, base=box.base, headers=others) for token in voters[2:]]
        assert [answer.status_code for answer in crowd] == [202] * 16 + [429] * 2
    check_the_count(forum)
