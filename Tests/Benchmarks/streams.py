"""The same count on Kafka Streams, where KAFKA_STREAMS_PEER names a folder with the peer; nothing of it is kept here."""

import os
import re
import shutil
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from system import Failed, System

# Where the peer keeps its state; it cannot be told otherwise.
STATES = Path("/tmp/peer")


@dataclass(frozen=True)
class Run:
    rate: float
    """Ballots a second from the first that was processed; what is read every half second is the peer's own figure."""
    from_start: float
    """Seconds from the start of the program."""


class Peer:
    """Compiled in the state folder, its topic filled."""

    def __init__(self, system: System, folder: Path, agreements: list[int], scale: int) -> None:
        self._system = system
        self._at = system.work / "streams"
        self._at.mkdir()
        # The broker's own libraries hold what the peer's folder leaves out (Jackson).
        kafka_home = (system.state / "broker").read_text().split()[1]
        self._libraries = f"{folder}/libs/*:{kafka_home}/libs/*"
        _run("javac", "-cp", self._libraries, "-d", str(self._at), str(folder / "src/CountPeer.java"))
        _run("gcc", "-O2", str(folder / "gen.c"), "-lrdkafka", "-o", str(self._at / "gen"))
        self._topics({"ballots": 12, "tally": 1})
        counts = self._at / "counts"
        counts.write_text("".join(f"{count}\n" for count in agreements))
        said = _run(str(self._at / "gen"), str(counts), str(scale), system.bootstrap)
        sent = re.search(r"sent (\d+) unique \d+ ok (\d+) bad 0", said)
        if not sent or sent[1] != sent[2]:
            raise Failed(f"the peer's topic could not be filled: {said}")
        self.records = int(sent[1])

    def _topics(self, wanted: dict[str, int]) -> None:
        # Here, since only the environment of a run has it, and the list of names is printed without one.
        from confluent_kafka.admin import AdminClient, NewTopic

        admin = AdminClient({"bootstrap.servers": self._system.bootstrap})
        for made in admin.create_topics([NewTopic(name, count, 1) for name, count in wanted.items()]).values():
            made.result()

    def count(self, threads: int, store: str) -> Run:
        """store: rocks or mem."""
        run = f"benchmark-{uuid.uuid4()}"
        try:
            said = _run(
                "java", "-Xmx3g", "-cp", f"{self._at}:{self._libraries}", "CountPeer", self._system.bootstrap, run,
                str(threads), str(self.records), store,
            )  # fmt: skip
        finally:
            shutil.rmtree(STATES / f"state-{run}", ignore_errors=True)
        figures = re.search(r"processed \d+ in ([\d.]+) s \([\d.]+ s from the first\): \d+/s \((\d+)/s\)", said)
        if not figures:
            raise Failed(f"the peer did not end: {said[-500:]}")
        return Run(float(figures[2]), float(figures[1]))


def folder() -> Path | None:
    given = os.environ.get("KAFKA_STREAMS_PEER")
    return Path(given).resolve(strict=True) if given else None


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except FileNotFoundError:
        raise Failed(f"{command[0]} is missing (Debian: gcc, default-jdk-headless)") from None
    if done.returncode != 0:
        raise Failed(f"{command[0]} failed: {done.stderr[-1500:]}")
    return done.stdout
