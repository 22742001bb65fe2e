"""Conversations of any shape: the thread is what a simple walk over all posts says, and no more is bought."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examples import at_most
from tests.networks.x.reading import Reader, reading
from tests.testnet.x_world import Said
from unroller.core.model import Thread, Wholeness

pytestmark = pytest.mark.real

# Whose the next post is, and which of the posts before it that answers.
STEPS = st.lists(st.tuples(st.sampled_from(["anna", "anna", "bob"]), st.integers(0, 30)), max_size=14)
FEW = at_most(25)


def grow(reader: Reader, steps: list[tuple[str, int]], edited: int) -> list[Said]:
    """A conversation; each post of Anna's whose place divides by `edited` is edited before it is answered."""
    world = reader.net.world
    people = {name: world.person(name) for name in ("anna", "bob")}
    posts = [world.post(people["anna"], "Post 0")]
    for name, place in steps:
        posts.append(world.post(people[name], f"Post {len(posts)}", to=posts[place % len(posts)]))
        if name == "anna" and edited and len(posts) % edited == 0:
            world.edit(posts[-1], posts[-1].text + ", edited", minutes=0)
    return posts


def walk(posts: list[Said], focus: Said) -> list[Said]:
    """Anna's thread around one of her posts: up through her own posts, then down, oldest first."""
    top = focus
    while top.answers and top.answers.by is focus.by:
        top = top.answers
    found, left = list[Said](), [top]
    while left:
        said = left.pop()
        found.append(said)
        left += reversed([one for one in posts if one.answers is said and one.by is focus.by])
    return found


def below_deleted(own: list[Said]) -> set[str]:
    """Posts below a deleted one of the same author: what that one answered nobody can know any more."""
    found = set()
    for said in own:
        above = said.answers
        while above and above.by is said.by:
            if above.deleted:
                found.add(said.id)
            above = above.answers
    return found


def shown(thread: Thread) -> list[str]:
    return [post.ref.id for post in thread.posts]


@FEW
@given(STEPS, st.integers(0, 30), st.integers(0, 3), st.sampled_from(["tweet", "post"]))
def test_the_thread_is_what_a_walk_over_everything_finds(
    steps: list[tuple[str, int]], place: int, edited: int, names: str
) -> None:
    with reading(field_names=names) as reader:
        posts = grow(reader, steps, edited)
        own = [said for said in posts if said.by.username == "anna"]
        focus = own[place % len(own)]
        thread = reader.thread(focus)
        expected = walk(posts, focus)
        assert shown(thread) == [said.ids[0] for said in expected]
        assert [post.version for post in thread.posts] == [said.id for said in expected]
        assert thread.completeness.state is not Wholeness.PARTIAL
        if names == "tweet":
            versions = sum(len(said.ids) for said in own)
            others = len(posts) - len(own)
            assert reader.net.bill.posts <= versions + others
            assert reader.net.bill.users <= 2


@FEW
@given(STEPS, st.integers(0, 30), st.sets(st.integers(0, 14), max_size=4), st.booleans())
def test_what_is_deleted_or_not_searched_costs_nothing_that_can_be_reached(
    steps: list[tuple[str, int]], place: int, lost: set[int], deleted: bool
) -> None:
    with reading() as reader:
        posts = grow(reader, steps, 0)
        own = [said for said in posts if said.by.username == "anna"]
        focus = own[place % len(own)]
        for number in lost:
            said = posts[number % len(posts)]
            if said is focus:
                continue
            if deleted:
                reader.net.world.delete(said)
            else:
                reader.net.world.unsearchable.add(said.id)
        thread = reader.thread(focus)
        alive = {said.id for said in walk(posts, focus) if not said.deleted}
        assert set(shown(thread)) <= alive | below_deleted(own)
        if thread.completeness.state is Wholeness.WHOLE and deleted:
            assert set(shown(thread)) == alive  # an end that search leaves out nobody can notice
        above: Said | None = focus
        while above and above.by is focus.by and not above.deleted:
            assert above.id in shown(thread)
            above = above.answers
