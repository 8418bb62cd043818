"""The log counted again from its first record into an empty schema gives the same count, byte for byte."""

import contextlib
import signal
import time
import uuid

import pytest
from ballots import check_the_count
from counters import Voters, content, seeded
from forum import eventually, in_seconds

pytestmark = pytest.mark.real_kafka


@contextlib.contextmanager
def empty_database(forum):
    """A database as `forumctl migrate` makes it, and in it the votes as they were when they had no ballots."""
    name = f"again_{uuid.uuid4().hex[:8]}"
    owner = forum.environment["FORUM_DATABASE_USER"]
    forum.sql(f"CREATE DATABASE {name} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'")
    try:
        forum.forumctl("migrate", database=name)
        forum.psql("--command", "COPY voting.vote FROM STDIN", database=name, given=forum.dump("SELECT * FROM voting.vote"))
        forum.sql(
            "UPDATE voting.vote SET state = 'open', closed_at = NULL, carried = NULL WHERE closed_at IS NOT NULL;"
            "INSERT INTO voting.tally (vote) SELECT number FROM voting.vote;"
            # The tallies of this count must not be published: those that are true would look older than they are.
            "INSERT INTO voting.tally_published SELECT number, 9223372036854775807 FROM voting.vote",
            name,
        )
        yield name
    finally:
        forum.sql(f"DROP DATABASE {name} WITH (FORCE)")


def fill(counters, rng):
    """Votes of which one crosses its bar and closes and one is paused, with ballots before and after, all counted."""
    forum = counters.forum
    counter = counters.start()
    open_votes = [forum.open_vote(title=f"다시 세기 {number}") for number in range(2)]
    closing = forum.open_vote(yes_bar=40, closes_in=12)
    voters = Voters(forum, *open_votes, closing)
    for turn in range(6):
        voters.write(rng, 200)
        if turn == 2:
            forum.change_schedule(open_votes[0], "pause")
            time.sleep(1.5)
        if turn == 4:
            forum.change_schedule(open_votes[0], "resumption")
            forum.change_schedule(open_votes[0], "extension", closesAt=in_seconds(40 * 86_400))
    forum.await_vote(closing, "closed", 60)
    assert forum.vote(closing)["crossedAt"]
    # Some are for the vote that has closed, and rejected.
    voters.write(rng, 200)
    counters.await_counted()
    assert counter.terminate() == 0


def positions(forum, database=None):
    return forum.sql(
        "SELECT partition, next_offset FROM voting.consumer_offset WHERE topic = 'forum.ballots' ORDER BY partition", database
    )


def count_again(counters, database, way, step):
    """With a counter that dies, which shows that ballots go the way that is meant, and one that goes on."""
    settings = {"DATABASE_NAME": database, "VOTE_COUNTER_WRITER": way}
    killed = counters.start(f"{step}:3:kill", **settings)
    assert killed.process.wait(60) == -signal.SIGKILL
    counter = counters.start(**settings)
    forum = counters.forum
    eventually(lambda: positions(forum, database) == positions(forum), 120, "all is counted again")
    assert counter.terminate() == 0


def test_counted_again_from_the_first_record_the_count_is_the_same_byte_for_byte(counters):
    forum = counters.forum
    fill(counters, seeded(71))
    check_the_count(forum)
    first = content(forum)
    assert b"vote-closed" in first["rejected_record"] and b"vote-paused" in first["rejected_record"]
    assert first["ballot_schedule"].count(b"\n") >= 36 and first["ballot"].count(b"\n") > 500
    for way, step in (("copy", "copied"), ("insert", "inserted")):
        with empty_database(forum) as name:
            empty = content(forum, name)
            assert empty["ballot"] == empty["consumer_offset"] == empty["rejected_record"] == b""
            count_again(counters, name, way, step)
            again = content(forum, name)
        for table in first:
            assert again[table] == first[table], f"{table} is another one by {way}"
