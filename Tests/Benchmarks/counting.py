"""A full topic, counted: from the fill to a verified figure."""

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import petitions
import processes
from system import Failed, Session, System
from verification import PARTITIONS, Count, Partition, Truth, faults, read_tallies

TOPIC = "forum.ballots"
FILLED = "forum_filled"
# Rows that a benchmark stores beforehand carry an offset that no log has.
STORED_OFFSET = -1


@dataclass(frozen=True)
class Drain:
    """What was measured while counters worked off a full topic."""

    records: int
    seconds: float
    """From the first commit after all counters have partitions, to the last."""
    rate: float
    """Ballots a second in that time; what was committed at its beginning is not counted in."""
    whole: float
    """Seconds from the first commit of any counter to the last."""
    from_start: float
    """Seconds from the start of the processes to the last commit."""
    processor: dict[str, float]
    """Processor seconds for a million ballots."""
    memory: int
    """Peak resident set of the largest counter, MB."""

    def figures(self) -> dict[str, float]:
        return {
            "ballots/s": round(self.rate),
            "seconds": round(self.whole, 2),
            "from start": round(self.from_start, 2),
            **{f"{name} s/M": round(value, 2) for name, value in self.processor.items()},
            "counter MB": self.memory,
        }


def fill(system: System, file: Path, scale: int, *options: str) -> Truth:
    """Forges ballots into the topic; unless the options say otherwise, 2 % are cast twice and 0.1 % are for no proposal."""
    truth, figures = system.work / "truth.tsv", system.work / "fill.json"
    system.forumctl(
        "fill", str(file), "--open", "--scale", str(scale), "--truth", str(truth), "--json", str(figures),
        *(options or ("--repeats", "0.02", "--foreign", "0.001")),
    )  # fmt: skip
    made = json.loads(figures.read_text())
    return Truth(
        read_tallies(truth.read_text()), made["controls"], made["counted"], made["duplicate"], made["rejected"]
    )


def open_votes(system: System) -> list[str]:
    """Opens a vote for each petition of the whole month, with one ballot in all; the proposals."""
    file, _ = petitions.file(system.state)
    return sorted(fill(system, file, 1, "--limit", "1", "--repeats", "0", "--foreign", "0").tallies)


def log_length(system: System) -> int:
    """Records in the ballots' log."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": system.bootstrap, "group.id": "benchmark"})
    places = [TopicPartition(TOPIC, partition) for partition in range(PARTITIONS)]
    length = sum(consumer.get_watermark_offsets(place, 10)[1] for place in places)
    consumer.close()
    return length


def fill_and_keep(system: System, file: Path, scale: int) -> Truth:
    """The same on a fresh system, and keeps the database as it is then: one count after the other starts from there."""
    system.fresh()
    truth = fill(system, file, scale)
    system.call("keep", FILLED)
    return truth


def warm(system: System, truth: Truth) -> None:
    """Counts without measuring: the broker's just-in-time compiler needs some runs before figures hold."""
    for _ in range(3):
        drain(system, truth, 1)


def drain(
    system: System, truth: Truth, counters: int, settings: dict[str, str] | None = None, stored: str = ""
) -> Drain:
    """Counts the topic from its first record, measures and verifies.

    stored is SQL that puts rows of earlier votes beside it. Raises Failed when the result is not exact: then there is no
    figure.
    """
    system.call("restore", FILLED)
    if stored:
        system.sql(stored)
    system.sql("CHECKPOINT")
    measured = _measure(system, truth.records, counters, settings)
    wrong = faults(truth, read_count(system))
    if wrong:
        raise Failed("the count is wrong: " + "; ".join(wrong))
    return measured


def _measure(system: System, records: int, counters: int, settings: dict[str, str] | None) -> Drain:
    began = time.monotonic()
    with Session(system) as session, ThreadPoolExecutor(1) as pool:
        starting = pool.submit(system.start, "vote-counter", counters, settings)
        try:
            first, begin, end = _watch(system, session, records, counters, starting)
            starting.result()
            memory = peak_of_counters(system, counters)
        finally:
            system.stop("vote-counter")
    seconds, counted = end.time - begin.time, end.records - begin.records
    used = {name: (end.processor[name] - begin.processor[name]) / counted * 1e6 for name in end.processor}
    return Drain(records, seconds, counted / seconds, end.time - first.time, end.time - began, used, memory)


@dataclass(frozen=True)
class _Moment:
    time: float
    records: int
    processor: dict[str, float]


def _watch(
    system: System, session: Session, records: int, counters: int, starting: "Future[None]"
) -> tuple[_Moment, _Moment, _Moment]:
    """The first commit, the first commit after which every counter has partitions, and the last commit.

    Each is seen by asking every 25 ms: so late the commit may be noticed, and the rate is of what was committed between the
    two moments of noticing.
    """
    first: _Moment | None = None
    begin: _Moment | None = None
    last, changed = 0, time.monotonic()
    while True:
        counted, owners = (int(value) for value in session.row(PROGRESS))
        now = time.monotonic()
        if counted > last:
            moment = _Moment(now, counted, _processor(system, counters))
            first = first or moment
            if begin is None and owners == counters:
                begin = moment
            last, changed = counted, now
        if counted >= records:
            if first is None or begin is None or first.records >= records:
                raise Failed("everything was counted before every counter had its share: give more ballots (--scale)")
            # A short rest is no rate: the batches in work when it begins are a large part of it.
            return first, begin if begin.records < records / 2 else first, moment
        if starting.done() and starting.exception():
            starting.result()
        if now - changed > 60:
            raise Failed(f"the count stands still at {counted} of {records} records")
        time.sleep(0.025)


PROGRESS = (
    "SELECT coalesce(sum(next_offset - base_offset), 0), count(DISTINCT owner) FROM voting.consumer_offset "
    f"WHERE topic = '{TOPIC}'"
)


def _processor(system: System, counters: int) -> dict[str, float]:
    """Processor seconds of each part so far. A counter that is not up yet has used none."""
    backends, rest = processes.postgres_seconds(system.pid("postgres"), "forum_vote_counter")
    return {
        "counter": sum(_seconds_of_counter(system, number) for number in range(1, counters + 1)),
        "backend": backends,
        "PostgreSQL rest": rest,
        "broker": processes.seconds(system.pid("kafka")),
    }


def _seconds_of_counter(system: System, number: int) -> float:
    try:
        return processes.seconds(system.pid("vote-counter", number))
    except (OSError, IndexError):
        return 0.0


def peak_of_counters(system: System, counters: int) -> int:
    """Peak resident set of the largest, MB; they must still run."""
    return max(processes.peak_memory(system.pid("vote-counter", number)) for number in range(1, counters + 1))


STORED = f"SELECT vote, count(*) AS ballots FROM voting.ballot WHERE log_offset = {STORED_OFFSET} GROUP BY vote"


def stored_ballots(rows: int, on_open_votes: bool) -> str:
    """SQL that stores ballots in the order of their key: all on votes that have ended, or half of them on the votes of the
    fill."""
    # The fill's votes have the numbers from 1 on; those that ended earlier have smaller ones.
    vote = "i * 7919 % (2 * votes.number) + 1 - votes.number" if on_open_votes else "-(i * 7919 % votes.number)"
    return f"""
      SET work_mem = '512MB';
      INSERT INTO voting.ballot (accepted_ms, log_offset, vote, partition, yes, pseudonym)
      SELECT 0, {STORED_OFFSET}, made.vote, made.partition, true, made.pseudonym
      FROM (
        SELECT ({vote})::int AS vote, md5(i::text)::uuid AS pseudonym, (i % 12)::smallint AS partition
        FROM generate_series(1, {rows}::bigint) AS i, (SELECT max(number) AS number FROM voting.vote) AS votes
        ORDER BY 1, 2) AS made;
      INSERT INTO voting.tally AS t (vote, yes, version)
      SELECT v.number, s.ballots, 1 FROM ({STORED}) AS s JOIN voting.vote v ON v.number = s.vote
      ON CONFLICT (vote) DO UPDATE SET yes = t.yes + EXCLUDED.yes;
      VACUUM (ANALYZE) voting.ballot;
    """


def read_count(system: System) -> Count:
    """The tables of the count; rows that were stored beforehand left out."""
    tallies = system.sql(
        "SELECT v.proposal, t.yes - coalesce(s.ballots, 0), t.no FROM voting.tally t JOIN voting.vote v ON v.number = t.vote "
        f"LEFT JOIN ({STORED}) AS s ON s.vote = t.vote"
    )
    rows = system.sql(
        "SELECT v.proposal, count(*) FILTER (WHERE b.yes), count(*) FILTER (WHERE NOT b.yes) "
        "FROM voting.ballot b JOIN voting.vote v ON v.number = b.vote "
        f"WHERE b.log_offset <> {STORED_OFFSET} GROUP BY v.proposal"
    )
    partitions = system.sql(
        "SELECT base_offset, next_offset, counted, duplicate, rejected FROM voting.consumer_offset "
        f"WHERE topic = '{TOPIC}' ORDER BY partition"
    )
    return Count(
        {proposal: (int(yes), int(no)) for proposal, yes, no in tallies},
        {proposal: (int(yes), int(no)) for proposal, yes, no in rows},
        [Partition(*(int(value) for value in row)) for row in partitions],
    )
