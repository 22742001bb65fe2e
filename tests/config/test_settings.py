"""Settings are read once, and what does not fit is said in words that name the key."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from unroller.config import Media, Secret, Settings, describe, fill, load_settings
from unroller.config.settings import keys
from unroller.config.sources import FILE_NAME, variable
from unroller.core.errors import SetupError

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment with nothing of ours in it."""
    return {"HOME": str(tmp_path / "home")}


def _write(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / FILE_NAME
    path.write_text(text, "utf-8")
    return path


def test_nothing_needs_to_be_set(home: dict[str, str], tmp_path: Path) -> None:
    settings = load_settings(home, tmp_path)
    data = tmp_path / "home" / ".local" / "share" / "unroller"
    assert settings == Settings(data)
    assert settings.database_url == f"sqlite:///{data}/unroller.db"
    assert settings.base_url == "http://localhost:8000"
    assert settings.recheck[-1] == timedelta(days=7)


def test_the_data_folder_follows_the_desktops_rules(home: dict[str, str], tmp_path: Path) -> None:
    assert load_settings(home | {"XDG_DATA_HOME": "/x"}, tmp_path).data == Path("/x/unroller")
    assert load_settings(home | {"XDG_DATA_HOME": "relative"}, tmp_path).data.is_relative_to(
        tmp_path / "home"
    )


def test_without_a_home_the_data_folder_has_to_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container whose user is a bare number."""

    def unknown(uid: int) -> None:
        raise KeyError(uid)

    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", unknown)
    with pytest.raises(SetupError, match="UNROLLER_DATA"):
        load_settings({}, tmp_path)
    assert load_settings({"UNROLLER_DATA": "/data"}, tmp_path).data == Path("/data")
    assert load_settings({"XDG_DATA_HOME": "/x"}, tmp_path).data == Path("/x/unroller")


@pytest.mark.parametrize("key", ["UNROLLER_DATA", "UNROLLER_CONFIG"])
def test_the_home_of_a_stranger_is_named(key: str, home: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="~nosuch/x"):
        load_settings(home | {key: "~nosuch/x"}, tmp_path)


def test_every_key_can_come_from_the_environment(home: dict[str, str], tmp_path: Path) -> None:
    given = {
        "UNROLLER_DATA": "here", "UNROLLER_DATABASE_URL": "postgresql://u:p@h/d", "UNROLLER_EXPIRES": "30",
        "UNROLLER_BASE_URL": "https://unroll.example/", "UNROLLER_SITE": "Ours",
        "UNROLLER_CONTACT": "me@example", "UNROLLER_HOST": "0.0.0.0", "UNROLLER_PORT": "80",
        "UNROLLER_WORKERS": "4",
        "UNROLLER_ASK_FIRST": "true",
        "UNROLLER_RECHECK": "30m, 2w", "UNROLLER_ALLOW_ADDRESSES": "localhost:2583,[::1]:80",
        "UNROLLER_LIMITS_PER_PERSON_DAY": "1",
        "UNROLLER_LIMITS_PER_THREAD_DAY": "3", "UNROLLER_BLUESKY_HANDLE": "bot.example",
        "UNROLLER_MEDIA_COPY": "false", "UNROLLER_MEDIA_PER_THREAD": "5", "UNROLLER_MEDIA_FILE_MB": "6",
        "UNROLLER_MEDIA_THREAD_MB": "7",
    }  # fmt: skip
    assert {variable(key) for key in keys()} == given.keys() - {"UNROLLER_BLUESKY_HANDLE"}
    settings = load_settings(home | given, tmp_path)
    assert settings.data == tmp_path / "here"
    assert settings.base_url == "https://unroll.example"
    assert (settings.port, settings.ask_first, settings.expires) == (80, True, 30)
    assert settings.recheck == (timedelta(minutes=30), timedelta(days=14))
    assert settings.allow_addresses == ("localhost:2583", "[::1]:80")
    assert (settings.limits.per_person_day, settings.limits.per_thread_day) == (1, 3)
    assert settings.media == Media(copy=False, per_thread=5, file_mb=6, thread_mb=7)
    assert settings.networks == {"bluesky": {"handle": "bot.example"}}


def test_the_file_is_found_and_the_environment_wins(home: dict[str, str], tmp_path: Path) -> None:
    path = _write(
        tmp_path,
        'site = "File"\nport = 81\nrecheck = ["1h"]\n[limits]\nper_thread_day = 5\n'
        '[networks.bluesky]\nhandle = "a"\nfront_ends = ["deer.example"]\n',
    )
    settings = load_settings(home | {"UNROLLER_SITE": "Mine", "UNROLLER_BLUESKY_HANDLE": "b"}, tmp_path)
    assert (settings.site, settings.port, settings.limits.per_thread_day) == ("Mine", 81, 5)
    assert settings.networks["bluesky"] == {"handle": "b", "front_ends": ["deer.example"]}
    assert settings.origins["site"] == "UNROLLER_SITE"
    assert settings.origins["port"] == str(path)


def test_the_data_folders_file_comes_before_the_one_here(home: dict[str, str], tmp_path: Path) -> None:
    _write(tmp_path / "data", 'site = "Data"')
    _write(tmp_path / "here", 'site = "Here"')
    assert load_settings(home | {"UNROLLER_DATA": str(tmp_path / "data")}, tmp_path / "here").site == "Data"
    assert load_settings(home, tmp_path / "here").site == "Here"


def test_a_relative_data_folder_is_relative_to_the_file_that_says_it(
    home: dict[str, str], tmp_path: Path
) -> None:
    path = _write(tmp_path / "etc", 'data = "../lib"')
    settings = load_settings(home | {"UNROLLER_CONFIG": str(path)}, tmp_path)
    assert settings.data == tmp_path / "etc" / "../lib"
    assert str(settings.data) in settings.database_url


def test_a_secret_can_come_from_a_file(home: dict[str, str], tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("s3cret\n", "utf-8")
    settings = load_settings(home | {"UNROLLER_BLUESKY_PASSWORD_FILE": str(secret)}, tmp_path)
    assert settings.networks == {"bluesky": {"password": "s3cret"}}
    assert settings.origins["networks.bluesky.password"] == "UNROLLER_BLUESKY_PASSWORD_FILE"
    assert "s3cret" not in repr(settings)


def test_an_empty_variable_is_as_good_as_none(home: dict[str, str], tmp_path: Path) -> None:
    assert load_settings(home | {"UNROLLER_PORT": "", "UNROLLER_CONFIG": ""}, tmp_path).port == 8000


def test_what_others_put_into_the_environment_does_no_harm(home: dict[str, str], tmp_path: Path) -> None:
    others = {"UNROLLER_SERVICE_HOST": "10.0.0.1", "UNROLLER_TEST_DATABASE_URL": "x", "UNROLLER_KILL": "1"}
    assert load_settings(home | others, tmp_path).site == "Unroller"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"UNROLLER_PORT": "abc"}, r'port is "abc" \(in UNROLLER_PORT\), but must be a port number'),
        ({"UNROLLER_PORT": "70000"}, "1 to 65535"),
        ({"UNROLLER_WORKERS": "0"}, "1 or more"),
        ({"UNROLLER_EXPIRES": "-1"}, r"a number of days \(1 to 36500\) or nothing"),
        ({"UNROLLER_ASK_FIRST": "perhaps"}, "true or false"),
        ({"UNROLLER_RECHECK": "1h,soon"}, "a list, each entry a time such as"),
        ({"UNROLLER_EXPIRES": "36501"}, "36500"),
        ({"UNROLLER_RECHECK": "0h"}, "recheck"),
        ({"UNROLLER_RECHECK": "3651d"}, "at most"),
        ({"UNROLLER_RECHECK": "999999999w"}, "at most"),
        ({"UNROLLER_BASE_URL": "https://unroll.example\n"}, "without a path"),
        ({"UNROLLER_BASE_URL": "https://me:s3cret@unroll.example"}, "https://me:•••@unroll.example"),
        ({"UNROLLER_BASE_URL": "unroll.example"}, "https://unroll.example"),
        ({"UNROLLER_BASE_URL": "https://unroll.example/path"}, "without a path"),
        ({"UNROLLER_ALLOW_ADDRESSES": "127.0.0.1"}, "host:port"),
        ({"UNROLLER_LIMITS_PER_THREAD_DAY": "x"}, r"limits\.per_thread_day"),
        ({"UNROLLER_BASE_ULR": "x"}, "did you mean UNROLLER_BASE_URL"),
        ({"UNROLLER_LIMITS_PER_WEEK": "1"}, "The settings there are: .*UNROLLER_LIMITS_PER_THREAD_DAY"),
        ({"UNROLLER_SITE": "a", "UNROLLER_SITE_FILE": "/b"}, "say the same thing"),
        ({"UNROLLER_SITE_FILE": "/does/not/exist"}, "/does/not/exist"),
        ({"UNROLLER_CONFIG": "/does/not/exist"}, "UNROLLER_CONFIG"),
    ],
)
def test_a_wrong_variable_is_named(
    given: dict[str, str], words: str, home: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(SetupError, match=words):
        load_settings(home | given, tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("site = ", "cannot be read as settings"),
        ("a = " + "[" * 5_000, "cannot be read as settings"),
        ("base_ulr = 'x'", "no setting base_ulr .*unroller.toml.*; did you mean base_url"),
        ("port = true", "port is"),
        ("port = []", "port is"),
        ("data = 5", "data is .*the path of a file or folder"),
        ("recheck = 5", "recheck is"),
        ("recheck = [5]", "recheck is"),
        ("limits = 5", "no setting limits"),
        ("networks = 5", "no setting networks"),
        ("[networks]\nbluesky = 5", r"no setting networks\.bluesky"),
        ("origins = {}\n[origins.a]", "no setting origins|cannot be read"),
        ("[limits]\nper_week = 5", r"did you mean limits\.per_"),
        ("[site]\nname = 'x'", r"no setting site\.name"),
    ],
)
def test_a_wrong_file_is_named(text: str, words: str, home: dict[str, str], tmp_path: Path) -> None:
    _write(tmp_path, text)
    with pytest.raises(SetupError, match=words):
        load_settings(home, tmp_path)


# What `unroll check` shows


@dataclass(frozen=True, slots=True)
class _Own:
    handle: str = ""
    password: Secret = Secret()  # noqa: RUF009
    token: str = field(default="", repr=False)
    kind: Literal["a", "b"] = "a"
    folder: Path | None = None


def test_secrets_are_never_shown(home: dict[str, str], tmp_path: Path) -> None:
    given = {"UNROLLER_DATABASE_URL": "postgresql://u:s3cr@et@h/d?password=s3cret&x=1"}
    given |= {"UNROLLER_BLUESKY_PASSWORD": "s3cret", "UNROLLER_BLUESKY_TOKEN": "s3cret"}
    settings = load_settings(home | given, tmp_path)
    own = fill(_Own, settings.networks["bluesky"], "networks.bluesky", settings.origins)
    assert own.password.reveal() == "s3cret"
    shown = repr((settings, own, describe(settings), describe(settings, {"bluesky": own})))
    assert "s3cr" not in shown
    assert "et@h" not in shown
    rows = {key: (value, origin) for key, value, origin in describe(settings, {"bluesky": own})}
    assert rows["networks.bluesky.password"] == ("•••", "UNROLLER_BLUESKY_PASSWORD")
    assert rows["networks.bluesky.handle"] == ("", "default")
    assert f"{own.password} {own.password!r} {own.password:}" == "••• ••• •••"


def test_every_setting_is_described(home: dict[str, str], tmp_path: Path) -> None:
    rows = describe(load_settings(home | {"UNROLLER_PORT": "81"}, tmp_path))
    assert [key for key, _, _ in rows] == list(keys())
    shown = {key: (value, origin) for key, value, origin in rows}
    assert shown["port"] == ("81", "UNROLLER_PORT")
    assert shown["recheck"] == ("1h, 1d, 1w", "default")
    assert shown["expires"] == ("none", "default")
    assert shown["ask_first"] == ("false", "default")


def test_a_plugins_settings_are_filled_from_text(tmp_path: Path) -> None:
    own = fill(_Own, {"kind": "b", "folder": str(tmp_path)}, "networks.x", {})
    assert (own.kind, own.folder) == ("b", tmp_path)


def test_a_plugins_wrong_settings_are_named_without_the_secret() -> None:
    with pytest.raises(SetupError, match=r"networks\.x\.kind is .*one of a, b"):
        fill(_Own, {"kind": "c"}, "networks.x", {})
    with pytest.raises(SetupError, match=r"did you mean networks\.x\.handle"):
        fill(_Own, {"handel": "c"}, "networks.x", {})
    for key in ("password", "token"):
        with pytest.raises(SetupError) as failed:
            fill(_Own, {key: ["s3cret"]}, "networks.x", {})
        assert "s3cret" not in failed.value.words


def test_a_plugins_missing_setting_is_named() -> None:
    @dataclass(frozen=True, slots=True)
    class Needy:
        server: str

    with pytest.raises(SetupError, match=r"networks\.x\.server is missing: .*text"):
        fill(Needy, {}, "networks.x", {})


# The page about them


@pytest.mark.parametrize("key", keys())
def test_every_setting_is_in_the_page_with_its_variable(key: str) -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith(f"| `{key}` |")]
    assert len(rows) == 1, f"docs/settings.md needs one row for {key}"
    assert f"`{variable(key)}`" in rows[0]


def test_the_page_states_the_defaults(home: dict[str, str], tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    for key, value, _ in describe(load_settings(home, tmp_path)):
        if key not in ("data", "database_url") and value:
            row = next(line for line in text.splitlines() if line.startswith(f"| `{key}` |"))
            assert f"| {value} |" in row or f"| `{value}` |" in row, f"{key} is {value} by default"


def test_the_pages_example_can_be_read(home: dict[str, str], tmp_path: Path) -> None:
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    _write(tmp_path, found[1])
    settings = load_settings(home, tmp_path)
    assert {key for key in keys() if key not in settings.origins} == set(), "the example shows every setting"
