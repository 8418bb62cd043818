"""A ballots topic that is not the one that was counted. Afterwards the system counts no more: these run last."""

import os
import time

import pytest
from ballots import PARTITIONS, TOPIC, await_counted, produce
from confluent_kafka.admin import AdminClient, NewTopic
from forum import Burst, eventually

pytestmark = [pytest.mark.real_kafka, pytest.mark.ruins_the_system]


@pytest.fixture(scope="module")
def counted(forum):
    """A forum that has counted something, with its counter stopped."""
    proposal = forum.open_vote()
    burst = Burst(forum, proposal, 200)
    burst.receipts()
    forum.await_tally(proposal, burst.yes, burst.no)
    await_counted(forum)
    forum.service("stop", "vote-counter")
    return forum, tallies(forum)


def tallies(forum):
    return forum.sql("SELECT vote, yes, no FROM voting.tally ORDER BY vote")


def recreate(forum, records_a_partition):
    admin = AdminClient({"bootstrap.servers": forum.bootstrap})
    admin.delete_topics([TOPIC])[TOPIC].result(30)
    eventually(lambda: TOPIC not in admin.list_topics(timeout=10).topics, 30, "the topic is gone")

    def create():
        try:
            admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])[TOPIC].result(30)
            return True
        except Exception:  # the deletion is still under way
            return False

    eventually(create, 30, "the topic is there again")
    if records_a_partition:
        records = [
            (partition, b"key", os.urandom(91), None)
            for partition in range(PARTITIONS)
            for _ in range(records_a_partition)
        ]
        eventually(lambda: not produce(forum, records[:PARTITIONS]), 30, "the new topic takes records")
        assert produce(forum, records) == {}


# Empty it ends before what was counted; refilled it does not, and only the records tell.
@pytest.mark.parametrize("refill", ["empty", "refilled"])
def test_the_counter_refuses_a_recreated_topic_and_says_why(counted, refill):
    forum, before = counted
    longest = max(row["next"] - row["base"] for row in forum.count()["partitions"])
    recreate(forum, 0 if refill == "empty" else longest + 100)
    result = forum.service("start", "vote-counter", ready_seconds=2, check=False)
    assert result.returncode != 0
    try:

        def refusal():
            answer = forum.get("/readyz", base=forum.direct("vote-counter"))
            return answer.text if answer.status_code == 503 and "recreated" in answer.text else None

        text = eventually(refusal, 30, "/readyz says why the counter does not count")
        assert TOPIC in text
        # It stays with its refusal.
        time.sleep(3)
        assert refusal()
        assert tallies(forum) == before
    finally:
        forum.service("stop", "vote-counter")
