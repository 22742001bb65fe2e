"""PDF/UA-1 by another's judgement than typst's: veraPDF's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.exports.judges import verapdf
from tests.exports.kept import KEPT
from tests.exports.pages import SITE
from tests.exports.test_bound import in_languages
from tests.exports.test_epub import GUARDED, JUDGED
from tests.exports.test_pdf import NO_FONT, pdf
from tests.threads.build import chain, thread
from unroller.core.ports import Frame
from unroller.exports.pdf import Pdf

KEEPING = replace(SITE, kept=KEPT.kept)


def told() -> dict[str, bytes]:
    """Every thread that is judged as a book, and a document of many."""
    alone = {name: pdf(found(), frame=KEEPING) for name, found in JUDGED.items() if name != "2000_posts"}
    return alone | {
        "guarded": pdf(JUDGED["short"](), GUARDED),
        "bound": Pdf().bind("Threads", in_languages()),
    }


@pytest.mark.real
def test_verapdf_has_nothing_against_any_thread_or_book(tmp_path: Path) -> None:
    documents = told()
    assert verapdf(documents, tmp_path) == {name: [] for name in documents}


@pytest.mark.real
def test_verapdf_sees_what_is_wrong(tmp_path: Path) -> None:
    made = pdf(thread(chain("A lamp.")), frame=Frame())
    found = verapdf(
        {
            "rune": pdf(thread(chain(NO_FONT))),
            "untitled": made.replace(b"/DisplayDocTitle true", b"/DisplayDocTitle null"),
            "untagged": made.replace(b"/Marked true", b"/Marked null"),
        },
        tmp_path,
    )
    clauses = {name: {fault.split()[0] for fault in faults} for name, faults in found.items()}
    assert {"5-1", "7.21.8-1"} <= clauses["rune"]
    assert "7.1-10" in clauses["untitled"]
    assert "6.2-1" in clauses["untagged"]
