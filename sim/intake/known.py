"""Mappings by name or by file: those that ship, and one's own, checked with every fault at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import available_timezones

from sim.document.keys import Key, model_keys
from sim.document.messages import did_you_mean, unknown_name
from sim.document.node import Node, descend, plain
from sim.document.source import parse_source, read_text
from sim.document.validate import check_model, fault_at
from sim.errors import DocumentError, Fault, MappingError, OptionError, UnknownNameError
from sim.intake import mapping as model
from sim.intake.stamps import layout_problem

_FORMATS = files("sim.intake") / "formats"


@cache
def format_names() -> tuple[str, ...]:
    """Names of the formats that ship, in alphabetical order."""
    names = (Path(entry.name) for entry in _FORMATS.iterdir())
    return tuple(sorted(name.stem for name in names if name.suffix == ".yaml"))


def format_text(name: str) -> str:
    """The mapping file of a format that ships.

    Raises
    ------
    UnknownNameError
        When none has the name.
    """
    if name not in format_names():
        raise UnknownNameError(unknown_name("format", name, format_names()))
    return (_FORMATS / f"{name}.yaml").read_bytes().decode("utf-8")


def load_format(name: str) -> model.Mapping:
    """The mapping of a format that ships; raises what :func:`format_text` does."""
    return checked(format_text(name), f"formats/{name}.yaml")


def load_mapping(path: Path) -> tuple[model.Mapping, str]:
    """A mapping of one's own, and its text.

    Raises
    ------
    MappingError
        With every fault of the file.
    """
    try:
        text = read_text(path)
        return checked(text, str(path)), text
    except MappingError:
        raise
    except DocumentError as error:
        raise MappingError(error.faults) from None


def checked(text: str, file: str) -> model.Mapping:
    """The mapping in a text.

    Raises
    ------
    MappingError
        With every fault of it.
    """
    source = parse_source(text, file)
    found = check_model(model.Mapping, source.node, _keys)
    faults = [*source.faults, *found.faults]
    if not found.faults:
        faults += _across(found.model, source.node)
    if faults:
        raise MappingError(faults)
    return model.Mapping.model_validate(plain(source.node))


@cache
def _keys() -> Key:
    return model_keys(model.Mapping)


def _across(mapping: model.Mapping, root: Node) -> Iterator[Fault]:
    """Faults over several keys."""
    start = mapping.start
    for path, layouts in (
        (("start", "layout"), start.layout),
        (("start", "proof", "layout"), () if start.proof is None else start.proof.layout),
        *((("end", k, "layout"), each.layout or ()) for k, each in enumerate(mapping.end)),
    ):
        for layout in layouts:
            if (wrong := layout_problem(layout)) is not None:
                yield fault_at(_at(root, path), wrong)
    if start.clock != "server" and start.clock not in available_timezones():
        hint = did_you_mean(start.clock, available_timezones())
        yield fault_at(_at(root, ("start", "clock")), f"is no IANA time zone{hint}")
    for k, each in enumerate(mapping.end):
        ways = [each.columns is not None, each.epoch is not None, each.after is not None]
        if sum(ways) != 1:
            yield fault_at(_at(root, ("end", k)), "one of columns, epoch and after is wanted")
        if each.columns is not None and each.layout is None:
            yield fault_at(_at(root, ("end", k)), "columns want their layout")
    for k, ring in enumerate(mapping.ring):
        if (ring.column is None) == (ring.until is None):
            yield fault_at(_at(root, ("ring", k)), "one of column and until is wanted")
    if len(mapping.line.columns) > 2:
        yield fault_at(_at(root, ("line", "columns")), "one column or two are wanted")
    if not mapping.file.header and not mapping.file.columns and mapping.file.kind != "json":
        yield fault_at(_at(root, ("file",)), "without a header, columns are wanted")
    yield from _settings(mapping, root)


def _settings(mapping: model.Mapping, root: Node) -> Iterator[Fault]:
    known = tuple(mapping.settings)
    used = [
        *(
            (("disposition", "cases", k), c.settings)
            for k, c in enumerate(mapping.disposition.cases)
        ),
        *((("optouts", k), each.settings) for k, each in enumerate(mapping.optouts)),
    ]
    for path, settings in used:
        for name in settings:
            if name not in known:
                yield fault_at(_at(root, (*path, "if")), unknown_name("setting", name, known))


def _at(root: Node, path: tuple[str | int, ...]) -> Node:
    """The deepest node on a path."""
    node = root
    for part in path:
        node = descend(node, part) or node
    return node


def given_settings(mapping: model.Mapping, written: tuple[str, ...]) -> Mapping[str, str]:
    """What ``--setting NAME=VALUE`` says.

    Raises
    ------
    OptionError
        Where it says nothing that the mapping knows.
    """
    found: dict[str, str] = {}
    common = {
        "overseas": ("refuse", "by-prefix"),
        "us_prefix_zones": ("yes", "no"),
    }
    known = {**{name: each.allowed for name, each in mapping.settings.items()}, **common}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals:
            raise OptionError(f"--setting {name}: NAME=VALUE is wanted")
        if name not in known:
            raise UnknownNameError(unknown_name("setting", name, known))
        if known[name] and value not in known[name]:
            raise OptionError(f"--setting {name}", allowed=", ".join(known[name]))
        found[name] = value
    return found
