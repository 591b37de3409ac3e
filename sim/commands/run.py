"""``ringfence run``: simulate the strategies of a scenario and compare them."""

from __future__ import annotations

import datetime as dt
import json
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.commands.kernels import tell_of_kernels
from sim.commands.loading import JOBS, load_and_warn
from sim.commands.progress import PROGRESS
from sim.document.units import shown
from sim.errors import OptionError

if TYPE_CHECKING:
    from sim.jobs.after import GoingOn
    from sim.jobs.run import RunOutcome


_DECIMAL = r"(?:[0-9]{1,20}\.?[0-9]{0,20}|\.[0-9]{1,20})(?:e[-+]?[0-9]{1,2})?"
_RATIO = r"[0-9]{1,20}/0{0,20}[1-9][0-9]{0,20}"
_SHARE = re.compile(rf"(?P<number>[-+]?(?:{_RATIO}|{_DECIMAL}))\s*(?P<percent>%?)", re.I)
"""Short enough to be worked out at once, and nothing that is no number."""


class Scale(click.ParamType[Fraction]):
    """A share such as ``1%`` or ``0.01``, above 0."""

    name = "share"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Fraction:
        """The share as an exact fraction."""
        if isinstance(value, Fraction):
            return value
        found = _SHARE.fullmatch(str(value).strip())
        if found is None:
            self.fail(f"found '{value}'; a scale is a share such as 1% or 0.01", param, ctx)
        share = Fraction(found["number"]) / (100 if found["percent"] else 1)
        if not 0 < share <= 1:
            self.fail(f"found '{value}'; the scale lies above 0 % and up to 100 %", param, ctx)
        return share


@click.command()
@click.argument("file")
@click.option(
    "--strategy",
    "strategies",
    metavar="NAME",
    multiple=True,
    help="Only this one; repeat it for several.",
)
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Root seed instead of the file's.")
@click.option(
    "--scale",
    type=Scale(),
    default="100%",
    help="Shrink lines, channels and calls per second together: 1%.",
)
@click.option("--set", "sets", metavar="PATH=VALUE", multiple=True, help="Replace a value.")
@click.option(
    "--shock",
    "shocks",
    metavar="CHANNEL@MOMENT",
    multiple=True,
    help="A story breaks, instead of those of the file: press@2017-05-04T18:00.",
)
@click.option("--calls", is_flag=True, help="Also write the call log, its lines and objections.")
@JOBS
@PROGRESS
@click.option("--all", "every", is_flag=True, help="Also every metric, side by side.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
@click.option("--out", metavar="DIR", help="Run directory to make; runs/… by default.")
@click.option(
    "--after",
    metavar="CALLS",
    help="Go on from what was dialled: a run with --calls, a dialer's log, an import.",
)
@click.option(
    "--at",
    metavar="MOMENT",
    type=click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]),
    help="With --after: decide from this local moment on; default after the last call.",
)
@click.option("--of", metavar="NAME", help="With --after: all go on from this strategy of the log.")
@click.option(
    "--draws",
    metavar="K",
    type=int,
    help="Draw the uncertain inputs K times: 32 to decide, 64 to publish.",
)
@click.option(
    "--draw", metavar="N", type=int, default=0, help="Run draw N of such a study alone, as a run."
)
@click.option(
    "--precision",
    metavar="METRIC:SHARE",
    help="Draw until it is so sure: 'people_reached: 2%'; with --draws, K is the most.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="With --draws: the workers of a Dask cluster run them: tcp://10.0.0.5:8786.",
)
def run(
    file: str,
    sets: tuple[str, ...],
    shocks: tuple[str, ...],
    every: bool,
    as_json: bool,
    draws: int | None,
    draw: int,
    precision: str | None,
    scheduler: str | None,
    after: str | None,
    at: dt.datetime | None,
    of: str | None,
    **options: Any,
) -> None:
    """Simulate every strategy of the scenario in FILE, and compare them.

    Results go into a run directory; the verdict and the paths follow on standard output. With
    --after it goes on from what was dialled so far: shall we finish, and what if?
    """
    loaded = load_and_warn(file, (*sets, *_shocks(shocks)))

    from sim.commands.progress import telling
    from sim.commands.shown import shown_by
    from sim.commands.study import study
    from sim.jobs.run import Hooks, run_scenario

    tell_of_kernels()
    going_on = _going_on(after, at, of)
    if going_on is not None and (draws is not None or precision is not None):
        raise OptionError(_ONE_DRAW, place="--after", remedy="--draw N")
    if draws is not None or precision is not None:
        if options.pop("calls") or draw:
            raise OptionError("--draws makes a study, which has no single draw and no call log")
        study(loaded, draws, precision, scheduler=scheduler, as_json=as_json, **options)
        return
    if scheduler is not None:
        raise OptionError(
            "one run has no draws to hand out", place="--scheduler", remedy="--draws K"
        )
    html, far = shown_by("report_html"), options.pop("far")
    known = None if draw else loaded.scenario  # else the report reads it from the run
    with telling("run", loaded.scenario.name, far) as told, told.strategies() as hook:
        outcome = run_scenario(
            loaded,
            strategies=options.pop("strategies") or None,
            draw=draw,
            hooks=Hooks(hook, lambda text: click.echo(text, err=True), told.live.beside),
            report=lambda run: html(run, known),
            going_on=going_on,
            **options,  # seed, scale, calls, out, jobs
        )
    if as_json:
        verdict = shown_by("verdict_document")(outcome.run, loaded.scenario)
        document = {**_document(outcome, loaded.scenario.name), "verdict": verdict}
        click.echo(json.dumps(document, indent=2, allow_nan=False))
        return
    if going_on is not None:
        click.echo(shown_by("course_text")(outcome.run, loaded.scenario) + "\n")
    click.echo(shown_by("verdict_text")(outcome.run, loaded.scenario))
    if every:
        click.echo("\n" + shown_by("comparison_text")(outcome.run, loaded.scenario))
    click.echo(f"\nrun:    {outcome.path}\nreport: {outcome.path / 'report.html'}")


_ONE_DRAW = "a campaign goes on in one draw: in another, other people would have answered"


def _shocks(shocks: tuple[str, ...]) -> tuple[str, ...]:
    """The setting by which stories break."""
    if not shocks:
        return ()
    told = []
    for shock in shocks:
        channel, _, moment = shock.partition("@")
        if not re.fullmatch(r"[a-z]{1,20}", channel) or not re.fullmatch(
            r"[-0-9T: ]{1,20}", moment
        ):
            raise OptionError(
                f"--shock takes a channel and a moment; found {shown(shock)}",
                place="--shock",
                remedy="--shock press@2017-05-04T18:00",
            )
        told.append(f'{{channel: {channel}, at: "{moment.replace("T", " ")}"}}')
    return (f"world.complaints.shocks=[{', '.join(told)}]",)


def _going_on(after: str | None, at: dt.datetime | None, of: str | None) -> GoingOn | None:
    """From which log the run goes on."""
    if after is None:
        if at is not None or of is not None:
            option = "--at" if at is not None else "--of"
            raise OptionError("goes with --after", place=option)
        return None
    from sim.jobs.after import GoingOn

    return GoingOn(Path(after), at, of)


def _document(outcome: RunOutcome, scenario: str) -> dict[str, Any]:
    """The result as one JSON document."""
    manifest = outcome.run.manifest
    return {
        "format": 1,
        "scenario": scenario,
        "seed": manifest["seed"],
        "scale": manifest["scale"],
        "run": str(outcome.path),
        "report": str(outcome.path / "report.html"),
        "metrics": outcome.shown,
        "metrics_as_simulated": outcome.metrics,
        **({"after": manifest["after"]} if "after" in manifest else {}),
    }
