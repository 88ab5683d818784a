"""Whether an observed statistic exceeds what drawn ones say is noise."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr


def upper_tail(seen: float, drawn: NDArray[np.floating]) -> float:
    """The chance that one more drawn statistic exceeds `seen`, if their logarithms are normal (Student's t).

    An approximation, where so few draws leave no better one. seen ≥ 0, drawn [k] ≥ 0 with k ≥ 2. 0 or 1 where drawn
    statistics do not vary.
    """
    tiny = 1e-12 * float(max(seen, drawn.max(), 1e-300))
    logs, at = np.log(drawn + tiny), np.log(seen + tiny)
    spread = float(logs.std(ddof=1)) * sqrt(1 + 1 / logs.size)
    excess = float(at - logs.mean())
    return float(stdtr(logs.size - 1, -excess / spread)) if spread > 0 else float(excess <= 1e-9)
