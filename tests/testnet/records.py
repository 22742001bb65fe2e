"""Records as the AT Protocol has them, made without a server: keys, CIDs, facets, a picture."""

from __future__ import annotations

import base64
import hashlib
import random
import struct
import threading
import time
import zlib
from datetime import UTC, datetime
from typing import Any

import libipld

Record = dict[str, Any]

POST = "app.bsky.feed.post"
PROFILE = "app.bsky.actor.profile"

_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"
_clock_id = random.getrandbits(10)
_last = 0
_lock = threading.Lock()


def now() -> str:
    return timestamp(datetime.now(UTC))


def timestamp(moment: datetime) -> str:
    """A time as Bluesky's own programs write it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def tid() -> str:
    """A record key later than every one before it.

    https://atproto.com/specs/tid
    """
    global _last  # noqa: PLW0603 - the order of keys is the order of calls in this process
    with _lock:
        _last = max(time.time_ns() // 1000, _last + 1)
        number = (_last << 10) | _clock_id
    return "".join(_ALPHABET[(number >> shift) & 31] for shift in range(60, -1, -5))


def cid(record: Record) -> str:
    """The CID that the PDS will give a record: CIDv1, dag-cbor, SHA-256."""
    digest = hashlib.sha256(libipld.encode_dag_cbor(_with_links(record))).digest()
    return "b" + base64.b32encode(b"\x01\x71\x12\x20" + digest).decode().lower().rstrip("=")


def _with_links(value: Any) -> Any:
    """The value with `{"$link": …}` as the bytes of a CID, which is what libipld takes for a link."""
    if isinstance(value, dict):
        if set(value) == {"$link"}:
            return _cid_bytes(value["$link"])
        return {key: _with_links(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_with_links(item) for item in value]
    return value


def _cid_bytes(text: str) -> bytes:
    body = text[1:].upper()
    return base64.b32decode(body + "=" * (-len(body) % 8))


def facet(text: str, part: str, feature: Record) -> Record:
    """A facet on the first `part` of `text`, in bytes of UTF-8."""
    start = text.encode().index(part.encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(part.encode())}, "features": [feature]}


def link(text: str, part: str, uri: str) -> Record:
    return facet(text, part, {"$type": "app.bsky.richtext.facet#link", "uri": uri})


def mention(text: str, part: str, did: str) -> Record:
    return facet(text, part, {"$type": "app.bsky.richtext.facet#mention", "did": did})


def tag(text: str, part: str) -> Record:
    return facet(text, part, {"$type": "app.bsky.richtext.facet#tag", "tag": part.lstrip("#")})


def self_labels(*values: str) -> Record:
    return {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": value} for value in values]}


def png(width: int = 4, height: int = 3, colour: tuple[int, int, int] = (200, 60, 40)) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )
