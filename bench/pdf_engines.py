"""The same thread as PDF by others: WeasyPrint and fpdf2, each in a process of its own, with our fonts.

WeasyPrint is given our page, as Chromium is. fpdf2 knows no CSS: it is given title, facts, and each post with
its link, so that its time is at the least what it would need.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench import exporting
from bench.figures import Figure, plain
from unroller.core.body import plain as plain_text
from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.exports import words
from unroller.plugins import load_exports

PACKAGES = {"WeasyPrint": "weasyprint", "fpdf2": "fpdf"}


def measure(size: int) -> Iterable[Figure]:
    for title, package in PACKAGES.items():
        what = f"{size:,} posts as PDF by {title}"
        if find_spec(package) is None:
            yield Figure(what, "not measured", note=f"pip install {title.lower()}")
            continue
        command = [sys.executable, "-m", "bench.pdf_engines", package, str(size)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            yield Figure(what, "not measured", note=(done.stderr.strip().splitlines() or ["it broke"])[-1])
            continue
        said = json.loads(done.stdout)
        yield plain(what, said["first"], "ms", exporting.note(said))


def weasyprint(found: Thread) -> bytes:
    from weasyprint import HTML

    page = load_exports()["html"].render(found, Verdict(), Frame()).decode()
    made: bytes = HTML(string=page, url_fetcher=_nothing).write_pdf(pdf_variant="pdf/ua-1")
    return made


def _nothing(url: str, *_: object, **__: object) -> Any:
    raise ValueError(url)


def fpdf(found: Thread) -> bytes:
    from fpdf import FPDF

    paper = FPDF()
    paper.set_title(words.line(found.posts[0].url))
    paper.add_page()
    paper.add_font("Noto Sans", fname=_font("NotoSans[wght].ttf"))
    paper.set_text_shaping(use_shaping_engine=True)
    paper.set_font("Noto Sans", size=20)
    paper.multi_cell(0, text=words.title(found, Verdict()), new_x="LMARGIN", new_y="NEXT")
    paper.set_font("Noto Sans", size=10)
    paper.multi_cell(0, text=words.facts(found), new_x="LMARGIN", new_y="NEXT")
    for number, post in enumerate(found.posts, 1):
        paper.ln(4)
        paper.cell(10, text=str(number), link=post.url)
        paper.multi_cell(0, text=plain_text(post.body), new_x="LMARGIN", new_y="NEXT")
    return bytes(paper.output())


def _font(name: str) -> Path:
    spec = find_spec("manimgx_fonts")
    assert spec
    return Path(next(iter(spec.submodule_search_locations or ()))) / name


ENGINES: dict[str, Callable[[Thread], bytes]] = {"weasyprint": weasyprint, "fpdf": fpdf}

if __name__ == "__main__":
    engine, thread = ENGINES[sys.argv[1]], exporting.made_of(int(sys.argv[2]))
    with contextlib.redirect_stdout(sys.stderr):
        figures = exporting.figures(lambda: engine(thread))
    print(json.dumps(figures))
