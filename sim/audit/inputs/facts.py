"""Facts of a real campaign from a small YAML file: what its message said, and what it kept."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import Field, StrictBool, ValidationError

from sim.audit.tables import CampaignFacts
from sim.document.messages import did_you_mean
from sim.document.node import plain
from sim.document.quantity import Model, PlainDuration
from sim.document.source import read_source
from sim.errors import DialerFilesError, DocumentError
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


def read_facts(path: str | Path) -> CampaignFacts:
    """Facts from a YAML file.

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
        raise DialerFilesError(str(fault) for fault in source.faults)
    try:
        file = FactsFile.model_validate(plain(source.node))
    except ValidationError as error:
        raise DialerFilesError(_faults(path, error)) from None
    return CampaignFacts(
        opt_out_notice=file.opt_out_notice,
        how_to_object=file.how_to_object,
        opt_out_key=file.opt_out_key,
        opt_out_key_within_ms=file.opt_out_key_within,
        gate=file.gate,
        identification=MappingProxyType({str(k): v for k, v in file.identification.items()}),
        caller_numbers=file.caller_numbers,
        abandoned_share=file.abandoned_share,
        abandoned_within_ms=file.abandoned_within,
        data_notice=file.data_notice,
        proof_of_consent=file.proof_of_consent,
        duties=MappingProxyType(dict(file.duties)),
    )


def _faults(path: str | Path, error: ValidationError) -> list[str]:
    found = []
    for entry in error.errors(include_url=False, include_input=False):
        where = [str(part) for part in entry["loc"] if part != "[key]"]
        message = entry["msg"].removeprefix("Value error, ")
        if entry["type"] == "extra_forbidden":
            hint = did_you_mean(where[-1], tuple(FactsFile.model_fields))
            message = f"there is no such fact{hint or '.'}"
        elif where[:1] == ["identification"] and entry["type"] == "literal_error":
            message = f"allowed: {', '.join(get_args(IdentityItem))}"
        found.append(f"{path}: {'.'.join(where)}: {message}")
    return found
