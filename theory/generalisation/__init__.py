"""Generalisation: kernel bounds, path densities, water-filling, and what they say on real data."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.generalisation.energy_bound import scale_free_energy
    from sparse_limits.theory.generalisation.further.one_input_units import one_input_units
    from sparse_limits.theory.generalisation.further.studies import (
        bound_order,
        kernel_spectra,
        merging_density,
        selection_pays,
        trained_networks,
    )
    from sparse_limits.theory.generalisation.lazy_bound import lazy_risk_bound
    from sparse_limits.theory.generalisation.path_bound import path_energy_bound, path_residual_bound
    from sparse_limits.theory.generalisation.path_part import best_linear_constant, linear_part_bound
    from sparse_limits.theory.generalisation.scale import scale_invariance
    from sparse_limits.theory.generalisation.snip_bound import snip_path_bound
    from sparse_limits.theory.generalisation.water_filling import best_densities, power_profile
else:
    lazily(__name__)

__all__ = [
    "best_densities",
    "best_linear_constant",
    "bound_order",
    "kernel_spectra",
    "lazy_risk_bound",
    "linear_part_bound",
    "merging_density",
    "one_input_units",
    "path_energy_bound",
    "path_residual_bound",
    "power_profile",
    "scale_free_energy",
    "scale_invariance",
    "selection_pays",
    "snip_path_bound",
    "trained_networks",
]
