"""Every key of a format as a tree, read off the classes that are the format.

One description of a format serves error messages, explanations and tables in documents. Names that
the author of a file chooses and list indices appear as ``*``.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen
from pydantic import BaseModel, Tag
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sim.document.kinds import LAW, Kind
from sim.document.laws import DurationLaw

Form = Literal["value", "map", "names", "list", "law"]
"""``names``: a map whose keys the author chooses. ``law``: a duration law. Else what it says."""
RANGE_KEYS = ("low", "central", "high", "shape", "source", "grade")
"""Keys of a range, in the order in which they are written."""
LAWS = ("constant", "uniform", "exponential", "lognormal", "survival")
"""Names of the duration laws."""


@dataclass(frozen=True)
class Key:
    """One key of the format."""

    path: tuple[str, ...]
    """From the top, with ``*`` for names and indices."""
    form: Form
    meaning: str = ""
    kind: Kind | None = None
    """How a value is written; None for text, choices and maps."""
    kind_name: str = ""
    """What to call the kind of value."""
    choices: tuple[Any, ...] = ()
    """The values allowed, where they are a list."""
    limits: tuple[tuple[str, Any], ...] = ()
    """Bounds such as ``('at least', 1)``, in the kind's unit."""
    required: bool = False
    default: Any = None
    children: Mapping[str, Key] = field(default_factory=dict)
    """Of a map and of a law: its keys. Of a value that may be a range: the range's keys."""
    entry: Key | None = None
    """Of names and lists: what stands under each."""
    rest: bool = False
    """Whether the word ``rest`` may stand here."""
    tags: tuple[str, ...] = ()
    """Names by which the validator tells alternatives apart. Those of a map that may also be a word
    have the words as choices."""

    def child(self, part: str | int) -> Key | None:
        """The key under this one."""
        if self.form in ("names", "list"):
            return self.entry
        return self.children.get(str(part))

    def walk(self) -> Iterator[Key]:
        """The key and all under it, in order; the inside of ranges and laws left out."""
        yield self
        if self.form == "map":
            for child in self.children.values():
                yield from child.walk()
        elif self.entry is not None:
            yield from self.entry.walk()


@cache
def law_keys(name: str) -> tuple[str, ...]:
    """The keys that a map with this `law` may hold."""
    laws = get_args(get_args(DurationLaw)[0])
    models = {get_args(law)[1].tag: get_args(law)[0] for law in laws}
    return tuple(models[name].model_fields) if name in models else ()


# ── Reading annotations ──────────────────────────────────────────────────────────────────────────


@cache
def model_keys(model: type[BaseModel], path: tuple[str, ...] = ()) -> Key:
    """The keys that a map of this class may hold, as a tree.

    Parameters
    ----------
    model
        The class: its fields are the keys, by their aliases where they have one.
    path
        Where the map stands; left out, it is a whole file.

    Raises
    ------
    TypeError
        For an annotation that no file can hold.
    """
    children = {}
    for name, info in model.model_fields.items():
        shown = info.alias or name
        children[shown] = _field((*path, shown), info)
    return Key(path, "map", kind_name="map", children=children)


def _field(path: tuple[str, ...], info: FieldInfo) -> Key:
    default = info.get_default(call_default_factory=True, validated_data={})
    key = _key(path, info.annotation, list(info.metadata))
    return _with(
        key,
        meaning=info.description or "",
        required=info.is_required(),
        default=None if default is PydanticUndefined else default,
    )


def _with(key: Key, **changes: Any) -> Key:
    return Key(**{**key.__dict__, **changes})


def _key(path: tuple[str, ...], annotation: Any, metadata: list[Any]) -> Key:
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _key(path, args[0], [*metadata, *args[1:]])
    metadata = [
        m for item in metadata for m in (item.metadata if isinstance(item, FieldInfo) else [item])
    ]
    kind = next((item for item in metadata if isinstance(item, Kind)), None)
    if kind is LAW:
        return Key(path, "law", kind=kind, kind_name=kind.name, children=_law_keys(path, args))
    if origin in (Union, types.UnionType):
        return _union(path, [arg for arg in args if arg is not type(None)], metadata)
    if kind is not None:
        inside = model_keys(annotation, path).children if kind.ranged else {}
        inside = {name: inside[name] for name in RANGE_KEYS if name in inside}
        return Key(
            path, "value", kind=kind, kind_name=kind.name, limits=_limits(metadata), children=inside
        )
    if origin is Literal:
        return Key(path, "value", kind_name="choice", choices=args)
    if origin is dict:
        return Key(
            path,
            "names",
            kind_name="map",
            entry=_key((*path, "*"), args[1], []),
            limits=_limits(metadata),
        )
    if origin is tuple:
        return Key(
            path,
            "list",
            kind_name="list",
            entry=_key((*path, "*"), args[0], []),
            limits=_limits(metadata),
        )
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return model_keys(annotation, path)
    if annotation is bool:
        return Key(path, "value", kind_name="choice", choices=(True, False))
    if annotation is str:
        return Key(path, "value", kind_name="text")
    raise TypeError(f"no key can be made of {annotation!r} at {path}")


def _union(path: tuple[str, ...], parts: list[Any], metadata: list[Any]) -> Key:
    """What alternatives are as one key.

    ``X | None`` is X; ``'rest' | share`` is a share that may be the word; ``words | map`` is a map
    that may be one of the words.
    """
    others = [part for part in parts if get_origin(_bare(part)) is not Literal]
    if not others:
        return _key(path, parts[0], metadata)
    key = _key(path, others[0], metadata)
    if key.form == "map" and len(others) < len(parts):
        words = next(_bare(part) for part in parts if part not in others)
        tags = tuple(m.tag for part in parts for m in get_args(part) if isinstance(m, Tag))
        return _with(key, choices=get_args(words), tags=tags)
    return _with(key, rest=True, tags=("rest", "share")) if len(others) < len(parts) else key


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _law_keys(path: tuple[str, ...], laws: tuple[Any, ...]) -> dict[str, Key]:
    """The keys of all laws together; `law` chooses among them."""
    keys: dict[str, Key] = {}
    for law in laws:
        keys.update(model_keys(_bare(law), path).children)
    keys["law"] = Key((*path, "law"), "value", "Name of the law.", kind_name="choice", choices=LAWS)
    return keys


def _limits(metadata: list[Any]) -> tuple[tuple[str, Any], ...]:
    found: list[tuple[str, Any]] = []
    for item in metadata:
        if isinstance(item, Ge):
            found.append(("at least", item.ge))
        elif isinstance(item, Gt):
            found.append(("more than", item.gt))
        elif isinstance(item, Le):
            found.append(("at most", item.le))
        elif isinstance(item, Lt):
            found.append(("less than", item.lt))
        elif isinstance(item, MaxLen):
            found.append(("of at most", item.max_length))
    return tuple(found)
