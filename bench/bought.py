"""What a thread on X costs: posts and accounts bought, beside the posts that it has.

X itself sells nothing here: the figures are the bill of the X of the tests, which counts every resource that
it sends, included ones too, once a day. The price list is X's of November 2026.
"""

from __future__ import annotations

from collections.abc import Iterable

from bench.figures import Figure, at_most, plain, table
from bench.networks import Networks
from tests.networks.x.reading import reading
from tests.testnet.x_world import Said, World

SIZES = (1, 25, 150)
# https://docs.x.com/x-api/getting-started/pricing: a post, an account, a reply to somebody who called.
POST, ACCOUNT, REPLY = 0.005, 0.010, 0.010


def measure(networks: Networks, quick: bool) -> Iterable[Figure]:  # noqa: ARG001, FBT001
    rows, figures = [], []
    for names in ("tweet", "post"):
        for size in SIZES:
            for place in ("first", "last"):
                posts, accounts, requests, dollars = cost(size, place, names)
                rows.append(
                    (f"{size}", place, names, f"{posts}", f"{accounts}", f"{requests}", f"{dollars:.3f}")
                )
                figures.append(at_most(f"{size} posts, {place}, {names}", posts, size, "posts bought"))
    print(table(("posts", "called from", "names", "posts bought", "accounts", "requests", "dollars"), rows))
    print()
    note = "the price list's own arithmetic"
    figures.append(plain("25 posts and the reply", 25 * POST + ACCOUNT + REPLY, "dollars", note))
    figures += surroundings()
    return figures


def cost(size: int, place: str, names: str) -> tuple[int, int, int, float]:
    """Posts, accounts, requests and dollars for a thread of `size` posts, found from one of them."""
    with reading(field_names=names) as reader:
        said = reader.net.world.thread(reader.net.world.person("anna"), size)
        thread = reader.thread(said[0 if place == "first" else -1])
        assert len(thread.posts) == size, f"{len(thread.posts)} posts of {size} were found"
        bill = reader.net.bill
        return bill.posts, bill.users, len(reader.net.asked), bill.dollars


def surroundings() -> list[Figure]:
    """A thread of 25 among 300 replies by others, of which the author answers 10; begun as a reply."""
    figures = []
    for names in ("tweet", "post"):
        with reading(field_names=names) as reader:
            said = crowded(reader.net.world)
            thread = reader.thread(said[12])
            assert len(thread.posts) == len(said)
            bill = reader.net.bill
            note = (
                f"{bill.users} accounts, ${bill.dollars:.3f}; 25 of the thread, 10 answers, what it answers"
            )
            figures.append(plain(f"25 posts in a crowd, {names}", bill.posts, "posts bought", note))
    return figures


def crowded(world: World) -> list[Said]:
    anna, bob = world.person("anna"), world.person("bob")
    said = world.thread(anna, 25, to=world.post(bob, "A claim"))
    fans = [world.person(f"fan{number}") for number in range(30)]
    crowd = [world.post(fans[number % 30], "Nice", to=said[number % 25]) for number in range(300)]
    for one in crowd[:10]:
        world.post(anna, "Thank you", to=one)
    return said
