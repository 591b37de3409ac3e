"""Facts of a real campaign from a small YAML file: what its message said, and what it kept."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import Field, StrictBool, ValidationError

from sim.audit.inputs.numbers import NumberError, international
from sim.audit.tables import CampaignFacts
from sim.document.messages import did_you_mean
from sim.document.node import Node, dotted, nearest, plain
from sim.document.node import Path as NodePath
from sim.document.quantity import Model, PlainDuration
from sim.document.source import read_source
from sim.errors import DialerFilesError, DocumentError, Fault
from sim.regimes.fields import Name
from sim.regimes.model import Share
from sim.scenario.message import IdentityItem


class FactsFile(Model):
    """The file; what is left out is not known."""

    opt_out_notice: Literal["none", "start", "end"] | None = None
    how_to_object: StrictBool | None = None
    opt_out_key: StrictBool | None = None
    opt_out_key_within: PlainDuration | None = None
    gate: Literal["none", "press-1"] | None = None
    identification: dict[IdentityItem, StrictBool] = Field(default_factory=dict)
    caller_numbers: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    abandoned_share: Share | None = None
    abandoned_within: PlainDuration | None = None
    data_notice: StrictBool | None = None
    proof_of_consent: StrictBool | None = None
    duties: dict[Name, StrictBool] = Field(default_factory=dict)


def read_facts(path: str | Path, region: str | None = None) -> CampaignFacts:
    """Facts from a YAML file.

    Parameters
    ----------
    path
        The file.
    region
        Country, ISO 3166, of caller numbers in a national form.

    Raises
    ------
    DialerFilesError
        With every fault of the file.
    """
    try:
        source = read_source(path)
    except DocumentError as error:
        raise DialerFilesError(str(fault) for fault in error.faults) from None
    if source.faults:
        raise DialerFilesError(map(_place, source.faults))
    try:
        file = FactsFile.model_validate(plain(source.node))
    except ValidationError as error:
        raise DialerFilesError(_faults(source.node, error)) from None
    numbers, wrong = _numbers(source.node, file.caller_numbers, region)
    if wrong:
        raise DialerFilesError(wrong)
    return CampaignFacts(
        opt_out_notice=file.opt_out_notice,
        how_to_object=file.how_to_object,
        opt_out_key=file.opt_out_key,
        opt_out_key_within_ms=file.opt_out_key_within,
        gate=file.gate,
        identification=MappingProxyType({str(k): v for k, v in file.identification.items()}),
        caller_numbers=numbers,
        abandoned_share=file.abandoned_share,
        abandoned_within_ms=file.abandoned_within,
        data_notice=file.data_notice,
        proof_of_consent=file.proof_of_consent,
        duties=MappingProxyType(dict(file.duties)),
    )


def _numbers(
    root: Node, written: tuple[str, ...] | None, region: str | None
) -> tuple[tuple[str, ...] | None, list[str]]:
    """The caller's numbers in one form, and what is wrong with them."""
    if written is None:
        return None, []
    found, wrong = [], []
    for place, number in enumerate(written):
        try:
            found.append(international(number, region))
        except NumberError as error:
            path: NodePath = ("caller_numbers", place)
            wrong.append(f"{_at(root, path)}: {dotted(path)}: {error}")
    return tuple(found), wrong


def _place(fault: Fault) -> str:
    """A fault of a key, without the key: the file may be another than was meant."""
    return (
        f"{fault.file}:{fault.line}:{fault.column}: is no map of facts, each key once, such as "
        "`gate: none`"
    )


def _at(root: Node, path: NodePath, *, on_key: bool = False) -> str:
    """Where something is written: file, line and column."""
    node, _ = nearest(root, path)
    mark = node.key if on_key and node.key is not None else node.mark
    return f"{mark.file}:{mark.line}:{mark.column}"


def _faults(root: Node, error: ValidationError) -> list[str]:
    """What is wrong, each at its place and without the value: it may be of another file."""
    found = []
    for entry in error.errors(include_url=False, include_input=False):
        where = [_shown(str(part)) for part in entry["loc"] if part != "[key]"]
        message = _wanted(entry["type"], entry["msg"])
        if entry["type"] == "extra_forbidden":
            hint = did_you_mean(str(entry["loc"][-1]), tuple(FactsFile.model_fields))
            message = f"there is no such fact{hint or '.'}"
        elif where[:1] == ["identification"] and entry["type"] == "literal_error":
            message = f"allowed: {', '.join(get_args(IdentityItem))}"
        elif entry["type"] == "value_error":
            message = f"cannot be read; wanted: {_WANTED.get(where[0], 'another value')}"
        unknown = entry["type"] == "extra_forbidden"
        path = tuple(part for part in entry["loc"] if part != "[key]")
        found.append(f"{_at(root, path, on_key=unknown)}: {'.'.join(where)}: {message}")
    return found


def _wanted(kind: str, said: str) -> str:
    """What may stand there, by the kind of the validator's error."""
    if kind.startswith("bool"):
        return "true or false is wanted"
    if kind == "literal_error":
        return said.replace("Input should be", "allowed:", 1)
    if kind in ("tuple_type", "list_type"):
        return "a list is wanted: [first, second]"
    if kind in ("dict_type", "mapping_type", "model_type", "model_attributes_type"):
        return "a map is wanted"
    return "a text is wanted" if kind == "string_type" else said.removeprefix("Value error, ")


_WANTED = {
    "opt_out_key_within": "a duration, such as 2 s",
    "abandoned_within": "a duration, such as 2 s",
    "abandoned_share": "a share, such as 2 %",
    "duties": "names of duties, in small letters and dashes",
}
"""What a fact is, where its value cannot be read."""
_PLAIN = re.compile(r"[a-z][a-z_-]{0,40}|\d{1,3}")


def _shown(key: str) -> str:
    """A key as it may be shown: what is no plain name may be anything."""
    return key if _PLAIN.fullmatch(key) else "(a key)"
