"""Cases between the vote and a ministry: each once, whatever dies on the way, and in one order that everybody reads."""

import json
import random
import time
import uuid

import pytest
import requests
from ballots import read_all
from forum import eventually, in_parallel, in_seconds
from standins import StandIn

MINISTRY = "forum.referrals.moel"  # that of jobs, which the tests' proposals are about
WAY = ("received members-assigned scheduled deliberated decided submitted placed-on-agenda concluded assigned").split()
# In the order in which an event and a request come to them (FailPoints); debug builds have them.
POINTS = "claimed prepared begun fenced advanced committed reported updated published sent deleted".split()
SEEDS = 50


def told(forum, topic, partitions, cases):
    """{case: [(ce_id, ce_sequence, type, data)]} as the log has them, repetitions included."""
    found = {case: [] for case in cases}
    for records in read_all(forum, topic, partitions).values():
        for _, key, value, headers in records:
            # Other tests put hostile records beside those of the cases.
            case = key.decode(errors="replace")
            if case not in found:
                continue
            assert value is not None, f"{case}: a tombstone"
            fields = {name: text.decode() for name, text in headers}
            found[case].append((fields["ce_id"], int(fields["ce_sequence"]), fields["ce_type"], json.loads(value)))
    return found


def check_what_was_told(forum, cases):
    """Each case has told its whole way once: what came again has the same id, number and text."""
    everybody = told(forum, "forum.referrals", 6, cases)
    ministry = told(forum, MINISTRY, 3, cases)
    repeated = 0
    for case in cases:
        for events, way in ((everybody[case], WAY), (ministry[case], ["assigned"])):
            once = {event[0]: event for event in events}
            assert all(once[event[0]] == event for event in events), f"{case}: a repetition differs"
            numbers = [number for _, number, _, _ in once.values()]
            assert numbers == list(range(1, len(way) + 1)), f"{case}: {numbers}"
            assert [type.split(".")[-2] for _, _, type, _ in once.values()] == way
            repeated += len(events) - len(once)
    return repeated


def opened(forum, count):
    """So many votes with a bar of nought."""
    return in_parallel(count, lambda number: forum.open_vote(yes_bar=0, title=f"과제 {number}"), width=8)


def test_twenty_tasks_over_their_bars_in_the_same_second_become_twenty_cases(whole_forum):
    forum = whole_forum
    proposals = in_parallel(20, lambda number: forum.open_vote(yes_bar=2, title=f"함께 {number}"), width=8)
    forum.service("start", "vote-counter", 2)
    voters = forum.tokens(3)
    ballots = [(proposal, voter) for voter in voters for proposal in proposals]
    answers = in_parallel(len(ballots), lambda index: forum.cast(*ballots[index]).status_code, width=32)
    assert answers == [202] * len(ballots)
    cases = [forum.await_case(proposal, seconds=60)["id"] for proposal in proposals]
    assert len(set(cases)) == 20
    assert forum.sql(f"SELECT count(*) FROM referral.referral_case WHERE proposal = ANY('{{{','.join(proposals)}}}')") == [["20"]]
    received = lambda: [event for events in told(forum, "forum.referrals", 6, cases).values() for event in events]
    eventually(lambda: len(received()) >= 20, 20, "all are told")
    assert sorted(event[3]["proposal"] for event in received()) == sorted(proposals)
    assert len({event[0] for event in received()}) == 20


def stubbornly(forum, case, part, body, role, key):
    """Asks until there is an answer that holds, as a client does that lost one; the key makes it one request."""
    end = time.monotonic() + 60
    while True:
        try:
            answer = forum.post(f"/v1/cases/{case}/{part}", forum.token(f"{role}-officer", role), body, key=key, timeout=15)
            if answer.status_code not in (502, 503, 504):
                assert answer.status_code == 200, f"{part}: {answer.status_code} {answer.text}"
                return
        except requests.RequestException:
            pass
        assert time.monotonic() < end, f"{part} gets no answer"
        time.sleep(0.1)


def lead(forum, case):
    record = {"heldAt": in_seconds(-1), "minutes": "심의하였다.", "attendance": [{"capacity": "chair", "present": 1, "absent": 0}]}
    steps = [
        ("members", {"members": [{"name": "김위원", "capacity": "chair"}]}, "committee"),
        ("session", {"name": "제12차", "meetsAt": in_seconds(3600)}, "committee"),
        ("deliberation", record, "committee"),
        ("decision", {"decision": "adopt", "reasons": "필요하다."}, "committee"),
        ("agenda", {"name": "제5차", "meetsAt": in_seconds(3600)}, "strategy-meeting"),
        ("conclusion", {"outcome": "adopted", "heldAt": in_seconds(-1), "reasons": "추진한다."}, "strategy-meeting"),
    ]
    for part, body, role in steps:
        stubbornly(forum, case, part, body, role, str(uuid.uuid4()))


@pytest.mark.real_kafka
@pytest.mark.timeout(1200)
def test_referral_killed_at_any_step_loses_no_case_and_makes_none_twice(whole_forum):
    forum = whole_forum
    proposals = opened(forum, SEEDS)
    points = [POINTS[seed % len(POINTS)] for seed in range(SEEDS)]
    stand_in = StandIn(forum, "referral")
    cases = []
    try:
        for seed, (proposal, point) in enumerate(zip(proposals, points)):
            rng = random.Random(seed)
            # An event comes once a seed, six requests and what they tell come after it.
            number = rng.randint(1, 5) if point in ("updated", "published", "sent", "deleted") else 1
            print(f"seed {seed}: {point}, {number}")
            replacing = stand_in.start_and_replace(f"{point}:{number}:kill")
            forum.cast_until_taken(proposal, forum.token("steady-voter"))
            case = forum.await_case(proposal, seconds=90)["id"]
            cases.append(case)
            lead(forum, case)
            stand_in.stop()
            replacing.join(30)
            # It may have died of its fail-point while it stopped.
            stand_in.stop()
        assert stand_in.deaths >= SEEDS * 0.8, "most of them died"
    finally:
        stand_in.close()
    rows = forum.sql(f"SELECT count(*) FROM referral.referral_case WHERE proposal = ANY('{{{','.join(proposals)}}}')")
    assert rows == [[str(SEEDS)]] and len(set(cases)) == SEEDS
    eventually(lambda: forum.sql("SELECT count(*) FROM referral.outbox") == [["0"]], 30, "all is sent")
    print(f"{stand_in.deaths} deaths, {check_what_was_told(forum, cases)} events came again")
