"""A client gets the smallest of the forms that it likes best."""

from __future__ import annotations

import pytest

from unroller.web.forms import choose

SIZES = {"": 1000, "gzip": 300, "br": 250, "zstd": 260}


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, zstd", "zstd"),
        ("GZIP;Q=1", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip;q=0.5, identity", ""),
        ("br;q=0, gzip;q=0.1", "gzip"),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "zstd"),
        ("*;q=0", ""),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0", ""),
        ("deflate, compress", ""),
        ("gzip;q=nonsense", ""),
        (",;,q=1;;", ""),
        ("br" + "," * 10_000, "br"),
    ],
)
def test_the_form_is_the_one_that_the_client_likes_best(accept: str, form: str) -> None:
    assert choose(accept, SIZES) == form


def test_a_form_that_was_never_made_is_not_chosen() -> None:
    assert choose("br, gzip", {"": 90}) == ""
