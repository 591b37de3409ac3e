"""The world: people who call the number that a voicemail gave."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.document.fields import Count
from sim.document.laws import DurationLaw
from sim.document.quantity import Model, Share


class CallBack(Model):
    """People who call the number that a voicemail gave."""

    share: Share = Field(description="Share of messages left after which somebody calls back.")
    delay: DurationLaw = Field(description="Message left to the call back.")
    handling: DurationLaw = Field(description="How long a call back holds an inbound line.")
    opts_out: Share = Field(description="Share of callers who get through and opt out there.")
    redials: Share = Field(description="Share of callers who meet no free line and try again.")
    redial_delay: DurationLaw = Field(description="Blocked try to the next.")
    tries: Annotated[Count, Field(ge=1, le=20)] = Field(3, description="Most tries of a caller.")
