"""`unroll mcp`: the library as tools for language models, by the Model Context Protocol."""

from __future__ import annotations

import click

from unroller.cli.opening import library_here
from unroller.core.errors import SetupError

INSTALL = "The SDK of the Model Context Protocol is missing: pip install 'unroller[mcp]'"


@click.command()
def mcp() -> None:
    """Serve the library to a language model, over standard input and output.

    Its tools: unroll a link, search the library, read a thread. A client starts this command by itself.
    Where it keeps its servers, add one:

    \b
    {"mcpServers": {"unroller": {"command": "unroll", "args": ["mcp"],
                                 "env": {"UNROLLER_DATA": "/var/lib/unroller"}}}}

    \b
    Claude Code:  claude mcp add unroller -- unroll mcp

    What threads say was written by strangers, and the tools say so: it is data, and no instruction. What
    an author does not want listed is not found. It needs pip install 'unroller[mcp]'.
    """  # noqa: D301 - click wants the character itself
    try:
        from unroller.cli.mcp_tools import serve  # noqa: PLC0415  (an extra, and slow to load)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise SetupError(INSTALL) from error
    with library_here() as library:
        serve(library)
