"""What strangers write, read tolerantly: what is no time or no link is `None`, never an error."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import SplitResult, urlsplit

_LONGEST_TIME = 64

# C0 and C1 controls but tab and line feed, bidi embeddings and overrides, BOM, lone surrogates, and the two
# that XML forbids besides.
# Bidi isolates and marks stay: right-to-left authors need them and they end with the block.
_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufeff\ufffe\uffff\ud800-\udfff]")

_BLANK = re.compile("[\x00- ]")
_PLAIN_LINK = re.compile(r"https?://[a-z0-9.-]+(?:[/?#][!-~]*)?")


def parse_time(text: object) -> datetime | None:
    """A time of ISO 8601, in UTC; `None` when `text` is none. Without a zone it is taken as UTC."""
    if not isinstance(text, str) or len(text) > _LONGEST_TIME:
        return None
    try:
        time = datetime.fromisoformat(text.strip())
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def split_link(link: str) -> SplitResult | None:
    """The parts of a web address, written with `https://` or without; `None` when it is none."""
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        return parts if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def clean(text: str) -> str:
    """`text` without characters that could hide, reverse or break what stands around it."""
    if text.isprintable() or text.replace("\n", "").isprintable():  # nearly always so, and fast to find out
        return text
    return _UNWANTED.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def web_link(url: object) -> str | None:
    """`url` when it is an http or https address with a host that a page may link to, else `None`."""
    if not isinstance(url, str) or len(url) > 4096:
        return None
    if _PLAIN_LINK.fullmatch(url):  # nearly always so, and several times as fast to find out
        return url
    if _BLANK.search(url):
        return None
    link = clean(url)  # first: what is judged is what a page would show
    return link if "://" in link and split_link(link) else None
