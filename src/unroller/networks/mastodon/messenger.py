"""The bot on the fediverse: who calls it, and its answers.

https://docs.joinmastodon.org/methods/notifications/, https://docs.joinmastodon.org/methods/statuses/#create
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from unroller.core.calls import Mention
from unroller.core.errors import AbsentError, NetworkError, UnrollerError, WireError
from unroller.core.model import PostRef
from unroller.core.ports import Answer, Params
from unroller.core.tolerant import parse_time
from unroller.networks.mastodon import links, replies
from unroller.networks.mastodon.calls import account_key, parse_call, settled
from unroller.networks.mastodon.session import Account, ApiError, Session

# Reading ends at a time, or where nothing is newer; this only ends what would never end.
MOST_PAGES = 1_000
_BACK = timedelta(days=3)
_OVERLAP = timedelta(hours=1)
# How many notifications are asked for at once: fewer where one among them cannot be read.
_PORTIONS = (80, 20, 5, 1)
_STATUSES = "/api/v1/statuses"

Wire = dict[str, Any]


class Bot:
    """Reads calls and sends answers with the bot's account."""

    def __init__(self, account: Account, clock: Callable[[], datetime]) -> None:
        self._account = account
        self._clock = clock
        self._newest = ""
        self._room: replies.Room | None = None

    def mentions(self, since: datetime | None) -> Iterator[Mention]:
        """Calls, newest first: all since those taken in last, and at first until an hour before `since`."""
        bot = self._account.session()
        notes = self._after(bot.heard) if bot.heard else self._back_to(since)
        self._newest = max((bot.heard, *map(_id, notes)), key=_rank)
        for note in sorted(notes, key=lambda note: _rank(_id(note)), reverse=True):
            if found := self._mention(note, bot):
                yield found

    def took_in(self) -> None:
        """What `mentions` gave last need not be asked for again."""
        if self._newest:
            self._account.heard(self._newest)

    def _mention(self, note: Wire, bot: Session) -> Mention | None:
        call = parse_call(note, bot)
        if call is None or not call.about:
            return call.mention if call else None
        try:
            about = self._account.get(f"{_STATUSES}/{call.about}")
        except (NetworkError, WireError):
            about = None  # one post that the server cannot give must not hide all calls after it
        return settled(call, about, bot)

    def _after(self, heard: str) -> list[Wire]:
        """All notifications after `heard`, which never skips any, however many there are."""
        found: list[Wire] = []
        for _ in range(MOST_PAGES):
            page = self._page({"min_id": heard})
            newest = max((heard, *map(_id, page)), key=_rank)
            found += page
            if newest == heard:
                return found
            heard = newest
        return found

    def _back_to(self, since: datetime | None) -> list[Wire]:
        """All notifications until an hour before `since`."""
        horizon = since - _OVERLAP if since else self._clock() - _BACK
        found, before = [], ""
        for _ in range(MOST_PAGES):
            page = self._page({"max_id": before} if before else {})
            found += page
            oldest = min(map(_id, page), key=_rank, default="")
            times = [time for note in page if (time := parse_time(note.get("created_at")))]
            if oldest in ("", before) or (times and min(times) < horizon):
                break
            before = oldest
        return found

    def _page(self, bounds: Params) -> list[Wire]:
        """The mentions within `bounds`. Those that the server would hold back are asked for too."""
        for limit in _PORTIONS:
            params = {"types[]": ["mention"], "include_filtered": True, "limit": limit, **bounds}
            try:
                return _notes(self._account.get("/api/v1/notifications", params))
            except ApiError:
                raise
            except WireError:
                if limit == _PORTIONS[-1]:
                    raise
        raise AssertionError

    def compose(self, mention: Mention, answer: Answer) -> bytes:
        """The whole status that answers `mention`, with its key."""
        bot, token = self._account.session(), json.loads(mention.token)
        warning = self._warning(token["call"]) if token["warned"] else ""
        return replies.reply(mention, answer, bot.handle, self._fits(), warning)

    def _warning(self, call: str) -> str:
        """The content warning of a call, read when it is needed: nobody's words are kept."""
        try:
            told = self._account.get(f"{_STATUSES}/{call}")
        except ApiError:
            return ""
        text = told.get("spoiler_text") if isinstance(told, dict) else None
        return text if isinstance(text, str) else ""

    def _fits(self) -> replies.Room:
        """How much fits into a status here. Not to know it is no reason not to answer."""
        if self._room is None:
            try:
                self._room = replies.parse_room(self._account.get("/api/v2/instance"))
            except UnrollerError:
                return replies.Room()
        return self._room

    def send(self, reply: bytes, *, again: bool = False) -> PostRef:
        """Send what `compose` made. Where it may have arrived before, look first.

        Servers know the key of a status for an hour, and some not at all.

        Raises:
            AbsentError: the call is gone, so there is nothing to answer.
        """
        body = json.loads(reply)
        call = body["status"]["in_reply_to_id"]
        if again and (found := self._answered(call)):
            return found
        try:
            return _ref(self._account.change("POST", _STATUSES, body["status"], body["key"]))
        except (NetworkError, WireError) as error:
            if found := self._found_after(error, call):
                return found
            raise

    def _found_after(self, error: UnrollerError, call: str) -> PostRef | None:
        """The answer to `call`, if it arrived in spite of `error`; `None` where nobody can tell."""
        try:
            if found := self._answered(call):
                return found
            if isinstance(error, ApiError):
                self._account.get(f"{_STATUSES}/{call}")
        except ApiError as told:
            if told.status in _GONE:
                raise AbsentError("The call is gone, so there is nothing to answer.") from None
        except UnrollerError:
            pass
        return None

    def _answered(self, call: str) -> PostRef | None:
        """The bot's own answer to what its server calls `call`; `None` when there is none."""
        bot = self._account.session()
        try:
            context = self._account.get(f"{_STATUSES}/{call}/context")
        except ApiError as error:
            if error.status not in _GONE:
                raise
            return None
        below = context.get("descendants") if isinstance(context, dict) else None
        if not isinstance(below, list):
            raise WireError("The bot's server answered with something other than a context.")
        for status in below:
            if (
                isinstance(status, dict)
                and status.get("in_reply_to_id") == call
                and account_key(status) == bot.key
            ):
                return _ref(status)
        return None

    def retract(self, reply: PostRef) -> None:
        """Delete one of the bot's own replies, as `ports.Messenger.retract` promises."""
        bot = self._account.session()
        if reply.network != links.NETWORK or links.origin(reply.id) != bot.server:
            raise ValueError(f"{reply} is no post of the bot's")
        status = self._own(reply)
        if status is None:
            return
        if account_key(status) != bot.key:
            raise ValueError(f"{reply} is no post of the bot's")
        try:
            self._account.change("DELETE", f"{_STATUSES}/{status['id']}")
        except ApiError as error:
            if error.status not in _GONE:
                raise

    def _own(self, reply: PostRef) -> Wire | None:
        """What the bot's server says of `reply`; `None` when it is gone.

        Most servers end the address of a post with its id. Where they do not, it is looked for.
        """
        last = urlsplit(reply.id).path.rpartition("/")[2]
        try:
            status = self._account.get(f"{_STATUSES}/{last}")
            if isinstance(status, dict) and status.get("uri") == reply.id:
                return status
        except ApiError as error:
            if error.status not in _GONE:
                raise
        params: Params = {"q": reply.id, "type": "statuses", "resolve": False}
        found = self._account.get("/api/v2/search", params)
        statuses = found.get("statuses") if isinstance(found, dict) else None
        listed = (one for one in statuses if isinstance(one, dict)) if isinstance(statuses, list) else ()
        return next((one for one in listed if one.get("uri") == reply.id), None)


_GONE = frozenset({404, 410})


def _notes(told: object) -> list[Wire]:
    if not isinstance(told, list):
        raise WireError("The bot's server answered with something other than notifications.")
    return [note for note in told if isinstance(note, dict) and _id(note)]


def _id(note: Wire) -> str:
    found = note.get("id")
    return found if isinstance(found, str) else ""


def _rank(name: str) -> tuple[int, str]:
    """The order of ids of one server: numbers that grow, or letters that sort."""
    return len(name), name


def _ref(status: object) -> PostRef:
    ref = links.post_ref(status.get("uri")) if isinstance(status, dict) else None
    if ref is None:
        raise WireError("The bot's server took an answer and does not say where it stands.")
    return ref
