"""Bias-free fully connected networks in the NTK parametrisation, their exact derivatives, kernels and training.

f(x) = W_L φ(… φ(W_2 φ(W_1 x / √n₀) / √n₁) …) / √n_{L−1}: each layer divides by the square root of its
fan-in, so that one hidden layer is f(x) = n^{−1/2} Σ_i a_i φ(w_i·x/√d). Unless told, φ is the ReLU max(z, 0);
φ' is 0 at its kink.

Shapes: N samples, d = n₀ inputs, q = n_L outputs; a layer's weights and mask are [out, in].
"""

from sparse_limits.numerics.networks.derivatives import gradient, hessian_gradient_product, tangent_residual
from sparse_limits.numerics.networks.network import (
    ACTIVATIONS,
    Activation,
    Array,
    Layers,
    Network,
    activations,
    forward,
    inputs,
    masked,
    random_network,
    single_precision,
)
from sparse_limits.numerics.networks.tangent_kernel import jacobian, tangent_kernel
from sparse_limits.numerics.networks.training import (
    DivergedError,
    Training,
    Trajectory,
    ensemble,
    laziness,
    stable_step,
    train,
    train_linearised,
)

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "Array",
    "DivergedError",
    "Layers",
    "Network",
    "Training",
    "Trajectory",
    "activations",
    "ensemble",
    "forward",
    "gradient",
    "hessian_gradient_product",
    "inputs",
    "jacobian",
    "laziness",
    "masked",
    "random_network",
    "single_precision",
    "stable_step",
    "tangent_kernel",
    "tangent_residual",
    "train",
    "train_linearised",
]
