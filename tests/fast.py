"""The files whose tests take a minute together: `pytest -m fast` runs these, for the inner loop."""

FAST = frozenset(
    [
        "test_arguments",
        "test_cut_norm",
        "test_data",
        "test_data_arrays",
        "test_distribution_free",
        "test_extras",
        "test_house",
        "test_imports",
        "test_layers",
        "test_makefile",
        "test_mask_files",
        "test_mask_names",
        "test_masks",
        "test_motifs",
        "test_names",
        "test_sorting",
        "test_store_files",
        "test_store_keys",
        "test_stored_tasks",
        "test_time_limit",
    ]
)
