"""The headers that keep a page from doing anything but being read."""

from __future__ import annotations

from unroller.exports.page import POLICY, source

Header = tuple[str, str]

ALWAYS: tuple[Header, ...] = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
NOT_INDEXED: Header = ("x-robots-tag", "noindex")
# A removal has to be seen at once, so nothing is shown again without asking.
ASK_FIRST: Header = ("cache-control", "no-cache")
NEVER_KEEP: Header = ("cache-control", "no-store")
# What strangers made is shown as what it is, and never runs, even where a browser opens it by itself.
MEDIA: tuple[Header, ...] = (
    ("content-security-policy", "default-src 'none'; sandbox"),
    ("content-disposition", "inline"),
    ASK_FIRST,
    NOT_INDEXED,
    *ALWAYS,
)


def policy(script: str = "") -> Header:
    """What a page may load; `script` is the one that it may run."""
    if not script:
        return ("content-security-policy", POLICY)
    return ("content-security-policy", f"{POLICY}; script-src {source(script)}")


def is_known(if_none_match: str, etag: str) -> bool:
    """Whether the client has it already. https://www.rfc-editor.org/rfc/rfc9110#field.if-none-match"""
    if not if_none_match or if_none_match == etag:
        return bool(if_none_match)
    found = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return etag in found or found == ["*"]
