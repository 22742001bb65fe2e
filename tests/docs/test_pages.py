"""What the documentation names is there, and what is there is documented."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import click
import pytest
from starlette.routing import Route

import unroller
from tests.docs.pages import PAGES, ROOT, anchors, code, name_of, read, rows
from unroller.cli.commands import COMMANDS
from unroller.cli.commands import unroll as group
from unroller.config import load_settings
from unroller.core import consent, errors, ports
from unroller.core.calls import Command
from unroller.core.errors import UnrollerError
from unroller.core.model import Signal
from unroller.flows.library import open_library
from unroller.flows.words import Outcome, table
from unroller.web.app import make_app

LINK = re.compile(r"\]\(([^)\s]+)\)")
TARGET = re.compile(r"^([a-z]+):", re.MULTILINE)


# ------------------------------------------------------------------------------------------------ links


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in LINK.findall(text):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "SECURITY.md", "docs/invariants.md"])
def test_files_that_are_named_exist(name: str) -> None:
    named = re.findall(r"`((?:\w+/)+[\w*.-]*)`", read(name))
    assert named
    places = [ROOT, ROOT / "src" / "unroller"]
    assert [file for file in named if not any([*place.glob(file)] for place in places)] == []


def test_the_makefile_has_every_target_that_is_named() -> None:
    targets = set(TARGET.findall(read("Makefile")))
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^ {4}|`)make ([a-z]+)\b", text, re.MULTILINE))
        assert named <= targets, name_of(page)


def test_the_first_screen_of_the_readme_has_the_two_commands() -> None:
    first = read("README.md").split("\n## ")[0]
    for words in ("make run", "make test", "make demo", "docs/images/thread.png"):
        assert words in first


# ------------------------------------------------------------------------------------------ command line


def options(command: click.Command) -> set[str]:
    given = (param for param in command.params if isinstance(param, click.Option))
    return {name for option in given for name in option.opts}


def parts(command: click.Command) -> set[str]:
    """The options of all that stand behind a command's name."""
    return (
        set().union(*map(options, command.commands.values())) if isinstance(command, click.Group) else set()
    )


def section(name: str) -> str:
    """What docs/cli.md says about one command."""
    text = read("docs/cli.md")
    found = re.search(rf"^#+ unroll {name}\b.*?(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"docs/cli.md has no section about unroll {name}"
    return found[0]


def loaded(name: str) -> click.Command:
    command = group.get_command(click.Context(group), name)
    assert command is not None
    return command


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    command, said = loaded(name), section(name)
    there = options(command) | parts(command)
    assert {option for option in there if f"`{option}" not in said and f" {option} " not in said} == set()
    heading = said.splitlines()[0].split()
    arguments = [param for param in command.params if isinstance(param, click.Argument)]
    assert heading[3:] == [str(argument.name).upper() for argument in arguments]
    assert set(re.findall(r"(?<=`)--[a-z-]+", said)) <= there | {"--help"}


def test_what_may_stand_beside_a_link_is_documented() -> None:
    said = section("LINK")
    for option in options(loaded("read")) | options(group):
        assert f"`{option}" in said


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_in_examples_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    shown = "\n".join(code(text)) + "\n".join(re.findall(r"`(unroll [^`]+)`", text))
    named = set(re.findall(r"(?:^\s*|bin/)unroll ([a-z]+)(?=[\s`]|$)", shown, re.MULTILINE))
    assert named <= set(COMMANDS)


def test_every_error_is_documented_with_its_exit_code() -> None:
    said = {
        row[1].strip("`"): int(row[0])
        for row in rows(read("docs/cli.md"), "| code | error | who can put it right |")
    }
    there = {kind.__name__: kind.exit_code for kind in UnrollerError.__subclasses__()}
    assert {name: code for name, code in said.items() if name} == there
    for name in there:
        assert f"`{name}`" in read("docs/api.md")
        assert name in (errors.__doc__ or "")


# --------------------------------------------------------------------------------------------- the bot


def test_the_table_of_answers_is_what_the_bot_says() -> None:
    said = {row[0]: row[2] for row in rows(read("docs/answers.md"), "| outcome | when | words |")}
    words = table("en")
    assert said == {outcome.value: words.get(outcome, "") for outcome in Outcome}


def test_every_command_of_the_bot_is_documented() -> None:
    consent_page, changelog = read("docs/consent.md"), read("CHANGELOG.md")
    for command in Command:
        assert command is Command.BARE or f"`{command}`" in consent_page + changelog


def test_the_table_of_consent_is_the_one_that_is_judged_by() -> None:
    heading = "| signal | shown | listed | indexed |"
    assert rows(read("docs/consent.md"), heading) == rows(consent.__doc__ or "", heading)


def test_every_signal_is_documented() -> None:
    page = read("docs/consent.md")
    assert [signal for signal in Signal if f"`{signal}`" not in page] == []


# ----------------------------------------------------------------------------------------------- Python


def test_public_names_are_sorted_documented_and_there() -> None:
    assert unroller.__all__ == sorted(unroller.__all__, key=lambda name: (name.islower(), name))
    page = read("docs/api.md")
    for name in unroller.__all__:
        assert getattr(unroller, name).__doc__
        assert f"`{name}`" in page
    with pytest.raises(AttributeError):
        unroller.nothing  # noqa: B018


def test_the_version_is_said_once() -> None:
    assert tomllib.loads(read("pyproject.toml"))["project"]["version"] == unroller.__version__


def test_what_a_network_may_offer_is_documented() -> None:
    page = read("docs/write-a-network.md")
    for name in ("Network", "Messenger", "Connectable", "Checkable"):
        assert f"`{name}`" in page
        offered = [member for member in vars(getattr(ports, name)) if not member.startswith("_")]
        assert [member for member in offered if member not in page] == []


def test_every_address_of_the_site_is_documented(tmp_path: Path) -> None:
    page = read("docs/api.md")
    with open_library(load_settings({"UNROLLER_DATA": str(tmp_path)}, tmp_path)) as library:
        paths = [route.path for route in make_app(library).routes if isinstance(route, Route)]
        networks = "|".join(library.networks)
    said = {"{slug}": "SLUG", "{name:path}": "HANDLE", "{link:link}": "LINK"}
    for path in paths:
        address = re.sub(rf"^/(?:{networks})\b", "/NETWORK", path).rstrip("/") or "/"
        for name, words in said.items():
            address = address.replace(name, words)
        assert path.startswith(("/robots", "/favicon")) or f"GET {address}" in page, path
