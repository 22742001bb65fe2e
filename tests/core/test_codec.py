"""A thread survives being written and read."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from threading import Barrier

from hypothesis import given
from hypothesis import strategies as st

from tests.core import build
from tests.examples import at_most
from unroller.core import codec, model
from unroller.core.assemble import assemble
from unroller.core.calls import Mention
from unroller.core.codec import mention_from_json, mention_to_json, thread_from_json, thread_to_json
from unroller.core.model import Aside, Completeness, Gap, Post, Quote, Thread

times = st.datetimes(timezones=st.just(UTC))
st.register_type_strategy(datetime, times)
quoted = st.builds(Post, quote=st.none(), media=st.just(()))
quotes = st.one_of(st.builds(Quote, post=st.none()), st.builds(Quote, post=quoted, absence=st.none()))
posts = st.builds(Post, quote=st.none() | quotes)
gaps = st.builds(Gap)
threads = st.builds(
    Thread,
    posts=st.lists(posts, min_size=1, max_size=2).map(tuple),
    gaps=st.lists(gaps, max_size=2).map(tuple),
    context=st.none() | posts | gaps,
    elsewhere=st.lists(st.builds(Aside, under=posts | gaps, posts=st.tuples(posts)), max_size=1).map(tuple),
    completeness=st.builds(Completeness),
)


@at_most(40)
@given(threads)
def test_a_thread_written_and_read_is_the_same_thread(thread: Thread) -> None:
    assert thread_from_json(thread_to_json(thread)) == thread


@at_most(40)
@given(st.builds(Mention))
def test_a_mention_written_and_read_is_the_same_mention(mention: Mention) -> None:
    assert mention_from_json(mention_to_json(mention)) == mention


@at_most(10)
@given(threads)
def test_what_is_written_says_what_it_is(thread: Thread) -> None:
    written = json.loads(thread_to_json(thread))
    assert (written["format"], written["version"]) == ("unroller-thread", 1)


def test_threads_that_write_at_once_for_the_first_time_write_the_same() -> None:
    thread = assemble(build.conversation(build.chain(2)))
    whole = thread_to_json(thread)
    with ThreadPoolExecutor(2) as both:
        for _ in range(20):
            codec._writers.clear()
            codec._fields.cache_clear()
            start = Barrier(2)
            found = [both.submit(_written, thread, start) for _ in range(2)]
            assert [one.result() for one in found] == [whole, whole]


def _written(thread: Thread, start: Barrier) -> bytes:
    start.wait()
    return thread_to_json(thread)


def test_every_noun_is_frozen_and_slotted() -> None:
    nouns = [noun for noun in vars(model).values() if isinstance(noun, type) and is_dataclass(noun)]
    assert len(nouns) > 10
    for noun in nouns:
        assert noun.__dataclass_params__.frozen, noun  # type: ignore[attr-defined]
        assert set(noun.__slots__) >= {field.name for field in fields(noun)}, noun  # type: ignore[attr-defined]
