"""Turning merged nodes into typed objects, with every fault at its place.

The validator's errors name paths of the model. Here they are walked through the tree of keys and
the nodes, side by side, to the place where the value was written. What is valid is kept even where
something beside it is not, so that the rules over several fields can still speak.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Generic, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sim.document.keys import LAWS, Key, law_keys
from sim.document.kinds import Kind
from sim.document.messages import (
    explain_error,
    found,
    missing_key,
    unknown_key,
)
from sim.document.node import (
    Node,
    Path,
    descend,
    dotted,
    plain,
)
from sim.document.quantity import FrozenDict
from sim.errors import Fault, Severity

M = TypeVar("M", bound=BaseModel)


Entries = Mapping[str, Mapping[str, frozenset[str]]]
"""By field, of a map whose keys the author chooses: the entries that are not valid, each with the
names of what in it is."""


def within(part: str, known: frozenset[str]) -> bool:
    """Whether a part, named with dots, is known by itself or with a whole that it belongs to."""
    names = part.split(".")
    return any(".".join(names[: end + 1]) in known for end in range(len(names)))


@dataclass(frozen=True)
class Checked(Generic[M]):
    """A model, the fields of it that are valid, and what is wrong with the others."""

    model: M
    """Complete if there are no faults; else only its fields in `valid` may be read."""
    valid: frozenset[str] = frozenset()
    """Field names. Of a map that is not valid itself, what in it is: ``reviews.days``; and of a map
    whose keys the author chooses, ``places.each``: its entries may be read as far as
    :attr:`entries` says."""
    faults: tuple[Fault, ...] = ()
    entries: Entries = field(default_factory=dict)

    def each(self, name: str, *parts: str) -> Iterator[tuple[str, Any]]:
        """Entries of a map whose keys the author chooses, with their keys.

        Parameters
        ----------
        name
            The map's field; it or its ``each`` is in :attr:`valid`.
        parts
            What is to be read of each entry, such as ``answering.busy``: entries in which that is
            not valid are left out. None stands for the whole entry.
        """
        for key, entry in (getattr(self.model, name) or {}).items():
            sound = self.entries.get(name, {}).get(key)
            if sound is None or (parts and all(within(part, sound) for part in parts)):
                yield key, entry


def fault_at(
    node: Node,
    message: str,
    severity: Severity = "error",
    *,
    on_key: bool = False,
    below: Path = (),
) -> Fault:
    """A fault at a node; `on_key` blames its key, `below` adds to the path shown."""
    place = node.key if on_key and node.key is not None else node.mark
    path = dotted((*node.origin, *below))
    return Fault(place.file, place.line, place.column, path, message, severity)


def check_model(
    model: type[M],
    node: Node,
    keys: Callable[[], Key] | None = None,
    *,
    partial: bool = False,
) -> Checked[M]:
    """Validate a map against a model.

    Parameters
    ----------
    model
        The class.
    node
        Its data.
    keys
        Gives its key in the tree of the format, which is made only for faults; without it, they
        say less.
    partial
        Whether missing keys are fine, as in a map that others, laid over it, complete.
    """
    names = {info.alias or name: name for name, info in model.model_fields.items()}
    data = plain(node)
    if not isinstance(data, dict):
        fault = fault_at(node, f"{found(node)}; a map is wanted: {', '.join(names)}")
        return Checked(unfilled(model), faults=(fault,))
    try:
        return Checked(model.model_validate(data), frozenset(model.model_fields))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    if partial:
        details = [detail for detail in details if detail["type"] != "missing"]
    bad = {names.get(str(detail["loc"][0])) for detail in details if detail["loc"]}
    values: dict[str, Any] = {}
    for shown, name in names.items():
        if name not in bad and shown in data:
            try:
                values[name] = _adapter(model, name).validate_python(data[shown])
            except ValidationError:  # incomplete, in a partial model
                bad.add(name)
    key = None if keys is None else keys()
    faults = tuple(_fault(detail, node, key) for detail in details)
    valid = {name for name in model.model_fields if name not in bad}
    entries: dict[str, Mapping[str, frozenset[str]]] = {}
    too_long = {detail["loc"][0] for detail in details if detail["type"] == "too_long"}
    for shown, name in names.items():
        child = node.children.get(shown)
        if name in bad and child is not None and child.is_map and shown not in too_long:
            values |= _sound_part(model, name, child, valid, entries)
    return Checked(model.model_construct(**values), frozenset(valid), faults, entries)


def _sound_part(
    model: type[BaseModel],
    name: str,
    node: Node,
    valid: set[str],
    entries: dict[str, Mapping[str, frozenset[str]]],
) -> dict[str, FrozenDict | BaseModel]:
    """What is valid in a field that is not, by the field's name.

    Adds to the names of the valid, and to the entries that are not.
    """
    info = model.model_fields[name]
    annotation = _single(info.annotation)
    if any(isinstance(item, Kind) for item in info.metadata):
        return {}  # a value, though a map may stand for it
    if get_origin(annotation) is dict:
        entry = _single(get_args(annotation)[1])
        if not isinstance(entry, type) or not issubclass(entry, BaseModel):
            return {}
        checked = {key: check_model(entry, child) for key, child in node.children.items()}
        valid.add(f"{name}.each")
        entries[name] = {key: found.valid for key, found in checked.items() if found.faults}
        return {name: FrozenDict({key: found.model for key, found in checked.items()})}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        part = check_model(annotation, node)
        valid.update(f"{name}.{inner}" for inner in part.valid)
        return {name: part.model}
    return {}


def _single(annotation: Any) -> Any:
    """An annotation without its metadata and without ``None``."""
    while True:
        args = [arg for arg in get_args(annotation) if arg is not type(None)]
        if get_origin(annotation) is Annotated or (
            get_origin(annotation) in (Union, types.UnionType) and len(args) == 1
        ):
            annotation = args[0]
        else:
            return annotation


def unfilled(model: type[M]) -> M:
    """An instance without the fields that a file must give; only its type is of use."""
    return cast(M, cast(Any, model).model_construct())


def _annotated(info: Any) -> Any:
    """A field's annotation with all that bounds its value; its name in files is left behind."""
    whole: Any = Annotated
    return whole[info.annotation, *info.metadata] if info.metadata else info.annotation


@cache
def _adapter(model: type[BaseModel], name: str) -> TypeAdapter[Any]:
    info = model.model_fields[name]
    return TypeAdapter(_annotated(info))


def _fault(error: ErrorDetails, node: Node, key: Key | None) -> Fault:
    """One error of the validator at its place."""
    loc = list(error["loc"])
    last = loc.pop() if error["type"] in ("missing", "extra_forbidden") else None
    node, key, rest = _follow(node, key, loc)
    if error["type"] == "extra_forbidden":
        unknown = descend(node, last) if last is not None else None
        message = unknown_key(str(last), _allowed(key, node))
        if unknown is not None:
            return fault_at(unknown, message, on_key=True)
        return fault_at(node, message, below=(str(last),))
    if error["type"] == "missing" and last is not None:
        wanted = key.child(last) if key is not None else None
        deleted = node.deleted.get(str(last))
        if deleted is not None:
            message = missing_key(wanted).replace("missing", "is empty, but needed", 1)
            return fault_at(deleted, message)
        return fault_at(node, missing_key(wanted), on_key=True, below=(*rest, last))
    message = explain_error(error, key, node)
    if error["type"] == "law":
        node = node.children.get("law", node)
    return fault_at(node, message)


def _allowed(key: Key | None, node: Node) -> Iterable[str]:
    """Names that a map may hold; of a duration law, only those of its law."""
    if key is None:
        return ()
    if key.form == "law":
        law = node.children.get("law")
        return law_keys(str(law.value) if law is not None else "constant")
    return key.children


def _follow(node: Node, key: Key | None, loc: list[int | str]) -> tuple[Node, Key | None, Path]:
    """The node and key of a location of the validator, and what of it has no node.

    The validator's locations also name the alternatives that it tried (``survival``, ``share``) and
    the ``value`` and ``central`` that a scalar stands for; these are in no file: they are skipped.
    """
    parts = list(loc)
    while parts:
        part = parts.pop(0)
        if key is not None and key.form == "law" and part in LAWS and parts:
            part = parts.pop(0)
        elif key is not None and key.form == "law" and part in LAWS:
            break
        elif key is not None and part in key.tags:
            if not parts:
                break
            part = parts.pop(0)
        child = descend(node, part)
        if child is None:
            if node.is_map or isinstance(node.value, tuple):
                return node, key, (part, *parts)
            break
        node, key = child, key.child(part) if key is not None else None
    return node, key, ()
