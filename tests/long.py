"""The tests that take long, each or all of its cases together: they are sliced as if they were marked so.

Seconds of a run of everything decide (`pytest --durations 0`): seven or more for a test with all its cases. What a commit must
not break for a day stays out of the list: the examples of README, bad input, interrupts, what is kept.
"""

LONG = frozenset(
    [
        "claims/test_bounds.py::test_a_sharp_bound_has_an_example_in_exact_or_ball_arithmetic",
        "claims/test_bounds.py::test_points_are_printed_as_a_mathematician_would",
        "claims/test_claims.py::test_every_field_is_set",
        "claims/test_claims.py::test_every_formula_can_be_told_from_its_mutants",
        "claims/test_claims.py::test_statements_and_proofs_become_mathml",
        "claims/test_graphon.py::test_rates_fail_with_the_stated_probability",
        "claims/test_latex.py::test_every_sentence_of_the_ledger_can_be_printed",
        "claims/test_links.py::test_a_run_of_one_claim_says_which_it_took_as_announced",
        "commands/test_processes.py::test_a_closed_pipe_is_no_error_message",
        "commands/test_processes.py::test_a_terminated_run_leaves_no_file_and_no_worker",
        "depth/test_law.py::test_one_sample_has_the_densities_of_the_closed_form",
        "evidence/test_check_runs.py::test_stuck_checks_are_reported_and_the_others_end",
        "evidence/test_dependencies.py::test_what_is_imported_and_opened_is_seen",
        "exact/test_enclosures.py::test_random_integrals_hold_the_values_of_mpmath",
        "exact/test_ledger_integrals.py::test_every_integral_of_the_ledger_holds_the_value_of_mpmath",
        "exact/test_three_normals.py::test_its_derivatives_are_those_of_mpmath",
        "fitting/test_explain.py::test_a_uniform_mask_that_lost_whole_lines_is_not_named",
        "fitting/test_explain.py::test_methods_rank_as_the_mask_betrays",
        "fitting/test_explain.py::test_the_method_that_made_a_mask_is_found",
        "fitting/test_explain.py::test_the_output_of_the_network_in_the_residual",
        "fitting/test_explain.py::test_the_same_seed_gives_the_same_ranking",
        "fitting/test_factor_model.py::test_the_family_of_a_mask_is_recovered",
        "fitting/test_fit.py::test_a_mask_may_be_of_any_kind",
        "fitting/test_fit.py::test_masks_of_a_factorised_saliency_are_explained",
        "fitting/test_fit.py::test_selections_are_seen_and_kept_by_drawn_masks",
        "fitting/test_fit.py::test_the_rest_of_a_structured_mask_is_analysed_apart",
        "fitting/test_fit.py::test_the_smallest_masks",
        "fitting/test_fit_calls.py::test_one_file_and_several_have_the_numbers_of_the_command",
        "fitting/test_fit_command.py::test_a_sparse_file_of_a_large_layer",
        "fitting/test_fit_files.py::test_large_layers_keep_to_counts",
        "fitting/test_fit_files.py::test_the_table_says_why_a_large_layer_has_no_noise",
        "fitting/test_fit_layers.py::test_a_layer_is_found_as_fit_finds_it",
        "forecast/test_forecast.py::test_a_comparison_takes_what_is_asked_for_alone",
        "forecast/test_forecast.py::test_comparisons_are_those_of_the_command",
        "modules/test_example_modules.py::test_lines_of_modules_outside_the_law",
        "modules/test_model_calls.py::test_one_call_gives_all_methods",
        "modules/test_module_parts.py::test_copies_keep_what_pruned_modules_keep",
        "modules/test_weight_laws.py::test_the_law_of_weights_of_an_unknown_deviation_has_exact_p_values",
    ]
)
