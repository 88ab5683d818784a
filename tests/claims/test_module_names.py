"""A claim and its checks have the same name: they stand in the claim's file, or in modules whose names begin like that file or like the claim."""

from __future__ import annotations

from collections.abc import Iterable

from sparse_limits.numerics.checks import checks_of
from sparse_limits.theory.lazy import homes
from sparse_limits.theory.ledger import TOPICS, load_ledger

CHECKS = "sparse_limits.numerics.checks."
# Modules for several claims, by what these have in common; a module with checks of one claim has that claim's name.
FAMILIES = {
    "expressivity/masks_of_two_inputs": {"E6.1", "E6.2"},
    "kernel/circle": {"K10.2"},
    "kernel/circle_steps": {"K10.2"},
    "kernel/further/convergence": {"K13.1", "K13.2"},
    "kernel/further/convergence_bound": {"K13.2", "K13.3"},
    "kernel/sphere": {"K11.3"},
    "lifts/convergence_steps": {"L17.2", "L17.3"},
    "lifts/copies": {"L16.2", "L17.3", "L21.1"},
    "lifts/copies_students": {"L16.2", "L16.3"},
    "lifts/coverage_steps": {"L11.2", "L11.3"},
    "lifts/further/copies_of_one_unit": {"L21.2", "L21.3", "L22"},
    "neuron_pruning/chances": {"N2", "N4.2", "N5.2"},
    "neuron_pruning/zones": {"N3.1", "N3.2", "N9.2", "N10.2"},
    "operators/noise": {"O4.2", "O4.3"},
    "operators/noise_steps": {"O4.2", "O4.3"},
    "saliency/examples_beside_bounds": {"S12", "S13", "S16.3"},
    "subset_sum/halves": {"N4.1", "Q7.1", "R8"},
}


def named_otherwise(modules: Iterable[str], file: str, claim: str) -> set[str]:
    """Of the modules of a claim's checks those whose names begin neither like its file nor like the claim."""
    return {
        module
        for module in modules
        if not any(f"{module.rpartition('/')[2]}_".startswith(f"{each}_") for each in (file, claim))
    }


def test_checks_are_found_by_the_name_of_the_claim() -> None:
    found: dict[str, set[str]] = {}
    claims: dict[str, set[str]] = {}
    for topic in TOPICS:
        checks, home = checks_of(topic), homes(f"sparse_limits.theory.{topic}")
        for entry in load_ledger().select([topic]):
            places = {check.body.__module__ for check in checks if check.claim is entry.claim}
            assert places, entry.label
            modules = {place.removeprefix(CHECKS).replace(".", "/") for place in places if place.startswith(CHECKS)}
            for module in modules:
                claims.setdefault(module, set()).add(entry.label)
            for module in named_otherwise(modules, home[entry.name].rpartition(".")[2], entry.name):
                found.setdefault(module, set()).add(entry.label)
    assert found == FAMILIES
    assert all(len(claims[module]) > 1 for module in found), "a module of one claim has its name"


def test_another_name_is_noticed() -> None:
    modules = ("x/kink", "x/further/kink_steps", "x/kinked", "y/broken_line", "x/other")
    assert named_otherwise(modules, "kink", "broken_line") == {"x/kinked", "x/other"}
