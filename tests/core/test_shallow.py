"""What is nested too deeply is cut, and everything beside it can be read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.errors import WireError
from unroller.core.ports import Reply
from unroller.core.shallow import shallow

leaves = st.none() | st.booleans() | st.integers() | st.text('ab"\\[]{}\n', max_size=8)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('"\\[]{}', max_size=3), inner),
    max_leaves=30,
)


def pruned(value: Any, levels: int) -> Any:
    """What `shallow` promises, said by recursion."""
    if not isinstance(value, list | dict):
        return value
    if levels == 0:
        return None
    if isinstance(value, list):
        return [pruned(item, levels - 1) for item in value]
    return {key: pruned(item, levels - 1) for key, item in value.items()}


@given(values, st.booleans())
def test_shallow_json_is_not_changed(value: Any, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    assert shallow(text) == text


@given(values, st.integers(0, 5))
def test_what_is_deeper_is_null_and_nothing_else_changes(value: Any, levels: int) -> None:
    assert json.loads(shallow(json.dumps(value), levels)) == pruned(value, levels)


@given(st.text('a"\\[]{},:', max_size=40))
def test_what_is_no_json_is_not_changed_either(text: str) -> None:
    assert shallow(text) == text


def test_texts_that_are_never_closed_are_looked_at_once() -> None:
    text = '"' + '\\"' * 200_000
    assert shallow(text) == text


def reply(body: bytes) -> Reply:
    return Reply(200, {}, body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_one_part_of_an_answer_that_is_too_deep_leaves_the_others_readable(encoding: str) -> None:
    deep = '{"a":' * 50_000 + "1" + "}" * 50_000
    told = reply(f'{{"notes":["größe",{deep}],"cursor":"x"}}'.encode(encoding)).json()
    assert (told["notes"][0], told["cursor"]) == ("größe", "x")


def test_an_answer_that_is_deep_and_broken_is_an_error_of_ours_to_put_right() -> None:
    with pytest.raises(WireError):
        reply(b"[" * 100_000).json()
