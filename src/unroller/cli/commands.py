"""What can be typed: `unroll LINK`, and a table of commands, each loaded when it is called."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from unroller import __version__

COMMANDS = {
    "serve": ("unroller.cli.serve:serve", "Run it all: the site, the bot's ears, the workers."),
    "bot": ("unroller.cli.serve:bot", "Run the bot without the site."),
    "work": ("unroller.cli.serve:work", "Run workers only, beside others."),
    "connect": ("unroller.cli.connect:connect", "Log the bot in on a network and mark it as a bot."),
    "check": ("unroller.cli.check:check", "Say what is set, what answers, and what is wrong."),
    "import": ("unroller.cli.import_:import_", "Make pages of the threads in data exports."),
    "build": ("unroller.cli.build:build", "Write the library as a static site."),
    "search": ("unroller.cli.search:search", "Search the threads of the library."),
    "book": ("unroller.cli.book:book", "Bind threads of the library as one book."),
    "list": ("unroller.cli.library:list_threads", "List the threads of the library."),
    "refresh": ("unroller.cli.library:refresh", "Look at a thread's source again, now."),
    "remove": ("unroller.cli.library:remove", "Take a thread's page down for good."),
    "deny": ("unroller.cli.library:deny", "Never show an account, or a whole domain."),
    "allow": ("unroller.cli.library:allow", "Take a denial back."),
    "keys": ("unroller.cli.keys:keys", "Give keys to programs that call the API often."),
    "mcp": ("unroller.cli.mcp:mcp", "Serve the library to a language model."),
    "forget": ("unroller.cli.forget:forget", "Erase all data of a network."),
}
"""The commands by name, in the order of the help: where each one is, and what it does."""

EXAMPLES = """\
unroll https://bsky.app/profile/alice.example/post/3kxyz
                             read the whole thread here
unroll LINK -o thread.html   keep it as a page of its own
unroll LINK -f json | jq     hand it to a program
unroll LINK LINK -o b.epub   several threads as one book
unroll serve --sample        the website, on this machine
unroll check                 what is set, what is missing
"""

_GENERAL = ("-h", "--help", "--version", "-v", "--verbose")


class Format(click.ParamType[str]):
    """The name of an export. Which there are, the plug-ins say."""

    name = "format"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        """The names, for the help."""
        from unroller.cli.formats import names  # noqa: PLC0415  (only the help needs it)

        return "|".join(names())


class Unroll(click.Group):
    """A group whose commands are loaded by name, and whose first argument may be a link instead."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the hidden command before a link, so that `unroll LINK` and `unroll -f json LINK` work."""
        at = next((at for at, word in enumerate(args) if word not in _GENERAL), None)
        if at is not None and args[at] not in COMMANDS:
            if near := _command_meant(args[at]):
                raise click.UsageError(f"There is no command {args[at]}; did you mean unroll {near}?")
            args = [*args[:at], "read", *args[at:]]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command, imported now."""
        if name == "read":
            return read
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        found: click.Command = getattr(import_module(module), attribute)
        return found

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both ways to call it."""
        formatter.write_usage("unroll", "LINK... [-f FORMAT] [-o FILE]")
        formatter.write_usage("unroll", "COMMAND [OPTIONS]", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Examples, what may stand beside a link, then the commands."""
        with formatter.section("Examples"):
            formatter.write("".join(f"  {line}\n" for line in EXAMPLES.splitlines()))
        with click.Context(read, info_name="unroll", parent=ctx) as reading:
            options = [option for option in read.params if isinstance(option, click.Option)]
            records = [option.get_help_record(reading) for option in options]
        with formatter.section("Beside a link"):
            formatter.write_dl([record for record in records if record])
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])
        with formatter.section("Always"):
            records = [option.get_help_record(ctx) for option in self.get_params(ctx)]
            formatter.write_dl([record for record in records if record])


@click.group(
    cls=Unroll,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="unroll COMMAND --help says more about a command.",
)
@click.version_option(__version__, message="unroll %(version)s")
@click.option("-v", "--verbose", is_flag=True, help="Say on standard error all that is done.")
@click.pass_context
def unroll(ctx: click.Context, *, verbose: bool) -> None:
    """Turn a thread on a social network into one clean, readable page.

    Give it the link of any post of a thread; it prints the whole thread, in order, and says
    whether anything is missing. Nothing is kept.
    """
    ctx.obj = verbose


class Reading(click.Command):
    """The command behind a link, which nobody calls by name."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As it is typed."""
        formatter.write_usage("unroll", "LINK... [-f FORMAT] [-o FILE]")


@click.command(cls=Reading, hidden=True)
@click.argument("links", metavar="LINK...", nargs=-1, required=True)
@click.option(
    "-f",
    "--format",
    "format_name",
    type=Format(),
    help="How to write it. Without: as FILE's name ends, else readable text.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write there, all or nothing, in place of what is there.",
)
@click.option("--title", metavar="TEXT", help="What a book of several threads is called.")
@click.pass_context
def read(
    ctx: click.Context,
    links: tuple[str, ...],
    format_name: str | None,
    output: Path | None,
    title: str | None,
) -> int:
    """Print the whole thread behind LINK; several are bound as one book."""
    from unroller.cli.reading import print_book, print_thread  # noqa: PLC0415  (--help does without)

    verbose = bool(ctx.find_root().obj)
    if len(links) == 1:
        print_thread(links[0], format_name, output, verbose=verbose)
        return 0
    return print_book(links, format_name, output, title or "", verbose=verbose)


def _command_meant(word: str) -> str | None:
    """The command that `word`, which is no link, was probably meant to be."""
    if not word.isalpha():
        return None
    from unroller.config import nearest  # noqa: PLC0415  (only for slips of the pen)

    return nearest(word, COMMANDS, least=0.75)
