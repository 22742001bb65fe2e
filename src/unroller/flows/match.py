"""A link in, the post that it names out, on whichever network knows it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from unroller.core.errors import InputError, SetupError
from unroller.core.model import PostRef
from unroller.core.ports import Guessing, Network, Switchable

_LINK = re.compile(r"(?:https?|at)://[^\s/]|[^\s/@:.]+(?:\.[^\s/@:.]+)+(?::\d+)?/\S", re.IGNORECASE)
_AROUND = "<>()[]{}\"'“”‘’„«»‹›.,;!?…،。、"


def match(networks: Mapping[str, Network], link: str) -> PostRef:
    """The post that `link` names. The ref may be provisional.

    Raises:
        InputError: it is no link, leads to another site, or names no post.
    """
    link = link.strip()
    for network in networks.values():
        if ref := network.match(link):
            return ref
    for network in networks.values():
        if isinstance(network, Guessing) and (ref := network.guess(link)):
            return ref
    names = either(titles(networks))
    if not link:
        raise InputError(f"Paste the link of a post on {names}.")
    if "://" not in link and "/" not in link:
        raise InputError(f"That is not a link. Paste the link of a post on {names}.")
    raise InputError(f"That link does not lead to a post on {names}.")


def knows(networks: Mapping[str, Network], link: str) -> bool:
    """Whether `link` has the form that some network gives its links; not whether a post is there."""
    try:
        return any(network.match(link) for network in networks.values())
    except InputError:  # of this network, but to a profile or a list
        return True


def links_in(text: str) -> tuple[str, ...]:
    """The links in `text`, each once, in order, without the brackets and commas around them."""
    words = (word.strip(_AROUND) for word in text.split())
    return tuple(dict.fromkeys(word for word in words if _LINK.match(word)))


def best_link(networks: Mapping[str, Network], text: str) -> str:
    """Of all links in `text`, the first that some network knows, else the first; `""` where there is none."""
    links = links_in(text)
    return next((link for link in links if knows(networks, link)), links[0] if links else "")


def titles(networks: Mapping[str, Network]) -> list[str]:
    """The names, for readers, of the networks on which threads can be read here."""
    found = (one for one in networks.values() if not isinstance(one, Switchable) or one.is_on())
    return [network.rules.title for network in found]


def either(names: Sequence[str]) -> str:
    """`Bluesky, the fediverse or X`."""
    *most, last = names or [""]
    return f"{', '.join(most)} or {last}" if most else last


def network_of(networks: Mapping[str, Network], name: str) -> Network:
    """The network of that name.

    Raises:
        SetupError: this installation does not have it.
    """
    try:
        return networks[name]
    except KeyError:
        raise SetupError(f"The network {name} is not part of this installation.") from None
