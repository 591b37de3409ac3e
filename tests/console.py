"""The whole console command in this process, with its one handler of errors."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
from click.testing import CliRunner, Result

from sim import cli


class _Whole(click.Command):
    """Stands for the program, so that click's runner takes down what it says."""

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> Any:
        with patch.object(sys, "argv", ["ringfence", *(args or ())]):
            cli.main()


def ringfence(*arguments: str | Path) -> Result:
    """Give a command; its exit code, standard output and standard error."""
    return CliRunner().invoke(_Whole("ringfence"), [str(argument) for argument in arguments])
