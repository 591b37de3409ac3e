"""JSON files that are read back: each through one checked model, or refused in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.errors import BadInputError

MOST_BYTES = 64 << 20
"""No file of ours that is read back as JSON comes near this."""
_SHOWN = 60
_WANTED = {
    "missing": "is missing",
    "extra_forbidden": "is no key of such a file",
    "int_type": "a whole number is wanted",
    "float_type": "a number is wanted",
    "string_type": "a text is wanted",
    "bool_type": "true or false is wanted",
    "list_type": "a list is wanted",
    "tuple_type": "a list is wanted",
    "dict_type": "a map is wanted",
    "model_type": "a map is wanted",
    "string_pattern_mismatch": "no such text is allowed there",
}


class Checked(BaseModel):
    """Base of the models: values are what they are, nothing is converted, nothing is left over."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=False
    )


M = TypeVar("M", bound=Checked)


def read_json(path: Path, error: type[BadInputError]) -> dict[str, Any]:
    """Read a JSON file that holds a map.

    Parameters
    ----------
    path
        A regular file.
    error
        What is raised.

    Raises
    ------
    BadInputError
        Of the type asked for: if it is no regular file, too large, no JSON, or no map; with line
        and column where there is one.
    """
    try:
        if not path.is_file():
            raise error("is no regular file", place=path)
        if path.stat().st_size > MOST_BYTES:
            raise error(f"is larger than {MOST_BYTES >> 20} MiB", place=path)
        content = json.loads(
            path.read_bytes().decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except json.JSONDecodeError as wrong:
        raise error(
            f"cannot read {path}: {wrong.msg}", place=f"{path}:{wrong.lineno}:{wrong.colno}"
        ) from wrong
    except UnicodeDecodeError as wrong:
        raise error(f"cannot read {path}: it is no text in UTF-8") from wrong
    except RecursionError:
        raise error(f"cannot read {path}: it is nested too deep") from None
    except ValueError as wrong:  # too long a number, a key twice
        raise error(f"cannot read {path}: {short(wrong)}") from wrong
    except OSError as wrong:
        raise error(f"cannot read {path}: {wrong.strerror or wrong}") from wrong
    if not isinstance(content, dict):
        raise error(f"cannot read {path}: not a map")
    return content


def checked(model: type[M], content: dict[str, Any], path: Path, error: type[BadInputError]) -> M:
    """Hold what a file says against its model.

    Raises
    ------
    BadInputError
        Of the type asked for, with the first key that is wrong.
    """
    try:
        return model.model_validate(content)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False)[0]
        where = ".".join(short(part) for part in first["loc"])
        what = _WANTED.get(first["type"], first["msg"].removeprefix("Value error, "))
        found = "" if first["type"] in ("missing", "value_error") else short(first["input"])
        raise error(f"{where + ': ' if where else ''}{what}", place=path, found=found) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{short(twice)}' stands twice")
    return content


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def short(thing: object) -> str:
    """A value of a file as a message shows it: short, and in ASCII where it is odd."""
    if isinstance(thing, dict):
        return "a map"
    if isinstance(thing, list):
        return "a list"
    try:
        text = str(thing) if not isinstance(thing, bool) else str(thing).lower()
    except ValueError:  # a whole number of thousands of digits
        return "a number too long to show"
    text = text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
