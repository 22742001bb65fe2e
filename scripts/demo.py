"""The whole loop, on this machine, without any account: `make demo`.

It starts the real Bluesky network on loopback, the site and the bot, lets somebody post a thread and
somebody else call the bot, and tells what happens. `--once` ends after that instead of at Ctrl-C.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

from tests.testnet import bluesky, postgres
from tests.testnet.bluesky import Account, Network, Sent
from tests.testnet.processes import NotInstalledError, folder_name

THREAD = (
    "How does a lighthouse get its light across 30 kilometres of sea, with a lamp no stronger than one in your kitchen? A thread.",  # noqa: E501
    "The first ones burned coal in an iron basket. A keeper carried up a ton on a stormy night, and the wind blew half of the light away.",  # noqa: E501
    "Oil lamps behind glass were cleaner, but a lamp shines in all directions: up, down, back at the land. Of its light a ship got about one part in fifty.",  # noqa: E501
    "So people put a mirror behind it, bent like a soup plate. Now the light went one way. But the best silver swallowed nearly half of it, and the smoke took more.",  # noqa: E501
    "A lens in front would waste less. Only: a lens that large would be half a metre thick in the middle, weigh as much as a cart, and drink the light in its own glass.",  # noqa: E501
    "In 1822 Augustin Fresnel saw what a lens needs. It bends light at its surfaces. All the glass between them is only there to hold them apart.",  # noqa: E501
    "He took it out. What was left is a thin pane of rings, each one a slice of the big lens, each slice at the angle that the lens has there.",  # noqa: E501
    "Above and below stand prisms, which catch what would have gone to the sky and the rocks, and throw it level over the water. In the end 80 parts in a hundred went out to sea.",  # noqa: E501
    "Turn such a lens and the beam sweeps round. Each lighthouse turns at a pace of its own, so a sailor with a watch knows which one it is.",  # noqa: E501
    "The largest weigh tons. They used to float in a bath of quicksilver, so that a clockwork with a falling weight could turn them, and a finger could, too.",  # noqa: E501
    "The keepers breathed that quicksilver for years. Some of the stories about keepers going mad at their lonely posts may be about that.",  # noqa: E501
    "You have one of his lenses nearby: the flat magnifier in a purse, the ribbed glass of a car’s lamp. They are all lenses from which somebody took the middle out.",  # noqa: E501
)
PATIENCE = 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="end when the story is told")
    once = parser.parse_args().once
    try:
        tell("Starting a real Bluesky network on this machine: directory, server, AppView …")
        with postgres.running() as database, bluesky.running(database) as network:
            play(network, stay=not once)
    except NotInstalledError as missing:
        sys.exit(f"The demo needs more than is here: {missing}.")
    except KeyboardInterrupt:
        tell("\nBye.")


def play(network: Network, *, stay: bool) -> None:
    bot = network.account("unroll", display_name="Unroll")
    author = network.account("maya", display_name="Maya Okafor")
    caller = network.account("leo", display_name="Leo")
    with tempfile.TemporaryDirectory(prefix=folder_name("demo")) as folder:
        environment = settings(network, bot, Path(folder))
        tell(unroll("connect", "bluesky", environment=environment).strip())
        with serving(environment):
            tell_story(network, bot, author, caller)
            if stay:
                tell("All of it goes on running: press Ctrl-C to end it.")
                while True:
                    time.sleep(3600)


def settings(network: Network, bot: Account, folder: Path) -> dict[str, str]:
    """The environment of an operator who knows only this network; nothing of the operator's own."""
    port = postgres.free_port()
    own = {
        "UNROLLER_DATA": str(folder),
        "UNROLLER_PORT": str(port),
        "UNROLLER_BASE_URL": f"http://localhost:{port}",
        "UNROLLER_BLUESKY_APPVIEW": network.appview,
        "UNROLLER_BLUESKY_PLC": network.plc,
        "UNROLLER_BLUESKY_SERVICE": network.pds,
        "UNROLLER_BLUESKY_HANDLE": bot.handle,
        "UNROLLER_BLUESKY_PASSWORD": bot.app_password(),
        "UNROLLER_ALLOW_ADDRESSES": ",".join(
            urlsplit(address).netloc for address in (network.pds, network.appview, network.plc)
        ),
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("UNROLLER_")} | own


def unroll(*arguments: str, environment: Mapping[str, str]) -> str:
    """What one command says."""
    command = [sys.executable, "-m", "unroller", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return done.stdout


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[None]:
    """The site, the bot and the workers, for as long as the block lasts."""
    command = [sys.executable, "-m", "unroller", "serve"]
    with Path(environment["UNROLLER_DATA"], "log").open("w+") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            wait_for(environment["UNROLLER_BASE_URL"], process, Path(log.name))
            yield
        finally:
            process.terminate()
            process.wait(30)


def wait_for(site: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(int(PATIENCE * 10)):
        if process.poll() is not None:
            break
        try:
            fetch(site)
        except OSError:
            time.sleep(0.1)
        else:
            tell(f"The site is at {site} and the bot listens.")
            return
    sys.exit(f"The site did not come up:\n{log.read_text()[-3000:]}")


def tell_story(network: Network, bot: Account, author: Account, caller: Account) -> None:
    posts = author.thread(THREAD)
    caller.reply(posts[4], "I have one of these at home!")
    tell(f"@{author.handle} posts a thread of {len(posts)} posts, and somebody answers in between:")
    tell(f"    “{THREAD[0]}”")
    call = caller.call_bot(bot, reply_to=posts[6])
    asked = time.monotonic()
    tell(f"@{caller.handle} answers the 7th post:")
    tell(f"    “@{bot.handle} unroll”")
    answer = wait_for_answer(bot, call)
    tell(f"After {time.monotonic() - asked:.1f} s, @{bot.handle} answers:")
    tell(f"    “{answer['text']}”")
    network.settle()
    open_link(link_of(answer))


def wait_for_answer(bot: Account, call: Sent) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := bot.replies_to(call):
            answer: dict[str, Any] = found[0]["value"]
            return answer
        time.sleep(0.2)
    sys.exit(f"The bot did not answer within {PATIENCE:.0f} s.")


def link_of(answer: Mapping[str, Any]) -> str:
    features = (feature for facet in answer["facets"] for feature in facet["features"])
    link: str = next(feature["uri"] for feature in features if "uri" in feature)
    return link


def open_link(link: str) -> None:
    status, page = fetch(link)
    found = re.search("<title>(.*?)</title>", page, re.DOTALL)
    tell(f"The link {link} opens: {status}, “{html.unescape(found[1]) if found else page[:200]}”")
    whole = all(html.escape(text.split(".")[0], quote=False) in page for text in THREAD)
    tell(f"{'All' if whole else 'NOT all'} {len(THREAD)} posts are on the page.")
    if not whole:
        sys.exit(1)


def fetch(url: str) -> tuple[int, str]:
    with urlopen(url, timeout=10) as reply:  # noqa: S310  (our own site, on loopback)
        return reply.status, reply.read().decode()


def tell(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    main()
