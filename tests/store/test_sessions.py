from __future__ import annotations

from unroller.store import Store

OLD, NEW = {"access": "a", "refresh": "1"}, {"refresh": "2", "access": "b"}


def test_there_is_no_session_before_the_first_log_in(store: Store) -> None:
    assert store.sessions.load("bluesky") is None


def test_a_session_is_saved_by_the_one_who_saw_the_last(store: Store) -> None:
    assert store.sessions.save("bluesky", OLD, unless_changed_from=None)
    assert store.sessions.save("bluesky", NEW, unless_changed_from=dict(reversed(OLD.items())))
    assert store.sessions.load("bluesky") == NEW


def test_the_slower_of_two_does_not_overwrite_the_quicker(store: Store) -> None:
    assert store.sessions.save("bluesky", OLD, unless_changed_from=None)
    assert not store.sessions.save("bluesky", NEW, unless_changed_from=None)
    assert store.sessions.save("bluesky", NEW, unless_changed_from=OLD)
    assert not store.sessions.save("bluesky", {"refresh": "3"}, unless_changed_from=OLD)
    assert store.sessions.load("bluesky") == NEW
    assert store.sessions.load("mastodon") is None
