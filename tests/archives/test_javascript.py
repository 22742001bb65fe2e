from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.archives.javascript import LiteralError, literal

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES, st.booleans())
def test_all_json_is_a_literal_and_means_the_same(value: object, ascii_only: bool) -> None:
    assert literal(json.dumps(value, ensure_ascii=ascii_only)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: 1, $b_2: [2, 3,], 'c': {},}", {"a": 1, "$b_2": [2, 3], "c": {}}),
        ("{1: 'one', true: false, null: undefined}", {"1": "one", "true": False, "null": None}),
        ("/* so */ [ // it\n 1 /* is */ ]", [1]),
        ("[0x1F, 0b101, .5, 5., -2, +3, 1e3]", [31, 5, 0.5, 5.0, -2, 3, 1000.0]),
        ("[NaN, Infinity]", [None, None]),
        (r"""['it\'s "so"', "a\
b", `two
lines`]""", ['it\'s "so"', "ab", "two\nlines"]),
        (r"'\x41\u0042\u{1F41A}\ud83d\udc1a\v\0\q'", "AB🐚🐚\v\0q"),
        ("'// no comment, and no {bracket'", "// no comment, and no {bracket"),
    ],
)  # fmt: skip
def test_what_json_has_not_is_read(text: str, value: object) -> None:
    assert literal(text) == value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[1, alert(1)]", 4),
        ("{a: b}", 4),
        ("`${window}`", 0),
        ("[1 + 1]", 3),
        ("'never closed", 0),
        ("['two\nlines']", 1),
        ("{a: 1", None),
        ("", None),
        ("[1, , 2]", None),
        ("[" + "9" * 500 + "]", 1),
    ],
)
def test_what_is_no_literal_is_refused_with_its_place(text: str, place: int | None) -> None:
    with pytest.raises(LiteralError) as refused:
        literal(text)
    assert place is None or refused.value.place == place


def test_what_is_nested_too_deeply_is_cut_and_harms_nobody() -> None:
    assert literal("[" * 50_000 + "]" * 50_000) is not None
