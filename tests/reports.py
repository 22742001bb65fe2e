"""What a worker of xdist tells the run's first process: how each test ended, and no more.

By itself it tells of the beginning, the set-up, the test, the tear-down and the end of each, which cost an
eighth of the first stage. xdist leaves out what passed in the same way while it collects.
"""

from __future__ import annotations

import pytest
from _pytest.runner import runtestprotocol

SHOWN = 0.005
"""Seconds from which `--durations` shows set-ups and tear-downs."""


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Run a test as pytest does; a set-up or a tear-down is told of where it failed, or took its time."""
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed or report.duration >= SHOWN:
            item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True
