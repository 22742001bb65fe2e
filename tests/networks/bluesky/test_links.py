"""Which links name a post, which name none, and which are another site's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.errors import InputError
from unroller.core.model import PostRef
from unroller.networks.bluesky.links import match

DID = "did:plc:ar7c4by46qjdydhdevvrndac"
KEY = "3mfyouuy6222b"
BY_DID = f"at://{DID}/app.bsky.feed.post/{KEY}"
BY_HANDLE = f"at://anna.example.com/app.bsky.feed.post/{KEY}"


@pytest.mark.parametrize(
    ("link", "named"),
    [
        (f"https://bsky.app/profile/anna.example.com/post/{KEY}", BY_HANDLE),
        (f"http://bsky.app/profile/anna.example.com/post/{KEY}", BY_HANDLE),
        (f"https://www.bsky.app/profile/anna.example.com/post/{KEY}/", BY_HANDLE),
        (f"https://BSKY.APP/profile/Anna.Example.COM/post/{KEY}", BY_HANDLE),
        (f"  bsky.app/profile/anna.example.com/post/{KEY}\n", BY_HANDLE),
        (f"https://bsky.app/profile/@anna.example.com/post/{KEY}", BY_HANDLE),
        (f"https://bsky.app/profile/anna.example.com/post/{KEY}?ref_src=embed#top", BY_HANDLE),
        (f"https://bsky.app/profile/anna.example.com/post/{KEY}/liked-by", BY_HANDLE),
        (f"https://bsky.app/profile/{DID}/post/{KEY}", BY_DID),
        (f"https://bsky.app/profile/did%3Aplc%3Aar7c4by46qjdydhdevvrndac/post/{KEY}", BY_DID),
        (f"https://deer.example/profile/{DID}/post/{KEY}", BY_DID),
        (BY_DID, BY_DID),
        (BY_DID + "/", BY_DID),
        (BY_HANDLE, BY_HANDLE),
        (f"at://did:web:anna.example.com/app.bsky.feed.post/{KEY}",) * 2,
    ],
)
def test_a_link_to_a_post_names_it(link: str, named: str) -> None:
    assert match(link, front_ends=("Deer.example",)) == PostRef("bluesky", named)


@pytest.mark.parametrize(
    "link",
    [
        "https://bsky.app",
        "https://bsky.app/",
        "https://bsky.app/profile/anna.example.com",
        "https://bsky.app/profile/anna.example.com/post",
        "https://bsky.app/profile/anna.example.com/feed/3mfyouuy6222b",
        "https://bsky.app/profile/anna.example.com/lists/3mfyouuy6222b",
        "https://bsky.app/profile/anna/post/3mfyouuy6222b",
        "https://bsky.app/profile/anna..example/post/3mfyouuy6222b",
        "https://bsky.app/profile/anna.example.com/post/3mfy%2F%2e%2e",
        "https://bsky.app/profile/anna.example.com/post/..",
        "https://bsky.app/profile/anna.example.com/post/a b",
        "https://bsky.app/profile/anna.example.com%00/post/3mfyouuy6222b",
        "https://bsky.app/profile/" + "a" * 300 + ".com/post/3mfyouuy6222b",
        "https://bsky.app/search?q=x",
        "at://anna.example.com",
        "at://anna.example.com/app.bsky.feed.like/3mfyouuy6222b",
        "at://",
        "at://x/y/z",
    ],
)
def test_a_link_of_the_network_to_anything_else_says_what_to_do(link: str) -> None:
    with pytest.raises(InputError, match="link"):
        match(link)


@pytest.mark.parametrize(
    "link",
    [
        "https://example.com/profile/anna.example.com/post/3mfyouuy6222b",
        "https://bsky.app.example.com/profile/anna.example.com/post/3mfyouuy6222b",
        "https://notbsky.app/profile/anna.example.com/post/3mfyouuy6222b",
        "https://bsky.app@example.com/profile/anna.example.com/post/3mfyouuy6222b",
        "https://mastodon.example/@anna/1",
        "javascript:alert(1)//bsky.app/profile/a.b/post/c",
        "ftp://bsky.app/profile/anna.example.com/post/3mfyouuy6222b",
        "https://[bsky.app/profile/anna.example.com/post/3mfyouuy6222b",
        "hello",
        "",
    ],
)
def test_a_link_to_another_site_is_left_to_others(link: str) -> None:
    assert match(link) is None


@given(st.text() | st.text().map("https://bsky.app/profile/".__add__) | st.text().map("at://".__add__))
def test_no_text_does_harm(link: str) -> None:
    try:
        ref = match(link)
    except InputError:
        return
    assert ref is None or ref.id.startswith("at://")
