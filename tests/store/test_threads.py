from __future__ import annotations

import json
import random
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.store.conftest import Clock
from tests.threads.build import BOB, MIRA, author, chain, post, ref, thread
from unroller.core.codec import thread_from_json
from unroller.core.errors import AbsentError, RefusedError
from unroller.core.model import Absence, Aside, Gap, PostRef, Quote, Thread, Verdict
from unroller.core.search import Wanted
from unroller.core.summary import slug
from unroller.store import SCOUR, Saved, Status, Store

THREE = thread(chain("The first thing.", "The second thing.", "The third thing."))
UNLISTED = Verdict(list=False)


def records(of: Thread) -> dict[PostRef, bytes]:
    return {each.ref: json.dumps({"text": each.ref.id}).encode() for each in of.posts}


def save(store: Store, what: Thread = THREE, verdict: Verdict = Verdict(), **more: object) -> Saved:  # noqa: B008
    options: dict[str, object] = {"title": what.posts[0].body[0].text} | more
    return store.threads.save(what, verdict, records(what), **options)  # type: ignore[arg-type]


def checked_later(what: Thread) -> Thread:
    later = what.completeness.checked_at + timedelta(days=1)
    return replace(what, completeness=replace(what.completeness, checked_at=later))


def by(handle: str, *texts: str) -> Thread:
    return thread(chain(*texts, by=author(handle)))


def test_a_thread_is_loaded_as_it_was_saved(store: Store, clock: Clock) -> None:
    saved = save(store)
    assert store.threads.load(slug(THREE.ref)) == saved
    assert (saved.thread, saved.verdict, saved.version, saved.status) == (THREE, Verdict(), 1, "published")
    assert saved.first_saved == saved.saved_at == clock()
    assert store.threads.records(saved.slug) == records(THREE)


def test_an_address_that_never_was_has_no_thread(store: Store) -> None:
    assert store.threads.load("aaaaaaaaaaaa") is None
    assert store.threads.status("aaaaaaaaaaaa") is None
    assert store.threads.find(ref(1)) is None
    assert store.threads.versions("aaaaaaaaaaaa") == ()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_thread_is_found_by_any_of_its_posts(store: Store, number: int) -> None:
    saved = save(store)
    assert store.threads.find(ref(number)) == saved


def test_a_thread_is_found_by_a_post_below_somebody_elses_reply(store: Store) -> None:
    aside = Aside(post(4, "A reply.", by=BOB), (post(5, "More."), post(6, "And more.")))
    saved = save(store, replace(THREE, elsewhere=(aside,)))
    assert store.threads.find(ref(6)) == saved
    assert store.threads.find(ref(4, BOB)) is None


def test_the_same_content_again_only_moves_the_time_of_the_check(store: Store, clock: Clock) -> None:
    first = save(store)
    clock.pass_by(days=1)
    again = save(store, checked_later(THREE))
    assert (again.version, again.saved_at, again.first_saved) == (1, first.saved_at, first.first_saved)
    assert again.checked_at == first.checked_at + timedelta(days=1)
    assert store.threads.load(first.slug) == again
    assert store.threads.versions(first.slug) == ()


def test_an_edit_makes_a_version_and_keeps_the_one_before(store: Store, clock: Clock) -> None:
    first = save(store)
    now = clock.pass_by(days=1)
    edited = replace(THREE, posts=(*THREE.posts[:2], post(3, "The third thing, edited.", after=2)))
    second = save(store, edited)
    assert (second.version, second.saved_at, second.first_saved) == (2, now, first.first_saved)
    ((number, at, content),) = store.threads.versions(first.slug)
    assert (number, at, thread_from_json(content)) == (1, first.saved_at, THREE)


def test_words_of_a_deleted_post_stay_in_no_version_and_no_record(store: Store) -> None:
    slug = save(store).slug
    save(store, replace(THREE, posts=THREE.posts[:2], gaps=(Gap(ref(3), Absence.DELETED, ref(2)),)))
    ((_, _, content),) = store.threads.versions(slug)
    assert b"third" not in content
    assert thread_from_json(content).posts == THREE.posts[:2]
    assert store.threads.records(slug).keys() == {ref(1), ref(2)}
    assert store.threads.find(ref(3)) is None


def test_a_version_of_which_no_post_is_left_goes(store: Store) -> None:
    save(store, thread((post(2, "Only this."),), ref=ref(1)))
    saved = save(store, thread((post(3, "Now only this."),), ref=ref(1)))
    assert store.threads.versions(saved.slug) == ()


def test_words_of_a_quoted_author_who_said_no_stay_in_no_version(store: Store) -> None:
    said = post(9, "What Bob said.", by=BOB)
    quoting = replace(THREE.posts[0], quote=Quote(said.ref, said))
    gone = replace(THREE.posts[0], quote=Quote(said.ref, absence=Absence.DECLINED))
    answered = Aside(post(10, "Bob again.", by=BOB), (post(4, "More."), post(5, "And more.")))
    before = thread((quoting,), context=post(11, "Bob began.", by=BOB), elsewhere=(answered,))
    saved = save(store, before)
    under = Gap(answered.under.ref, Absence.DECLINED)
    after = replace(before, posts=(gone,), context=None, elsewhere=(replace(answered, under=under),))
    save(store, after)
    ((_, _, content),) = store.threads.versions(saved.slug)
    assert b"Bob" not in content.replace(b"bob.example", b"")
    assert store.threads.showing("bluesky", BOB.id) == ()


def test_records_of_posts_that_are_not_on_the_page_are_not_kept(store: Store) -> None:
    stranger = ref(9, BOB)
    store.threads.save(THREE, Verdict(), {ref(1): b"{}", stranger: b"{}"}, title="T")
    assert store.threads.records(slug(THREE.ref)) == {ref(1): b"{}"}


def test_a_record_that_is_not_given_again_stays_and_a_new_one_replaces_it(store: Store) -> None:
    saved = save(store)
    store.threads.save(THREE, Verdict(), {ref(1): b"new"}, title="T")
    assert store.threads.records(saved.slug) == records(THREE) | {ref(1): b"new"}


def test_the_latest_list_shows_listed_published_threads_newest_first(store: Store, clock: Clock) -> None:
    names = [f"author{number}.example" for number in range(5)]
    for name in names:
        clock.pass_by(minutes=1)
        save(store, by(name, "Words."))
    save(store, by("quiet.example", "Words."), UNLISTED)
    save(store, by("asked.example", "Words."), status=Status.PENDING)
    store.threads.drop(slug(ref(1, author(names[4]))), Status.REMOVED, "", "author")
    assert [entry.author_handle for entry in store.catalogue.find(Wanted(), 3)] == [
        names[3],
        names[2],
        names[1],
    ]
    assert store.catalogue.find(Wanted(network="mastodon"), 3) == ()
    assert len(store.catalogue.find(Wanted(network="bluesky"), 9)) == 4
    assert {entry.author_handle: entry.listed for entry in store.threads.entries()} == dict.fromkeys(
        names[:4], True
    ) | {"quiet.example": False}
    assert len(store.threads.entries(2)) == 2


def test_an_entry_says_what_a_list_needs(store: Store) -> None:
    saved = save(store, replace(THREE, gaps=(Gap(ref(4), Absence.DELETED, ref(3)),)), title="A title")
    (entry,) = store.catalogue.find(Wanted(network="bluesky", author=MIRA.id), 9)
    assert (entry.slug, entry.ref, entry.title) == (saved.slug, THREE.ref, "A title")
    assert (entry.author_id, entry.author_handle, entry.author_name) == (MIRA.id, MIRA.handle, MIRA.name)
    assert (entry.posts, entry.gaps, entry.complete, entry.listed) == (3, 1, True, True)
    assert store.catalogue.find(Wanted(network="bluesky", author=BOB.id), 9) == ()


def test_a_thread_that_waited_for_a_yes_appears_as_new(store: Store, clock: Clock) -> None:
    save(store, status=Status.PENDING)
    assert store.threads.entries() == ()
    now = clock.pass_by(days=2)
    published = save(store)
    assert (published.version, published.first_saved) == (1, now)


def test_a_dropped_thread_keeps_its_ref_and_what_became_of_it(store: Store, clock: Clock) -> None:
    saved = save(store)
    now = clock.pass_by(days=1)
    dropped = store.threads.drop(saved.slug, Status.REMOVED, "Removed by its author.", MIRA.id)
    assert store.threads.load(saved.slug) == dropped == store.threads.find(THREE.ref)
    assert (dropped.thread, dropped.verdict, dropped.checked_at) == (None, None, now)
    assert (dropped.status, dropped.why, dropped.removed_by) == (
        Status.REMOVED,
        "Removed by its author.",
        MIRA.id,
    )
    assert store.threads.find(ref(2)) == store.threads.find(THREE.ref), "none of its posts is shown again"
    assert store.threads.records(saved.slug) == {}
    assert store.catalogue.find(Wanted(), 9) == ()
    assert store.threads.showing("bluesky", MIRA.id) == ()
    assert store.tasks.get(SCOUR, SCOUR) is not None


def test_any_post_names_the_thread_to_drop(store: Store) -> None:
    saved = save(store)
    assert store.threads.drop(ref(2), Status.WITHDRAWN, "gone").slug == saved.slug
    assert store.threads.status(saved.slug) is Status.WITHDRAWN


def test_a_thread_can_be_removed_before_it_was_ever_saved(store: Store) -> None:
    store.threads.drop(THREE.ref, Status.REMOVED, "Removed.", "operator")
    with pytest.raises(RefusedError):
        save(store)
    found = store.threads.find(THREE.ref)
    assert found is not None
    assert (found.version, found.thread, found.status) == (0, None, Status.REMOVED)


def test_an_address_that_never_was_cannot_be_dropped(store: Store) -> None:
    with pytest.raises(AbsentError):
        store.threads.drop("aaaaaaaaaaaa", Status.REMOVED, "", "operator")


def test_a_removed_thread_comes_back_only_when_the_removal_is_lifted(store: Store) -> None:
    saved = save(store)
    store.threads.drop(saved.slug, Status.REMOVED, "Removed by its author.", MIRA.id)
    with pytest.raises(RefusedError):
        save(store)
    still = store.threads.drop(saved.slug, Status.WITHDRAWN, "Gone at its source.")
    assert (still.status, still.why) == (Status.REMOVED, "Removed by its author.")
    back = save(store, lift=True)
    assert (back.status, back.why, back.removed_by, back.version) == (Status.PUBLISHED, "", "", 2)
    assert store.threads.versions(saved.slug) == ()


def test_a_removal_is_lifted_by_the_one_who_removed(store: Store) -> None:
    slug = store.threads.drop(save(store).slug, Status.REMOVED, "Removed.", MIRA.id).slug
    other = store.threads.drop(ref(1, BOB), Status.REMOVED, "Removed.", MIRA.id).slug
    store.threads.lift(BOB.id)
    store.threads.lift(MIRA.id[:-1])
    assert store.threads.status(slug) is Status.REMOVED
    store.threads.lift(MIRA.id, THREE.ref)
    assert (store.threads.status(slug), store.threads.status(other)) == (Status.WITHDRAWN, Status.REMOVED)
    store.threads.lift(MIRA.id)
    assert store.threads.status(other) is Status.WITHDRAWN


@pytest.mark.parametrize(("first", "second"), [(MIRA.id, "operator"), ("operator", MIRA.id)])
def test_a_thread_that_two_removed_stays_removed_until_both_lift_it(
    store: Store, first: str, second: str
) -> None:
    slug = save(store).slug
    store.threads.drop(slug, Status.REMOVED, "Removed.", first)
    dropped = store.threads.drop(slug, Status.REMOVED, "Removed.", second)
    assert dropped.removed_by == f"{MIRA.id} operator"
    store.threads.lift(first)
    found = store.threads.load(slug)
    assert found is not None
    assert (found.status, found.removed_by) == (Status.REMOVED, second)
    store.threads.lift(second)
    assert store.threads.status(slug) is Status.WITHDRAWN


def test_a_withdrawn_thread_may_come_back(store: Store) -> None:
    saved = save(store)
    store.threads.drop(saved.slug, Status.WITHDRAWN, "Gone at its source.")
    assert save(store).status is Status.PUBLISHED
    assert store.threads.find(ref(3)) is not None


def test_pages_are_found_by_whose_words_they_show(store: Store) -> None:
    said = post(9, "What Bob said.", by=BOB)
    saved = save(store, thread((replace(THREE.posts[0], quote=Quote(said.ref, said)),)))
    for account in (MIRA.id, BOB.id, "bob.example.social", "Bob.Example.Social", "example.social", "social"):
        assert store.threads.showing("bluesky", account) == (saved.slug,), account
    for account in ("ob.example.social", "%", "did:plc:nobody", "cial"):
        assert store.threads.showing("bluesky", account) == (), account


def test_a_page_remembers_what_it_names_until_it_is_made_anew(store: Store) -> None:
    page = save(store).slug
    store.threads.name(page, ["bbbbbbbbbbbb", "cccccccccccc", "bbbbbbbbbbbb"])
    store.threads.name(page, ["bbbbbbbbbbbb"])
    assert store.threads.naming("bbbbbbbbbbbb") == (page,)
    assert store.threads.naming("cccccccccccc") == ()
    store.threads.drop(page, Status.EXPIRED, "")
    assert store.threads.naming("bbbbbbbbbbbb") == ()


def test_a_sample_and_an_expiry_are_remembered(store: Store, clock: Clock) -> None:
    tomorrow = clock() + timedelta(days=1)
    saved = save(store, sample=True, expires=tomorrow)
    assert (saved.sample, saved.expires) == (True, tomorrow)
    assert store.catalogue.find(Wanted(), 1)[0].sample


def test_calls_in_one_transaction_happen_together_or_not_at_all(store: Store) -> None:
    def fail_midway() -> None:
        with store.transaction():
            save(store)
            store.tasks.put("publish", "x")
            assert store.threads.find(ref(2)) is not None
            store.threads.drop("aaaaaaaaaaaa", Status.REMOVED, "")

    with pytest.raises(AbsentError):
        fail_midway()
    assert store.threads.find(ref(2)) == store.threads.find(THREE.ref), "none of its posts is shown again"
    assert store.tasks.get("publish", "x") is None


def test_a_thread_of_thousands_of_posts_is_kept(store: Store) -> None:
    long = thread(chain(*(f"Thing {number}." for number in range(3000))))
    assert save(store, long) == store.threads.find(ref(2999))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_saved_last_is_what_is_there(store: Store, seed: int) -> None:
    """Random edits, deletions and additions: no version ever holds a post that is gone."""
    chance = random.Random(seed)
    for _ in range(12):
        numbers = sorted(chance.sample(range(2, 12), chance.randint(1, 9)))
        posts = (post(1, "Root."), *(post(n, f"Post{n}. Draft {chance.randint(1, 2)}.") for n in numbers))
        saved = save(store, thread(posts))
        for _, _, content in store.threads.versions(saved.slug):
            assert {each.ref for each in thread_from_json(content).posts} <= {each.ref for each in posts}
        assert store.threads.records(saved.slug).keys() == {each.ref for each in posts}
