"""How the rooms are put in sequence: scaled runs, what decides calls, what a check accepts."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_SCALING = "tests/jobs/test_scaling.py::"
_ACCEPT = "tests/jobs/test_accept.py::"

MUTANTS = (
    Mutant(
        "objections of an import hold: forgotten",
        "sim.jobs.after_team:TeamLog._with_objections",
        Swap("np.minimum.at(until, line[known], any_a)", "None"),
        "tests/jobs/test_after_import.py::test_who_objected_is_left_alone_from_then_on",
    ),
    Mutant(
        "nobody meets a gate that a message does not have: its inputs place calls",
        "sim.engine:_met",
        Swap("not tables.gate", "False"),
        "tests/jobs/test_roles.py::test_a_gate_is_met_where_there_is_one",
    ),
    Mutant(
        "a count rounded by more than two per cent blinds a check: it does not",
        "sim.jobs:_rounded",
        Swap("_error(one) > MOST_ROUNDING", "False"),
        "tests/jobs/test_honest.py::test_a_scale_that_rounds_away_a_count_is_refused",
    ),
    Mutant(
        "the pace of a scaled run makes up for its few channels: it is shrunk",
        "sim.jobs:scaled_down",
        Swap(
            "equal_pace(channels, calls_per_second, asked, fewer, law)",
            "calls_per_second * asked",
        ),
        _SCALING + "test_a_tenth_dials_the_share_of_the_list_that_the_whole_does",
    ),
    Mutant(
        "a pilot is of all calls: of the first part of its log",
        "sim.jobs:_held",
        Swap("np.concatenate(holds)", "holds[0]"),
        _SCALING + "test_a_pilot_is_of_all_of_its_calls",
    ),
    Mutant(
        "what moves no call reads: what moves one does, too",
        "sim.jobs:Parts.role",
        Swap("not same(self.placing, other.placing)", "False"),
        "tests/jobs/test_roles.py::test_generated_scenarios[3]",
    ),
    Mutant(
        "what is accepted of a strategy is its own: that of all",
        "sim.jobs:Acceptance.takes",
        Swap("row.strategy in self.strategies", "True"),
        _ACCEPT + "test_what_is_named_is_taken",
    ),
    Mutant(
        "a metric that is gone leaves the baseline when that is accepted: it stays",
        "sim.jobs:_put",
        Swap("values.pop(name, None)", "values.get(name)"),
        _ACCEPT + "test_what_is_taken_moves_and_nothing_else",
    ),
    Mutant(
        "a file with a baseline is a scenario whatever it has lost: its key decides",
        "sim.jobs:_is_scenario",
        Swap("baseline_path(file).is_file()", "False"),
        "tests/jobs/test_found.py::test_a_file_with_a_baseline_is_a_scenario_whatever_it_has_lost",
    ),
)
