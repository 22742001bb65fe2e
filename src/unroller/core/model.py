"""The nouns: posts, who wrote them, and the thread that they make.

All values are frozen; sequences are tuples; times are aware and in UTC.
A missing post is data (`Gap`, `Absence`), never an error.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from unroller.core.body import Body, Emoji
from unroller.core.value import NOTHING, Value, settle


class PostRef(Value, frozen=True, order=True):
    """The permanent, global name of a post.

    `id` is an at-URI with the DID on Bluesky, the object id in ActivityPub, a snowflake on X,
    the event id in hex on Nostr.
    """

    network: str
    id: str

    def __str__(self) -> str:
        return self.id


class Signal(StrEnum):
    """What an author, or the network for them, says about being shown elsewhere."""

    NO_UNAUTHENTICATED = "no-unauthenticated"
    PROTECTED = "protected"
    GONE = "gone"
    NO_BOT = "no-bot"
    NO_INDEX = "no-index"
    NOT_INDEXABLE = "not-indexable"
    NOT_DISCOVERABLE = "not-discoverable"
    LOCKED = "locked"
    LIMITED = "limited"


class Label(StrEnum):
    """What moderators or the author say about one post; networks translate their own words."""

    HIDE = "hide"
    WARN = "warn"
    ADULT = "adult"
    NUDITY = "nudity"
    GRAPHIC = "graphic"


class Audience(StrEnum):
    """For whom the author wrote the post. Only the first two are public."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    FOLLOWERS = "followers"
    DIRECT = "direct"


class Absence(StrEnum):
    """Why a post that belongs here cannot be shown."""

    DELETED = "deleted"
    BLOCKED = "blocked"
    NOT_PUBLIC = "not public"
    NOT_FOUND = "not found"
    NOT_FETCHED = "not fetched"
    HIDDEN = "hidden by moderation"
    DETACHED = "detached by its author"
    DECLINED = "not shown at its author's wish"


class MediaKind(StrEnum):
    """What a media file is. A `GIF` is a short film without sound that plays by itself, in any format."""

    IMAGE = "image"
    VIDEO = "video"
    GIF = "gif"
    AUDIO = "audio"


class Media(Value, frozen=True):
    """A picture, film or sound. `alt=None`: the author wrote none; `""`: decorative.

    `url` is `None` when the network names the file but does not hand it out.
    `poster` is a still picture for a film. `width` and `height` are pixels, or a ratio's two terms.
    `copy` names the file that is kept with the thread (in an archive: its path there), `""` for none.
    """

    kind: MediaKind
    url: str | None
    alt: str | None = None
    width: int | None = None
    height: int | None = None
    poster: str | None = None
    mime: str | None = None
    sensitive: bool = False
    copy: str = ""


class Author(Value, frozen=True):
    """An account. `id` never changes (a DID, an actor id); `handle` may, and has no leading @.

    `emojis` are custom emoji that stand in the display name as their `alt`, such as `:blobcat:`.
    """

    network: str
    id: str
    handle: str
    display_name: str = ""
    url: str = ""
    avatar: str | None = None
    bot: bool = False
    signals: frozenset[Signal] = NOTHING
    emojis: tuple[Emoji, ...] = ()

    def __post_init__(self) -> None:
        settle(self, "signals")

    @property
    def name(self) -> str:
        """The display name, or the handle where there is none."""
        return self.display_name.strip() or self.handle


class Card(Value, frozen=True):
    """The preview of a web page that a post links to."""

    url: str
    title: str = ""
    description: str = ""
    image: str | None = None


class Choice(Value, frozen=True):
    """One answer of a poll. `votes=None`: the network does not say."""

    text: str
    votes: int | None = None


class Poll(Value, frozen=True):
    """A question with answers to choose from; `closes=None`: the network does not say."""

    choices: tuple[Choice, ...]
    closes: datetime | None = None
    multiple: bool = False


class Quote(Value, frozen=True):
    """A quoted post: `post`, or the reason why it cannot be shown; exactly one of the two.

    `what` names what is quoted when it is no post (a feed, a list); `url` then leads to it.
    """

    ref: PostRef | None
    post: Post | None = None
    absence: Absence | None = None
    what: str = ""
    url: str = ""


class Post(Value, frozen=True):
    """One post.

    `order` sorts posts of one author in the network's own id order, as text.
    `parent` and `root` are what the author's record claims; only `parent` is ever used to link.
    `parent_author` is the id of the parent's author where the network tells it, else `None`.
    `warning` is the author's content warning. `version` changes when the author edits.
    `revised` are the times of all edits that are known, oldest first; what stood there before is not kept.
    """

    ref: PostRef
    author: Author
    published: datetime
    body: Body
    url: str
    order: str
    version: str = ""
    edited: datetime | None = None
    parent: PostRef | None = None
    parent_author: str | None = None
    root: PostRef | None = None
    quote: Quote | None = None
    media: tuple[Media, ...] = ()
    card: Card | None = None
    poll: Poll | None = None
    warning: str = ""
    labels: frozenset[Label] = NOTHING
    audience: Audience = Audience.PUBLIC
    languages: tuple[str, ...] = ()
    revised: tuple[datetime, ...] = ()

    def __post_init__(self) -> None:
        settle(self, "labels")


class Gap(Value, frozen=True):
    """A place in a thread where a post is missing.

    `after` is the post of the thread above the gap; `None` means that the gap is at the very top.
    `url` leads to the original place, `""` where it would help nobody.
    """

    ref: PostRef
    reason: Absence
    after: PostRef | None = None
    url: str = ""


class Wholeness(StrEnum):
    """Whether a thread is all there: proven, known to lack something, or not known."""

    WHOLE = "whole"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class Completeness(Value, frozen=True):
    """How much of the thread is here, and how that is known.

    `found` counts the posts, `expected` the posts and gaps together, `None` where nobody can know.
    `source` names what was checked; `why` names what is missing or unknown, in words for readers.
    """

    state: Wholeness
    found: int
    expected: int | None
    checked_at: datetime
    source: str
    why: str = ""


class Aside(Value, frozen=True):
    """A run of two or more posts that the author wrote below somebody else's reply, `under`."""

    under: Post | Gap
    posts: tuple[Post, ...]
    gaps: tuple[Gap, ...] = ()


class Thread(Value, frozen=True):
    """One author's chain of posts, in reading order. Never empty, never of two authors.

    `ref` names the topmost post, which may itself be a gap. `context` is the post by somebody else
    that the thread answers. `elsewhere` are runs below other people's replies, `answers` the links
    of the author's single answers to others, both in the network's id order.
    """

    ref: PostRef
    author: Author
    posts: tuple[Post, ...]
    completeness: Completeness
    gaps: tuple[Gap, ...] = ()
    context: Post | Gap | None = None
    elsewhere: tuple[Aside, ...] = ()
    answers: tuple[str, ...] = ()


class Verdict(Value, frozen=True):
    """What may be done with a thread. `why` says no in words that asker and author can read."""

    show: bool = True
    warn: bool = False
    list: bool = True
    index: bool = True
    why: str = ""
