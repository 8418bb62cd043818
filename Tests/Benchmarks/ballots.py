"""Ballots accepted a second over HTTP: token verified, broker's acknowledgement awaited, receipt given."""

import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import counting
import petitions
import processes
from count import TRANSACTION
from report import Result
from system import HERE, Failed, System
from transactions import votes_each_in_a_transaction

CONNECTIONS = 256
SECONDS = 20
# A citizen of these votes on several proposals; each token is verified when it comes first.
CITIZENS = 20_000


@dataclass
class Door:
    """voting with every petition's vote open, and citizens before it."""

    system: System
    url: str
    tokens: Path
    votes: Path
    sent: int = 0

    def log_length(self) -> int:
        """Records in the ballots' log."""
        from confluent_kafka import Consumer, TopicPartition

        consumer = Consumer({"bootstrap.servers": self.system.bootstrap, "group.id": "benchmark"})
        places = consumer.list_topics(counting.TOPIC, 10).topics[counting.TOPIC].partitions
        ends = (consumer.get_watermark_offsets(TopicPartition(counting.TOPIC, place), 10)[1] for place in places)
        length = sum(ends)
        consumer.close()
        return length

    def closed_loop(self, seconds: int, connections: int = CONNECTIONS) -> dict[str, float]:
        """wrk: each connection sends the next ballot when it has the answer to the last."""
        environment = {**os.environ, "TOKENS": str(self.tokens), "VOTES": str(self.votes), "FIRST": str(self.sent)}
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "ballots.lua"), self.url]
        before = self.log_length()
        used = self._processor()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 60, check=False)
        used = {name: value - used[name] for name, value in self._processor().items()}
        if "RESULT " not in done.stdout:
            raise Failed(f"wrk: {done.stdout[-500:]}{done.stderr[-500:]}")
        said = json.loads(done.stdout.rpartition("RESULT ")[2])
        accepted = said["requests"] - said["refused"]
        # Ballots that were on their way when wrk ended are in the log and have no answer.
        self.sent += said["requests"] + connections
        stored = self.log_length() - before
        if not accepted <= stored <= said["requests"] + connections:
            raise Failed(f"{accepted} ballots have their receipt, but {stored} are in the log")
        return {
            "ballots/s": round(accepted / said["microseconds"] * 1e6),
            "p50 ms": said["p50"], "p99 ms": said["p99"], "max ms": said["max"],
            "not accepted": said["refused"] + said["failed"],
            **{f"{name} s/M": round(value / accepted * 1e6, 2) for name, value in used.items()},
            "voting MB": processes.peak_memory(self.system.pid("voting")),
        }  # fmt: skip

    def _processor(self) -> dict[str, float]:
        return {name: processes.seconds(self.system.pid(pid)) for name, pid in (("voting", "voting"), ("broker", "kafka"))}


def open_door(system: System) -> Door:
    """Starts voting on a fresh system and warms it and the broker up."""
    file, _ = petitions.file(system.state)
    truth = counting.fill_and_keep(system, file, 1, "--limit", "1", "--repeats", "0", "--foreign", "0")
    tokens, votes = system.work / "tokens", system.work / "votes"
    tokens.write_text(
        system.forumctl("token", "--subject", "citizen", "--count", str(CITIZENS), "--lifetime", "86400")
    )
    votes.write_text("".join(f"{proposal}\n" for proposal in sorted(truth.tallies)))
    system.start("voting")
    door = Door(system, f"http://127.0.0.1:{system.port_base + 3}", tokens, votes)
    # The broker's just-in-time compiler needs some ten seconds under load before figures hold.
    time.sleep(1)
    door.closed_loop(10)
    return door


def ballots(system: System, scale: int) -> Result:
    """Ballots accepted a second by POST, receipt after the broker's acknowledgement, broker and client on this machine."""
    seconds = max(SECONDS // scale, 2)
    door = open_door(system)
    result = Result(
        "ballots", f"{CITIZENS} citizens, {len(door.votes.read_text().split())} open votes, no pair twice, {seconds} s each"
    )
    result.add(f"closed loop, wrk, {CONNECTIONS} connections", **door.closed_loop(seconds))
    system.stop("voting")
    file, _ = petitions.file(system.state)
    votes = votes_each_in_a_transaction(system, petitions.agreements(file), seconds=15)
    result.add(TRANSACTION, **{"ballots/s": votes.rate, "mean ms": votes.latency})
    result.compare(f"closed loop, wrk, {CONNECTIONS} connections", TRANSACTION, "ballots/s")
    return result


def memory(system: System, scale: int) -> Result:
    """Peak resident memory, MB: voting under 256 connections while a counter counts, and a counter on a backlog of half a month."""
    seconds = max(SECONDS // scale, 2)
    door = open_door(system)
    system.start("vote-counter")
    figures = door.closed_loop(seconds)
    result = Result("memory", f"{CONNECTIONS} connections for {seconds} s; then a backlog")
    loaded = {"ballots/s": figures["ballots/s"], "voting MB": figures["voting MB"]}
    result.add("voting and one counter under load", **loaded, **{"counter MB": counting.peak_of_counters(system, 1)})
    system.stop("voting", "vote-counter")
    file, _ = petitions.file(system.state)
    truth = counting.fill_and_keep(system, file, 2 * scale)
    drained = counting.drain(system, truth, 1)
    result.add("one counter on a backlog", **{"ballots/s": round(drained.rate), "counter MB": drained.memory})
    return result
