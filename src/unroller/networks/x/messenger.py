"""The bot on X: who calls it, and its answers.

X has no key under which a reply is written once. So before anything is sent that may have been sent
before, and after each sending without a clear end, the bot looks whether its own posts hold an answer to
this very call.

https://docs.x.com/x-api/users/get-mentions, https://docs.x.com/x-api/posts/create-post
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from unroller.core.calls import Mention
from unroller.core.errors import AbsentError, NetworkError, RefusedError, SetupError, WireError
from unroller.core.model import PostRef
from unroller.core.ports import Answer, HttpClient, Reply
from unroller.networks.x import wire
from unroller.networks.x.api import Api, Page
from unroller.networks.x.budget import Budget, Order
from unroller.networks.x.calls import parse_mention
from unroller.networks.x.links import NETWORK
from unroller.networks.x.problems import trouble
from unroller.networks.x.replies import compose, post_body
from unroller.networks.x.session import Account, Session, parse_me
from unroller.networks.x.settings import XSettings
from unroller.networks.x.snowflake import earlier, is_id, time_of
from unroller.networks.x.vocabulary import BY_NAME

AT_ONCE = 10
"""Mentions on one page: what may come is paid for before it is asked, and mostly nothing comes."""

LOOKED_AT = 25
"""The bot's own posts on one page, when it looks for an answer."""

MOST_PAGES = 80  # X lists no more than the 800 newest mentions
SETTLES = 60.0
"""Seconds until a post that was taken surely stands in the list of its author's posts."""

OVERLAP = timedelta(minutes=2)
"""Mentions may be listed a little out of order: so long after the newest, those before it are read again."""

# What X says is not documented; these words were seen.
_DUPLICATE = "duplicate content"
_GONE = ("deleted or not visible",)
_NOT_CALLED = ("mentioned or otherwise engaged", "restricted who can reply", "reply to this conversation")
_DELETE, _CREATE, _ME = "/2/tweets/{}", "/2/tweets", "/2/users/me"
_NOT_SUMMONED = "X does not let the bot answer this call: whoever it would answer has not called it there."
_FORBIDDEN = "X does not let the bot write: give the app the right to read and write, then connect anew."


class Bot:
    """Hears calls with the app's token, and answers with the bot's own log-in."""

    def __init__(
        self,
        http: HttpClient,
        settings: XSettings,
        api: Api,
        account: Account,
        budget: Budget,
        clock: Callable[[], datetime],
    ) -> None:
        self._http, self._settings, self._api = http, settings, api
        self._account, self._budget, self._clock = account, budget, clock
        self._read_to = ""

    def mentions(self, since: datetime | None) -> Iterator[Mention]:
        """Calls, newest first, from a little before those that were taken in; at first from `since` on."""
        session = self._account.latest()
        newest, self._read_to = "", ""
        path, start = f"/2/users/{session.id}/mentions", _start(session, since, self._clock())
        for page in self._pages(path, start, AT_ONCE, authors=AT_ONCE):
            newest = newest or _newest(page)
            for post in page.posts:
                if call := parse_mention(post, page.includes, session.id):
                    yield call
        self._read_to = newest

    def took_in(self) -> None:
        """All that was read last is in the ledger."""
        if self._read_to:
            self._account.took_in(self._read_to)
            self._read_to = ""

    def compose(self, mention: Mention, answer: Answer) -> bytes:
        """The answer to `mention` in two wordings."""
        return compose(mention, answer, self._account.latest().handle)

    def send(self, reply: bytes, *, again: bool) -> PostRef:
        """Send what `compose` made, unless the bot's own posts hold an answer to the call already.

        Raises:
            RefusedError: X will never take an answer to this call.
            NetworkError, WireError: it is not known whether it was sent: try again, with `again`.
            SetupError: the log-in, or the app, may not write.
        """
        told = json.loads(reply)
        if again and (found := self._sent(told["to"])):
            return found
        for text in told["texts"]:
            made = self._created(post_body(text, told))
            if made or (made := self._sent(told["to"])):
                return made
        raise RefusedError("X takes the bot's answer for one that it gave before, in any words.")

    def retract(self, reply: PostRef) -> None:
        """Delete one of the bot's own replies, as `ports.Messenger.retract` promises."""
        answer = self._call("DELETE", _DELETE.format(reply.id))
        if answer.status in (403, 400):
            raise ValueError(f"{reply} is no post of the bot's")
        if answer.status not in (200, 404):
            raise WireError(f"X answered {answer.status} when the bot took a reply back.")

    def log_in(self, code: str, verifier: str) -> Session:
        """A new log-in from the code that X sent the browser back with, kept.

        Raises:
            SetupError: X refuses it.
        """
        access, refresh, ends = self._account.log_in(code, verifier)
        id_, handle = self._who(access)
        made = Session(id_, handle, access, refresh, ends, self._settings.client_id)
        return self._account.keep(made)

    def check(self) -> str:
        """Whether the log-in works, as words; it costs nothing where it was renewed lately.

        Raises:
            SetupError, NetworkError: it does not, or there is no telling.
        """
        return f"the bot is logged in as @{self._account.session().handle}"

    def _who(self, access: str) -> tuple[str, str]:
        """Whose a token is."""
        with self._budget.buying(Order(users=1)) as bill:
            answer = self._http.request("GET", self._settings.api + _ME, headers=_bearer(access))
            if answer.status != 200:
                bill.received()
                raise SetupError(_FORBIDDEN)
            id_, handle = parse_me(answer.json())
            bill.received(users=[id_])
            return id_, handle

    def _pages(self, path: str, start: dict[str, str], size: int, *, authors: int) -> Iterator[Page]:
        """Pages of posts by so many `authors` at most, newest first, until X has no more."""
        each, token = BY_NAME[self._settings.field_names], ""
        for _ in range(MOST_PAGES):
            params = start | {"max_results": str(size)} | ({"pagination_token": token} if token else {})
            posts, users = size * (1 + each.posts_each), authors + size * each.users_each
            request = " ".join((path, *start.values(), token))
            page = self._api.page(path, params, Order(request, posts=posts, users=users, owned=True))
            yield page
            if not page.next or page.next == token:
                return
            token = page.next

    def _sent(self, call: str) -> PostRef | None:
        """The bot's answer to `call`, if there is one among its own posts since."""
        path = f"/2/users/{self._account.latest().id}/tweets"
        for page in self._pages(path, {"since_id": call}, LOOKED_AT, authors=1):
            for post in page.posts:
                if wire.referenced(post, "replied_to") == call and is_id(post.get("id")):
                    return PostRef(NETWORK, wire.versions(post)[0])
        return None

    def _created(self, body: dict[str, Any]) -> PostRef | None:
        """The answer, sent; `None` where X says that the bot has said just this before."""
        with self._budget.buying(Order(replies=1)) as bill:
            try:
                answer = self._call("POST", _CREATE, body)
            except NetworkError as error:
                if error.status == 429:  # turned away: nothing was written
                    bill.received()
                    raise
                raise NetworkError(error.words, retry_after=max(SETTLES, error.retry_after or 0)) from None
            if answer.status >= 400:
                bill.received()
                _check_refusal(answer)
                return None
            made = _made(answer)
            bill.received(replies=1)
            return made

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Reply:
        """What X answers to the bot itself. A log-in that it no longer takes is renewed, once."""
        session = self._account.session()
        for last in (False, True):
            url, headers = self._settings.api + path, _bearer(session.access)
            answer = self._http.request(method, url, json=body, headers=headers)
            if answer.status != 401:
                return answer
            if not last:
                session = self._account.replaced(session)
        raise SetupError("X takes none of the bot's log-ins: run “unroll connect x”.")


def _newest(page: Page) -> str:
    ids = (post["id"] for post in page.posts if is_id(post.get("id")))
    return max(ids, key=int, default="")


def _bearer(access: str) -> dict[str, str]:
    return {"authorization": f"Bearer {access}"}


def _start(session: Session, since: datetime | None, now: datetime) -> dict[str, str]:
    """From where on mentions are asked for."""
    if session.since_id:
        made = time_of(session.since_id)
        recent = made is not None and now - made < OVERLAP
        return {"since_id": earlier(session.since_id, OVERLAP) if recent else session.since_id}
    return {"start_time": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"} if since else {}


def _check_refusal(answer: Reply) -> None:
    """Pass where the same was said before; otherwise raise what the refusal means.

    Raises:
        AbsentError: what it answers is gone.
        RefusedError: X will never take it.
        SetupError: the log-in may not write.
        BudgetError: there is no money left at X.
        WireError: there is no telling why.
    """
    detail = str(wire.thing(answer.json()).get("detail") or "").lower()
    if answer.status == 403 and _DUPLICATE in detail:
        return
    if any(words in detail for words in _GONE):
        raise AbsentError("The call is gone, so there is nothing to answer.")
    if answer.status == 403 and any(words in detail for words in _NOT_CALLED):
        raise RefusedError(_NOT_SUMMONED)
    if answer.status == 403:
        raise SetupError(_FORBIDDEN)
    raise trouble(answer, _CREATE) or WireError(f"X answered {answer.status} to an answer of the bot's.")


def _made(answer: Reply) -> PostRef:
    """https://docs.x.com/x-api/posts/create-post ."""
    id_ = wire.thing(wire.thing(answer.json()).get("data")).get("id")
    if not isinstance(id_, str) or not is_id(id_):
        raise WireError("X took the bot's answer, and did not say under which id.")
    return PostRef(NETWORK, id_)
