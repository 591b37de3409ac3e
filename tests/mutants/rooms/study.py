"""What is worked out of one run for many draws."""

from __future__ import annotations

from tests.mutants.mutant import Mutant, Swap

_REACH = "tests/study/test_reach.py::"
_COMPARING = "tests/study/test_comparing.py::"

MUTANTS = (
    Mutant(
        "in expectation, live and voicemail reach the greater of the two: their sum",
        "sim.study:people_reached",
        Swap("draws.voters - one", "draws.voters"),
        _REACH + "test_by_hand",
    ),
    Mutant(
        "in expectation, a shared voicemail reaches all voters: one that is not shared does",
        "sim.study:people_reached",
        Swap(
            "draws.shared * draws.voters + (1 - draws.shared) * one",
            "(1 - draws.shared) * draws.voters + draws.shared * one",
        ),
        _REACH + "test_by_hand",
    ),
    Mutant(
        "one message left is enough where left ones count: two are",
        "sim.study:_heard",
        Swap("left > 0", "left > 1"),
        _REACH + "test_other_rules_of_reach",
    ),
    Mutant(
        "inputs drawn together have the correlations of their scores: of their uniforms",
        "sim.study:correlated",
        Swap("ndtri(uniforms[path])", "uniforms[path]"),
        "tests/study/test_joint.py::test_normal_scores_have_the_correlation_of_the_matrix",
    ),
    Mutant(
        "few runs tell an error with few degrees of freedom: with as many as there are groups",
        "sim.study:degrees_of_freedom",
        Swap("min(SCRAMBLINGS - 1, 2 + n // 32)", "SCRAMBLINGS - 1"),
        "tests/study/test_crossing.py::test_few_runs_have_few_degrees_of_freedom[32-3.182]",
    ),
    Mutant(
        "runs read once have intervals of order statistics: the error of smooth ones",
        "sim.study:quantile_estimate",
        Swap("values.shape[1] > 1", "True"),
        "tests/study/test_crossing.py::test_runs_read_once_have_intervals_free_of_any_distribution",
    ),
    Mutant(
        "many inputs are judged together: each as if it were the only one",
        "sim.study:_by_chance",
        Swap("1 - ERROR / inputs", "1 - ERROR"),
        "tests/study/test_sensitivity.py"
        "::test_the_strongest_comes_first_and_no_dummy_is_taken_for_a_cause",
    ),
    Mutant(
        "regret is against the best of each draw: against the best in the mean",
        "sim.study:standings",
        Swap("most - table[at]", "most.mean() - table[at]"),
        _COMPARING + "test_regret_is_of_the_best_of_each_draw_and_never_of_a_mean",
    ),
    Mutant(
        "fewer complaints are better: more are",
        "sim.study:dominated",
        Swap("-1.0 if number in LESS_IS_BETTER else 1.0", "1.0"),
        _COMPARING + "test_dominated_is_worse_in_nothing_else",
    ),
    Mutant(
        "ends hold all ratios at once: each by itself",
        "sim.study:together",
        Swap("np.minimum(below, above).min(axis=0)", "np.minimum(below, above).max(axis=0)"),
        _COMPARING + "test_ends_hold_all_rows_at_once",
    ),
    Mutant(
        "what is enough is so in no smaller a share of draws: in a draw fewer",
        "sim.study:enough",
        Swap("math.ceil(any_a) - 1", "math.ceil(any_a) - 2"),
        "tests/study/test_solving.py::test_enough_in_so_many_draws",
    ),
    Mutant(
        "a quantile of a number has its share at or below it: the number before it has",
        "sim.study:quantile",
        Swap("return high", "return low"),
        "tests/study/test_counts.py::test_the_smallest_number_with_so_much_at_or_below[0.7-0.5]",
    ),
    Mutant(
        "a promise is broken once the capital against it is enough: once that for it is",
        "sim.study:judge",
        Swap("capital_against(kept, draws, least)", "capital_for(kept, draws, least)"),
        "tests/study/test_sequential.py::test_how_soon_a_claim_that_always_holds_is_told",
    ),
    Mutant(
        "a draw left out is foretold by the others: by itself as well",
        "sim.study:fit",
        Swap("np.arange(n) != left", "np.arange(n) >= 0"),
        "tests/study/test_surface.py::test_the_error_is_that_of_points_it_has_not_seen",
    ),
    Mutant(
        "a surface off by more than two per cent is refused: used",
        "sim.study:fit",
        Swap("error > MOST_ERROR", "False"),
        "tests/study/test_surface.py::test_above_two_per_cent_there_is_none",
    ),
    Mutant(
        "a strategy is compared draw by draw: with the base's middle",
        "sim.study:paired",
        Swap("value[known] / base[known]", "value[known] / np.median(base)"),
        "tests/study/test_comparison.py::test_a_shared_unknown_cancels",
    ),
    Mutant(
        "a difference within a run's luck has no sign: any difference has",
        "sim.study:paired",
        Swap("noise * base", "0.0 * base"),
        "tests/study/test_comparison.py::test_a_difference_within_noise_has_no_sign",
    ),
    Mutant(
        "complaints vary by their dispersion times their number: by twice that",
        "sim.study:variance",
        Swap("dispersion * value", "2 * dispersion * value"),
        "tests/study/test_luck.py::test_a_count_varies_as_poisson_and_clusters_by_more",
    ),
)
