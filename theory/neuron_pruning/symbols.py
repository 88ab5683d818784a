"""What the letters in the sentences of several claims on neurons stand for."""

from __future__ import annotations

ONE_RELU = {
    "f": "target, one ReLU neuron",
    "w^*": "weights of the target, a vector of length $1$",
    r"\sigma": r"ReLU, $\sigma(t)=\max(t,0)$",
}
NEURON = {
    "w_i": "weights of neuron $i$, a vector",
    r"\alpha_i": "output weight of neuron $i$",
}
