"""A thread as an item of a feed: its whole text as HTML, without style sheets, scripts or anything folded."""

from __future__ import annotations

from unroller.core.media import at_home
from unroller.core.ports import Item
from unroller.exports import words
from unroller.exports.page import environment
from unroller.exports.reading import read


def content(item: Item) -> str:
    """The thread as an HTML fragment whose addresses are all absolute."""
    thread = at_home(item.thread, item.frame.media, only=item.frame.sealed)
    rules = item.frame.rules
    values = {
        "thread": thread,
        "verdict": item.verdict,
        "frame": item.frame,
        "reading": read(thread),
        "guarded": words.is_guarded(thread, item.verdict),
        "facts": words.facts(thread),
        "rules": rules if rules and rules.shows_each else None,
        "network": rules.title if rules else words.network_title(thread.ref.network),
    }
    return environment().get_template("feed.html").render(values).strip()


def title(item: Item) -> str:
    """The thread's title on one line; behind a warning, nothing of its text."""
    return words.line(words.title(item.thread, item.verdict)) or words.stand_in(item.thread)
