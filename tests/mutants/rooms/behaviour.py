"""How calls turn out, and who complains."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_ANSWERING = "tests/behaviour/test_answering.py::"
_CALLS = "tests/behaviour/test_calls.py::"
_DRAWING = "tests/behaviour/test_drawing.py::"
_FAILED = "tests/behaviour/test_failed.py::"
_LINES = "tests/behaviour/test_lines.py::"
_COMPLAINING = "tests/behaviour/test_complaining.py::"

MUTANTS = (
    Mutant(
        "the compiled draw spends patience on a notice that comes first: none of it",
        "sim.behaviour:_draw",
        Swap("patience - notice if noticed else np.uint32(0)", "patience"),
        _DRAWING + "test_every_message_is_drawn_as_defined[42]",
    ),
    Mutant(
        "the compiled draw has a word for each error of detection: one for two things",
        "sim.behaviour:_draw",
        Swap("word_3[at] < machine_as_human", "word_2[at] < machine_as_human"),
        _DRAWING + "test_every_message_is_drawn_as_defined[42]",
    ),
    Mutant(
        "people's endings are drawn where any hour lets them pick up: half as often",
        "sim.behaviour:Drawer.__init__",
        Swap("thresholds[..., 1].max(axis=(0, 2))", "thresholds[..., 1].max(axis=(0, 2)) >> 1"),
        _DRAWING + "test_every_message_is_drawn_as_defined[0]",
    ),
    Mutant(
        "shares of dials are of all lines: of those in use alone",
        "sim.behaviour:_chances",
        Swap("hidden.would_answer / world.lines_in_use.central", "hidden.would_answer"),
        _LINES + "test_so_many_are_in_use_and_the_shares_of_dials_are_those_of_all_lines",
    ),
    Mutant(
        "machines go with people and shares stay: the product forgotten",
        "sim.behaviour:latent_of",
        Swap("latent(answering, path, excess)", "latent(answering, path)"),
        _LINES + "test_the_equations_hold_with_the_product_of_both",
    ),
    Mutant(
        "a line is heard alike at each call: by its own words, and not these of calls",
        "sim.behaviour:detection_words",
        Swap("np.where(own[0] < np.uint32(below), own[1], of_call)", "of_call"),
        _LINES + "test_lines_have_the_stated_share_of_the_variance_of_errors[0.4]",
    ),
    Mutant(
        "calls fail by their line's type: by the first",
        "sim.behaviour:_fail",
        Swap("np.array(any_a, dtype=np.uint32)[line_type]", "np.array(any_a, dtype=np.uint32)[0]"),
        _FAILED + "test_calls_that_do_not_fail_are_drawn_as_they_were",
    ),
    Mutant(
        "a call that fails meets nobody: people answer all the same",
        "sim.behaviour:_fail",
        Swap(
            "drawn.busy[rows] = drawn.human[rows] = drawn.other[rows] = ending",
            "drawn.busy[rows] = drawn.other[rows] = ending",
        ),
        _FAILED + "test_calls_that_do_not_fail_are_drawn_as_they_were",
    ),
    Mutant(
        "frailty spreads by its sd: by the root of it",
        "sim.behaviour:cohort_odds",
        Swap("any_a.sd.central", "any_a.sd.central ** 0.5"),
        _ANSWERING + "test_cohorts_lie_at_the_middles_of_a_normal_law_of_the_stated_spread",
    ),
    Mutant(
        "rest is what all others leave: busy left out",
        "sim.behaviour:shares",
        Swap("sum(any_a.values())", "sum(any_a.values()) - any_a.get('busy', 0.0)"),
        _ANSWERING + "test_the_rest_is_what_all_the_other_shares_leave",
    ),
    Mutant(
        "Saturday has its own odds: Friday's",
        "sim.behaviour:hour_odds",
        Swap("np.maximum(day - 3, 0)", "np.maximum(day - 3 - (day == 5), 0)"),
        _ANSWERING + "test_every_quarter_hour_has_the_odds_of_its_published_cell",
    ),
    Mutant(
        "shares are averages over 9:00 to 21:00: to 20:00",
        "sim.behaviour:reference_quarters",
        Swap("any_a.stop", "any_a.stop - 1"),
        _ANSWERING + "test_every_quarter_hour_has_the_odds_of_its_published_cell",
    ),
    Mutant(
        "a label multiplies odds: half of its effect",
        "sim.behaviour:thresholds",
        Swap("any_a.labelled_odds.central", "(1.0 + any_a.labelled_odds.central) / 2"),
        _ANSWERING + "test_a_label_multiplies_the_odds_of_a_person",
    ),
    Mutant(
        "consent counts where it covers calls: always",
        "sim.behaviour:strata",
        Swap("any_a.share.central * any_a.covers_calls.central", "any_a.share.central"),
        _ANSWERING + "test_a_consent_that_does_not_cover_calls_is_none",
    ),
    Mutant(
        "a tie goes to the person: to the machine",
        "sim.behaviour:latent",
        Swap("np.searchsorted(m, any_a, side='left')", "np.searchsorted(m, any_a, side='right')"),
        _ANSWERING + "test_a_tie_goes_to_the_person",
    ),
    Mutant(
        "a gate is closed at its time-out: a moment later",
        "sim.behaviour:human_calls",
        Swap("delay < t.gate_timeout_ms", "delay <= t.gate_timeout_ms"),
        _CALLS + "test_a_key_at_the_very_end_of_the_wait_is_too_late",
    ),
    Mutant(
        "calls that are allowed burden a number not at all: relieve it",
        "sim.behaviour:burdens",
        Swap("np.maximum(any_a, 0)", "any_a"),
        _COMPLAINING + "test_what_burdens_a_number",
    ),
    Mutant(
        "the casebook's contagion is what is told of it: this world's",
        "sim.behaviour:casebook_branching",
        Swap(
            "branching_ratio(complaints) if told is None else told", "branching_ratio(complaints)"
        ),
        _COMPLAINING + "test_more_contagion_adds_where_the_casebooks_is_told_apart",
    ),
    Mutant(
        "as many children as entries at or below the word: below",
        "sim.behaviour:number_of_children",
        Swap(
            "np.searchsorted(any_a, any_b, side='right')",
            "np.searchsorted(any_a, any_b, side='left')",
        ),
        _COMPLAINING + "test_a_number_is_how_many_entries_are_at_or_below_the_word",
    ),
    Mutant(
        "night goes before a meal: after it",
        "sim.behaviour:parts_of_day",
        Swap("(*any_a, any_b)", "(any_b, *any_a)"),
        _COMPLAINING + "test_parts_of_the_day_may_cross_midnight_and_night_goes_first",
    ),
    Mutant(
        "what contagion adds is taken off the level: nothing is",
        "sim.behaviour:reference_level",
        Swap("any_a * (1 - branching)", "any_a"),
        _COMPLAINING + "test_contagion_leaves_the_casebooks_total",
    ),
    Mutant(
        "the mean effect over a casebook's dials has their hours: it has not",
        "sim.scenario:weighed",
        Swap("kind * (1.0 + hours)", "kind"),
        "tests/study/test_inputs.py::test_what_the_casebook_weighed_moves_with_the_effects",
    ),
)
