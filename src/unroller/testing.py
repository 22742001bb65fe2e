"""A small Bluesky made of paper: records in, the answers of real servers out, nothing on the wire.

It stands where a plug-in is handed its HTTP client, and answers what an AppView, a PLC directory and
a PDS would, from accounts and records in wire form. The shipped sample, the unit tests and the bench
go through it, and so through the same parsing as everything else.
"""

from __future__ import annotations

import hashlib
import json as json_codec
import threading
from base64 import b32encode
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from unroller.core.errors import NetworkError
from unroller.core.ports import Params, Reply

Wire = dict[str, Any]

_POST = "app.bsky.feed.post"
_DEFS = "app.bsky.feed.defs#"
_EMBED = "app.bsky.embed."
_HOME = "https://pds.paper.example"
_MENTION = "app.bsky.richtext.facet#mention"


class PaperBluesky:
    """An `HttpClient` behind which there is a whole network.

    Each of `accounts` has a `did`, a `handle`, and may have `displayName`, `avatar` and `labels` (the
    values of its self-labels). Each of `posts` has a `uri` and a `record`, and may have `embed` (in
    view form), `labels` and `indexedAt`. `depth` and `parents` are the most levels shown at once.

    `hidden` are posts that only the author's own list names; `down` are methods that do not answer;
    `asked` are the methods that were called; `received` counts the bytes that were answered.
    """

    def __init__(
        self, accounts: Iterable[Wire], posts: Iterable[Wire], *, depth: int = 10, parents: int = 1000
    ) -> None:
        self.accounts = {account["did"]: account for account in accounts}
        self.posts: dict[str, Wire] = {}
        self.hidden: set[str] = set()
        self.down: set[str] = set()
        self.asked: list[str] = []
        self.received = 0
        self._replies: dict[str, list[str]] = {}
        self._depth, self._parents = depth, parents
        self._lock = threading.Lock()
        self._bot = ""
        for post in posts:
            self.add(post)

    def add(self, post: Wire) -> None:
        """Add a post, or write over the one under the same address."""
        record = post["record"]
        digest = hashlib.sha256(json_codec.dumps(record, sort_keys=True).encode()).digest()
        cid = "bafyrei" + b32encode(digest).decode().lower().rstrip("=")
        if post["uri"] not in self.posts and (parent := _parent(record)):
            self._replies.setdefault(parent, []).append(post["uri"])
        self.posts[post["uri"]] = {"cid": cid, **post}

    def delete(self, uri: str) -> None:
        """Delete a post, as its author would: what answers it stays."""
        post = self.posts.pop(uri)
        if parent := _parent(post["record"]):
            self._replies[parent].remove(uri)

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Params | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        limit: int = 8_000_000,
    ) -> Reply:
        """See `unroller.core.ports.HttpClient.request`."""
        name = url.rpartition("/")[2]
        self.asked.append(name)
        if name in self.down or ("did:" in name and "plc" in self.down):
            raise NetworkError("The paper network is down.")
        body = json if json is not None else _decoded(content)
        status, told = self._answer(name, dict(params or {}), body if isinstance(body, dict) else {})
        data = json_codec.dumps(told, ensure_ascii=False).encode()
        self.received += len(data)
        return Reply(status, {"content-type": "application/json"}, data)

    def _answer(self, name: str, params: Wire, body: Wire) -> tuple[int, Wire]:
        if name in self.accounts:
            return 200, self._document(name)
        known: dict[str, Callable[[Wire], Wire | None]] = {
            "com.atproto.identity.resolveHandle": self._resolve,
            "app.bsky.actor.getProfile": self._profile,
            "app.bsky.feed.getPostThread": self._thread,
            "app.bsky.feed.getPosts": self._some,
            "com.atproto.repo.listRecords": self._list,
            "com.atproto.repo.getRecord": self._record,
            "com.atproto.server.createSession": self._log_in,
            "com.atproto.server.refreshSession": self._log_in,
            "com.atproto.server.getSession": self._log_in,
            "com.atproto.repo.uploadBlob": _blob,
            "app.bsky.notification.listNotifications": self._notes,
        }
        if name == "com.atproto.repo.putRecord":
            return self._put(body)
        if name == "com.atproto.repo.deleteRecord":
            return self._take_back(body)
        answer = known[name](params | body) if name in known else None
        lost = "RecordNotFound" if name.endswith("getRecord") else "NotFound"
        return (200, answer) if answer is not None else (400, {"error": lost, "message": "Not found"})

    # ------------------------------------------------------------------- reads

    def _document(self, did: str) -> Wire:
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": _HOME}
        return {"id": did, "alsoKnownAs": [f"at://{self.accounts[did]['handle']}"], "service": [service]}

    def _did(self, actor: str) -> str:
        handles = (did for did, account in self.accounts.items() if account["handle"] == actor)
        return actor if actor in self.accounts else next(handles, "")

    def _resolve(self, asked: Wire) -> Wire | None:
        return {"did": did} if (did := self._did(asked["handle"])) else None

    def _profile(self, asked: Wire) -> Wire | None:
        return self._actor(did) if (did := self._did(asked["actor"])) else None

    def _actor(self, did: str) -> Wire:
        account = self.accounts.get(did, {"did": did, "handle": "handle.invalid"})
        about = f"at://{did}/app.bsky.actor.profile/self"
        labels = [{"src": did, "uri": about, "val": value} for value in account.get("labels", ())]
        return {**account, "labels": labels}

    def _view(self, uri: str, *, quoted: bool = False) -> Wire:
        post = self.posts[uri]
        embed = post.get("embed") or self._embed(post["record"].get("embed"), quoted=quoted)
        return {
            "uri": uri,
            "cid": post["cid"],
            "author": self._actor(_repo(uri)),
            "record": post["record"],
            **({"embed": embed} if embed else {}),
            "replyCount": len(self._replies.get(uri, ())),
            "indexedAt": post.get("indexedAt", post["record"].get("createdAt")),
            "labels": post.get("labels", []),
        }

    def _embed(self, embed: Wire | None, *, quoted: bool) -> Wire | None:
        """The view of a quote or of a card; other kinds come with the post in view form."""
        kind = (embed or {}).get("$type")
        if embed and kind == _EMBED + "external":
            return {"$type": kind + "#view", "external": embed["external"]}
        if embed and kind == _EMBED + "record" and not quoted:
            return {"$type": kind + "#view", "record": self._quoted(embed["record"]["uri"])}
        return None

    def _quoted(self, uri: str) -> Wire:
        if not self._shown(uri):
            return {"$type": _EMBED + "record#viewNotFound", "uri": uri, "notFound": True}
        view = self._view(uri, quoted=True)
        embeds = [view["embed"]] if view.get("embed") else []
        return {"$type": _EMBED + "record#viewRecord", **view, "value": view["record"], "embeds": embeds}

    def _shown(self, uri: str) -> bool:
        return uri in self.posts and uri not in self.hidden

    def _thread(self, asked: Wire) -> Wire | None:
        actor, _, rest = asked["uri"].removeprefix("at://").partition("/")
        uri = f"at://{self._did(actor) or actor}/{rest}"
        if not self._shown(uri):
            return None
        node = self._below(uri, min(asked.get("depth", 6), self._depth))
        self._above(node, min(asked.get("parentHeight", 80), self._parents))
        return {"thread": node}

    def _node(self, uri: str) -> Wire:
        if not self._shown(uri):
            return {"$type": _DEFS + "notFoundPost", "uri": uri, "notFound": True}
        return {"$type": _DEFS + "threadViewPost", "post": self._view(uri)}

    def _below(self, uri: str, levels: int) -> Wire:
        top = self._node(uri)
        layer = [top]
        for _ in range(levels):
            for node in layer:
                replies = [one for one in self._replies.get(node["post"]["uri"], ()) if self._shown(one)]
                node["replies"] = [self._node(one) for one in reversed(replies)]
            layer = [reply for node in layer for reply in node["replies"]]
        return top

    def _above(self, node: Wire, height: int) -> None:
        for _ in range(height):
            parent = _parent(node["post"]["record"])
            if parent is None:
                return
            node["parent"] = node = self._node(parent)
            if "post" not in node:
                return

    def _some(self, asked: Wire) -> Wire:
        return {"posts": [self._view(uri) for uri in asked["uris"] if self._shown(uri)]}

    def _list(self, asked: Wire) -> Wire:
        start = f"at://{asked['repo']}/{asked['collection']}/"
        after = start + asked.get("cursor", "")
        uris = sorted(uri for uri in self.posts if uri.startswith(start) and uri > after)[: asked["limit"]]
        listed = [
            {"uri": uri, "cid": self.posts[uri]["cid"], "value": self.posts[uri]["record"]} for uri in uris
        ]
        return {"records": listed, **({"cursor": uris[-1].rpartition("/")[2]} if uris else {})}

    def _record(self, asked: Wire) -> Wire | None:
        uri = f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}"
        post = self.posts.get(uri)
        return {"uri": uri, "cid": post["cid"], "value": post["record"]} if post else None

    # --------------------------------------------------------------------- bot

    def _log_in(self, asked: Wire) -> Wire:
        """Whoever logged in last by name is the bot."""
        self._bot = self._did(asked.get("identifier", "")) or self._bot
        tokens = {"accessJwt": "paper", "refreshJwt": "paper"}
        return {"did": self._bot, "handle": self.accounts[self._bot]["handle"], **tokens}

    def _notes(self, asked: Wire) -> Wire:
        calling = [uri for uri, post in self.posts.items() if self._bot in _mentioned(post["record"])]
        left = calling[::-1][int(asked.get("cursor", 0)) :]
        notes = [self._view(uri) | {"reason": "mention"} for uri in left[: asked["limit"]]]
        more = len(left) > len(notes)
        following = {"cursor": str(int(asked.get("cursor", 0)) + len(notes))} if more else {}
        return {"notifications": notes, **following}

    def _put(self, body: Wire) -> tuple[int, Wire]:
        uri = f"at://{body['repo']}/{body['collection']}/{body['rkey']}"
        with self._lock:
            there = self.posts.get(uri)
            if there and there["record"] != body["record"] and body.get("swapRecord", "") is None:
                return 400, {"error": "InvalidSwap", "message": f"Record was at {there['cid']}"}
            self.add({"uri": uri, "record": body["record"]})
            return 200, {"uri": uri, "cid": self.posts[uri]["cid"]}

    def _take_back(self, body: Wire) -> tuple[int, Wire]:
        """As the real server: only the account's own, and no error where nothing is."""
        uri = f"at://{body['repo']}/{body['collection']}/{body['rkey']}"
        with self._lock:
            if body["repo"] != self._bot:
                return 403, {"error": "InvalidRequest", "message": "Not yours"}
            if uri in self.posts:
                self.delete(uri)
        return 200, {}


def _blob(_: Wire) -> Wire:
    return {"blob": {"$type": "blob", "ref": {"$link": "bafkreipaper"}, "mimeType": "image/png", "size": 1}}


def _decoded(content: bytes | None) -> object:
    try:
        return json_codec.loads(content or b"null")
    except ValueError:
        return None


def _repo(uri: str) -> str:
    return uri.removeprefix("at://").partition("/")[0]


def _parent(record: Wire) -> str | None:
    parent: str | None = ((record.get("reply") or {}).get("parent") or {}).get("uri")
    return parent


def _mentioned(record: Wire) -> set[str]:
    features = (feature for facet in record.get("facets", ()) for feature in facet["features"])
    return {feature["did"] for feature in features if feature["$type"] == _MENTION}
