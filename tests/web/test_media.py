"""Pictures, films and sounds that an import brought, as the site sends them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Desk, Running
from unroller.flows.remove import operator_removes

FILM = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 400


@pytest.fixture
def film(desk: Desk) -> str:
    """The address of a film that is kept with a page."""
    slug = desk.publish().slug
    return f"/t/{slug}/media/{desk.library.store.media.put(slug, io.BytesIO(FILM))}"


def test_a_file_is_sent_as_what_it_is_and_as_nothing_else(film: str, client: TestClient) -> None:
    answer = client.get(film)
    assert (answer.status_code, answer.content) == (200, FILM)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-robots-tag"] == "noindex"


def test_a_piece_of_a_film_is_sent_alone(film: str, client: TestClient) -> None:
    answer = client.get(film, headers={"range": "bytes=1000-1999"})
    assert (answer.status_code, answer.content) == (206, FILM[1000:2000])
    assert answer.headers["content-range"] == f"bytes 1000-1999/{len(FILM)}"
    assert client.get(film, headers={"range": f"bytes={len(FILM)}-"}).status_code == 416


def test_what_a_browser_has_is_not_sent_again(film: str, client: TestClient) -> None:
    etag = client.get(film).headers["etag"]
    answer = client.get(film, headers={"if-none-match": etag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_head_says_the_same_without_the_file(film: str, client: TestClient) -> None:
    answer = client.head(film)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(FILM))


@pytest.mark.parametrize(
    "name", ["x.png", "..%2Fpage.html.forms", "%2e%2e", f"{'0' * 32}.png", f"{'0' * 32}.svg"]
)
def test_nothing_else_is_found(name: str, film: str, client: TestClient) -> None:
    folder = film.rpartition("/")[0]
    assert client.get(f"{folder}/{name}").status_code == 404
    assert client.get(f"/t/{'a' * 12}/media/{Path(film).name}").status_code == 404


def test_a_removed_page_has_no_files_any_more(film: str, desk: Desk, client: TestClient) -> None:
    saved = desk.library.store.threads.load(film.split("/")[2])
    assert saved
    operator_removes(desk.library, saved.ref)
    assert client.get(film).status_code == 410


def test_a_film_comes_whole_and_in_pieces_through_the_real_server(live: tuple[Desk, Running]) -> None:
    desk, site = live
    slug = desk.publish("A film.", "And its end.").slug
    film = FILM * 40  # more than is sent at once
    address = f"/t/{slug}/media/{desk.library.store.media.put(slug, io.BytesIO(film))}"
    with site.client() as client:
        whole = client.get(address)
        assert (whole.status_code, whole.content) == (200, film)
        assert whole.headers["content-length"] == str(len(film))
        piece = client.get(address, headers={"range": f"bytes=200000-{len(film) - 2}"})
        assert (piece.status_code, piece.content) == (206, film[200_000:-1])
        assert client.head(address).headers["content-length"] == str(len(film))
        assert client.get(address, headers={"if-none-match": whole.headers["etag"]}).status_code == 304
