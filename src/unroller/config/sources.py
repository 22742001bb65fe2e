"""Where settings are written: the file and the environment, as flat keys with their origins."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from unroller.config.values import nearest, path_of, unknown
from unroller.core.errors import SetupError

PREFIX = "UNROLLER_"
FILE_NAME = "unroller.toml"

# These tell where the settings are, or are read before them.
_ABOUT_THE_FILE = f"{PREFIX}CONFIG"


def variable(key: str) -> str:
    """The environment variable of a dotted key.

    >>> variable("networks.bluesky.handle")
    'UNROLLER_BLUESKY_HANDLE'
    """
    return PREFIX + key.removeprefix("networks.").replace(".", "_").upper()


def find_file(environ: Mapping[str, str], folders: Collection[Path], cwd: Path) -> Path | None:
    """The settings file: the one that UNROLLER_CONFIG names, or the first in `folders`."""
    named = environ.get(_ABOUT_THE_FILE)
    if named:
        path = cwd / path_of(named)
        if not path.is_file():
            raise SetupError(f"{_ABOUT_THE_FILE} names {path}, and there is no such file.")
        return path
    return next((path for folder in folders if (path := folder / FILE_NAME).is_file()), None)


def read_file(path: Path) -> dict[str, object]:
    """The values of a TOML file by dotted key.

    Raises:
        SetupError: it cannot be read, or is no TOML.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SetupError(f"{path} cannot be read as settings: {error}.") from None
    return dict(_flat(table))


def _flat(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Tables are sections, and `networks` holds one section for each network; deeper ones are values."""
    for key, value in table.items():
        if key == "networks" and isinstance(value, dict):
            for network, section in value.items():
                yield from _section(f"networks.{network}", section)
        else:
            yield from _section(key, value)


def _section(key: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        yield from ((f"{key}.{name}", inner) for name, inner in value.items())
    else:
        yield key, value


def read_environment(environ: Mapping[str, str], known: Collection[str]) -> dict[str, tuple[str, str]]:
    """The value and the variable by dotted key. An empty variable is as good as none.

    What is not one of the `known` keys belongs to a network: UNROLLER_BLUESKY_HANDLE.

    Raises:
        SetupError: a value is given twice, its file cannot be read, or its name is a slip of the pen.
    """
    by_variable = {variable(key): key for key in known}
    found: dict[str, tuple[str, str]] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name == _ABOUT_THE_FILE or not environ[name]:
            continue
        base = name if name in by_variable else name.removesuffix("_FILE")
        key = by_variable.get(base) or _network_key(base, by_variable)
        if key is None:
            continue
        if key in found:
            raise SetupError(f"{found[key][1]} and {name} say the same thing; keep one of them.")
        found[key] = (environ[name] if base == name else _content(name, Path(environ[name])), name)
    return found


def _network_key(name: str, by_variable: Mapping[str, str]) -> str | None:
    """The key of a network's variable; `None` for one that is nobody's and looks like none of ours."""
    ours = [mine.removeprefix(PREFIX) for mine in by_variable]
    near = nearest(name.removeprefix(PREFIX), ours, least=0.85)
    sections = {key.partition(".")[0] for key in by_variable.values() if "." in key}
    network = re.fullmatch(rf"{PREFIX}([A-Z0-9]+)_(\w+)", name)
    if near or (network and network[1].lower() in sections):
        raise unknown(name, by_variable, {name: "the environment"})
    return f"networks.{network[1].lower()}.{network[2].lower()}" if network else None


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, ValueError):
        raise SetupError(f"{name} names {path}, which cannot be read as text.") from None
