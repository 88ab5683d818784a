"""The tests that take long: they are sliced as if they were marked so, each case by itself, or a file as a whole.

Seconds of a run of everything decide (`pytest --durations 0`): seven or more for a test with all its cases, twelve or more for
a file, whose tests share what takes the time. What a commit must not break for a day stays out of the list: the examples of
README, bad input, interrupts, what is kept. What a change touches is run in any case, as far as the time reaches.
"""

LONG_FILES = frozenset(
    [
        "claims/test_new_claim.py",
        "depth/test_layer_forecast.py",
        "evidence/test_shared_mutants.py",
        "exact/test_boxes.py",
        "exact/test_enclosures.py",
        "exact/test_ledger_integrals.py",
        "fitting/test_fit.py",
        "fitting/test_fit_command.py",
        "fitting/test_fit_files.py",
        "fitting/test_fit_layers.py",
        "fitting/test_homogeneity.py",
        "forecast/test_predict_command.py",
        "kernels/test_kernels.py",
        "masks/test_cut_norm_bounds.py",
        "reports/test_notebooks.py",
        "reports/test_question_advice.py",
        "reports/test_question_page.py",
        "spectra/test_noise_level.py",
        "test_parallel.py",
        "tickets/test_symmetric_targets.py",
    ]
)

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
        "evidence/test_kept_runs.py::test_a_change_of_what_a_claim_depends_on_runs_it_again",
        "evidence/test_kept_runs.py::test_a_study_is_kept_and_joined",
        "evidence/test_kept_runs.py::test_parts_on_several_machines_are_joined",
        "exact/test_bound_letters.py::test_random_integrals_and_sums_do_not_depend_on_the_names_of_their_letters",
        "exact/test_three_normals.py::test_its_derivatives_are_those_of_mpmath",
        "fitting/test_explain.py::test_a_uniform_mask_that_lost_whole_lines_is_not_named",
        "fitting/test_explain.py::test_methods_rank_as_the_mask_betrays",
        "fitting/test_explain.py::test_the_method_that_made_a_mask_is_found",
        "fitting/test_explain.py::test_the_output_of_the_network_in_the_residual",
        "fitting/test_explain.py::test_the_same_seed_gives_the_same_ranking",
        "fitting/test_factor_model.py::test_the_family_of_a_mask_is_recovered",
        "fitting/test_fit_calls.py::test_one_file_and_several_have_the_numbers_of_the_command",
        "forecast/test_forecast.py::test_a_comparison_takes_what_is_asked_for_alone",
        "forecast/test_forecast.py::test_comparisons_are_those_of_the_command",
        "modules/test_example_modules.py::test_lines_of_modules_outside_the_law",
        "modules/test_model_calls.py::test_one_call_gives_all_methods",
        "modules/test_module_parts.py::test_copies_keep_what_pruned_modules_keep",
        "modules/test_weight_laws.py::test_the_law_of_weights_of_an_unknown_deviation_has_exact_p_values",
        "store/test_stored_tasks.py::test_other_code_gives_nothing",
        "studies/test_depth_study.py::test_normalised_networks_have_the_weights_of_the_others_and_other_densities",
        "studies/test_depth_study.py::test_rows_are_the_same_for_any_number_of_processes",
        "studies/test_depth_study.py::test_the_command_has_the_numbers_of_the_study",
        "studies/test_gap_study.py::test_the_command_prints_tables_sentences_and_a_picture",
        "studies/test_lift_study.py::test_the_command_prints_tables_sentences_and_a_picture",
        "studies/test_origins.py::test_what_is_said_of_one_mask_of_each_kind",
        "studies/test_studies.py::test_a_study_from_python_has_the_numbers_of_its_command",
        "studies/test_studies.py::test_tables_and_picture",
        "studies/test_studies.py::test_the_same_numbers_for_any_number_of_jobs",
        "subset_sum/test_subset_sum_laws.py::test_second_moment_of_twenty_items",
        "test_book_formulas.py::test_no_formula_of_the_ledger_is_wider_than_the_page_and_breaks_add_nothing",
        "test_door.py::test_a_public_function_takes_a_value_or_says_in_a_line_what_it_expects",
        "test_front_door.py::test_a_public_name_has_a_docstring_with_an_example_that_runs",
        "test_shards.py::test_the_option_runs_one_shard",
    ]
)
