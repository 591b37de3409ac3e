"""The console command ``ringfence``.

Exit codes: 0 fine; 1 found drift; 2 bad input, or cannot judge; 70 internal error; 130 interrupted.
:func:`main` is the one place where errors become exit codes. Commands import what they need when
they run, so that help and validation stay quick.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from dataclasses import dataclass
from typing import Any, NoReturn, TextIO

import click

from sim import __version__
from sim.commands.shown import ANALYSIS_COMMANDS, ours
from sim.errors import (
    INTERNAL,
    INTERRUPTED,
    InternalError,
    InterruptionError,
    OutputError,
    RingfenceError,
)
from sim.heap import ask_for_small_pages
from sim.printed import escaped

COMMANDS = {
    "new": "sim.commands.new",
    "validate": "sim.commands.validate",
    "schema": "sim.commands.schema",
    "explain": "sim.commands.explain",
    "run": "sim.commands.run",
    "compare": "sim.commands.compare",
    "sweep": "sim.commands.sweep",
    "plan": "sim.commands.plan",
    "sensitivity": "sim.commands.sensitivity",
    "run-task": "sim.commands.run_task",
    "check": "sim.commands.check",
    "diff": "sim.commands.diff",
    "key": "sim.commands.key",
    "import": "sim.commands.import_",
    "audit": "sim.commands.audit",
    "calibrate": "sim.commands.calibrate",
    "purge": "sim.commands.purge",
    "regimes": "sim.commands.regimes",
    "report": ANALYSIS_COMMANDS,
    "dashboard": ANALYSIS_COMMANDS,
    "verify": "sim.commands.verify",
}
"""Command to the module that holds it, under its own name, ``_`` for ``-``.

The analysis room joins by name."""
COMPLETE = "_RINGFENCE_COMPLETE"
"""Environment variable by which a shell asks for completions."""
TRACEBACK = "RINGFENCE_TRACEBACK"
"""Environment variable that does what ``--traceback`` does, where it is neither empty nor 0."""


@dataclass
class Settings:
    """What the options before the command say."""

    traceback: bool = False
    """Whether the traceback of an internal error goes to standard error, too."""


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is looked at."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a user's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, or None."""
        if name not in COMMANDS:
            return None
        module = ours(COMMANDS[name])
        held = name.replace("-", "_")
        held = held if hasattr(module, held) else f"{held}_"  # a word of Python's own
        command: click.Command = getattr(module, held)
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


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--version", is_flag=True, help="Show the version and exit; with --json, all of it.")
@click.option("--json", "as_json", is_flag=True, help="With --version: one JSON document.")
@click.option(
    "--traceback", is_flag=True, help="Show where in the program an internal error arose."
)
@click.pass_context
def cli(context: click.Context, traceback: bool, version: bool, as_json: bool) -> None:
    """Ask before dialling whom a robocall campaign would reach, and at what price.

    Ringfence simulates; it never places a call.
    """
    context.ensure_object(Settings).traceback |= traceback
    if version:
        click.echo(_version() if as_json else f"ringfence, version {__version__}")
        context.exit()
    if as_json:
        raise click.UsageError("--json belongs to --version, or behind the command")
    if context.invoked_subcommand is None:
        raise click.exceptions.NoArgsIsHelpError(context)


def _version() -> str:
    """Everything that a result hangs on beside its scenario, as JSON."""
    import json

    from sim.store.provenance import git_state, versions
    from sim.store.study import code_digest

    told = {
        "schema": "ringfence-version/1",
        "version": __version__,
        "code_sha256": code_digest(),
        "versions": versions(),
        "git": git_state(),
    }
    return json.dumps(told, indent=2)


class Output(io.FileIO):
    """A standard stream that is no terminal.

    Once nobody reads it any more (``| head``), what is written is dropped: the command runs to its
    end, and its exit code says what it found. Where it cannot be written for another reason, an
    :class:`~sim.errors.OutputError` says so once, or nothing does on standard error.
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


class Printed(io.TextIOWrapper):
    """A standard stream to which nobody's text is given as it is: nothing moves the terminal."""

    def write(self, text: str, /) -> int:
        """Write, with everything but line breaks and tabs written out."""
        super().write(escaped(text, keep="\n\t"))
        return len(text)


def sturdy(stream: TextIO | None) -> TextIO:
    """A standard stream that survives its reader and any sign, also where it was closed before."""
    if stream is None:
        return open(os.devnull, "w", encoding="utf-8")
    if stream not in (sys.__stdout__, sys.__stderr__) or not isinstance(stream, io.TextIOWrapper):
        return stream
    errors = "replace" if stream.errors == "strict" else stream.errors
    terminal = stream.isatty()
    if terminal:
        stream.reconfigure(errors=errors)  # a bar of progress still goes there, as it is
    return Printed(
        stream.buffer if terminal else io.BufferedWriter(Output(stream)),
        encoding=stream.encoding,
        errors=errors,
        line_buffering=terminal or stream is sys.stderr,
    )


def main() -> NoReturn:
    """Run the console command and exit with its code."""
    sys.stdout, sys.stderr = sturdy(sys.stdout), sturdy(sys.stderr)
    settings = Settings(traceback=os.environ.get(TRACEBACK, "0") not in ("", "0"))
    ask_for_small_pages()
    # No other package's plugin looks on when we validate; pydantic reads every package's metadata
    # to find one, which takes 2 % of a short command's time.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # OpenBLAS starts a thread for each core as numpy is imported, and one that finds nothing to do
    # spins for 2**26 cycles before it sleeps: a sixth of a short command's CPU time, for nothing.
    os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # 2**4 cycles, its least
    try:
        code = _answer(settings)
    except KeyboardInterrupt:  # once more, while the first was being told
        code = INTERRUPTED
    except Exception:  # the last net: even to tell of an error has failed, say for want of memory
        code = INTERNAL
    gc.freeze()  # all that is left goes with the process: no garbage is looked for in it
    sys.exit(code)


def _answer(settings: Settings) -> int:
    """Give the command, tell what went wrong, and say the exit code. Every error ends here."""
    try:
        if asked := os.environ.get(COMPLETE):
            from click.shell_completion import shell_complete

            return shell_complete(cli, {}, "ringfence", COMPLETE, asked)
        # Not click's own `main`: it takes an end of file for an interruption, a broken pipe for 1.
        with cli.make_context("ringfence", sys.argv[1:], obj=settings) as context:
            cli.invoke(context)
        code = 0
        sys.stdout.flush()
    except click.exceptions.Exit as done:
        sys.stdout.flush()
        code = done.exit_code
    except click.ClickException as error:  # a command line that click cannot read
        error.show()
        return error.exit_code
    except InternalError as error:
        return _internal(error, settings)
    except RingfenceError as error:
        return _told(error)
    except (click.Abort, KeyboardInterrupt):
        return _told(InterruptionError("nothing was left half-written"))
    except Exception as error:  # no word of ours: a fault of the program, whatever its type
        return _internal(error, settings)
    return code


def _told(error: RingfenceError) -> int:
    """Tell an error in its own words; its exit code."""
    for line in error.lines():
        click.echo(line, err=True)
    return error.exit_code


def _internal(error: Exception, settings: Settings) -> int:
    """Tell a fault of the program in one line; its exit code."""
    from sim.commands.internal import explained

    for line in explained(error, whole=settings.traceback):
        click.echo(line, err=True)
    return INTERNAL


if __name__ == "__main__":
    main()
