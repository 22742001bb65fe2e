"""An author's no holds: through crashes, races, faults, and calls that were made before it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.flows import paper
from tests.flows.paper import Faulty, Time
from tests.flows.test_work import hear, settle, settle_over
from unroller.core.consent import Wish
from unroller.core.errors import NetworkError, RefusedError
from unroller.core.model import PostRef
from unroller.core.search import Wanted
from unroller.flows.library import Library
from unroller.flows.publish import ask
from unroller.flows.revisit import revisit
from unroller.store import Pages, Saved, Status


def called(library: Library, http: Faulty, by: str, about: PostRef, words: str = "unroll") -> list[str]:
    call = paper.call(http.inner, by, about, words)
    hear(library)
    settle(library)
    return paper.answers(http.inner, call)


def saved(library: Library, ref: PostRef) -> Saved:
    found = library.store.threads.find(ref)
    assert found is not None
    return found


def page(library: Library, ref: PostRef) -> str:
    found = library.store.pages.load(saved(library, ref).slug, "page.html")
    return found.forms[""].decode() if found else ""


def label(http: Faulty, post: PostRef, value: str) -> None:
    did = "did:plc:ar7c4by46qjdydhdevvrndac"
    http.inner.add(http.inner.posts[post.id] | {"labels": [{"src": did, "uri": post.id, "val": value}]})


def test_a_removal_that_is_cut_short_is_finished(
    library: Library, http: Faulty, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = paper.thread(http.inner, "anna", "Canary", "Two")
    called(library, http, "bob", posts[1])
    slug = saved(library, posts[0]).slug
    broken = [NetworkError("The disk is away.")]
    drop = Pages.drop

    def failing(pages: Pages, slug: str) -> bool:
        if broken:
            raise broken.pop()
        return drop(pages, slug)

    monkeypatch.setattr(Pages, "drop", failing)
    called(library, http, "anna", posts[1], "remove")
    settle_over(library, clock, minutes=5)
    assert library.store.pages.load(slug, "page.html") is None


def test_a_page_that_was_saved_and_not_made_is_made_later(
    library: Library, http: Faulty, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    with monkeypatch.context() as patch:
        patch.setattr("unroller.flows.publish.make_page", lambda library, slug: None)
        called(library, http, "bob", posts[1])
    assert page(library, posts[0]) == ""
    settle_over(library, clock, minutes=2)
    assert "One" in page(library, posts[0])


def test_a_call_that_was_made_before_a_removal_does_not_lift_it(
    library: Library, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "Canary", "Two")
    early = paper.call(http.inner, "anna", posts[1])
    hear(library)
    http.fault = lambda name: paper.down()
    settle(library)
    http.fault = lambda name: None
    clock.on(seconds=2)
    assert "Done" in called(library, http, "anna", posts[1], "remove")[0]
    settle_over(library, clock, minutes=10)
    assert "No page" in paper.answers(http.inner, early)[0]
    assert saved(library, posts[0]).status is Status.REMOVED
    clock.on(seconds=2)
    assert "2 posts" in called(library, http, "anna", posts[1])[0]


def test_an_older_yes_does_not_overrule_a_newer_no(library: Library, clock: Time) -> None:
    from unroller.core.consent import Wish
    from unroller.core.model import Author
    from unroller.flows.remove import opt_in, opt_out

    anna = Author("bluesky", "did:plc:anna", "anna.test")
    opt_out(library, anna, clock.now)
    assert not opt_in(library, anna, clock.now - timedelta(minutes=1))
    assert library.wish_of(anna) is Wish.OPT_OUT


def test_after_a_removal_the_bots_own_answers_show_none_of_the_words(library: Library, http: Faulty) -> None:
    posts = paper.thread(http.inner, "anna", "Canary words", "Two")
    for by in ("bob", "carol"):
        assert called(library, http, by, posts[1])
    called(library, http, "anna", posts[1], "remove")
    own = [post for uri, post in http.inner.posts.items() if uri.startswith(f"at://{paper.BOT}/")]
    assert len(own) == 1, "the word that it is done"
    assert "Canary" not in str(own)


def test_a_removal_while_the_answer_is_made_reaches_the_answer(
    library: Library, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "Canary words", "Two")
    call = paper.call(http.inner, "bob", posts[1])
    hear(library)

    def removed_meanwhile(name: str) -> None:
        if name == "com.atproto.repo.uploadBlob" and saved(library, posts[0]).status is Status.PUBLISHED:
            library.store.threads.drop(posts[0], Status.REMOVED, "Its author removed it.", "did:plc:anna")

    http.after = removed_meanwhile
    settle(library)
    settle_over(library, clock, minutes=2)
    (answer,) = paper.answers(http.inner, call)
    assert "removed" in answer
    assert "Canary" not in str(list(http.inner.posts.values())[-1])


def test_an_author_whose_account_is_a_bot_can_remove_and_is_not_answered(
    library: Library, http: Faulty
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    called(library, http, "bob", posts[1])
    http.inner.accounts["did:plc:anna"]["labels"] = ["bot"]
    assert called(library, http, "anna", posts[1], "remove") == []
    assert saved(library, posts[0]).status is Status.REMOVED
    assert called(library, http, "anna", posts[1]) == []


def test_what_both_the_operator_and_the_author_removed_comes_back_only_when_both_say_so(
    library: Library, http: Faulty, clock: Time
) -> None:
    from unroller.flows.remove import operator_removes, operator_restores

    posts = paper.thread(http.inner, "anna", "One", "Two")
    called(library, http, "bob", posts[1])
    operator_removes(library, posts[0])
    assert "Done" in called(library, http, "anna", posts[1], "remove")[0]
    operator_restores(library, posts[0])
    assert "No page" in called(library, http, "bob", posts[1])[0]
    clock.on(seconds=2)
    assert "2 posts" in called(library, http, "anna", posts[1])[0]


def test_no_post_of_a_removed_thread_comes_back_under_another_address(library: Library, http: Faulty) -> None:
    posts = paper.thread(http.inner, "anna", "Canary", "Two", "Three", "Four")
    called(library, http, "bob", posts[1])
    called(library, http, "anna", posts[1], "remove")
    http.inner.delete(posts[1].id)
    http.inner.down.add("com.atproto.repo.listRecords")
    assert "No page" in called(library, http, "carol", posts[3])[0]
    assert library.store.catalogue.find(Wanted(), 9) == ()


def test_the_author_of_a_single_post_removes_it_by_answering_the_call(library: Library, http: Faulty) -> None:
    post = paper.write(http.inner, "anna", "All alone")
    call = paper.call(http.inner, "carol", post)
    hear(library)
    settle(library)
    assert "Done" in called(library, http, "anna", call, "remove")[0]
    assert saved(library, post).status is Status.REMOVED


def test_a_call_on_a_hidden_post_is_refused_and_takes_nobodys_page_away(
    library: Library, http: Faulty
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two", "Three")
    called(library, http, "bob", posts[0])
    label(http, posts[1], "!hide")
    assert "No page" in called(library, http, "carol", posts[1], "refresh")[0]
    settle(library)
    assert saved(library, posts[0]).status is Status.PUBLISHED
    assert "Two" not in page(library, posts[0])
    assert "Three" in page(library, posts[0])


def test_a_title_that_is_gone_is_gone_from_every_list(library: Library, http: Faulty, clock: Time) -> None:
    first = paper.thread(http.inner, "anna", "Canary title.", "Two")
    other = paper.thread(http.inner, "carol", "Another", "thread")
    called(library, http, "bob", first[1])
    called(library, http, "bob", other[1])
    assert "Canary title" in page(library, other[0])
    label(http, first[0], "porn")
    revisit(library, saved(library, first[0]).slug)
    settle(library)
    assert "Canary title" not in page(library, other[0])


def test_a_passing_fault_at_a_visit_takes_no_post_away(library: Library, http: Faulty) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two", "Three", "Four")
    http.inner.delete(posts[1].id)
    called(library, http, "bob", posts[0])
    assert "Four" in page(library, posts[0])
    http.inner.down.add("com.atproto.repo.listRecords")
    revisit(library, saved(library, posts[0]).slug)
    kept = saved(library, posts[0]).thread
    assert kept is not None
    assert [post.ref for post in kept.posts] == [posts[0], posts[2], posts[3]]
    http.inner.delete(posts[3].id)
    revisit(library, saved(library, posts[0]).slug)
    assert "Four" not in page(library, posts[0])


def test_a_thread_of_which_all_was_gone_is_looked_for_once_more(
    library: Library, http: Faulty, clock: Time
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    called(library, http, "bob", posts[1])
    kept = {post.id: http.inner.posts[post.id] for post in posts}
    for post in reversed(posts):
        http.inner.delete(post.id)
    slug = saved(library, posts[0]).slug
    revisit(library, slug)
    assert library.store.threads.status(slug) is Status.WITHDRAWN
    for wire in kept.values():
        http.inner.add(wire)
    clock.on(days=1, minutes=1)
    settle(library)
    assert library.store.threads.status(slug) is Status.PUBLISHED


def test_a_page_that_expires_while_it_is_looked_at_stays_expired(
    open_it: Callable[..., Library], http: Faulty, clock: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    from unroller.flows import revisit as visiting

    library = open_it(expires=1, recheck=())
    posts = paper.thread(http.inner, "anna", "One", "Two")
    called(library, http, "bob", posts[1])
    slug = saved(library, posts[0]).slug
    clock.on(days=2)

    def expired_meanwhile(name: str) -> None:
        if name == "app.bsky.feed.getPostThread":
            visiting.expire(library, slug)

    http.after = expired_meanwhile
    revisit(library, slug)
    assert library.store.threads.status(slug) is Status.EXPIRED


def test_an_author_is_asked_once_however_many_call(open_it: Callable[..., Library], http: Faulty) -> None:
    library = open_it(ask_first=True)
    posts = paper.thread(http.inner, "anna", "One", "Two")
    said = [called(library, http, by, posts[1])[0] for by in ("bob", "carol", "bob")]
    assert [text.startswith("@anna.test") for text in said] == [True, False, False]


def test_nothing_of_a_thread_is_in_the_log(
    library: Library,
    http: Faulty,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from unroller.core.errors import SetupError
    from unroller.exports import card

    def failing(thread: object, site: str) -> bytes:
        raise SetupError("typst is missing")

    monkeypatch.setattr(card, "card", failing)
    posts = paper.thread(http.inner, "anna", "Canary words", "Two")
    called(library, http, "bob", posts[1])
    assert "Canary" not in capsys.readouterr().err
    assert library.store.pages.load(saved(library, posts[0]).slug, "card.png") is None


def test_a_page_that_stands_though_its_author_said_no_is_looked_at_when_somebody_calls(
    library: Library, http: Faulty
) -> None:
    posts = paper.thread(http.inner, "anna", "One", "Two")
    called(library, http, "bob", posts[1])
    before = saved(library, posts[0])
    assert before.thread
    anna = before.thread.author.id
    library.store.wishes.set(
        "bluesky", anna, Wish.OPT_OUT, by=anna
    )  # and its process died before the page went
    with pytest.raises(RefusedError):
        ask(library, posts[0], whose=anna)
    visit = library.store.tasks.get("revisit", before.slug)
    assert visit
    assert visit.due <= library.clock()
