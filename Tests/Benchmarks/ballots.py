"""Ballots accepted a second over HTTP: token verified, broker's acknowledgement awaited, receipt given."""

import json
import os
import subprocess
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import counting
import petitions
import processes
from count import TRANSACTION
from report import Result
from system import HERE, Failed, Session, System
from transactions import votes_each_in_a_transaction

CONNECTIONS = 256
# Of the open loop: more than are needed, so that no request waits for one.
OPEN_CONNECTIONS = 512
SECONDS = 20
# A citizen of these votes on several proposals; each token is verified when it comes first.
CITIZENS = 20_000
# Citizens who come once, with a token that has to be verified.
NEWCOMERS = 200_000
# Ballots a second of the open loop, whatever the answers do.
RATE = 20_000
OPEN = f"open loop, forumctl load, {RATE} a second"
OPEN_COUNTED = f"{OPEN}, counted at once on the same cores"
CLOSED = f"closed loop, wrk, {CONNECTIONS} connections"
STRANGERS = "the same, each ballot with a new token"


@dataclass
class Door:
    """voting with every petition's vote open, and citizens before it."""

    system: System
    url: str
    tokens: Path
    votes: Path
    sent: int = 0

    def closed_loop(self, seconds: int, newcomers: Path | None = None) -> dict[str, float]:
        """wrk: each connection sends the next ballot when it has the answer to the last.

        newcomers: tokens that nobody has seen, one for each ballot as long as they last.
        """
        environment = {
            **os.environ, "TOKENS": str(newcomers or self.tokens), "VOTES": str(self.votes), "FIRST": str(self.sent),
        }  # fmt: skip
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(HERE / "ballots.lua"), self.url]
        before = counting.log_length(self.system)
        used = self._processor()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds + 60, check=False)
        used = {name: value - used[name] for name, value in self._processor().items()}
        if "RESULT " not in done.stdout:
            raise Failed(f"wrk: {done.stdout[-500:]}{done.stderr[-500:]}")
        said = json.loads(done.stdout.rpartition("RESULT ")[2])
        accepted = said["requests"] - said["refused"]
        # Ballots that were on their way when wrk ended are in the log and have no answer.
        self.sent += said["requests"] + CONNECTIONS
        stored = counting.log_length(self.system) - before
        if not accepted <= stored <= said["requests"] + CONNECTIONS:
            raise Failed(f"{accepted} ballots have their receipt, but {stored} are in the log")
        return {
            "ballots/s": round(accepted / said["microseconds"] * 1e6),
            "p50 ms": said["p50"], "p99 ms": said["p99"], "max ms": said["max"],
            "not accepted": said["refused"] + said["failed"],
            **{f"{name} s/M": round(value / accepted * 1e6, 2) for name, value in used.items()},
            "voting MB": processes.peak_memory(self.system.pid("voting")),
        }  # fmt: skip

    def open_loop(self, rate: int, seconds: int, counted_at_once: bool) -> dict[str, float]:
        """forumctl load, which checks that each receipt is counted once: a counter runs from its beginning or from the end
        of its load on, and has counted what came before."""
        self.system.start("vote-counter")
        self._await_count()
        figures = self.system.work / "load.json"
        command = (
            "load", "--url", self.url, "--rate", str(rate), "--duration", str(seconds), "--connections", str(OPEN_CONNECTIONS),
            "--warm", "--json", str(figures),
        )  # fmt: skip
        if counted_at_once:
            self.system.forumctl(*command)
        else:
            self.system.stop("vote-counter")
            with ThreadPoolExecutor(1) as pool:
                load = pool.submit(self.system.forumctl, *command)
                self._await_end(load, seconds)
                self.system.start("vote-counter")
                load.result()
        self.system.stop("vote-counter")
        said = json.loads(figures.read_text())
        latency = said["latency_ms"]
        return {
            "ballots/s": round(said["accepted_per_second"]),
            "p50 ms": latency["p50"], "p99 ms": latency["p99"], "max ms": latency["max"],
            "not accepted": sum(said[name] for name in ("client_errors", "server_errors", "unknown", "unsent", "other")),
            "voting MB": processes.peak_memory(self.system.pid("voting")),
        }  # fmt: skip

    def _await_count(self) -> None:
        """Waits until every record of the log is counted."""
        with Session(self.system) as session:
            for _ in range(600):
                if int(session.row(counting.PROGRESS)[0]) >= counting.log_length(self.system):
                    return
                time.sleep(0.5)
        raise Failed("the count does not catch up with the log")

    def _await_end(self, load: "Future[str]", seconds: int) -> None:
        """Waits until no ballots come any more; the tool waits a minute for the count then."""
        time.sleep(seconds)
        length = -1
        while not load.done() and length != (length := counting.log_length(self.system)):
            time.sleep(2)

    def _processor(self) -> dict[str, float]:
        return {name: processes.seconds(self.system.pid(pid)) for name, pid in (("voting", "voting"), ("broker", "kafka"))}


def make_tokens(system: System, prefix: str, count: int) -> Path:
    """A file with a token of each of so many citizens a line, valid for a day."""
    file = system.work / f"{prefix}.tokens"
    file.write_text(system.forumctl("token", "--subject", prefix, "--count", str(count), "--lifetime", "86400"))
    return file


def open_door(system: System) -> Door:
    """Starts voting on a fresh system and warms it and the broker up."""
    system.fresh()
    votes = system.work / "votes"
    votes.write_text("".join(f"{proposal}\n" for proposal in counting.open_votes(system)))
    system.call("keep", counting.FILLED)
    system.start("voting")
    tokens = make_tokens(system, "citizen", CITIZENS)
    door = Door(system, f"http://127.0.0.1:{system.port_base + 3}", tokens, votes)
    # The broker's just-in-time compiler needs some ten seconds under load before figures hold.
    door.closed_loop(10)
    return door


def ballots(system: System, scale: int) -> Result:
    """Ballots accepted a second over HTTP, each acknowledged by the broker; broker and client on this machine."""
    seconds = max(SECONDS // scale, 2)
    door = open_door(system)
    newcomers = make_tokens(system, "newcomer", NEWCOMERS // scale)
    votes = len(door.votes.read_text().split())
    result = Result("ballots", f"{CITIZENS} citizens, {votes} open votes, no pair twice, {seconds} s")
    result.add(CLOSED, **door.closed_loop(seconds))
    before = door.sent
    result.add(STRANGERS, **door.closed_loop(max(seconds // 2, 1), newcomers))
    if door.sent - before > NEWCOMERS // scale:
        result.notes.append(f"{STRANGERS}: more ballots than tokens, so some were known")
    result.add(OPEN, **door.open_loop(RATE // scale, seconds, counted_at_once=False))
    result.add(OPEN_COUNTED, **door.open_loop(RATE // scale, seconds, counted_at_once=True))
    system.stop("voting")
    file, _ = petitions.file(system.state)
    transactions = votes_each_in_a_transaction(system, petitions.agreements(file), seconds=15)
    result.add(TRANSACTION, **{"ballots/s": round(transactions.rate), "mean ms": transactions.latency})
    for name in (CLOSED, STRANGERS):
        result.compare(name, TRANSACTION, "ballots/s")
    return result


def memory(system: System, scale: int) -> Result:
    """Peak resident memory in MB of voting and a counter under load, and of a counter on a backlog."""
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
