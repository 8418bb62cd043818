"""The worked examples of a ministry's consumer, as a ministry runs them: outside, over TLS and SCRAM, and killed again and again."""

import glob
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from cases import adopted, referred
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from forum import CHECKOUT, eventually, in_seconds
from secured import broker_of

pytestmark = pytest.mark.real_kafka

SCRIPT = CHECKOUT / "deploy/examples/ministry-consumer-python/consumer.py"
TYPES = ["kr.forum.case.assigned.v1", "kr.forum.case.accepted.v1", "kr.forum.case.answered.v1"]
CASES = 150
DUE = "2027-01-31T14:59:59.999Z"


@pytest.fixture(scope="module")
def broker(forum):
    with broker_of(forum) as broker:
        yield broker


@pytest.fixture(scope="module")
def known(forum):
    """A case that the ministry has before it ever subscribes: the snapshot brings it."""
    return adopted(forum, referred(forum, "consumers"))


@pytest.fixture(scope="module")
def password(forum, broker, known):
    file = broker.folder / "ministry.password"
    add = ["ministry", "add", known["ministry"]["slug"], "--password-file", str(file)]
    for command in (["topics", "create"], ["access", "grant"], add):
        program = [str(forum.state / "bin/forumctl"), *command]
        environment = forum.environment | broker.settings("forumctl")
        result = subprocess.run(program, env=environment, capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, result.stdout + result.stderr
    return file


class Example:
    """One of the examples with an inbox of its own."""

    def __init__(self, forum, broker, known, password, folder):
        self.folder = folder
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "FORUM_URL": forum.url,
            "FORUM_KAFKA": broker.external,
            "FORUM_MINISTRY": known["ministry"]["slug"],
            "FORUM_PASSWORD_FILE": str(password),
            "FORUM_CA_FILE": str(broker.authority),
        }
        self.prepare(forum)

    def start(self, name="log"):
        with (self.folder / name).open("ab") as output:
            return subprocess.Popen(self.command, env=self.environment, stdout=output, stderr=output)

    def log(self, name="log"):
        return (self.folder / name).read_text(errors="replace")


class PythonExample(Example):
    def prepare(self, forum):
        self.file = self.folder / "inbox.sqlite"
        self.command = [sys.executable, str(SCRIPT), str(self.file)]

    def rows(self, query):
        if not self.file.exists():
            return []
        database = sqlite3.connect(self.file, timeout=30)
        try:
            return [[str(value) for value in row] for row in database.execute(query)]
        except sqlite3.OperationalError:
            return []  # No tables yet.
        finally:
            database.close()

    def change(self, statement):
        database = sqlite3.connect(self.file, timeout=30)
        with database:
            database.execute(statement)
        database.close()

    def close(self):
        pass


class SwiftExample(Example):
    def prepare(self, forum):
        self.forum, self.database = forum, f"inbox_{uuid.uuid4().hex[:12]}"
        forum.sql(f"CREATE DATABASE {self.database} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'", database="postgres")
        self.command = [str((forum.state / "bin/forumctl").resolve().parent / "ministry-consumer")]
        # Debian's own cannot log in with SCRAM to this broker.
        (library,) = glob.glob(f"{sys.prefix}/lib/python3*/site-packages/confluent_kafka.libs/librdkafka-*.so.1")
        (self.folder / "librdkafka.so.1").symlink_to(library)
        self.environment |= {
            "LD_LIBRARY_PATH": str(self.folder),
            "INBOX_HOST": forum.environment["FORUM_DATABASE_HOST"],
            "INBOX_PORT": forum.environment["FORUM_DATABASE_PORT"],
            "INBOX_DATABASE": self.database,
            "INBOX_USER": os.environ["FORUM_TEST_DATABASE_USER"],
            "INBOX_PASSWORD": os.environ["FORUM_TEST_DATABASE_PASSWORD"],
        }

    def rows(self, query):
        table = query.split(" FROM ")[1].split()[0]
        if self.forum.sql(f"SELECT to_regclass('{table}') IS NULL", database=self.database) == [["t"]]:
            return []
        return self.forum.sql(query, database=self.database)

    def change(self, statement):
        self.forum.sql(statement, database=self.database)

    def close(self):
        self.forum.sql(f"DROP DATABASE {self.database} WITH (FORCE)", database="postgres")


@pytest.fixture(params=[PythonExample, SwiftExample], ids=["python", "swift"])
def example(request, forum, broker, known, password, tmp_path):
    example = request.param(forum, broker, known, password, tmp_path)
    yield example
    example.close()


class Referrals:
    """Cases as referral would tell them, many of the messages more than once, as at-least-once delivery allows."""

    def __init__(self, broker, slug, chance):
        self.topic, self.chance = f"forum.referrals.{slug}", chance
        self.producer = Producer(broker.client("referral") | {"enable.idempotence": True})
        self.ids, self.last, self.sent, self.failed = set(), {}, 0, 0

    def send(self, case, sequence, kind, **members):
        value = {"caseID": case, "proposal": str(uuid.uuid4()), "title": f"과제 {case[:8]}", "dueAt": DUE} | members
        identifier = str(uuid.uuid4())
        headers = {
            "content-type": "application/json", "ce_specversion": "1.0", "ce_id": identifier, "ce_source": "/forum/referral",
            "ce_type": kind, "ce_time": in_seconds(0), "ce_subject": case, "ce_sequence": str(sequence),
        }
        for _ in range(self.chance.choice([1, 1, 2, 3])):
            self.producer.produce(self.topic, json.dumps(value), case, headers=headers, on_delivery=self.delivered)
            self.sent += 1
        self.ids.add(identifier)
        self.last[case] = (kind, str(sequence))

    def delivered(self, error, _):
        self.failed += error is not None

    def send_all(self):
        cases = [str(uuid.uuid4()) for _ in range(CASES)]
        for sequence, kind in enumerate(TYPES, 1):
            for case in cases:
                self.send(case, sequence, kind)
                self.producer.poll(0)
                time.sleep(0.02)
        assert self.producer.flush(60) == 0


class CaseList:
    """The Forum's list of a ministry's cases, one a page, as a test has it."""

    def __init__(self):
        self.cases = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                place = int(parse_qs(urlsplit(self.path).query).get("after", ["0"])[0])
                page = {"items": outer.cases[place : place + 1]}
                if place + 1 < len(outer.cases):
                    page["next"] = str(place + 1)
                body = json.dumps(page).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def ends(broker, topic):
    consumer = Consumer(broker.client("forumctl") | {"group.id": "ends"})
    found = {str(number): str(consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)[1]) for number in range(3)}
    consumer.close()
    return found


def test_killed_again_and_again_it_registers_every_case_once(example, broker, known):
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    referrals = Referrals(broker, known["ministry"]["slug"], chance)
    # The first start stands before all that is sent here; before that, nothing of the topic is to be read.
    process = example.start()
    eventually(lambda: len(example.rows("SELECT partition FROM position")) == 3, 60, lambda: example.log())
    sender = threading.Thread(target=referrals.send_all)
    sender.start()
    kills = 0
    try:
        while sender.is_alive() or kills < 6:
            time.sleep(chance.uniform(0.3, 2.5))
            assert process.poll() is None, example.log()
            process.kill()
            process.wait(10)
            kills += 1
            process = example.start()
        sender.join()
        wanted = ends(broker, referrals.topic)

        def has_read_all():
            assert process.poll() is None, example.log()
            return dict(example.rows("SELECT partition, next FROM position")) == wanted

        eventually(has_read_all, 90, lambda: example.log())
        eventually(lambda: example.rows("SELECT count(*) FROM inbox WHERE NOT done") == [["0"]], 30, "all is done")
    finally:
        process.kill()
        process.wait(10)
        sender.join()
    assert kills >= 6 and referrals.failed == 0 and referrals.sent > len(referrals.ids) == CASES * len(TYPES)
    inbox = [row[0] for row in example.rows("SELECT id FROM inbox")]
    assert len(inbox) == len(set(inbox)) and set(inbox) == referrals.ids
    register = {row[0]: (row[1], row[2]) for row in example.rows("SELECT case_id, last_type, last_sequence FROM register")}
    snapshot = {case for case, (kind, _) in register.items() if kind == "snapshot"}
    assert known["id"] in snapshot
    assert {case: row for case, row in register.items() if case not in snapshot} == referrals.last


def test_a_second_one_on_the_same_inbox_gives_way(example, broker, known):
    referrals = Referrals(broker, known["ministry"]["slug"], random.Random(1))
    processes = [example.start("first"), example.start("second")]
    try:
        both = ("first", "second")
        eventually(lambda: all("reading" in example.log(name) for name in both), 60, lambda: [example.log(name) for name in both])
        cases = [str(uuid.uuid4()) for _ in range(40)]

        def one_has_ended():
            for case in cases:
                referrals.send(case, 1, TYPES[0])
            referrals.producer.flush(10)
            cases[:] = [str(uuid.uuid4()) for _ in range(40)]
            return any(process.poll() is not None for process in processes)

        eventually(one_has_ended, 60, "one of them gives way", 0.5)
        assert any("another process reads into this inbox" in example.log(name) for name in both)
        eventually(lambda: {row[0] for row in example.rows("SELECT id FROM inbox")} >= referrals.ids, 60, "nothing is lost")
    finally:
        for process in processes:
            process.kill()
            process.wait(10)


def test_one_that_starts_while_another_makes_the_inbox_waits(forum, broker, known, password, tmp_path):
    example = PythonExample(forum, broker, known, password, tmp_path)
    other = sqlite3.connect(example.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("CREATE TABLE position (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL)")
    process = example.start()
    try:
        time.sleep(2)
        assert process.poll() is None, example.log()
        other.execute("COMMIT")
        eventually(lambda: "reading" in example.log(), 60, lambda: example.log())
    finally:
        other.close()
        process.kill()
        process.wait(10)


def register(example):
    rows = example.rows("SELECT case_id, title, coalesce(due, '-'), last_type, last_sequence FROM register")
    return {row[0]: tuple(row[1:]) for row in rows}


def runs_until(example, condition):
    process = example.start()
    try:
        eventually(condition, 60, lambda: f"{register(example)} {example.log()}")
    finally:
        process.kill()
        process.wait(10)


def test_what_a_milestone_is_due_by_is_not_what_the_case_is_due_by(example, broker, known):
    referrals = Referrals(broker, known["ministry"]["slug"], random.Random(3))
    case, earlier, later = str(uuid.uuid4()), "2026-12-31T14:59:59.999Z", "2027-03-31T14:59:59.999Z"
    milestone = {"number": 1, "title": "노선도", "deliverable": "노선도", "startsOn": "2026-12-01", "status": "limited"}
    sent = [
        ("assigned", {}, DUE),
        ("reminded", {"milestone": 1, "milestoneTitle": "노선도", "dueAt": earlier}, DUE),
        ("overdue", {"milestone": 1, "milestoneTitle": "노선도", "dueAt": earlier}, DUE),
        ("escalated", {"milestone": 1, "milestoneTitle": "노선도", "dueAt": earlier}, DUE),
        # The milestone as it is now; what is due is what the ministry owes.
        ("delayed", {"milestone": milestone | {"endsOn": "2027-02-15"}, "dueAt": later}, later),
        ("overdue", {"dueAt": later}, later),
        ("planned", {"milestones": [milestone | {"endsOn": "2027-01-31"}], "dueAt": DUE}, DUE),
    ]
    with CaseList() as forum:
        example.environment["FORUM_URL"] = forum.url
        runs_until(example, lambda: len(example.rows("SELECT partition FROM position")) == 3)
        for sequence, (kind, members, due) in enumerate(sent, 1):
            kind = f"kr.forum.case.{kind}.v1"
            referrals.send(case, sequence, kind, **members)
            assert referrals.producer.flush(30) == 0
            runs_until(example, lambda: register(example).get(case, ("",))[-1] == str(sequence))
            assert register(example)[case] == (f"과제 {case[:8]}", due, kind, str(sequence))


def test_after_too_long_an_absence_what_the_snapshot_says_holds(example, broker, known):
    referrals = Referrals(broker, known["ministry"]["slug"], random.Random(2))
    changed, ended, away, late = (str(uuid.uuid4()) for _ in range(4))

    def send(case, sequence, kind):
        referrals.send(case, sequence, kind)
        assert referrals.producer.flush(30) == 0

    with CaseList() as forum:
        example.environment["FORUM_URL"] = forum.url
        runs_until(example, lambda: len(example.rows("SELECT partition FROM position")) == 3)
        for case in (changed, ended, away):
            send(case, 1, TYPES[0])
            send(case, 2, TYPES[1])
        read = {case: (f"과제 {case[:8]}", DUE, TYPES[1], "2") for case in (changed, ended, away)}
        runs_until(example, lambda: register(example) == read)

        # It died between its two transactions, and while it was away messages came and went that it has not seen.
        example.change(f"UPDATE register SET last_sequence = 1, last_type = '{TYPES[0]}' WHERE case_id = '{ended}'")
        example.change(f"UPDATE inbox SET done = false WHERE case_id = '{ended}' AND sequence = 2")
        for case in (changed, ended, late):
            send(case, 3, TYPES[1])
        # This one went to another ministry: the snapshot does not have it.
        send(away, 3, "kr.forum.case.transferred.v1")
        gone = [TopicPartition(referrals.topic, int(number), int(end)) for number, end in ends(broker, referrals.topic).items()]
        admin = AdminClient(broker.client("forumctl"))
        for result in admin.delete_records(gone).values():
            result.result(30)
        forum.cases = [
            {"id": changed, "title": "새 제목", "dueAt": "2028-02-29T14:59:59.999Z"},
            {"id": ended, "title": "끝난 과제"},
            {"id": late, "title": "늦은 과제", "dueAt": "2028-03-31T14:59:59.999Z"},
        ]
        snapshot = {
            changed: ("새 제목", "2028-02-29T14:59:59.999Z", "snapshot", "2"),
            ended: ("끝난 과제", "-", "snapshot", "2"),
            away: (f"과제 {away[:8]}", "-", "gone", "2"),
            late: ("늦은 과제", "2028-03-31T14:59:59.999Z", "snapshot", "0"),
        }
        runs_until(example, lambda: register(example) == snapshot)
        assert example.rows("SELECT count(*) FROM inbox WHERE NOT done") == [["0"]]

        # And the topic goes on from there, also for one that comes back.
        forum.cases = []
        send(changed, 4, TYPES[2])
        send(away, 4, TYPES[0])
        later = {
            changed: (f"과제 {changed[:8]}", DUE, TYPES[2], "4"),
            away: (f"과제 {away[:8]}", DUE, TYPES[0], "4"),
        }
        runs_until(example, lambda: register(example) == snapshot | later)
