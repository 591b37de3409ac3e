"""The console command ``ringfence``.

Exit codes: 0 fine; 1 found drift; 2 bad input, or cannot judge; 130 interrupted. Commands import
what they need when they run, so that help and validation stay quick.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any, NoReturn, TextIO

import click

from sim import __version__

CANNOT = 2
INTERRUPTED = 130
COMMANDS = {
    "new": "sim.commands.new",
    "validate": "sim.commands.validate",
    "schema": "sim.commands.schema",
    "explain": "sim.commands.explain",
    "run": "sim.commands.run",
    "check": "sim.commands.check",
    "audit": "sim.commands.audit",
    "regimes": "sim.commands.regimes",
    "report": "analysis.cli",
}
"""Command to the module that holds it, under its own name. The analysis room joins by name."""
SHOWN_BY = {"comparison_text": "analysis.console.table", "report_html": "analysis.report"}
"""Likewise the functions of the analysis room that ``run`` shows its results with."""


def shown_by(name: str) -> Any:
    """A function of :data:`SHOWN_BY`, imported when it is asked for."""
    return getattr(importlib.import_module(SHOWN_BY[name]), name)


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


class OutputError(click.ClickException):
    """Standard output takes no more, as on a full disk."""

    exit_code = CANNOT


class Output(io.FileIO):
    """A standard stream that is no terminal.

    Once nobody reads it any more (``| head``), what is written is dropped: the command runs to its
    end, and its exit code says what it found. Where it cannot be written for another reason, an
    :class:`OutputError` says so once, or nothing does on standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream.fileno(), "w", closefd=False)
        self._silent = stream is sys.stderr
        self._lost = False

    def write(self, content: Any, /) -> int:
        """Write, or drop what cannot be written."""
        if not self._lost:
            try:
                return super().write(content)
            except OSError as error:
                self._lost = True
                if not self._silent and not isinstance(error, BrokenPipeError):
                    raise OutputError(
                        f"cannot write to standard output: {error.strerror}"
                    ) from error
        return len(memoryview(content).cast("B"))


def sturdy(stream: TextIO | None) -> TextIO:
    """A standard stream that survives its reader and any sign, also where it was closed before."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if stream not in (sys.__stdout__, sys.__stderr__) or not isinstance(stream, io.TextIOWrapper):
        return stream
    errors = "replace" if stream.errors == "strict" else stream.errors
    if stream.isatty():
        stream.reconfigure(errors=errors)
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(Output(stream)),
        encoding=stream.encoding,
        errors=errors,
        line_buffering=stream is sys.stderr,
    )


def main() -> NoReturn:
    """Run the console command and exit with its code."""
    sys.stdout, sys.stderr = sturdy(sys.stdout), sturdy(sys.stderr)
    try:
        code = cli.main(prog_name="ringfence", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: nothing was left half-written", err=True)
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)
