"""Links and names: a link → the post that it names, and where an address leads. Pure.

Every server is its own web site, and each kind of server has its own form of address. What they have
in common is known by shape; what has no known shape is asked for (`guess`).

https://docs.joinmastodon.org/spec/activitypub/, https://www.w3.org/TR/activitypub/#obj-id
"""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple, TypeGuard
from urllib.parse import SplitResult, unquote

from unroller.core.errors import InputError
from unroller.core.model import PostRef
from unroller.core.tolerant import split_link

NETWORK = "mastodon"

LONGEST = 2_048

_NO_POST = (
    "This link leads to a profile or a list, not to a post: open the post that you mean and copy its link."
)

_USER = r"[^/@\s]{1,200}"
_REMOTE = r"[^/@\s]{1,253}"
_NUMBER = r"[0-9]{1,20}"
_ULID = r"[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}"
_FLAKE = r"[0-9A-Za-z]{10,32}"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# What each kind of server writes; `id` is the post's name in the Mastodon API of that server.
_POSTS = tuple(
    re.compile(shape)
    for shape in (
        rf"(?:/web|/deck)?/@{_USER}(?:@{_REMOTE})?/(?P<id>{_NUMBER})(?:/embed)?",
        rf"/@{_USER}(?:@{_REMOTE})?/statuses/(?P<id>{_ULID})",
        rf"/@{_USER}(?:@{_REMOTE})?/posts/(?P<id>{_FLAKE})",
        rf"/users/{_USER}/statuses/(?P<id>{_NUMBER}|{_ULID})(?:/activity)?",
        rf"/ap/users/{_NUMBER}/statuses/(?P<id>{_NUMBER})(?:/activity)?",
        rf"/web/statuses/(?P<id>{_NUMBER})",
        rf"/api/v1/statuses/(?P<id>{_FLAKE}|{_NUMBER}|{_UUID})",
        rf"/notice/(?P<id>{_FLAKE}|{_NUMBER})",
        rf"/notes/(?P<id>{_FLAKE})",
        rf"/objects/(?P<object>{_UUID})",
        rf"/display/(?P<object>{_UUID})",
        rf"/p/{_USER}/(?P<object>{_NUMBER})",
    )
)
_PAGE = re.compile(rf"(?:/web|/deck)?/@({_USER})/(?:({_NUMBER})(?:/embed)?|statuses/({_ULID}))")
_OBJECT = re.compile(rf"/users/({_USER})/statuses/(?:({_NUMBER})|({_ULID}))")
_PROFILE = re.compile(
    rf"(?:/web|/deck)?/@{_USER}(?:@{_REMOTE})?(?:/(?:with_replies|media|featured|followers|following|tagged/.*))?"
    rf"|/users/{_USER}(?:/(?:followers|following|outbox|collections/.*))?"
    rf"|/ap/users/{_NUMBER}"
)
# Sites whose addresses look like ours, and that hold no posts that a stranger may ask for this way.
_ELSEWHERE = frozenset(
    {"bsky.app", "facebook.com", "flickr.com", "github.com", "instagram.com", "linkedin.com", "medium.com"}
    | {"odysee.com", "patreon.com", "pinterest.com", "reddit.com", "rumble.com", "substack.com", "t.co"}
    | {"t.me", "telegram.me", "threads.com", "threads.net", "tiktok.com", "tumblr.com", "twitch.tv"}
    | {"twitter.com", "vimeo.com", "wikipedia.org", "x.com", "youtu.be", "youtube.com"}
)
_LABELS = re.compile(r"(?=.{1,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,62}")

_LOCAL = re.compile(r"[0-9A-Za-z_-]{1,64}")


class Place(NamedTuple):
    """A server, and what the post is called in its Mastodon API; `""` where the address does not tell."""

    origin: str
    id: str


def match(link: str) -> PostRef | None:
    """The post that `link` names, as the address that leads to it; `None` when it has no known shape.

    Where a page's address tells the post's id, as Mastodon and GoToSocial form it, that id takes its place:
    so a post that is known already is known by its page as well.

    Raises:
        InputError: it has the shape of a profile or a list.
    """
    parts = _split(link)
    if parts is None:
        return None
    path = unquote(parts.path).rstrip("/")
    if page := _PAGE.fullmatch(path):
        return PostRef(NETWORK, f"{origin_of(parts)}/users/{page[1]}/statuses/{page[2] or page[3]}")
    if any(shape.fullmatch(path) for shape in _POSTS):
        return PostRef(NETWORK, origin_of(parts) + parts.path.rstrip("/").removesuffix("/activity"))
    if _PROFILE.fullmatch(path):
        raise InputError(_NO_POST)
    return None


def guess(link: str) -> PostRef | None:
    """The address to ask for, where `link` has no known shape; `None` when it is no address of a page."""
    parts = _split(link)
    if parts is None or not (parts.path.strip("/") or parts.query):
        return None
    query = f"?{parts.query}" if parts.query else ""
    return PostRef(NETWORK, f"{origin_of(parts)}{parts.path}{query}")


def place(address: str) -> Place | None:
    """Where the Mastodon API may know the post at `address`; `None` when it is no address of the web."""
    parts = _split(address, everywhere=True)
    if parts is None:
        return None
    path = unquote(parts.path).rstrip("/")
    found = next((found for shape in _POSTS if (found := shape.fullmatch(path))), None)
    return Place(origin_of(parts), (found.groupdict().get("id") or "") if found else "")


def page(address: str) -> str:
    """Where the page of the post `address` is, where its id has the form that `match` makes; else `""`."""
    parts = _split(address, everywhere=True)
    found = _OBJECT.fullmatch(parts.path) if parts else None
    if parts is None or found is None:
        return ""
    return f"{origin_of(parts)}/@{found[1]}/{found[2] or f'statuses/{found[3]}'}"


def is_local(name: object) -> TypeGuard[str]:
    """Whether `name` may be what a server calls a post or an account, so that it can stand in a path."""
    return isinstance(name, str) and _LOCAL.fullmatch(name) is not None


def local_ref(origin: str, status: str) -> PostRef:
    """A provisional ref: the post that the server at `origin` calls `status`, whoever wrote it."""
    return PostRef(NETWORK, f"{origin}/api/v1/statuses/{status}")


def post_ref(uri: object) -> PostRef | None:
    """The ref of the object with the id `uri`; `None` when it is no address of the web."""
    if not isinstance(uri, str) or "://" not in uri or _split(uri, everywhere=True) is None:
        return None
    return PostRef(NETWORK, uri)


def origin(address: str) -> str:
    """Scheme, host and port of `address`, in lower case; `""` when it is no address of the web."""
    parts = _split(address, everywhere=True)
    return origin_of(parts) if parts else ""


def host(address: str) -> str:
    """The host of `address`, with its port where it has one: whoever answers for what stands there."""
    return origin(address).partition("://")[2]


def origin_of(parts: SplitResult) -> str:
    """Scheme, host and port of an address that was taken apart."""
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _split(link: str, *, everywhere: bool = False) -> SplitResult | None:
    """`link` taken apart; `None` when it is no address, names a user, or leads to a site that is not ours."""
    link = link.strip()
    if len(link) > LONGEST or any(ord(character) <= 32 for character in link):
        return None
    parts = split_link(link)
    if parts is None or "@" in parts.netloc or not _can_have_its_port(parts):
        return None
    name = (parts.hostname or "").rstrip(".")
    if not _is_host(name) or (not everywhere and _is_elsewhere(name)):
        return None
    return parts


def _can_have_its_port(parts: SplitResult) -> bool:
    """Whether the port, where one is named, is one that there can be: asking for it tells."""
    try:
        _ = parts.port
    except ValueError:
        return False
    return True


def _is_host(name: str) -> bool:
    if name == "localhost" or _LABELS.fullmatch(name):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_elsewhere(name: str) -> bool:
    labels = name.split(".")
    return any(".".join(labels[start:]) in _ELSEWHERE for start in range(len(labels) - 1))
