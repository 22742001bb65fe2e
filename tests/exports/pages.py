"""Pages, rendered and read again by a parser that forgives nothing."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from justhtml import JustHTML

from unroller.core.model import Thread, Verdict
from unroller.core.ports import Frame
from unroller.exports.html import Html

SITE = Frame(
    site="Unroller",
    base_url="https://unroll.example",
    page_url="https://unroll.example/t/abcdefghijkl",
    card_url="https://unroll.example/t/abcdefghijkl.png",
    bot="unroller.example.social",
    latest=(("How to read a tide table", "/t/tidetable234"), ("منارة", "/t/lighthouse23")),
)
ALONE = Frame()
OPEN = Verdict()


def source(thread: Thread, verdict: Verdict = OPEN, frame: Frame = SITE) -> str:
    return Html().render(thread, verdict, frame).decode()


def page(thread: Thread, verdict: Verdict = OPEN, frame: Frame = SITE) -> Any:
    """The page as a tree.

    Raises:
        StrictModeError: the page is not what the HTML standard calls conforming syntax.
    """
    return _parsed(source(thread, verdict, frame))


@lru_cache(64)
def _parsed(html: str) -> Any:
    """Many tests look at the same pages, and none changes them."""
    return JustHTML(html, sanitize=False, strict=True)


def text(node: Any) -> str:
    return " ".join(node.to_text().split())


def texts(tree: Any, selector: str) -> list[str]:
    return [text(node) for node in tree.query(selector)]


def values(tree: Any, selector: str, name: str) -> list[str]:
    return [node.attrs[name] for node in tree.query(selector)]
