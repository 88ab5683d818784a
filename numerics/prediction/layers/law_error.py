"""How far the law of wide layers lies from pruned networks, whether or not it answers there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sparse_limits.numerics.arguments import Seed, seed_sequence
from sparse_limits.numerics.data import Dataset
from sparse_limits.numerics.prediction.architecture import Architecture
from sparse_limits.numerics.prediction.layers.observation import pruned
from sparse_limits.numerics.prediction.layers.predicted import predicted
from sparse_limits.numerics.prediction.layers.validity import narrowness
from sparse_limits.numerics.prediction.settings import Settings

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LawError:
    """Of each layer's density: the law's less what networks keep, over the larger of the two, and its standard error, float[L + 1].

    narrowness: Σ 1/width over the hidden layers; second_term: GraSP's, over the first in norm, None for other methods.
    """

    relative: Floats
    standard_error: Floats
    narrowness: float
    second_term: float | None

    @property
    def worst(self) -> tuple[float, float]:
        """The largest relative error of a layer, and its standard error."""
        layer = int(np.argmax(np.abs(self.relative)))
        return float(self.relative[layer]), float(self.standard_error[layer])


def law_error(settings: Settings, network: Architecture, data: Dataset, seed: Seed = 0) -> LawError:
    """Prune so many networks as the settings say, and hold the law against what they keep.

    Raises:
        InputError: where the law knows no threshold, as `predict`.

    Source: D2, S8, S11.

    Examples:
        >>> from sparse_limits.numerics.data import digits
        >>> found = law_error(Settings(method="snip", units=1024, networks=8), Architecture(64, (128,), 1), digits("is0"))
        >>> found.narrowness, bool(abs(found.worst[0]) < 0.2)
        (0.0078125, True)
    """
    drawing, sampling = (np.random.default_rng(stream) for stream in seed_sequence(seed).spawn(2))
    x, y = np.asarray(data.x, float), np.asarray(data.y, float)
    seen = [pruned(settings, network, x, y, drawing) for _ in range(settings.networks)]
    said = list(predicted(settings, network, x, y, seen, sampling))
    law = np.mean([each.densities for each in said], axis=0)
    own = np.sqrt(np.mean([each.errors**2 for each in said], axis=0))
    kept = np.array([each.kept.densities for each in seen])
    mean, spread = kept.mean(axis=0), kept.std(axis=0, ddof=1) / np.sqrt(len(kept))
    left_out = [each.second_term for each in seen if each.second_term is not None]
    larger = np.where(np.maximum(law, mean) > 0, np.maximum(law, mean), 1.0)
    return LawError(
        (law - mean) / larger,
        np.hypot(own, spread) / larger,
        narrowness(network),
        float(np.mean(left_out)) if left_out else None,
    )
