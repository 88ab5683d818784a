"""Representations of finite groups, the equivariant maps between them, and layers made of these."""

from sparse_limits.numerics.equivariance.bases import defect, equivariant_basis, hom_dimension, orbit_labels
from sparse_limits.numerics.equivariance.grids import (
    NO_TURNS,
    centred_grid,
    feature_field,
    kernel_space,
    torus_group,
    within_window,
)
from sparse_limits.numerics.equivariance.groups import Group, cyclic, dihedral, permutation_group, symmetric
from sparse_limits.numerics.equivariance.layers import EquivariantLayer, forward
from sparse_limits.numerics.equivariance.representations import (
    Representation,
    cyclic_irreducibles,
    dihedral_irreducibles,
    direct_sum,
    dual,
    inflate,
    natural,
    regular,
    signs,
    specht,
    tensor_power,
    tensor_product,
    trivial,
)
from sparse_limits.numerics.equivariance.tickets import Ticket, find_ticket

__all__ = [
    "NO_TURNS",
    "EquivariantLayer",
    "Group",
    "Representation",
    "Ticket",
    "centred_grid",
    "cyclic",
    "cyclic_irreducibles",
    "defect",
    "dihedral",
    "dihedral_irreducibles",
    "direct_sum",
    "dual",
    "equivariant_basis",
    "feature_field",
    "find_ticket",
    "forward",
    "hom_dimension",
    "inflate",
    "kernel_space",
    "natural",
    "orbit_labels",
    "permutation_group",
    "regular",
    "signs",
    "specht",
    "symmetric",
    "tensor_power",
    "tensor_product",
    "torus_group",
    "trivial",
    "within_window",
]
