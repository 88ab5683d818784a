"""Equivariant linear maps: how many there are, what they look like, and what pruning leaves of them."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.equivariance.architectures import architecture_tickets as architecture_tickets
    from sparse_limits.theory.equivariance.block_optimality import ticket_blocks as ticket_blocks
    from sparse_limits.theory.equivariance.coefficient_pruning import coefficient_pruning as coefficient_pruning
    from sparse_limits.theory.equivariance.dimensions import hom_dimension as hom_dimension
    from sparse_limits.theory.equivariance.field_tickets import field_ticket as field_ticket
    from sparse_limits.theory.equivariance.fields import field_maps as field_maps
    from sparse_limits.theory.equivariance.further.point_sets import point_set_ticket as point_set_ticket
    from sparse_limits.theory.equivariance.grids import grid_maps as grid_maps
    from sparse_limits.theory.equivariance.lower_bound import pruning_lower_bound as pruning_lower_bound
    from sparse_limits.theory.equivariance.network_widths import network_ticket as network_ticket
    from sparse_limits.theory.equivariance.optimality import ticket_optimality as ticket_optimality
    from sparse_limits.theory.equivariance.orbits import orbit_basis as orbit_basis
    from sparse_limits.theory.equivariance.pointwise import pointwise_relu as pointwise_relu
    from sparse_limits.theory.equivariance.rings import ring_maps as ring_maps
    from sparse_limits.theory.equivariance.symmetric_group import truncated_bell as truncated_bell
    from sparse_limits.theory.equivariance.ticket import equivariant_ticket as equivariant_ticket
    from sparse_limits.theory.equivariance.ticket import ticket_without_identity as ticket_without_identity
    from sparse_limits.theory.equivariance.turns import grid_turns as grid_turns
else:
    lazily(__name__)
