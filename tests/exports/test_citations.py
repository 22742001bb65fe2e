"""BibTeX and CSL-JSON: a thread as a bibliography names it."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests import threads
from tests.exports.pages import ALONE, OPEN, SITE
from tests.threads.build import author, chain, thread
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Export, Frame
from unroller.core.tolerant import clean
from unroller.exports.bibtex import Bibtex
from unroller.exports.csl import Csl

ENTRY = re.compile(r"@misc\{([a-z0-9-]+),\n((?:  [a-z]+ = .*,\n)+)\}\n")
MACROS = {
    r"{\textbackslash}": "\\",
    r"{\textbraceleft}": "{",
    r"{\textbraceright}": "}",
    r"{\textasciitilde}": "~",
    r"{\textasciicircum}": "^",
    r"{\textless}": "<",
    r"{\textgreater}": ">",
    r"{\textbar}": "|",
    r"{\textquotedbl}": '"',
}


def bibtex(found: Thread, verdict: Verdict = OPEN, frame: Frame = SITE) -> dict[str, str]:
    """The fields of the entry, as written, and its key as `""`."""
    text = Bibtex().render(found, verdict, frame).decode()
    entry = ENTRY.fullmatch(text)
    assert entry, text
    fields = dict(line.strip().rstrip(",").split(" = ", 1) for line in entry[2].splitlines())
    return fields | {"": entry[1]}


def csl(found: Thread, verdict: Verdict = OPEN, frame: Frame = SITE) -> dict[str, object]:
    (item,) = json.loads(Csl().render(found, verdict, frame))
    return dict(item)


def shown(written: str) -> str:
    """What LaTeX shows for a field."""
    for macro, character in MACROS.items():
        written = written.replace(macro, f"\0{ord(character)}\0")
    text = re.sub(r"\\([$&#_%])", r"\1", written)
    assert not re.search(r"[{}\\~^]", text), text
    return re.sub("\0(\\d+)\0", lambda found: chr(int(found[1])), text)


@pytest.mark.parametrize("export", [Bibtex, Csl])
def test_both_are_exports(export: type[Export]) -> None:
    assert isinstance(export(), Export)


def test_bibtex_says_who_what_when_where_and_when_it_was_seen() -> None:
    found = bibtex(threads.short())
    assert found["author"] == "{{Mira Okafor}}"
    assert found["title"].startswith("{{I spent four years restoring a lighthouse")
    assert (found["year"], found["month"], found["date"]) == ("{2026}", "nov", "{2026-11-02}")
    assert found["urldate"] == "{2026-11-22}"
    assert found["url"] == f"{{{threads.short().posts[0].url}}}"
    assert found["note"] == rf"{{Archived at \url{{{SITE.page_url}}}}}"
    assert found["howpublished"] == "{Bluesky thread by @mira.example.social}"


def test_csl_says_the_same() -> None:
    found = csl(threads.short())
    assert found["type"] == "post"
    assert found["author"] == [{"literal": "Mira Okafor"}]
    assert found["issued"] == {"date-parts": [[2026, 11, 2]]}
    assert found["accessed"] == {"date-parts": [[2026, 11, 22]]}
    assert found["URL"] == threads.short().posts[0].url
    assert found["archive_location"] == SITE.page_url
    assert found["container-title"] == "Bluesky"


def test_without_a_site_there_is_no_archive() -> None:
    assert "note" not in bibtex(threads.short(), frame=ALONE)
    assert "archive_location" not in csl(threads.short(), frame=ALONE)


@pytest.mark.parametrize("made", threads.ALL.values(), ids=threads.ALL)
def test_every_thread_is_one_entry(made) -> None:  # type: ignore[no-untyped-def]
    found = bibtex(made())
    assert found["author"]
    assert found["title"]
    assert csl(made())["title"]


@given(st.text(), st.text())
def test_bibtex_shows_names_and_titles_as_they_are_whatever_is_in_them(name: str, title: str) -> None:
    found = bibtex(thread(chain("x " + title, by=author("mira.example.social", name))))
    wanted = " ".join(clean(name).split()) or "@mira.example.social"
    if clean(name).strip() and name.strip():
        assert shown(found["author"][2:-2]) == wanted
    assert shown(found["title"][2:-2]) == csl(thread(chain("x " + title, by=author(name=name))))["title"]


@pytest.mark.parametrize(
    "attack", ["}, note = {x", "\\input{/etc/passwd}", "} @misc{x,", '" # {', "%\n}", "$$^_~"]
)
def test_nothing_written_ends_a_field(attack: str) -> None:
    found = bibtex(thread(chain(f"Title {attack}", by=author(attack, attack))))
    assert set(found) <= set(bibtex(threads.short()))
    for value in (found["author"], found["title"], found["howpublished"]):
        assert value.count("{") == value.count("}")
        depth = 0
        for number, character in enumerate(value):
            depth += {"{": 1, "}": -1}.get(character, 0)
            assert depth > 0 or number == len(value) - 1


def test_addresses_cannot_end_a_field_either() -> None:
    found = threads.short()
    posts = (replace(found.posts[0], url="https://a.example/}, note={x\\y"), *found.posts[1:])
    assert "url" not in bibtex(replace(found, posts=posts))  # it has a space, so it is none
    posts = (replace(found.posts[0], url="https://a.example/},note={x\\y"), *found.posts[1:])
    assert bibtex(replace(found, posts=posts))["url"] == "{https://a.example/%7D,note=%7Bx%5Cy}"


def test_a_name_of_emoji_only_stays_and_no_name_is_the_handle() -> None:
    assert bibtex(thread(chain("x", by=author("d.example", "🦆🦆"))))["author"] == "{{🦆🦆}}"
    assert bibtex(thread(chain("x", by=author("d.example", "\u202e"))))["author"] == "{{@d.example}}"


def test_two_threads_of_one_year_have_two_keys() -> None:
    one, other = thread(chain("x")), thread(chain("x")[:1] and chain("y", by=author("mira.example.social")))
    other = replace(other, ref=replace(other.ref, id="at://x/y/z"))
    assert bibtex(one)[""] != bibtex(other)[""]
    assert re.fullmatch(r"miraexamplesocial-2026-[a-z2-7]{4}", bibtex(one)[""])


def test_behind_a_warning_no_word_is_cited() -> None:
    assert "lighthouse" not in str(bibtex(threads.short(), Verdict(warn=True)))
