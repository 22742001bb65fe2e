"""What the bot says: one table, a line for each outcome, in each language that we have.

docs/answers.md shows the table; a test keeps the two the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files

from unroller.core.summary import primary
from unroller.flows import languages


class Outcome(StrEnum):
    """How a call ended. The names stand in the ledger, in the metrics and in the docs."""

    PUBLISHED = "published"
    ALREADY = "already there"
    PARTLY = "partly"
    SINGLE = "single post"
    ASKED = "author asked"
    REFUSED = "refused"
    NOT_FOUND = "not found"
    BUDGET = "budget spent"
    FAILED = "failed"
    REMOVED = "removed"
    OPTED_OUT = "opted out"
    OPTED_IN = "opted in"
    NOT_AUTHOR = "not the author"
    LIMIT = "limit reached"
    HELP = "help"
    SILENT = "silent"


LINKING = frozenset({Outcome.PUBLISHED, Outcome.ALREADY, Outcome.PARTLY, Outcome.SINGLE})
"""The outcomes whose answers lead to a page and show words of it."""


@cache
def table(tag: str) -> Mapping[Outcome, str]:
    """The words of one language by outcome; empty where we do not have it.

    A language is one file in `languages/`, named by its tag. English is whole, the others may not be:
    they have no refusals, whose reasons are in English only.
    """
    found = files(languages).joinpath(f"{tag}.toml")
    if not tag.isalpha() or not found.is_file():
        return {}
    return {Outcome(outcome): words for outcome, words in tomllib.loads(found.read_text("utf-8")).items()}


def say(outcome: Outcome, tags: Sequence[str] = (), **values: object) -> str:
    """The words for `outcome` in the first language of `tags` (`de-AT`) that we have, else English."""
    for tag in tags:
        if outcome in (found := table(primary(tag))):
            return found[outcome].format(**values)
    return table("en")[outcome].format(**values)
