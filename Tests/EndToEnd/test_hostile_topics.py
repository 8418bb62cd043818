"""What should never be in a topic, in every topic: the consumers live, keep it aside with its reason, and go on."""

import json
import os
import time
import uuid
from datetime import datetime, timezone

import pytest
from ballots import PARTITIONS, ballot, ballot_key, check_the_count, partition_of, produce, seal
from forum import SERVICES, eventually, timestamp

# Whether a record was looked at is told by the ends of the logs.
pytestmark = pytest.mark.real_kafka

# Topic, and the schemas of the services that read it (Contracts/Topic.swift).
READERS = {
    "forum.proposals": ["moderation", "referral", "notification", "portal"],
    "forum.moderation": ["intake", "voting", "notification", "portal"],
    "forum.notices": ["portal"],
    "forum.votes": ["intake", "moderation", "referral", "notification", "portal"],
    "forum.referrals": ["intake", "moderation", "notification", "portal"],
    "forum.tallies": ["portal"],
}
# Partitions, where they are not six.
SMALL = {"forum.notices": 1}
KNOWN = {
    "forum.proposals": "kr.forum.proposal.submitted.v1",
    "forum.moderation": "kr.forum.task.selected.v1",
    "forum.notices": "kr.forum.review.delayed.v1",
    "forum.votes": "kr.forum.vote.bar-crossed.v1",
    "forum.referrals": "kr.forum.case.assigned.v1",
    "forum.tallies": "kr.forum.tally.counted.v1",
}


def headers(kind, subject=None, sequence=1, event=None, **changes):
    fields = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": event or str(uuid.uuid4()),
        "ce_source": "/forum/nobody",
        "ce_type": kind,
        "ce_time": timestamp(datetime.now(timezone.utc)),
        "ce_subject": subject or str(uuid.uuid4()),
        "ce_sequence": str(sequence),
        **changes,
    }
    return [(name, value if isinstance(value, bytes) else value.encode()) for name, value in fields.items() if value is not None]


def hostile_events(topic):
    """[(what, value, headers)]: none of them may be applied."""
    kind = KNOWN[topic]
    nested = b'{"a":' * 20_000 + b"1" + b"}" * 20_000
    return [
        ("no value", None, headers(kind)),
        ("no headers", b"{}", []),
        ("garbage", os.urandom(300), headers(kind)),
        ("empty value", b"", headers(kind)),
        ("another shape", b'{"proposal":12}', headers(kind)),
        ("a list", b"[]", headers(kind)),
        ("no UTF-8", b'{"proposal":"\xc3\x28"}', headers(kind)),
        ("deep JSON", nested, headers(kind)),
        ("deep lists", b"[" * 100_000, headers(kind)),
        ("1 MB", b'{"x":"' + b"a" * 1_000_000 + b'"}', headers(kind)),
        ("a thousand headers", b"{}", headers(kind) + [(f"x-{number}", b"y" * 20) for number in range(1_000)]),
        ("a header a thousand times", b"{}", headers(kind) + [("ce_id", b"x")] * 1_000),
        ("an octet of no UTF-8", b'{"proposal":"\xc0\xaf"}', headers(kind)),
        ("a lone surrogate", b'{"proposal":"\\ud800"}', headers(kind)),
        ("a byte order mark", b"\xef\xbb\xbf{}", headers(kind)),
        ("a number of 400 digits", b'{"proposal":' + b"9" * 400 + b"}", headers(kind)),
        ("unknown version of CloudEvents", b"{}", headers(kind, ce_specversion="9.9")),
        ("no type", b"{}", headers(kind, ce_type=None)),
        ("no id", b"{}", headers(kind, ce_id="x")),
        ("no time", b"{}", headers(kind, ce_time="yesterday")),
        ("no subject", b"{}", headers(kind, ce_subject="everybody")),
        ("no sequence", b"{}", headers(kind, ce_sequence=None)),
        ("sequence 0", b"{}", headers(kind, ce_sequence="0")),
        ("sequence beyond all numbers", b"{}", headers(kind, ce_sequence="9" * 40)),
        ("a type that is no UTF-8", b"{}", headers(kind, ce_type=b"\xff\xfe")),
        ("a zero byte in a text", json.dumps(whole_event(topic, "a\u0000b")).encode(), headers(kind)),
    ]


def whole_event(topic, text):
    """An event with every member, of which one text is wrong."""
    proposal, now = str(uuid.uuid4()), timestamp(datetime.now(timezone.utc))
    rule = {"yesBar": 1, "referral": "at-once", "opensAt": now, "closesAt": now}
    task = {"proposal": proposal, "title": text, "category": "jobs", "ruleHash": text}
    return {
        "forum.proposals": {
            **task, "author": str(uuid.uuid4()), "summary": text, "body": text, "submittedAt": now,
        },
        "forum.moderation": {**task, "author": str(uuid.uuid4()), "rule": rule, "reason": text, "selectedAt": now},
        "forum.votes": {**task, "yes": 2, "no": 0, "yesBar": 1, "crossedAt": now},
        "forum.referrals": {
            **task, "caseID": str(uuid.uuid4()), "ministry": text, "summary": text, "body": text, "yes": 2, "no": 0,
            "yesBar": 1, "assignedAt": now, "dueAt": now,
        },
        "forum.notices": {"waiting": 1, "medianDays": 2**63, "targetDays": 1, "noticedAt": now},
        "forum.tallies": {
            "proposal": "a\u0000b", "version": 1, "yes": -1, "no": 2**63, "countedUpTo": [0], "countedAt": now,
        },
    }[topic]


def rejections(forum, schema, topic):
    rows = forum.sql(f"SELECT reason FROM {schema}.rejected_record WHERE topic = '{topic}'")
    return [row[0] for row in rows]


def offsets(forum, schema, topic):
    rows = forum.sql(
        f"SELECT sum(next_offset), bool_and(next_offset - base_offset = counted + duplicate + rejected) "
        f"FROM {schema}.consumer_offset WHERE topic = '{topic}'"
    )
    return int(rows[0][0] or 0), rows[0][1]


@pytest.mark.parametrize("topic", READERS)
def test_hostile_events_are_kept_aside_with_their_reason_and_the_readers_live(forum, topic):
    before = {schema: rejections(forum, schema, topic) for schema in READERS[topic]}
    records = []
    for partition in range(SMALL.get(topic, 6)):
        for what, value, fields in hostile_events(topic):
            # A compacted topic takes no record without a key.
            records.append((partition, b"hostile" + what.encode(), value, fields))
    assert produce(forum, records, topic) == {}
    # A tally is applied by its own rule (the highest version); nothing of it is stored by portal that U+0000 could break.
    wanted = SMALL.get(topic, 6) * (len(hostile_events(topic)) - 1)
    for schema in READERS[topic]:
        new = lambda: len(rejections(forum, schema, topic)) - len(before[schema])
        eventually(lambda: new() >= wanted, 40, lambda: f"{schema} keeps {wanted} records of {topic} aside, has {new()}")
        assert all(reason.strip() for reason in rejections(forum, schema, topic))
        assert offsets(forum, schema, topic)[1] == "t", "next - base = counted + duplicate + rejected"
    for name in SERVICES:
        assert forum.is_ready(name), name
    walk_the_whole_path(forum)


def walk_the_whole_path(forum):
    """A good event in every topic, applied by each reader."""
    proposal = forum.open_vote(yes_bar=0, title="after all that")
    forum.cast_until_taken(proposal, forum.token("steady-voter"))
    forum.await_tally(proposal, 1, 0)
    forum.assign(proposal)
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "assigned", 30, "intake shows it assigned")
    eventually(lambda: "after all that" in forum.get(f"/proposals/{proposal}").text, 20, "portal shows it")


def test_events_of_a_type_that_nobody_knows_are_passed_over(forum):
    for topic, schemas in READERS.items():
        before = {schema: len(rejections(forum, schema, topic)) for schema in schemas}
        ends = {schema: offsets(forum, schema, topic)[0] for schema in schemas}
        key = str(uuid.uuid4()).encode()
        assert produce(forum, [(0, key, b'{"new":1}', headers("kr.forum.something.new.v7"))], topic) == {}
        for schema in schemas:
            eventually(lambda: offsets(forum, schema, topic)[0] > ends[schema], 20, f"{schema} goes on in {topic}")
            assert len(rejections(forum, schema, topic)) == before[schema]


def an_accepted_proposal_and_its_event(forum, subject):
    proposal = forum.propose(subject)
    forum.decide(proposal, "acceptance")
    eventually(lambda: forum.get(f"/v1/proposals/{proposal}").json()["state"] == "accepted", 20)
    where = f"topic = 'forum.moderation' AND subject = '{proposal}'"
    return proposal, forum.sql(f"SELECT last_id FROM intake.consumed_sequence WHERE {where}")[0][0]


def a_rejection_with_the_number_of_the_acceptance(proposal, event):
    """What the event says is another thing on purpose: were it applied, it would show."""
    now = timestamp(datetime.now(timezone.utc))
    value = {"proposal": proposal, "code": "offensive", "explanation": "x", "rejectedAt": now}
    return (None, proposal.encode(), json.dumps(value).encode(), headers("kr.forum.proposal.rejected.v1", proposal, 1, event))


def test_an_event_that_comes_again_has_no_second_effect(forum):
    proposal, event = an_accepted_proposal_and_its_event(forum, "echo")
    duplicates = lambda: int(
        forum.sql("SELECT sum(duplicate) FROM intake.consumer_offset WHERE topic = 'forum.moderation'")[0][0]
    )
    before = duplicates()
    record = a_rejection_with_the_number_of_the_acceptance(proposal, event)
    assert produce(forum, [record] * 3, "forum.moderation") == {}
    # The partitioner may have put it elsewhere than the service does: the number counts in every partition.
    eventually(lambda: duplicates() >= before + 3, 20, "intake knows them as duplicates")
    assert forum.get(f"/v1/proposals/{proposal}").json()["state"] == "accepted"


def test_another_event_with_a_number_that_is_taken_is_kept_aside_and_seen(forum):
    proposal, _ = an_accepted_proposal_and_its_event(forum, "usurper")
    before = len(rejections(forum, "intake", "forum.moderation"))
    record = a_rejection_with_the_number_of_the_acceptance(proposal, str(uuid.uuid4()))
    assert produce(forum, [record], "forum.moderation") == {}
    eventually(lambda: len(rejections(forum, "intake", "forum.moderation")) == before + 1, 20, "intake keeps it aside")
    assert forum.get(f"/v1/proposals/{proposal}").json()["state"] == "accepted"


def test_a_tally_that_comes_late_does_not_replace_a_newer_one(forum):
    proposal = forum.open_vote()
    for token in forum.tokens(3):
        forum.cast_until_taken(proposal, token)
        time.sleep(0.3)
    forum.await_tally(proposal, 3, 0)
    page = lambda: forum.get(f"/proposals/{proposal}").text
    old = {
        "proposal": proposal, "version": 1, "yes": 777_777, "no": 0, "countedUpTo": [0] * 12,
        "countedAt": timestamp(datetime.now(timezone.utc)),
    }
    record = (0, proposal.encode(), json.dumps(old).encode(), headers("kr.forum.tally.counted.v1", proposal, 1))
    ends = offsets(forum, "portal", "forum.tallies")[0]
    assert produce(forum, [record], "forum.tallies") == {}
    eventually(lambda: offsets(forum, "portal", "forum.tallies")[0] > ends, 20, "portal has read it")
    time.sleep(1)
    assert "777,777" not in page() and "777777" not in page()


def test_records_that_are_no_ballots_are_rejected_with_their_reason_and_the_rest_is_counted(forum):
    proposal = forum.open_vote()
    vote = forum.vote(proposal)
    key = ballot_key(forum)
    records, expected = [], {}

    def add(reason, value, count=1):
        for _ in range(count):
            records.append((len(records) % PARTITIONS, b"k" * 16, value, None))
        expected[reason] = expected.get(reason, 0) + count

    good = ballot(key, proposal, os.urandom(32))
    add("no-value", None, 12)
    add("wrong-length", b"")
    add("wrong-length", good[:-1])
    add("wrong-length", good + b"\0")
    add("wrong-length", os.urandom(1_000_000))
    add("wrong-length", b'{"choice":"yes"}')
    add("unknown-version", b"\x02" + good[1:])
    add("unknown-version", b"\x00" * 91)
    for place in range(1, 91):
        changed = bytearray(good)
        changed[place] ^= 1
        add("bad-authentication-code", bytes(changed))
    add("bad-authentication-code", ballot(bytes(32), proposal, os.urandom(32)))
    add("unknown-kind", ballot(key, proposal, os.urandom(32), kind=7))
    add("unknown-choice", ballot(key, proposal, os.urandom(32), choice=2))
    add("impossible-time", ballot(key, proposal, os.urandom(32), accepted=2**63))
    add("unknown-proposal", ballot(key, str(uuid.uuid4()), os.urandom(32)))
    add("accepted-after-closing", ballot(key, proposal, os.urandom(32), accepted=9_999_999_999_999))
    other_rule = seal(key, b"\x01\x01" + uuid.UUID(proposal).bytes + bytes(32) + b"\x02" + bytes(16) + bytes(8))
    add("other-rule", other_rule)
    announced = forum.propose("scheduler")
    # Were it to open while the tests run, its control records would come into another one's count.
    forum.select(announced, opens_in=86_400, closes_in=172_800)
    forum.await_vote(announced, "scheduled")
    add("vote-not-open", ballot(key, announced, os.urandom(32)))

    before = dict(forum.sql("SELECT reason, count(*) FROM voting.rejected_record WHERE topic = 'forum.ballots' GROUP BY 1"))
    # Good ones in the midst of it, some of them twice and with any key and headers, one with a thousand of them.
    voters = [os.urandom(32) for _ in range(60)]
    for number, voter in enumerate(voters):
        value = ballot(key, proposal, voter, choice=number % 2)
        records.insert(number * 2, (partition_of(voter), None, value, [("x", b"\xff")]))
        records.append((partition_of(voter), b"any", value, [("x", b"y")] * 1_000 if number == 0 else None))
    assert produce(forum, records) == {}
    forum.await_tally(proposal, 30, 30)
    check_the_count(forum)
    after = dict(forum.sql("SELECT reason, count(*) FROM voting.rejected_record WHERE topic = 'forum.ballots' GROUP BY 1"))
    assert {reason: int(after[reason]) - int(before.get(reason, 0)) for reason in expected} == expected
    assert forum.is_ready("vote-counter")
    assert forum.vote(proposal)["ruleHash"] == vote["ruleHash"]


def test_a_repeated_opening_and_a_ballot_after_the_closing_record_change_nothing(forum):
    proposal = forum.propose("scheduler")
    forum.select(proposal, closes_in=3)
    vote = forum.await_vote(proposal, "open")
    key = ballot_key(forum)
    opening = seal(
        key,
        b"\x01\x01" + uuid.UUID(proposal).bytes + bytes.fromhex(vote["ruleHash"]) + b"\x01" + bytes(16)
        + int(time.time() * 1000).to_bytes(8, "big"),
    )
    assert produce(forum, [(partition, None, opening, None) for partition in range(PARTITIONS)]) == {}
    forum.await_vote(proposal, "closed", 40)
    # With an honest time, and yet behind the closing record.
    voter = os.urandom(32)
    honest = ballot(key, proposal, voter, accepted=int(time.time() * 1000) - 60_000)
    assert produce(forum, [(partition_of(voter), None, honest, None), (0, None, opening, None)]) == {}
    recount = check_the_count(forum)
    assert proposal not in recount.tallies
    assert "vote-closed" in recount.reasons.values()
