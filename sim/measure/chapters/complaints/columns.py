"""Tables of complaints and of their chances."""

from __future__ import annotations

from sim.record.column import CATEGORY, STRATEGY, UTC_MS, Column, Table, count

_FULL_SIZE = (
    "Complaints do not shrink with a scaled run: they are those of the campaign at full size."
)

COMPLAINTS = Table(
    "complaints",
    "one complaint up to the world's `complaints.horizon`, in order of time",
    (
        STRATEGY,
        Column("at_utc", "UTC", UTC_MS, "Moment of the complaint."),
        Column("channel", "-", CATEGORY, "`regulator`, `operator`, `social` or `press`."),
        Column(
            "kind",
            "-",
            CATEGORY,
            "What it is about: a call that a person answered (`live`), a message heard "
            "(`voicemail`), a call that brought nothing but ringing or dead air (`unanswered`), a "
            "call back that never got through (`blocked`), or another complaint (`contagion`).",
        ),
        Column(
            "generation",
            "-",
            "uint16",
            "0 for one about a call or a call back, 1 for one that such a complaint bred, and so "
            "on.",
        ),
        Column("territory", "-", CATEGORY, "Territory of the line that complains."),
        Column(
            "weekday",
            "-",
            "uint8",
            "Local day of the week of the call, Monday 0; null where it is not about a call.",
            True,
        ),
        Column("hour", "-", "uint8", "Local hour of the call, 0 to 23; likewise null.", True),
        Column(
            "attempt",
            "-",
            "uint8",
            "Attempt complained of, or that left the message called back about; 0 for `contagion`.",
        ),
        Column(
            "part",
            "-",
            CATEGORY,
            "Part of the day of the call, local: `day`, `night` or `meal`; likewise null.",
            True,
        ),
        Column("call_start_utc", "UTC", UTC_MS, "Start of the call; likewise null.", True),
        Column("before_cutoff", "-", "bool", "Whether it came before the campaign's cutoff."),
    ),
    note=f"Empty where the world has no `complaints`. {_FULL_SIZE}",
)

COMPLAINT_RISK = Table(
    "complaint_risk",
    "one strategy, channel and threshold",
    (
        STRATEGY,
        Column("channel", "-", CATEGORY, "`all`, or `regulator` alone."),
        count("threshold", "complaints", "Number of complaints, 1 or more."),
        Column("probability", "share", "float64", "Chance of so many complaints or more."),
    ),
    note=(
        "Computed, not counted: the distribution over what one run cannot show, given the calls "
        "that the run placed. Complaints about calls breed others as `complaints.contagion` says, "
        "up to the horizon and on lines that have been called by then; their level is uncertain as "
        "`complaints.per_million` says. Above 300, given the level, the number counts as negative "
        "binomial. Callers back who never get through are left out, and calls "
        "to lines that had opted out or from labelled numbers weigh no more than others. For "
        "`regulator` the thresholds include those of the world's regulator up to 100,000. Empty "
        "where the world has no `complaints`. "
        f"{_FULL_SIZE}"
    ),
)
