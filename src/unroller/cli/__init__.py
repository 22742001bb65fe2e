"""The command line. Starting it imports nothing but click; each command brings what it needs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from errno import ENOSPC
from typing import NoReturn

import click

from unroller.cli.commands import unroll
from unroller.cli.terminal import PIPE_CLOSED, give_up_output
from unroller.core.errors import SetupError, UnrollerError

INTERRUPTED = 130
"""What programs that Ctrl-C ended exit with, as shells count."""


def main() -> NoReturn:
    """Run the command that the program was called with, and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character is no reason to stop.
        getattr(stream, "reconfigure", lambda **_: None)(errors="replace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code. What went wrong is one line on standard error."""
    try:
        return _run(arguments)
    except SystemExit:  # what click makes of a reader who went away; nothing else ends like this
        give_up_output()
        return PIPE_CLOSED
    except OSError as error:
        if error.errno != ENOSPC:
            raise
        give_up_output()
        click.echo("unroll: There is no space left where this is written to.", err=True)
        return SetupError.exit_code


def _run(arguments: Sequence[str]) -> int:
    try:
        code = unroll.main(list(arguments), prog_name="unroll", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        click.echo(f"unroll: {error.format_message()} See: {_help_for(error)}", err=True)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo(err=True)
        return INTERRUPTED
    except UnrollerError as error:
        click.echo(f"unroll: {_in_one_line(error.words)}", err=True)
        return error.exit_code
    return code if isinstance(code, int) else 0


def _in_one_line(words: str) -> str:
    """`words` without what would paint a terminal: a file may be called anything."""
    from unroller.core.tolerant import clean  # noqa: PLC0415  (starting imports nothing but click)

    return " ".join(clean(words).split())


def _help_for(error: click.ClickException) -> str:
    """What to type for the help of the command that was called."""
    called = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "unroll"
    return f"{'unroll' if called == 'unroll read' else called} --help"
