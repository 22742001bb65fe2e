"""Which content coding of a page a client gets: the one it likes best, and of those the smallest.

https://www.rfc-editor.org/rfc/rfc9110#field.accept-encoding
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

PLAIN = "identity"
LONGEST = 200
"""Characters of the header that are read, which nobody's list of codings needs."""


def choose(accept: str, sizes: Mapping[str, int]) -> str:
    """The name of the form to send, of those in `sizes` (`""` is the plain one, always there)."""
    likes = _likes(accept[:LONGEST])
    return min(sizes, key=lambda form: (-_liking(likes, form), sizes[form]))


def _liking(likes: Mapping[str, float], form: str) -> float:
    if not form:  # it may be sent even where it is refused: better than nothing
        return likes.get(PLAIN, 0.0)
    return likes.get(form, likes.get("*", 0.0)) or -1.0


@lru_cache(maxsize=256)
def _likes(accept: str) -> Mapping[str, float]:
    """Codings by quality, from 0 (refused) to 1. What cannot be read is not there."""
    found = {}
    for part in accept.lower().split(","):
        coding, _, parameters = part.partition(";")
        if coding.strip():
            found[coding.strip()] = _quality(parameters)
    return found


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
