"""The public view of the network: the one source of words, pictures and names.

https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from unroller.core.errors import AbsentError, RefusedError, WireError
from unroller.core.model import PostRef
from unroller.core.ports import HttpClient
from unroller.networks.bluesky import xrpc
from unroller.networks.bluesky.links import is_did, owner
from unroller.networks.bluesky.settings import BlueskySettings

NOT_FOUND_POST = "app.bsky.feed.defs#notFoundPost"
BLOCKED_POST = "app.bsky.feed.defs#blockedPost"

# Deeper answers are nested more deeply than a JSON parser can be trusted with.
MOST_PARENTS = 400
MOST_LEVELS = 200
MOST_POSTS_AT_ONCE = 25

Node = dict[str, Any]


class AppView:
    """Reads without logging in, so that nothing is seen that the public cannot see."""

    def __init__(self, http: HttpClient, settings: BlueskySettings) -> None:
        self._http = xrpc.Configured(http)
        self._server = settings.appview
        self._headers = {"atproto-accept-labelers": settings.labeler} if settings.labeler else {}

    def thread(self, ref: PostRef, *, levels: int, parents: int) -> Node:
        """The post that `ref` names, with its parents above it and `levels` of replies below.

        Raises:
            AbsentError: the post, or its account, is gone or never was.
            RefusedError: the post is not shown to the public.
            NetworkError, WireError, SetupError: there is no telling.
        """
        try:
            params = {"uri": ref.id, "depth": levels, "parentHeight": parents}
            node = self._get("app.bsky.feed.getPostThread", params).get("thread")
        except xrpc.XrpcError as error:
            # A handle that leads nowhere makes the request invalid; with a DID, the fault is ours.
            if error.name == "NotFound":
                raise self._why_absent(owner(ref)) from None
            if error.name == "InvalidRequest" and not is_did(owner(ref)):
                self._find_account(owner(ref))
            raise
        return self._opened(node, ref)

    def _opened(self, node: object, ref: PostRef) -> Node:
        kind = node.get("$type") if isinstance(node, dict) else None
        if kind == NOT_FOUND_POST:
            raise self._why_absent(owner(ref))
        if kind == BLOCKED_POST:
            raise RefusedError("Bluesky does not show this post to the public: a block stands before it.")
        if not isinstance(node, dict) or not isinstance(node.get("post"), dict):
            raise WireError("Bluesky answered with something other than a thread.")
        return node

    def posts(self, refs: Sequence[PostRef]) -> Iterator[Node]:
        """The views of those of `refs` that are public, in no order.

        What an answer leaves out is asked for once more, since a server leaves out what it cannot find
        just now as well.
        """
        shown = [view for batch in _batches(refs) for view in self._views(batch)]
        told = {view.get("uri") for view in shown if isinstance(view.get("uri"), str)}
        yield from shown
        for batch in _batches(ref for ref in refs if ref.id not in told):
            yield from self._views(batch)

    def _views(self, refs: Sequence[PostRef]) -> list[Node]:
        views = self._get("app.bsky.feed.getPosts", {"uris": [ref.id for ref in refs]}).get("posts")
        if not isinstance(views, list):
            raise WireError("Bluesky answered with something other than posts.")
        return [view for view in views if isinstance(view, dict)]

    def profile(self, account: str) -> Node:
        """The profile of an account, by DID or handle."""
        return self._get("app.bsky.actor.getProfile", {"actor": account})

    def _get(self, method: str, params: dict[str, Any]) -> Node:
        return xrpc.get(self._http, self._server, method, params, self._headers)

    def _why_absent(self, account: str) -> AbsentError:
        """Why there is no post by `account`: one more question tells a lost post from a lost account."""
        self._find_account(account)
        return AbsentError("There is no such post on Bluesky: it was deleted, is not public, or never was.")

    def _find_account(self, account: str) -> None:
        """Ask whether there is such an account.

        Raises:
            AbsentError: there is none that is shown.
        """
        try:
            self.profile(account)
        except xrpc.XrpcError as error:
            if error.name not in _LOST_ACCOUNT:
                raise
            raise AbsentError(_LOST_ACCOUNT[error.name]) from None


_NO_ACCOUNT = "There is no such account on Bluesky: it was deleted, has a new handle, or never was."
_LOST_ACCOUNT = {
    "InvalidRequest": _NO_ACCOUNT,
    "NotFound": _NO_ACCOUNT,
    "AccountDeactivated": "The author has deactivated this Bluesky account, so its posts are not shown.",
    "AccountTakedown": "Bluesky has taken this account down, so its posts are not shown.",
    "AccountSuspended": "Bluesky has suspended this account, so its posts are not shown.",
}


def _batches(refs: Iterable[PostRef]) -> Iterator[list[PostRef]]:
    left = iter(refs)
    while batch := list(islice(left, MOST_POSTS_AT_ONCE)):
        yield batch
