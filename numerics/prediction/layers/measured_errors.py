"""How far laws that are not proved lay from networks: what `sparse-limits study depth` measured, by setting."""

from __future__ import annotations

from sparse_limits.numerics.prediction.settings import Settings

# Mean errors of the densities of layers over data, depths, activations and densities of the study (seed 0), by method, norm,
# loss and residual of the law.
MISSED = {
    ("snip", "none", "cross-entropy", "target"): 0.0030,
    ("snip", "none", "cross-entropy", "averaged"): 0.0029,
    ("snip", "none", "cross-entropy", "output"): 0.0029,
    ("snip", "none", "mse", "target"): 0.0052,
    ("snip", "none", "mse", "averaged"): 0.0034,
    ("snip", "none", "mse", "output"): 0.0028,
    ("snip", "batch", "cross-entropy", "target"): 0.0043,
    ("snip", "batch", "cross-entropy", "averaged"): 0.0046,
    ("snip", "batch", "cross-entropy", "output"): 0.0026,
    ("snip", "batch", "mse", "target"): 0.0153,
    ("snip", "batch", "mse", "averaged"): 0.0068,
    ("snip", "batch", "mse", "output"): 0.0019,
    ("grasp-magnitude", "none", "cross-entropy", "target"): 0.053,
    ("grasp-magnitude", "none", "cross-entropy", "averaged"): 0.052,
    ("grasp-magnitude", "none", "cross-entropy", "output"): 0.052,
    ("grasp-magnitude", "none", "mse", "target"): 0.040,
    ("grasp-magnitude", "none", "mse", "averaged"): 0.032,
    ("grasp-magnitude", "none", "mse", "output"): 0.033,
}


def error_seen(settings: Settings, norm: str) -> str | None:
    """A sentence on the law's error where it was measured, None where it was not; norm: of the architecture.

    Examples:
        >>> error_seen(Settings(method="random"), "none") is None
        True
    """
    studied = "grasp-magnitude" if settings.method == "grasp" else settings.method
    if (error := MISSED.get((studied, norm, settings.loss, settings.residual))) is None:
        return None
    of = "" if studied == settings.method else f" of {studied}"
    return (
        f"± is the sampling of the law alone. In `sparse-limits study depth` (1 to 3 hidden layers of 256, torch "
        f"initialisation, biases, scores at the networks' own outputs) this law's densities of layers{of} were off by {error:g} "
        "on average"
    )
