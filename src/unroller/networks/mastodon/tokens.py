"""HTML → the pieces of text and the tags that it is made of. Pure, and in linear time whatever it is given.

Every branch of the pattern either ends or takes all that is left, and none is tried a second time from
the same place. What a browser takes for a tag, a comment or a script is one here.

https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from unroller.core.tolerant import clean

_REST = r"(?:[^>=]++|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\s>\"'][^\s>]*+)?)*+(?:>|\Z)"
_TAG = re.compile(
    r"<(?:"
    rf"(?i:(script|style))(?=[\s/>]){_REST}(?:.*?(?=</(?i:\1)[\s/>])|.*+)"
    rf"|(/?)([a-zA-Z][^\s/>]*+)({_REST})"
    r"|!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|[!?/][^>]*+(?:>|\Z)"
    r")",
    re.DOTALL,
)
_GROUPS = 4
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"?|'([^']*+)'?|([^\s>\"'][^\s>]*+)))?+")
# Only what lays out the source: an author's own two spaces stay two.
_LAYOUT = re.compile(r"(?<! ) *+[\t\n\f][ \t\n\f]*+")
# Python's own reader of character references refuses numbers of thousands of digits.
_HUGE_NUMBER = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")


def parse_tokens(html: str) -> Iterator[tuple[str, bool, str, str]]:
    """All of `html` as tags, each with the text behind it; the first tag has no name.

    A tag is its name in lower case (`""` for a comment or the like), whether it is an end tag, what stands
    in it behind its name, and the text.
    """
    pieces = _TAG.split(html)
    yield "", False, "", pieces[0]
    for place in range(1, len(pieces), _GROUPS + 1):
        _, end, name, rest, text = pieces[place : place + _GROUPS + 1]
        yield name.lower() if name else "", bool(end), rest or "", text


def parse_attributes(rest: str) -> dict[str, str]:
    """What a tag says of itself, names in lower case; of a name that comes twice, the first counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(rest):
        found.setdefault(name.lower(), decoded(double or single or bare))
    return found


def decoded(text: str) -> str:
    """`text` with its character references resolved, and without what they bring that misleads."""
    return clean(unescape(_HUGE_NUMBER.sub("\ufffd", text))) if "&" in text else text


def flowing(text: str) -> str:
    """`text` as it is shown outside of `pre`: the line ends and tabs of the source are but space."""
    return _LAYOUT.sub(" ", text) if "\n" in text or "\t" in text or "\f" in text else text
