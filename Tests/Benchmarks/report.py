"""A result as a table for people and as one line of JSON for programs."""

import json
import os
import platform
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from system import HERE


@dataclass
class Result:
    benchmark: str
    data: str = ""
    """What was counted or sent."""
    rows: dict[str, dict[str, float]] = field(default_factory=dict)
    """Figures by variant."""
    ratios: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, variant: str, **figures: float) -> None:
        self.rows[variant] = figures
        print(f"  {variant}: " + ", ".join(f"{name} {_text(value)}" for name, value in figures.items()), flush=True)

    def compare(self, variant: str, baseline: str, figure: str) -> None:
        """variant over baseline, when both were measured."""
        if variant in self.rows and baseline in self.rows:
            ratio = self.rows[variant][figure] / self.rows[baseline][figure]
            self.ratios[f"{variant} / {baseline}"] = round(ratio, 2)

    def table(self) -> str:
        names = list(dict.fromkeys(name for figures in self.rows.values() for name in figures))
        lines = [["", *names]]
        for variant, figures in self.rows.items():
            lines.append([variant, *(_text(figures[name]) if name in figures else "-" for name in names)])
        widths = [max(len(line[column]) for line in lines) for column in range(len(names) + 1)]
        text = [
            "  ".join([line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))])
            for line in lines
        ]
        text += [f"{name}: {_text(ratio)}" for name, ratio in self.ratios.items()]
        return "\n".join([f"{self.benchmark}: {self.data}", *text, *self.notes])

    def line(self) -> str:
        return json.dumps(
            {
                "benchmark": self.benchmark,
                "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
                "machine": machine(),
                "commit": commit(),
                "command": shlex.join(["Tests/Benchmarks/run", *sys.argv[1:]]),
                "data": self.data,
                "rows": self.rows,
                "ratios": self.ratios,
                "notes": self.notes,
            },
            ensure_ascii=False,
        )

    def publish(self, to: Path) -> None:
        line = self.line()
        with to.open("a") as results:
            results.write(line + "\n")
        print(f"\n{self.table()}\n{line}\n", flush=True)


def machine() -> dict[str, str | int]:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
    kibibytes = int(Path("/proc/meminfo").read_text().split()[1])
    return {"processor": model, "cores": os.cpu_count() or 0, "memory_gib": round(kibibytes / 2**20)}


def commit() -> str:
    done = subprocess.run(
        ["git", "-C", str(HERE), "describe", "--always", "--dirty", "--exclude=*"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout.strip() or "unknown"


def _text(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 1000 else f"{value:.2f}"
