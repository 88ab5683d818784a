"""Generalisation: kernel bounds, path densities, water-filling, and what they say on real data."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.generalisation.energy_bound import scale_free_energy as scale_free_energy
    from sparse_limits.theory.generalisation.further.one_input_units import one_input_units as one_input_units
    from sparse_limits.theory.generalisation.further.studies import bound_order as bound_order
    from sparse_limits.theory.generalisation.further.studies import kernel_spectra as kernel_spectra
    from sparse_limits.theory.generalisation.further.studies import merging_density as merging_density
    from sparse_limits.theory.generalisation.further.studies import selection_pays as selection_pays
    from sparse_limits.theory.generalisation.further.studies import trained_networks as trained_networks
    from sparse_limits.theory.generalisation.lazy_bound import lazy_risk_bound as lazy_risk_bound
    from sparse_limits.theory.generalisation.path_bound import path_energy_bound as path_energy_bound
    from sparse_limits.theory.generalisation.path_bound import path_residual_bound as path_residual_bound
    from sparse_limits.theory.generalisation.path_part import best_linear_constant as best_linear_constant
    from sparse_limits.theory.generalisation.path_part import linear_part_bound as linear_part_bound
    from sparse_limits.theory.generalisation.scale import scale_invariance as scale_invariance
    from sparse_limits.theory.generalisation.snip_bound import snip_path_bound as snip_path_bound
    from sparse_limits.theory.generalisation.water_filling import best_densities as best_densities
    from sparse_limits.theory.generalisation.water_filling import power_profile as power_profile
else:
    lazily(__name__)
