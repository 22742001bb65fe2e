"""Actors and objects of ActivityPub → ours. Pure, and tolerant of whatever it is given.

Any property may be one value, a list, a link, an embedded object, or nonsense; servers send them all.

https://www.w3.org/TR/activitypub/, https://www.w3.org/TR/activitystreams-vocabulary/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import unquote, urlsplit

from unroller.core.body import Block, BlockKind, Body, Emoji, Run, plain
from unroller.core.model import (
    Audience,
    Author,
    Choice,
    Poll,
    Post,
    PostRef,
    Quote,
    Signal,
)
from unroller.core.tolerant import parse_time, web_link
from unroller.networks.mastodon import links, wire
from unroller.networks.mastodon.attachments import Attached, parse_attachments
from unroller.networks.mastodon.html import parse_html
from unroller.networks.mastodon.links import NETWORK
from unroller.networks.mastodon.properties import id_of, text_of, types, url_of
from unroller.networks.mastodon.quotes import parse_quote
from unroller.networks.mastodon.wire import items, line, mapping, objects

ACTORS = frozenset({"Person", "Service", "Application", "Group", "Organization"})
_BOTS = frozenset({"Service", "Application"})
# What people write for others to read. Anything else (a vote, a like, a place) is no post.
_POSTS = frozenset({"Note", "Article", "Page", "Question", "Video", "Audio", "Image", "Document", "Event"})
# Where a summary is a content warning; elsewhere it is an abstract.
_WARNED = frozenset({"Note", "Question"})
_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_LONGEST_NAME = 640
_MOST_CHOICES = 50
_PATH_ID = re.compile(r"/(?:statuses/([0-9]{1,20}|[0-9A-HJKMNP-TV-Z]{26})|notes/([a-z0-9]{8,32}))/?\Z")
_NAMED = re.compile(r"/(?:users/|@)([^/@]+)/?\Z")


def parse_actor(actor: object) -> Author | None:
    """An account as its own server describes it; `None` when it has no permanent id or is no actor.

    `url` leads to where the account has moved, if it has; what it asks there has to be fetched.

    https://www.w3.org/TR/activitypub/#actor-objects, https://docs.joinmastodon.org/spec/activitypub/#properties-used-1
    """
    found = mapping(actor)
    id_ = web_link(found.get("id"))
    kinds = types(found)
    if id_ is None or not kinds & ACTORS:
        return None
    name = line(found.get("preferredUsername"), 200).replace(" ", "").replace("@", "")
    return Author(
        network=NETWORK,
        id=id_,
        handle=f"{name}@{links.host(id_)}" if name else _guessed_handle(id_),
        display_name=line(text_of(found, "name")[0], _LONGEST_NAME),
        url=web_link(id_of(found.get("movedTo"))) or url_of(found.get("url")) or id_,
        avatar=url_of(found.get("icon")),
        bot=bool(kinds & _BOTS),
        signals=_signals(found),
        emojis=_emojis(found.get("tag")),
    )


def parse_note(note: object, actor: Author | None) -> Post | None:
    """A post as its author's server describes it; `None` when it is no post, or not by whom it says.

    `actor` is its author as `parse_actor` gives it. With `None` the author is only named, and what that
    author asks of others is not known. The post's id and its author are on one host, or it is a lie.
    Posts that are not public are read too: see `audience`.

    https://www.w3.org/TR/activitystreams-vocabulary/#object-types
    """
    found = mapping(note)
    id_, kinds = web_link(found.get("id")), types(found)
    if id_ is None or not kinds & _POSTS or _is_vote(found):
        return None
    author = _author(found, actor)
    if author is None or links.host(author.id) != links.host(id_):
        return None
    published, updated = parse_time(found.get("published")), parse_time(found.get("updated"))
    edited = updated if updated and published and updated > published else None
    quote, attached = parse_quote(found), parse_attachments(found, kinds)
    body, languages = _body(found, kinds, quote)
    return Post(
        ref=PostRef(NETWORK, id_),
        author=author,
        published=published or updated or wire.UNKNOWN_TIME,
        body=body + _unknown(attached),
        url=url_of(found.get("url")) or id_,
        order=_order(found),
        version=wire.version(edited),
        edited=edited,
        parent=_parent(found),
        quote=quote,
        media=attached.media,
        card=attached.card,
        poll=_poll(found),
        warning=_warning(found, kinds),
        audience=parse_audience(found),
        languages=languages,
    )


def parse_audience(note: Mapping[str, Any]) -> Audience:
    """For whom an object is, by `to` and `cc`; whatever does not say that it is public is not.

    https://www.w3.org/TR/activitypub/#public-addressing
    """
    to, cc = (frozenset(map(id_of, items(note.get(field), 10_000))) for field in ("to", "cc"))
    if to & _PUBLIC:
        return Audience.PUBLIC
    if cc & _PUBLIC:
        return Audience.UNLISTED
    followers = any(address.rstrip("/").endswith("/followers") for address in to | cc)
    return Audience.FOLLOWERS if followers else Audience.DIRECT


def _order(note: Mapping[str, Any]) -> str:
    """A text that sorts posts of one author as their server does: its own id where the address has it."""
    match = _PATH_ID.search(web_link(note.get("id")) or "")
    if match:
        return wire.order(match[1] or match[2])
    return wire.order_by_time(parse_time(note.get("published")) or wire.UNKNOWN_TIME)


def authors_of(note: object) -> tuple[str, ...]:
    """The ids of those whom an object says it is by; persons first."""
    said = items(mapping(note).get("attributedTo"), 20)
    people = sorted(said, key=lambda one: isinstance(one, dict) and "Person" not in types(one))
    return tuple(link for one in people if (link := web_link(id_of(one))))


def conversation_of(note: object) -> str | None:
    """The address of the collection that holds the whole conversation; `None` when none is told.

    https://codeberg.org/fediverse/fep/src/branch/main/fep/7888/fep-7888.md
    """
    found = mapping(note)
    return web_link(id_of(found.get("context"))) or web_link(id_of(found.get("conversation")))


def _guessed_handle(actor: str) -> str:
    """`user@host` as far as the address of an actor tells it."""
    path = unquote(urlsplit(actor).path)
    match = _NAMED.search(path)
    name = match[1] if match else path.rstrip("/").rpartition("/")[2]
    return f"{line(name, 200).replace(' ', '') or 'unknown'}@{links.host(actor)}"


def _author(note: Mapping[str, Any], actor: Author | None) -> Author | None:
    """Whose it is: `actor` if the object says the same, or whom it names."""
    said = authors_of(note)
    if actor is not None:
        return actor if actor.id in said else None
    embedded = (parse_actor(one) for one in items(note.get("attributedTo"), 20))
    whole = next((one for one in embedded if one and said and one.id == said[0]), None)
    return whole or (Author(NETWORK, said[0], _guessed_handle(said[0]), url=said[0]) if said else None)


def _is_vote(note: Mapping[str, Any]) -> bool:
    """Whether it is an answer to a poll, which servers send as a note with nothing but a name."""
    says = note.get("content") or note.get("contentMap")
    return bool(note.get("name") and note.get("inReplyTo") and not says)


def _parent(note: Mapping[str, Any]) -> PostRef | None:
    """What the post answers. A collection is none."""
    said = next(iter(items(note.get("inReplyTo"), 1)), None)
    if isinstance(said, dict) and types(said) & {"Collection", "OrderedCollection"}:
        return None
    link = web_link(id_of(said))
    return PostRef(NETWORK, link) if link else None


def _signals(actor: Mapping[str, Any]) -> frozenset[Signal]:
    """What an actor asks of others. A flag that is not there says nothing.

    https://docs.joinmastodon.org/spec/activitypub/#discoverable, https://misskey-hub.net/ns
    """
    flags = {
        Signal.NO_INDEX: actor.get("noindex") is True,
        Signal.NOT_INDEXABLE: actor.get("indexable") is False or actor.get("searchableBy") == [],
        Signal.NOT_DISCOVERABLE: actor.get("discoverable") is False,
        Signal.LOCKED: actor.get("manuallyApprovesFollowers") is True,
        Signal.GONE: actor.get("suspended") is True,
        Signal.NO_UNAUTHENTICATED: actor.get("_misskey_requireSigninToViewContents") is True,
    }
    profile: list[object] = [escape(text_of(actor, "name")[0]), text_of(actor, "summary")[0]]
    for field in objects(actor.get("attachment")):
        profile += [field.get("name"), field.get("value")]
    said = frozenset(signal for signal, told in flags.items() if told)
    return said | wire.parse_wishes(*profile)


def _body(
    note: Mapping[str, Any], kinds: frozenset[str], quote: Quote | None
) -> tuple[Body, tuple[str, ...]]:
    """The words of a post, under its name where it has one; and their language."""
    text, language = text_of(note, "content")
    if not text and not kinds & _WARNED:
        text, language = text_of(note, "summary")
    if line(note.get("mediaType")).startswith("text/") and "html" not in line(note.get("mediaType")):
        text = _as_html(text)
    tags = note.get("tag")
    quoted = None if quote is None else {quote.ref.id} if quote.ref else ()
    body = parse_html(text, mentions=_mentions(tags), emojis=_emojis(tags), quoted=quoted)
    title, named = text_of(note, "name")
    title = line(title)
    if title and not line(plain(body)).startswith(title):
        body = (Block(BlockKind.HEADING, (Run(title),)), *body)
    return body + _event(note, kinds), language or named or _context_language(note)


def _as_html(text: str) -> str:
    """Plain text as HTML that says the same."""
    for character, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\n", "<br>")):
        text = text.replace(character, name)
    return text


def _event(note: Mapping[str, Any], kinds: frozenset[str]) -> Body:
    """When and where an event is."""
    if "Event" not in kinds:
        return ()
    when = parse_time(note.get("startTime"))
    place = next((line(text_of(one, "name")[0]) for one in objects(note.get("location"))), "")
    said = [f"{when.isoformat(' ', 'minutes')[:16]} UTC" if when else "", place]
    words = " · ".join(filter(None, said))
    return (Block(BlockKind.PARAGRAPH, (Run(words),)),) if words else ()


def _context_language(note: Mapping[str, Any]) -> tuple[str, ...]:
    """The language that the JSON-LD context names for everything.

    https://www.w3.org/TR/activitystreams-core/#naturalLanguageValues
    """
    tags = (context.get("@language") for context in objects(note.get("@context")))
    return next((known for tag in tags if (known := wire.parse_languages(tag))), ())


def _unknown(attached: Attached) -> Body:
    return tuple(Block(BlockKind.UNKNOWN, (Run(kind),)) for kind in attached.unknown)


def _emojis(tags: object) -> tuple[Emoji, ...]:
    """https://docs.joinmastodon.org/spec/activitypub/#Emoji"""
    named = (tag for tag in objects(tags) if "Emoji" in types(tag))
    found = (wire.parse_emoji(tag.get("name"), url_of(tag.get("icon"))) for tag in named)
    return tuple(emoji for emoji in found if emoji)


def _mentions(tags: object) -> dict[str, str]:
    """Whom a post mentions: the id by itself, and by the address of the profile as most servers make it."""
    found: dict[str, str] = {}
    for tag in objects(tags):
        id_ = web_link(tag.get("href"))
        if id_ and "Mention" in types(tag):
            found[id_] = id_
            name = line(tag.get("name"), 200).removeprefix("@").partition("@")[0]
            found.setdefault(f"https://{links.host(id_)}/@{name}", id_)
    return found


def _warning(note: Mapping[str, Any], kinds: frozenset[str]) -> str:
    if not kinds & _WARNED and note.get("sensitive") is not True:
        return ""
    return wire.stripped(text_of(note, "summary")[0]) if note.get("content") or note.get("contentMap") else ""


def _poll(note: Mapping[str, Any]) -> Poll | None:
    """A question with its choices: of `oneOf` one may be chosen, of `anyOf` several.

    https://www.w3.org/TR/activitystreams-vocabulary/#dfn-question
    """
    multiple = bool(note.get("anyOf"))
    options = list(objects(note.get("anyOf" if multiple else "oneOf")))[:_MOST_CHOICES]
    named = ((line(text_of(option, "name")[0]), _votes(option)) for option in options)
    choices = tuple(Choice(name, votes) for name, votes in named if name)
    closes = parse_time(note.get("endTime")) or parse_time(note.get("closed"))
    return Poll(choices, closes, multiple) if choices else None


def _votes(option: Mapping[str, Any]) -> int | None:
    return wire.parse_count(mapping(option.get("replies")).get("totalItems"))
