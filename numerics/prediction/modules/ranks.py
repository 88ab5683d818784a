"""Where the places of weights, or rounding, decide which of them are kept: scores that are 0, equal, or nearly so at a threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.masks.allocation import lamp
from sparse_limits.numerics.masks.selection import Mask
from sparse_limits.numerics.prediction.layers.mask_statistics import ITSELF, Floats, Scores
from sparse_limits.numerics.prediction.modules.sharing import LAMP, Density
from sparse_limits.numerics.prediction.settings import SCOPES

CLOSE = 1e-12  # relative difference of scores in double precision that is taken for rounding
MOST_NAMED = 4  # layers
Counts = dict[str, tuple[int, int]]  # kept, and all, of each layer that has some


def notes_on_ranks(
    scores: Scores, masks: Mapping[str, Mask], method: str, density: Density, scope: str
) -> Iterator[str]:
    """How many weights are kept, and how many not, by scores that do not tell them apart.

    scores: of all weights, or of a round, in which what was pruned before ranks below all others. A score is
    compared with the threshold of its layer, of its row for Wanda, or of all layers. Nothing is said of the error of scores that
    are small sums of large terms: a difference is taken for rounding by its size relative to the threshold alone.

    Examples:
        >>> scores = {"a": np.array([[0.0, 3.0, 0.0]]), "b": np.array([[0.0]])}
        >>> masks = {"a": np.array([[True, True, False]]), "b": np.array([[False]])}
        >>> list(notes_on_ranks(scores, masks, "magnitude", 0.5, "global"))
        ['1 of 3 weights of score 0 are kept, the first in order: a (1 of 2), b (0 of 1)']
    """
    if scope == LAMP:
        scores = lamp(scores)
    by_rows = method == "wanda"
    rows = {path: score.reshape(len(score) if by_rows else 1, -1) for path, score in scores.items()}
    kept = {path: masks[path].reshape(each.shape) for path, each in rows.items()}
    ends = {path: _ends(each, kept[path]) for path, each in rows.items()}
    if not by_rows and scope in (SCOPES[0], LAMP) and not isinstance(density, Mapping):
        low, high = (np.array(each) for each in zip(*ends.values(), strict=True))
        ends = dict.fromkeys(ends, (low.min(axis=0), high.max(axis=0)))

    def counts(at: Callable[[Floats, Floats, NDArray[np.bool_]], NDArray[np.bool_]]) -> Counts:
        found = {}
        for path, each in rows.items():
            low, high = ends[path]
            meant = at(each, low[:, None], _close(low, high)[:, None])
            if meant.any():
                found[path] = int((meant & kept[path]).sum()), int(meant.sum())
        return found

    if zeros := counts(lambda score, low, close: close & (low == 0) & (score == 0)):
        yield f"{_in_all(zeros)} weights of score 0 are kept, the first in order: {_listed(zeros)}"
    near = counts(lambda score, low, close: close & (low != 0) & (abs(score - low) <= CLOSE * abs(low)))
    if not near:
        return
    equal = counts(lambda score, low, close: close & (low != 0) & (score == low)) == near
    elsewhere = (
        "" if equal and method in ("random", "magnitude") and scope != LAMP else "; another machine may keep others"
    )
    if equal:
        yield f"{_in_all(near)} equal scores at a threshold are kept, the first in order: {_listed(near)}{elsewhere}"
    else:
        yield f"{_in_all(near)} scores within {CLOSE:g} of a threshold, relative to it, are kept: {_listed(near)}{elsewhere}"


def _ends(scores: Floats, kept: Mask) -> tuple[Floats, Floats]:
    """The lowest score that is kept, and the highest that is not, of each row; infinite where there is none."""
    low = np.min(scores, axis=1, where=kept, initial=np.inf)
    high = np.max(scores, axis=1, where=~kept, initial=-np.inf)
    return np.asarray(low), np.asarray(high)


def _close(low: Floats, high: Floats) -> NDArray[np.bool_]:
    finite = np.isfinite(low) & np.isfinite(high)
    low, high = np.where(finite, low, 1.0), np.where(finite, high, 0.0)
    return np.asarray(low - high <= CLOSE * np.maximum(abs(low), abs(high)))


def _in_all(counts: Counts) -> str:
    kept, every = (sum(each) for each in zip(*counts.values(), strict=True))
    return f"{kept} of {every}"


def _listed(counts: Counts) -> str:
    named = [f"{path or ITSELF} ({kept} of {every})" for path, (kept, every) in counts.items()]
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    return f"{', '.join(named[:MOST_NAMED])}{more}"
