"""Posts as version 1.1 of the API wrote them, and as exports and researchers keep them → ours. Pure.

Ids are read from the fields that end in `_str`: the numbers beside them went through a float and are wrong.
https://developer.x.com/en/docs/x-api/v1/data-dictionary/object-model/tweet
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from unroller.core.model import Absence, Author, Label, Media, Post, PostRef, Quote, Signal
from unroller.core.tolerant import web_link
from unroller.networks.x.links import NETWORK, is_handle, post_id, post_ref, post_url, profile_url
from unroller.networks.x.parse import parse_languages
from unroller.networks.x.richtext import parse_line
from unroller.networks.x.snowflake import is_id, order_of, time_of
from unroller.networks.x.v1_media import parse_media
from unroller.networks.x.v1_text import parse_body, quoted_link
from unroller.networks.x.wire import Wire, thing

FIRST_DAY = datetime(2006, 3, 21, tzinfo=UTC)
"""The day of the first post: the time of a post whose time nobody kept."""

_EXACT = 1 << 53  # numbers below survive a float
_LONGEST_NAME = 200
_MOST_VERSIONS = 20
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LATER_TIME = re.compile(r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) \+0000 (\d{4})")
_EARLY_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) \+0000")
_REPOST = re.compile(r"RT @\w{1,20}:")
# What others wrote, who wrote it, and counts of that day.
_NOT_KEPT = frozenset(
    {"user", "retweeted_status", "quoted_status", "retweet_count", "favorite_count", "reply_count"}
    | {"quote_count", "favorited", "retweeted", "source", "contributors"}
)


def parse_post(record: object, author: Author, note: object = None) -> Post | None:
    """The post of `author` that `record` is; `None` when it has no id, and for a repost.

    Its ref is the id of its first version, so that it is one post however often it is edited. `note` is
    the `core` of a long post, of which `record` has only the beginning.
    """
    return _post(record, author, note, deeper=True)


def _post(record: object, author: Author, note: object, *, deeper: bool) -> Post | None:
    if not isinstance(record, dict) or record.get("retweeted_status") or (id_ := id_of(record)) is None:
        return None
    ids, parent = versions_of(record, id_), parent_of(record)
    media, link = parse_media(record), quoted_link(record)
    revised = tuple([time for version in ids[1:] if (time := time_of(version))])
    return Post(
        ref=PostRef(NETWORK, ids[0]),
        author=author,
        published=time_of(ids[0]) or parse_time(record.get("created_at")) or FIRST_DAY,
        body=parse_body(record, note, quote_link=link, answers=parent is not None),
        url=post_url(author.handle, ids[-1]),
        order=order_of(ids[0]),
        version=id_,
        edited=revised[-1] if revised else None,
        parent=post_ref(parent),
        parent_author=answered_of(record) if parent else None,
        quote=_quote(record, link, deeper=deeper),
        media=media,
        labels=_labels(record, media),
        languages=parse_languages(record.get("lang")),
        revised=revised,
    )


def parse_author(user: object) -> Author | None:
    """An account as it stands in a record's `user`; `None` when it has no id or no handle.

    https://developer.x.com/en/docs/x-api/v1/data-dictionary/object-model/user
    """
    user = thing(user)
    id_, handle = id_of(user), user.get("screen_name")
    if id_ is None or not isinstance(handle, str) or not is_handle(handle):
        return None
    avatar = web_link(user.get("profile_image_url_https"))
    return Author(
        network=NETWORK,
        id=id_,
        handle=handle,
        display_name=parse_line(user.get("name"), _LONGEST_NAME),
        url=profile_url(handle),
        avatar=avatar.replace("_normal.", "_bigger.") if avatar else None,
        signals=frozenset({Signal.PROTECTED} if user.get("protected") is True else ()),
    )


def parse_original(record: Wire) -> bytes:
    """What is kept of a post as X told it: its own fields, and nothing of what others wrote."""
    kept = record.copy()
    for name in _NOT_KEPT:
        kept.pop(name, None)
    return msgspec.json.encode(kept)


def id_of(record: Wire) -> str | None:
    """The id of a post or of an account; `None` when there is none that can be relied upon."""
    return _id(record, "id_str", "id")


def parent_of(record: Wire) -> str | None:
    """The id of the post that `record` answers."""
    return _id(record, "in_reply_to_status_id_str", "in_reply_to_status_id")


def answered_of(record: Wire) -> str | None:
    """The id of the account that `record` answers."""
    return _id(record, "in_reply_to_user_id_str", "in_reply_to_user_id")


def quoted_of(record: Wire) -> str | None:
    """The id of the post that `record` quotes, also where only a link tells of it."""
    return _quoted(record, quoted_link(record))


def author_of(record: Wire) -> str | None:
    """The id of the account that wrote `record`, where it says so."""
    return id_of(user) if isinstance(user := record.get("user"), dict) else None


def versions_of(record: Wire, own: str) -> tuple[str, ...]:
    """The ids of all versions of a post, oldest first; its `own` alone where it was never edited.

    https://docs.x.com/x-api/fundamentals/edit-posts
    """
    if not isinstance(info := record.get("edit_info"), dict):
        return (own,)
    edit = info.get("edit")
    control = (edit and thing(thing(edit).get("editControlInitial"))) or thing(info.get("initial"))
    told = control.get("editTweetIds")
    if told == [own] or not isinstance(told, list):
        return (own,)
    return tuple(sorted({own, *filter(is_id, told[:_MOST_VERSIONS])}, key=int))


def is_repost(record: Wire, text: str) -> bool:
    """Whether `record`, whose text this is, only passes on what somebody else wrote.

    X marks reposts; before there was a way to, people began them with words that are taken as such a mark.
    """
    return bool(record.get("retweeted_status")) or (text.startswith("RT @") and bool(_REPOST.match(text)))


def parse_time(text: object) -> datetime | None:
    """A time in either of the forms that X has used; `None` when `text` is none.

    Posts from before November 2010 often have only their day, as midnight.
    """
    if not isinstance(text, str):
        return None
    try:
        if found := _LATER_TIME.fullmatch(text):
            month, *numbers = found.groups()
            day, hour, minute, second, year = map(int, numbers)
            return datetime(year, _MONTHS.index(month) + 1, day, hour, minute, second, tzinfo=UTC)
        if found := _EARLY_TIME.fullmatch(text):
            year, number, day, hour, minute, second = map(int, found.groups())
            return datetime(year, number, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        pass
    return None


def time_text(time: datetime) -> str:
    """A time in UTC as records of the later form have it, without the day of the week before it."""
    return f"{_MONTHS[time.month - 1]} {time.day:02} {time:%H:%M:%S} +0000 {time.year}"


def is_day_only(record: Wire) -> bool:
    """Whether nothing tells the time of day at which a post was written."""
    told = record.get("created_at")
    if not isinstance(told, str) or " 00:00:00 " not in told:
        return False
    return (id_ := id_of(record)) is not None and time_of(id_) is None


def _quoted(record: Wire, link: str | None) -> str | None:
    return _id(record, "quoted_status_id_str", "quoted_status_id") or (post_id(link) if link else None)


def _quote(record: Wire, link: str | None, *, deeper: bool) -> Quote | None:
    """What a post quotes. Where only a `link` tells of it, the quoted post is named and not shown."""
    if (id_ := _quoted(record, link)) is None:
        return None
    ref = PostRef(NETWORK, id_)
    inner = thing(record.get("quoted_status"))
    author = parse_author(inner.get("user"))
    if deeper and author and Signal.PROTECTED in author.signals:
        return Quote(ref, absence=Absence.NOT_PUBLIC)
    quoted = _post(inner, author, None, deeper=False) if deeper and author else None
    if quoted and quoted.ref == ref:
        return Quote(ref, post=quoted)
    return Quote(ref, what="post", url=web_link(link) or post_url("", id_))


def _labels(record: Wire, media: tuple[Media, ...]) -> frozenset[Label]:
    """Withheld anywhere is shown nowhere: a page cannot tell where its readers are."""
    withheld = record.get("withheld_copyright") is True or bool(record.get("withheld_in_countries"))
    marks = {Label.HIDE} if withheld else set()
    if media and record.get("possibly_sensitive") is True:
        marks.add(Label.WARN)
    return frozenset(marks)


def _id(record: Wire, text: str, number: str) -> str | None:
    """The id under `text`, else the one under `number` where no float can have changed it."""
    told = record.get(text) or record.get(number)
    if told is None or is_id(told):  # most posts answer nobody
        return told
    return str(told) if type(told) is int and 0 < told < _EXACT else None
