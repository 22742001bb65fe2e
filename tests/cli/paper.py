"""`unroll` on the paper network, as a program: `python -m tests.cli.paper LINK`."""

from __future__ import annotations

import os
import sys
import time
from typing import Any
from unittest.mock import patch

from tests.networks.bluesky.paper import ACCOUNTS, ANNA, BOB, chain, post, uri
from unroller import cli
from unroller.core.ports import Reply
from unroller.testing import PaperBluesky

LINK = uri(ANNA, 0)


class Slow(PaperBluesky):
    """One that never answers."""

    def request(self, *_: Any, **__: Any) -> Reply:
        sys.stderr.write("asked\n")
        sys.stderr.flush()
        while True:
            time.sleep(60)


def network(*_: Any) -> PaperBluesky:
    """A thread of 40 posts that quotes somebody, with a post missing and a fork."""
    posts = chain(ANNA, 40)
    embed = {"$type": "app.bsky.embed.record", "record": {"uri": uri(BOB, 90), "cid": "bafyreipaper"}}
    posts[1]["record"] |= {
        "text": f"A long paragraph. {'These words are to be wrapped. ' * 8}",
        "embed": embed,
    }
    fork = post(ANNA, 60, "A side branch.", parent=posts[2]["uri"], root=LINK)
    kind = Slow if "PAPER_SLOW" in os.environ else PaperBluesky
    return kind(ACCOUNTS, [*posts[:5], *posts[6:], fork, post(BOB, 90, "The quoted words.")])


if __name__ == "__main__":
    with patch("unroller.cli.reading.make_client", network):
        cli.main()
