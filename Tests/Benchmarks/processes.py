"""Processor seconds and memory of processes, from /proc alone."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields after the name; the first is the state, which is field 3 of proc(5)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def seconds(pid: int, with_reaped: bool = False) -> float:
    """User and system time so far; with_reaped adds that of children that have ended. Nought when it is gone."""
    try:
        fields = _stat(pid)
    except OSError:
        return 0.0
    return sum(int(field) for field in fields[11 : 15 if with_reaped else 13]) / TICKS


def children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def postgres_seconds(postmaster: int, user: str) -> tuple[float, float]:
    """Of the backends that serve this user, and of all the rest of PostgreSQL."""
    backends, rest = 0.0, seconds(postmaster, with_reaped=True)
    for child in children(postmaster):
        if title(child).startswith(f"postgres: {user} "):
            backends += seconds(child)
        else:
            rest += seconds(child)
    return backends, rest


def peak_memory(pid: int) -> int:
    """The largest resident set so far, in MB of 10^6 bytes; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    kibibytes = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
    return round(kibibytes * 1024 / 1e6)
