"""Ballots counted a second, from Kafka to PostgreSQL, exactly once."""

import counting
import petitions
import streams
from counting import Drain
from report import Result
from system import System
from transactions import votes_each_in_a_transaction

PLAIN = {"FORUM_VOTE_COUNTER_WRITER": "insert"}
UNNEST = "one counter, unnest for all"
ROCKS = "Kafka Streams, RocksDB, {} thread(s)"
MEMORY = "Kafka Streams, memory, 2 threads"
EMPTY = "empty table"
ENDED = "{} M ballots stored, of ended votes"
HALF_OPEN = "{} M ballots stored, half of them of the votes that are counted"
TRANSACTION = "a transaction a vote"
# FORUM_VOTE_COUNTER_READERS as shipped: each writes on a connection of its own.
READERS = 2
# Where several counters share two cores: not more connections in all than cores.
ALONE = {"FORUM_VOTE_COUNTER_READERS": "1"}
ONE = "one counter"
TWO = "two counters of one reader"


def count(system: System, scale: int) -> Result:
    """One counter and two; beside them unnest for all, a transaction a vote, and Kafka Streams where it is there."""
    file, what = petitions.file(system.state)
    truth = counting.fill_and_keep(system, file, scale)
    result = Result("count", f"{what} / {scale}: {truth.records} records, {truth.duplicate} duplicates")
    counting.warm(system, truth)
    result.add(ONE, **counting.drain(system, truth, 1).figures())
    result.add(TWO, **counting.drain(system, truth, 2, ALONE).figures())
    result.add(UNNEST, **counting.drain(system, truth, 1, PLAIN).figures())
    votes = votes_each_in_a_transaction(system, petitions.agreements(file), seconds=15)
    result.add(TRANSACTION, **{"ballots/s": round(votes.rate)})
    folder = streams.folder()
    if folder:
        peer = streams.Peer(system, folder, list(petitions.agreements(file).values()), scale)
        runs = {ROCKS.format(1): (1, "rocks"), ROCKS.format(2): (2, "rocks"), MEMORY: (2, "mem")}
        for name, (threads, store) in runs.items():
            run = peer.count(threads, store)
            result.add(name, **{"ballots/s": run.rate, "from start": run.from_start})
    else:
        result.notes.append("Kafka Streams was not run: KAFKA_STREAMS_PEER names no folder")
    for counters in (ONE, TWO):
        for baseline in (UNNEST, TRANSACTION, ROCKS.format(1), ROCKS.format(2), MEMORY):
            result.compare(counters, baseline, "ballots/s")
    return result


def month(system: System, scale: int) -> Result:
    """The whole month with two counters; one counter beside it."""
    file, what = petitions.file(system.state)
    truth = counting.fill_and_keep(system, file, scale)
    result = Result("month", f"{what}{f' / {scale}' if scale > 1 else ''}: {truth.records} records")
    result.add(TWO, **counting.drain(system, truth, 2, ALONE).figures())
    result.add(ONE, **counting.drain(system, truth, 1).figures())
    return result


def scale_out(system: System, scale: int) -> Result:
    """One, two and four counters; where there are several, of one reader each."""
    file, what = petitions.file(system.state)
    truth = counting.fill_and_keep(system, file, scale)
    result = Result("scale", f"{what} / {scale}: {truth.records} records")
    drains: dict[int, Drain] = {}
    counting.warm(system, truth)
    for counters in (1, 2, 4):
        drains[counters] = counting.drain(system, truth, counters, ALONE if counters > 1 else None)
        result.add(f"{counters} counter(s)", **drains[counters].figures())
    for counters in (2, 4):
        result.compare(f"{counters} counter(s)", "1 counter(s)", "ballots/s")
    result.notes.append(on_paper(drains[1].processor, counters=4, cores=8))
    return result


def growth(system: System, scale: int) -> Result:
    """The rate beside ballots of ended votes, and beside as many of which half are on the votes that are counted."""
    file, what = petitions.file(system.state)
    truth = counting.fill_and_keep(system, file, scale)
    result = Result("growth", f"{what} / {scale}: {truth.records} records")
    counting.warm(system, truth)
    result.add(EMPTY, **counting.drain(system, truth, 1).figures())
    for millions in (10, 50):
        # A try-out at another scale stores less in proportion.
        rows = millions * 1_000_000 * 2 // max(scale, 2)
        for name, on_open_votes in ((ENDED, False), (HALF_OPEN, True)):
            name = name.format(f"{rows / 1e6:g}")
            stored = counting.stored_ballots(rows, on_open_votes)
            result.add(name, **counting.drain(system, truth, 1, stored=stored).figures())
            result.compare(name, EMPTY, "ballots/s")
    return result


def on_paper(processor: dict[str, float], counters: int, cores: int) -> str:
    """What so many counters could give by the processor seconds of a million ballots: either all cores are busy, or each
    counter's PostgreSQL backends are."""
    total = sum(processor.values())
    backends = counters * READERS
    by_cores, by_backends = cores / total * 1e6, backends / processor["backend"] * 1e6
    binding = "the backends" if by_backends < by_cores else "the cores"
    return (
        f"on paper, {counters} counters on {cores} cores: {min(by_cores, by_backends):,.0f} ballots/s at most, bound by "
        f"{binding} ({cores} cores / {total:.2f} s/M = {by_cores:,.0f}; {backends} backends / "
        f"{processor['backend']:.2f} s/M = {by_backends:,.0f})"
    )
