"""How many examples a property is tried with: few in the fast suite, many in the second stage of the run.

Neither has a deadline, or minds how long examples take to make: what is slow here may be the neighbour.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings


def begin_with_few() -> None:
    """Name both profiles. `--hypothesis-profile=thorough` chooses the other one before any test is read."""
    untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("few", untimed, max_examples=8)
    settings.register_profile("thorough", untimed, max_examples=100)
    settings.load_profile("few")


def at_most(examples: int) -> settings:
    """For a property whose examples take long."""
    return settings(max_examples=min(examples, settings().max_examples))
