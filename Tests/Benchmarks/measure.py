"""Measures one figure, or all: Tests/Benchmarks/run NAME... (README.md tells what each is)."""

import argparse
import sys
from collections.abc import Callable

import ballots
import count
import latency
import similar
from report import Result
from system import Failed, System

Benchmark = Callable[[System, int], Result]
# With the scale (one ballot for so many agreements) that the figures are stated for.
BENCHMARKS: dict[str, tuple[Benchmark, int]] = {
    "count": (count.count, 2),
    "month": (count.month, 1),
    "growth": (count.growth, 2),
    "scale": (count.scale_out, 2),
    "ballots": (ballots.ballots, 1),
    "latency": (latency.latency, 1),
    "memory": (ballots.memory, 1),
    "similar": (similar.similar, 1),
}


def names() -> str:
    lines = [f"  {name:10} {(body.__doc__ or '').splitlines()[0]}" for name, (body, _) in BENCHMARKS.items()]
    return "\n".join([*lines, "  all        All of them, one after the other."])


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="Tests/Benchmarks/run", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=names()
    )
    parser.add_argument("name", nargs="*", choices=[[], *BENCHMARKS, "all"], metavar="NAME", help="what to measure")
    parser.add_argument("--scale", type=int, help="a try-out: one ballot for so many agreements, or so much less time")
    arguments = parser.parse_args()
    if not arguments.name:
        print(names())
        return 0
    chosen = list(BENCHMARKS) if "all" in arguments.name else arguments.name
    system, failed = System(), False
    for name in chosen:
        body, scale = BENCHMARKS[name]
        print(f"{name}: {(body.__doc__ or '').splitlines()[0]}", flush=True)
        try:
            body(system, arguments.scale or scale).publish(system.state / "results.jsonl")
        except Failed as failure:
            print(f"{name}: NO FIGURE: {failure}", file=sys.stderr, flush=True)
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
