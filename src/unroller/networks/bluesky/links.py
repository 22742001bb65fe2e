"""Links and names: a link → the post that it names, and back. Pure.

https://atproto.com/specs/at-uri-scheme, https://atproto.com/specs/handle, https://atproto.com/specs/did
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote

from unroller.core.errors import InputError
from unroller.core.model import PostRef
from unroller.core.tolerant import split_link

NETWORK = "bluesky"
POSTS = "app.bsky.feed.post"
INVALID_HANDLE = "handle.invalid"

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_HANDLE = re.compile(
    rf"(?=.{{3,253}}\Z)(?:{_LABEL}\.)+[a-zA-Z](?:[a-zA-Z0-9-]{{0,61}}[a-zA-Z0-9])?", re.ASCII
)
_DID = re.compile(r"did:[a-z]{1,32}:[a-zA-Z0-9._:%-]{0,500}[a-zA-Z0-9._-]", re.ASCII)
_KEY = re.compile(r"(?!\.\.?\Z)[a-zA-Z0-9._:~-]{1,512}", re.ASCII)
_CID = re.compile(r"[a-zA-Z0-9]{8,128}", re.ASCII)
_COLLECTION = re.compile(r"[a-zA-Z0-9.-]{1,317}", re.ASCII)
_NO_POST = "This Bluesky link leads to no post: open the post that you mean and copy its link."


class AtUri(NamedTuple):
    """A record: whose (a DID or a handle), of which collection, under which key."""

    repo: str
    collection: str
    key: str

    def __str__(self) -> str:
        return f"at://{self.repo}/{self.collection}/{self.key}"


def match(link: str, front_ends: Collection[str] = ()) -> PostRef | None:
    """The post that `link` names, by handle or DID; `None` when it is a link to another site.

    Raises:
        InputError: it is a Bluesky link, but names no post.
    """
    link = link.strip()
    if link.startswith("at://"):
        return _settle(parse_at_uri(link.split("#")[0].split("?")[0].rstrip("/")))
    parts = split_link(link)
    if parts is None or not _is_ours(parts, front_ends):
        return None
    steps = [unquote(step).strip() for step in parts.path.split("/") if step]
    if len(steps) < 4 or (steps[0], steps[2]) != ("profile", "post"):
        raise InputError(_NO_POST)
    return _settle(AtUri(steps[1].removeprefix("@"), POSTS, steps[3]))


def _is_ours(parts: SplitResult, front_ends: Collection[str]) -> bool:
    hosts = {"bsky.app", *(host.lower() for host in front_ends)}
    host = (parts.hostname or "").rstrip(".").removeprefix("www.")
    return host in hosts or parts.netloc.lower() in hosts


def _settle(uri: AtUri | None) -> PostRef:
    if uri is None or uri.collection != POSTS or not _KEY.fullmatch(uri.key):
        raise InputError(_NO_POST)
    if is_did(uri.repo):
        return PostRef(NETWORK, str(uri))
    if not is_handle(uri.repo):
        raise InputError("This Bluesky link names no account: copy the link of the post once more.")
    return PostRef(NETWORK, str(uri._replace(repo=uri.repo.lower())))


def is_did(text: object) -> bool:
    """Whether `text` has the form of a permanent account id."""
    return isinstance(text, str) and _DID.fullmatch(text) is not None


def is_handle(text: object) -> bool:
    """Whether `text` has the form of a handle."""
    return isinstance(text, str) and _HANDLE.fullmatch(text) is not None


def is_cid(text: object) -> bool:
    """Whether `text` has the form of the name of one version of a record, or of a file.

    https://github.com/multiformats/cid
    """
    return isinstance(text, str) and _CID.fullmatch(text) is not None


def parse_at_uri(uri: object) -> AtUri | None:
    """The parts of a record's at-URI; `None` when it is none."""
    parts = uri.removeprefix("at://").split("/") if isinstance(uri, str) and uri.startswith("at://") else []
    if len(parts) != 3 or not (is_did(parts[0]) or is_handle(parts[0])):
        return None
    valid = _COLLECTION.fullmatch(parts[1]) and _KEY.fullmatch(parts[2])
    return AtUri(*parts) if valid else None


def post_uri(uri: object) -> AtUri | None:
    """The parts of a post's permanent at-URI; `None` for other records, and for one by handle."""
    parts = parse_at_uri(uri)
    return parts if parts and parts.collection == POSTS and is_did(parts.repo) else None


def post_ref(uri: object) -> PostRef | None:
    """The ref of the post that a permanent at-URI names."""
    parts = post_uri(uri)
    return PostRef(NETWORK, str(parts)) if parts else None


def owner(ref: PostRef) -> str:
    """The account, by DID or handle, that `ref` names; `""` when it is no post of this network."""
    parts = parse_at_uri(ref.id) if ref.network == NETWORK else None
    return parts.repo if parts else ""


def key_of(ref: PostRef) -> str:
    """The record key that `ref` ends with."""
    return ref.id.rpartition("/")[2]


def known_as(did: str, handle: str) -> str:
    """What an address calls an account: its handle, for readers, or its DID when the handle is not proven."""
    return handle if is_handle(handle) and handle != INVALID_HANDLE else did


def profile_url(web: str, account: str) -> str:
    """Where an account is shown."""
    return f"{web}/profile/{account}"


def post_url(web: str, account: str, key: str) -> str:
    """Where a post is shown."""
    return f"{web}/profile/{account}/post/{key}"


def tag_url(web: str, tag: str) -> str:
    """Where posts with a hashtag are shown."""
    return f"{web}/hashtag/{quote(tag, safe='')}"
