"""What the kernel says of a process and of all that it started: CPU, memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def family(pid: int) -> Iterator[int]:
    """The process, and all below it."""
    yield pid
    try:
        below = [tasks.read_text().split() for tasks in Path(f"/proc/{pid}/task").glob("*/children")]
    except FileNotFoundError:
        return
    for child in (int(child) for children in below for child in children):
        yield from family(child)


def cpu(*pids: int) -> float:
    """Seconds of CPU that these have spent so far."""
    return sum(map(_cpu, pids))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(*pids: int) -> float:
    """Megabytes that these hold; what they share is counted for each."""
    return sum(map(_memory, pids)) / 1e6


def _memory(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (FileNotFoundError, ProcessLookupError):
        return 0


def cpu_with_children(pid: int) -> float:
    """Seconds of CPU, with those of children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS


def peak() -> float:
    """Megabytes that this process held at most; `getrusage` would count those of the one that started it."""
    said = Path("/proc/self/status").read_text()
    return int(said.partition("VmHWM:")[2].split()[0]) / 1024
