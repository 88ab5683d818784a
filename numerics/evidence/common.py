"""Draws that several checks have in common: the data of a study are drawn once, and so is what follows from them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from sparse_limits.numerics.evidence.trial import Trial
from sparse_limits.numerics.keyed import key, keyed_seed, stream_key

Drawn = TypeVar("Drawn")

KEPT = 8  # draws, the last that were asked for: those of one study
_draws: OrderedDict[tuple[int, str, str], Any] = OrderedDict()


def drawn_in_common(trial: Trial, simulate: Callable[..., Drawn], *arguments: object) -> Drawn:
    """`simulate(rng, *arguments)` as `trial.draw`, but one draw at each seed for all checks of all claims that ask for it.

    Tests of the same data may raise their alarms together; that any of them does is as improbable as with data of their own.
    """
    trial.drew = True
    place = trial.seed, key(simulate), key(arguments)
    if place not in _draws:
        words = stream_key(simulate), stream_key(arguments)
        rng = np.random.Generator(np.random.PCG64DXSM(keyed_seed(trial.seed, "in common", *words)))
        _draws[place] = simulate(rng, *arguments)
        while len(_draws) > KEPT:
            _draws.popitem(last=False)
    _draws.move_to_end(place)
    drawn: Drawn = _draws[place]
    return drawn
