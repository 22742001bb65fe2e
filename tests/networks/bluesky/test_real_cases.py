"""The cases in which readers of threads go wrong, on the real network: ten levels deep, fifty parents up.

Each case says which of the author's posts are wanted, in which order, and what the page has to name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.networks.bluesky.reader import Reader
from tests.networks.thread_cases import Case
from tests.testnet.bluesky import Account, Network, Sent
from tests.testnet.records import link
from unroller.core.model import Absence, Wholeness


@dataclass(frozen=True, slots=True)
class Scene:
    net: Network

    def chain(
        self, author: Account, count: int, *, reply_to: Sent | None = None, first: int = 1
    ) -> list[Sent]:
        return author.thread((f"Post {n}" for n in range(first, first + count)), reply_to=reply_to)

    def crowd(self, to: Sent, count: int) -> None:
        bob = self.net.account("bob")
        bob.write([bob.plan(f"Answer {n}", reply_to=to) for n in range(count)])


def posts(count: int) -> list[str]:
    return [f"Post {n}" for n in range(1, count + 1)]


def plain_chain(length: int, position: int) -> Callable[[Scene], Case[Sent]]:
    def make(scene: Scene) -> Case[Sent]:
        return Case(scene.chain(scene.net.account("anna"), length)[position - 1], posts(length))

    return make


def a_later_aside(scene: Scene) -> Case[Sent]:
    anna = scene.net.account("anna")
    line = scene.chain(anna, 6)
    anna.reply(line[1], "An aside")
    return Case(line[0], [*posts(6), "An aside"])


def an_aside_first(scene: Scene) -> Case[Sent]:
    anna = scene.net.account("anna")
    (root,) = scene.chain(anna, 1)
    anna.thread(["Aside 1", "Aside 2"], reply_to=root)
    scene.chain(anna, 6, reply_to=root, first=2)
    return Case(root, ["Post 1", "Aside 1", "Aside 2", *(f"Post {n}" for n in range(2, 8))])


def an_answer_to_a_replier(scene: Scene) -> Case[Sent]:
    anna = scene.net.account("anna")
    line = scene.chain(anna, 6)
    anna.reply(scene.net.account("bob").reply(line[2], "A question"), "An answer")
    return Case(line[0], posts(6), answers=1)


def going_on_below_somebody_else(scene: Scene) -> Case[Sent]:
    anna = scene.net.account("anna")
    line = scene.chain(anna, 2)
    reply = scene.net.account("bob").reply(line[1], "Go on!")
    anna.thread(["On 1", "On 2", "On 3"], reply_to=reply)
    return Case(line[0], posts(2), elsewhere=("Go on!", "On 1", "On 2", "On 3"))


def a_deleted_middle(position: int) -> Callable[[Scene], Case[Sent]]:
    def make(scene: Scene) -> Case[Sent]:
        anna = scene.net.account("anna")
        line = scene.chain(anna, 5)
        scene.net.settle()
        anna.delete(line[2])
        return Case(line[position - 1], ["Post 1", "Post 2", "Post 4", "Post 5"], missing=(Absence.DELETED,))

    return make


def begun_as_a_reply(position: int) -> Callable[[Scene], Case[Sent]]:
    def make(scene: Scene) -> Case[Sent]:
        asked = scene.net.account("bob").post("What do you think?")
        line = scene.chain(scene.net.account("anna"), 5, reply_to=asked)
        return Case(line[position - 1], posts(5), context="What do you think?")

    return make


def late_additions(scene: Scene) -> Case[Sent]:
    anna = scene.net.account("anna")
    (root,) = scene.chain(anna, 1)
    scene.crowd(root, 100)
    scene.chain(anna, 5, reply_to=root, first=2)
    return Case(root, posts(6))


def a_crowd_below(scene: Scene) -> Case[Sent]:
    line = scene.chain(scene.net.account("anna"), 6)
    scene.crowd(line[5], 300)
    return Case(line[0], posts(6))


def words_that_confuse(scene: Scene) -> Case[Sent]:
    anna = scene.net.account("anna")
    words = ["How to unroll a carpet", "<b>not bold</b>", "this & that", "see example.com/@anna/1", "the end"]
    facet = link(words[3], "example.com/@anna/1", "https://example.com/@anna/1?a=b&c=d")
    line = [anna.post(words[0])]
    for text in words[1:]:
        line.append(anna.reply(line[-1], text, facets=[facet] if text == words[3] else []))
    return Case(line[0], words)


def a_blocked_reply(scene: Scene) -> Case[Sent]:
    anna, eve = scene.net.account("anna"), scene.net.account("eve")
    line = scene.chain(anna, 4)
    eve.reply(line[1], "From somebody who will block")
    scene.net.settle()
    eve.block(anna)
    return Case(line[0], posts(4))


def media_of_all_kinds(scene: Scene) -> Case[Sent]:
    anna, bob = scene.net.account("anna"), scene.net.account("bob")
    quoted = bob.post("A quoted remark")
    card = {"uri": "https://example.com/a", "title": "A card", "description": "About it"}
    video = {
        "$type": "app.bsky.embed.video",
        "video": anna.blob(b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 2000, "video/mp4"),
        "alt": "A film of nothing",
        "aspectRatio": {"width": 16, "height": 9},
    }
    embeds = [
        anna.images("A red rectangle", ""),
        {"$type": "app.bsky.embed.record", "record": quoted.strong},
        {"$type": "app.bsky.embed.external", "external": card},
        anna.images("Something to be warned of"),
        video,
    ]
    line: list[Sent] = []
    for number, embed in enumerate(embeds, 1):
        labels: dict[str, Any] = {
            "labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "graphic-media"}]}
        }
        more: dict[str, Any] = labels if number == 4 else {}
        line.append(anna.post(f"Post {number}", reply_to=line[-1] if line else None, embed=embed, **more))
    return Case(line[0], posts(5))


def dated_backwards(scene: Scene) -> Case[Sent]:
    anna = scene.net.account("anna")
    line = [anna.post("Post 1")]
    line.append(anna.reply(line[0], "Post 2", createdAt="2020-01-01T00:00:00.000Z"))
    line.append(anna.reply(line[1], "Post 3"))
    return Case(line[0], posts(3))


def a_blocked_parent(scene: Scene) -> Case[Sent]:
    anna, eve = scene.net.account("anna"), scene.net.account("eve")
    asked = eve.post("What do you think?")
    line = scene.chain(anna, 4, reply_to=asked)
    scene.net.settle()
    eve.block(anna)
    return Case(line[2], posts(4), context=Absence.BLOCKED)


CASES: dict[str, Callable[[Scene], Case[Sent]]] = {
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
    "a blocked reply": a_blocked_reply,
    "media of all kinds": media_of_all_kinds,
    "post 2 dated before post 1": dated_backwards,
    "a blocked parent": a_blocked_parent,
}


def test_there_are_twenty_one() -> None:
    assert len(CASES) == 21


@pytest.mark.parametrize("name", CASES)
def test_the_case_is_whole_or_what_is_missing_is_named(
    name: str, bluesky_net: Network, reader: Reader
) -> None:
    case = CASES[name](Scene(bluesky_net))
    bluesky_net.settle()
    thread = reader.thread(case.link)
    case.check(thread)
    assert thread.completeness.state is (Wholeness.PARTIAL if case.missing else Wholeness.WHOLE)
    assert thread.completeness.expected == len(case.wanted) + len(case.missing)
    if case.missing:
        assert thread.completeness.why == "one deleted"


def test_every_extra_reaches_the_thread(bluesky_net: Network, reader: Reader) -> None:
    case = media_of_all_kinds(Scene(bluesky_net))
    bluesky_net.settle()
    pictures, quote, card, warned, video = reader.thread(case.link).posts
    assert [media.alt for media in pictures.media] == ["A red rectangle", None]
    assert quote.quote
    assert quote.quote.post
    assert quote.quote.post.body[0].text == "A quoted remark"
    assert card.card
    assert card.card.title == "A card"
    assert warned.labels
    assert [media.alt for media in video.media] == ["A film of nothing"]
