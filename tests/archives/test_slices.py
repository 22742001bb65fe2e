from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.archives import slices as module
from unroller.archives.javascript import literal
from unroller.archives.slices import slices
from unroller.core.errors import InputError

TEXTS = st.text(st.sampled_from("a\"\\'`{}[]/*,: \néÿ🐚"), max_size=12)
INNER = st.lists(TEXTS | st.dictionaries(TEXTS, TEXTS, max_size=1), max_size=3)
BARE = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
ITEMS = st.lists(st.dictionaries(TEXTS, TEXTS | INNER | BARE, max_size=3) | BARE | TEXTS, max_size=8)


class Dripping(io.BytesIO):
    """Gives a few bytes at a time, whatever is asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(7, size or 7) if size != -1 else 7)


@given(
    ITEMS, st.sampled_from([None, 2]), st.booleans(), st.sampled_from([b"", b"a.b = ", b"\xef\xbb\xbfx ="])
)
def test_each_element_is_found(
    items: list[object], indent: int | None, ascii_only: bool, before: bytes
) -> None:
    data = before + json.dumps(items, indent=indent, ensure_ascii=ascii_only).encode() + b"; more [1]"
    for stream in (io.BytesIO(data), Dripping(data)):
        found = list(slices(stream))
        assert [json.loads(one) for one in found] == items


def test_elements_of_javascript_are_found_past_quotes_and_comments() -> None:
    text = "x = [ {a: '}', b: `]`}, // {\n {c: \"{\", /* ] */ d: ['\\'', ],}, ]"
    found = [literal(one.decode()) for one in slices(Dripping(text.encode()))]
    assert found == [{"a": "}", "b": "]"}, {"c": "{", "d": ["'"]}]


@pytest.mark.parametrize("indent", [None, 2])
def test_what_looks_like_the_end_of_an_element_is_proved_before_it_is_believed(
    indent: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [{"n": n, "in": [{"a": "}, {"}, {"b": [{}, {"c": n}]}] * (n % 9), "out": {}} for n in range(200)]
    data = json.dumps(items, indent=indent).encode()
    for piece in (100, 1_000, 10_000):
        monkeypatch.setattr(module, "PIECE", piece)
        assert [json.loads(one) for one in slices(io.BytesIO(data))] == items


def test_all_bytes_that_were_read_are_told() -> None:
    told: list[int] = []
    data = json.dumps([{"n": n} for n in range(1000)]).encode()
    assert len(list(slices(Dripping(data), advance=told.append))) == 1000
    assert sum(told) >= len(data) - 8


@pytest.mark.parametrize("data", [b"[{}, {", b"[{}", b"[", b'[{"a": "', b"[{}, /* ", b"[{'a", b"[}"])
def test_what_is_broken_off_is_said_with_its_place(data: bytes) -> None:
    with pytest.raises(InputError, match=r"^tweets\.js is damaged or broken off at byte \d+"):
        list(slices(io.BytesIO(data), file="tweets.js"))


def test_an_element_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10_000)
    monkeypatch.setattr(module, "PIECE", 1_000)
    with pytest.raises(InputError, match="damaged or broken off"):
        list(slices(io.BytesIO(b"[{" + b'"a": 1, ' * 100_000)))


def test_a_comment_without_an_end_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10_000)
    monkeypatch.setattr(module, "PIECE", 1_000)
    told: list[int] = []
    with pytest.raises(InputError, match="damaged or broken off"):
        list(slices(io.BytesIO(b"[{}, /*" + b" x" * 100_000), advance=told.append))
    assert sum(told) < 150_000
