"""Plug-ins are found by entry point, as strangers' packages would be; fakes are real packages on a path."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from unroller.config import Settings
from unroller.core.errors import SetupError
from unroller.core.ports import HttpClient
from unroller.keeping import Kept, PassingSessions
from unroller.plugins import (
    EXPORTS,
    NETWORKS,
    find,
    load_exports,
    load_networks,
    make_client,
)

NO_CLIENT = cast(HttpClient, None)

NETWORK = """
from dataclasses import dataclass, field
from unroller.core.ports import Rules

@dataclass(frozen=True, slots=True)
class Own:
    handle: str = ""
    password: str = field(default="", repr=False)

class Network:
    name = "paper"
    rules = Rules("Paper")
    Settings = Own

    def __init__(self, settings, http, *, clock, sessions):
        self.settings, self.http, self.clock, self.sessions = settings, http, clock, sessions

    def match(self, link): return None
    def fetch(self, ref): raise NotImplementedError
    def read(self, refs, into): raise NotImplementedError
"""

EXPORT = """
class Export:
    name = "paper"
    title = "Paper"
    media_type = "text/x-paper"
    suffix = ".paper"

    def render(self, thread, verdict, frame): return b"paper"
"""


class Site:
    """A folder of installed packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def install(self, package: str, group: str, name: str, code: str, thing: str) -> None:
        """A package whose one module is `code` and whose one entry point names `thing` in it."""
        (self.folder / f"{package}.py").write_text(code, "utf-8")
        info = self.folder / f"{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n", "utf-8")
        (info / "entry_points.txt").write_text(f"[{group}]\n{name} = {package}:{thing}\n", "utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Only the packages that a test installs; the project's own plug-ins are out of sight."""
    find.cache_clear()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *(p for p in sys.path if "site-packages" not in p)])
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    yield Site(tmp_path)
    find.cache_clear()


def _settings(**networks: dict[str, object]) -> Settings:
    origins = {f"networks.{name}.{key}": "unroller.toml" for name, own in networks.items() for key in own}
    return Settings(Path("data"), networks=networks, origins=origins)


def test_a_network_is_handed_its_settings_the_client_the_clock_and_its_sessions(site: Site) -> None:
    site.install("net_paper", NETWORKS, "paper", NETWORK, "Network")
    clock = lambda: datetime(2026, 1, 1, tzinfo=UTC)  # noqa: E731
    sessions = PassingSessions()
    plugins = load_networks(_settings(paper={"handle": "bot"}), NO_CLIENT, clock=clock, sessions=sessions)
    paper: Any = plugins.networks["paper"]
    assert paper.settings.handle == "bot"
    assert plugins.settings == {"paper": paper.settings}
    assert plugins.broken == ()
    assert paper.clock is clock
    assert paper.sessions.save({"token": 1}, unless_changed_from=None)
    assert sessions.load("paper") == {"token": 1}


def test_sessions_are_compared_before_they_are_swapped() -> None:
    keeper, other = Kept("a", kept := PassingSessions()), Kept("b", kept)
    assert keeper.load() is None
    assert keeper.save({"n": 1}, unless_changed_from=None)
    assert not keeper.save({"n": 2}, unless_changed_from=None)
    assert keeper.save({"n": 2}, unless_changed_from={"n": 1})
    assert keeper.load() == {"n": 2}
    assert other.load() is None


def test_two_networks_of_one_name_are_refused(site: Site) -> None:
    site.install("net_one", NETWORKS, "paper", NETWORK, "Network")
    site.install("net_two", NETWORKS, "paper", NETWORK, "Network")
    with pytest.raises(SetupError, match=r"called paper \(net_one:Network, net_two:Network\)"):
        load_networks(_settings(), NO_CLIENT)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import nothing_of_that_name", "No module named 'nothing_of_that_name'"),
        ("Other = 1", "AttributeError"),
        ("1 / 0", "ZeroDivisionError"),
        (NETWORK.replace("def fetch", "def fetched"), "lacks a part of unroller.core.ports.Network"),
        (NETWORK.replace("= settings, http", "= int('s3cret'), http"), "ValueError"),
    ],
)
def test_a_network_that_does_not_work_is_named_and_left_out(code: str, words: str, site: Site) -> None:
    site.install("net_bad", NETWORKS, "bad", code, "Network")
    site.install("net_paper", NETWORKS, "paper", NETWORK, "Network")
    plugins = load_networks(_settings(), NO_CLIENT)
    assert list(plugins.networks) == ["paper"]
    ((name, said),) = plugins.broken
    assert name == "bad"
    assert words in said
    assert "s3cret" not in said


def test_a_networks_wrong_setting_stops_the_start(site: Site) -> None:
    site.install("net_paper", NETWORKS, "paper", NETWORK, "Network")
    with pytest.raises(SetupError, match=r"did you mean networks\.paper\.handle"):
        load_networks(_settings(paper={"handel": "bot"}), NO_CLIENT)


def test_settings_for_a_network_that_is_not_there_are_refused(site: Site) -> None:
    site.install("net_paper", NETWORKS, "paper", NETWORK, "Network")
    for name, words in (("papre", "did you mean paper"), ("stone", "The networks here are: paper")):
        with pytest.raises(SetupError, match=words):
            load_networks(Settings(Path("data"), networks={name: {"handle": "bot"}}), NO_CLIENT)


def test_a_strangers_variable_is_left_alone_unless_it_looks_like_a_slip(site: Site) -> None:
    site.install("net_paper", NETWORKS, "paper", NETWORK, "Network")
    stranger = {"networks.service.host": "UNROLLER_SERVICE_HOST"}
    settings = Settings(Path("data"), networks={"service": {"host": "x"}}, origins=stranger)
    assert list(load_networks(settings, NO_CLIENT).networks) == ["paper"]
    slip = {"networks.papr.handle": "UNROLLER_PAPR_HANDLE"}
    with pytest.raises(SetupError, match="UNROLLER_PAPR_HANDLE"):
        load_networks(Settings(Path("data"), networks={"papr": {"handle": "x"}}, origins=slip), NO_CLIENT)


def test_one_format_is_loaded_without_the_others(site: Site) -> None:
    site.install("exp_paper", EXPORTS, "paper", EXPORT, "Export")
    site.install("exp_stone", EXPORTS, "stone", "raise SystemError('loaded')", "Export")
    exports = load_exports()
    assert list(exports) == ["paper", "stone"]
    assert len(exports) == 2
    assert "stone" in exports
    assert exports["paper"].media_type == "text/x-paper"
    assert exports["paper"] is exports["paper"]
    assert "exp_stone" not in sys.modules
    with pytest.raises(SetupError, match="plug-in stone does not work"):
        exports["stone"]
    with pytest.raises(KeyError):
        exports["wood"]


def test_what_is_no_format_is_refused(site: Site) -> None:
    site.install("exp_paper", EXPORTS, "paper", "class Export: name = 'paper'", "Export")
    with pytest.raises(SetupError, match="lacks a part"):
        load_exports()["paper"]


def test_two_formats_of_one_name_are_refused(site: Site) -> None:
    site.install("exp_one", EXPORTS, "paper", EXPORT, "Export")
    site.install("exp_two", EXPORTS, "paper", EXPORT, "Export")
    with pytest.raises(SetupError, match="Two plug-ins are called paper"):
        load_exports()


def test_the_projects_own_plug_ins_are_installed() -> None:
    assert "bluesky" in find(NETWORKS)
    assert {"html", "json", "markdown", "text"} <= find(EXPORTS).keys()


def test_the_client_is_made_from_the_settings() -> None:
    client: Any = make_client(Settings(Path("data"), base_url="https://x.example", allow_addresses=("a:1",)))
    assert "https://x.example" in client._headers["user-agent"]
    client.close()


@pytest.mark.slow
def test_looking_for_plug_ins_loads_neither_them_nor_the_client() -> None:
    code = (
        "import sys, unroller.plugins as p; list(p.load_exports());"
        "print(*(m for m in sys.modules if m.startswith(('httpx2', 'unroller.http', 'unroller.networks',"
        " 'unroller.exports', 'sqlalchemy'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
