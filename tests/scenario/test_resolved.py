# ruff: noqa: E501 - tables of cases
"""The resolved scenario, loaded again, is the same scenario."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.document.node import plain
from sim.document.source import parse_source
from sim.errors import ScenarioError
from sim.scenario.load import load_scenario
from sim.scenario.resolved import resolved_text
from tests.scenario.example import FEEDBACK, TEXT, Write, changed

SETTINGS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["", "strategies.half.", "strategies.three-attempts."]),
            st.one_of(
                st.integers(1, 10**6).map("dialing.channels={}".format),
                st.fractions(1, 1000, max_denominator=1000)
                .filter(lambda f: f.numerator <= 10**6)
                .map("dialing.calls_per_second={}".format),
                st.sampled_from(
                    [
                        "recycle=null",
                        "recycle={busy: null, machine: {delay: 90min}}",
                        "recycle.no_answer.delay=1h30min",
                        "amd=null",
                        "prices=null",
                        "prices={per_minute: 0.02 EUR}",
                        "attempts.lifetime=3",
                        "amd.human_as_machine={low: 1 %, central: 0.02, high: 3%, source: 'yes'}",
                        "list={source: '10:00'}",
                        "list={line_types: [landline]}",
                        "dialing.call_times=[{days: [mon, thu-sun], from: '0:00', to: '24:00'}]",
                        "dialing.outages=[{from: 2017-04-19 10:00, to: 2017-04-19 11:00, channels: 0}]",
                        "reached_when.live=1min",
                    ]
                ),
            ),
        ).map("".join),
        st.integers(0, 2**64 - 1).map("seed={}".format),
        st.sampled_from(["base=half", "check={scale: 2 %}", "world.listening=500ms"]),
    ),
    max_size=6,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(
    [
        "recycle={busy: null, machine: {delay: 90min}}",
        "strategies.three-attempts.prices={per_minute: 0.02 EUR}",
    ]
)
@given(arguments=SETTINGS)
def test_loading_it_again_gives_the_same(write: Write, arguments: list[str]) -> None:
    loaded = load_scenario(write(TEXT), arguments)
    text = resolved_text(loaded)
    again = load_scenario(write(text, "resolved.yaml"))
    assert again.scenario == loaded.scenario
    assert resolved_text(again) == text
    assert plain(parse_source(text, "t").node) == loaded.resolved


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(words=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1))
def test_any_text_survives(write: Write, words: str) -> None:
    quoted = '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
    path = write(changed(("question: Whom do we reach?", f"question: {quoted}")))
    try:
        loaded = load_scenario(path)
    except ScenarioError as error:
        said = str(error)
    else:
        said = ""
    if said:
        assert "is not allowed in YAML" in said
        return
    assert load_scenario(write(resolved_text(loaded))).scenario == loaded.scenario


def test_it_holds_everything_and_keeps_the_layout(write: Write) -> None:
    write(TEXT, "base.yaml")
    path = write("extends: base.yaml\nstrategies: {half: {dialing: {ring_timeout: 25 s}}}\n")
    loaded = load_scenario(path, ["dialing.channels=60"])
    assert list(loaded.resolved) == [
        "format", "name", "question", "seed", "world", "campaign", "list", "dialing", "attempts",
        "amd", "message", "prices", "base", "strategies",
    ]  # fmt: skip
    assert loaded.resolved["dialing"]["channels"] == 60
    # What an overlay says again is no difference.
    assert loaded.resolved["strategies"]["half"] == {"dialing": {"channels": 50}}
    assert 'from: "10:00"' in resolved_text(loaded)


def test_everything_that_acts_back_survives(write: Write) -> None:
    loaded = load_scenario(write(FEEDBACK))
    text = resolved_text(loaded)
    assert load_scenario(write(text, "resolved.yaml")).scenario == loaded.scenario


def test_the_text_is_deterministic(write: Write) -> None:
    assert resolved_text(load_scenario(write(TEXT))) == resolved_text(load_scenario(write(TEXT)))


def test_a_scenario_is_immutable_and_can_be_copied(write: Write) -> None:
    scenario = load_scenario(write(TEXT)).scenario
    with pytest.raises(TypeError, match="immutable"):
        scenario.strategies["x"] = scenario.strategies["half"]
    with pytest.raises(TypeError, match="immutable"):
        scenario.world.territories |= {}
    with pytest.raises(Exception, match="frozen"):
        scenario.seed = 3
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert copy.deepcopy(scenario) == scenario


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys, sim.scenario.load\n"
        "heavy = {'pandas', 'scipy', 'numba', 'plotly', 'pyarrow', 'numpy', 'simpy', 'holidays'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=root, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_shipped_scenario_resolves_to_itself(tmp_path: Path) -> None:
    """Every key survives, those of the top level included."""
    shipped = load_scenario(Path(__file__).parents[2] / "scenarios" / "france-2017.yaml")
    file = tmp_path / "resolved.yaml"
    file.write_text(resolved_text(shipped), encoding="utf-8")
    assert shipped.scenario.regimes
    assert load_scenario(file).scenario == shipped.scenario
