"""A link in, the post that it names out, on whichever network knows it."""

from __future__ import annotations

from collections.abc import Mapping

from unroller.core.errors import InputError, SetupError
from unroller.core.model import PostRef
from unroller.core.ports import Guessing, Network, Switchable


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
    names = ", ".join(titles(networks))
    if not link:
        raise InputError(f"Paste the link of a post on {names}.")
    if "://" not in link and "/" not in link:
        raise InputError(f"That is not a link. Paste the link of a post on {names}.")
    raise InputError(f"That link does not lead to a post on {names}.")


def titles(networks: Mapping[str, Network]) -> list[str]:
    """The names, for readers, of the networks on which threads can be read here."""
    found = (one for one in networks.values() if not isinstance(one, Switchable) or one.is_on())
    return [network.rules.title for network in found]


def network_of(networks: Mapping[str, Network], name: str) -> Network:
    """The network of that name.

    Raises:
        SetupError: this installation does not have it.
    """
    try:
        return networks[name]
    except KeyError:
        raise SetupError(f"The network {name} is not part of this installation.") from None
