"""What a repository says of its checks: ``[tool.ringfence]`` of its ``pyproject.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from sim.errors import OptionError

NAME = "pyproject.toml"
TABLE = "[tool.ringfence]"
_FORMATS = ("text", "json", "github", "gitlab", "junit", "markdown")


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds where the command line says nothing."""

    paths: tuple[str, ...] = ("scenarios",)
    """Scenario files and folders, from the folder of the file."""
    jobs: int | None = None
    """Processes; None for as many as there are cores."""
    format: str = "text"
    """What standard output gets."""


def configured(here: Path) -> Settings:
    """The settings of the nearest ``pyproject.toml`` in a folder or above it.

    Raises
    ------
    OptionError
        For a file that is no TOML, an unknown key or a value that cannot be used.
    """
    for folder in (here, *here.parents):
        file = folder / NAME
        if file.is_file():
            return _read(file, here)
    return Settings()


def _read(file: Path, here: Path) -> Settings:
    try:
        whole = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise OptionError(f"cannot be read: {error}", place=file) from error
    tool = whole.get("tool")
    table = tool.get("ringfence", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise OptionError(f"{TABLE} is no table", place=file)
    allowed = {"paths": _paths, "jobs": _jobs, "format": _format}
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in allowed:
            near = get_close_matches(key, allowed, 1)
            raise OptionError(
                f"{TABLE} has no key '{key}'",
                place=file,
                nearest=near[0] if near else "",
                allowed=", ".join(allowed),
            )
        if (used := allowed[key](value)) is None:
            wanted = {"paths": "a list of paths", "jobs": "a number from 1 up"}
            raise OptionError(
                f"{TABLE} {key} cannot be used",
                place=file,
                found=repr(value),
                allowed=wanted.get(key, ", ".join(_FORMATS)),
            )
        found[key] = used
    if "paths" in found:
        found["paths"] = tuple(_from(here, file.parent / path) for path in found["paths"])
    return Settings(**found)


def _from(here: Path, path: Path) -> str:
    """A path as one would write it in a folder."""
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _paths(value: Any) -> tuple[str, ...] | None:
    fine = isinstance(value, list) and value and all(isinstance(v, str) and v for v in value)
    return tuple(value) if fine else None


def _jobs(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _format(value: Any) -> str | None:
    return value if value in _FORMATS else None
