"""What rounds of SynFlow did to a module: critical densities, the rows that fewer rounds leave empty, and what the others keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from torch import nn

from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF
from sparse_limits.numerics.prediction.layers.rounds import empty_rows, fewer_rounds, in_rounds, notes_on, wide_note
from sparse_limits.numerics.prediction.modules.chosen import Chosen, place_of
from sparse_limits.numerics.prediction.modules.detached import detached_copy
from sparse_limits.numerics.prediction.modules.forecast import PASSING
from sparse_limits.numerics.prediction.modules.module_masks import TRANSPOSED
from sparse_limits.numerics.prediction.modules.reading import Chain, NotFollowedError, chain_of
from sparse_limits.numerics.prediction.modules.sharing import Density
from sparse_limits.numerics.prediction.modules.weights import common_law

MOST_LISTED = 8  # layers that are told one by one
BATCH_NORMS = nn.modules.batchnorm._BatchNorm
UNKNOWN = (
    "the critical density, below which many rounds empty neurons of wide layers (H6.2), is not known here: it is for one threshold "
    "over a chain of linear layers with independent normal or uniform weights"
)


@dataclass(frozen=True)
class _Law:
    """A module as a network of the law; p: of the tests of its weights."""

    chain: Chain
    network: Architecture
    p: float


def notes_on_rounds(
    module: nn.Module,
    masks: Mapping[str, Mask],
    density: Density,
    scope: str,
    rounds: int,
    chosen: Chosen,
    again: Callable[[int], Mapping[str, Mask]],
) -> Iterator[str]:
    """Notes on the masks that so many rounds leave.

    again: the masks of fewer rounds, which are asked for only where rows are empty.
    """
    turned = {path for path in masks if isinstance(place_of(module, path)[0], TRANSPOSED)}

    def of_outputs(found: Mapping[str, Mask]) -> list[Mask]:
        return [mask.swapaxes(0, 1) if path in turned else mask for path, mask in found.items()]

    now = of_outputs(masks)
    fewer = fewer_rounds(rounds) if any(empty_rows(now)) else ()
    empty = [*(empty_rows(of_outputs(again(count))) for count in fewer), empty_rows(now)]
    law = _law_of(module, chosen) if scope == "global" and not isinstance(density, Mapping) else None
    of_all = 1.0 if isinstance(density, Mapping) else float(density)  # read with a law alone
    found = in_rounds(of_all, (*fewer, rounds), [empty], None if law is None else law.network)
    names = [] if law is None else [each.path for each in law.chain.layers]
    if law is None:
        yield UNKNOWN
    else:
        yield (
            f"the weights agree with a {law.network.initialisation.law.name} law in each layer (p = {law.p:.2g}, all layers "
            "together); that they are independent is assumed"
        )
    yield from notes_on(found, of_all, names, [] if law is None else law.network.shapes)
    if found.wide is not None:
        yield wide_note(found.wide, rounds, names)
    if any(empty[-1]):
        yield from _crossings(list(masks), now)


def _law_of(module: nn.Module, chosen: Chosen) -> _Law | None:
    """None where H6.2 does not reach the module, or weights that are pruned are not those of its layers."""
    try:
        chain = chain_of(detached_copy(module))  # a forward may store what it is given
    except NotFollowedError:
        return None
    layers = [module.get_submodule(each.path) for each in chain.layers]
    norms = [part for part in module.modules() if isinstance(part, BATCH_NORMS)]
    if chain.activation not in PASSING or {each.path for each in chain.layers} != set(chosen):
        return None
    if any(part.running_var is not None and bool((part.running_var != part.running_var[0]).any()) for part in norms):
        return None  # the units of a layer have factors of their own
    found = common_law(layers)
    if found is None:
        return None
    law, p = found
    first, last = chain.layers[0], chain.layers[-1]
    return _Law(chain, Architecture(first.inputs, chain.widths, last.outputs, init=law.name), p)


def _crossings(paths: Sequence[str], masks: Sequence[Mask]) -> Iterator[str]:
    """What is kept where a row and a column cross that both keep something: nothing is kept elsewhere."""
    shares = {}
    for path, mask in zip(paths, masks, strict=True):
        rows, columns = (mask.any(axis=tuple(k for k in range(mask.ndim) if k != axis)) for axis in (0, 1))
        if mask.any():
            shares[path or ITSELF] = mask.sum() / (rows.sum() * columns.sum() * prod(mask.shape[2:]))
    told = list(shares)
    if len(told) > MOST_LISTED:
        told = [min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)]
    kept = (" to " if len(shares) > MOST_LISTED else ", ").join(f"{shares[path]:.3g} of layer {path}" for path in told)
    yield f"between rows and columns that are not empty, {kept} are kept"
