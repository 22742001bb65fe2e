"""What the servers of `fediverse` answer: the Mastodon API, ActivityPub, WebFinger and nodeinfo."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, quote, urlsplit

from tests.testnet.fediverse import PUBLIC, Account, Answer, Asked, Host, Row, Status, Wire
from tests.testnet.fediverse_signing import judge

ACTIVITY = "application/activity+json"
_READABLE = ("public", "unlisted")
_PAGING = {"min_id", "max_id", "since_id", "page"}


def make_handler(host: Host) -> type[BaseHTTPRequestHandler]:
    """The class that answers for `host`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # head and body are two packets: the second would wait 40 ms

        def do_GET(self) -> None:
            self.answer()

        def do_POST(self) -> None:
            self.answer()

        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length") or 0))
            split = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, split.path, parse_qs(split.query), headers)
            with host.lock:
                host.log.append(asked)
                status, more, body = answer_to(host, asked, self.path)
            if host.slow:
                time.sleep(host.slow)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: tests read `Host.log`."""

    return Handler


def answer_to(host: Host, asked: Asked, target: str) -> Answer:
    """The whole answer of `host` to one request for `target`."""
    if host.down:
        return 502, {}, b"<h1>502 Bad Gateway</h1>"
    if asked.path in host.answers:
        return host.answers[asked.path]
    if host.html_only:
        return page(200)
    if asked.path.startswith("/api/"):
        return from_api(host, asked)
    if asked.path.startswith("/.well-known/") or asked.path.startswith("/nodeinfo/"):
        return about(host, asked)
    return from_pages(host, asked, target)


def said(value: object, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return status, {"content-type": f"{kind}; charset=utf-8", **names}, json.dumps(value).encode()


def page(status: int, words: str = "A page for people") -> Answer:
    return status, {"content-type": "text/html; charset=utf-8"}, f"<html><p>{words}</p></html>".encode()


def moment(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z")


# ------------------------------------------------------------------------------------------ Mastodon API


def from_api(host: Host, asked: Asked) -> Answer:
    if not host.has_api:
        unknown = {"message": "Unknown API endpoint.", "code": "UNKNOWN_API_ENDPOINT", "kind": "client"}
        return said({"error": unknown}, 404)
    used = len([one for one in host.log if one.path.startswith("/api/")])
    paged = bool(_PAGING & asked.query.keys())
    of_kind = len([one for one in host.log if _PAGING & one.query.keys()]) if paged else used
    most = host.paged_requests if paged else host.requests
    limits = limit_headers(host, most, max(0, most - of_kind))
    if of_kind > most:
        return said({"error": "Too many requests"}, 429, **limits)
    status, headers, body = route(host, asked)
    return status, {**headers, **limits}, body


def limit_headers(host: Host, most: int, left: int) -> dict[str, str]:
    if not host.tells_when:
        return {}
    reset = (datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"X-RateLimit-Limit": str(most), "X-RateLimit-Remaining": str(left), "X-RateLimit-Reset": reset}


def route(host: Host, asked: Asked) -> Answer:
    token = asked.headers.get("authorization", "").removeprefix("Bearer ")
    known = bool(token) and token == host.token
    if token and not known:
        return said({"error": "The access token is invalid"}, 401)
    for shape, answer, is_open in ROUTES:
        if found := re.fullmatch(shape, asked.path):
            if host.needs_token and not known and not is_open:
                return said({"error": "Unauthorized: token not supplied"}, 401)
            return answer(host, asked, *found.groups(), known=known)
    return said({"error": "Not Found"}, 404)


def one_status(host: Host, asked: Asked, name: str, *, known: bool) -> Answer:
    row = visible(host, name, known=known)
    return said(status_json(host, row)) if row else not_found()


def some_statuses(host: Host, asked: Asked, *, known: bool) -> Answer:
    names = asked.query.get("id[]", asked.query.get("id", []))
    if host.kind == "gotosocial":
        return said({"error": "Not Found"}, 404)
    if len(names) > 20:
        return said({"error": "Too many statuses"}, 422)
    rows = (visible(host, name, known=known) for name in names)
    return said([status_json(host, row) for row in rows if row])


def context(host: Host, asked: Asked, name: str, *, known: bool) -> Answer:
    row = visible(host, name, known=known)
    if row is None:
        return not_found()
    if host.kind == "gotosocial" and row.parent and row.parent not in host.rows:
        return said({"ancestors": [], "descendants": []})
    most_up, most_down, depth = (
        (4096, 4096, 10_000) if known else (host.ancestors, host.descendants, host.depth)
    )
    above = [row for row in ancestors(host, row, most_up) if visible(host, row.id, known=known)]
    below = [row for row in descendants(host, row, depth)[:most_down] if visible(host, row.id, known=known)]
    own = [
        other for other in below if other.parent_account == other.status.account.id == row.status.account.id
    ]
    below = own + [other for other in below if other not in own]
    shown = {"ancestors": above, "descendants": below}
    headers = {}
    if known and host.refreshing:
        headers["Mastodon-Async-Refresh"] = f'id="refresh-{name}", retry=3, result_count=0'
    return said(
        {name: [status_json(host, row) for row in rows] for name, rows in shown.items()},
        200,
        "application/json",
        **headers,
    )


def ancestors(host: Host, row: Row, most: int) -> list[Row]:
    found: list[Row] = []
    while row.parent and row.parent in host.rows and len(found) < most:
        row = host.rows[row.parent]
        found.append(row)
    return found[::-1]


def descendants(host: Host, row: Row, depth: int) -> list[Row]:
    """All below, depth first by id, as Mastodon's `ORDER BY path` has them."""
    below: dict[str | None, list[Row]] = {}
    for other in host.rows.values():
        below.setdefault(other.parent, []).append(other)
    found: list[Row] = []
    stack = [(other, 1) for other in reversed(below.get(row.id, []))]
    while stack:
        other, level = stack.pop()
        found.append(other)
        if level < depth:
            stack += [(one, level + 1) for one in reversed(below.get(other.id, []))]
    return found


def listed(host: Host, asked: Asked, name: str, *, known: bool) -> Answer:
    def key(row: Row) -> tuple[int, str]:
        return len(row.id), row.id

    account = next((one for one in host.accounts.values() if one.id == name), None)
    if account is None:
        return not_found()
    rows = sorted((row for row in host.rows.values() if row.status.account is account), key=key)
    rows = [row for row in rows if row.status.visibility in _READABLE]
    limit = min(host.page, int(first(asked, "limit") or 20))
    if after := first(asked, "min_id"):
        rows = [row for row in rows if key(row) > (len(after), after)][:limit]
    elif before := first(asked, "max_id"):
        rows = [row for row in rows if key(row) < (len(before), before)][-limit:]
    else:
        rows = rows[-limit:]
    return said([status_json(host, row) for row in rows[::-1]])


def history(host: Host, asked: Asked, name: str, *, known: bool) -> Answer:
    row = visible(host, name, known=known)
    if row is None:
        return not_found()
    times = [row.status.created, *row.status.edits]
    return said([{"content": "…", "created_at": moment(time)} for time in times])


def search(host: Host, asked: Asked, *, known: bool) -> Answer:
    if not known:
        return said({"error": "This method requires an authenticated user"}, 401)
    wanted = first(asked, "q")
    rows = [row for row in host.rows.values() if wanted in (row.status.uri, row.status.url)]
    return said({"accounts": [], "hashtags": [], "statuses": [status_json(host, row) for row in rows]})


def refresh(host: Host, asked: Asked, name: str, *, known: bool) -> Answer:
    host.refreshing = max(0, host.refreshing - 1)
    state = "running" if host.refreshing else "finished"
    return said({"async_refresh": {"id": name, "status": state, "result_count": 1}})


def instance(host: Host, asked: Asked, *, known: bool) -> Answer:
    return said({"domain": host.name, "title": "A server", "version": "4.5.0", "configuration": {}})


def me(host: Host, asked: Asked, *, known: bool) -> Answer:
    if not known:
        return said({"error": "The access token is invalid"}, 401)
    account = next(iter(host.accounts.values()))
    return said(account_json(host, account))


ROUTES: tuple[tuple[str, Callable[..., Answer], bool], ...] = (
    (r"/api/v1/statuses/([^/]+)", one_status, False),
    (r"/api/v1/statuses", some_statuses, False),
    (r"/api/v1/statuses/([^/]+)/context", context, False),
    (r"/api/v1/statuses/([^/]+)/history", history, False),
    (r"/api/v1/accounts/verify_credentials", me, False),
    (r"/api/v1/accounts/([^/]+)/statuses", listed, False),
    (r"/api/v1_alpha/async_refreshes/([^/]+)", refresh, False),
    (r"/api/v2/search", search, False),
    (r"/api/v[12]/instance", instance, True),
)


def first(asked: Asked, name: str) -> str:
    return asked.query.get(name, [""])[0]


def not_found() -> Answer:
    return said({"error": "Record not found"}, 404)


def visible(host: Host, name: str, *, known: bool) -> Row | None:
    """The post of that name, where this reader may see it; the token's account follows everybody."""
    row = host.rows.get(name)
    if row is None or row.status.deleted or not (known or row.status.visibility in _READABLE):
        return None
    return row


def account_id(host: Host, account: Account) -> str:
    return account.id if account.host is host else f"{account.host.name.rpartition(':')[2]}{account.id}"


def account_json(host: Host, account: Account) -> Wire:
    own = account.host is host
    return {
        "id": account_id(host, account),
        "username": account.name,
        "acct": account.name if own else f"{account.name}@{account.host.name}",
        "display_name": account.name.title(),
        "locked": False,
        "bot": False,
        "discoverable": True,
        "indexable": True,
        "group": False,
        "created_at": "2020-01-01T00:00:00.000Z",
        "note": "<p>Somebody</p>",
        "url": account.url,
        "uri": account.uri,
        "avatar": f"{account.host.origin}/avatars/{account.name}.png",
        "emojis": [],
        "fields": [],
        **account.more,
    }


def status_json(host: Host, row: Row) -> Wire:
    status = row.status
    known = [other for other in host.rows.values() if other.parent == row.id]
    parent_account = row.parent_account
    if parent_account and status.parent:
        parent_account = account_id(host, owner(row, status))
    return {
        "id": row.id,
        "created_at": moment(status.created),
        "in_reply_to_id": row.parent,
        "in_reply_to_account_id": parent_account,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": status.visibility,
        "language": "en",
        "uri": status.uri,
        "url": status.url,
        "replies_count": len(known),
        "reblogs_count": 0,
        "favourites_count": 0,
        "edited_at": moment(status.edits[-1]) if status.edits else None,
        "content": status.content,
        "reblog": None,
        "account": account_json(host, status.account),
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        **status.more,
    }


def owner(row: Row, status: Status) -> Account:
    """Whose id stands in `in_reply_to_account_id`: it skips what somebody answers to themselves."""
    above = status.parent
    assert above
    while above.parent and above.account is status.account and above.account.id != row.parent_account:
        above = above.parent
    return above.account


# ------------------------------------------------------------------------------------------- ActivityPub


def from_pages(host: Host, asked: Asked, target: str) -> Answer:
    if "activity+json" not in (accept := asked.headers.get("accept", "")) and "ld+json" not in accept:
        found = host.at(asked.path)
        if found and host.kind == "pleroma" and asked.path.startswith("/objects/"):
            return 302, {"location": found.url}, b""
        return page(200 if found else 404)
    if not host.has_objects:
        return page(406)
    if host.demands_signatures and not judge(host, asked, target):
        return said({"error": "Request not signed"}, 401)
    return objects(host, asked)


def objects(host: Host, asked: Asked) -> Answer:
    path = asked.path
    account = next(
        (one for one in host.accounts.values() if path in (f"/users/{one.name}", f"/@{one.name}")), None
    )
    if account:
        return activity(actor(account))
    if path.startswith("/contexts/"):
        return conversation(host, asked)
    of_replies = path.endswith("/replies")
    status = host.at(path.removesuffix("/replies"))
    if status is None or status.visibility not in _READABLE:
        return said({"error": "Not Found"}, 404)
    if status.deleted:
        return activity({"id": status.uri, "type": "Tombstone"}, 410) if host.tombstones else not_found()
    if of_replies:
        return activity(replies_page(host, status, asked)) if host.has_replies else not_found()
    return activity(note(host, status))


def activity(value: Wire, status: int = 200) -> Answer:
    context = {"@context": "https://www.w3.org/ns/activitystreams"}
    return said({**context, **value}, status, ACTIVITY)


def actor(account: Account) -> Wire:
    return {
        "id": account.uri,
        "type": "Person",
        "preferredUsername": account.name,
        "name": account.name.title(),
        "url": account.url,
        "summary": "<p>Somebody</p>",
        "inbox": f"{account.uri}/inbox",
        "outbox": f"{account.uri}/outbox",
        "discoverable": True,
        "indexable": True,
        **account.actor,
    }


def note(host: Host, status: Status) -> Wire:
    followers = f"{status.account.uri}/followers"
    to, cc = ([PUBLIC], [followers]) if status.visibility == "public" else ([followers], [PUBLIC])
    found: Wire = {
        "id": status.uri,
        "type": "Note",
        "attributedTo": status.account.uri,
        "inReplyTo": status.parent.uri if status.parent else None,
        "published": moment(status.created),
        "url": status.url,
        "to": to,
        "cc": cc,
        "sensitive": False,
        "summary": None,
        "conversation": status.conversation,
        "content": status.content,
        "contentMap": {"en": status.content},
        "attachment": [],
        "tag": [],
    }
    if host.has_contexts:
        found["context"] = context_id(host, status)
    if host.has_replies:
        found["replies"] = replies(host, status)
    if status.edits:
        found["updated"] = moment(status.edits[-1])
    return {**found, **status.note}


def context_id(host: Host, status: Status) -> str:
    return f"{host.origin}/contexts/{quote(status.conversation, safe='')}"


def answers(host: Host, status: Status, *, own: bool) -> list[Row]:
    row = host.row_of(status)
    rows = (other for other in host.rows.values() if row and other.parent == row.id)
    return [one for one in rows if (one.status.account is status.account) is own and is_public(one)]


def is_public(row: Row) -> bool:
    return row.status.visibility in _READABLE


def replies(host: Host, status: Status) -> Wire:
    """The first page as it stands inside a post: Mastodon puts the author's own answers there."""
    name = f"{status.uri}/replies"
    own = answers(host, status, own=True)[:5] if host.kind == "mastodon" else []
    following = (
        f"{name}?only_other_accounts=true&page=true" if host.kind == "mastodon" else f"{name}?page=true"
    )
    top = {
        "type": "CollectionPage",
        "next": following,
        "partOf": name,
        "items": [one.status.uri for one in own],
    }
    return {"id": name, "type": "Collection", "first": top}


def replies_page(host: Host, status: Status, asked: Asked) -> Wire:
    name = f"{status.uri}/replies"
    everybody = answers(host, status, own=False)
    if host.kind != "mastodon":
        everybody = answers(host, status, own=True) + everybody
    after = int(first(asked, "offset") or 0)
    shown = everybody[after : after + 60]
    found = {
        "id": f"{name}?page=true&offset={after}",
        "type": "CollectionPage",
        "partOf": name,
        "items": [one.status.uri for one in shown],
    }
    if len(everybody) > after + 60:
        found["next"] = f"{name}?page=true&offset={after + 60}"
    turned = {
        "circle": f"{name}?page=true&offset={after}",
        "endless": f"{name}?page=true&offset={after + 1}",
        "elsewhere": "http://127.0.0.2:9/users/eve/statuses/1/replies?page=true",
    }
    if host.replies:
        found["next"] = turned[host.replies]
    return found


def conversation(host: Host, asked: Asked) -> Answer:
    rows = [
        row for row in host.rows.values() if context_id(host, row.status) == host.origin + quoted(asked.path)
    ]
    rows = [row for row in rows if is_public(row)]
    if not host.has_contexts or not rows:
        return not_found()
    name = host.origin + quoted(asked.path)
    after = int(first(asked, "offset") or 0)
    found: Wire = {
        "id": f"{name}?page=true&offset={after}",
        "type": "CollectionPage",
        "partOf": name,
        "items": [row.status.uri for row in rows[after : after + 60]],
    }
    if len(rows) > after + 60:
        found["next"] = f"{name}?page=true&offset={after + 60}"
    if "page" in asked.query:
        return activity(found)
    return activity({"id": name, "type": "Collection", "first": found})


def quoted(path: str) -> str:
    return "/contexts/" + quote(path.removeprefix("/contexts/"), safe="%")


# --------------------------------------------------------------------------------- WebFinger and nodeinfo


def about(host: Host, asked: Asked) -> Answer:
    if asked.path == "/.well-known/nodeinfo":
        schema = "http://nodeinfo.diaspora.software/ns/schema/2.0"
        return said({"links": [{"rel": schema, "href": f"{host.origin}/nodeinfo/2.0"}]})
    if asked.path == "/nodeinfo/2.0":
        return said({"version": "2.0", "software": {"name": host.kind, "version": "1.0.0"}})
    if asked.path == "/.well-known/webfinger":
        return finger(host, first(asked, "resource"))
    return not_found()


def finger(host: Host, resource: str) -> Answer:
    name = resource.removeprefix("acct:").partition("@")[0]
    account = host.accounts.get(name)
    if account is None:
        return not_found()
    link = {"rel": "self", "type": ACTIVITY, "href": account.uri}
    return said({"subject": resource, "links": [link]}, 200, "application/jrd+json")
