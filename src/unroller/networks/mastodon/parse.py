"""Accounts and posts as the Mastodon API shows them → ours. Pure, and tolerant of whatever it is given.

https://docs.joinmastodon.org/entities/Status/, https://docs.joinmastodon.org/entities/Account/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from msgspec.structs import replace

from unroller.core.body import Block, BlockKind, Emoji, Run
from unroller.core.model import Absence, Audience, Author, Card, Media, Post, PostRef, Quote, Signal
from unroller.core.tolerant import parse_time, web_link
from unroller.networks.mastodon import links, wire
from unroller.networks.mastodon.attached import parse_card, parse_media, parse_poll
from unroller.networks.mastodon.html import parse_html
from unroller.networks.mastodon.links import NETWORK
from unroller.networks.mastodon.wire import items, line, mapping, objects

_LONGEST_NAME = 640
_MOST_MEDIA = 40
_AUDIENCES = {
    "public": Audience.PUBLIC,
    "unlisted": Audience.UNLISTED,
    "direct": Audience.DIRECT,
}
# What the server says of a quote that it does not show.
# https://docs.joinmastodon.org/entities/Quote/#state
_ABSENT = {
    "pending": Absence.NOT_FETCHED,
    "rejected": Absence.DECLINED,
    "revoked": Absence.DETACHED,
    "deleted": Absence.DELETED,
    "unauthorized": Absence.NOT_PUBLIC,
    "blocked_account": Absence.BLOCKED,
    "blocked_domain": Absence.BLOCKED,
    "muted_account": Absence.BLOCKED,
}
_PROFILE = re.compile(r"(https?://[^/]+)/@([^/@]+)/?")
_OWN_POST = re.compile(r"(https?://[^/]+/(?:ap/)?users/[^/]+)/statuses/[^/]+")


def parse_account(account: object, home: str) -> Author | None:
    """An account as the server at the origin `home` shows it; `None` when it has no permanent id.

    `url` leads to where the account has moved, if it has, and what it asks there counts too.

    https://docs.joinmastodon.org/entities/Account/
    """
    return _account(account, home, "")


def parse_status(status: object, home: str, refs: Mapping[str, PostRef]) -> Post | None:
    """A post as the server at the origin `home` shows it.

    `None` when it is a boost, or its name or its author make no sense. `refs` are the refs of posts by what
    `home` calls them; a parent that is not among them is named by `links.local_ref`. Posts that are not
    public are read too: see `audience`.

    https://docs.joinmastodon.org/entities/Status/
    """
    return _status(status, home, refs, deeper=True)


def parse_history(history: object) -> tuple[datetime, ...]:
    """When a post was edited, oldest first; what stood there before is not kept.

    https://docs.joinmastodon.org/methods/statuses/#history
    """
    times = {moment for version in objects(history) if (moment := parse_time(version.get("created_at")))}
    return tuple(sorted(times)[1:])


def parse_emojis(emojis: object) -> tuple[Emoji, ...]:
    """The custom emoji that stand beside a text.

    https://docs.joinmastodon.org/entities/CustomEmoji/
    """
    found = (wire.parse_emoji(item.get("shortcode"), item.get("url")) for item in objects(emojis))
    return tuple(emoji for emoji in found if emoji)


def _account(account: object, home: str, actor: str) -> Author | None:
    """An account; `actor` is its permanent id, where the account itself does not tell it."""
    found = mapping(account)
    id_ = _actor_id(found) or actor or _guessed_id(found)
    if not id_:
        return None
    moved = mapping(found.get("moved"))
    return Author(
        network=NETWORK,
        id=id_,
        handle=_handle(found, home, id_),
        display_name=line(found.get("display_name"), _LONGEST_NAME),
        url=web_link(moved.get("url")) or web_link(found.get("url")) or id_,
        avatar=web_link(found.get("avatar")),
        bot=found.get("bot") is True,
        signals=_signals(found) | _signals(moved),
        emojis=parse_emojis(found.get("emojis")),
    )


def _actor_id(account: Mapping[str, Any]) -> str:
    pleroma = mapping(account.get("pleroma"))
    return web_link(account.get("uri")) or web_link(pleroma.get("ap_id")) or ""


def _guessed_id(account: Mapping[str, Any]) -> str:
    """The id that goes with a profile's address, where the server does not tell it (Mastodon before 4.2)."""
    url = web_link(account.get("url")) or ""
    match = _PROFILE.fullmatch(url)
    return f"{match[1]}/users/{match[2]}" if match else url


def _handle(account: Mapping[str, Any], home: str, id_: str) -> str:
    """`user@host`. A server leaves the host out for its own accounts."""
    told = (line(account.get(key), 400).removeprefix("@").replace(" ", "") for key in ("fqn", "acct"))
    handle = next((name for name in told if name), "") or line(account.get("username"), 200)
    user, _, where = handle.partition("@")
    return f"{user or 'unknown'}@{where.lower() or links.host(home) or links.host(id_)}"


def _signals(account: Mapping[str, Any]) -> frozenset[Signal]:
    """What an account, or its server for it, asks of others. A flag that is not there says nothing."""
    pleroma = mapping(account.get("pleroma"))
    found_by = mapping(mapping(account.get("source")).get("pleroma"))
    flags = {
        Signal.NO_INDEX: account.get("noindex") is True,
        Signal.NOT_INDEXABLE: account.get("indexable") is False,
        Signal.NOT_DISCOVERABLE: False in (account.get("discoverable"), found_by.get("discoverable")),
        Signal.LOCKED: account.get("locked") is True,
        Signal.LIMITED: account.get("limited") is True,
        Signal.GONE: account.get("suspended") is True or pleroma.get("deactivated") is True,
    }
    return frozenset(signal for signal, said in flags.items() if said) | wire.parse_wishes(*_profile(account))


def _profile(account: Mapping[str, Any]) -> Iterator[object]:
    """All that somebody wrote about themselves."""
    yield escape(line(account.get("display_name")))
    yield account.get("note")
    for field in objects(account.get("fields")):
        yield field.get("name")
        yield field.get("value")


def _status(status: object, home: str, refs: Mapping[str, PostRef], *, deeper: bool) -> Post | None:
    found = mapping(status)
    uri = web_link(found.get("uri"))
    if uri is None or found.get("reblog"):
        return None
    owner = _OWN_POST.fullmatch(uri)
    author = _account(found.get("account"), home, owner[1] if owner else "")
    if author is None or links.host(author.id) != links.host(uri):
        return None
    edited = parse_time(found.get("edited_at"))
    quote = _quote(found, home, refs) if deeper else _named_quote(found, home, refs)
    media, unknown = _attached(found)
    # A quote within a quote is not shown, so the words that stand for it stay.
    said = _body(found, quote if deeper else None)
    return Post(
        ref=PostRef(NETWORK, uri),
        author=author,
        published=parse_time(found.get("created_at")) or wire.UNKNOWN_TIME,
        body=said + unknown,
        url=web_link(found.get("url")) or uri,
        order=wire.order(line(found.get("id"), 100)),
        version=wire.version(edited),
        edited=edited,
        parent=_local(found.get("in_reply_to_id"), home, refs),
        quote=quote,
        media=media,
        card=_card(found, quote),
        poll=parse_poll(found.get("poll")),
        warning=line(found.get("spoiler_text")),
        audience=_audience(found),
        languages=wire.parse_languages(found.get("language")),
    )


def _audience(status: Mapping[str, Any]) -> Audience:
    """For whom a post is; whatever is not known to be public is not."""
    if status.get("local_only") is True:
        return Audience.FOLLOWERS
    return _AUDIENCES.get(line(status.get("visibility")), Audience.FOLLOWERS)


def _body(status: Mapping[str, Any], quote: Quote | None) -> tuple[Block, ...]:
    return parse_html(
        status.get("content"),
        mentions=_mentions(status.get("mentions")),
        emojis=parse_emojis(status.get("emojis")),
        quoted=None if quote is None else _addresses(quote),
    )


def _mentions(mentions: object) -> dict[str, str]:
    """Whom a post mentions: the id by the address of the profile, or that address where no id is told."""
    found: dict[str, str] = {}
    for mention in objects(mentions):
        if url := web_link(mention.get("url")):
            found[url] = _actor_id(mention) or url
    return found


def _addresses(quote: Quote) -> frozenset[str]:
    """Where the quoted post may be found."""
    known = (quote.url, quote.ref and quote.ref.id, quote.post and quote.post.url)
    return frozenset(address for address in known if address)


def _attached(status: Mapping[str, Any]) -> tuple[tuple[Media, ...], tuple[Block, ...]]:
    """The files beside a post, and a note for each of which nobody knows what it is."""
    attachments = items(status.get("media_attachments"), _MOST_MEDIA)
    sensitive = status.get("sensitive") is True
    found = [parse_media(attachment) for attachment in attachments]
    media = tuple(replace(item, sensitive=sensitive) for item in found if item)
    unknown = Block(BlockKind.UNKNOWN, (Run("A file of an unknown kind"),))
    return media, (unknown,) * found.count(None)


def _card(status: Mapping[str, Any], quote: Quote | None) -> Card | None:
    """The card of a post, unless it shows what is quoted already."""
    card = parse_card(status.get("card"))
    return None if card and quote and card.url in _addresses(quote) else card


def _local(id_: object, home: str, refs: Mapping[str, PostRef]) -> PostRef | None:
    """The name of the post that has the number `id_` on `home`."""
    if not isinstance(id_, str) or not (id_ := line(id_, 100)):
        return None
    return refs.get(id_) or links.local_ref(home, id_)


def _quote(status: Mapping[str, Any], home: str, refs: Mapping[str, PostRef]) -> Quote | None:
    """What a post quotes: Mastodon tells the state of a quote, Pleroma and its kin only the post.

    https://docs.joinmastodon.org/entities/Quote/, https://docs.joinmastodon.org/entities/ShallowQuote/
    """
    quote = mapping(status.get("quote"))
    if "state" not in quote:
        return _plain_quote(quote, status, home, refs)
    state = quote.get("state")
    if state != "accepted":
        absence = _ABSENT.get(line(state), Absence.NOT_PUBLIC)
        return Quote(_local(quote.get("quoted_status_id"), home, refs), absence=absence)
    if quote.get("quoted_status") is None and quote.get("quoted_status_id"):
        return Quote(_local(quote["quoted_status_id"], home, refs), what="post")
    return _shown(quote.get("quoted_status"), home, refs)


def _plain_quote(
    quote: Mapping[str, Any], status: Mapping[str, Any], home: str, refs: Mapping[str, PostRef]
) -> Quote | None:
    """https://docs.pleroma.social/backend/development/API/differences_in_mastoapi_responses/#statuses"""
    pleroma = mapping(status.get("pleroma"))
    shown = quote or mapping(pleroma.get("quote"))
    if shown:
        return _shown(shown, home, refs)
    url = web_link(pleroma.get("quote_url"))
    if url is None:
        return None
    if pleroma.get("quote_visible") is False:
        return Quote(PostRef(NETWORK, url), absence=Absence.NOT_PUBLIC)
    return Quote(PostRef(NETWORK, url), what="post", url=url)


def _shown(status: object, home: str, refs: Mapping[str, PostRef]) -> Quote:
    """A quoted post, with what it quotes itself only named."""
    post = _status(status, home, refs, deeper=False)
    if post is None:
        return Quote(None, absence=Absence.NOT_FOUND)
    if post.audience not in (Audience.PUBLIC, Audience.UNLISTED):
        return Quote(post.ref, absence=Absence.NOT_PUBLIC)
    return Quote(post.ref, post=post)


def _named_quote(status: Mapping[str, Any], home: str, refs: Mapping[str, PostRef]) -> Quote | None:
    """A quote within a quote: that there is one, and no word of it."""
    quote = mapping(status.get("quote"))
    if not quote:
        return None
    inner = mapping(quote.get("quoted_status")) if "state" in quote else quote
    uri = web_link(inner.get("uri"))
    ref = PostRef(NETWORK, uri) if uri else _local(quote.get("quoted_status_id"), home, refs)
    return Quote(ref, what="post", url=web_link(inner.get("url")) or uri or "")
