"""Which media type a client gets: https://www.rfc-editor.org/rfc/rfc9110#field.accept"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 1_000
"""Characters of the header that are read."""


def choose(accept: str, offered: Sequence[str]) -> str | None:
    """The one of `offered` that the client likes best, of equals the first; `None` where it wants none."""
    likes = dict(filter(None, map(_like, accept[:LONGEST].lower().split(",")))) or {"*/*": 1.0}
    best = max(offered, key=lambda one: _liking(likes, one))
    return best if _liking(likes, best) > 0 else None


def _liking(likes: dict[str, float], media_type: str) -> float:
    """What is said of the type itself counts before what is said of its kind, and of all."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((likes[one] for one in ranges if one in likes), 0.0)


def _like(part: str) -> tuple[str, float] | None:
    name, *parameters = (word.strip() for word in part.split(";"))
    quality = next((word[2:] for word in parameters if word.startswith("q=")), "1")
    try:
        return (name, min(1.0, max(0.0, float(quality)))) if name else None
    except ValueError:
        return None
