"""Kernels of infinitely wide networks, dense or pruned: covariance at initialisation (NNGP) and neural tangent (NTK)."""

from sparse_limits.numerics.kernels.activations import ERF, LINEAR, RELU, Activation, leaky_relu
from sparse_limits.numerics.kernels.analytic import dense_kernel
from sparse_limits.numerics.kernels.bounds import (
    energy,
    path_bound,
    path_densities,
    path_residual_bound,
    risk_bound,
    scale_free,
    squared_norm,
    water_filling,
)
from sparse_limits.numerics.kernels.flow import loss_curve, residual_curve, time_to
from sparse_limits.numerics.kernels.graphon import LayerGraphons, graphon_kernel, input_latent
from sparse_limits.numerics.kernels.layers import Kernels
from sparse_limits.numerics.kernels.methods import KernelEstimate, method_layers, quenched_kernel, row_law_kernel
from sparse_limits.numerics.kernels.quadrature import activation
from sparse_limits.numerics.kernels.regression import (
    error_rate,
    gradient_descent_predict,
    mean_squared_error,
    ridge_predict,
)
from sparse_limits.numerics.kernels.spectra import (
    MetricIntervals,
    SpectralMetrics,
    centred,
    kernel_eigenvalues,
    median_intervals,
    perturbed_metrics,
    spectral_metrics,
    sphere_spectrum,
    split_metrics,
)
from sparse_limits.numerics.kernels.width import diagonal_second_moment, width_bound

__all__ = [
    "ERF",
    "LINEAR",
    "RELU",
    "Activation",
    "KernelEstimate",
    "Kernels",
    "LayerGraphons",
    "MetricIntervals",
    "SpectralMetrics",
    "activation",
    "centred",
    "dense_kernel",
    "diagonal_second_moment",
    "energy",
    "error_rate",
    "gradient_descent_predict",
    "graphon_kernel",
    "input_latent",
    "kernel_eigenvalues",
    "leaky_relu",
    "loss_curve",
    "mean_squared_error",
    "median_intervals",
    "method_layers",
    "path_bound",
    "path_densities",
    "path_residual_bound",
    "perturbed_metrics",
    "quenched_kernel",
    "residual_curve",
    "ridge_predict",
    "risk_bound",
    "row_law_kernel",
    "scale_free",
    "spectral_metrics",
    "sphere_spectrum",
    "split_metrics",
    "squared_norm",
    "time_to",
    "water_filling",
    "width_bound",
]
