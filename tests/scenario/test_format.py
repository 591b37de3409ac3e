"""The descriptions of the format: schema, keys, explanations, documents, starter, parameters."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sim.document.node import plain
from sim.document.source import parse_source
from sim.scenario.explain import all_keys, allowed_text, explain_key, key_table, suggestions
from sim.scenario.keys import file_keys, key_at
from sim.scenario.load import load_scenario
from sim.scenario.parameters import parameters
from sim.scenario.schema import json_schema, schema_text
from sim.scenario.starter import starter
from sim.scenario.strategy import Strategy
from tests.scenario.example import FEEDBACK, TEXT, Write, changed, faults_of

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "scenario-format.md"


# ── Schema ───────────────────────────────────────────────────────────────────────────────────────


def test_the_committed_schema_is_current() -> None:
    committed = (ROOT / "scenarios" / "scenario.schema.json").read_text(encoding="utf-8")
    assert committed == schema_text(), "write it anew with: ringfence schema"


def test_the_schema_knows_every_key_of_a_file() -> None:
    schema = json_schema()
    assert list(schema["properties"]) == sorted(
        file_keys().children, key=list(schema["properties"]).index
    )
    assert set(schema["properties"]) == set(file_keys().children)
    assert schema["additionalProperties"] is False

    def refers(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"].split("/")[-1]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(refers(entry) for entry in value.values()))
        return set().union(*map(refers, value)) if isinstance(value, list) else set()

    assert refers(schema) == set(schema["$defs"])


@cache
def validator() -> Any:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    return jsonschema.Draft202012Validator(json_schema())


def accepts(data: Any) -> bool:
    return bool(validator().is_valid(data))


def data_of(text: str) -> Any:
    return plain(parse_source(text, "t").node)


def test_the_schema_accepts_what_is_right() -> None:
    assert accepts(data_of(TEXT))
    assert accepts(data_of(FEEDBACK))
    assert accepts(data_of(starter("x")))
    assert accepts(
        data_of("extends: x.yaml\nworld: {lines: 5, segments: null}\nstrategies: {a: }\n")
    )
    assert accepts(data_of(changed(("channels: 100", "channels: null"))))
    assert accepts(data_of(changed(("calls_per_second: 4", "calls_per_second: 1/3"))))
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        assert accepts(data_of(path.read_text(encoding="utf-8"))), path


@pytest.mark.parametrize(
    "change",
    [
        ("channels: 100", "chanels: 100"),
        ("ring_timeout: 25 s\n  lead", "ring_timeout: 25\n  lead"),
        ("lead_order: random", "lead_order: randum"),
        ("machine: 32 %", "machine: 32"),
        ("machine: 32 %", "machine: {low: 1 %, high: 2 %}"),
        ("lines: 60_000", "electorat: 3"),
        ("law: lognormal", "law: lognormale"),
        ('from: "10:00"', 'from: "25:00"'),
        ("2017-04-21 20:00", "tomorrow"),
        ("seed: 7\n", ""),
        ("{channels: 50}", "{channels: fifty}"),
    ],
)
def test_the_schema_refuses_what_is_wrong(change: tuple[str, str]) -> None:
    assert not accepts(data_of(changed(change)))


# ── Keys and explanations ────────────────────────────────────────────────────────────────────────


def test_every_key_can_be_explained() -> None:
    assert len(all_keys()) > 100
    for name in all_keys():
        found = explain_key(name)
        assert found is not None
        assert (found.path, found.candidates) == (name, ())
        assert found.meaning.endswith((".", "}.")), name
        assert found.allowed, name
        key = key_at(tuple(name.split(".")))
        assert key is not None
        assert allowed_text(key) == found.allowed


def test_explanations(write: Write) -> None:
    channels = explain_key("dialing.channels")
    assert channels is not None
    assert channels.meaning == "Concurrent calls."
    assert channels.allowed == "whole number, such as 6_000_000; at least 1; at most 1_000_000"
    assert (channels.required, channels.default, channels.value) == (True, None, None)

    live = explain_key("reached_when.live")
    assert live is not None
    assert (live.unit, live.default, live.required) == ("milliseconds", "30 s", False)

    concrete = explain_key("world.line_types.landline.answering.human")
    starred = explain_key("world.line_types.*.answering.human")
    assert concrete is not None
    assert starred is not None
    assert concrete.meaning == starred.meaning
    assert "a range {low, central, high}; or rest" in concrete.allowed

    overlay = explain_key("strategies.half.dialing.channels")
    assert overlay is not None
    assert overlay.meaning == channels.meaning


def test_a_bare_name() -> None:
    only = explain_key("ring_timeout")
    assert only is not None
    assert only.path == "dialing.ring_timeout"
    several = explain_key("channels")
    assert several is not None
    assert several.candidates == (
        "world.complaints.channels", "dialing.channels", "dialing.outages.*.channels",
        "dialing.carriers.*.channels", "dialing.carriers.*.outages.*.channels",
        "dialing.changes.*.channels",
    )  # fmt: skip
    tail = explain_key("answering.human")
    assert tail is not None
    assert tail.path == "world.line_types.*.answering.human"
    assert explain_key("nonsense") is None
    assert explain_key("dialing.chanels") is None
    assert explain_key("") is None
    assert suggestions("dialing.chanels")[0] == "dialing.channels"
    assert "dialing.ring_timeout" in suggestions("ring_timout")


def test_a_value_with_its_place_and_source(write: Write) -> None:
    text = changed(("{low: 22 %, central: 33 %, high: 45 %}", "{central: 33 %, source: survey}"))
    path = write(text)
    loaded = load_scenario(path, ["dialing.channels=70"])
    human = explain_key("world.line_types.landline.answering.human", loaded)
    assert human is not None
    assert human.value == "{central: 33 %, source: survey}"
    assert (human.value_place, human.value_source) == (f"{path}:19:9", "survey")
    base = explain_key("dialing.channels", loaded)
    half = explain_key("strategies.half.dialing.channels", loaded)
    window = explain_key("dialing.call_times.1.to", loaded)
    unset = explain_key("reached_when.live", loaded)
    assert base is not None
    assert half is not None
    assert window is not None
    assert unset is not None
    assert (base.value, base.value_place) == ("70", "--set:1:18")
    assert (half.value, half.value_place) == ("50", f"{path}:48:30")
    assert window.value == "20:00"
    assert (unset.value, unset.value_place) == (None, None)


# ── Documents ────────────────────────────────────────────────────────────────────────────────────


def test_the_table_of_keys_is_current() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    found = re.search(r"<!-- keys: begin.*?-->\n(.*?)<!-- keys: end -->", text, re.S)
    assert found is not None
    assert found[1].strip() == key_table().strip()


def test_the_document_s_examples_load(write: Write) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.S)
    whole = next(block for block in blocks if "format: 1" in block)
    assert faults_of(write(whole, "spring-2017.yaml")) == ()
    children = [block for block in blocks if block.startswith("extends:")]
    assert len(children) == 2
    for child in children:
        assert faults_of(write(child, "child.yaml")) == ()
    for value in re.findall(r"--set (\S+?)='?(.*?)'?\n", text):
        if value[0] != "path":
            assert key_at(tuple(value[0].split("."))) is not None
    sections = re.search(r"The keys (.*?) at the top level are the base strategy", text, re.S)
    assert sections is not None
    assert re.findall(r"`(\w+)`", sections[1]) == list(Strategy.model_fields)


# ── Starter and parameters ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["my-campaign", "2017", "true", "1e5"])
def test_the_starter_has_no_fault(write: Write, name: str) -> None:
    loaded = load_scenario(write(starter(name)))
    assert loaded.warnings == ()
    assert loaded.scenario.name == name
    assert loaded.scenario.world.lines == 100_000
    assert len(loaded.scenario.strategies) == 2


def test_parameters(write: Write) -> None:
    text = changed(
        ("        machine_ring: 20 s", "        machine_ring: 20 s\n        source: study")
    )
    rows = parameters(load_scenario(write(text)).scenario)
    by_path = {row.path: row for row in rows}
    assert len(by_path) == len(rows)
    human = by_path["world.line_types.landline.answering.human"]
    assert (human.low, human.central, human.high) == (0.22, 0.33, 0.45)
    assert (human.unit, human.shape, human.source, human.is_range) == (
        "share", "two-piece", "study", True,
    )  # fmt: skip
    voters = by_path["world.voters_per_line"]
    assert (voters.unit, voters.source) == ("", "assumed")
    ring = by_path["world.line_types.landline.answering.machine_ring.value"]
    assert (ring.unit, ring.central, ring.is_range, ring.shape) == ("ms", 20_000, False, None)
    assert "world.line_types.landline.answering.no_answer" not in by_path
    assert by_path["strategies.half.amd.human_as_machine"].source is None
    assert [row.path for row in rows if row.is_range] == [
        "world.voters_per_line", "world.line_types.landline.answering.human",
    ]  # fmt: skip


def test_a_grade_goes_with_its_source(write: Write) -> None:
    """What stands beneath has both, until it has a source of its own."""
    text = changed(
        (
            "        machine_ring: 20 s",
            "        machine_ring: 20 s\n        source: study\n        grade: B",
        ),
        ("source: assumed}", "source: assumed, grade: D}"),
        ("        human: {low: 22 %,", "        human: {grade: A, low: 22 %,"),
    )
    rows = {row.path: row for row in parameters(load_scenario(write(text)).scenario)}
    answering = "world.line_types.landline.answering"
    assert (rows[f"{answering}.machine"].source, rows[f"{answering}.machine"].grade) == (
        "study",
        "B",
    )
    assert (rows[f"{answering}.human"].source, rows[f"{answering}.human"].grade)[1] == "A"
    assert rows["world.voters_per_line"].grade == "D"
    assert rows["world.press_1"].grade is None


def test_no_grade_but_a_to_d(write: Write) -> None:
    text = changed(("source: assumed}", "source: assumed, grade: E}"))
    (fault,) = faults_of(write(text))
    assert "'E'" in fault.message
    assert "allowed: A, B, C or D" in fault.message


def test_parameters_of_what_acts_back(write: Write) -> None:
    text = changed(("press: 25, delay", "press: {central: 25, source: C4}, delay"), text=FEEDBACK)
    rows = {row.path: row for row in parameters(load_scenario(write(text)).scenario)}
    per_million = rows["world.complaints.per_million"]
    assert (per_million.low, per_million.central, per_million.high) == (5, 16, 80)
    assert (per_million.unit, per_million.is_range) == ("", True)
    assert rows["world.complaints.contagion.press"].source == "C4"
    assert rows["world.complaints.channels.press"].unit == "share"
    assert rows["world.consent.covers_calls"].central == 0.8
    assert rows["world.call_back.redial_delay.value"].central == 300_000
    assert rows["world.reputation.labelled_odds"].central == 0.4
    assert "world.complaints.horizon" not in rows


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_range_that_ships_says_where_it_comes_from_and_how_good_that_is(path: Path) -> None:
    for row in parameters(load_scenario(path).scenario):
        if row.is_range:
            assert row.source, row.path
            assert row.grade, row.path
            if row.source == "assumed":
                assert row.grade == "D", row.path


def test_shipped_scenarios_have_no_error() -> None:
    for path in sorted((ROOT / "scenarios").glob("*.yaml")):
        load_scenario(path)
