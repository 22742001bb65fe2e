"""Finds plug-ins by entry point, and hands each network its settings and the one polite client."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from types import MappingProxyType
from typing import Any, Generic, Protocol, TypeVar

from unroller.config import Settings, fill, nearest
from unroller.core.errors import SetupError, UnrollerError
from unroller.core.ports import Archive, Export, HttpClient, Keeper, Network
from unroller.keeping import Kept, PassingSessions, PassingSpending, Sessions, Spending

NETWORKS = "unroller.networks"
ARCHIVES = "unroller.archives"
EXPORTS = "unroller.exports"

Port = TypeVar("Port")

# A variable in the environment that is nobody's network may be somebody else's business
# (Kubernetes sets UNROLLER_SERVICE_HOST), unless it looks like a slip.
_SLIP = 0.7


class NetworkClass(Protocol):
    """What a network's entry point names. `Settings` is a frozen dataclass of its own."""

    Settings: type[Any]

    def __call__(
        self, settings: Any, http: HttpClient, *, clock: Callable[[], datetime], sessions: Keeper
    ) -> Network:
        """The network, which has asked nobody anything yet."""


@dataclass(frozen=True, slots=True)
class Plugins:
    """The networks that work, the words for those that do not, and what each was set to."""

    networks: Mapping[str, Network]
    broken: tuple[tuple[str, str], ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict, repr=False)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def make_client(settings: Settings, clock: Callable[[], datetime] = _utc_now) -> HttpClient:
    """The polite client, which keeps to servers' limits on `clock`."""
    from unroller.http import Polite  # noqa: PLC0415  (costs more than the rest of the command line)

    return Polite(settings.base_url, allow_addresses=settings.allow_addresses, clock=clock)


def load_networks(
    settings: Settings,
    http: HttpClient,
    *,
    clock: Callable[[], datetime] = _utc_now,
    sessions: Sessions | None = None,
    spending: Spending | None = None,
) -> Plugins:
    """Every network that is installed, built. One that fails is named in `broken` and left out.

    Raises:
        SetupError: two networks have one name, or a network's settings do not fit.
    """
    found = find(NETWORKS)
    _check_names(settings, found)
    keep, spend = sessions or PassingSessions(), spending or PassingSpending()
    built = {
        name: _build(entry, settings, http, clock, Kept(name, keep, spend)) for name, entry in found.items()
    }
    return Plugins(
        networks={name: one.network for name, one in built.items() if one.network},
        broken=tuple((name, one.words) for name, one in built.items() if one.words),
        settings={name: one.settings for name, one in built.items() if one.network},
    )


@dataclass(frozen=True, slots=True)
class _Built:
    """A network and its settings, or the words for why there is none."""

    network: Network | None = None
    settings: object = None
    words: str = ""


def _build(
    entry: metadata.EntryPoint,
    settings: Settings,
    http: HttpClient,
    clock: Callable[[], datetime],
    sessions: Keeper,
) -> _Built:
    name = entry.name
    try:
        kind: NetworkClass = entry.load()
        own = fill(kind.Settings, settings.networks.get(name, {}), f"networks.{name}", settings.origins)
        network: object = kind(own, http, clock=clock, sessions=sessions)
    except SetupError:
        raise
    except Exception as error:  # noqa: BLE001  (whatever a stranger's plug-in does, the others work)
        return _Built(words=_trouble(name, error))
    return _Built(network, own) if isinstance(network, Network) else _Built(words=_misfit(name, "Network"))


def load_exports() -> Mapping[str, Export]:
    """Every format that is installed, each loaded when it is first asked for.

    Raises:
        SetupError: two formats have one name; or, when one is asked for, it cannot be loaded.
    """
    return _Loaded(find(EXPORTS), Export)  # type: ignore[type-abstract] # for isinstance only


def load_archives() -> Mapping[str, Archive]:
    """Every kind of archive that is installed, each loaded when it is first asked for.

    Raises:
        SetupError: two kinds have one name; or, when one is asked for, it cannot be loaded.
    """
    return _Loaded(find(ARCHIVES), Archive)  # type: ignore[type-abstract] # for isinstance only


@cache
def find(group: str) -> Mapping[str, metadata.EntryPoint]:
    """The entry points of a group by name, in the order of their names. Nothing is imported.

    All packages are read for it, once in a process: that takes longer than opening a library.

    Raises:
        SetupError: two of them have one name.
    """
    found: dict[str, metadata.EntryPoint] = {}
    for entry in sorted(metadata.entry_points(group=group), key=lambda entry: (entry.name, entry.value)):
        other = found.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise SetupError(
                f"Two plug-ins are called {entry.name} ({other.value}, {entry.value}); uninstall one of them."
            )
    return MappingProxyType(found)


class _Loaded(Mapping[str, Port], Generic[Port]):
    """Plug-ins by name, which need no settings; only those asked for are imported."""

    def __init__(self, found: Mapping[str, metadata.EntryPoint], port: type[Port]) -> None:
        self._found = found
        self._port = port
        self._loaded: dict[str, Port] = {}

    def __getitem__(self, name: str) -> Port:
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._found[name], self._port)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _load(name: str, entry: metadata.EntryPoint, port: type[Port]) -> Port:
    try:
        plugin = entry.load()()
    except UnrollerError:
        raise
    except Exception as error:
        raise SetupError(_trouble(name, error)) from error
    if not isinstance(plugin, port):
        raise SetupError(_misfit(name, port.__name__))
    return plugin


def _misfit(name: str, port: str) -> str:
    return f"The plug-in {name} lacks a part of unroller.core.ports.{port}; ask for a newer one."


def _check_names(settings: Settings, found: Mapping[str, metadata.EntryPoint]) -> None:
    for name in settings.networks.keys() - found.keys():
        near = nearest(name, found, least=_SLIP)
        key, origin = next(
            (item for item in settings.origins.items() if item[0].startswith(f"networks.{name}.")),
            (f"networks.{name}", "the settings"),
        )
        if near is None and origin.startswith("UNROLLER_"):
            continue
        hint = f"did you mean {near}? " if near else ""
        raise SetupError(
            f"{key} is set (in {origin}), but there is no network {name}; {hint}"
            f"The networks here are: {', '.join(found) or 'none'}."
        )


def _trouble(name: str, error: Exception) -> str:
    """What is wrong with a plug-in. Only an import error's own words are safe to show."""
    said = f": {error}" if isinstance(error, ImportError | AttributeError) else ""
    return f"The plug-in {name} does not work ({type(error).__name__}{said}); repair or uninstall it."
