"""The world: who complains of a call, when and where, and what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

from pydantic import Field

from sim.document.fields import Clock, Moment
from sim.document.laws import SOURCE, DurationLaw
from sim.document.quantity import (
    GRADE,
    Factor,
    FactorRange,
    Grade,
    Model,
    PlainDuration,
    PlainShare,
    Share,
    ShareRange,
)

if TYPE_CHECKING:  # NumPy is not loaded to read a file
    import numpy as np
    from numpy.typing import NDArray

Channel = Literal["regulator", "operator", "social", "press"]
"""Where a complaint may go."""
Weight = TypeVar("Weight", float, "NDArray[np.float64]")


class ComplaintEffects(Model):
    """What makes a complaint likelier or rarer, as multiples of a reference call's chance.

    The reference call: a person answered by day, first attempt, no consent, no refusal listed, no
    notice of objection at the start, before any opt-out, from a number without a label.
    """

    unanswered: Factor = Field(description="A call that nobody and nothing answered.")
    voicemail: Factor = Field(description="A message left on a machine, when it is heard.")
    consented: Factor = Field(description="A line whose people consented.")
    opposed: Factor = Field(description="A line marked or registered as refusing.")
    night: Factor = Field(description="A call at night.")
    meal: Factor = Field(description="A call at meal times.")
    repeat: Factor = Field(description="Every attempt beyond the first, once.")
    after_opt_out: Factor = Field(description="A call to a line that had opted out.")
    objection_first: Factor = Field(description="A message that tells of objection at the start.")
    silence: Factor = Field(description="A call or hearing in the silence before a poll.")
    labelled: Factor = Field(description="A call from a number that bears a label.")
    blocked: Factor = Field(description="A caller back who never gets through.")


class DayPart(Model):
    """A part of the day, local, half-open; it may cross midnight."""

    opens: Clock = Field(alias="from", description="First minute, local.")
    closes: Clock = Field(alias="to", description="First minute after it, local.")


class ComplaintChannels(Model):
    """Where complaints go; the shares sum to 1."""

    regulator: Share = Field(description="Share of complaints that go to the regulator.")
    operator: Share = Field(description="Share that go to an operator or a short code.")
    social: Share = Field(description="Share that are made in public, on social media.")
    press: Share = Field(description="Share that reach the press.")


class Contagion(Model):
    """Complaints that breed complaints: a Hawkes process by its clusters.

    Means hold if everybody in the world had been called; a descendant who has not been called by
    then does not complain.
    """

    regulator: Factor = Field(description="Mean further complaints after one to the regulator.")
    operator: Factor = Field(description="Mean further complaints after one to an operator.")
    social: Factor = Field(description="Mean further complaints after one in public.")
    press: Factor = Field(description="Mean further complaints after one in the press.")
    delay: DurationLaw = Field(description="Complaint to the complaints that it breeds.")


class Shock(Model):
    """A story that breaks by itself, whatever the campaign does."""

    at: Moment = Field(description="When it breaks, local time of the campaign.")
    channel: Channel = Field(
        "press", description="Where: it breeds as many complaints as one in this channel does."
    )


class CasebookMix(Model):
    """What the dials of a casebook campaign were like, as shares of them."""

    human: PlainShare = Field(description="Dials that a person answered.")
    voicemail: PlainShare = Field(description="Dials that left a message which was heard.")
    unanswered: PlainShare = Field(description="Dials of which nothing arrived but the ringing.")
    repeat: PlainShare = Field(0.0, description="Dials beyond the first to a line.")
    opposed: PlainShare = Field(0.0, description="Dials to lines marked or registered as refusing.")
    after_opt_out: PlainShare = Field(0.0, description="Dials to lines that had opted out.")
    meal: PlainShare = Field(0.0, description="Dials at meal times.")
    night: PlainShare = Field(0.0, description="Dials at night.")
    off_by: Factor = Field(
        default_factory=lambda: FactorRange(central=1.0),
        description="What the mean effect over these dials may be off by, as a factor, since the "
        "shares are not known either.",
    )
    source: str | None = Field(None, description=SOURCE)
    grade: Grade | None = Field(None, description=GRADE)


class Complaints(Model):
    """Who complains of a call, when and where, and what follows."""

    per_million: Factor = Field(
        description="Complaints to the regulator per million dials of a casebook campaign."
    )
    casebook_effect: Factor | None = Field(
        None,
        description="Mean of `effects` over the dials of a casebook campaign, where `casebook` "
        "does not say what they were like.",
    )
    casebook: CasebookMix | None = Field(
        None,
        description="What those dials were like: the mean of `effects` over them is worked out, "
        "in each draw anew.",
    )
    casebook_branching: PlainShare | None = Field(
        None,
        description="Mean complaints that one bred in the casebook's campaigns. Left out, as many "
        "as here: more `contagion` then means fewer complaints about calls; given, it adds some.",
    )
    effects: ComplaintEffects = Field(description="Multiples of a reference call's chance.")
    night: DayPart = Field(description="Night, in the recipient's local time.")
    meals: tuple[DayPart, ...] = Field(
        (), max_length=24, description="Meal times, local to the recipient."
    )
    delay: DurationLaw = Field(description="Call, or hearing of a voicemail, to complaint.")
    channels: ComplaintChannels = Field(description="Where complaints go.")
    contagion: Contagion | None = Field(
        None, description="Complaints that breed complaints; left out, none do."
    )
    shocks: tuple[Shock, ...] = Field(
        (),
        max_length=24,
        description="Stories that break by themselves: each breeds complaints as `contagion` says, "
        "and is none itself. The level of complaints about calls stays as it is.",
    )
    opts_out: Share = Field(
        default_factory=lambda: ShareRange(central=1.0),
        description="Share of complaints to an operator or the regulator that the caller learns of "
        "as opt-outs.",
    )
    silence: str | None = Field(
        None, description="Regime whose silence before a poll `effects.silence` means."
    )
    horizon: Annotated[PlainDuration, Field(ge=1)] = Field(
        60 * 86_400_000, description="Complaints are counted for so long after the start."
    )

    @property
    def weight(self) -> float:
        """Mean of `effects` over the dials of a casebook campaign, at central values."""
        if self.casebook_effect is not None or self.casebook is None:
            return 0.0 if self.casebook_effect is None else self.casebook_effect.central
        effects = {
            name: float(getattr(self.effects, name).central)
            for name in ComplaintEffects.model_fields
        }
        return self.casebook.off_by.central * weighed(self.casebook, effects)


def breaking(complaints: Complaints | None, start: dt.datetime) -> tuple[Shock, ...]:
    """Stories that break from a campaign's start, local, on."""
    return tuple(one for one in (complaints.shocks if complaints else ()) if one.at >= start)


def weighed(mix: CasebookMix, effects: Mapping[str, Weight]) -> Weight:
    """Mean effect over the dials of a mix, a person who answers by day being 1.

    One number, or (n,) float64 for n draws of the effects.
    """
    kind = mix.human + mix.voicemail * effects["voicemail"]
    kind = kind + mix.unanswered * effects["unanswered"]
    for name in ("repeat", "opposed", "after_opt_out"):
        kind = kind * (1.0 + getattr(mix, name) * (effects[name] - 1.0))
    hours = mix.meal * (effects["meal"] - 1.0) + mix.night * (effects["night"] - 1.0)
    return kind * (1.0 + hours)
