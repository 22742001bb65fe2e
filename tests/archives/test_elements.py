from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.archives import elements as module
from unroller.archives.elements import elements
from unroller.core.errors import InputError

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda value: st.lists(value, max_size=3) | st.dictionaries(st.text(max_size=3), value, max_size=3),
    max_leaves=5,
)
OBJECTS: Any = st.dictionaries(st.text(max_size=3), VALUES, max_size=3)


def read(data: bytes, key: str = "", piece: int = 1 << 20) -> list[Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "PIECE", piece)
        return list(elements(io.BytesIO(data), key=key, file="outbox.json"))


def refused(data: bytes, key: str = "") -> str:
    with pytest.raises(InputError) as caught:
        read(data, key)
    assert caught.value.words.startswith("outbox.json ")
    return caught.value.words


@given(st.lists(VALUES, max_size=5), st.integers(1, 30), st.sampled_from([None, 1, "\t"]))
def test_the_elements_are_those_that_json_reads(values: list[Any], piece: int, indent: Any) -> None:
    for ascii_only in (True, False):
        text = json.dumps(values, indent=indent, ensure_ascii=ascii_only)
        assert read(text.encode("utf-8", "replace"), piece=piece) == json.loads(
            text.encode("utf-8", "replace").decode()
        )


@given(OBJECTS, st.lists(VALUES, max_size=5), OBJECTS)
def test_what_stands_around_the_array_is_skipped(
    before: dict[str, Any], values: list[Any], after: dict[str, Any]
) -> None:
    before.pop("items", None)
    text = json.dumps({**before, "items": values, **{f"z{key}": value for key, value in after.items()}})
    assert read(text.encode(), "items", piece=3) == json.loads(text)["items"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_what_editors_and_shells_make_of_a_file_is_read(encoding: str) -> None:
    text = '{"items":\r\n[{"a": "ü🐈"},\r\n 2 ]\r\n}\r\n'
    for piece in (1, 5, 100):
        assert read(text.encode(encoding), "items", piece=max(piece, 4)) == [{"a": "ü🐈"}, 2]


def test_javascript_before_the_bracket_is_skipped() -> None:
    assert read(b"window.YTD.tweets.part0 = [ {}, 1 ]", piece=4) == [{}, 1]
    assert read(b"Grailbird.data.tweets_2014_01 =\n [ ]") == []


def test_a_number_at_the_end_of_a_piece_is_read_whole() -> None:
    for piece in range(1, 12):
        assert read(b"[123456, 78 , 9]", piece=piece) == [123456, 78, 9]


@pytest.mark.parametrize("length", range(2, 38))
def test_broken_off_anywhere_the_place_is_named(length: int) -> None:
    whole = b'{"id": 1, "items": [{"a": "b"}, {}, 3]}'
    assert "character" in refused(whole[:length], "items") or "no list" in refused(whole[:length], "items")


def test_elements_before_the_damage_are_given() -> None:
    found = elements(io.BytesIO(b'[{"a": 1}, {"b"'), file="tweets.js")
    assert next(found) == {"a": 1}
    with pytest.raises(InputError, match=r"tweets\.js is damaged, or broken off, at character 11"):
        next(found)


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xd8\xff\xe0", b"null", b"<html>", b'"text"', b"{}", b'{"items": 3}']
)
def test_what_is_no_such_array_is_refused(data: bytes) -> None:
    refused(data, "items")


@pytest.mark.parametrize("data", [b"[1 2]", b"[{'a': 1}]", b"[1,]", b"[,]", b"[}"])
def test_what_is_no_json_is_damaged(data: bytes) -> None:
    assert "is damaged" in refused(data)


@pytest.mark.slow
def test_deep_nesting_is_cut_and_the_rest_is_read() -> None:
    deep = b'{"a": ' * 100_000 + b'"]"' + b"}" * 100_000
    found = read(b"[1, " + deep + b", 2]", piece=1000)
    assert (found[0], found[2]) == (1, 2)
    depth, value = 0, found[1]
    while isinstance(value, dict):
        depth, value = depth + 1, value["a"]
    assert depth == 200


def test_an_endless_element_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1000)
    monkeypatch.setattr(module, "PIECE", 100)

    class Endless(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            self.given += size or 0
            assert self.given < 10_000
            return super().read(size) or b"x" * (size or 0)

    for beginning, key in ((b'["', ""), (b"", ""), (b'{"a": "', "items")):
        with pytest.raises(InputError):
            list(elements(Endless(beginning), key=key))


def test_the_bytes_that_were_read_are_told() -> None:
    told: list[int] = []
    data = b"[1, 2, 3]" + b" " * 100
    list(elements(io.BytesIO(data), advance=told.append))
    assert sum(told) == len(data)
