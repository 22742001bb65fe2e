"""The page: what every thread's page has, and what each kind of thread adds to it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from tests import threads
from tests.exports.pages import ALONE, OPEN, SITE, page, source, text, texts, values
from tests.threads.build import MIRA, chain, ref, thread, with_why
from unroller.core.model import Absence, Gap, Media, Post, Quote, Thread, Verdict, Wholeness
from unroller.core.ports import Frame
from unroller.core.tolerant import web_link
from unroller.exports.page import KEYS, STYLE, STYLE_HASH

Making = Callable[[], Thread]
EVERY = pytest.mark.parametrize("made", threads.ALL.values(), ids=threads.ALL.keys())


def posts_with_media(found: Thread) -> list[Post]:
    quoted = (post.quote.post for post in found.posts if post.quote and post.quote.post)
    return [post for post in (*found.posts, *quoted) if post.media]


def media_of(found: Thread) -> list[Media]:
    return [media for post in posts_with_media(found) for media in post.media]


@EVERY
@pytest.mark.parametrize("frame", [SITE, ALONE], ids=["site", "alone"])
def test_every_page_is_strictly_valid_html(made: Making, frame: Frame) -> None:
    page(made(), frame=frame)


@EVERY
def test_every_post_stands_on_the_page_exactly_once(made: Making) -> None:
    found, tree = made(), page(made())
    ids = values(tree, ".post", "id")
    runs = sum(len(aside.posts) for aside in found.elsewhere)
    assert len(ids) == len(set(ids)) == len(found.posts) + runs


@EVERY
def test_every_gap_is_named(made: Making) -> None:
    found, notes = made(), texts(page(made()), ".gap")
    counts = [1 if note.startswith("One post") else int(note.split()[0]) for note in notes]
    assert sum(counts) == len(found.gaps)


@EVERY
def test_every_alt_text_reaches_the_page(made: Making) -> None:
    tree = page(made())
    said = texts(tree, "figcaption p")
    for media in media_of(made()):
        if media.alt:
            assert any(" ".join(media.alt.split())[:20] in words for words in said)


@EVERY
def test_every_picture_has_an_alt_attribute(made: Making) -> None:
    assert all("alt" in image.attrs for image in page(made()).query("img"))


@EVERY
def test_no_page_styles_or_scripts_within_its_elements(made: Making) -> None:
    for node in page(made()).query("*"):
        assert not [name for name in node.attrs if name == "style" or name.startswith("on")]


def test_the_page_says_who_when_how_long_and_how_whole() -> None:
    tree = page(threads.short())
    assert texts(tree, "h1") == [
        "I spent four years restoring a lighthouse on a skerry that no chart agrees about."
    ]
    assert texts(tree, ".author b") == ["Mira Okafor"]
    assert texts(tree, ".follow") == ["Follow @mira.example.social on Bluesky"]
    assert texts(tree, ".facts") == [
        "2 November 2026 · 5 posts · 1 min read",
        "5 of 5 posts, checked 22 November 2026, 13:05 UTC against the author’s own list of posts.",
    ]
    assert values(tree, ".facts time", "datetime") == ["2026-11-02T09:33:00Z"]


def test_what_is_missing_is_said_at_the_top_and_in_its_place() -> None:
    tree = page(threads.gaps())
    assert texts(tree, ".partial")[0].startswith("6 of 10 posts: 3 deleted, one not public, checked")
    assert texts(tree, ".gap") == [
        "One post is missing here: deleted.",
        "2 posts are missing here: deleted.",
        "One post is missing here: not public. Look there",
    ]


def test_a_thread_that_may_lack_posts_says_why() -> None:
    found = with_why(threads.short(), "this server does not tell of deleted posts")
    counted = structs.replace(found.completeness, state=Wholeness.UNKNOWN, expected=None)
    said = texts(page(structs.replace(found, completeness=counted)), ".unknown")
    assert said[0].startswith("5 posts found: this server does not tell of deleted posts, checked")


def test_a_post_that_does_not_continue_the_one_above_says_which_it_continues() -> None:
    tree = page(threads.forks())
    assert texts(tree, ".post .note") == ["↳ Continues post 2", "↳ Continues post 1"]
    assert values(tree, ".post .note a", "href") == ["#p-3m00000000002", "#p-3m00000000001"]
    assert texts(tree, ".rule") == ["Added 7 December 2027"]


def test_each_post_leads_quietly_to_the_original() -> None:
    marks = page(threads.short()).query(".mark")
    assert [mark.attrs["aria-label"] for mark in marks][2] == "Post 3 of 5 on Bluesky"
    assert marks[2].attrs["href"] == "https://bsky.app/profile/mira.example.social/post/3m00000000003"
    assert text(marks[2]) == "3"


def test_posts_keep_their_language_and_find_their_direction() -> None:
    tree = page(threads.right_to_left())
    assert values(tree, ".post", "lang") == ["ar", "ar", "ar", "he", "en"]
    assert set(values(tree, ".post", "dir")) == {"auto"}


OURS = (
    "Description|See the|Sensitive|Content warning|Graphic|Nudity|not shown here|Quoted:|vote|not available"
)


@EVERY
def test_our_own_words_inside_a_post_say_that_they_are_english(made: Making) -> None:
    found = made()
    foreign = tuple(structs.replace(post, languages=("ja",)) for post in found.posts)
    tree = page(structs.replace(found, posts=foreign))
    for node in tree.query(".post summary, .post .note, .post figcaption > a, .post small, .post .by"):
        if re.search(OURS, text(node)):
            assert _language(node) == "en", text(node)
    for node in tree.query(".post > .media figcaption p"):
        assert _language(node) != "en", text(node)


def _language(node: Any) -> str:
    while "lang" not in node.attrs:
        node = node.parent
    return str(node.attrs["lang"])


def test_a_title_has_a_language_only_where_it_is_the_authors() -> None:
    arabic = threads.right_to_left()
    assert values(page(arabic), "h1", "lang") == ["ar"]
    assert "lang" not in page(arabic, Verdict(warn=True)).query("h1")[0].attrs


def test_the_context_and_the_runs_below_other_peoples_replies_are_shown() -> None:
    tree = page(threads.elsewhere())
    assert texts(tree, ".context .cited > div") == ["What is the oldest thing you ever mended?"]
    assert texts(tree, ".elsewhere h2") == [
        "The author went on below a reply by @bob.example.social",
        "The author went on below a reply",
    ]
    assert "not shown at its author’s wish" in texts(tree, ".elsewhere .note")[0]
    assert "The author also answered 3 replies" in text(tree.query("article")[0])


def test_posts_below_a_reply_are_counted_by_themselves_and_without_the_gaps() -> None:
    found = threads.elsewhere()
    first, *others = found.elsewhere
    lacking = structs.replace(first, gaps=(Gap(ref(33), Absence.DELETED, after=first.posts[-1].ref),))
    tree = page(structs.replace(found, elsewhere=(lacking, *others)))
    assert len(tree.query(".elsewhere .gap")) == 1
    assert values(tree, ".elsewhere .mark", "aria-label") == [
        "Post 1 of 2 below a reply on Bluesky",
        "Post 2 of 2 below a reply on Bluesky",
    ] * len(found.elsewhere)


def test_a_reason_stands_for_each_quote_that_cannot_be_shown() -> None:
    tree = page(threads.every_quote())
    assert texts(tree, ".cited .by") == ["Bob Lindqvist @bob.example.social · 2 November 2026"] or texts(
        tree, ".cited .by"
    )[0].startswith("Bob Lindqvist @bob.example.social · ")
    notes = texts(tree, ".post > .note")
    assert "A quoted post is not shown here: detached by its author." in notes
    assert notes[-1] == "Quoted: Feed: Lighthouses"


def test_what_has_a_warning_is_folded_with_its_pictures() -> None:
    tree = page(threads.warned(), Verdict(warn=True, list=False, index=False))
    assert texts(tree, ".fold > summary") == [
        "Content warning: shipwreck, drowning",
        "Graphic content",
        "Nudity",
    ]
    assert texts(tree, "details.fold img") == [""]
    assert "The wreck itself." in texts(tree, ".fold > div")[0]


def test_a_warning_about_the_whole_thread_folds_all_of_it_and_hides_its_words() -> None:
    shown = page(threads.short(), Verdict(warn=True, index=False))
    assert texts(shown, "h1") == ["A thread by Mira Okafor"]
    assert len(shown.query("details.fold .post")) == 5
    assert "lighthouse" not in source(threads.short(), Verdict(warn=True, index=False)).partition("<body>")[0]


def test_no_title_comes_from_a_post_behind_its_own_warning() -> None:
    head = source(threads.warned_whole(), Verdict(index=False)).partition("<body>")[0]
    assert "secret" not in head


def test_a_page_that_must_not_be_indexed_says_so() -> None:
    assert not page(threads.short()).query("meta[name=robots]")
    assert values(page(threads.short(), Verdict(index=False)), "meta[name=robots]", "content") == ["noindex"]


def test_the_page_on_a_site_has_its_bot_its_latest_threads_and_its_card() -> None:
    tree = page(threads.short())
    assert "@unroller.example.social unroll”" in texts(tree, ".tip")[0]
    assert values(tree, "footer nav a", "href") == ["/t/tidetable234", "/t/lighthouse23"]
    assert values(tree, "meta[property=og:image]", "content") == [SITE.card_url]
    assert values(tree, "link[rel=canonical]", "href") == [SITE.page_url]
    assert values(tree, "link[rel=alternate]", "href") == [
        f"{SITE.page_url}.json",
        "https://unroll.example/api/oembed?url=https%3A//unroll.example/t/abcdefghijkl",
    ]


def test_a_page_that_stands_alone_names_no_site() -> None:
    tree = page(threads.short(), frame=ALONE)
    assert not tree.query("header.site, nav, .tip, link[rel=canonical]")


def test_a_sample_says_that_it_is_one() -> None:
    said = texts(page(threads.short(), frame=replace(SITE, sample=True)), "article > header > .note")
    assert said == ["A sample that comes with Unroller. Its author is made up."]


@EVERY
def test_machines_read_who_wrote_what_and_when(made: Making) -> None:
    data = json.loads(page(made()).query("script")[0].children[0].data)
    assert data["@type"] == "DiscussionForumPosting"
    assert data["headline"]
    assert data["datePublished"] <= data["dateModified"]


def test_media_without_words_are_named_neutrally_and_decoration_is_silent() -> None:
    alts = values(page(threads.every_medium()), "figure img", "alt")
    assert "Image 2 of 3, not described by its author" in alts
    assert "" in alts


def test_a_custom_emoji_in_a_name_is_a_picture_and_in_the_pages_title_its_text() -> None:
    tree = page(threads.edited())
    assert values(tree, ".author .emoji", "alt") == values(tree, ".by .emoji", "alt") == [":reed:"]
    assert values(tree, "meta[name=author]", "content") == ["Mira :reed: Okafor"]


def test_an_edited_post_says_how_often_and_when() -> None:
    said = [note for note in texts(page(threads.edited()), ".note") if note.startswith("Edited")]
    assert said == [
        "Edited 2 November 2026, 10:30 UTC",
        "Edited 3 times, last 3 November 2026, 15:30 UTC",
        "Edited 2 November 2026, 11:30 UTC",
    ]


def test_a_poll_says_how_many_may_be_chosen_and_until_when() -> None:
    said = [note for note in texts(page(threads.edited()), ".note") if note.startswith("Poll")]
    assert said == ["Poll, several choices, open until 3 November 2026, 15:30 UTC", "Poll"]


def test_films_and_sounds_load_nothing_until_asked() -> None:
    tree = page(threads.every_medium())
    assert set(values(tree, "video, audio", "preload")) == {"none"}
    assert set(values(tree, ".media img", "loading")) == {"lazy"}


def test_the_style_has_the_hash_that_the_policy_names() -> None:
    assert f"<style>{STYLE}</style>" in source(threads.short())
    assert STYLE_HASH.startswith("'sha256-")


def test_the_one_script_that_runs_is_the_one_for_keys() -> None:
    scripts = page(threads.long()).query("script:not([type])")
    assert [script.children[0].data for script in scripts] == [KEYS]


def test_the_same_thread_gives_the_same_bytes() -> None:
    assert source(threads.every_medium()) == source(threads.every_medium())


def test_twenty_five_posts_fit_the_first_round_trip() -> None:
    brotli = pytest.importorskip("brotli")
    assert len(brotli.compress(source(threads.essay()).encode())) <= 14 * 1024


def test_only_web_links_lead_away() -> None:
    for made in threads.ALL.values():
        for href in values(page(made()), "a", "href"):
            assert web_link(href) or href.startswith(("#", "/t/"))


def test_a_quote_inside_a_quote_is_not_shown() -> None:
    inner = chain("innermost")[0]
    middle = structs.replace(chain("middle")[0], quote=Quote(inner.ref, inner))
    outer = structs.replace(chain("outer")[0], quote=Quote(middle.ref, middle))
    said = source(thread((outer,), author=MIRA), OPEN)
    assert "middle" in said
    assert "innermost" not in said
