"""`make demo` tells the whole story, to its end."""

from __future__ import annotations

import pytest

from scripts import demo
from tests.testnet.bluesky import Network


def test_the_demo_ends_with_a_page_that_opens(
    bluesky_net: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    demo.play(bluesky_net, stay=False)
    told = capsys.readouterr().out
    assert "The profile is marked as a bot" in told
    assert "12 posts on one page" in told
    assert "opens: 200, “How does a lighthouse get its light" in told
    assert "All 12 posts are on the page." in told
