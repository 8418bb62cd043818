#!/usr/bin/env python3
"""A ministry's consumer: every case that the ministry is put in charge of becomes exactly one entry of its register.

    pip install confluent-kafka
    FORUM_URL=https://forum.example FORUM_KAFKA=kafka.forum.example:9094 FORUM_MINISTRY=molit \\
      FORUM_PASSWORD_FILE=forum.password FORUM_CA_FILE=forum-ca.pem ./consumer.py inbox.sqlite

What makes it safe, and what to keep when it is rewritten for another database:

1. The offsets are in the database. One transaction takes a message into the inbox and moves the offset, so whatever is killed at
   whatever moment, a message is in the inbox once or comes again. Kafka's own offsets are written for tools that show the lag.
2. The inbox has the message's `ce_id` as its key. The Forum delivers at least once: what comes again changes nothing.
3. The work is done from the inbox and not from Kafka, with a key of its own (the case), in a second transaction.
4. The first start joins a snapshot and the topic: first the ends of the topic are looked up, then the cases are read from the API,
   then both are kept in one transaction, then the topic is read on from those ends. What happened in between is in both, and
   changes nothing the second time: messages tell a state, not a difference, and `ce_sequence` orders them within a case.
   A later snapshot, after so long an absence that messages are lost, overrules what the register had; what it does not have is
   the ministry's no longer.
"""

import json
import os
import sqlite3
import sys
import time
import urllib.parse
import urllib.request

from confluent_kafka import OFFSET_INVALID, Consumer, KafkaException, TopicPartition

TABLES = """
CREATE TABLE IF NOT EXISTS position (partition INTEGER PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS inbox (
  id TEXT PRIMARY KEY, case_id TEXT NOT NULL, sequence INTEGER NOT NULL, type TEXT NOT NULL, time TEXT NOT NULL,
  data TEXT NOT NULL, done INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS inbox_open ON inbox (case_id, sequence) WHERE NOT done;
CREATE TABLE IF NOT EXISTS register (
  case_id TEXT PRIMARY KEY, title TEXT NOT NULL, due TEXT, last_type TEXT NOT NULL, last_sequence INTEGER NOT NULL,
  registered_at TEXT NOT NULL);
"""


class Inbox:
    """The database. SQLite here; every statement is as good in PostgreSQL."""

    def __init__(self, file):
        self.db = sqlite3.connect(file, isolation_level=None, timeout=30)
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.executescript(TABLES)

    def positions(self):
        return dict(self.db.execute("SELECT partition, next FROM position"))

    def begin_with(self, ends, cases):
        """The snapshot and the place at which the topic goes on, both or neither."""
        with self:
            self.db.execute("DELETE FROM position")
            self.db.executemany("INSERT INTO position VALUES (?, ?)", ends.items())
            # Of what the snapshot does not have, another ministry is in charge; those that have ended are in it.
            self.db.execute("UPDATE register SET due = NULL, last_type = 'gone'")
            for case in cases:
                self.overrule(case["id"], case["title"], case.get("dueAt"))

    def take(self, messages):
        """Messages of one partition, in their order. False: another process reads here, and was faster."""
        partition, first, last = messages[0].partition(), messages[0].offset(), messages[-1].offset()
        with self:
            moved = self.db.execute(
                "UPDATE position SET next = ? WHERE partition = ? AND next <= ?", (last + 1, partition, first)
            )
            if moved.rowcount == 0:
                return False
            for message in messages:
                headers = {name: value.decode() for name, value in message.headers() or []}
                self.db.execute(
                    "INSERT INTO inbox (id, case_id, sequence, type, time, data) VALUES (?, ?, ?, ?, ?, ?)"
                    " ON CONFLICT (id) DO NOTHING",
                    (
                        headers["ce_id"], headers["ce_subject"], int(headers["ce_sequence"]), headers["ce_type"],
                        headers["ce_time"], message.value().decode(),
                    ),
                )
        return True

    def work(self):
        """Does what the inbox asks for; each message once, those of a case in their order."""
        rows = self.db.execute("SELECT id, case_id, sequence, type, data FROM inbox WHERE NOT done ORDER BY case_id, sequence")
        for identifier, case, sequence, kind, data in rows.fetchall():
            event = json.loads(data)
            with self:
                # The place for the ministry's own work. What goes outside, such as
                # POST /v1/cases/{id}/acceptance, takes `identifier` as its Idempotency-Key.
                self.register(case, event["title"], due_of_case(event), kind, sequence)
                self.db.execute("UPDATE inbox SET done = 1 WHERE id = ?", (identifier,))

    def overrule(self, case, title, due):
        """What the snapshot says holds, a due date that is no more included. The messages that come are still numbered on."""
        self.db.execute(
            "INSERT INTO register VALUES (?, ?, ?, 'snapshot', 0, ?) ON CONFLICT (case_id) DO UPDATE SET title = excluded.title,"
            " due = excluded.due, last_type = excluded.last_type",
            (case, title, due, now()),
        )

    def register(self, case, title, due, kind, sequence):
        """As the latest message of the case has it; one that names no due date leaves the one that is there."""
        self.db.execute(
            "INSERT INTO register VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (case_id) DO UPDATE SET title = excluded.title,"
            " due = coalesce(excluded.due, due), last_type = excluded.last_type, last_sequence = excluded.last_sequence"
            " WHERE excluded.last_sequence > register.last_sequence",
            (case, title, due, kind, sequence, now()),
        )

    def __enter__(self):
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, fault, *_):
        self.db.execute("COMMIT" if fault is None else "ROLLBACK")


def due_of_case(event):
    """None in what is told of the time of one milestone, by its number: that is no due date of the case."""
    return None if isinstance(event.get("milestone"), int) else event.get("dueAt")


def now():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def cases_in_charge(url, ministry):
    """All cases that the ministry has now, page by page."""
    after = ""
    while True:
        query = f"ministry={ministry}&limit=100{after}"
        with urllib.request.urlopen(f"{url}/v1/cases?{query}", timeout=30) as answer:
            page = json.load(answer)
        yield from page["items"]
        if not page.get("next"):
            return
        after = "&after=" + urllib.parse.quote(page["next"], safe="")


def new_consumer(environment):
    ministry = environment["FORUM_MINISTRY"]
    settings = {
        "bootstrap.servers": environment["FORUM_KAFKA"],
        "group.id": f"ministry-{ministry}.inbox",
        "enable.auto.commit": False,
        "auto.offset.reset": "error",
    }
    if "FORUM_PASSWORD_FILE" in environment:
        with open(environment["FORUM_PASSWORD_FILE"], encoding="ascii") as file:
            password = file.read().strip()
        settings |= {
            "security.protocol": "SASL_SSL",
            "sasl.mechanisms": "SCRAM-SHA-512",
            "sasl.username": f"ministry-{ministry}",
            "sasl.password": password,
            "ssl.ca.location": environment["FORUM_CA_FILE"],
        }
    return Consumer(settings)


def bounds(consumer, topic):
    """The first and the next offset of every partition."""
    partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
    return {number: consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=30) for number in partitions}


def main(file, environment):
    ministry = environment["FORUM_MINISTRY"]
    topic = f"forum.referrals.{ministry}"
    inbox, consumer = Inbox(file), new_consumer(environment)
    # What was taken and not done is older than any snapshot.
    inbox.work()

    found, positions = bounds(consumer, topic), inbox.positions()
    if not positions or any(positions.get(number, OFFSET_INVALID) < low for number, (low, _) in found.items()):
        # The first start, or one after more than 400 days: the topic alone does not hold everything.
        cases = list(cases_in_charge(environment["FORUM_URL"], ministry))
        inbox.begin_with({number: high for number, (_, high) in found.items()}, cases)
        positions = inbox.positions()
    consumer.assign([TopicPartition(topic, number, offset) for number, offset in positions.items()])
    print("reading", topic, positions, flush=True)
    while True:
        batch = {}
        for message in consumer.consume(num_messages=500, timeout=1.0):
            if message.error():
                raise KafkaException(message.error())
            batch.setdefault(message.partition(), []).append(message)
        for partition, messages in batch.items():
            if not inbox.take(messages):
                sys.exit("another process reads into this inbox")
            place = TopicPartition(topic, partition, messages[-1].offset() + 1)
            consumer.commit(offsets=[place], asynchronous=True)
        if batch:
            inbox.work()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1], os.environ)
