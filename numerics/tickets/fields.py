"""Tickets for networks of irreducible fields: masks of a random network without non-linearities between its pairs of layers (Q12.4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil, prod
from sys import float_info
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import (
    InputError,
    Seed,
    checked_array,
    checked_integer,
    proper_share,
    seed_sequence,
)
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.equivariance.fields import FieldNetwork, shrink
from sparse_limits.numerics.equivariance.layers import EquivariantLayer, checked_reals, doubles
from sparse_limits.numerics.equivariance.tickets import checked_eps
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.subset_sum.batch import subsets_within
from sparse_limits.numerics.subset_sum.exact_numbers import Number, exact_number
from sparse_limits.numerics.tickets.networks import REACH
from sparse_limits.numerics.tickets.widths import LayerWidth
from sparse_limits.theory.equivariance import field_tickets as claim
from sparse_limits.theory.equivariance.architectures import before
from sparse_limits.theory.equivariance.lower_bound import n_in, n_out
from sparse_limits.theory.equivariance.network_widths import depth, radius
from sparse_limits.theory.equivariance.symbols import B
from sparse_limits.theory.equivariance.ticket import inputs
from sparse_limits.theory.subset_sum.symbols import delta, eps

Floats = NDArray[np.float64]
MOST_COEFFICIENTS = 2**24  # of the source
STEP = (eps, claim.hull, inputs, claim.strength, n_in, before)


@dataclass(frozen=True, eq=False)
class FieldTicket:
    """Masks of a random network under which it is near a network of fields.

    target: that network; sources: for each of its layers two random ones, with no non-linearity between them; masks: as
    many pairs of bool[in, out, b], copied, of which the first keeps coefficients of I (basis element 0) alone.

    InputError for sources that do not fit the target, masks of other types or shapes, and quarter turns that a first mask keeps.
    """

    target: FieldNetwork
    sources: tuple[tuple[EquivariantLayer, EquivariantLayer], ...]
    masks: tuple[tuple[NDArray[np.bool_], NDArray[np.bool_]], ...]

    def __post_init__(self) -> None:
        _check_sources(self.target, self.sources)
        masks = tuple(tuple(checked_array("a mask", mask).copy() for mask in pair) for pair in self.masks)
        given = [[(mask.dtype.name, mask.shape) for mask in pair] for pair in masks]
        expected = [[("bool", layer.coeffs.shape) for layer in pair] for pair in self.sources]
        if given != expected:
            raise InputError(f"masks {given}: expected {expected}")
        for k, (first, second) in enumerate(masks):
            if first[..., 1:].any():
                raise InputError(f"the first mask of layer {k} keeps quarter turns: expected coefficients of I alone")
            first.flags.writeable = second.flags.writeable = False  # errors of what is kept are cached
        object.__setattr__(self, "masks", masks)

    @cached_property
    def layers(self) -> tuple[tuple[EquivariantLayer, EquivariantLayer], ...]:
        """The source, pruned."""
        return tuple(
            (first.prune(mask), second.prune(other))
            for (first, second), (mask, other) in zip(self.sources, self.masks, strict=True)
        )

    @property
    def kept(self) -> int:
        return sum(int(mask.sum()) for pair in self.masks for mask in pair)

    @property
    def total(self) -> int:
        """All coefficients of the source."""
        return sum(mask.size for pair in self.masks for mask in pair)

    @cached_property
    def coef_errors(self) -> tuple[Fraction, ...]:
        """The largest error of a coefficient of each layer, exactly."""
        return tuple(
            max(map(abs, (_products(first, second) - _exact(layer.coeffs)).flat))
            for layer, (first, second) in zip(self.target.layers, self.layers, strict=True)
        )

    def forward(self, x: ArrayLike) -> Floats:
        """The outputs of the pruned network. [..., out, 2] InputError as for `EquivariantLayer.apply`."""
        features = checked_reals("inputs", x)
        for (first, second), least in zip(self.layers, self.target.thresholds, strict=True):
            features = shrink(second.apply(first.apply(features)), least)
        return features

    def error_bound(self, x: ArrayLike) -> Floats:
        """An upper bound of the distance between output vectors of the target and of the pruned network, up to rounding (Q12.4). [...]"""
        step = numeric(STEP, claim.error)
        features = self.target.features(x)
        found: Floats = np.zeros(features[0].shape[:-2])
        hull = float(self.target.field.hull)
        for error, each, strength in zip(self.coef_errors, features, self.target.strengths, strict=False):
            lengths = np.linalg.norm(each, axis=-1).sum(axis=-1)
            found = np.asarray(step(float(error), hull, lengths, strength, each.shape[-2], found))
        return found


def find_field_ticket(
    target: FieldNetwork, widths: int | Sequence[int], errors: Number | Sequence[Number], seed: Seed = 0
) -> FieldTicket:
    """Masks of a random network, all coefficients uniform on [−1, 1], under which it is near a network of fields (Q12.4).

    widths: channels between two random layers for each channel before them; errors: how near the coefficients are to come; one number for
    all layers of the target, or one for each. Each coefficient comes within its error where a subset
    of its products is found that does, else as near as was found: `coef_errors` has what was reached, exactly.

    Raises:
        InputError: for another number of widths or errors, widths below 1, errors ≤ 0, and a source of more than 2^24
            coefficients.

    Examples:
        >>> from sparse_limits.numerics.equivariance.fields import FieldNetwork, irreducible_fields
        >>> target = FieldNetwork(irreducible_fields(8), [np.full((2, 1, 2), 0.1)], [[0.05]])
        >>> ticket = find_field_ticket(target, 24, 1e-4, seed=1)
        >>> bool(ticket.coef_errors[0] < 1e-4)
        True
    """
    count = len(target.layers)
    sizes = [checked_integer("width", each, 1, 10**6) for each in _for_each(widths, count, "widths")]
    near = [checked_eps(each) for each in _for_each(errors, count, "errors")]
    total = sum(
        some * width * (some + more) * elements
        for (some, more, elements), width in zip((layer.coeffs.shape for layer in target.layers), sizes, strict=True)
    )
    if total > MOST_COEFFICIENTS:
        raise InputError(f"a source of {total} coefficients: expected at most {MOST_COEFFICIENTS}")
    rng = np.random.Generator(np.random.PCG64DXSM(seed_sequence(seed)))
    sources, masks = [], []
    for layer, width, error in zip(target.layers, sizes, near, strict=True):
        some, more, elements = layer.coeffs.shape
        basis = layer.basis.astype(np.float64)
        first = EquivariantLayer(rng.uniform(-1, 1, (some, some * width, elements)), basis)
        second = EquivariantLayer(rng.uniform(-1, 1, (some * width, more, elements)), basis)
        sources.append((first, second))
        masks.append(_masks(layer, first, second, width, error))
    return FieldTicket(target, tuple(sources), tuple(masks))


def field_widths(target: FieldNetwork, error: Number, failure: float, largest: Number = 1) -> list[LayerWidth]:
    """For each layer what keeps all outputs within `error`, except with probability `failure` (Q12.4).

    largest: the largest length of a channel of the input. Strengths are rounded. InputError for error ≤ 0 or beyond that
    of the empty network, failure outside (0, 1), largest ≤ 0, coefficients beyond 1/(2e), a layer of zeros, and where
    coefficients would have to come nearer than the smallest float.
    """
    near, reach = exact_number("error", error), exact_number("largest", largest)
    if reach <= 0:
        raise InputError(f"largest {largest}: expected more than 0")
    strengths = [sp.Rational(each) for each in target.strengths]
    product = prod(strengths, start=sp.S.One)
    if any(np.abs(layer.coeffs.astype(np.float64)).max() > REACH for layer in target.layers) or not product:
        raise InputError("a coefficient beyond 1/(2e), or a layer of zeros: nothing is guaranteed for these")
    if not 0 < near <= reach * Fraction(int(product.p), int(product.q)):
        raise InputError(
            f"error {error}: expected more than 0, and at most {float(reach * product):.6g}, which the empty network keeps"
        )
    at_all = {
        claim.hull: target.field.hull,
        claim.strengths: product,
        radius: sp.Rational(reach.numerator, reach.denominator),
        depth: sp.Integer(len(strengths)),
        eps: sp.Rational(near.numerator, near.denominator),
        delta: sp.Rational(proper_share("failure", failure)),
    }
    found = []
    for layer, strength in zip(target.layers, strengths, strict=True):
        at = {**at_all, claim.strength: strength, **dict(zip((n_in, n_out, B), layer.coeffs.shape, strict=True))}
        allowed = float(number(claim.layer_error, at))
        if allowed < float_info.min:
            raise InputError(f"error {error}: coefficients would have to come nearer than {float_info.min:.3g}")
        found.append(LayerWidth(allowed, max(1, ceil(number(claim.uniform_width, at)))))
    return found


def _check_sources(target: FieldNetwork, sources: Sequence[tuple[EquivariantLayer, EquivariantLayer]]) -> None:
    """InputError unless there are two layers for each of the target, from its channels to its channels, in its basis."""
    if [len(pair) for pair in sources] != [2] * len(target.layers):
        raise InputError(f"sources of {len(sources)} layers: expected two for each of {len(target.layers)}")
    for k, (layer, (first, second)) in enumerate(zip(target.layers, sources, strict=True)):
        given, between = (first.coeffs.shape, second.coeffs.shape), first.coeffs.shape[1]
        some, more, elements = layer.coeffs.shape
        if given != ((some, between, elements), (between, more, elements)):
            raise InputError(f"the sources of layer {k} are {given}: expected channels from {some} to {more}")
        if not all(np.array_equal(each.basis, layer.basis) for each in (first, second)):
            raise InputError(f"the sources of layer {k} have another basis: expected that of the target's field")


def _masks(
    layer: EquivariantLayer, first: EquivariantLayer, second: EquivariantLayer, width: int, error: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """In the block of each channel before, the coefficients of I (basis element 0) and subsets of the coefficients after them."""
    some, more, elements = layer.coeffs.shape
    kept = np.zeros(first.coeffs.shape, dtype=bool), np.zeros(second.coeffs.shape, dtype=bool)
    goals = doubles("coeffs", layer.coeffs)
    for channel in range(some):
        rows = slice(channel * width, (channel + 1) * width)
        items = second.coeffs[rows].reshape(width, -1).T * first.coeffs[channel, rows, 0]
        chosen = subsets_within(items, goals[channel].ravel(), error).T.reshape(width, more, elements)
        kept[1][rows] = chosen
        kept[0][channel, rows, 0] = chosen.any(axis=(1, 2))
    return kept


def _products(first: EquivariantLayer, second: EquivariantLayer) -> NDArray[Any]:
    """The coefficients of both pruned layers together, of which the first has multiples of I alone. [in, out, b]"""
    before = len(first.coeffs)
    found = np.zeros((before, *second.coeffs.shape[1:]), dtype=object)
    for channel in range(before):
        for between in np.flatnonzero(first.coeffs[channel, :, 0]):
            found[channel] += Fraction(first.coeffs.item(channel, between, 0)) * _exact(second.coeffs[between])
    return found


def _exact(values: NDArray[Any]) -> NDArray[Any]:
    found = np.empty(values.shape, dtype=object)
    for place in np.ndindex(values.shape):
        found[place] = Fraction(values.item(place))
    return found


def _for_each(given: Any, count: int, name: str) -> Sequence[Any]:
    """One for each layer. InputError for another number of them."""
    if isinstance(given, (str, bytes)) or (isinstance(given, np.ndarray) and given.ndim != 1):
        raise InputError(f"{name} of {type(given).__name__}: expected one for each layer, or one for all")
    several = list(given) if isinstance(given, (Sequence, np.ndarray)) else [given] * count
    if len(several) != count:
        raise InputError(f"{len(several)} {name} for {count} layers: expected one for each, or one for all")
    return several
