"""Equivariant linear maps: how many there are, what they look like, and what pruning leaves of them."""

from typing import TYPE_CHECKING

from sparse_limits.theory.lazy import lazily

if TYPE_CHECKING:
    from sparse_limits.theory.equivariance.architectures import architecture_tickets
    from sparse_limits.theory.equivariance.block_optimality import ticket_blocks
    from sparse_limits.theory.equivariance.coefficient_pruning import coefficient_pruning
    from sparse_limits.theory.equivariance.dimensions import hom_dimension
    from sparse_limits.theory.equivariance.field_tickets import field_ticket
    from sparse_limits.theory.equivariance.fields import field_maps
    from sparse_limits.theory.equivariance.further.point_sets import point_set_ticket
    from sparse_limits.theory.equivariance.grids import grid_maps
    from sparse_limits.theory.equivariance.lower_bound import pruning_lower_bound
    from sparse_limits.theory.equivariance.network_widths import network_ticket
    from sparse_limits.theory.equivariance.optimality import ticket_optimality
    from sparse_limits.theory.equivariance.orbits import orbit_basis
    from sparse_limits.theory.equivariance.pointwise import pointwise_relu
    from sparse_limits.theory.equivariance.rings import ring_maps
    from sparse_limits.theory.equivariance.symmetric_group import truncated_bell
    from sparse_limits.theory.equivariance.ticket import equivariant_ticket, ticket_without_identity
    from sparse_limits.theory.equivariance.turns import grid_turns
else:
    lazily(__name__)

__all__ = [
    "architecture_tickets",
    "coefficient_pruning",
    "equivariant_ticket",
    "field_maps",
    "field_ticket",
    "grid_maps",
    "grid_turns",
    "hom_dimension",
    "network_ticket",
    "orbit_basis",
    "point_set_ticket",
    "pointwise_relu",
    "pruning_lower_bound",
    "ring_maps",
    "ticket_blocks",
    "ticket_optimality",
    "ticket_without_identity",
    "truncated_bell",
]
