"""Whom the operator denies: what was typed → an account or a domain, and the account behind a handle."""

from __future__ import annotations

import re
from dataclasses import dataclass

from unroller.core.consent import Wish
from unroller.core.errors import InputError
from unroller.flows import remove
from unroller.flows.library import Library

_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{3,253}}\Z)(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])?")
_WITHIN = re.compile(r"(?:at://|(?:https?://)?[^/\s]+/profile/)([^/?#\s]+)(?:[/?#]\S*)?")
"""An at-URI, or the link of a profile or of something below it."""
_AT = re.compile(r"(?:https?://)?([^/@\s]+)/(?:web/)?@([^/@?#\s]+)(?:@([^/?#\s]+))?(?:[/?#]\S*)?")
"""The link of a profile, or of something below it, on a server that writes accounts with an @."""
_ACTOR = re.compile(r"https?://[^/?#\s]+/(?:ap/)?users/[^/?#\s]+")
_USER = re.compile(r"[^\s@/:]{1,200}")


@dataclass(frozen=True, slots=True)
class Denied:
    """What is denied now, the accounts that are known to have that handle, and how many pages went."""

    account: str
    ids: tuple[str, ...]
    pages: int


def account_of(who: str) -> str:
    """The id, handle or domain that the operator means.

    >>> account_of("https://bsky.app/profile/Alice.example"), account_of("*.shop.example")
    ('alice.example', 'shop.example')
    >>> account_of("https://social.example/@Alice"), account_of("@alice@social.example")
    ('alice@social.example', 'alice@social.example')

    Raises:
        InputError: it is none of these.
    """
    who = who.strip()
    within, at, actor = _WITHIN.fullmatch(who), _AT.fullmatch(who), _ACTOR.match(who)
    if actor:
        return actor[0]
    name = f"{at[2]}@{at[3] or at[1]}" if at else within[1] if within else who
    name = name.removeprefix("@").removeprefix("*.")
    if _DID.fullmatch(name):
        return name
    user, _, domain = name.lower().rpartition("@")
    if not _DOMAIN.fullmatch(domain) or ("@" in name and not _USER.fullmatch(user)):
        raise InputError(
            f"“{who}” names no account: give a handle (alice.example, alice@social.example), a DID "
            "(did:plc:…), the link of a profile, or a domain with a dot (shop.example)."
        )
    return name.lower()


def deny(library: Library, network: str, who: str) -> Denied:
    """Show `who` no more; behind a handle on a page here, the account as well, whatever it is called later.

    Raises:
        InputError: as `account_of`.
    """
    account, wishes = account_of(who), library.store.wishes
    known = wishes.known_as(network, account)
    # Two accounts had the handle one after the other: nobody can say which of them is meant.
    ids = known if len(known) == 1 else ()
    for one in ids:  # before the pages go, since they tell whose handle it is
        if wishes.get(network, one) is not Wish.DENY:
            wishes.set(network, one, Wish.DENY, by=_behind(account), at=library.clock())
    pages = remove.deny(library, network, account)
    return Denied(account, ids, pages + sum(remove.obey(library, network, one) for one in ids))


def allow(library: Library, network: str, who: str) -> bool:
    """Take the denial of `who` back, and of the account that was denied with that handle; whether it stood.

    Raises:
        InputError: as `account_of`.
    """
    account = account_of(who)
    for said in library.store.wishes.all():
        if (said.network, said.by) == (network, _behind(account)):
            remove.allow(library, network, said.account)
    return remove.allow(library, network, account)


def _behind(handle: str) -> str:
    """Who denied an account that the operator named by its handle."""
    return f"{remove.OPERATOR} {handle}"
