"""What X says when it does not give what was asked for → the reason, or the error. Pure.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from unroller.core.errors import BudgetError, RefusedError, SetupError, UnrollerError, WireError
from unroller.core.model import Absence
from unroller.core.ports import Reply
from unroller.networks.x import wire
from unroller.networks.x.wire import Wire

DAY = 86_400.0

_POSTS = frozenset({"tweet", "post"})
_CAPPED = frozenset({"usage-capped", "UsageCapExceeded"})
# The first name in brackets is what was sent; what follows is the list of all that is known.
_BRACKETED = re.compile(r"^[^\[]*\[([\w.]+)\]")
_SEARCH_ALL = "/2/tweets/search/all"


def parse_absences(errors: object) -> dict[str, Absence]:
    """Why posts that were asked for are not in an answer, by the ids that were asked for."""
    found: dict[str, Absence] = {}
    for problem in wire.listed(errors):
        id_ = problem.get("resource_id") or problem.get("value")
        if isinstance(id_, str) and problem.get("resource_type", "tweet") in _POSTS:
            found[id_] = _absence(problem)
    return found


def _absence(problem: Wire) -> Absence:
    """A post of a protected account is “not authorized”, one of a suspended account “Forbidden”."""
    kind = _kind(problem)
    if kind.startswith("not-authorized"):
        return Absence.NOT_PUBLIC
    if kind in ("resource-unavailable", "disallowed-resource") or problem.get("title") == "Forbidden":
        return Absence.HIDDEN
    return Absence.NOT_FOUND


def trouble(reply: Reply, path: str, family: str = "") -> UnrollerError | None:
    """The error that an answer means, to a request in one `family` of names; `None` where it is an answer."""
    if reply.status < 400:
        return None
    told = _object(reply.body)
    if reply.status == 401:
        return SetupError("X refuses the bearer token: copy it again from X's developer console.")
    if reply.status == 402:
        return BudgetError(
            "The credits for reading X are used up: its operator has to buy more.", retry_after=DAY
        )
    if reply.status == 403:
        return _forbidden(told, path)
    if f"{family}.fields" in refused_names(reply):
        return SetupError(
            f"X does not take the names of the “{family}” family any more: set networks.x.field_names to the "
            "other one, or get a newer version of this program."
        )
    return WireError(f"X answered {reply.status} to a request that it should know ({path}).")


def refused_names(reply: Reply) -> frozenset[str]:
    """The parameters and fields that X says, in a 400, it does not know."""
    found: set[str] = set()
    for error in wire.listed(_object(reply.body).get("errors") if reply.status == 400 else None):
        found.update(wire.thing(error.get("parameters")))
        found.update(_BRACKETED.findall(str(error.get("message"))))
    return frozenset(found)


def _forbidden(told: Wire, path: str) -> UnrollerError:
    if path == _SEARCH_ALL:
        return SetupError(
            "X does not let these keys search all posts: that takes pay-per-use or Enterprise access; "
            "without it, set full_archive = false."
        )
    if _kind(told) == "unsupported-authentication":
        return SetupError("X takes another kind of token there: set the app's own (app-only) bearer_token.")
    if told.get("reason") or _kind(told) == "client-forbidden":
        return SetupError(
            "X does not let these keys read posts: in its developer console, put the app into a project "
            "with pay-per-use access."
        )
    return RefusedError("X refuses to show that.")


def spent_at_x(said: bytes, now: datetime) -> BudgetError | None:
    """The error where too many requests means: too many for this month; `None` where it means: just now."""
    told = _object(said)
    if told.get("title") not in _CAPPED and _kind(told) not in _CAPPED:
        return None
    renews = (now.astimezone(UTC).date().replace(day=1) + timedelta(days=32)).replace(day=1)
    words = f"X's own monthly cap on reading is reached; it renews on {renews}."
    return BudgetError(words, retry_after=DAY, renews=renews)


def _kind(problem: Wire) -> str:
    """The last part of a problem's type, under whichever host X puts it."""
    kind = problem.get("type")
    return kind.rpartition("/")[2] if isinstance(kind, str) else ""


def _object(body: bytes) -> Wire:
    try:
        return wire.thing(json.loads(body))
    except (ValueError, RecursionError):
        return {}
