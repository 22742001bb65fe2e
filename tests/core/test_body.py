"""What a page may link to is an address of the web, and nothing else."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.body import clean, web_link

TAILS = st.text(st.sampled_from(string.printable + "é🐚\u202e\ufeff"), max_size=30)


@given(st.sampled_from(["http://", "https://", "HTTP://", "javascript:", "//", ""]), TAILS)
def test_a_link_is_left_as_it_is_written_or_left_out(scheme: str, tail: str) -> None:
    link = web_link(scheme + tail)
    assert link in (None, clean(scheme + tail))
    if link:
        parts = urlsplit(link)
        assert parts.scheme in ("http", "https")
        assert parts.hostname


@pytest.mark.parametrize(
    "url",
    ["https://a.example", "http://a.example/[b]?c#d", "https://user@a.example:8080/", "https://é.example/é"],
)
def test_addresses_of_every_shape_are_links(url: str) -> None:
    assert web_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "https:///x",
        "https://[::1",
        "https://a.example/ b",
        "ftp://a.example",
        None,
        1,
        "x" * 5000,
    ],
)
def test_what_is_no_address_of_the_web_is_none(url: object) -> None:
    assert web_link(url) is None
