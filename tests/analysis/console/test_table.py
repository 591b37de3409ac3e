from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len

from analysis.console.table import comparison_text
from analysis.view import RunView
from analysis.view.metrics_text import (
    difference_text,
    label_text,
    relative_text,
    value_text,
)
from sim.measure.metrics import METRICS, compared
from tests.analysis.tables import STRATEGIES, make_run


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class OldConsole(io.StringIO):
    encoding = "ascii"


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_no_line_is_wider_than_the_console(any_run: RunView, width: int) -> None:
    for line in comparison_text(any_run, width=width).splitlines():
        assert cell_len(line) <= width, line


def test_four_strategies_fit_one_block_in_80_columns(run: RunView) -> None:
    text = comparison_text(run, width=80)
    assert text.count("Lines dialled") == 1
    line = next(x for x in text.splitlines() if x.startswith("  Lines dialled"))
    assert line.split("   ")[-1].strip() == "6 000 000"
    assert "3 310 338" in line


def test_differences_stand_beside_the_values_in_100_columns(run: RunView) -> None:
    line = next(
        x for x in comparison_text(run, width=100).splitlines() if x.startswith("  People reached ")
    )
    assert line.split("  ")[-1].strip().endswith("%")


def test_values_and_differences_are_the_metrics(run: RunView) -> None:
    base, other = (run.metric(s, "people_reached") or 0 for s in ("as-run", "as-run-half-capacity"))
    text = comparison_text(run, width=100)
    assert f"{other:,.0f}".replace(",", " ") in text
    assert f"−{100 * (1 - other / base):.1f} %" in text


def test_live_and_voicemail_stand_apart(run: RunView) -> None:
    text = comparison_text(run, width=100)
    assert text.index("\nLive\n") < text.index("Lines delivered live") < text.index("\nVoicemail\n")
    assert text.index("\nVoicemail\n") < text.index("Lines voicemail heard")


def test_scaled_values_are_marked_and_explained() -> None:
    run = make_run(lines=60_000, scale=0.01, notices=("Channels 16.5 were rounded to 17.",))
    text = comparison_text(run, width=100)
    assert "≈6 000 000" in text
    assert "≈ full-size equivalent of a run at 1.0 %" in text
    assert "full size" in text
    assert "Channels 16.5 were rounded to 17." in text
    assert "≈0" not in text


def test_full_size_needs_no_mark(run: RunView) -> None:
    assert "≈" not in comparison_text(run)


def test_ranges_are_listed(run: RunView) -> None:
    text = " ".join(comparison_text(run, width=80).split())
    assert "5 of 7 parameters are ranges and ran at their central value: voters_per_line," in text
    assert "voicemail.heard" in text


def test_plain_when_not_a_terminal(run: RunView) -> None:
    assert "\x1b" not in comparison_text(run, stream=io.StringIO())


def test_colour_on_a_terminal_unless_no_color(
    run: RunView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "90")
    assert "\x1b[" in comparison_text(run, stream=Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in comparison_text(run, stream=Terminal())


def test_an_old_console_gets_signs_it_knows(run: RunView) -> None:
    text = comparison_text(run, stream=OldConsole())
    text.encode("ascii")
    assert "Lines live >= 6 s" in text
    assert "?" not in text.partition("\nList\n")[2]


def test_more_strategies_than_fit_stack_with_the_base_in_each() -> None:
    many = {f"try-{i}": list(STRATEGIES.values())[i % 4] for i in range(7)}
    text = comparison_text(make_run(strategies=many), width=80)
    heads = [
        line
        for line in text.splitlines()
        if line.split()[:1] == ["try-0"] and "assessed" not in line
    ]
    assert len(heads) == 2
    for name in many:
        assert name in text


def test_text_of_single_values(run: RunView) -> None:
    assert value_text(run, "as-run", "cost", separator=" ") == "60 000"
    assert label_text(run, "cost") == "Cost (EUR)"
    assert label_text(run, "lines_dialled") == "Lines dialled"
    assert difference_text(run, "as-run", "cost") == "="
    assert relative_text(run, "as-run-half-capacity", "lines_undialled") == ""
    assert value_text(run, "as-run-half-capacity", "list_done_hours") == "–"


def rows_of(text: str, group: str) -> list[str]:
    """Lines of a group of the table."""
    rest = text.partition(f"\n{group}\n")[2].splitlines()
    return rest[: next((i for i, line in enumerate(rest) if line and line[0] != " "), None)]


def test_what_acts_back_has_its_headline_in_the_table(run: RunView) -> None:
    text = comparison_text(run, width=100)
    complaints = rows_of(text, "Complaints (drawn once)")
    total = f"{run.metric('as-run', 'complaints'):.0f}"
    assert next(x for x in complaints if x.startswith("  Complaints ")).split()[1] == total
    for label in ("regulator", "per million dials", "per 1,000", "Share of", "Most complaints"):
        assert any(x.startswith(f"  {label}") for x in complaints), label
    regulator = rows_of(text, "Regulator (drawn once)")
    stage = next(x for x in regulator if "stage" in x)
    assert stage.split()[2:] == ["reminder", "contact", "reminder", "contact"]
    assert "24.0" in next(x for x in regulator if "makes" in x)
    served, lost, *lines = (x for x in rows_of(text, "Call-backs") if x[2] != " ")
    assert served.split()[:4] == ["Callers", "back", "served", "48"]
    assert lost.split()[:4] == ["Callers", "back", "lost", "12"]
    assert "7" in lines[0].split()
    assert "12.0 %" in "".join(rows_of(text, "Caller numbers"))
    assert "Lines opted out" in "".join(rows_of(text, "Objections"))


def test_what_is_not_modelled_is_not_in_the_table() -> None:
    for scale in (1.0, 0.01):
        text = comparison_text(make_run(modelled=False, scale=scale), width=100)
        for group in ("Complaints", "Regulator", "Objections", "Call-backs", "Caller numbers"):
            assert f"\n{group}" not in text
        assert "Held against" not in text


def test_what_a_regulator_did_is_told_and_not_held_against_the_base(run: RunView) -> None:
    assert value_text(run, "as-run", "regulator_stage") == "reminder"
    assert difference_text(run, "as-run-half-capacity", "regulator_stage") == ""
    assert relative_text(run, "as-run-half-capacity", "regulator_stage") == ""
    later = make_run()
    metrics = {**later.metrics, "as-run-half-capacity.regulator_contact_hours": 48.0}
    text = comparison_text(replace(later, metrics=metrics), width=100)
    made = "".join(rows_of(text, "Regulator (drawn once)"))
    assert "48.0" in made
    assert "noise" in made
    assert not {"+24.0", "+100.0"} & set(made.split())
    assert "one realisation of chance" in " ".join(text.split())


def test_long_lists_of_ranges_are_cut_short(run: RunView) -> None:
    table = {name: np.repeat(values, 4) for name, values in run.table("parameters").items()}
    table["path"] = np.array([f"p{i}" for i in range(len(table["path"]))], dtype=object)
    text = comparison_text(replace(run, tables={**run.tables, "parameters": table}), width=100)
    assert "and 13 more. The report lists them all." in " ".join(text.split())


def test_every_metric_is_on_the_page_once() -> None:
    names = [name for group in compared(more=True).values() for name in group]
    assert sorted(names) == sorted(METRICS)


def test_the_page_adds_to_the_console_and_moves_nothing() -> None:
    console, page = compared(more=False), compared(more=True)
    assert list(page) == [*console, "Others"]
    for heading, names in console.items():
        assert page[heading][: len(names)] == names
        assert names, heading


def test_attempts_stand_from_person_to_no_such_number() -> None:
    """What a caller wants most stands first, though codes of dispositions run the other way."""
    ends = ("human", "machine", "no_answer", "busy", "invalid")
    names = ("attempts", *(f"attempts_{end}" for end in (*ends, "failed")), "in_progress_at_cutoff")
    assert compared(more=False)["Attempts"] == names
