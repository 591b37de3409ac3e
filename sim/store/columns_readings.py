"""Tables of what one run says under other values of what its calls do not hang on."""

from __future__ import annotations

from sim.record.column import STRATEGY, Column, Table

_FULL = "at full size; null where the world has no complaints."

READINGS = Table(
    "readings",
    "one strategy in one draw of the inputs that are read; draw 0 has their central values",
    (
        STRATEGY,
        Column("draw", "-", "int64", "Number of the draw, shared by all strategies."),
        Column("people_reached", "people", "float64", "Mean people reached, as simulated."),
        Column(
            "votes_gained",
            "votes",
            "float64",
            "Votes gained by these, as simulated, below 0 where lost; null where the world says "
            "nothing of votes.",
            True,
        ),
        Column("complaints", "complaints", "float64", f"Mean complaints, {_FULL}", True),
        Column(
            "complaints_variance", "-", "float64", "Variance of the luck of these; null too.", True
        ),
        Column(
            "complaints_regulator",
            "complaints",
            "float64",
            f"Mean complaints to the regulator, {_FULL}",
            True,
        ),
        Column(
            "complaints_regulator_variance",
            "-",
            "float64",
            "Variance of the luck of these; null too.",
            True,
        ),
        Column(
            "complaints_regulator_before_cutoff",
            "complaints",
            "float64",
            f"Mean complaints to the regulator before the campaign's cutoff, {_FULL}",
            True,
        ),
        Column(
            "complaints_regulator_before_cutoff_variance",
            "-",
            "float64",
            "Variance of the luck of these; null too.",
            True,
        ),
    ),
    note=(
        "Expected, not counted: the run's calls stand, and what is made of them is worked out "
        "anew in each draw. Which inputs are drawn, `reading_inputs.parquet` says. Given a draw, a "
        "number of complaints counts as negative binomial with its mean and variance. Complaints "
        "do not shrink with a scaled run."
    ),
)

READING_INPUTS = Table(
    "reading_inputs",
    "one uncertain input and strategy",
    (
        STRATEGY,
        Column("input", "-", "text", "Key of the input, as a file writes it."),
        Column(
            "role",
            "-",
            "text",
            "`reading`: no call hangs on it. `held`: calls hang on it only once something comes "
            "back (objections, an order, labels). `placing`: it decides who is called when.",
        ),
        Column("drawn", "-", "bool", "Whether the readings draw it; else it stays central."),
        Column(
            "share_people",
            "share",
            "float64",
            "Share of the variance of the logarithm of people reached that it explains alone; "
            "0 where chance alone gives as much; null where it is not drawn, or the number does "
            "not move.",
            True,
        ),
        Column(
            "share_complaints",
            "share",
            "float64",
            "Likewise of expected complaints.",
            True,
        ),
    ),
    note=(
        "Read off each strategy's plan, with the input at both ends of its range. First-order "
        "shares among the inputs drawn. In 19 studies of 20, no input without effect seems to "
        "explain anything: at 1,024 readings of 30 inputs a share must be above 0.028."
    ),
)
