"""A thread → how to cite it in LaTeX: one BibTeX entry, in UTF-8, that BibTeX and biblatex both read."""

from __future__ import annotations

import re

from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.exports.book import address
from unroller.exports.citation import Citation, cite

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WRITTEN = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "<": r"{\textless}",
    ">": r"{\textgreater}",
    "|": r"{\textbar}",
    '"': r"{\textquotedbl}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
}
_SPECIAL = re.compile("[" + re.escape("".join(_WRITTEN)) + "]")
# An address is taken as it stands, so what would end it, or its line, is encoded.
_IN_ADDRESS = {"{": "%7B", "}": "%7D", "\\": "%5C"}


class Bibtex:
    """One `@misc` entry."""

    name = "bibtex"
    title = "BibTeX"
    media_type = "text/x-bibtex"
    suffix = ".bib"

    def render(self, thread: Thread, verdict: Verdict, frame: Frame) -> bytes:
        """The entry, as UTF-8, ending with a line feed."""
        found = cite(thread, verdict, frame)
        lines = (f"  {name} = {value}," for name, value in _fields(found) if value)
        return "\n".join((f"@misc{{{found.key},", *lines, "}\n")).encode(errors="replace")


def _fields(found: Citation) -> tuple[tuple[str, str], ...]:
    page = _address(found.page)
    return (
        # Twice in braces: a name is not to be taken apart, a title not to be set in small letters.
        ("author", f"{{{{{_written(found.author)}}}}}"),
        ("title", f"{{{{{_written(found.title)}}}}}"),
        ("year", f"{{{found.issued.year}}}"),
        ("month", _MONTHS[found.issued.month - 1]),
        ("date", f"{{{found.issued:%Y-%m-%d}}}"),
        ("howpublished", f"{{{_written(found.kind)}}}"),
        ("url", _braced(_address(found.url))),
        ("urldate", f"{{{found.accessed:%Y-%m-%d}}}"),
        ("note", rf"{{Archived at \url{{{page}}}}}" if page else ""),
        ("language", _braced(found.language)),
    )


def _braced(text: str) -> str:
    return f"{{{text}}}" if text else ""


def _written(text: str) -> str:
    """`text` so that LaTeX shows it as it is."""
    return _SPECIAL.sub(lambda found: _WRITTEN[found[0]], text)


def _address(url: str) -> str:
    return "".join(_IN_ADDRESS.get(character, character) for character in address(url) or "")
