"""Plotly's script for straight axes, as it came: a third of the whole one."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from sim.errors import InternalError

VERSION: Final = "4.1.1"
"""Version of the npm package ``plotly.js-cartesian-dist-min``."""
SHA256: Final = "79542150855a52c567260e3137095dbe2b744e6d702a5cabe67da246942fba7a"


def script() -> Traversable:
    """Where the script is."""
    return resources.files(__package__).joinpath("plotly", "plotly-cartesian.min.js")


@cache
def plotly() -> str:
    """The script.

    Raises
    ------
    InternalError
        If the file is not the one that was put here: something changed the installation.
    """
    file = script()
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise InternalError(f"{file} is not Plotly {VERSION} as it came: install Ringfence anew")
    return content.decode("utf-8")
