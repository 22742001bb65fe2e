"""`unroll check`: what was understood, what answers, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import click

from unroller.cli.opening import log_less
from unroller.cli.settings import has_library, settings_here
from unroller.cli.terminal import progress, put
from unroller.config import Settings, describe
from unroller.core.errors import NetworkError, SetupError, UnrollerError
from unroller.core.ports import Checkable, Costly, Messenger, Network
from unroller.core.tolerant import clean
from unroller.flows.library import utc_now
from unroller.plugins import Plugins, load_exports, load_networks, make_client
from unroller.store import Store, open_store

WRONG, UNREACHED = SetupError.exit_code, NetworkError.exit_code


@dataclass(slots=True)
class Report:
    """Lines for the operator, and the worst of what was found."""

    lines: list[str] = field(default_factory=list)
    codes: set[int] = field(default_factory=set)

    def head(self, words: str) -> None:
        """Begin a section."""
        self.lines += ["", words] if self.lines else [words]

    def good(self, words: str) -> None:
        """Something is as it should be."""
        self.lines.append(f"  {clean(words)}")

    def bad(self, words: str, code: int = WRONG) -> None:
        """Something must be put right: by the operator, or (`UNREACHED`) by time."""
        self.lines.append(f"! {clean(words)}")
        self.codes.add(code)

    @property
    def exit_code(self) -> int:
        """0 when all is well; what the operator must put right counts more than what time does."""
        return WRONG if WRONG in self.codes else max(self.codes, default=0)


@click.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Say what was understood of the settings, which plug-ins there are, and whether all of it works.

    Lines that begin with ! say what must be put right; then the exit code is 7, or 5 when only a
    network does not answer.
    """
    log_less()
    settings, report = settings_here(), Report()
    if has_library(settings):
        store = open_store(settings.database_url, settings.data / "pages", utc_now)
        try:
            _all(settings, store, report)
        finally:
            store.close()
    else:
        _all(settings, None, report)
    put("\n".join(report.lines) + "\n")
    ctx.exit(report.exit_code)


def _all(settings: Settings, store: Store | None, report: Report) -> None:
    sessions, spending = (store.sessions, store.spending) if store else (None, None)
    client = make_client(settings)
    plugins = load_networks(settings, client, clock=utc_now, sessions=sessions, spending=spending)
    _settings(settings, plugins, report)
    _plugins(plugins, report)
    _networks(plugins.networks, report)
    _library(settings, store, report)


def _settings(settings: Settings, plugins: Plugins, report: Report) -> None:
    rows = describe(settings, plugins.settings)
    width = max(len(key) for key, _, _ in rows)
    report.head("Settings")
    for key, value, origin in rows:
        where = "" if origin == "default" else f"   ({origin})"
        report.good(f"{key:<{width}}  {value or '-'}{where}")
    bots = (network for network in plugins.networks.values() if isinstance(network, Messenger))
    if urlsplit(settings.base_url).hostname == "localhost" and any(bot.identity() for bot in bots):
        report.good("Mind: the bot's answers lead to base_url, which opens on this machine only.")


def _plugins(plugins: Plugins, report: Report) -> None:
    report.head("Plug-ins")
    for name, network in plugins.networks.items():
        report.good(
            f"network {name}: reads{', and the bot answers' if isinstance(network, Messenger) else ''}"
        )
    for _, words in plugins.broken:
        report.bad(words)
    exports = load_exports()
    for name in exports:
        try:
            report.good(f"export {name}: {exports[name].media_type}")
        except UnrollerError as error:
            report.bad(error.words)


def _networks(networks: Mapping[str, Network], report: Report) -> None:
    report.head("Networks")
    for network in networks.values():
        title = network.rules.title
        if isinstance(network, Costly) and (balance := network.balance()):
            report.good(f"{title}: {balance}")
        if not isinstance(network, Checkable):
            report.good(f"{title}: has no check")
            continue
        with progress(f"Asking {title} …"):
            findings = network.check()
        for finding in findings:
            if isinstance(finding, str):
                report.good(f"{title}: {finding}")
            else:
                # A server that says no wants something put right, whatever kind of no it is.
                code = UNREACHED if isinstance(finding, NetworkError) else WRONG
                report.bad(f"{title}: {finding.words}", code)


def _library(settings: Settings, store: Store | None, report: Report) -> None:
    report.head("Library")
    if store is None:
        report.good(f"none yet in {settings.data}; unroll serve makes it")
        return
    report.good(f"{len(store.threads.entries())} threads")
    for line in _waiting(store):
        report.good(line)
    for task in store.tasks.given_up():
        report.bad(f"given up after {task.attempts} tries: {task.kind} {task.key}: {task.words}")


def _waiting(store: Store) -> Iterator[str]:
    for backlog in store.tasks.waiting():
        if backlog.waiting:
            yield f"{backlog.waiting} tasks of the kind {backlog.kind} wait"
