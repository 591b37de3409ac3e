"""A strategy: what is played."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from sim.document.quantity import Model, PlainDuration

IdentityItem = Literal[
    "caller_at_start",
    "on_whose_behalf_at_start",
    "caller_name",
    "phone_number",
    "postal_address",
    "postal_address_or_free_phone",
]
"""What the message says of the caller: at its start, or (the last four) anywhere in it."""


class Message(Model):
    """What is played."""

    duration: Annotated[PlainDuration, Field(ge=1)] = Field(
        description="Length of the message that a person hears."
    )
    gate: Literal["none", "press-1"] = Field(
        "none", description="Whether a key must be pressed to hear the message."
    )
    gate_timeout: Annotated[PlainDuration, Field(ge=1)] = Field(
        10_000, description="Start of the prompt to release, when no key is pressed."
    )
    voicemail: Annotated[PlainDuration, Field(ge=1)] | None = Field(
        None, description="Length of the message left on a machine."
    )
    opt_out: Literal["none", "start", "end"] = Field(
        "none", description="Where it tells of the right to object; start: before all else."
    )
    how_to_object: StrictBool = Field(
        False, description="Whether it says how to object, beside that notice."
    )
    opt_out_notice: PlainDuration = Field(
        0, description="Length of that notice, beside `duration`."
    )
    opt_out_key: StrictBool = Field(
        False, description="Whether a key in the call itself lists the number as refusing."
    )
    opt_out_key_within: PlainDuration | None = Field(
        None, description="Start of the caller's name to the offer of that key."
    )
    call_back: StrictBool = Field(
        False, description="Whether the voicemail gives a number to call back."
    )
    identification: tuple[IdentityItem, ...] = Field(
        (), max_length=6, description="What it says of the caller."
    )
