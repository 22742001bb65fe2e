"""An operator gives out keys, and takes them back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import InLibrary, Ran


def test_a_key_is_printed_once_and_ended_by_its_name(
    unroll: Callable[..., Ran], in_library: InLibrary
) -> None:
    made = unroll("keys", "add", "a  reader", "--per-minute", "7")
    assert made.code == 0
    assert made.out.startswith("unroll_")
    listed = unroll("keys", "list").out
    assert listed.startswith("a reader\t7\t20")
    assert made.out.strip() not in listed
    in_library(lambda library: _is(library.store.keys.find(made.out.strip()) is not None))
    assert unroll("keys", "remove", "a reader").code == 0
    assert unroll("keys", "list").out == ""
    again = unroll("keys", "remove", "a reader")
    assert (again.code, again.err) == (2, "unroll: a reader has no key.\n")


@pytest.mark.parametrize("name", ["", "  ", "\x1b", "x" * 101])
def test_a_key_needs_a_name(unroll: Callable[..., Ran], name: str) -> None:
    assert unroll("keys", "add", name).code == 2


def test_a_second_key_of_one_name_is_refused(unroll: Callable[..., Ran]) -> None:
    unroll("keys", "add", "reader")
    second = unroll("keys", "add", "reader")
    assert (second.code, second.out) == (2, "")


def _is(true: bool) -> None:
    assert true
