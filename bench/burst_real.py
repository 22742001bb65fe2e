"""The burst on the real network: calls by real accounts, answers counted in the bot's own repository."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from bench.figures import Figure, plain
from bench.networks import settings_for
from bench.prose import paragraph
from bench.working import doubled, flat, wait, worker
from tests.testnet.bluesky import Account, Network, Sent
from tests.testnet.records import mention
from unroller.config import Settings
from unroller.flows.library import open_library
from unroller.flows.publish import publish

CALLERS, THREADS, LENGTH = 200, 60, 12
SECONDS = 300.0
SIGN_UPS_AT_ONCE = 4


def measure_real(network: Network, calls: int) -> Iterator[Figure]:
    """`calls` calls by 200 accounts, about 60 threads of which half are published already."""
    bot, writer = network.account("bot", display_name="Unroll"), network.account("writer")
    threads = [writer.thread(map(paragraph, range(LENGTH))) for _ in range(THREADS)]
    made = call(people(network), bot, threads, calls)
    network.settle()
    with tempfile.TemporaryDirectory(prefix="unroller-bench-") as folder:
        settings = bot_settings(network, bot, Path(folder))
        publish_half(settings, threads)
        began = time.monotonic()
        with worker(settings) as watched:
            wait(watched, lambda: len(bot.list_records()), calls, patience=SECONDS, pause=2)
        took = time.monotonic() - began
    answers = Counter(record["value"]["reply"]["parent"]["uri"] for record in bot.list_records())
    strangers = answers.keys() - {one.uri for one in made}
    assert not strangers, strangers
    yield doubled("the real PDS", len(answers), answers.total(), calls)
    accounts = f"{calls:,} calls by {CALLERS} accounts, answered from {THREADS} threads of {LENGTH} posts"
    yield plain("the real PDS: answered", calls / took, "a second", accounts)
    yield flat("the real PDS", watched.held)


def people(network: Network) -> list[Account]:
    with ThreadPoolExecutor(SIGN_UPS_AT_ONCE) as pool:
        return list(pool.map(lambda number: network.account(f"c{number}"), range(CALLERS)))


def call(callers: list[Account], bot: Account, threads: list[list[Sent]], calls: int) -> list[Sent]:
    """Calls spread over people, threads and the posts of each; a person's are written at once."""
    made: list[Sent] = []
    text = f"@{bot.handle} unroll"
    facets = [mention(text, f"@{bot.handle}", bot.did)]
    for person, caller in enumerate(callers):
        planned = []
        for number in range(person, calls, len(callers)):
            thread = threads[number % len(threads)]
            planned.append(caller.plan(text, reply_to=thread[number % LENGTH], facets=facets))
        caller.write(planned)
        made += [sent for sent, _ in planned]
    return made


def bot_settings(network: Network, bot: Account, data: Path) -> Settings:
    settings = settings_for(network, data)
    own = dict(settings.networks["bluesky"]) | {"handle": bot.handle, "password": bot.password}
    return replace(settings, networks={"bluesky": own})


def publish_half(settings: Settings, threads: Iterable[list[Sent]]) -> None:
    with open_library(settings) as library:
        for thread in list(threads)[::2]:
            publish(library, library.match(thread[0].uri))
