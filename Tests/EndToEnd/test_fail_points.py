"""Counters that die, freeze and lose the database at each step of their transaction: nothing is lost or counted twice."""

import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest
from ballots import check_the_count
from counters import BreakingDoor, Voters, arriving, content, seeded, standing
from forum import eventually

pytestmark = pytest.mark.real_kafka

# In the order in which a batch comes to them (FailPoints); debug builds have them.
POINTS = "claimed prepared begun fenced copying copied inserted tallied advanced committed reported".split()
RUNS = 100
CHECKED_EVERY = 20
# One reader, which Kafka does not take for dead while it is frozen or waits for the database.
PATIENT = {"VOTE_COUNTER_READERS": 1, "KAFKA_SESSION_MS": 30_000}


@pytest.fixture
def voters(counters):
    return Voters(counters.forum, *(counters.forum.open_vote(title=f"끊긴 집계 {number}") for number in range(2)))


def count_to_the_end(counters):
    """By a counter that nothing happens to."""
    counter = counters.start()
    counters.await_counted()
    assert counter.terminate() == 0
    check_the_count(counters.forum)


def write_until(happened, counters, voters, rng):
    """Writes ballots until a counter has come to its fail-point; some steps need several batches."""
    end = time.monotonic() + 60
    while not happened():
        if counters.behind == 0:
            voters.write(rng, rng.randint(20, 120))
        assert time.monotonic() < end, "the step was not reached"
        time.sleep(0.05)


@pytest.mark.timeout(1200)
def test_a_counter_that_is_killed_at_any_step_loses_nothing_and_counts_nothing_twice(counters, voters):
    points = [POINTS[run % len(POINTS)] for run in range(RUNS)]
    random.Random(0).shuffle(points)
    for seed, point in enumerate(points):
        rng = seeded(seed)
        # A counter claims its partitions once for each of its two readers.
        number = rng.randint(1, 2 if point == "claimed" else 3)
        print(f"{point}, {number}")
        voters.write(rng, rng.randint(40, 300))
        counter = counters.start(f"{point}:{number}:kill")
        write_until(lambda: counter.has_ended, counters, voters, rng)
        assert counter.process.returncode == -signal.SIGKILL, counter.log[-3000:]
        standing(counters.forum)
        if seed % CHECKED_EVERY == CHECKED_EVERY - 1:
            count_to_the_end(counters)


def sessions(forum):
    """What PostgreSQL's processes do that have a counter's transaction: {number: (state, beginning of the statement)}."""
    rows = forum.sql(
        "SELECT pid, state, left(query, 11) FROM pg_stat_activity WHERE application_name = 'vote-counter' AND xact_start IS NOT NULL"
    )
    return {int(pid): (state, query) for pid, state, query in rows}


# In the middle of COPY the server waits for data as long as it takes; after it, a time-out of its own ends the transaction.
@pytest.mark.parametrize(("point", "state"), [("copying", "active"), ("copied", "idle in transaction")])
def test_a_counter_that_is_frozen_inside_copy_stores_nothing_when_it_wakes(counters, voters, point, state):
    forum, rng = counters.forum, seeded(21)
    voters.write(rng, 200)
    frozen = counters.start(f"{point}:2:stop")
    write_until(lambda: frozen.is_frozen, counters, voters, rng)
    # The counter's other reader may have come as far.
    stuck = {pid for pid, found in sessions(forum).items() if found == (state, "COPY ballot")}
    assert stuck
    voters.write(rng, 200)
    other = counters.start()
    counters.await_counted()
    assert not stuck & set(sessions(forum))
    before = content(forum)
    claims = frozen.log.count("partitions claimed")
    frozen.resume()
    # It goes on with its transaction; when it takes its share anew it has given up what was on its way.
    eventually(lambda: frozen.log.count("partitions claimed") >= claims + 2, 60, lambda: f"it counts again: {frozen.log}")
    assert content(forum) == before
    voters.write(rng, 200)
    counters.await_counted()
    assert [frozen.terminate(), other.terminate()] == [0, 0]
    check_the_count(forum)


# Kafka has not told this one that its partitions are gone: only the database does.
@pytest.mark.parametrize("point", ["prepared", "begun"])
def test_a_counter_whose_partitions_were_taken_between_two_steps_is_fenced_and_begins_anew(counters, voters, point):
    forum, rng = counters.forum, seeded(22)
    voters.write(rng, 200)
    counter = counters.start(f"{point}:2:stop", **PATIENT)
    write_until(lambda: counter.is_frozen, counters, voters, rng)
    # What another's claim does first.
    forum.sql("UPDATE voting.consumer_offset SET owner_epoch = owner_epoch + 1 WHERE topic = 'forum.ballots'")
    counter.resume()
    eventually(lambda: "consumer session ended" in counter.log, 30, lambda: f"it is fenced: {counter.log[-3000:]}")
    assert "Fenced" in counter.log
    counters.await_counted()
    assert counter.log.count("partitions claimed") == 2
    assert counter.terminate() == 0
    check_the_count(forum)


def kill_the_server(forum):
    """kill -9 of all its processes at once, as when the machine fails: none of them finishes what it was at."""
    server = forum.process("postgres")
    for pid in [server, *map(int, Path(f"/proc/{server}/task/{server}/children").read_text().split())]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    eventually(lambda: not forum.is_running("postgres"), 30, "PostgreSQL is dead")


def stop_the_server_at_once(forum):
    """What `pg_ctl stop -m immediate` does: no session ends in order, and recovery follows at the next start."""
    forum.signal(signal.SIGQUIT, "postgres")
    eventually(lambda: not forum.is_running("postgres"), 30, "PostgreSQL has stopped")


def kill_the_session(forum):
    """kill -9 of one of PostgreSQL's processes: the server ends all others and recovers."""
    for pid in sessions(forum):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def end_the_session(forum):
    for pid in sessions(forum):
        forum.sql(f"SELECT pg_terminate_backend({pid}, 5000)")


STRIKES = [end_the_session, kill_the_session, stop_the_server_at_once, kill_the_server]


def let_postgres_come_back(forum):
    def start():
        return forum.service("start", "postgres", check=False).returncode == 0

    eventually(start, 60, "PostgreSQL is there again")


@pytest.mark.parametrize("strike", STRIKES)
def test_a_transaction_that_had_everything_but_its_commit_is_done_again_once(counters, voters, strike):
    forum, rng = counters.forum, seeded(31)
    voters.write(rng, 200)
    counter = counters.start("advanced:2:stop", **PATIENT)
    write_until(lambda: counter.is_frozen, counters, voters, rng)
    assert [state for state, _ in sessions(forum).values()] == ["idle in transaction"]
    before = standing(forum)
    strike(forum)
    let_postgres_come_back(forum)
    assert sessions(forum) == {} and standing(forum) == before
    counter.resume()
    voters.write(rng, 100)
    counters.await_counted()
    # By the counter that was struck: it has waited for the database with its batch.
    assert counter.log.count("partitions claimed") == 1, counter.log[-3000:]
    assert counter.terminate() == 0
    check_the_count(forum)


@pytest.mark.parametrize("strike", [None, kill_the_server])
@pytest.mark.parametrize("moment", ["before", "with", "after"])
def test_a_commit_without_an_answer_counts_once_whatever_became_of_it(counters, voters, moment, strike):
    forum, rng = counters.forum, seeded(41)
    before = standing(forum)
    with BreakingDoor(forum, moment, lambda: strike and strike(forum)) as door:
        voters.write(rng, 200)
        counter = counters.start(DATABASE_PORT=door.port, **PATIENT)
        end = time.monotonic() + 60
        while not door.has_struck.wait(0.5):
            assert time.monotonic() < end, "no COMMIT of copied ballots came"
            voters.write(rng, 60)
        let_postgres_come_back(forum)
        counters.await_counted()
        assert standing(forum) > before
        assert "commit unknown, reading the offset" in counter.log
        # The offset tells it what became of the batch; it need not begin anew.
        assert counter.log.count("partitions claimed") == 1, counter.log[-3000:]
        assert counter.terminate() == 0
    check_the_count(forum)


@pytest.mark.timeout(600)
def test_a_database_that_dies_at_any_moment_costs_no_ballot(counters, voters):
    forum, rng = counters.forum, seeded(51)
    strikes = STRIKES * 2
    rng.shuffle(strikes)
    counter = counters.start()
    with arriving(voters, seeded(52), 60):
        for strike in strikes:
            pause = rng.uniform(0, 1.5)
            print(f"{strike.__name__} after {pause:.3f} s")
            time.sleep(pause)
            strike(forum)
            time.sleep(rng.uniform(0, 0.5))
            let_postgres_come_back(forum)
    counters.await_counted()
    assert counter.terminate() == 0
    check_the_count(forum)


@pytest.mark.timeout(600)
def test_counters_that_come_and_go_all_the_time_count_every_ballot_once(counters, voters):
    seconds, at_most = 120, 4
    rng = seeded(61)
    before = standing(counters.forum)
    running = []
    # Larger batches than the other tests': these counters have something to lose when they go.
    with arriving(voters, seeded(62), 120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(running) < at_most and (not running or rng.random() < 0.5):
                running.append(counters.start(VOTE_COUNTER_BATCH_SIZE=1000))
                print(f"one comes, {len(running)} run")
            else:
                counter = running.pop(rng.randrange(len(running)))
                way = rng.choice([signal.SIGTERM, signal.SIGKILL])
                print(f"one gets {way.name}, {len(running)} run")
                counter.process.send_signal(way)
            time.sleep(2)
            standing(counters.forum)
    assert standing(counters.forum) > before, "nothing was counted while they came and went"
    count_to_the_end(counters)
    for counter in counters.started:
        if counter in running:
            assert counter.terminate() == 0
        assert counter.process.wait(40) in (0, -signal.SIGKILL)
    check_the_count(counters.forum)
