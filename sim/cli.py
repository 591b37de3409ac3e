"""The console command ``ringfence``.

Exit codes: 0 fine; 1 found drift; 2 bad input, or cannot judge; 130 interrupted. Commands import
what they need when they run, so that help and validation stay quick.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import NoReturn

import click

from sim import __version__

INTERRUPTED = 130
COMMANDS = {
    "new": "sim.commands.new",
    "validate": "sim.commands.validate",
    "schema": "sim.commands.schema",
    "explain": "sim.commands.explain",
    "run": "sim.commands.run",
    "check": "sim.commands.check",
    "report": "analysis.cli",
}
"""Command to the module that holds it, under its own name. The analysis room joins by name."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is looked at."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a user's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, or None."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(importlib.import_module(COMMANDS[name]), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, with the nearest name where there is none."""
        from difflib import get_close_matches

        name = click.utils.make_str(args[0])
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, COMMANDS, 1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ringfence")
def cli() -> None:
    """Ask before dialling whom a robocall campaign would reach, and at what price.

    Ringfence simulates; it never places a call.
    """


def main() -> NoReturn:
    """Run the console command and exit with its code."""
    try:
        code = cli.main(standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: nothing was written", err=True)
        code = INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has gone: nobody is left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code if isinstance(code, int) else 0)
