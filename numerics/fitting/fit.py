"""The graphon that a mask came from: exact tests, a fitted factorised model, certified distances.

The mask is held against two graphons, the constant one and the fitted one. A distance says little by itself, so each
stands beside those of masks drawn from that very graphon and put through the same lines, fit included, and beside the
bound of G1, which no mask from the constant graphon passes but by a stated chance. Where neither side varies the fitted
graphon is the constant one, and there is one distance with one verdict. Where whole lines are gone the rest of the mask is
fitted too, as a mask of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from sparse_limits.numerics.arguments import FRESH_ROWS, MOST_SAMPLES, InputError, Seed, check_residual, seed_number
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.data import Data, Dataset, batch, dataset_of
from sparse_limits.numerics.door import door
from sparse_limits.numerics.fitting.block_patterns import Blocks, Selection
from sparse_limits.numerics.fitting.drawn_networks import DeepNetwork, checked_network, explain_layer
from sparse_limits.numerics.fitting.explanation import Excluded, Explanation, explain
from sparse_limits.numerics.fitting.factor_model import FINE, count, factors, fit_family, posterior
from sparse_limits.numerics.fitting.homogeneity import Homogeneity, homogeneity_of, selected_by
from sparse_limits.numerics.fitting.levels import UNLIKELY
from sparse_limits.numerics.fitting.method_law import Setting
from sparse_limits.numerics.fitting.model import Model, draw, draw_constant, fit_model
from sparse_limits.numerics.fitting.recognition import Seen, seen_in
from sparse_limits.numerics.fitting.structure import Structure, structure_of
from sparse_limits.numerics.limits import check_work
from sparse_limits.numerics.masks.arrays import sparse_mask
from sparse_limits.numerics.masks.cut_norm import LONGEST_EXACT, CutNorm, cut_distance, distance_found
from sparse_limits.numerics.prediction.first_layer.row_law import check_fresh_rows
from sparse_limits.numerics.printing.progress import Stage, within
from sparse_limits.numerics.spectra.corrected_values import CorrectedValue, corrected_singular_values
from sparse_limits.numerics.spectra.noise_edge import noise_edge
from sparse_limits.numerics.statistics.noise import upper_tail
from sparse_limits.theory.graphon import cut_norm_rate, ranked_masks, symbols
from sparse_limits.theory.graphon.ranked_masks import shift
from sparse_limits.theory.operators import noise as noise_theory
from sparse_limits.theory.saliency import blocks as block_masks

Floats = NDArray[np.floating]

DRAWN = {2**17: 19, 2**22: 5}  # masks drawn from a graphon, by the entries of the mask up to which so many are
FEWEST_DRAWN = 3
ENUMERATED = 2**11  # numbers that an enumeration passes through in the time that the search takes for an entry
SINGULAR_VALUES = 6
EDGE_WITHIN, ROUGHLY = 1e-6, 1e-3  # relative, of the noise edge
# What a fit in depth takes, measured: of each kept weight, most of all for masks drawn beside it; of each entry, where there
# are at most EXPANDED, which distances hold one by one; the time of more grows as this power of the weights kept
BYTES_OF_KEPT, BYTES_OF_ENTRY, EXPANDED = 90, 80, 2**24
SECONDS_OF_ENTRY, KEPT_IN_TWO_MINUTES, GROWTH = 4e-6, 3.5e6, 1.7


@dataclass(frozen=True, eq=False)
class Distance:
    """Certified bounds of the cut distance to a graphon; `drawn`: the lower bounds of masks drawn from that graphon."""

    cut: CutNorm
    drawn: Floats

    @property
    def p(self) -> float:
        """The chance of a larger distance under the graphon, by the drawn ones."""
        return upper_tail(self.cut.lower, self.drawn)

    @property
    def is_noise(self) -> bool:
        """Whether sampling from the graphon explains the distance."""
        return self.p >= UNLIKELY


@dataclass(frozen=True)
class Spectrum:
    """Leading singular values σ_i(M)/√(mn), freed from the noise, and the edge of the noise of the fitted graphon (O4)."""

    values: Sequence[CorrectedValue]
    edge: float

    @property
    def visible(self) -> int:
        return sum(value.visible for value in self.values)


class Methods(NamedTuple):
    """The methods held against a mask, the likeliest first, and those without a test of their own."""

    tested: list[Explanation]
    excluded: list[Excluded]


@dataclass(frozen=True, eq=False)
class Fit:
    """All that is found about a mask [m, n]; what needs a mask that keeps some entries, not all, is None without.

    certified: what the distance to the constant graphon exceeds with chance UNLIKELY at most if the mask is uniform
    (G1). to_fitted: the same object as to_constant where the fitted graphon is the constant one. seen: what no method
    leaves. structure: the whole lines that are gone or kept; rest: what is found about the mask without them. methods: the tests of all methods, None
    without data. data: what the methods were tested with, under `residual`, and network: in which, None for one hidden
    layer.
    """

    mask: csr_array
    homogeneity: Homogeneity | None = None
    model: Model | None = None
    to_constant: Distance | None = None
    to_fitted: Distance | None = None
    certified: float | None = None
    spectrum: Spectrum | None = None
    seen: Seen | None = None
    structure: Structure | None = None
    rest: Fit | None = None
    methods: Methods | None = None
    data: Dataset | None = None
    residual: str = "target"
    network: DeepNetwork | None = None

    @property
    def density(self) -> float:
        return self.mask.nnz / (self.mask.shape[0] * self.mask.shape[1])


@door
def fit(
    mask: Any,
    data: Data | None = None,
    *,
    samples: int | None = None,
    residual: str | None = None,
    fresh_rows: int | None = None,
    widths: Sequence[int] | None = None,
    place: int | None = None,
    seed: Seed = 0,
    progress: Callable[[str], object] = lambda doing: None,
) -> Fit:
    """Find the graphon that a mask came from and, with the data of its network, the method that made the mask.

    Exact tests, a fitted graphon and certified cut distances describe the mask itself. With `data`, each pruning method
    is tested against the mask: by its law for the first layer of a network with one hidden layer or, with `widths`, by
    the masks of the same layer in networks that are drawn and pruned. The same seed gives the same numbers as the
    command `sparse-limits fit`.

    Parameters
    ----------
    mask : zeros and ones [m, n], an array or of scipy.sparse; rows are neurons, columns are inputs of the layer
    data : digits, the name of a file, a `DataSource` or a `Dataset`, with n inputs unless `widths` are given; None tests no method
    samples : largest number of samples used, at least 2; from larger data a random batch is drawn; None is 4096
    residual : target for −y (the initial output is subtracted) or output for f₀ − y; None is target
    fresh_rows : number of rows drawn at random to predict a method without `widths`, at least 100; None is 20000
    widths : number of neurons in each hidden layer of the network, first to last; None is one hidden layer
    place : number of the layer that the mask belongs to, 1 for the first; None is the only layer with the shape of the mask
    seed : seed of all random numbers, a whole number from 0 below 2¹²⁸, a NumPy `SeedSequence` or a `Generator`
    progress : function that is called with a line of text before each step; the default reports nothing

    Returns
    -------
    Fit, with exact tests in `homogeneity`, the fitted graphon in `model`, cut distances in `to_constant` and
    `to_fitted`, and the tests of methods in `methods`. `methods` is None without data. All of them are None for a mask
    that keeps all or none of its entries.

    Raises
    ------
    InputError : for a mask that is not a matrix, is empty, or has entries other than 0 and 1; for data with another
        number of inputs; for a residual or a number out of range; for anything that needs data without data, `place` without
        `widths`, and `fresh_rows` beside `widths`; for more kept weights than the memory and time allowed permit, including the masks
        drawn for comparison (`limit`; ten minutes by default).

    References
    ----------
    Claims G1, G6.1, G6.2, O4 (the mask alone); S2, S4, S6, S8, S11, S12, S13 (methods).

    Examples
    --------
    >>> import numpy as np
    >>> from sparse_limits import sample_rank_one
    >>> u = np.linspace(0.05, 0.6, 300)
    >>> found = fit(sample_rank_one(u, u, np.random.default_rng(0)))
    >>> found.homogeneity.rows.uneven, found.homogeneity.columns.uneven, round(found.density, 2)
    (True, True, 0.11)
    >>> weights = np.random.default_rng(0).standard_normal((256, 64))
    >>> found = fit(abs(weights) > 1.6, "digits", fresh_rows=2000)
    >>> [each.method for each in found.methods.tested if each.fits]
    ['random']
    """
    mask, number = sparse_mask(mask), seed_number(seed)
    asked, work = f"a fit of {mask.nnz} kept weights in depth", work_in_depth(mask.nnz, mask.shape)
    check_work(asked, *work, instead="a scan (scan_mask), some of the rows, or the table of layers (fit_layers)")
    if data is None:
        needing = {"samples": samples, "residual": residual, "fresh_rows": fresh_rows, "widths": widths, "place": place}
        for name, value in needing.items():
            if value is not None:
                raise InputError(f"{name} is given and there are no data, expected data beside it")
        return _fit_with_structure(mask, number, None, progress)
    if fresh_rows is not None and widths is not None:
        raise InputError(
            "fresh_rows is given beside widths, expected one of them: with widths networks are drawn, not rows"
        )
    rows = FRESH_ROWS if fresh_rows is None else fresh_rows
    check_fresh_rows(rows)
    subtracted = "target" if residual is None else residual
    check_residual(subtracted)
    data = dataset_of(data)
    network = _network(data, mask, widths, place)
    data = batch(
        data, MOST_SAMPLES if samples is None else samples, np.random.default_rng(np.random.SeedSequence([number, 1]))
    )
    silent = (data.x == 0).all(axis=0) if network is None or network.place == 1 else None
    alone = _fit_with_structure(mask, number, silent, within(progress, 0, 2))
    found = replace(alone, data=data, residual=subtracted, network=network)
    if found.homogeneity is None:
        return found
    setting, stream = (
        Setting(data, selected_by(found.homogeneity), subtracted == "target"),
        np.random.SeedSequence([number, 2]),
    )
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):  # what is not finite is refused where it is used
        if network is None:
            progress(Stage("comparing with what each method keeps", 1, 2))
            methods = Methods(*explain(mask, setting, rows, stream))
        else:
            methods = Methods(*explain_layer(mask, setting, *network, stream, within(progress, 1, 2)))
    if any(each.fits for each in methods.tested):  # pruning weight by weight leaves such masks
        found = replace(found, structure=None, rest=None)
    return replace(found, methods=methods)


def work_in_depth(kept: int, shape: Sequence[int]) -> tuple[float, float]:
    """The bytes and the seconds that a fit takes of a mask [m, n], by estimate."""
    fewer, more = sorted(shape)
    if fewer * more <= EXPANDED:
        return BYTES_OF_KEPT * kept + BYTES_OF_ENTRY * fewer * more, SECONDS_OF_ENTRY * fewer * more
    # the counts of each unit, twice, and its likely factors
    of_factors = 8 * more * (2 * min(FINE.groups, fewer) + FINE.atoms)
    return BYTES_OF_KEPT * kept + of_factors, 120 * (kept / KEPT_IN_TWO_MINUTES) ** GROWTH


def _network(data: Dataset, mask: csr_array, widths: Sequence[int] | None, place: int | None) -> DeepNetwork | None:
    """The network and the layer that a mask is of, None for the first of one hidden layer. InputError if the mask has another shape."""
    if widths is not None:
        return checked_network(mask, data, widths, place)
    if place is not None:
        raise InputError(f"place is {place} and widths are None, expected the widths of all hidden layers beside it")
    inputs, (rows, columns) = data.x.shape[1], mask.shape
    if inputs != columns:
        hint = ", or the mask transposed" if inputs == rows else ""
        raise InputError(
            f"{data.name} has {inputs} inputs, the mask {columns} columns, expected as many{hint}, or `widths` for a deeper layer"
        )
    return None


def _fit_with_structure(
    mask: csr_array, seed: int, silent: NDArray[np.bool_] | None, progress: Callable[[str], object]
) -> Fit:
    """What a mask alone says. silent [n]: columns whose input is 0 throughout the data: they explain a dead column."""
    found = _fit_alone(mask, seed, progress)
    structure = None if found.seen is None or found.seen.tiles is not None else structure_of(mask, silent)
    if structure is None:
        return found
    rest = structure.rest(mask)
    if 0 in rest.shape:
        return replace(found, structure=structure)
    return replace(found, structure=structure, rest=_fit_alone(rest, seed, within(progress, 0, 1, "without them: ")))


def _fit_alone(mask: csr_array, seed: int, progress: Callable[[str], object]) -> Fit:
    """Everything about a mask but its structure."""
    if mask.nnz in (0, mask.shape[0] * mask.shape[1]):
        return Fit(mask)
    testing, drawing, recognising = map(np.random.default_rng, np.random.SeedSequence(seed).spawn(3))
    draws = masks_drawn(mask)
    steps = draws + 3
    progress(Stage("testing rows and columns", 0, steps))
    homogeneity = homogeneity_of(mask, testing)
    model = fit_model(mask, homogeneity.rows.uneven, homogeneity.columns.uneven)
    constant = Fit(mask).density
    selection = selected_by(homogeneity)
    flat, fitted = [], []
    for number in range(draws):
        progress(Stage(f"drawing mask {number + 1} of {draws} to compare with", 1 + number, steps))
        flat.append(_distance_to_constant(draw_constant(mask, selection, drawing)))
        if not model.is_constant:
            fitted.append(_distance_to_fitted(model, homogeneity, selection, drawing))
    progress(Stage("certifying distances", draws + 1, steps))
    to_constant = to_fitted = Distance(cut_distance(mask, constant, seed=seed), np.array(flat))
    if not model.is_constant:
        to_fitted = Distance(cut_distance(mask, (model.left, model.right), seed=seed), np.array(fitted))
    progress(Stage("looking for what stands out", draws + 2, steps))
    spectrum = spectrum_of(mask, model, homogeneity, seed)
    return Fit(
        mask,
        homogeneity,
        model,
        to_constant,
        to_fitted,
        certified_noise(constant, *mask.shape),
        spectrum,
        seen_in(mask, homogeneity, model, spectrum.visible, recognising),
    )


def spectrum_of(mask: csr_array, model: Model, homogeneity: Homogeneity, seed: int) -> Spectrum:
    """At most SINGULAR_VALUES leading singular values of a mask, and the noise edge of a model of it."""
    m, n = mask.shape
    table, of_units = model.best.table, posterior(model.best, model.data).mean(axis=0)
    rows, columns = of_units / of_units.sum(), model.data.sizes / model.data.sizes.sum()
    if model.data.transposed:
        table, rows, columns = table.T, columns, rows
    edge = _edge(table * (1 - table), m, n, rows, columns)
    values = corrected_singular_values(mask, min(SINGULAR_VALUES, m, n), seed=seed)
    if homogeneity.blocks is not None:  # the entries of a block depend on each other, which lifts the edge
        edge *= _block_lift(homogeneity.blocks, m, n)
    return Spectrum([value._replace(visible=value.visible and value.raw > edge) for value in values], edge)


def _edge(variance: Floats, m: int, n: int, rows: Floats, columns: Floats) -> float:
    """The noise edge of cells of these weights, less precisely where probabilities near 0 and 1 let its bounds meet slowly."""

    def within(tolerance: float) -> float:
        return noise_edge(variance, m, n, row_weights=rows, column_weights=columns, tolerance=tolerance)

    try:
        return within(EDGE_WITHIN)
    except ArithmeticError:
        return within(ROUGHLY)


def _block_lift(blocks: Blocks, m: int, n: int) -> float:
    """The noise edge of N:M masks over that of independent entries, as for constant columns (O4)."""
    share = blocks.kept / blocks.length
    sides = (m, n) if blocks.along == "rows" else (n, m)
    arguments = (symbols.m, symbols.n, block_masks.kept, block_masks.block, symbols.variance)
    at = (*sides, blocks.kept, blocks.length, share * (1 - share))
    dependent, independent = (
        float(numeric(arguments, formula)(*at)) for formula in (noise_theory.block_edge, noise_theory.constant_edge)
    )
    return dependent / independent


def masks_drawn(mask: csr_array) -> int:
    """How many masks are drawn to know the noise of a mask of this size; fewer where exact cut norms take long."""
    short, long = sorted(mask.shape)
    size = short * long
    if short <= LONGEST_EXACT:
        size = max(size, min((long << short) // ENUMERATED, max(DRAWN)))
    return next((number for entries, number in DRAWN.items() if size <= entries), FEWEST_DRAWN)


def illustrate(found: Fit, *, seed: Seed = 0) -> tuple[csr_array, csr_array]:
    """A mask drawn from the fitted graphon, and one from the constant graphon, to look at."""
    assert found.model is not None
    assert found.homogeneity is not None
    rng, selection = np.random.default_rng(seed_number(seed)), selected_by(found.homogeneity)
    return draw(found.model, selection, rng), draw_constant(found.mask, selection, rng)


def certified_noise(density: float, m: int, n: int) -> float:
    """The cut distance of a uniform mask to its density, exceeded with chance at most UNLIKELY: the least of four bounds.

    G1.3 speaks of uniform masks of so many entries, and sampling without replacement keeps the bounds of G1.1 (Hoeffding
    1963, theorem 4).
    """
    at = {"n": n, "m": m, "delta": UNLIKELY, "V": density * (1 - density)}
    arguments = (symbols.n, symbols.m, symbols.delta, symbols.variance)
    unions = (cut_norm_rate.expressions[name] for name in ("hoeffding_rate", "bernstein_rate"))
    ranked = (ranked_masks.expressions[name].subs(shift, 0) for name in ("ranked_rate", "wide_rate"))  # K as expected
    rates = (*unions, *ranked)
    return min(float(numeric(arguments, rate)(*at.values())) for rate in rates)


def _distance_to_constant(mask: csr_array) -> float:
    return distance_found(mask, mask.nnz / (mask.shape[0] * mask.shape[1]))


def _distance_to_fitted(
    model: Model, homogeneity: Homogeneity, selection: Selection | None, rng: np.random.Generator
) -> float:
    """The distance of a mask drawn from a model to the graphon that its own family fits to it."""
    mask = draw(model, selection, rng)
    data = count(mask, homogeneity.rows.uneven, homogeneity.columns.uneven, FINE.groups)
    again = fit_family(model.best.family, data, FINE.atoms)
    return distance_found(mask, factors(again, data))
