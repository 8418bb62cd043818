"""SIGTERM under load.

What counts as kept: an answer of 2xx or 503, or a connection that the kernel refused, for then no request was sent. What
does not: any other status, and a request that was sent and got no answer. That holds for a new connection and for one that was
kept alive. Through nginx there is always an answer.
"""

import json
import socket
import threading
import time
from collections import Counter
from urllib.parse import urlsplit

import pytest
import requests
from forum import SERVICES, eventually


class Loader:
    """Workers that send one request after the other over raw sockets, and note what became of each."""

    def __init__(self, base, requests_by_worker, keep_alive):
        self.address = (urlsplit(base).hostname, urlsplit(base).port)
        self.outcomes = Counter()
        self.lock = threading.Lock()
        self.ending = threading.Event()
        self.threads = [
            threading.Thread(target=self._work, args=(make, keep_alive), daemon=True) for make in requests_by_worker
        ]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.ending.set()
        for thread in self.threads:
            thread.join(30)
        return dict(self.outcomes)

    def _note(self, outcome):
        with self.lock:
            self.outcomes[outcome] += 1

    def _work(self, make, keep_alive):
        connection = None
        while not self.ending.is_set():
            if connection is None:
                try:
                    connection = socket.create_connection(self.address, 10)
                    connection.settimeout(30)
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    is_new = True
                except ConnectionRefusedError:
                    self._note("refused")
                    time.sleep(0.05)
                    continue
                except OSError:
                    # Reset before the handshake was answered to us: nothing was sent.
                    self._note("not connected")
                    time.sleep(0.05)
                    continue
            if not is_new and peer_has_closed(connection):
                # The end was there to be seen before anything was sent.
                connection.close()
                connection = None
                continue
            try:
                connection.sendall(make())
                status, closes = read_answer(connection)
                self._note(status)
            except (OSError, EOFError):
                self._note("unanswered, new connection" if is_new else "unanswered, kept alive")
                status, closes = 0, True
            is_new = False
            if closes or not keep_alive:
                connection.close()
                connection = None


def peer_has_closed(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(30)


def read_answer(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise EOFError
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
    while len(body) < int(fields.get("content-length", 0)):
        piece = connection.recv(65536)
        if not piece:
            raise EOFError
        body += piece
    return int(lines[0].split()[1]), fields.get("connection", "").lower() == "close"


def message(method, path, token=None, body=None):
    data = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: forum\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    return head.encode() + b"\r\n" + data


def workload(forum, name, count):
    """What so many workers send to a service, over and over: writing where it takes writes."""
    if name == "intake":
        return [lambda t=forum.token(f"drain-{n}"): message("POST", "/v1/proposals", t, forum.draft()) for n in range(count)]
    if name == "moderation":
        return [lambda: message("GET", "/v1/reviews?limit=5", forum.support_unit)] * count
    if name == "voting":
        proposal = forum.open_vote()
        tokens = iter(forum.tokens(20_000))
        lock = threading.Lock()

        def cast():
            with lock:
                token = next(tokens)
            return message("POST", f"/v1/proposals/{proposal}/ballots", token, {"choice": "yes"})

        return [cast] * count
    if name == "notification":
        contact = {"email": "drain@example.org", "language": "ko"}
        return [
            lambda t=forum.token(f"drain-{n}"): message("PUT", "/v1/contact", t, contact) for n in range(count)
        ]
    path = {"vote-counter": "/metrics", "referral": "/v1/cases", "portal": "/"}[name]
    return [lambda: message("GET", path)] * count


def is_kept(outcome):
    return outcome in ("refused", "not connected", 503) or (isinstance(outcome, int) and 200 <= outcome < 300)


@pytest.mark.parametrize("name", SERVICES)
def test_no_request_fails_but_with_503_when_a_service_is_told_to_stop(whole_forum, name):
    makers = workload(whole_forum, name, 6)
    kept_alive = Loader(whole_forum.direct(name), makers[:4], keep_alive=True)
    renewed = Loader(whole_forum.direct(name), makers[4:], keep_alive=False)
    time.sleep(1)
    whole_forum.terminate(name)
    whole_forum.service("start", name)
    time.sleep(0.5)
    outcomes = {"kept alive": kept_alive.end(), "renewed": renewed.end()}
    for kind, counts in outcomes.items():
        assert any(isinstance(o, int) and 200 <= o < 300 for o in counts), outcomes
        assert all(is_kept(outcome) for outcome in counts), f"{kind}: {outcomes}"


@pytest.mark.parametrize("name", ["intake", "voting", "portal"])
def test_behind_nginx_every_request_gets_an_answer_while_a_service_is_restarted(whole_forum, name):
    loader = Loader(whole_forum.url, workload(whole_forum, name, 6), keep_alive=True)
    time.sleep(1)
    whole_forum.terminate(name)
    whole_forum.service("start", name)
    eventually(lambda: whole_forum.is_ready(name), 30)
    time.sleep(1)
    outcomes = loader.end()
    assert set(outcomes) <= {200, 201, 202, 204, 503}, outcomes
    assert set(outcomes) & {200, 201, 202, 204}, outcomes


def test_a_ballot_answered_202_while_voting_stops_is_counted(whole_forum):
    proposal = whole_forum.open_vote()
    tokens = whole_forum.tokens(3000)
    accepted = []
    lock = threading.Lock()
    position = iter(range(len(tokens)))

    def work():
        session = requests.Session()
        session.trust_env = False
        while True:
            with lock:
                index = next(position, None)
            if index is None or stopping.is_set():
                return
            headers = {"Authorization": f"Bearer {tokens[index]}"}
            try:
                answer = session.post(
                    f"{whole_forum.direct('voting')}/v1/proposals/{proposal}/ballots", json={"choice": "yes"},
                    headers=headers, timeout=30,
                )
            except requests.RequestException:
                continue
            if answer.status_code == 202:
                with lock:
                    accepted.append((index, answer.json()["receipt"]))

    stopping = threading.Event()
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(accepted) > 200, 30, "ballots are taken")
    whole_forum.terminate("voting")
    stopping.set()
    for thread in threads:
        thread.join()
    whole_forum.service("start", "voting")
    for index, receipt in accepted[::10] + accepted[-50:]:
        state = lambda: whole_forum.ballot(proposal, tokens[index], receipt)["state"]
        eventually(lambda: state() == "counted", 30, f"the ballot {receipt} is counted")
    assert whole_forum.vote(proposal)["tally"]["yes"] >= len(accepted)
