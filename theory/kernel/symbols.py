"""What letters stand for in the sentences of several claims about kernels."""

from __future__ import annotations

LAYERS = {
    "l": "place of a layer, from the inputs on",
    "F": "mean of the product of two activations, as a function of the variances and the covariance of their preactivations",
}
