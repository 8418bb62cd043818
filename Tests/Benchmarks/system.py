"""The system under measurement: what Tests/Benchmarks/system starts and stops, its processes, and SQL as the superuser."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Failed(Exception):
    """A run that gives no figure, and why."""


class System:
    def __init__(self) -> None:
        self.state = Path(os.environ["FORUM_BENCHMARK_STATE"])
        self.work = self.state / "work"
        self.bootstrap = os.environ["FORUM_KAFKA_BOOTSTRAP"]
        self.port_base = int(os.environ["FORUM_PORT_BASE"])
        self._script = str(HERE / "system")

    def call(self, *arguments: str, input: str | None = None, seconds: float = 600) -> str:
        """An action of Tests/Benchmarks/system: what it prints."""
        done = subprocess.run(
            [self._script, *arguments], input=input, capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode != 0:
            raise Failed(f"{' '.join(arguments[:2])}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    def fresh(self) -> None:
        self.call("fresh")

    def start(self, service: str, count: int = 1, settings: dict[str, str] | None = None) -> None:
        """So many of a service at once, each ready."""
        pairs = [f"{name}={value}" for name, value in (settings or {}).items()]
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(lambda instance: self.call("start", service, str(instance), *pairs), range(1, count + 1)))

    def stop(self, *services: str) -> None:
        self.call("stop", *services)

    def forumctl(self, *arguments: str) -> str:
        return self.call("forumctl", *arguments)

    def sql(self, text: str) -> list[list[str]]:
        """Rows as lists of text."""
        lines = self.call("psql", "--field-separator=\t", input=text).splitlines()
        return [line.split("\t") for line in lines]

    def pid(self, service: str, instance: int = 1) -> int:
        name = service if instance == 1 else f"{service}-{instance}"
        return int((self.state / "run" / name).read_text().split()[0])


class Session:
    """One connection for many short questions: a start of psql for each would cost more than the question."""

    def __init__(self, system: System) -> None:
        self._psql = subprocess.Popen(
            [str(HERE / "system"), "psql", "--field-separator=\t"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def row(self, statement: str) -> list[str]:
        """The one row of a statement on one line."""
        assert self._psql.stdin is not None and self._psql.stdout is not None
        self._psql.stdin.write(statement + ";\n")
        self._psql.stdin.flush()
        line = self._psql.stdout.readline()
        if not line:
            raise Failed(f"psql has ended at: {statement}")
        return line.rstrip("\n").split("\t")

    def close(self) -> None:
        assert self._psql.stdin is not None
        self._psql.stdin.close()
        self._psql.wait(10)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
