"""A thread → one HTML page that needs no script, asks for nothing but media, and escapes all text."""

from __future__ import annotations

from typing import Any

from unroller.core import summary
from unroller.core.media import at_home
from unroller.core.model import Author, Thread, Verdict
from unroller.core.ports import Frame
from unroller.core.tolerant import clean, web_link
from unroller.exports import words
from unroller.exports.contents import contents
from unroller.exports.page import environment, json_script, language
from unroller.exports.reading import read


class Html:
    """A page: part of a site when the frame names one, else a document that stands alone."""

    name = "html"
    title = "HTML"
    media_type = "text/html"
    suffix = ".html"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The page, as UTF-8."""
        thread = at_home(thread, frame.media, only=frame.sealed)
        reading = read(thread)
        text = (
            environment()
            .get_template("thread.html")
            .render(
                thread=thread,
                verdict=verdict,
                frame=frame,
                reading=reading,
                contents=contents(reading),
                guarded=words.is_guarded(thread, verdict),
                title=words.title(thread, verdict),
                description=_description(thread, verdict),
                minutes=summary.minutes(thread),
                data=json_script(_data(thread, verdict, frame)),
            )
        )
        return text.encode(errors="replace")


def _description(thread: Thread, verdict: Verdict) -> str:
    """The beginning of the text; behind a warning, only how long the thread is."""
    text = "" if words.is_guarded(thread, verdict) else summary.excerpt(thread)
    size = words.counted(len(thread.posts), "post")
    return text or f"{size} by {thread.author.name}, {summary.minutes(thread)} min read"


def _data(thread: Thread, verdict: Verdict, frame: Frame) -> dict[str, Any]:
    """The page as schema.org describes such things."""
    first, last = thread.posts[0], max(thread.posts, key=lambda post: post.published)
    found = {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "headline": clean(words.title(thread, verdict)),
        "text": clean(_description(thread, verdict)),
        "author": _person(thread.author),
        "datePublished": words.stamp(first.published),
        "dateModified": words.stamp(last.edited or last.published),
        "url": web_link(frame.page_url),
        "image": web_link(frame.card_url),
        "isBasedOn": web_link(first.url),
        "inLanguage": language(first.languages),
    }
    return {name: value for name, value in found.items() if value}


def _person(author: Author) -> dict[str, str]:
    person = {"@type": "Person", "name": clean(author.name), "alternateName": clean(f"@{author.handle}")}
    url = web_link(author.url)
    return person | {"url": url} if url else person
