"""A static site in a real browser, opened as files: read, searched, and nothing asked of anybody."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from tests import browser
from tests.browser import violations
from tests.flows.paper import settings
from tests.flows.shelves import ADA, BEN, built, shelve, written
from tests.threads.build import author
from unroller.core.model import Signal
from unroller.core.search import parse, tokens
from unroller.flows.library import open_library

HOSTILE = '<img src=x onerror=alert(1)> </script><script>alert(2)</script> "quoted" & \u2028 done'
SAYINGS = (
    "Straße STRASSE ſtraße Ǆungla ΟΔΟΣ οδος Éclair e\u0301clair İstanbul ısı",
    "東京都の天気は晴れ、한국어 시험 そして ภาษาไทย ｶﾀｶﾅ が ガ",
    "مَرْحَبًا بِالعالم ـــ كتاب کتاب ٱلكتاب ١٢٣ ۴۵۶ שָׁלוֹם",
    "हिन्दी में क्या है తెలుగు",
    "snake_case don't C++ 3.14 ½ ² Ⅷ ① 𝔘𝔫𝔦 👩‍👩‍👧 a-b \u00ad x\u200by 𠮷野家",
    "Cherokee Ꭰ ꭰ ﬁne ŉ ǰ ΐ և ẞ ß",
    HOSTILE,
    "a" * 200 + " " + "界" * 200,
)
ASKED = (
    'tide "slow tide" -fig',
    "“curly” -„x y“",
    '"unclosed',
    "東京",
    "京",
    "-",
    '""',
    "a\0b ' OR 1=1 --",
    "ß",
)


@dataclass(frozen=True, slots=True)
class Visited:
    """A page, what it complained about, and what it asked for."""

    page: Page
    complaints: list[str]
    asked: list[str]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Threads by two people, in several scripts; 24 of one kind; one that is not listed."""
    folder, shy = (
        tmp_path_factory.mktemp("site"),
        author("shy.test", "Shy", signals=frozenset({Signal.NO_INDEX})),
    )
    with open_library(settings(tmp_path_factory.mktemp("data"))) as library:
        shelve(
            library,
            written(1, "The tide comes slowly.", "It is a slow tide, Straße and all.", by=ADA),
            written(11, "Tide tables lie: the slow ferry and the quick tide.", by=ADA),
            written(21, "東京都の天気は晴れです。", by=ADA, languages=("ja",)),
            written(31, "مَرْحَبًا بِالعالم", by=BEN, languages=("ar",)),
            written(41, HOSTILE, by=BEN),
            written(1, "A tide that nobody is to find.", by=shy),
            *(written(100 + 10 * number, f"Figs, part {number}.", by=BEN) for number in range(24)),
        )
        built(library, folder, formats=("text",))
    return folder


@pytest.fixture
def visit(chromium: Browser, site: Path) -> Iterator[Callable[..., Visited]]:
    """Opens a page of the site as a file."""
    opened: list[Page] = []

    def go(name: str, **how: object) -> Visited:
        page = browser.new_page(chromium, **({"javascript": True} | how))  # type: ignore[arg-type]
        opened.append(page)
        found = Visited(page, [], [])
        page.on("console", lambda message: found.complaints.append(message.text))
        page.on("pageerror", lambda error: found.complaints.append(str(error)))
        page.on("request", lambda request: found.asked.append(request.url))
        page.goto(f"{site.as_uri()}/{name}")
        return found

    yield go
    for page in opened:
        page.context.close()


def search(visit: Callable[..., Visited], words: str) -> Visited:
    found = visit(f"search.html?q={quote(words)}")
    found.page.wait_for_function("!/^$|…/.test(document.getElementById('status').textContent)")
    return found


def titles(found: Visited) -> list[str]:
    return found.page.locator("#results a").all_inner_texts()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("tide", ["Tide tables lie: the slow ferry and the quick tide.", "The tide comes slowly."]),
        ('"slow tide"', ["The tide comes slowly."]),
        ("tide -ferry", ["The tide comes slowly."]),
        ('tide -"slow ferry"', ["The tide comes slowly."]),
        ("STRASSE tide", ["The tide comes slowly."]),
        ("東京", ["東京都の天気は晴れです。"]),
        ("晴", ["東京都の天気は晴れです。"]),
        ("京東", []),
        ("مرحبا", ["مَرْحَبًا بِالعالم"]),
        ("constructor", []),
        ("nobody", []),
    ],
)
def test_what_is_searched_is_found_the_newest_first(
    visit: Callable[..., Visited], words: str, expected: list[str]
) -> None:
    found = search(visit, words)
    assert titles(found) == expected
    assert found.complaints == []


def test_a_passage_marks_what_was_searched_and_runs_nothing(visit: Callable[..., Visited]) -> None:
    found = search(visit, '"onerror" done')
    assert found.page.locator("#results mark").all_inner_texts() == ["onerror", "done"]
    assert HOSTILE.split("\u2028", maxsplit=1)[0].strip() in found.page.locator("#results p").inner_text()
    assert found.page.locator("#results img").count() == 0
    assert found.complaints == []


def test_many_results_come_by_tens_and_the_keyboard_goes_on_where_it_was(
    visit: Callable[..., Visited],
) -> None:
    found = search(visit, "figs")
    assert len(titles(found)) == 10
    assert "there are more" in found.page.locator("#status").inner_text()
    found.page.get_by_role("button", name="More").press("Enter")
    found.page.wait_for_function("document.querySelectorAll('#results a').length === 20")
    assert found.page.evaluate("document.activeElement.textContent") == titles(found)[10]
    found.page.get_by_role("button", name="More").click()
    found.page.wait_for_function("document.querySelectorAll('#results a').length === 24")
    assert found.page.locator("#status").inner_text() == "24 threads"
    assert titles(found)[0] == "Figs, part 23."


def test_a_search_begins_in_a_list_and_ends_on_the_page_of_a_thread(visit: Callable[..., Visited]) -> None:
    found = visit("bluesky/@ada.test/index.html")
    found.page.get_by_role("searchbox").fill("ferry")
    found.page.keyboard.press("Enter")
    found.page.get_by_role("link", name="Tide tables").click()
    found.page.wait_for_url("**/t/*/index.html")
    found.page.get_by_role("link", name="Search").click()
    found.page.wait_for_url("**/search.html")
    assert found.complaints == []


def test_a_search_asks_for_few_files_and_only_in_the_folder(
    visit: Callable[..., Visited], site: Path
) -> None:
    found = search(visit, "quick ferry")
    assert all(address.startswith(site.as_uri()) for address in found.asked)
    assert len([address for address in found.asked if "/search/" in address]) <= 5


def test_the_browser_cuts_and_folds_words_as_we_do(visit: Callable[..., Visited]) -> None:
    page = search(visit, "tide").page
    script = "async (texts) => { const { folding } = await unroller.load('contents');"
    words = f"{script} const words = unroller.makeWords(folding); return texts.map(words.tokens); }}"
    assert page.evaluate(words, list(SAYINGS)) == [tokens(text) for text in SAYINGS]
    asked = f"{script} const words = unroller.makeWords(folding); return texts.map(words.parse); }}"
    for text, found in zip(ASKED, page.evaluate(asked, list(ASKED)), strict=True):
        query = parse(text)
        for name, phrases in (("all", query.all), ("none", query.none)):
            expected = [{"tokens": list(one.tokens), "open": one.open} for one in phrases]
            assert found[name] == expected, text


def test_all_pages_are_read_without_scripts(visit: Callable[..., Visited]) -> None:
    index = visit("index.html", javascript=False)
    assert index.page.get_by_role("link", name="The tide comes slowly.").count() == 1
    assert not index.page.get_by_role("searchbox").is_visible()
    search_page = visit("search.html?q=tide", javascript=False)
    assert search_page.page.get_by_text("Searching needs JavaScript").is_visible()


@pytest.mark.parametrize("name", ["index.html", "bluesky/@ben.test/index.html", "search.html?q=tide", "t/*"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_a_narrow_screen_holds_it(
    visit: Callable[..., Visited], site: Path, name: str, scheme: str
) -> None:
    if name == "t/*":
        name = next(site.glob("t/*/index.html")).relative_to(site).as_posix()
    found = visit(name, scheme=scheme, width=320)
    assert found.complaints == []
    assert violations(found.page) == []
    assert found.page.evaluate("document.documentElement.scrollWidth") <= 320
