"""A thread survives being written and read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from tests.examples import at_most
from tests.threads.as_json import jsonable
from unroller.core.calls import Mention
from unroller.core.codec import mention_from_json, mention_to_json, thread_from_json, thread_to_json
from unroller.core.model import Aside, Completeness, Gap, Post, Quote, Thread
from unroller.core.value import Value

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
def test_what_is_written_says_what_it_is_and_is_read_as_the_same_thread(thread: Thread) -> None:
    written = thread_to_json(thread)
    head = json.loads(written)
    assert (head["format"], head["version"]) == ("unroller-thread", 1)
    assert thread_from_json(written) == thread


@at_most(40)
@given(st.builds(Mention))
def test_a_mention_written_and_read_is_the_same_mention(mention: Mention) -> None:
    assert mention_from_json(mention_to_json(mention)) == mention


def kinds(above: type[Value] = Value) -> Iterator[type[Value]]:
    for kind in above.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_noun_is_frozen_and_written_without_its_defaults() -> None:
    nouns = {kind.__name__: kind.__struct_config__ for kind in kinds()}
    assert {"Post", "Thread", "Run", "Block", "Mention", "Sketch", "Evidence"} <= nouns.keys()
    assert {name for name, made in nouns.items() if not (made.frozen and made.omit_defaults)} == set()


SETS = [(kind, field.name) for kind in kinds() for field in fields(kind) if field.default == frozenset()]


@pytest.mark.parametrize(("kind", "name"), SETS)
@at_most(5)
@given(st.data())
def test_an_empty_set_is_a_default_whoever_made_it(kind: type[Value], name: str, data: st.DataObject) -> None:
    made: Value = data.draw(posts if kind is Post else st.builds(kind))
    assert name not in jsonable(replace(made, **{name: frozenset(iter(()))}))  # another one than the default
