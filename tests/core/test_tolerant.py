"""What strangers write is read, or is nothing; it never breaks anything."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.tolerant import clean, parse_time, split_link, web_link

ANYTHING = st.one_of(
    st.none(), st.integers(), st.text(max_size=80), st.text("0123456789-:TZ+. ", max_size=40)
)
ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
TAILS = st.text(st.sampled_from(string.printable + "é🐚\u202e\ufeff"), max_size=30)


@given(st.datetimes(timezones=ZONES).filter(lambda time: 2 < time.year < 9998))
def test_a_time_in_any_zone_is_the_same_moment_in_utc(time: datetime) -> None:
    read = parse_time(time.isoformat())
    assert read == time
    assert read.tzinfo is UTC


@given(ANYTHING)
def test_what_is_no_time_is_none(value: object) -> None:
    found = parse_time(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "", "now", 7])
def test_a_time_outside_of_all_calendars_is_none(text: object) -> None:
    assert parse_time(text) is None


@given(st.text(max_size=60) | st.text("ahtps:/@[]?#.%0", max_size=30))
def test_a_link_has_a_host_or_is_none(link: str) -> None:
    parts = split_link(link)
    assert parts is None or (parts.hostname and parts.scheme in ("http", "https"))


def test_a_link_needs_no_scheme() -> None:
    parts = split_link("x.com/ada/status/1?s=20")
    assert parts
    assert (parts.hostname, parts.path) == ("x.com", "/ada/status/1")


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
        "https://\u202e",
        "java\u202escript:alert(1)",
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
