"""From what an operator wrote to typed values, with words for what does not fit."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from unroller.core.errors import SetupError

T = TypeVar("T")

MASK = "•••"
_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_LONGEST = timedelta(days=3_650)
_PASSWORD = re.compile(r"(://[^:/@]*:).*@|(password=)[^&]*", re.IGNORECASE)
_PLAIN = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_KINDS = {
    Path: "the path of a file or folder",
    timedelta: 'a time such as "90s", "30m", "1h", "1d" or "2w", at most "3650d"',
}


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """Text that never shows itself: not in logs, not in error words, not in `unroll check`."""

    _text: str = ""

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__


def fill(kind: type[T], given: Mapping[str, object], section: str, origins: Mapping[str, str]) -> T:
    """A `kind`, which is a dataclass, from what was given in `section` ("networks.bluesky").

    `origins` says by dotted key where each value came from; it is only for the words.

    Raises:
        SetupError: a key is unknown or missing, or a value does not fit.
    """
    known = {item.name: item for item in fields(kind) if item.init}  # type: ignore[arg-type]
    if not given and not any(map(_is_required, known.values())):
        return kind()  # as most networks are: reading hints takes a millisecond of every start
    hints = get_type_hints(kind, include_extras=True)
    for key in given:
        if key not in known:
            raise unknown(dotted(section, key), [dotted(section, name) for name in known], origins)
    for item in known.values():
        if item.name not in given and _is_required(item):
            raise SetupError(f"{dotted(section, item.name)} is missing: give {allowed(hints[item.name])}.")
    return kind(
        **{key: _fitting(known[key], hints[key], value, section, origins) for key, value in given.items()}
    )


def unknown(key: str, known: Iterable[str], origins: Mapping[str, str]) -> SetupError:
    """The error for a key that nothing reads."""
    known = sorted(known)
    near = nearest(key, known)
    hint = f"did you mean {near}? " if near else ""
    where = origins.get(key, "the settings")
    return SetupError(
        f"There is no setting {key} (in {where}); {hint}The settings there are: {', '.join(known)}."
    )


def nearest(word: str, known: Iterable[str], least: float = 0.6) -> str | None:
    """The known word that `word` was probably meant to be."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=least)), None)


def dotted(section: str, key: str) -> str:
    """The name of a key as it stands in messages and in docs/settings.md."""
    return f"{section}.{key}" if section else key


def duration_text(duration: timedelta) -> str:
    """How an operator writes a duration: "1h", "90s".

    >>> duration_text(timedelta(days=1))
    '1d'
    """
    seconds = int(duration.total_seconds())
    unit, size = next((unit, size) for unit, size in _UNITS.items() if seconds % size == 0)
    return f"{seconds // size}{unit}"


def allowed(kind: Any) -> str:
    """What may be given for a value of this type, in words."""
    if get_origin(kind) is Annotated:
        words = next((meta.description for meta in get_args(kind)[1:] if meta.description), None)
        return words or allowed(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return " or ".join("nothing" if part is NoneType else allowed(part) for part in get_args(kind))
    if get_origin(kind) is tuple:
        return f"a list, each entry {allowed(get_args(kind)[0])}"
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(map(str, get_args(kind)))
    return _PLAIN.get(kind) or _KINDS.get(kind, "text")


def path_of(text: str) -> Path:
    """The path that was written, with `~` for a home folder.

    Raises:
        SetupError: nobody knows where that home is.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise SetupError(
            f"“{text}” begins in a home folder that is not known here: "
            "write the whole path (UNROLLER_DATA names the data folder)."
        ) from None


def is_secret(item: Field[Any], value: object) -> bool:
    """Whether a value must not be shown: a `Secret`, or a field that is left out of `repr`."""
    return isinstance(value, Secret) or not item.repr


def without_password(address: str) -> str:
    """`address` as it may be shown.

    >>> without_password("postgresql://me:secret@localhost/unroller")
    'postgresql://me:•••@localhost/unroller'
    """
    return _PASSWORD.sub(lambda found: f"{found[1]}{MASK}@" if found[1] else f"{found[2]}{MASK}", address)


def _fitting(item: Field[Any], kind: Any, value: object, section: str, origins: Mapping[str, str]) -> Any:
    try:
        return _convert(kind, value)
    except (ValueError, TypeError, OverflowError, msgspec.ValidationError):
        key = dotted(section, item.name)
        shown = MASK if "Secret" in str(kind) or not item.repr else f'"{without_password(str(value))}"'
        where = origins.get(key, "the settings")
        raise SetupError(f"{key} is {shown} (in {where}), but must be {allowed(kind)}.") from None


def _convert(kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, UnionType):
        inner = [part for part in get_args(kind) if part is not NoneType]
        if value in (None, "", "none") and NoneType in get_args(kind):
            return None
        return _convert(inner[0], value) if len(inner) == 1 else msgspec.convert(value, kind)
    if get_origin(kind) is tuple:
        entries = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
        return tuple(_convert(get_args(kind)[0], entry) for entry in entries if entry != "")
    if kind is timedelta:
        return _duration(msgspec.convert(value, str))
    if kind in (Path, Secret):
        text = msgspec.convert(value, str)
        return path_of(text) if kind is Path else Secret(text)
    # What comes from the environment is text; "8000" and "true" are a number and a truth there.
    return msgspec.convert(value, kind, strict=not isinstance(value, str))


def _duration(value: str) -> timedelta:
    found = re.fullmatch(r"(\d{1,9})\s*([wdhms])", value.strip())
    duration = timedelta(seconds=int(found[1]) * _UNITS[found[2]]) if found else timedelta()
    if not timedelta() < duration <= _LONGEST:
        raise ValueError(value)
    return duration


def _is_required(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING
