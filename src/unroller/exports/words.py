"""What every format says in the same words: counts, dates, what is missing, why something is folded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from unroller.core import summary
from unroller.core.model import (
    Absence,
    Card,
    Choice,
    Completeness,
    Gap,
    Label,
    Media,
    MediaKind,
    Poll,
    Post,
    Quote,
    Thread,
    Verdict,
    Wholeness,
)
from unroller.core.tolerant import clean
from unroller.exports.reading import Missing, Step

_LABELS = {
    Label.HIDE: "Hidden by moderators",
    Label.WARN: "Moderators warn of this post",
    Label.ADULT: "Adult content",
    Label.NUDITY: "Nudity",
    Label.GRAPHIC: "Graphic content",
}

_REASONS = {
    Absence.DELETED: "deleted",
    Absence.BLOCKED: "blocked",
    Absence.NOT_PUBLIC: "not public",
    Absence.NOT_FOUND: "not found",
    Absence.NOT_FETCHED: "not fetched",
    Absence.HIDDEN: "hidden by moderation",
    Absence.DETACHED: "detached by its author",
    Absence.DECLINED: "not shown at its author’s wish",
}

# Python's own names follow the machine's language.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def line(text: str) -> str:
    """`text` on one line, without what could mislead."""
    return " ".join(clean(text).split())


def counted(count: int, noun: str) -> str:
    """`1 post`, `20 posts`."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def day(time: datetime) -> str:
    """`22 November 2026`, in UTC, in English whatever the locale."""
    time = time.astimezone(UTC)
    return f"{time.day} {_MONTHS[time.month - 1]} {time.year}"


def month(year: int, month: int) -> str:
    """`November 2026`."""
    return f"{_MONTHS[month - 1]} {year}"


def minute(time: datetime) -> str:
    """`22 November 2026, 13:05 UTC`."""
    return f"{day(time)}, {time.astimezone(UTC):%H:%M} UTC"


def moments(post: Post) -> str:
    """When a post was published and, where it was, edited last: to the minute."""
    edited = f", last edited {minute(post.edited)}" if post.edited else ""
    return f"{minute(post.published)}{edited}"


def stamp(time: datetime) -> str:
    """`2026-11-22T13:05:00Z`, for machines."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def network_title(network: str) -> str:
    """`Bluesky` for `bluesky`."""
    return network[:1].upper() + network[1:]


def fold_reason(post: Post) -> str:
    """Why `post` is not shown at once, `""` when it is."""
    reasons = [_LABELS[label] for label in sorted(post.labels)]
    if warning := line(post.warning):
        reasons.insert(0, f"Content warning: {warning}")
    return " · ".join(reasons)


def is_guarded(thread: Thread, verdict: Verdict) -> bool:
    """Whether a warning covers all of `thread`, because none of its posts says which of them is meant."""
    posts = (*thread.posts, *(post for aside in thread.elsewhere for post in aside.posts))
    return verdict.warn and not any(fold_reason(post) for post in posts)


def wholeness(completeness: Completeness) -> str:
    """How much is here, such as `20 of 20 posts` or `18 of 20 posts: one deleted, one not public`."""
    found, expected = completeness.found, completeness.expected
    head = (
        f"{counted(found, 'post')} found" if expected is None else f"{found} of {counted(expected, 'post')}"
    )
    if completeness.state is Wholeness.WHOLE:
        return head
    doubt = "some are missing" if completeness.state is Wholeness.PARTIAL else "not known to be complete"
    return f"{head}: {completeness.why or doubt}"


def checked(completeness: Completeness) -> str:
    """When and where that was checked, such as `checked 22 November 2026, 13:05 UTC against …`."""
    where = f" against {completeness.source}" if completeness.source else ""
    return f"checked {minute(completeness.checked_at)}{where}"


def missing(missing: Missing) -> str:
    """What a reader is told at the gap, such as `One post is missing here: deleted.`"""
    count = len(missing.gaps)
    head = "One post is" if count == 1 else f"{count:,} posts are"
    return f"{head} missing here: {_REASONS[missing.reason]}."


def absent(gap: Gap, what: str) -> str:
    """`The post that this thread answers is not shown: deleted.`"""
    return f"{what} is not shown here: {_REASONS[gap.reason]}."


def turn(continues: Step | Missing) -> str:
    """`Continues post 4`."""
    return f"post {continues.number}" if isinstance(continues, Step) else "a missing post"


def absent_quote(quote: Quote) -> str:
    """Why a quoted post is not there."""
    reason = _REASONS[quote.absence or Absence.NOT_FOUND]
    return f"A quoted post is not shown here: {reason}."


def kind(media: Media) -> str:
    """`Image`, `Video`, `GIF` or `Audio`."""
    return "GIF" if media.kind is MediaKind.GIF else media.kind.value.capitalize()


def chosen(choice: Choice) -> str:
    """How many chose it, `" (42 votes)"`, or `""` where the network does not say."""
    return "" if choice.votes is None else f" ({counted(choice.votes, 'vote')})"


def terms(poll: Poll) -> str:
    """`Poll, several choices, open until 5 May 2026, 10:00 UTC`: true whenever it is read."""
    parts = ["Poll"]
    if poll.multiple:
        parts.append("several choices")
    if poll.closes:
        parts.append(f"open until {minute(poll.closes)}")
    return ", ".join(parts)


def revised(post: Post) -> str:
    """`Edited 3 times, last 4 May 2026, 11:30 UTC`, and `""` for a post that never was."""
    last = max((*post.revised, *((post.edited,) if post.edited else ())), default=None)
    if last is None:
        return ""
    often = len(post.revised)
    return f"Edited {often} times, last {minute(last)}" if often > 1 else f"Edited {minute(last)}"


def alt(media: Media, number: int, count: int) -> str:
    """What stands for a picture, film or sound where it is not seen; `""` when it is decoration."""
    if media.alt is not None:
        return media.alt
    which = f"{kind(media)} {number} of {count}" if count > 1 else kind(media)
    return f"{which}, not described by its author"


def host(card: Card) -> str:
    """The site that a card leads to."""
    return (urlsplit(card.url).hostname or "").removeprefix("www.")


def title(thread: Thread, verdict: Verdict) -> str:
    """The thread's title; behind a warning, nothing of its text."""
    return stand_in(thread) if is_guarded(thread, verdict) else summary.title(thread)


def stand_in(thread: Thread) -> str:
    """The title of a thread that has none in its author's words."""
    return f"A thread by {thread.author.name}"


def facts_of_many(threads: Sequence[Thread]) -> str:
    """`12 threads · 340 posts · 2009–2026`."""
    years = sorted(thread.posts[0].published.astimezone(UTC).year for thread in threads)
    when = f"{years[0]}" if years[0] == years[-1] else f"{years[0]}–{years[-1]}"
    posts = sum(len(thread.posts) for thread in threads)
    return " · ".join((counted(len(threads), "thread"), counted(posts, "post"), when))


def facts(thread: Thread) -> str:
    """`2 November 2026 · 20 posts · 6 min read`."""
    parts = (day(thread.posts[0].published), counted(len(thread.posts), "post"))
    return " · ".join((*parts, f"{summary.minutes(thread)} min read"))
