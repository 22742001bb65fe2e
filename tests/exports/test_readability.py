"""Read-later tools take the whole thread out of the page, in order, and nothing that is not part of it.

Trafilatura and Mozilla's Readability are what most of them are made with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from tests import threads
from tests.conftest import leave_out
from tests.exports.pages import OPEN, source
from tests.testnet.processes import FOLDER
from tests.threads.build import chain, post, thread
from unroller.core.body import Block, BlockKind, Run
from unroller.core.model import Completeness, Thread, Verdict, Wholeness
from unroller.exports.words import stamp

READABILITY = FOLDER / "node_modules" / "@mozilla" / "readability" / "Readability.js"
AROUND = (
    "Want a page like this?",
    "Latest threads unrolled",
    "Skip to the text",
    "Follow @",
    "How to read a tide",
)
WARNED = Verdict(warn=True, list=False, index=False)


def japanese() -> Thread:
    """Posts without a space, the last of them with a link."""
    lines = (
        "海図のどれもが認めない岩の上に立つ灯台を、四年かけて直しました。",
        "塩は気が長い。",
        "時計は嘘をつく。",
    )
    posts = chain(*(line * 3 for line in lines), languages=("ja",))
    runs = (Run("終わり。"), Run("#灯台", link="https://bsky.app/hashtag/灯台"))
    return thread((*posts, post(4, (Block(BlockKind.PARAGRAPH, runs),), after=3, languages=("ja",))))


def thanks() -> Thread:
    """Ends with a post that is mostly links, as many do."""
    names = tuple(
        Run(f"@{name} ", link=f"https://bsky.app/profile/{name}.example") for name in ("amy", "bob")
    )
    last = Block(BlockKind.PARAGRAPH, (Run("Thanks for reading this, "), *names))
    return thread((*chain("A lamp.", "It turns."), post(3, (last,), after=2)))


THREADS: dict[str, Callable[[], Thread]] = {
    **{name: made for name, made in threads.ALL.items() if name != "hostile"},
    "japanese": japanese,
    "thanks": thanks,
}
EVERY = pytest.mark.parametrize("name", THREADS)


def said(made: Thread) -> list[tuple[Run, ...]]:
    """Every paragraph in order, without custom emoji, which are pictures."""
    posts = (*made.posts, *(post for aside in made.elsewhere for post in aside.posts))
    return [tuple(run for run in block.runs if not run.emoji) for post in posts for block in post.body]


def squeezed(text: str) -> str:
    return "".join(text.split())


def words_of(runs: tuple[Run, ...]) -> str:
    return squeezed("".join(run.text for run in runs))


def is_a_link(runs: tuple[Run, ...]) -> bool:
    """Hardly more than one: trafilatura takes that for a menu."""
    return len(words_of(tuple(run for run in runs if run.link))) > 0.9 * len(words_of(runs))


def missed(made: Thread, text: str) -> list[str]:
    """The paragraphs that are not in `text`, or not in their place."""
    found, at, lost = squeezed(text), 0, []
    for words in map(words_of, said(made)):
        place = found.find(words, at)
        at = place + len(words) if place >= 0 else at
        lost += [words] if place < 0 else []
    return lost


def taken(made: Thread, verdict: Verdict = OPEN) -> Any:
    """What trafilatura takes out of the page."""
    import trafilatura  # takes half a second, in every process that only collects

    html = source(made, verdict)
    return trafilatura.bare_extraction(html, include_comments=False, with_metadata=True)


@EVERY
def test_trafilatura_takes_every_post_in_order(name: str) -> None:
    made = THREADS[name]()
    links = {words_of(runs) for runs in said(made) if is_a_link(runs)}
    assert set(missed(made, taken(made).text)) <= links


@EVERY
def test_trafilatura_takes_nothing_from_around_the_thread(name: str) -> None:
    text = taken(THREADS[name]()).text
    # Of less than 250 characters it takes the article with its head.
    around = AROUND if len(text) > 400 else AROUND[:3]
    assert [words for words in around if words in text] == []


def test_trafilatura_knows_title_author_and_date() -> None:
    made = taken(threads.right_to_left())
    assert made.title == "قضيتُ أربع سنوات في ترميم منارة على صخرة لا تتفق عليها أي خريطة."
    assert (made.author, made.date) == ("نور الهاشمي", "2026-11-02")


def test_what_is_behind_a_warning_is_taken_with_it() -> None:
    text = taken(threads.short(), WARNED).text
    assert text.index("A warning was placed on this thread") < text.index("I spent four years")


def test_a_doubt_about_the_whole_is_taken_with_the_text() -> None:
    made = threads.essay()
    unknown = Completeness(Wholeness.UNKNOWN, 25, None, made.completeness.checked_at, "")
    assert "not known to be complete" in taken(replace(made, completeness=unknown)).text
    assert "25 of 25" not in taken(made).text


@pytest.fixture(scope="module")
def reader(chromium: Browser) -> Page:
    if not READABILITY.exists():
        leave_out("Readability is not installed: make test installs it (npm ci in tests/testnet)")
    return chromium.new_context().new_page()


def read(page: Page, html: str) -> Any:
    """What Firefox's reader view, and whoever uses the same code, makes of the page."""
    page.route("**/*", lambda route: route.abort())
    page.set_content(html, wait_until="domcontentloaded")
    page.evaluate(READABILITY.read_text(encoding="utf-8"))
    return page.evaluate("new Readability(document.cloneNode(true)).parse()")


@EVERY
def test_readability_takes_every_post_in_order_and_nothing_from_around(reader: Page, name: str) -> None:
    made = THREADS[name]()
    found = read(reader, source(made))
    assert missed(made, found["textContent"]) == []
    assert [words for words in AROUND[:3] if words in found["textContent"]] == []
    assert found["byline"] == made.author.name
    assert found["publishedTime"] == stamp(made.posts[0].published)


def test_readability_keeps_pictures_with_their_descriptions(reader: Page) -> None:
    html = read(reader, source(threads.every_medium()))["content"]
    assert 'alt="A brass lamp on a granite sill, lit from within, rain behind it."' in html
