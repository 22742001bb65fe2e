"""The cases in which readers of threads go wrong, on Mastodon at its limits: 40 up, 60 down, 20 levels.

Each case says which of the author's posts are wanted, in which order, and what the page has to name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.networks.mastodon.reader import Reader, posts
from tests.networks.thread_cases import Case
from tests.testnet import fediverse
from tests.testnet.fediverse import Account, Fediverse, Host, Status
from unroller.core.body import plain
from unroller.core.model import Absence, Wholeness

pytestmark = pytest.mark.real

DELETED = "this server does not tell of deleted posts"


@dataclass(slots=True)
class Scene:
    """Anna's server, and another where those live who answer her."""

    world: Fediverse
    home: Host
    away: Host

    @property
    def anna(self) -> Account:
        return self.home.accounts.get("anna") or self.home.account("anna")

    @property
    def bob(self) -> Account:
        return self.away.accounts.get("bob") or self.away.account("bob")

    def chain(self, count: int, *, reply_to: Status | None = None, first: int = 1) -> list[Status]:
        return self.anna.thread(posts(count, first), reply_to)


def plain_chain(length: int, position: int) -> Callable[[Scene], Case[Status]]:
    def make(scene: Scene) -> Case[Status]:
        return Case(scene.chain(length)[position - 1], posts(length))

    return make


def a_later_aside(scene: Scene) -> Case[Status]:
    line = scene.chain(6)
    scene.anna.post("An aside", line[1])
    return Case(line[0], [*posts(6)[:2], *posts(4, 3), "An aside"])


def an_aside_first(scene: Scene) -> Case[Status]:
    (root,) = scene.chain(1)
    scene.anna.thread(["Aside 1", "Aside 2"], root)
    scene.chain(6, reply_to=root, first=2)
    return Case(root, ["Post 1", "Aside 1", "Aside 2", *posts(6, 2)])


def an_answer_to_a_replier(scene: Scene) -> Case[Status]:
    line = scene.chain(6)
    scene.anna.post("An answer", scene.bob.post("A question", line[2]))
    return Case(line[0], posts(6), answers=1)


def going_on_below_somebody_else(scene: Scene) -> Case[Status]:
    line = scene.chain(2)
    reply = scene.bob.post("Go on!", line[1])
    scene.anna.thread(["On 1", "On 2", "On 3"], reply)
    return Case(line[0], posts(2), elsewhere=("Go on!", "On 1", "On 2", "On 3"))


def a_deleted_middle(position: int) -> Callable[[Scene], Case[Status]]:
    def make(scene: Scene) -> Case[Status]:
        line = scene.chain(5)
        scene.home.delete(line[2])
        left = ["Post 1", "Post 2", "Post 4", "Post 5"]
        return Case(line[position - 1], left, missing=(Absence.DELETED,))

    return make


def begun_as_a_reply(position: int) -> Callable[[Scene], Case[Status]]:
    def make(scene: Scene) -> Case[Status]:
        asked = scene.bob.post("What do you think?")
        line = scene.chain(5, reply_to=asked)
        return Case(line[position - 1], posts(5), context="What do you think?")

    return make


def late_additions(scene: Scene) -> Case[Status]:
    (root,) = scene.chain(1)
    for number in range(100):
        scene.bob.post(f"Answer {number}", root)
    scene.chain(5, reply_to=root, first=2)
    return Case(root, posts(6))


def a_crowd_below(scene: Scene) -> Case[Status]:
    line = scene.chain(6)
    for number in range(300):
        scene.bob.post(f"Answer {number}", line[5])
    return Case(line[0], posts(6))


def words_that_confuse(scene: Scene) -> Case[Status]:
    words = ["How to unroll a carpet", "<b>not bold</b>", "this & that", "@anna in a link", "the end"]
    line = scene.anna.thread(words[:3])
    href = "https://example.com/@anna/1?a=b&amp;c=d"
    linked = scene.anna.post(words[3], line[2], content=f'<p><a href="{href}">@anna in a link</a></p>')
    scene.anna.post(words[4], linked)
    return Case(line[0], words)


def a_reply_that_is_not_shown(scene: Scene) -> Case[Status]:
    line = scene.chain(4)
    scene.bob.post("From somebody who is blocked", line[1], visibility="private")
    return Case(line[0], posts(4))


def media_of_all_kinds(scene: Scene) -> Case[Status]:
    quoted = scene.bob.post("A quoted remark")
    picture = {"type": "image", "url": "https://files.example/1.png", "description": "A red rectangle"}
    film = {"type": "video", "url": "https://files.example/2.mp4", "description": "A film of nothing"}
    card = {"url": "https://example.com/a", "title": "A card", "description": "About it", "type": "link"}
    poll = {"options": [{"title": "Yes", "votes_count": 3}, {"title": "No", "votes_count": 4}]}
    scene.home.learn(quoted)
    more: list[dict[str, Any]] = [
        {"media_attachments": [picture, {**picture, "description": None}]},
        {"quote": {"state": "accepted", "quoted_status": scene.home.show(quoted)}},
        {"card": card},
        {"spoiler_text": "Numbers", "sensitive": True, "poll": poll},
        {"media_attachments": [film]},
    ]
    line: list[Status] = []
    for number, extra in enumerate(more, 1):
        line.append(scene.anna.post(f"Post {number}", line[-1] if line else None, **extra))
    return Case(line[0], posts(5))


def dated_backwards(scene: Scene) -> Case[Status]:
    first = scene.anna.post("Post 1")
    second = scene.anna.post("Post 2", first, created=datetime(2020, 1, 1, tzinfo=UTC))
    scene.anna.post("Post 3", second)
    return Case(first, posts(3))


def a_parent_that_is_not_shown(scene: Scene) -> Case[Status]:
    asked = scene.bob.post("What do you think?", visibility="private")
    line = scene.chain(4, reply_to=asked)
    return Case(line[2], posts(4), context=Absence.NOT_FOUND)


CASES: dict[str, Callable[[Scene], Case[Status]]] = {
    "5 posts": plain_chain(5, 1),
    "5 posts, from the 4th": plain_chain(5, 4),
    "30 posts": plain_chain(30, 1),
    "150 posts": plain_chain(150, 1),
    "150 posts, from the 100th": plain_chain(150, 100),
    "150 posts, from the 150th": plain_chain(150, 150),
    "6 posts and a later aside": a_later_aside,
    "an aside before the main line": an_aside_first,
    "an answer to a replier": an_answer_to_a_replier,
    "going on below somebody else's reply": going_on_below_somebody_else,
    "post 3 of 5 deleted, from the first": a_deleted_middle(1),
    "post 3 of 5 deleted, from the last": a_deleted_middle(5),
    "begun as a reply, from the first": begun_as_a_reply(1),
    "begun as a reply, from the 3rd": begun_as_a_reply(3),
    "100 replies by others, then 5 more": late_additions,
    "300 replies by others below": a_crowd_below,
    "words that confuse": words_that_confuse,
    "a reply that is not shown": a_reply_that_is_not_shown,
    "media of all kinds": media_of_all_kinds,
    "post 2 dated before post 1": dated_backwards,
    "a parent that is not shown": a_parent_that_is_not_shown,
}


@pytest.fixture
def scene() -> Iterator[Scene]:
    with fediverse.running() as world:
        yield Scene(world, world.host(), world.host())


def test_there_are_twenty_one() -> None:
    assert len(CASES) == 21


@pytest.mark.parametrize("token", [False, True], ids=["a stranger", "with a token"])
@pytest.mark.parametrize("name", CASES)
def test_the_case_is_whole_or_what_is_missing_is_named(name: str, token: bool, scene: Scene) -> None:
    case = CASES[name](scene)
    thread = Reader(scene.world, scene.home if token else None).thread(case.link)
    case.check(thread)
    assert thread.completeness.expected is None
    if case.missing:
        assert thread.completeness.state is Wholeness.PARTIAL
        assert thread.completeness.why == f"one deleted; {DELETED}"
    else:
        assert thread.completeness.state is Wholeness.UNKNOWN
        assert thread.completeness.why == DELETED


def test_every_extra_reaches_the_thread(scene: Scene) -> None:
    case = media_of_all_kinds(scene)
    pictures, quote, card, warned, video = Reader(scene.world).thread(case.link).posts
    assert [media.alt for media in pictures.media] == ["A red rectangle", None]
    assert quote.quote
    assert quote.quote.post
    assert plain(quote.quote.post.body) == "A quoted remark"
    assert card.card
    assert card.card.title == "A card"
    assert warned.warning == "Numbers"
    assert warned.poll
    assert [choice.votes for choice in warned.poll.choices] == [3, 4]
    assert [media.alt for media in video.media] == ["A film of nothing"]
