"""The bot on Bluesky: who calls it, and its answers.

https://docs.bsky.app/docs/starter-templates/bots
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from unroller.core.calls import Mention
from unroller.core.errors import NetworkError, UnrollerError, WireError
from unroller.core.model import PostRef
from unroller.core.ports import Answer, Params
from unroller.networks.bluesky import tid, xrpc
from unroller.networks.bluesky.calls import parse_mention
from unroller.networks.bluesky.labels import Scope
from unroller.networks.bluesky.links import NETWORK, AtUri, post_uri
from unroller.networks.bluesky.parse import parse_reply
from unroller.networks.bluesky.replies import canonical, parse_blob, put_record
from unroller.networks.bluesky.session import Account
from unroller.networks.bluesky.times import published

LARGEST_PICTURE = 1_000_000
# Reading ends at a time; this only ends what would never end.
MOST_PAGES = 1_000
DEEP_EVERY = 60
_DEEP = timedelta(days=3)
_OVERLAP = timedelta(hours=1)
_LIST = "app.bsky.notification.listNotifications"
# How many notifications are asked for at once: fewer where one among them cannot be read.
_PORTIONS = (100, 25, 5, 1)
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}

Note = dict[str, Any]


class Bot:
    """Reads calls and sends answers with the bot's account."""

    def __init__(self, account: Account, scope: Callable[[], Scope]) -> None:
        self._account = account
        self._scope = scope
        self._polls = 0

    def mentions(self, since: datetime | None) -> Iterator[Mention]:
        """Calls, newest first, until an hour before `since`.

        Notifications stand in the order of what their posts say when they were made, so a post that
        is dated back stands far down: now and then, and at first, all of three days is read.
        """
        scope, bot = self._scope(), self._account.session().did
        horizon = self._horizon(since, scope.now)
        for page in self._pages():
            yield from (call for note in page if (call := parse_mention(note, bot, scope)))
            if page and _made(page[-1]) < horizon:
                return

    def _horizon(self, since: datetime | None, now: datetime) -> datetime:
        """Up to when this look goes back."""
        deep = self._polls % DEEP_EVERY == 0
        self._polls += 1
        if since is None:
            return now - _DEEP
        return min(since - _OVERLAP, now - _DEEP) if deep else since - _OVERLAP

    def _pages(self) -> Iterator[list[Note]]:
        cursor = ""
        for _ in range(MOST_PAGES):
            notes, following = self._page(cursor)
            yield notes
            if not following or following == cursor:
                return
            cursor = following

    def _page(self, cursor: str) -> tuple[list[Note], str]:
        """The notifications from `cursor` on, and the next cursor; `""` at their end.

        One that cannot be read hides the others in its answer, so then fewer are asked for.
        """
        for limit in _PORTIONS:
            params: Params = {"reasons": ["mention"], "limit": limit}
            start: Params = {"cursor": cursor} if cursor else {}
            try:
                return _notes(self._account.get(_LIST, {**params, **start}))
            except xrpc.XrpcError:
                raise
            except WireError:
                if limit == _PORTIONS[-1]:
                    raise
        raise AssertionError

    def compose(self, mention: Mention, answer: Answer) -> bytes:
        """The whole `putRecord` that answers `mention`."""
        bot = self._account.session().did
        return put_record(mention, answer, self._thumb(answer.picture), bot, self._scope().now)

    def _thumb(self, picture: bytes | None) -> object:
        """The picture, uploaded. To have none is no reason not to answer."""
        mime = next((mime for start, mime in _PICTURES.items() if (picture or b"").startswith(start)), None)
        if not picture or mime is None or len(picture) > LARGEST_PICTURE:
            return None
        try:
            return parse_blob(self._account.post("com.atproto.repo.uploadBlob", picture, mime), mime)
        except UnrollerError:
            return None

    def send(self, reply: bytes) -> PostRef:
        """Write what `compose` made. Where it is unclear whether it was written, look.

        Two calls of the same millisecond may have been given one key; then the later answer goes under
        the next free one, and finds its way there again however often it is sent.
        """
        body = json.loads(reply)
        while not self._write(body):
            body["rkey"] = tid.following(body["rkey"])
        return PostRef(NETWORK, str(AtUri(body["repo"], body["collection"], body["rkey"])))

    def retract(self, reply: PostRef) -> None:
        """Delete one of the bot's own replies, as `ports.Messenger.retract` promises."""
        uri = post_uri(reply.id) if reply.network == NETWORK else None
        if uri is None or uri.repo != self._account.session().did:
            raise ValueError(f"{reply} is no post of the bot's")
        body = {"repo": uri.repo, "collection": uri.collection, "rkey": uri.key}
        self._account.post("com.atproto.repo.deleteRecord", canonical(body))

    def _write(self, body: dict[str, Any]) -> bool:
        """Whether the answer stands under its key now; `False` when another one does."""
        try:
            self._account.post("com.atproto.repo.putRecord", canonical(body))
        except xrpc.XrpcError as error:
            if error.name != "InvalidSwap":
                raise
            return self._answered(body) == _parent(body["record"])
        except (NetworkError, WireError):
            if (answered := self._answered(body)) is None:
                raise
            return answered == _parent(body["record"])
        return True

    def _answered(self, body: dict[str, Any]) -> str | None:
        """The post that what stands under the key answers; `None` when nothing does, or nobody can tell."""
        params: Params = {name: body[name] for name in ("repo", "collection", "rkey")}
        try:
            return _parent(self._account.get("com.atproto.repo.getRecord", params).get("value"))
        except xrpc.XrpcError:
            return None


def _parent(record: object) -> str | None:
    parent, _, _ = parse_reply(record) if isinstance(record, dict) else (None, None, None)
    return parent.id if parent else None


def _notes(body: dict[str, Any]) -> tuple[list[Note], str]:
    listed, following = body.get("notifications"), body.get("cursor")
    if not isinstance(listed, list):
        raise WireError("Bluesky answered with something other than notifications.")
    notes = [note for note in listed if isinstance(note, dict)]
    return notes, following if isinstance(following, str) else ""


def _made(note: Note) -> datetime:
    """The time by which a notification stands in its list."""
    record = note.get("record")
    created = record.get("createdAt") if isinstance(record, dict) else None
    return published(created, note.get("indexedAt"), "")
