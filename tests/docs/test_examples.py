"""The examples in the documentation run."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import PAGES, ROOT, code, name_of
from tests.networks.bluesky.paper import ANNA, chain, uri
from unroller.core.model import Wholeness
from unroller.core.ports import Network
from unroller.keeping import PassingSessions
from unroller.testing import PaperBluesky

EXAMPLES = [
    pytest.param(page, block, id=f"{name_of(page)}-{number}")
    for page in PAGES
    for number, block in enumerate(code(page.read_text(encoding="utf-8"), "python"), 1)
]
SOURCE = ROOT / "src" / "unroller"
DOCTESTED = [path for path in sorted(SOURCE.rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")]
LINK = "https://bsky.app/profile/alice.example/post/3kxyz"


@pytest.fixture
def paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PaperBluesky:
    """The thread that the examples read."""
    paper = PaperBluesky([{"did": ANNA, "handle": "alice.example"}], chain(ANNA, 3))
    monkeypatch.setattr("unroller.flows.unroll.make_client", lambda _: paper)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UNROLLER_DATA", str(tmp_path))
    return paper


def run(example: str, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(example, "an example", "exec"), names)
    return names


@pytest.mark.parametrize(("page", "example"), EXAMPLES)
def test_examples_run(page: Path, example: str, paper: PaperBluesky) -> None:
    import unroller

    link = uri(ANNA, 0)
    example = example.replace(LINK, link)
    run(example, {"__name__": "__main__", "link": link, "thread": unroller.unroll(link)})


def test_the_network_of_the_guide_is_one() -> None:
    (page,) = (page for page in PAGES if page.name == "write-a-network.md")
    made = run(next(code(page.read_text(encoding="utf-8"), "python")), {"__name__": "__main__"})
    build: Callable[..., object] = made["Farcaster"]
    settings = made["FarcasterSettings"]()
    assert isinstance(build(settings, None, clock=None, sessions=PassingSessions()), Network)


def test_the_api_reads_a_whole_thread_and_keeps_nothing(paper: PaperBluesky, tmp_path: Path) -> None:
    import unroller

    thread = unroller.unroll(uri(ANNA, 1))
    assert len(thread.posts) == 3
    assert thread.completeness.state is Wholeness.WHOLE
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(unroller.AbsentError):
        unroller.unroll(uri(ANNA, 99))


@pytest.mark.parametrize("path", DOCTESTED, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_examples_in_docstrings_hold(path: Path) -> None:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    module = import_module(".".join(part for part in parts if part != "__init__"))
    assert doctest.testmod(module).failed == 0
