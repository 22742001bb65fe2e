"""What can be set, and what it is when nobody sets it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from unroller.config.sources import find_file, read_environment, read_file
from unroller.config.values import (
    MASK,
    dotted,
    duration_text,
    fill,
    is_secret,
    path_of,
    unknown,
    without_password,
)

Count = Annotated[int, Meta(ge=1, description="a whole number of 1 or more")]
Days = Annotated[int, Meta(ge=1, le=36_500, description="a number of days (1 to 36500)")]
Port = Annotated[int, Meta(ge=1, le=65_535, description="a port number (1 to 65535)")]
Origin = Annotated[
    str,
    Meta(
        pattern=r"^https?://[^\s/?#@]+/?\Z",
        description="an address without a path, such as https://unroll.example",
    ),
]
Pair = Annotated[
    str, Meta(pattern=r"^(\[[0-9a-fA-F:.]+\]|[^\s:/\[\]]+):\d{1,5}\Z", description='"host:port"')
]


@dataclass(frozen=True, slots=True)
class Limits:
    """How often the bot answers: each person, and about each thread. Networks set limits of their own."""

    per_person_day: Count = 50
    per_thread_day: Count = 20


@dataclass(frozen=True, slots=True)
class Media:
    """Which pictures of threads are copied, so that pages last and ask nobody else for anything.

    `per_thread` counts pictures; `file_mb` is what is fetched of one, `thread_mb` what is kept of a thread.
    """

    copy: bool = True
    per_thread: Count = 200
    file_mb: Count = 20
    thread_mb: Count = 100


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator can decide. `data` is the one folder that holds everything.

    `networks` is what was given for each network, for its own `Settings` to be filled from;
    `origins` says where each dotted key came from, and has none that was left at its default.
    """

    data: Path
    database_url: str = field(default="", repr=False)
    base_url: Origin = ""
    site: str = "Unroller"
    contact: str = ""
    host: str = "127.0.0.1"
    port: Port = 8000
    workers: Count = 2
    ask_first: bool = False
    expires: Days | None = None
    recheck: tuple[timedelta, ...] = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
    allow_addresses: tuple[Pair, ...] = ()
    limits: Limits = Limits()
    media: Media = Media()
    networks: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data / 'unroller.db'}")
        own = self.base_url or f"http://localhost:{self.port}"
        object.__setattr__(self, "base_url", own.rstrip("/"))


_SECTIONS: Mapping[str, type[Any]] = {"limits": Limits, "media": Media}
_NESTED = (*_SECTIONS, "networks", "origins")


def keys() -> tuple[str, ...]:
    """Every dotted key there is, the networks' own left out."""
    top = (item.name for item in fields(Settings) if item.name not in _NESTED)
    nested = (dotted(name, item.name) for name, kind in _SECTIONS.items() for item in fields(kind))
    return (*top, *nested)


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """The settings as the environment and the file give them.

    The file is the one that UNROLLER_CONFIG names, or unroller.toml in the data folder or in `cwd`.

    Raises:
        SetupError: naming the key, what was given, where, and what is allowed.
    """
    given = read_environment(environ, keys())
    folder = _data_folder(environ, cwd, given)
    path = find_file(environ, (folder, cwd), cwd)
    values: dict[str, object] = read_file(path) if path else {}
    origins = dict.fromkeys(values, str(path))
    values |= {key: value for key, (value, _) in given.items()}
    origins |= {key: origin for key, (_, origin) in given.items()}
    if path and "data" not in given and isinstance(values.get("data"), str):
        folder = path.parent / path_of(str(values["data"]))
    if isinstance(values.get("data", ""), str):
        values["data"] = str(folder)
    return _settings(values, origins)


def _data_folder(environ: Mapping[str, str], cwd: Path, given: Mapping[str, tuple[str, str]]) -> Path:
    """https://specifications.freedesktop.org/basedir-spec/latest/ ."""
    if "data" in given:
        return cwd / path_of(given["data"][0])
    shared = environ.get("XDG_DATA_HOME", "")
    if shared.startswith("/"):
        return Path(shared) / "unroller"
    return path_of(environ.get("HOME") or "~") / ".local" / "share" / "unroller"


def _settings(values: Mapping[str, object], origins: Mapping[str, str]) -> Settings:
    top: dict[str, object] = {}
    sections: dict[str, dict[str, object]] = {}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        (sections.setdefault(section, {}) if section else top)[name] = value
    own = {name: fill(kind, sections.pop(name, {}), name, origins) for name, kind in _SECTIONS.items()}
    networks = {
        section.removeprefix("networks."): sections.pop(section)
        for section in list(sections)
        if section.startswith("networks.")
    }
    for key in [key for key in values if key in _NESTED or key.rpartition(".")[0] in sections]:
        raise unknown(key, keys(), origins)
    filled = fill(Settings, top, "", origins)
    return replace(filled, **own, networks=networks, origins=origins)


def describe(
    settings: Settings, networks: Mapping[str, object] | None = None
) -> tuple[tuple[str, str, str], ...]:
    """Key, value and where it came from, for every setting, secrets masked.

    `networks` are the networks' own filled settings by name. What was given for a network that is
    not among them is masked, since nobody can say what of it is secret.
    """
    filled = networks or {}
    rows = list(_rows("", settings, settings.origins))
    for name in _SECTIONS:
        rows += _rows(name, getattr(settings, name), settings.origins)
    for name, own in sorted(filled.items()):
        rows += _rows(f"networks.{name}", own, settings.origins)
    for name in sorted(settings.networks.keys() - filled.keys()):
        section = f"networks.{name}"
        rows += [
            (dotted(section, key), MASK, settings.origins.get(dotted(section, key), "default"))
            for key in settings.networks[name]
        ]
    return tuple(rows)


def _rows(section: str, values: object, origins: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    assert is_dataclass(values)
    for item in fields(values):  # a secret that is empty shows that it is
        key = dotted(section, item.name)
        if key not in _NESTED:
            value = getattr(values, item.name)
            shown = (MASK if value else "") if is_secret(item, value) else _shown(value)
            if key == "database_url":
                shown = without_password(str(value))
            yield key, shown, origins.get(key, "default")


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value is None else str(value)
