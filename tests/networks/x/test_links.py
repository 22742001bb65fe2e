"""Which links name a post on X, which name none, and which are another site's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.errors import InputError
from unroller.core.model import PostRef
from unroller.networks.x.links import match, post_id

ID = "1362439336910675970"


@pytest.mark.parametrize(
    "link",
    [
        f"https://x.com/anna/status/{ID}",
        f"https://twitter.com/anna/status/{ID}",
        f"http://www.twitter.com/anna/status/{ID}",
        f"https://mobile.twitter.com/anna/status/{ID}",
        f"https://mobile.x.com/anna/status/{ID}",
        f"https://m.twitter.com/anna/status/{ID}",
        f"x.com/anna/status/{ID}",
        f"  https://X.com/anna/Status/{ID}\n",
        f"https://x.com/anna/status/{ID}?s=20&t=abc",
        f"https://x.com/anna/status/{ID}#top",
        f"https://x.com/anna/status/{ID}/",
        f"https://x.com/anna/status/{ID}/photo/1",
        f"https://x.com/anna/status/{ID}/video/1?s=20",
        f"https://x.com/anna/status/{ID}/analytics",
        f"https://x.com/anna/status/{ID}).",
        f"https://twitter.com/anna/statuses/{ID}",
        f"https://twitter.com/statuses/{ID}",
        f"https://x.com/i/status/{ID}",
        f"https://x.com/i/web/status/{ID}",
        f"https://twitter.com/#!/anna/status/{ID}",
        f"https://shown.example/anna/status/{ID}",
        ID,
    ],
)
def test_a_link_to_a_post_names_it(link: str) -> None:
    assert match(link, front_ends=("shown.example",)) == PostRef("x", ID)


def test_the_oldest_posts_have_short_ids() -> None:
    assert match("https://twitter.com/jack/status/20") == PostRef("x", "20")


@pytest.mark.parametrize(
    "link",
    [
        "https://x.com",
        "https://x.com/anna",
        "https://twitter.com/#!/anna",
        "https://x.com/anna/status",
        "https://x.com/anna/status/",
        "https://x.com/anna/status/abc",
        "https://x.com/anna/status/0",
        "https://x.com/anna/status/012",
        f"https://x.com/anna/status/{ID}abc",
        f"https://x.com/anna/status/{ID}00",
        "https://x.com/anna/status/١٢٣٤٥٦٧٨٩٠",
        "https://x.com/anna/likes",
        "https://x.com/search?q=unroll",
        "https://x.com/i/lists/123",
    ],
)
def test_a_link_of_x_to_anything_else_says_what_to_do(link: str) -> None:
    with pytest.raises(InputError, match="copy its link"):
        match(link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "20",
        "123456789",
        ID + "00",
        "0" + ID[1:],
        "٩" * 12,
        f"-{ID}",
        f"https://example.com/anna/status/{ID}",
        f"https://notx.com/anna/status/{ID}",
        f"https://x.com.example.com/anna/status/{ID}",
        f"https://x.com@example.com/anna/status/{ID}",
        f"https://api.x.com/anna/status/{ID}",
        f"https://mastodon.example/@anna/{ID}",
        f"ftp://x.com/anna/status/{ID}",
        f"https://[x.com/anna/status/{ID}",
        "https://t.co/abcdefghij",
        "hello",
    ],
)
def test_a_link_to_another_site_is_left_to_others(link: str) -> None:
    assert match(link) is None


def test_an_address_inside_a_post_leads_to_a_post_or_to_none() -> None:
    assert post_id(f"https://twitter.com/anna/status/{ID}/photo/1") == ID
    assert post_id("https://twitter.com/anna") is None
    assert post_id(f"https://example.com/anna/status/{ID}") is None
    assert post_id(None) is None


@given(st.text() | st.text().map("https://x.com/".__add__) | st.text().map("https://x.com/a/status/".__add__))
def test_no_text_does_harm(link: str) -> None:
    try:
        ref = match(link)
    except InputError:
        return
    assert ref is None or (ref.network == "x" and ref.id.isascii() and ref.id.isdigit())
