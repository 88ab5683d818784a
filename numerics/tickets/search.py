"""Tickets for whole networks: masks under which a random network acts as a given one, layer by layer (R8, Q7)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sparse_limits.numerics.arguments import InputError, Seed, seed_number
from sparse_limits.numerics.door import door
from sparse_limits.numerics.equivariance import EquivariantLayer
from sparse_limits.numerics.equivariance.layers import checked_reals
from sparse_limits.numerics.equivariance.tickets import checked_eps, keep_subsets
from sparse_limits.numerics.limits import Limit
from sparse_limits.numerics.subset_sum.exact_numbers import Number
from sparse_limits.numerics.tickets.costs import PER_MASK, searching, shapes_of
from sparse_limits.numerics.tickets.networks import checked_network
from sparse_limits.numerics.tickets.source import Floats, Source

Masks = NDArray[np.bool_]
BITS = 52  # numbers uniform on [−1, 1] are multiples of 2^−52
HALF = 26
ROWS = 512  # whose products are added up in machine words
HELD = 2**17  # numbers kept that are held in memory in any case, and beyond it as many as PER_MASK allows
ROOM = Limit(2**32, None)  # for whoever calls the search without a limit


class Kept(NamedTuple):
    """What a ticket keeps for one input channel, of those channels of the source of which it keeps anything.

    mask: bool[channels, out, b]; lambdas: float[parts, channels]; mus: float[channels, out, b], 0 where the mask is.
    """

    channel: int
    mask: Masks
    lambdas: Floats
    mus: Floats


class Group(NamedTuple):
    """Channels of the source: their input channels and λ, and the second-layer coefficients that follow.

    channels: int[n]; lambdas: float[n]; weights: float[n, out · elements of the basis].
    """

    channels: NDArray[np.intp]
    lambdas: Floats
    weights: Floats

    @classmethod
    def of(cls, groups: Sequence[Group]) -> Group:
        """All of them together."""
        return cls(*(np.concatenate(each) for each in zip(*groups, strict=True)))


@dataclass(frozen=True, eq=False)
class NetworkTicket:
    """Masks of the random network that a seed stands for, under which it acts as the target.

    target: its layers; width: channels of a block; eps: how near each coefficient was to come; signed: whether inputs
    may be negative (those of later layers never are); masks: for each layer of the target bool[in, width, out, b], the
    second-layer coefficients that are kept, in the order of `Source.block`, copied. A first-layer coefficient is kept
    where something of its channel is.

    InputError for masks of other types or shapes.
    """

    target: tuple[EquivariantLayer, ...]
    width: int
    eps: float
    seed: int
    signed: bool
    masks: tuple[Masks, ...]

    def __post_init__(self) -> None:
        masks = tuple(np.array(mask) for mask in self.masks)
        given = [(mask.dtype.name, mask.shape) for mask in masks]
        shapes = (layer.coeffs.shape for layer in self.target)
        expected = [("bool", (before, self.width, after, elements)) for before, after, elements in shapes]
        if given != expected:
            raise InputError(f"masks {given}: expected {expected}")
        for mask in masks:
            mask.flags.writeable = False  # sums over what is kept are cached
        object.__setattr__(self, "masks", masks)

    @cached_property
    def source(self) -> Source:
        return Source.of(self.target, self.width, self.seed)

    def first_masks(self, layer: int) -> Masks:
        """The first-layer coefficients that are kept. bool[in, parts, width]"""
        diagonals, part_of = self.source.splits[layer]
        mask = self.masks[layer]
        return np.stack([mask[..., part_of == part].any(axis=(2, 3)) for part in range(len(diagonals))], axis=1)

    @property
    def kept(self) -> int:
        """Coefficients that are kept, in both layers of the source for each of the target."""
        return sum(int(mask.sum() + self.first_masks(k).sum()) for k, mask in enumerate(self.masks))

    @property
    def candidates(self) -> int:
        """Coefficients of the blocks, of which a ticket may keep some."""
        parts = (len(split.diagonals) for split in self.source.splits)
        return sum(mask.size + len(mask) * part * self.width for mask, part in zip(self.masks, parts, strict=True))

    @property
    def total(self) -> int:
        """All coefficients of the source."""
        total = 0
        for (before, after), (diagonals, part_of) in zip(self.source.shapes, self.source.splits, strict=True):
            channels = before * len(diagonals) * self.width
            total += channels * (before * len(diagonals) + after * len(part_of))
        return total

    def effective(self, layer: int) -> tuple[Floats, Floats]:
        """Coefficients (plus, minus) by which the layer acts as plus·σ(x) − minus·σ(−x): both are near the target's.

        Correctly rounded. minus is plus where inputs are never negative. float[in, out, b] each.
        """
        plus, minus = ((sums / 2 ** (2 * BITS)).astype(np.float64) for sums in self._sums[layer])
        return plus, minus

    def deviations(self, layer: int) -> Floats:
        """How far the farther of both is from each coefficient of the target, correctly rounded. float[in, out, b]"""
        errors, unit = self._errors[layer]
        found: Floats = (errors / unit).astype(np.float64)
        return found

    @property
    def coef_errors(self) -> tuple[Fraction, ...]:
        """The largest error of a coefficient in each layer, exactly."""
        return tuple(Fraction(int(errors.max()), unit) for errors, unit in self._errors)

    def moduli(self, layer: int) -> Floats:
        """Σ|μλ| over what is kept for a coefficient, the larger one for both signs. float[in, out, b]"""
        part_of = self.source.splits[layer].part_of
        sides = [
            [(np.abs(mus) * np.maximum(sign * lambdas, 0)[part_of].T[:, None]).sum(axis=0) for sign in (1, -1)]
            for _, _, lambdas, mus in self._blocks(layer)
        ]
        largest: Floats = np.max(sides, axis=1)
        return largest

    def forward(self, x: ArrayLike) -> Floats:
        """The outputs [..., out, coordinates] of the pruned source for inputs [..., in, coordinates].

        Channel by channel with the coefficients of the source that are kept, in double precision.

        Raises:
            InputError: for another shape or what is no finite real number, and for negative inputs of a ticket that is
                not signed.
        """
        h = checked_inputs(self, x)
        for layer in range(len(self.target)):
            h = self._pass(layer, h if layer == 0 else np.maximum(h, 0))
        return h

    def _pass(self, layer: int, x: Floats) -> Floats:
        """Two layers of the pruned source. x: float[..., in, in coordinates]"""
        after, (diagonals, _) = self.masks[layer].shape[2], self.source.splits[layer]
        found: list[Floats] = []
        for part, (mine, reader) in enumerate(self.source.readers[layer]):
            read = np.zeros((*x.shape[:-2], x.shape[-1], after * len(mine)))  # what each basis element is applied to
            for group in self._groups(layer, part, mine):
                hidden = np.maximum((group.lambdas[:, None] * diagonals[part]) * x[..., group.channels, :], 0)
                read += np.swapaxes(hidden, -1, -2) @ group.weights
            if not np.isfinite(read).all():
                read[~np.isfinite(read)] = np.nan  # a sum that overflowed on its way, of which ReLU would hide the sign
            found.append(reader.apply(read.reshape(*read.shape[:-1], after, len(mine))))
        return np.swapaxes(sum(found[1:], found[0]), -1, -2)

    def _groups(self, layer: int, part: int, mine: NDArray[np.intp]) -> Iterator[Group]:
        """What is kept for a part, of as many input channels at a time as there is room for in one block."""
        held: list[Group] = []
        for i, mask, lambdas, mus in self._blocks(layer):
            kept = np.flatnonzero(mask[..., mine].any(axis=(1, 2)))
            if held and sum(len(each.lambdas) for each in held) + len(kept) > self.width:
                yield Group.of(held)
                held = []
            weights = mus[kept][..., mine].reshape(len(kept), mus.shape[1] * len(mine))
            held.append(Group(np.full(len(kept), i), lambdas[part, kept], weights))
        yield Group.of(held)

    def _blocks(self, layer: int) -> Iterable[Kept]:
        """What is kept for each input channel; held in memory where that is little."""
        return self._held[layer] if self._held else self._drawn(layer)

    def _drawn(self, layer: int) -> Iterator[Kept]:
        for i, mask in enumerate(self.masks[layer]):
            kept = mask.any(axis=(1, 2))
            lambdas, mus = self.source.block(layer, i)
            yield Kept(i, mask[kept], lambdas[:, kept], np.where(mask[kept], mus[kept], 0))

    @cached_property
    def _held(self) -> tuple[tuple[Kept, ...], ...]:
        """All that is kept, layer by layer; nothing where that is much."""
        channels = [int(mask.any(axis=(2, 3)).sum()) for mask in self.masks]
        numbers = sum(count * mask[0, 0].size for count, mask in zip(channels, self.masks, strict=True))
        much = numbers > max(HELD, sum(mask.size for mask in self.masks) // PER_MASK)
        return () if much else tuple(tuple(self._drawn(k)) for k in range(len(self.masks)))

    @cached_property
    def _sums(self) -> tuple[tuple[NDArray[np.object_], NDArray[np.object_]], ...]:
        """Integers [in, out, b], the effective coefficients in units of 2^−104."""
        return tuple(self._layer_sums(layer) for layer in range(len(self.target)))

    def _layer_sums(self, layer: int) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
        part_of = self.source.splits[layer].part_of
        found: list[list[NDArray[np.object_]]] = [[], []]
        for _, _, lambdas, mus in self._blocks(layer):
            for side, sign in enumerate((1, -1)):
                usable = np.maximum(sign * lambdas, 0)[part_of].T[:, None]
                found[side].append(sign * _exact_sums(usable, mus))
        plus, minus = map(np.stack, found)
        return plus, minus if self.signed and layer == 0 else plus

    @cached_property
    def _errors(self) -> tuple[tuple[NDArray[np.object_], int], ...]:
        """For each layer the errors of its coefficients as integers [in, out, b], and one over their unit."""
        return tuple(_errors(layer.coeffs, sums) for layer, sums in zip(self.target, self._sums, strict=True))


@door
def find_ticket(
    target: Sequence[EquivariantLayer],
    width: int,
    eps: Number,
    seed: Seed = 0,
    signed: bool = True,
    progress: Callable[[int, int], object] | None = None,
    limit: Limit = ROOM,
) -> NetworkTicket:
    """Prune the random network of a seed so that it acts as the target, each coefficient within eps if possible.

    The coefficients of the random network are independent and uniform on [−1, 1]. The search solves one subset sum for
    each coefficient of the target, and two in the first layer if inputs may be negative. If the search finds no subset
    within eps, it keeps the nearest subset that it has found: `coef_errors` gives the errors. R8 and Q7 guarantee a
    width only for targets whose coefficients are at most 1/(2e) in modulus (`sparse_limits.numerics.tickets.networks.rescaled`).

    Parameters
    ----------
    target : layers of the network, with ReLU between them; their numbers are converted to doubles
    width : hidden channels of the random network for each input channel (and each orbit of its coordinates), at least 1
    eps : largest error that a coefficient should have, above 0
    seed : whole number, SeedSequence or Generator, which determines the random network
    signed : True if inputs may be negative
    progress : function called with the number of input channels searched and their total; None for no calls
    limit : memory and time that the search may take by estimate, checked before anything is drawn; 4 GiB by default

    Returns
    -------
    NetworkTicket, with the `masks` of the random network and the exact errors `coef_errors` of each layer.

    Raises
    ------
    InputError : for layers that do not fit, a width below 1, eps ≤ 0, an invalid seed, and more work than `limit`
        allows

    References
    ----------
    Claims R8, Q7.1.

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits.numerics.tickets import multilayer_perceptron
    >>> target = multilayer_perceptron([np.array([[0.1], [-0.05]])])
    >>> ticket = find_ticket(target, width=40, eps=1e-3)
    >>> max(ticket.coef_errors) <= 1e-3
    True
    """
    layers = checked_network(target)
    near = checked_eps(eps)
    number = seed_number(seed)
    if isinstance(width, bool) or not isinstance(width, (int, np.integer)) or width < 1:
        raise InputError(f"width = {width!r}: expected an integer of at least 1")
    limit.check(f"width {int(width)}: the search", searching(shapes_of(layers), int(width), near, bool(signed)))
    source = Source.of(layers, int(width), number)
    blocks, done = sum(before for before, _ in source.shapes), 0
    masks = []
    for k, layer in enumerate(layers):
        before, after, elements = layer.coeffs.shape
        masks.append(np.zeros((before, source.width, after, elements), dtype=bool))
        for i in range(before):
            masks[k][i] = _searched(source, k, i, layer.coeffs[i], near, signed and k == 0)
            done += 1
            if progress is not None:
                progress(done, blocks)
    return NetworkTicket(layers, source.width, near, source.seed, bool(signed), tuple(masks))


def _searched(source: Source, layer: int, i: int, goals: Floats, eps: float, signed: bool) -> Masks:
    """What to keep of one block's second layer. goals: float[out, b]; bool[width, out, b]"""
    lambdas, mus = source.block(layer, i)
    kept = np.zeros(mus.shape, dtype=bool)
    for part, values in enumerate(lambdas):
        mine = np.flatnonzero(source.splits[layer].part_of == part)
        kept[..., mine] = keep_subsets(values, mus[..., mine], goals[:, mine], eps, signed)
    return kept


def checked_inputs(ticket: NetworkTicket, x: ArrayLike) -> Floats:
    """Inputs [..., in, coordinates] that a ticket is for.

    InputError for another shape, what is no finite real number, and negative inputs of a ticket that is not signed.
    """
    found = checked_reals("inputs", ticket.target[0].accepted(x))
    if not ticket.signed and found.min() < 0:
        raise InputError(f"an input is {found.min()}: expected none below 0, as the ticket is not signed")
    return found


def _exact_sums(lambdas: Floats, mus: Floats) -> NDArray[np.object_]:
    """Σ_k λ_k μ_k for multiples of 2^−52 within [−1, 1], as Python integers in units of 2^−104.

    lambdas: float[n, …], mus: float[n, …] that broadcast; integers of the shape without n.
    """
    left, right = np.ldexp(lambdas, BITS).astype(np.int64), np.ldexp(mus, BITS).astype(np.int64)
    (a, b), (c, d) = np.divmod(left, 2**HALF), np.divmod(right, 2**HALF)
    sums = np.zeros(np.broadcast_shapes(lambdas.shape, mus.shape)[1:], dtype=object)
    for rows in (slice(start, start + ROWS) for start in range(0, len(mus), ROWS)):
        for shift, product in (
            (2 * HALF, a[rows] * c[rows]),
            (HALF, a[rows] * d[rows] + b[rows] * c[rows]),
            (0, b[rows] * d[rows]),
        ):
            sums = sums + product.sum(axis=0).astype(object) * 2**shift
    return sums


def _errors(coeffs: Floats, sums: tuple[NDArray[np.object_], NDArray[np.object_]]) -> tuple[NDArray[np.object_], int]:
    ratios = [value.as_integer_ratio() for value in coeffs.ravel().tolist()]
    unit = lcm(2 ** (2 * BITS), *(denominator for _, denominator in ratios))
    goals = np.array([over * (unit // under) for over, under in ratios], dtype=object).reshape(coeffs.shape)
    plus, minus = (abs(side * (unit // 2 ** (2 * BITS)) - goals) for side in sums)
    return np.maximum(plus, minus), unit
