from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.view import RunView
from tests.analysis.tables import STRATEGIES, make_run

ODD_NAMES = (
    "</script><script>window.hacked = 1</script>",
    '<img src=x onerror="window.hacked = 1">',
    "%{x} & <b>bold</b> a.b $x$",
    "une stratégie au nom si long qu'il ne tient dans aucune légende – дозвон 電話 📞",
)


def odd_run(**about: object) -> RunView:
    """Names and texts that no page may take for markup."""
    strategies = dict(zip(ODD_NAMES, STRATEGIES.values(), strict=True))
    words = {"name": ODD_NAMES[0], "question": ODD_NAMES[1], "notices": (ODD_NAMES[0],)}
    run = make_run(strategies=strategies, **(words | about))
    run.tables["parameters"]["source"][0] = ODD_NAMES[1]
    run.tables["territories"]["territory"][0] = ODD_NAMES[1]
    for name in ("title", "rule"):
        run.audit[name][0] = ODD_NAMES[0]
    for name in ("territory", "rule"):
        run.tables["violations"][name][0] = ODD_NAMES[1]
    return run


def without_timeline(run: RunView) -> RunView:
    """The run with no row in its timeline."""
    timeline = {name: values[:0] for name, values in run.table("timeline").items()}
    return replace(run, tables={**run.tables, "timeline": timeline})


CASES = {
    "four strategies": make_run,
    "one strategy": lambda: make_run(strategies={"as-run": STRATEGIES["as-run"]}),
    "no call": lambda: make_run(calls=False),
    "one bin": lambda: make_run(bins=1),
    "no bin": lambda: without_timeline(make_run(calls=False)),
    "nothing modelled": lambda: make_run(modelled=False),
    "odd names": odd_run,
    "scaled": lambda: make_run(lines=60_000, scale=0.01, notices=("Channels were rounded.",)),
    "nine strategies": lambda: make_run(
        strategies={f"s{i}": list(STRATEGIES.values())[i % 4] for i in range(9)}
    ),
}


@pytest.fixture(params=CASES, scope="module")
def any_run(request: pytest.FixtureRequest) -> RunView:
    """Every kind of run that a chart must bear."""
    return CASES[request.param]()


@pytest.fixture(scope="module")
def run() -> RunView:
    """The campaign with four strategies."""
    return make_run()
