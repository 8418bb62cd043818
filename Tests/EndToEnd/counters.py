"""Counters that a test starts, freezes and kills itself, ballots for them, and a way into PostgreSQL that breaks in COMMIT."""

import contextlib
import hashlib
import random
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

from ballots import PARTITIONS, TOPIC, ballot, ballot_key, new_producer, partition_of, produce
from confluent_kafka import Consumer, TopicPartition
from forum import eventually


def seeded(seed):
    """Chances that come again with the seed, which a failed test shows."""
    print(f"seed {seed}")
    return random.Random(seed)


class Counter:
    """One process, with a log of its own."""

    def __init__(self, program, environment, log):
        self.log_file = log
        with log.open("wb") as output:
            self.process = subprocess.Popen([program], env=environment, stdout=output, stderr=output)

    @property
    def log(self):
        return self.log_file.read_text(errors="replace")

    @property
    def has_ended(self):
        return self.process.poll() is not None

    @property
    def is_frozen(self):
        status = Path(f"/proc/{self.process.pid}/stat").read_text()
        return status.rpartition(")")[2].split()[0] == "T"

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        return self.process.wait(10)

    def terminate(self):
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(40)


class Counters:
    """Counters of the test's own in place of the system's."""

    def __init__(self, forum):
        self.forum = forum
        raw = Path(f"/proc/{forum.process('vote-counter')}/environ").read_text()
        self.environment = dict(part.split("=", 1) for part in raw.split("\0") if "=" in part)
        # Small batches, so that a step is reached more than once; a dead counter's partitions are free after a second.
        self.environment |= {
            "FORUM_HTTP_PORT": "0",
            "FORUM_KAFKA_SESSION_MS": "1000",
            "FORUM_VOTE_COUNTER_BATCH_SIZE": "80",
        }
        self.logs = forum.state / "logs" / "counters"
        self.logs.mkdir(exist_ok=True)
        self.started = []
        self.watch = Consumer({"bootstrap.servers": forum.bootstrap, "group.id": "watch"})

    def start(self, fail_point=None, **settings):
        """A further counter. `fail_point` as ServiceKit's FailPoint reads it; debug builds know it."""
        environment = self.environment | {f"FORUM_{name}": str(value) for name, value in settings.items()}
        if fail_point:
            environment["FAIL_POINT"] = fail_point
        program = str(self.forum.state / "bin" / "vote-counter")
        counter = Counter(program, environment, self.logs / f"{len(self.started)}.log")
        self.started.append(counter)
        return counter

    def close(self):
        for counter in self.started:
            if not counter.has_ended:
                counter.kill()
        self.watch.close()

    @property
    def behind(self):
        """Records of the log that are not counted yet."""
        # The count first: what is written meanwhile makes it look further behind than it is, never less.
        passed = standing(self.forum)
        places = [TopicPartition(TOPIC, partition) for partition in range(PARTITIONS)]
        return sum(self.watch.get_watermark_offsets(place, timeout=20)[1] for place in places) - passed

    def await_counted(self, seconds=60):
        eventually(lambda: self.behind == 0, seconds, lambda: f"all is counted; {self.behind} records are left")


def standing(forum):
    """The sum of the next offsets. What must hold at every moment, in the middle of everything, is checked on the way."""
    # One statement, so all of it is of one moment.
    ((passed, law, tallied, rows),) = forum.sql(
        "SELECT (SELECT coalesce(sum(next_offset), 0) FROM voting.consumer_offset WHERE topic = 'forum.ballots'), "
        "(SELECT bool_and(next_offset - base_offset = counted + duplicate + rejected) FROM voting.consumer_offset), "
        "(SELECT sum(yes + no + void + quarantined)::bigint FROM voting.tally), (SELECT count(*) FROM voting.ballot)"
    )
    assert law == "t", "the conservation law is broken"
    assert tallied == rows, f"{tallied} ballots in the tallies, {rows} rows"
    return int(passed)


# What the count has made of the log; nothing in it depends on the time, the batches or the process.
CONTENT = {
    "tally": "SELECT vote, yes, no, void, quarantined, crossed_at IS NOT NULL FROM voting.tally ORDER BY vote",
    "ballot": "SELECT * FROM voting.ballot ORDER BY vote, pseudonym",
    "ballot_control": "SELECT * FROM voting.ballot_control ORDER BY vote, action, partition",
    "ballot_schedule": "SELECT * FROM voting.ballot_schedule ORDER BY vote, partition, number",
    "ballot_mark": "SELECT * FROM voting.ballot_mark ORDER BY vote, pseudonym, kind",
    "ruling_end": "SELECT * FROM voting.ruling_end ORDER BY ruling, partition",
    "rejected_record": "SELECT topic, partition, record_offset, reason, key, value FROM voting.rejected_record "
    "WHERE topic = 'forum.ballots' ORDER BY partition, record_offset",
    "consumer_offset": "SELECT partition, base_offset, next_offset, counted, duplicate, rejected, fingerprint "
    "FROM voting.consumer_offset WHERE topic = 'forum.ballots' ORDER BY partition",
    "vote": "SELECT number, state, carried FROM voting.vote ORDER BY number",
}


def content(forum, database=None):
    """{table: its content as bytes}."""
    return {table: forum.dump(query, database) for table, query in CONTENT.items()}


class Voters:
    """Ballots straight into the log: new voters, some again with the other choice, and what is no ballot."""

    def __init__(self, forum, *proposals):
        self.forum, self.proposals = forum, proposals
        self.key = ballot_key(forum)
        self.producer = new_producer(forum)
        self.known = []
        self.written = 0

    def write(self, rng, count):
        records = [self._record(rng) for _ in range(count)]
        assert produce(self.forum, records, producer=self.producer) == {}
        self.written += count

    def _record(self, rng):
        kind = rng.random()
        if kind < 0.02:
            return rng.randrange(PARTITIONS), None, rng.randbytes(rng.choice([3, 91])), []
        if kind < 0.2 and self.known:
            proposal, pseudonym = rng.choice(self.known)
        else:
            proposal = rng.choice(self.proposals)
            # As in life a voter has another pseudonym on each proposal.
            pseudonym = hashlib.sha256(proposal.encode() + rng.randbytes(16)).digest()
            self.known.append((proposal, pseudonym))
        value = ballot(self.key, proposal, pseudonym, choice=rng.randrange(2))
        return partition_of(pseudonym), pseudonym[:16], value, []


@contextlib.contextmanager
def arriving(voters, rng, count, pause=0.25):
    """While it lasts, so many ballots come again and again; an error there is an error here."""
    stop, errors = threading.Event(), []

    def write():
        try:
            while not stop.wait(pause):
                voters.write(rng, count)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    assert not errors, errors


class BreakingDoor:
    """A way to PostgreSQL that breaks once, in the COMMIT of a transaction that has copied ballots.

    `moment` says when the client loses its connection, and with it the answer: "before" the server is given the COMMIT,
    "with" it, or "after" the server has answered, which is after the commit record is on the disk. `strike` is called
    just then.
    """

    COMMIT = b"Q\0\0\0\x0bCOMMIT\0"
    COMMITTED = b"COMMIT\0Z\0\0\0\5I"

    def __init__(self, forum, moment, strike=lambda: None):
        self.server = forum.environment["FORUM_DATABASE_HOST"], int(forum.environment["FORUM_DATABASE_PORT"])
        self.moment, self.strike = moment, strike
        self.has_struck = threading.Event()
        self.once = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                try:
                    server = socket.create_connection(self.server)
                except OSError:
                    client.close()
                    continue
                way = _Way(self, client, server)
                threading.Thread(target=way.ask, daemon=True).start()
                threading.Thread(target=way.answer, daemon=True).start()


class _Way:
    """One connection through the door, both directions."""

    def __init__(self, door, client, server):
        self.door, self.client, self.server = door, client, server
        self.has_copied = False
        self.is_doomed = False

    def ask(self):
        with contextlib.suppress(OSError):
            while data := self.client.recv(1 << 16):
                if b"COPY ballot" in data:
                    self.has_copied = True
                # libpq sends it alone, since it has awaited every answer before.
                if data == self.door.COMMIT:
                    if self.has_copied and self.door.once.acquire(blocking=False):
                        self.is_doomed = True
                        if self.door.moment == "before":
                            return self._break()
                    self.has_copied = False
                self.server.sendall(data)
                if self.is_doomed and self.door.moment == "with":
                    return self._break()
        self._close()

    def answer(self):
        with contextlib.suppress(OSError):
            while data := self.server.recv(1 << 16):
                if self.is_doomed:
                    if self.door.moment == "after" and data.endswith(self.door.COMMITTED):
                        return self._break()
                    continue
                self.client.sendall(data)
        if not self.is_doomed:
            self._close()

    def _break(self):
        self.door.strike()
        self._close()
        self.door.has_struck.set()

    def _close(self):
        for end in (self.client, self.server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
