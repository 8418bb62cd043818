"""From the acceptance of a ballot to the tally on forum.tallies that contains it."""

import bisect
import json
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import counting
import petitions
from count import PLAIN
from report import Result
from system import Failed, System
from verification import faults

TALLIES = "forum.tallies"
RATE = 10_000
SECONDS = 60


@dataclass(frozen=True)
class Event:
    """A tally as it arrived here."""

    arrival: float
    """Milliseconds since 1970."""
    counted_up_to: list[int]


@dataclass(frozen=True)
class Ballot:
    proposal: str
    partition: int
    offset: int
    accepted: int
    """Milliseconds since 1970."""


def delays(ballots: list[Ballot], events: dict[str, list[Event]]) -> list[float]:
    """For each ballot, milliseconds to the arrival of the first tally of its proposal that contains it; sorted.

    Raises Failed when a ballot is in no tally.
    """
    columns: dict[tuple[str, int], list[int]] = {}
    found = []
    for ballot in ballots:
        of_proposal = events.get(ballot.proposal, [])
        place = (ballot.proposal, ballot.partition)
        if place not in columns:
            columns[place] = _rising([event.counted_up_to[ballot.partition] for event in of_proposal])
        first = bisect.bisect_right(columns[place], ballot.offset)
        if first == len(of_proposal):
            raise Failed(f"no tally contains the ballot {ballot}")
        found.append(of_proposal[first].arrival - ballot.accepted)
    return sorted(found)


def _rising(values: list[int]) -> list[int]:
    """Each the largest so far: what has been seen once stays seen."""
    largest, rising = 0, []
    for value in values:
        largest = max(largest, value)
        rising.append(largest)
    return rising


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Listener:
    """Reads forum.tallies from its end on a thread of its own and keeps what comes with its time; reads it later."""

    def __init__(self, system: System) -> None:
        self._consumer, _ = _reader(system, TALLIES, from_end=True)
        self._raw: list[tuple[float, bytes, bytes]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while not self._ended.is_set():
            message = self._consumer.poll(0.1)
            if message is not None and not message.error():
                self._raw.append((time.time() * 1000, message.key(), message.value()))
        self._consumer.close()

    def stop(self) -> dict[str, list[Event]]:
        """By proposal, in the order of arrival."""
        self._ended.set()
        self._thread.join()
        events: dict[str, list[Event]] = defaultdict(list)
        for arrival, _, value in self._raw:
            tally = json.loads(value)
            events[tally["proposal"].lower()].append(Event(arrival, tally["countedUpTo"]))
        return events


def read_ballots(system: System) -> list[Ballot]:
    """Every ballot of the log (layout: Shared/Contracts/BallotRecord.swift)."""
    consumer, remaining = _reader(system, counting.TOPIC, from_end=False)
    ballots = []
    while remaining > 0:
        messages = consumer.consume(10_000, 5)
        if not messages:
            raise Failed(f"{remaining} records of {counting.TOPIC} could not be read")
        remaining -= len(messages)
        for message in messages:
            value = message.value()
            if value[1] == 0:
                proposal = str(uuid.UUID(bytes=value[2:18]))
                accepted = int.from_bytes(value[67:75], "big")
                ballots.append(Ballot(proposal, message.partition(), message.offset(), accepted))
    consumer.close()
    return ballots


def _reader(system: System, topic: str, from_end: bool) -> tuple:
    """A consumer of all partitions, and how many records lie before it."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer(
        {"bootstrap.servers": system.bootstrap, "group.id": f"benchmark-{uuid.uuid4()}", "enable.auto.commit": False}
    )
    places, records = [], 0
    for partition in consumer.list_topics(topic, 10).topics[topic].partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), 10)
        places.append(TopicPartition(topic, partition, high if from_end else low))
        records += 0 if from_end else high - low
    consumer.assign(places)
    return consumer, records


def latency(system: System, scale: int) -> Result:
    """Milliseconds from accepted to seen in forum.tallies, 10,000 ballots a second for a minute."""
    seconds = max(SECONDS // scale, 2)
    result = Result("latency", f"{RATE} ballots/s for {seconds} s, one counter, listener on this machine")
    variants: dict[str, tuple[Callable[[System, int], None], dict[str, str]]] = {
        "over HTTP": (_over_http, {}),
        "written to the log": (_into_the_log, {}),
        "written to the log, unnest for all": (_into_the_log, PLAIN),
    }
    for name, (traffic, settings) in variants.items():
        result.add(name, **_measure(system, seconds, traffic, settings))
        if result.rows[name]["ballots/s"] < 0.95 * RATE:
            result.notes.append(f"{name}: {RATE} ballots/s were not reached, so this is no figure for that rate")
    return result


def _into_the_log(system: System, seconds: int) -> None:
    """By forumctl fill, each with the time at which it was made."""
    file, _ = petitions.file(system.state)
    options = ("--rate", str(RATE), "--limit", str(RATE * seconds), "--repeats", "0", "--foreign", "0")
    truth = counting.fill(system, file, 1, *options)
    _await_count(system)
    wrong = faults(truth, counting.read_count(system))
    if wrong:
        raise Failed("the count is wrong: " + "; ".join(wrong))


def _over_http(system: System, seconds: int) -> None:
    """By voting and forumctl load, which checks for itself that each receipt is counted once."""
    counting.open_votes(system)
    system.start("voting")
    system.forumctl(
        "load", "--url", f"http://127.0.0.1:{system.port_base + 3}", "--rate", str(RATE), "--duration", str(seconds),
        "--repeats", "0", "--warm",
    )  # fmt: skip
    _await_count(system)


def _await_count(system: System) -> None:
    deadline = time.monotonic() + 60
    while sum(row.next - row.base for row in counting.read_count(system).partitions) < counting.log_length(system):
        if time.monotonic() > deadline:
            raise Failed("the count does not come to the end of the log")
        time.sleep(0.2)


def _measure(
    system: System, seconds: int, traffic: Callable[[System, int], None], settings: dict[str, str]
) -> dict[str, float]:
    system.fresh()
    system.start("vote-counter", 1, settings)
    listener = Listener(system)
    try:
        traffic(system, seconds)
        # The last tallies come with the next beat of the publisher.
        time.sleep(1)
    finally:
        events = listener.stop()
    memory = counting.peak_of_counters(system, 1)
    system.stop("voting", "vote-counter")
    ballots = read_ballots(system)
    ordered = delays(ballots, events)
    span = (max(ballot.accepted for ballot in ballots) - min(ballot.accepted for ballot in ballots)) / 1000
    shares = {"p50 ms": 0.5, "p95 ms": 0.95, "p99 ms": 0.99, "max ms": 1.0}
    return {
        "ballots/s": round(len(ballots) / span),
        **{name: round(percentile(ordered, share)) for name, share in shares.items()},
        "tallies/s": round(sum(len(of) for of in events.values()) / span),
        "counter MB": memory,
    }
