"""Actors and objects of ActivityPub → ours. Pure, and tolerant of whatever it is given.

Any property may be one value, a list, a link, an embedded object, or nonsense; servers send them all.

https://www.w3.org/TR/activitypub/, https://www.w3.org/TR/activitystreams-vocabulary/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from unroller.core.body import Block, BlockKind, Body, Emoji, Run, plain, web_link
from unroller.core.model import (
    Absence,
    Audience,
    Author,
    Choice,
    Poll,
    Post,
    PostRef,
    Quote,
    Signal,
)
from unroller.networks.mastodon import wire
from unroller.networks.mastodon.attachments import Attached, parse_attachments, url_of
from unroller.networks.mastodon.html import parse_html
from unroller.networks.mastodon.wire import NETWORK, items, line, mapping, objects

ACTORS = frozenset({"Person", "Service", "Application", "Group", "Organization"})
_BOTS = frozenset({"Service", "Application"})
# What people write for others to read. Anything else (a vote, a like, a place) is no post.
_POSTS = frozenset(
    {"Note", "Article", "Page", "Question", "Video", "Audio", "Image", "Document", "Event", "ChatMessage"}
)
# Where a summary is a content warning; elsewhere it is an abstract.
_WARNED = frozenset({"Note", "Question"})
_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})
_LONGEST_NAME = 640
_MOST_CHOICES = 50
_QUOTES = ("quote", "quoteUrl", "quoteUri", "_misskey_quote")
_QUOTE_RELS = frozenset({"https://misskey-hub.net/ns#_misskey_quote", "https://w3id.org/fep/044f#quote"})
_ACTIVITY = re.compile(r"application/(?:activity\+json|ld\+json\s*;.*activitystreams)")
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
        handle=f"{name}@{wire.host(id_)}" if name else guessed_handle(id_),
        display_name=wire.stripped(_text(found, "name")[0])[:_LONGEST_NAME],
        url=web_link(_id(found.get("movedTo"))) or url_of(found.get("url")) or id_,
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
    if author is None or wire.host(author.id) != wire.host(id_):
        return None
    published, updated = wire.time(found.get("published")), wire.time(found.get("updated"))
    edited = updated if updated and published and updated > published else None
    quote, attached = _quote(found), parse_attachments(found, kinds)
    body, languages = _body(found, kinds, quote)
    return Post(
        ref=PostRef(NETWORK, id_),
        author=author,
        published=published or updated or wire.UNKNOWN_TIME,
        body=body + _unknown(attached),
        url=url_of(found.get("url")) or id_,
        order=parse_order(found),
        version=line(found.get("updated"), 64) if edited else "",
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
    to, cc = (frozenset(map(_id, items(note.get(field), 10_000))) for field in ("to", "cc"))
    if to & _PUBLIC:
        return Audience.PUBLIC
    if cc & _PUBLIC:
        return Audience.UNLISTED
    followers = any(address.rstrip("/").endswith("/followers") for address in to | cc)
    return Audience.FOLLOWERS if followers else Audience.DIRECT


def parse_order(note: Mapping[str, Any]) -> str:
    """A text that sorts posts of one author as their server does: its own id where the address has it."""
    match = _PATH_ID.search(web_link(note.get("id")) or "")
    if match:
        return wire.order(match[1] or match[2])
    return wire.order_by_time(wire.time(note.get("published")) or wire.UNKNOWN_TIME)


def is_tombstone(found: object) -> bool:
    """Whether an object says that what was there is deleted.

    https://www.w3.org/TR/activitystreams-vocabulary/#dfn-tombstone
    """
    return "Tombstone" in types(mapping(found))


def authors_of(note: object) -> tuple[str, ...]:
    """The ids of those whom an object says it is by; persons first."""
    said = items(mapping(note).get("attributedTo"), 20)
    people = sorted(said, key=lambda one: isinstance(one, dict) and "Person" not in types(one))
    return tuple(link for one in people if (link := web_link(_id(one))))


def conversation_of(note: object) -> str | None:
    """The address of the collection that holds the whole conversation; `None` when none is told.

    https://codeberg.org/fediverse/fep/src/branch/main/fep/7888/fep-7888.md
    """
    found = mapping(note)
    return web_link(_id(found.get("context"))) or web_link(_id(found.get("conversation")))


def quote_authorization(note: object) -> str | None:
    """The address of the stamp by which the quoted author agrees to the quote, where the post has one.

    https://codeberg.org/fediverse/fep/src/branch/main/fep/044f/fep-044f.md
    """
    return web_link(_id(mapping(note).get("quoteAuthorization")))


def types(found: Mapping[str, Any]) -> frozenset[str]:
    """What an object says it is; it may be several things."""
    told = (kind for kind in items(found.get("type"), 20) if isinstance(kind, str))
    return frozenset(kind.removeprefix("as:") for kind in told)


def guessed_handle(actor: str) -> str:
    """`user@host` as far as the address of an actor tells it."""
    path = unquote(urlsplit(actor).path)
    match = _NAMED.search(path)
    name = match[1] if match else path.rstrip("/").rpartition("/")[2]
    return f"{line(name, 200).replace(' ', '') or 'unknown'}@{wire.host(actor)}"


def _id(value: object) -> str:
    """The address that `value` is, links to or belongs to; `""` when there is none."""
    value = next(iter(items(value, 1)), None)
    if isinstance(value, dict):
        value = value.get("id") or value.get("href")
    return value if isinstance(value, str) else ""


def _author(note: Mapping[str, Any], actor: Author | None) -> Author | None:
    """Whose it is: `actor` if the object says the same, or whom it names."""
    said = authors_of(note)
    if actor is not None:
        return actor if actor.id in said else None
    embedded = (parse_actor(one) for one in items(note.get("attributedTo"), 20))
    whole = next((one for one in embedded if one and said and one.id == said[0]), None)
    return whole or (Author(NETWORK, said[0], guessed_handle(said[0]), url=said[0]) if said else None)


def _is_vote(note: Mapping[str, Any]) -> bool:
    """Whether it is an answer to a poll, which servers send as a note with nothing but a name."""
    return bool(note.get("name") and note.get("inReplyTo")) and not (note.get("content") or note.get("contentMap"))


def _parent(note: Mapping[str, Any]) -> PostRef | None:
    """What the post answers. A collection is none."""
    said = next(iter(items(note.get("inReplyTo"), 1)), None)
    if isinstance(said, dict) and types(said) & {"Collection", "OrderedCollection"}:
        return None
    link = web_link(_id(said))
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
    profile = [_text(actor, "name")[0], _text(actor, "summary")[0]]
    for field in objects(actor.get("attachment")):
        profile += [field.get("name"), field.get("value")]
    said = frozenset(signal for signal, told in flags.items() if told)
    return said | wire.wishes(*map(wire.stripped, profile))


def _text(found: Mapping[str, Any], field: str) -> tuple[str, tuple[str, ...]]:
    """A text, and the language it is in: a map tells it by the very same words, or has only one.

    https://www.w3.org/TR/activitystreams-vocabulary/#dfn-content
    """
    text = next((text for text in items(found.get(field), 5) if isinstance(text, str)), "")
    told = [(tag, words) for tag, words in mapping(found.get(f"{field}Map")).items() if isinstance(words, str)]
    if not text and told:
        return told[0][1], wire.languages(told[0][0])
    same = [tag for tag, words in told if words == text]
    tags = same or [tag for tag, _ in told if len(told) == 1]
    return text, next((known for tag in tags if (known := wire.languages(tag))), ())


def _body(note: Mapping[str, Any], kinds: frozenset[str], quote: Quote | None) -> tuple[Body, tuple[str, ...]]:
    """The words of a post, under its name where it has one; and their language."""
    text, language = _text(note, "content")
    if not text and not kinds & _WARNED:
        text, language = _text(note, "summary")
    if line(note.get("mediaType")).startswith("text/") and "html" not in line(note.get("mediaType")):
        text = _as_html(text)
    quoted = None if quote is None else frozenset(filter(None, (quote.url, quote.ref and quote.ref.id)))
    body = parse_html(text, mentions=_mentions(note.get("tag")), emojis=_emojis(note.get("tag")), quoted=quoted)
    title, named = _text(note, "name")
    title = wire.stripped(title)
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
    when = wire.time(note.get("startTime"))
    place = next((wire.stripped(_text(one, "name")[0]) for one in objects(note.get("location"))), "")
    said = [f"{when.isoformat(' ', 'minutes')[:16]} UTC" if when else "", place]
    words = " · ".join(filter(None, said))
    return (Block(BlockKind.PARAGRAPH, (Run(words),)),) if words else ()


def _context_language(note: Mapping[str, Any]) -> tuple[str, ...]:
    """The language that the JSON-LD context names for everything.

    https://www.w3.org/TR/activitystreams-core/#naturalLanguageValues
    """
    tags = (context.get("@language") for context in objects(note.get("@context")))
    return next((known for tag in tags if (known := wire.languages(tag))), ())


def _unknown(attached: Attached) -> Body:
    return tuple(Block(BlockKind.UNKNOWN, (Run(kind),)) for kind in attached.unknown)


def _emojis(tags: object) -> tuple[Emoji, ...]:
    """https://docs.joinmastodon.org/spec/activitypub/#Emoji"""
    found = (
        wire.emoji(tag.get("name"), url_of(tag.get("icon"))) for tag in objects(tags) if "Emoji" in types(tag)
    )
    return tuple(emoji for emoji in found if emoji)


def _mentions(tags: object) -> dict[str, str]:
    """Whom a post mentions: the id by itself, and by the address of the profile as most servers make it."""
    found: dict[str, str] = {}
    for tag in objects(tags):
        id_ = web_link(tag.get("href"))
        if id_ and "Mention" in types(tag):
            found[id_] = id_
            name = line(tag.get("name"), 200).removeprefix("@").partition("@")[0]
            found.setdefault(f"https://{wire.host(id_)}/@{name}", id_)
    return found


def _warning(note: Mapping[str, Any], kinds: frozenset[str]) -> str:
    if not kinds & _WARNED and note.get("sensitive") is not True:
        return ""
    return wire.stripped(_text(note, "summary")[0]) if note.get("content") or note.get("contentMap") else ""


def _poll(note: Mapping[str, Any]) -> Poll | None:
    """A question with its choices: of `oneOf` one may be chosen, of `anyOf` several.

    https://www.w3.org/TR/activitystreams-vocabulary/#dfn-question
    """
    multiple = bool(note.get("anyOf"))
    options = list(objects(note.get("anyOf" if multiple else "oneOf")))[:_MOST_CHOICES]
    choices = tuple(Choice(wire.stripped(_text(option, "name")[0]), _votes(option)) for option in options)
    closes = wire.time(note.get("endTime")) or wire.time(note.get("closed"))
    return Poll(choices, closes, multiple) if choices else None


def _votes(option: Mapping[str, Any]) -> int | None:
    return wire.count(mapping(option.get("replies")).get("totalItems"))


def _quote(note: Mapping[str, Any]) -> Quote | None:
    """What a post quotes: named only, since nothing here says that the quoted author agrees.

    https://codeberg.org/fediverse/fep/src/branch/main/fep/044f/fep-044f.md
    https://codeberg.org/fediverse/fep/src/branch/main/fep/e232/fep-e232.md
    """
    for said in (note.get(field) for field in _QUOTES):
        if is_tombstone(said):
            link = web_link(_id(said))
            return Quote(PostRef(NETWORK, link) if link else None, absence=Absence.DELETED)
        if link := web_link(_id(said)):
            return Quote(PostRef(NETWORK, link), what="post", url=link)
    linked = next((tag for tag in objects(note.get("tag")) if _is_quote(tag)), {})
    link = web_link(linked.get("href"))
    return Quote(PostRef(NETWORK, link), what="post", url=link) if link else None


def _is_quote(tag: Mapping[str, Any]) -> bool:
    """Whether a tag is a link to a quoted post."""
    if "Link" not in types(tag) or not _ACTIVITY.match(line(tag.get("mediaType"))):
        return False
    rels = {rel for rel in items(tag.get("rel"), 10) if isinstance(rel, str)}
    return bool(rels & _QUOTE_RELS) or line(tag.get("name")).upper().startswith(("RE:", "QT:"))
