"""Crashes in the middle of the main job: the table at its end is the one that it would have been."""

import signal
import time

import pytest
from ballots import check_the_count
from forum import SERVICES, Burst, eventually
from replays import Replay


def newest_proposal(forum):
    return forum.get("/v1/proposals?limit=1").json()["items"]


def await_filing(forum, replay, before):
    """Returns when the replay is filing proposals."""
    eventually(lambda: newest_proposal(forum) != before or not replay.is_running, 60, "the replay files proposals")


def await_casting(replay):
    """Returns when the replay has come to the ballots."""
    eventually(lambda: "ballots cast: " in replay.text() or not replay.is_running, 240, "the replay comes to its ballots")


def crash_each(forum, replay, names):
    for name in names:
        assert replay.is_running, f"the replay ended before {name} was killed:\n{replay.text()[-3000:]}"
        forum.crash(name)
        time.sleep(0.3)


def finish(forum, replay):
    replay.check(replay.figures())
    check_the_count(forum)


@pytest.mark.timeout(900)
def test_the_table_is_the_same_when_each_service_is_killed_in_the_middle_and_started_again(whole_forum):
    before = newest_proposal(whole_forum)
    # One at a time, so that ballots are still on their way when the last service is killed.
    replay = Replay(whole_forum, seed=11, scale=250, connections=1)
    try:
        await_filing(whole_forum, replay, before)
        crash_each(whole_forum, replay, ["intake", "moderation"])
        await_casting(replay)
        crash_each(whole_forum, replay, SERVICES)
        finish(whole_forum, replay)
    finally:
        replay.stop()


@pytest.mark.real_kafka
@pytest.mark.timeout(900)
def test_the_table_is_the_same_when_broker_and_database_are_killed_in_the_middle_and_started_again(whole_forum):
    replay = Replay(whole_forum, seed=12, scale=250, connections=4)
    try:
        await_casting(replay)
        crash_each(whole_forum, replay, ["kafka", "postgres", "kafka", "postgres"])
        finish(whole_forum, replay)
    finally:
        replay.stop()


def test_a_database_that_is_killed_loses_no_accepted_ballot(whole_forum):
    proposal = whole_forum.open_vote()
    burst = Burst(whole_forum, proposal, 800)
    whole_forum.crash("postgres")
    burst.receipts()
    whole_forum.await_tally(proposal, burst.yes, burst.no, 60)
    check_the_count(whole_forum)


@pytest.mark.real_kafka
def test_every_receipt_given_before_and_after_the_broker_was_killed_is_counted(whole_forum):
    proposal = whole_forum.open_vote()
    burst = Burst(whole_forum, proposal, 800)
    time.sleep(0.5)
    whole_forum.crash("kafka")
    receipts = burst.receipts()
    whole_forum.await_tally(proposal, burst.yes, burst.no, 60)
    for index in range(0, len(receipts), 20):
        answer = whole_forum.ballot(proposal, burst.tokens[index], receipts[index])
        # A ballot that was in the log already when it was sent again is there by the earlier copy.
        assert answer["state"] in ("counted", "already-voted"), answer
        assert whole_forum.ballot(proposal, burst.tokens[index])["choice"] == burst.choice(index)
    check_the_count(whole_forum)


def test_a_second_counter_that_comes_and_goes_under_load_changes_nothing(whole_forum):
    proposal = whole_forum.open_vote()
    burst = Burst(whole_forum, proposal, 1500)
    rounds = 0
    while burst.is_running and rounds < 3:
        whole_forum.service("start", "vote-counter", 2)
        time.sleep(1)
        whole_forum.service("stop" if rounds % 2 else "kill", "vote-counter", 2)
        rounds += 1
    assert rounds >= 1
    burst.receipts()
    whole_forum.await_tally(proposal, burst.yes, burst.no, 60)
    check_the_count(whole_forum)


def test_a_counter_that_was_frozen_while_another_took_over_writes_nothing_when_it_wakes(whole_forum):
    proposal = whole_forum.open_vote()
    whole_forum.service("start", "vote-counter", 2)
    burst = Burst(whole_forum, proposal, 1200)
    time.sleep(0.5)
    whole_forum.signal(signal.SIGSTOP, "vote-counter")
    try:
        time.sleep(12)
        second = Burst(whole_forum, proposal, 300)
        burst.receipts()
        second.receipts()
        # By the other alone: the frozen one's partitions have come to it.
        whole_forum.await_tally(proposal, burst.yes + second.yes, burst.no + second.no, 60)
    finally:
        whole_forum.signal(signal.SIGCONT, "vote-counter")
    third = Burst(whole_forum, proposal, 300)
    third.receipts()
    bursts = (burst, second, third)
    whole_forum.await_tally(proposal, sum(b.yes for b in bursts), sum(b.no for b in bursts), 60)
    eventually(lambda: whole_forum.is_ready("vote-counter"), 60, "the woken counter is ready again")
    check_the_count(whole_forum)
