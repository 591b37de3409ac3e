"""The keys of a regime's classes as a tree, for error messages.

It is the tree of :mod:`sim.document.keys`, read off other classes: these have neither ranges nor
duration laws, but choices that may be left out.
"""

from __future__ import annotations

import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.document.keys import Key
from sim.document.kinds import Kind


@cache
def model_keys(model: type[BaseModel]) -> Key:
    """The keys that a map of this class may hold."""
    return Key((), "map", kind_name="map", children=_children((), model))


def _children(path: tuple[str, ...], model: type[BaseModel]) -> dict[str, Key]:
    shown = {info.alias or name: info for name, info in model.model_fields.items()}
    return {name: _field((*path, name), info) for name, info in shown.items()}


def _field(path: tuple[str, ...], info: FieldInfo) -> Key:
    key = _key(path, info.annotation, list(info.metadata))
    return Key(
        **{**key.__dict__, "meaning": info.description or "", "required": info.is_required()}
    )


def _key(path: tuple[str, ...], annotation: Any, metadata: list[Any]) -> Key:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _key(path, args[0], [*metadata, *args[1:]])
    if origin in (Union, types.UnionType):
        return _key(path, next(arg for arg in args if arg is not type(None)), metadata)
    kind = next((item for item in metadata if isinstance(item, Kind)), None)
    limits = tuple(("at least", item.ge) for item in metadata if isinstance(item, Ge))
    if kind is not None:
        return Key(path, "value", kind=kind, kind_name=kind.name, limits=limits)
    if origin is Literal:
        return Key(path, "value", kind_name="choice", choices=args)
    if origin is tuple:
        return Key(path, "list", kind_name="list", entry=_key((*path, "*"), args[0], []))
    if annotation is bool:
        return Key(path, "value", kind_name="choice", choices=(True, False))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Key(path, "map", kind_name="map", children=_children(path, annotation))
    return Key(path, "value", kind_name="text")
