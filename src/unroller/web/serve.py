"""`unroll serve` and `unroll bot`: the site, the listeners and the workers, by one command or each alone."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
from dataclasses import replace
from functools import partial

from unroller.config import Settings
from unroller.core.errors import SetupError
from unroller.core.ports import Connectable
from unroller.flows.library import Library, open_library
from unroller.web.crew import run_crew
from unroller.web.outlook import look_out
from unroller.web.site import run_site
from unroller.web.supervise import Role, Supervisor, in_a_child


def serve(
    settings: Settings,
    *,
    site: bool = True,
    listeners: bool = True,
    workers: bool = True,
    sample: bool = False,
) -> None:
    """Run what was asked for, until SIGTERM or SIGINT.

    `sample`: with threads to read from the beginning, which come with Unroller.

    Raises:
        SetupError: the port is taken, or the library cannot be opened.
    """
    place = _where(settings, site=site)
    if site:  # the server takes no names
        settings = replace(settings, host=listening_address(settings.host, settings.port))
    # In a process of its own, for this one forks later and must have no threads.
    sentences = in_a_child(partial(prepare, settings, listeners=listeners, sample=sample))
    for sentence in (*place, *sentences):
        say(sentence)
    Supervisor(_roles(settings, site=site, listeners=listeners, workers=workers, sample=sample)).run()


def say(sentence: str) -> None:
    """Tell whoever started us."""
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201


def listening_address(host: str, port: int) -> str:
    """The address that `host` means, where nobody else listens.

    Raises:
        SetupError: somebody does, or the address is not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
    except (OSError, UnicodeError) as error:  # the latter for an empty label in a name, or a long one
        why = (getattr(error, "strerror", None) or str(error)).lower()
        port_is_wrong = getattr(error, "errno", None) in (errno.EADDRINUSE, errno.EACCES)
        advice = (
            "UNROLLER_PORT to another port"
            if port_is_wrong
            else "UNROLLER_HOST to an address of this machine"
        )
        raise SetupError(f"Cannot listen on {host}:{port}: {why}. Set {advice}.") from error
    return str(address[0])


def prepare(settings: Settings, *, listeners: bool, sample: bool) -> tuple[str, ...]:
    """Bring the library up to date; sentences about it for whoever started us."""
    with open_library(settings, sample=sample) as library:
        if sample:
            from unroller.flows.sample import load_sample  # noqa: PLC0415 - only here, and large

            load_sample(library)
        return (*bot_sentences(library, listening=listeners), f"Everything is kept in {settings.data}")


def bot_sentences(library: Library, *, listening: bool) -> list[str]:
    """Whether the bot is on, and if not, what to set."""
    handles = {
        network.rules.title: identity[1]
        for _, network, bot in library.messengers()
        if (identity := bot.identity())
    }
    if not handles:
        names = [name for name, network in library.networks.items() if isinstance(network, Connectable)]
        others = f" (or {', '.join(names[1:])})" if names[1:] else ""
        first = (
            f"The bot is off: it has no account. First: unroll connect {names[0]}{others}" if names else ""
        )
        return [first] if first else []
    state = "listens" if listening else "does not listen in this process"
    return [f"The bot {state} as @{handle} on {title}." for title, handle in handles.items()]


def _where(settings: Settings, *, site: bool) -> list[str]:
    if not site:
        return []
    host = "localhost" if settings.host in ("127.0.0.1", "::1", "0.0.0.0", "::") else settings.host  # noqa: S104
    here = f"http://{host}:{settings.port}"
    known = "" if settings.base_url == here else f" (to others: {settings.base_url})"
    return [f"The site is at {here}{known}"]


def _roles(settings: Settings, *, site: bool, listeners: bool, workers: bool, sample: bool) -> list[Role]:
    roles = []
    if site:
        roles.append(Role("site", partial(run_site, settings, sample=sample)))
    if listeners or workers:
        crew = partial(_crew, settings, listeners=listeners, workers=workers, sample=sample)
        roles.append(Role("crew", crew))
    return roles


def _crew(settings: Settings, *, listeners: bool, workers: bool, sample: bool) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=look_out, args=(settings, say), name="looks out", daemon=True).start()
    run_crew(settings, stop, listeners=listeners, workers=workers, sample=sample)
    os._exit(0)  # a task that does not end in time is left to its lease
