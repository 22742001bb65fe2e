"""Which addresses are posts of the fediverse, by shape alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unroller.core.errors import InputError
from unroller.core.model import PostRef
from unroller.networks.mastodon.links import LONGEST, guess, host, match, place

ULID = "01HZYX3V5W8K2M4N6P7Q9R0S1T"
FLAKE = "AsG8kAdDJ0OBd8qBdY"
UUID = "7f3c2a10-9b1e-4f7a-8d55-0c1f2e3d4b5a"
POSTS = {
    "/@anna/110186589126000966": "110186589126000966",
    "/@anna@other.example/110186589126000966": "110186589126000966",
    "/@anna/110186589126000966/embed": "110186589126000966",
    "/users/anna/statuses/110186589126000966": "110186589126000966",
    "/users/anna/statuses/110186589126000966/activity": "110186589126000966",
    f"/users/anna/statuses/{ULID}": ULID,
    f"/@anna/statuses/{ULID}": ULID,
    "/ap/users/115002/statuses/115003": "115003",
    "/web/statuses/110186589126000966": "110186589126000966",
    "/web/@anna/110186589126000966": "110186589126000966",
    "/web/@anna@other.example/110186589126000966": "110186589126000966",
    "/deck/@anna/110186589126000966": "110186589126000966",
    f"/notice/{FLAKE}": FLAKE,
    f"/@anna/posts/{FLAKE}": FLAKE,
    "/notice/123": "123",
    f"/objects/{UUID}": "",
    f"/display/{UUID}": "",
    "/notes/9xk2abcdef": "9xk2abcdef",
    "/p/anna/512345678901234567": "",
}


@pytest.mark.parametrize("path", POSTS)
def test_a_post_is_known_by_the_shape_of_its_address(path: str) -> None:
    assert match(f"https://social.example{path}") is not None
    found = place(f"https://social.example{path}")
    assert found is not None
    assert found == ("https://social.example", POSTS[path])


@pytest.mark.parametrize(
    "link",
    [
        "social.example/@anna/1",
        "  https://social.example/@anna/1  ",
        "https://SOCIAL.example/@anna/1/",
        "https://social.example/@anna/1?utm_source=x#top",
    ],
)
def test_what_people_paste_is_brought_into_one_form(link: str) -> None:
    assert match(link) == PostRef("mastodon", "https://social.example/users/anna/statuses/1")


@pytest.mark.parametrize(
    ("path", "settled"),
    [
        ("/@anna/11", "/users/anna/statuses/11"),
        ("/web/@anna/11", "/users/anna/statuses/11"),
        ("/@anna/11/embed", "/users/anna/statuses/11"),
        (f"/@anna/statuses/{ULID}", f"/users/anna/statuses/{ULID}"),
        ("/users/anna/statuses/11/activity", "/users/anna/statuses/11"),
        ("/ap/users/115002/statuses/115003", "/ap/users/115002/statuses/115003"),
        ("/@anna@other.example/11", "/@anna@other.example/11"),
        ("/web/statuses/11", "/web/statuses/11"),
        (f"/objects/{UUID}", f"/objects/{UUID}"),
        ("/notes/9xk2abcdef", "/notes/9xk2abcdef"),
    ],
)
def test_a_page_whose_address_tells_the_posts_id_stands_for_it(path: str, settled: str) -> None:
    assert match(f"https://social.example{path}") == PostRef("mastodon", f"https://social.example{settled}")


@pytest.mark.parametrize(
    "path",
    [
        "/@anna",
        "/@anna/",
        "/@anna@other.example",
        "/@anna/with_replies",
        "/@anna/media",
        "/@anna/tagged/cats",
        "/users/anna",
        "/users/anna/followers",
        "/ap/users/115002",
        "/web/@anna",
    ],
)
def test_a_profile_is_no_post_and_the_words_say_what_to_do(path: str) -> None:
    with pytest.raises(InputError, match="open the post that you mean and copy its link"):
        match(f"https://social.example{path}")


@pytest.mark.parametrize(
    "link",
    [
        "https://bsky.app/profile/anna.example/post/3kabc",
        "https://x.com/anna/status/110186589126000966",
        "https://x.com/@anna/110186589126000966",
        "https://mobile.twitter.com/anna/status/1",
        "https://medium.com/@anna/a-story-0123456789ab",
        "https://medium.com/@anna",
        "https://www.youtube.com/@anna",
        "https://www.youtube.com/@anna/2023",
        "https://www.tiktok.com/@anna/video/7123456789012345678",
        "https://www.threads.net/@anna/post/C1abc",
        "https://www.threads.com/@anna/post/C1abc",
        "https://substack.com/@anna/note/c-12345678",
        "https://t.me/anna/12",
    ],
)
def test_sites_that_look_alike_are_left_alone(link: str) -> None:
    assert match(link) is None
    assert guess(link) is None


@pytest.mark.parametrize(
    "link",
    [
        "",
        "anna",
        "@anna@social.example",
        "anna@social.example/1",
        "https://anna:secret@social.example/@anna/1",
        "https://social/@anna/1",
        "https://-.example/@anna/1",
        "ftp://social.example/@anna/1",
        "javascript:alert(1)//social.example/@anna/1",
        "https://social.example:99999/@anna/1",
        "https://[::1/@anna/1",
        "https://social.example/@anna/1\u2028x y",
        "https://social.example/@" + "a" * LONGEST + "/1",
    ],
)
def test_what_is_no_address_of_a_post_is_nobodys(link: str) -> None:
    assert match(link) is None


@pytest.mark.parametrize(
    "link", ["https://blog.example/2026/a-post", "https://blog.example/?p=12", "https://kbin.example/m/x/t/1"]
)
def test_any_other_page_may_be_a_post_and_is_asked_for(link: str) -> None:
    assert match(link) is None
    assert guess(link) == PostRef("mastodon", link)


def test_the_start_page_of_a_site_is_no_post() -> None:
    assert guess("https://social.example") is None
    assert guess("https://social.example/") is None


def test_a_port_is_part_of_the_host() -> None:
    assert host("http://127.0.0.1:3000/@anna/1") == "127.0.0.1:3000"
    assert host("https://Social.Example/x") == "social.example"
    assert host("nonsense") == ""


@given(st.text())
def test_no_text_breaks_the_border(text: str) -> None:
    for link in (text, f"https://social.example/{text}", f"https://{text}/@anna/1"):
        try:
            found = match(link) or guess(link)
        except InputError:
            continue
        assert found is None or found.network == "mastodon"
