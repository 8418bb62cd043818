"""The ballots' log, counted again from its first record by other code than the counter's (layout: Contracts/BallotRecord.swift)."""

import hashlib
import hmac
import struct
import time
import uuid
from collections import Counter, defaultdict
from datetime import datetime

from confluent_kafka import Consumer, Producer, TopicPartition

TOPIC = "forum.ballots"
PARTITIONS = 12
LENGTH = 91
FIGURES = ("yes", "no", "void", "quarantined")
# Kinds of records.
ORDINARY, CONTROL, QUARANTINED, RULING = range(4)


def milliseconds(text):
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def ballot_key(forum):
    return bytes.fromhex((forum.state / "secrets" / "ballot-mac.key").read_text().strip())


def seal(key, body):
    return body + hmac.new(key, body, hashlib.sha256).digest()[:16]


def ballot(key, proposal, pseudonym, choice=1, accepted=None, version=1, kind=0):
    """A ballot's record; the wrong values of a test included."""
    accepted = int(time.time() * 1000) if accepted is None else accepted
    body = struct.pack(">BB", version, kind) + uuid.UUID(proposal).bytes + pseudonym
    body += struct.pack(">B16sQ", choice, bytes(16), accepted)
    return seal(key, body)


def partition_of(pseudonym):
    return int.from_bytes(pseudonym[:8], "big") % PARTITIONS


def read_all(forum, topic=TOPIC, partitions=PARTITIONS):
    """All records of a topic up to its present end: {partition: [(offset, key, value, headers)]}."""
    consumer = Consumer(
        {
            "bootstrap.servers": forum.bootstrap,
            "group.id": f"recount-{uuid.uuid4()}",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 20,
        }
    )
    try:
        ends = {}
        records = {partition: [] for partition in range(partitions)}
        starts = []
        for partition in range(partitions):
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)
            if high > low:
                ends[partition] = high
            starts.append(TopicPartition(topic, partition, low))
        consumer.assign(starts)
        deadline = time.monotonic() + 60
        # The embedded broker names ends that lie a little behind: there, the end is where nothing more comes.
        quiet_seconds = 2 if forum.broker == "embedded" else 0
        last = time.monotonic()
        while ends or time.monotonic() - last < quiet_seconds:
            assert time.monotonic() < deadline, f"{topic} could not be read to its end: {ends}"
            for message in consumer.consume(5000, 0.5):
                if message.error():
                    continue
                last = time.monotonic()
                place = message.partition()
                records[place].append((message.offset(), message.key(), message.value(), message.headers() or []))
                if message.offset() + 1 >= ends.get(place, 1 << 62):
                    ends.pop(place, None)
        return records
    finally:
        consumer.close()


def new_producer(forum):
    return Producer({"bootstrap.servers": forum.bootstrap, "acks": "all", "message.max.bytes": 5_000_000})


def produce(forum, records, topic=TOPIC, producer=None):
    """Writes [(partition or None, key, value, headers)]; the errors by index, {} if all were taken."""
    producer = producer or new_producer(forum)
    errors = {}

    def report(index):
        def done(error, _):
            if error is not None:
                errors[index] = str(error)

        return done

    for index, (partition, key, value, headers) in enumerate(records):
        place = {} if partition is None else {"partition": partition}
        producer.produce(topic, key=key, value=value, headers=headers, on_delivery=report(index), **place)
        producer.poll(0)
    assert producer.flush(30) == 0, "the broker took too long"
    return errors


class Recount:
    """What the log says: tallies by proposal, and what becomes of each partition's records."""

    def __init__(self, forum):
        key = ballot_key(forum)
        votes = {vote["proposal"]: vote for vote in forum.items("/v1/votes")}
        self.tallies = defaultdict(lambda: dict.fromkeys(FIGURES, 0))
        # The first ballots of their voters: {(proposal, key): (partition, offset, accepted, is yes)}.
        self.ballots = {}
        # What became of them, where they do not just count: {(proposal, key): "quarantined" or "void"}.
        self.standings = {}
        self.partitions = {}
        self.reasons = {}
        for partition, records in read_all(forum).items():
            self.partitions[partition] = self._partition(key, votes, partition, records)

    def _partition(self, key, votes, partition, records):
        outcome = Counter(next=records[-1][0] + 1 if records else 0)
        opened, closed, changes, ended = set(), set(), {}, set()
        for offset, _, value, _ in records:
            reason = fault(key, value)
            if reason is None:
                proposal = str(uuid.UUID(bytes=value[2:18]))
                vote = votes.get(proposal)
                if vote is None:
                    reason = "unknown-proposal"
                elif value[1] == RULING:
                    reason = self._ruling(proposal, value, partition, ended, outcome)
                elif value[1] == 1 and value[50] > 2:
                    reason = self._change(changes, proposal, vote, value, proposal in opened, proposal in closed, outcome)
                elif value[1] == 1:
                    marks = opened if value[50] == 1 else closed
                    if value[18:50].hex() != vote["ruleHash"]:
                        reason = "other-rule"
                    elif proposal in marks:
                        outcome["duplicate"] += 1
                    else:
                        marks.add(proposal)
                        outcome["counted"] += 1
                elif proposal not in opened:
                    reason = "vote-not-open"
                elif proposal in closed:
                    reason = "vote-closed"
                elif (accepted := int.from_bytes(value[67:75], "big")) and is_paused(changes.get(proposal), accepted):
                    reason = "vote-paused"
                elif accepted >= closing_time(changes.get(proposal), vote):
                    reason = "accepted-after-closing"
                elif (proposal, value[18:34]) in self.ballots:
                    outcome["duplicate"] += 1
                else:
                    voter = (proposal, value[18:34])
                    self.ballots[voter] = (partition, offset, accepted, value[50] == 1)
                    if value[1] == QUARANTINED:
                        self.standings[voter] = "quarantined"
                    self.tallies[proposal][self._figure(voter)] += 1
                    outcome["counted"] += 1
            if reason is not None:
                outcome["rejected"] += 1
                self.reasons[(partition, offset)] = reason
        return outcome

    def _figure(self, voter):
        return self.standings.get(voter) or ("yes" if self.ballots[voter][3] else "no")

    def _ruling(self, proposal, value, partition, ended, outcome):
        """Does what is ruled over a ballot; why that is impossible, or None."""
        kind, ruling, voter = value[50], value[34:50], (proposal, value[18:34])
        if kind == 3:
            outcome["duplicate" if ruling in ended else "counted"] += 1
            ended.add(ruling)
            return None
        if self.ballots.get(voter, ())[:2] != (partition, int.from_bytes(value[51:59], "big")):
            return "no-such-ballot"
        before = self._figure(voter)
        if before == "void" or (kind == 2 and before != "quarantined"):
            outcome["duplicate"] += 1
            return None
        self.standings[voter] = "void" if kind == 1 else None
        self.tallies[proposal][before] -= 1
        self.tallies[proposal][self._figure(voter)] += 1
        outcome["counted"] += 1
        return None

    @staticmethod
    def _change(changes, proposal, vote, value, is_open, is_closed, outcome):
        """Passes a change of the schedule; why it does not count, or None."""
        passed = changes.setdefault(proposal, [])
        closing, number, time = (int.from_bytes(value[place : place + 8], "big") for place in (51, 59, 67))
        if value[18:50].hex() != vote["ruleHash"]:
            return "other-rule"
        if not is_open:
            return "vote-not-open"
        if number <= len(passed):
            outcome["duplicate"] += 1
        elif is_closed:
            return "vote-closed"
        elif number > len(passed) + 1:
            return "change-out-of-order"
        else:
            passed.append((value[50], time, closing))
            outcome["counted"] += 1
        return None


def is_paused(passed, accepted):
    """Whether a ballot was accepted in one of the pauses of [(kind, from, closing time)]."""
    begin = None
    for kind, time, _ in passed or []:
        if kind == 3:
            begin = time
        elif kind == 4:
            if begin <= accepted < time:
                return True
            begin = None
    return begin is not None and accepted >= begin


def closing_time(passed, vote):
    return passed[-1][2] if passed else milliseconds(vote["rule"]["closesAt"])


def fault(key, value):
    """Why bytes are no record, or None."""
    if value is None:
        return "no-value"
    if len(value) != LENGTH:
        return "wrong-length"
    if value[0] != 1:
        return "unknown-version"
    if not hmac.compare_digest(hmac.new(key, value[:75], hashlib.sha256).digest()[:16], value[75:]):
        return "bad-authentication-code"
    if value[1] in (ORDINARY, QUARANTINED):
        if value[50] > 1:
            return "unknown-choice"
    elif value[50] not in {CONTROL: (1, 2, 3, 4, 5), RULING: (1, 2, 3)}.get(value[1], ()):
        return "unknown-kind"
    return "impossible-time" if int.from_bytes(value[67:75], "big") > 10_000_000_000_000 else None


def check_the_count(forum):
    """Holds tallies, rows, log and conservation law against each other, all exact, when the count has come to the log's end."""
    recount = await_counted(forum)
    # Of a vote whose rule hides its count only the database may be asked.
    columns = ", ".join(f"t.{figure}" for figure in FIGURES)
    shown = {
        proposal: dict(zip(FIGURES, map(int, figures), strict=True))
        for proposal, *figures in forum.sql(f"SELECT v.proposal, {columns} FROM voting.tally t JOIN voting.vote v ON v.number = t.vote")
    }
    for vote in forum.items("/v1/votes"):
        if "tally" in vote:
            assert shown[vote["proposal"]] == {figure: vote["tally"][figure] for figure in FIGURES}
        else:
            assert vote["rule"]["totals"] == "hidden" and vote["state"] != "closed"
    counted = {proposal: tally for proposal, tally in shown.items() if any(tally.values())}
    assert counted == dict(recount.tallies), "the tallies are not what the log says"
    rows = forum.sql(
        "SELECT v.proposal, b.pseudonym, b.partition, b.log_offset, b.accepted_ms, b.yes "
        "FROM voting.ballot b JOIN voting.vote v ON v.number = b.vote"
    )
    stored = {
        (proposal, uuid.UUID(pseudonym).bytes): (int(partition), int(offset), int(accepted), yes == "t")
        for proposal, pseudonym, partition, offset, accepted, yes in rows
    }
    differing = [key for key in stored.keys() | recount.ballots.keys() if stored.get(key) != recount.ballots.get(key)]
    assert not differing, f"{len(differing)} ballots stored are not those that the log says, such as {differing[0]}"
    assert len(rows) == sum(sum(tally.values()) for tally in counted.values())
    count = forum.count()
    assert len(count["partitions"]) == PARTITIONS
    for row in count["partitions"]:
        outcome = recount.partitions[row["partition"]]
        assert row["next"] - row["base"] == row["counted"] + row["duplicate"] + row["rejected"], row
        for figure in ("next", "counted", "duplicate", "rejected"):
            assert row[figure] == outcome[figure], f"partition {row['partition']}, {figure}: {row} but the log says {outcome}"
    assert count["ballots"]["counted"] == sum(sum(tally.values()) for tally in shown.values())
    assert sum(row["counted"] for row in count["partitions"]) == count["ballots"]["counted"] + count["controls"] + count["rulings"]
    kept = forum.sql("SELECT partition, record_offset, reason FROM voting.rejected_record WHERE topic = 'forum.ballots'")
    assert {(int(place), int(offset)): reason for place, offset, reason in kept} == recount.reasons
    return recount


def await_counted(forum, seconds=60):
    """A recount of a log that the counter has counted to its end."""
    end = time.monotonic() + seconds
    while True:
        recount = Recount(forum)
        nexts = {row["partition"]: row["next"] for row in forum.count()["partitions"]}
        if all(nexts.get(place) == outcome["next"] for place, outcome in recount.partitions.items()):
            return recount
        assert time.monotonic() < end, f"not counted to the end: {nexts}"
        time.sleep(0.3)
