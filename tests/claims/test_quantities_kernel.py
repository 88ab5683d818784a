"""Where the claims on tangent kernels speak: values outside are refused in words, at the edges they are right."""

from __future__ import annotations

from math import exp, log, pi, sqrt

import pytest

import sparse_limits as sl

LABELS = [f"K{number}" for number in range(1, 14)]
COVARIANCE = "assumes a covariance that the two variances allow, expected c\\*\\*2 ≤ a\\*b"
DENSITY = "rho is density, the share of weights kept, expected a number above 0, up to 1"
COSINE = "r is correlation of two preactivations, .*, expected a number from -1 to 1"

OUTSIDE = [
    ("K1", "kappa_0", "r=2", COSINE),
    ("K1", "dense_ntk", "L=1 r=-3/2", COSINE),
    ("K1", "value", "a=1 b=1 c=2", COVARIANCE),
    ("K1", "erf_slope", "a=1 b=1 c=-9/8", COVARIANCE),
    ("K1", "angle_step", "theta=22/7", "expected a number from 0 to pi"),
    ("K1", "dense_ntk", "L=-1 r=1", "L=-1: L is .*, expected a"),
    ("K3", "ratio", "rho=2 L=2", "assumes no more than all weights are kept, expected rho ≤ 1"),
    ("K3", "kernel", "rho=11/10 L=1 r=0", "assumes no more than all weights are kept"),
    ("K4", "threshold", "rho=2", DENSITY),
    ("K4", "second_moment", "rho=3/2", DENSITY),
    ("K4", "homogeneous", "rho=2 L=1", DENSITY),
    ("K4", "row_kernel", "a=1 b=1 c=-2 s_W=0", COVARIANCE),
    ("K4", "path_weight", "W_1=1 W_2=1 W_3=1 Q_1=-1 Q_2=1 Q_3=1", "Q_1 is energy of an edge of the path"),
    ("K4", "path_weight", "W_1=1 W_2=3 W_3=1 Q_1=1 Q_2=1 Q_3=1", "W_2 is probability that an edge of the path is kept"),
    ("K5", "row_kernel", "a=1 b=1 c=2 s_W=1 alpha=1", COVARIANCE),
    ("K6", "variance", "a=1 b=2 c=2", COVARIANCE),
    ("K6", "fourth", "r=-2", COSINE),
    ("K6", "diagonal_mean", "rho=3/2 q=1", "rho is density, the share of weights kept, expected a number from 0 to 1"),
    ("K7.1", "row_kernel", "a=1 b=1 c=2", COVARIANCE),
    ("K7.1", "hessian.0.0", "a=1 b=1 c=1", "a covariance that does not degenerate, expected c\\*\\*2 < a\\*b"),
    ("K7.1", "gap", "a=1 b=1 d=1 p=1/2 r=1 x=1 y=1", "inputs that are not parallel"),
    ("K7.2", "signs_gap", "d=2 p=1/2 r=-1", "inputs that are not parallel"),
    ("K7.2", "signs_curvature", "r=1", "inputs that are not parallel"),
    ("K7.2", "signs_kernel", "p=2 r=0", "p is value of the graphon at an input"),
    ("K7.2", "signs_quenched", "A=0 B=2 p=1/2", "inputs that agree somewhere, expected A ≥ 1"),
    ("K7.2", "signs_weight", "A=1 B=1 k=3 i=1 p=1/2", "a row keeps no more places than there are"),
    ("K7.2", "signs_weight", "A=0 B=0 k=0 i=0 p=1/2", "assumes inputs with a coordinate"),
    ("K8", "kernel", "a=1 b=1 c=2 f=1 L=1", "assumes a mean product that the two mean squares allow"),
    ("K8", "mixture", "s=3/2 t_1=2 t_2=3", "s is share of the rows .*, expected a number from 0 to 1"),
    ("K8", "power_flow", "L=1 p=-1 q=0", "p=-1: p is .*, expected a"),
    (
        "K9",
        "constant",
        "beta=1 s=2",
        "assumes no variance above the largest square of a coordinate, expected s ≤ beta",
    ),
    ("K9", "readout_ratio", "delta=2", "expected a number above 0, up to 1"),
    ("K10.1", "decay", "low=6 high=6", "assumes a fit over more than one rank, expected r_0 < r_1"),
    ("K10.1", "fit_slope", "S=2 S_x=2 S_y=1 S_xx=2 S_xy=1", "assumes abscissas that are not all the same"),
    ("K10.1", "fit_slope", "S=1 S_x=1 S_y=1 S_xx=1 S_xy=1", "assumes abscissas that are not all the same"),
    ("K10.2", "sampling_radius", "m=100 delta=2", "delta is probability of failure that is allowed"),
    ("K11.1", "positive_eigenvalue", "g_W=2 g_Q=1 d=1 s_plus=1", "g_W .*is density of trained edges"),
    ("K11.2", "sphere_eigenvalue", "ell=2 k=1", "two points have only the degrees 0 and 1"),
    ("K11.2", "exponent", "k=1", "at least two inputs, expected k ≥ 2"),
    ("K11.2", "constant", "k=1", "at least two inputs, expected k ≥ 2"),
    ("K12", "kahan_angle", "p=1 q=0", "q=0: q is .*, expected a"),
    ("K12", "resolution", "u=3", "u is distance from 1 .*, expected a number from 0 to 2"),
    ("K12", "kahan_sensitivity", "theta=7", "theta is angle between the vectors"),
    ("K12", "kahan_bound", "eta=1", "expected a number from 0, below 1"),
    ("K13.1", "mean", "L=-1 path=1", "L=-1: L is .*, expected a"),
    ("K13.2", "width_constant", "L=1 rho=2", DENSITY),
    ("K13.3", "chord", "r=1", "expected \\(r ≥ 0\\) & \\(r < 1\\)"),
    ("K13.3", "chord", "r=-1/2", "a cosine after a hidden layer that is not 1"),
    ("K13.3", "depth_two", "T=1 n=16 r=1", "a cosine after a hidden layer that is not 1"),
    ("K13.3", "gate_shift", "r=2", COSINE),
    ("K13.3", "value_step", "N=1 e=0 h_d=1 h_p=1 h_t=1/2 n=1 rho=1", "h_t is mean product of the traces .* from 1"),
]

EDGES = [
    ("K1", "kappa_0", "r=1", 1),
    ("K1", "kappa_0", "r=-1", 0),
    ("K1", "kappa_1", "r=-1", 0),
    ("K1", "squares", "a=1 b=1 c=1", 4 * 3 / 2),  # E 4z⁴ over z > 0
    ("K1", "squares", "a=1 b=1 c=-1", 0),  # never positive together
    ("K1", "value", "a=2 b=2 c=-2", 0),
    ("K1", "slope", "a=1 b=4 c=2", 1),  # z′ = 2z: one gate
    ("K1", "variance_slope", "a=1 b=1 c=1", 0),
    ("K1", "erf_slope", "a=1 b=1 c=1", 4 / (pi * sqrt(5))),  # ∫ (4/π) exp(−2z²) φ
    ("K1", "angle_step", "theta=0", 0),
    ("K1", "dense_ntk", "L=3 r=1", 4),
    ("K1", "dense_ntk", "L=2 r=-1", 1 / pi),
    ("K1", "dense_nngp", "L=1 r=-1", 0),
    ("K1", "taylor_0", "k=0", 1 / pi),  # κ₀′(0)
    ("K2", "one_hidden", "x_1=0 x_2=0 y_1=1 y_2=2", 0),
    ("K2", "one_hidden", "x_1=1 x_2=0 y_1=-1 y_2=0", 0),
    ("K3", "ratio", "rho=1 L=2", 1),
    ("K3", "weights_trained", "rho=2 L=2", 4),  # a variance may exceed 1
    ("K1", "dense_ntk", "L=0 r=1/2", 1 / 2),  # a linear network
    ("K3", "kernel", "L=0 r=1/2 rho=1/4", 1 / 8),
    ("K4", "path_weight", "W_1=0 W_2=1 W_3=1 Q_1=0 Q_2=2 Q_3=3", 0),
    ("K4", "threshold", "rho=1", 0),
    ("K4", "second_moment", "rho=1", 1),
    ("K4", "homogeneous", "rho=1 L=3", 1),
    ("K4", "row_kernel", "a=1 b=1 c=1 s_W=1", 2),
    ("K4", "path_weight", "W_1=1/2 W_2=1 W_3=1 Q_1=49/50 Q_2=1 Q_3=1", 123 / 50),  # the form that fails, by hand
    ("K5", "row_kernel", "a=1 b=1 c=-1 s_W=-1 alpha=1", 0),
    ("K6", "variance", "a=1 b=1 c=1", 16 - 4),
    ("K6", "deviation", "a=1 b=1 c=1 n=1", sqrt(12)),
    ("K6", "diagonal_variance", "rho=1 q=1 k=1", 12),
    ("K7.2", "signs_quenched", "A=1 B=1 p=1/2", 1 / 4 + 1 / (4 * pi)),  # four masks, by hand
    ("K7.2", "signs_quenched", "A=1 B=1 p=1", 1 / pi),
    ("K7.2", "signs_quenched", "A=2 B=0 p=1/2", 1),  # 2p
    ("K7.2", "signs_kernel", "p=1 r=1", 2),
    ("K7.2", "signs_kernel", "p=1/2 r=-1", 0),
    ("K7.2", "signs_gap", "d=2 p=1 r=0", 0),
    ("K7.2", "signs_weight", "A=1 B=2 k=2 i=2 p=1/2", 0),  # no row is so, as in the next two
    ("K7.2", "signs_weight", "A=2 B=2 k=1 i=2 p=1/2", 0),
    ("K7.2", "signs_weight", "A=3 B=1 k=3 i=1 p=1", 0),
    ("K7.2", "signs_weight", "A=1 B=1 k=0 i=0 p=1/2", 0),
    ("K7.2", "signs_weight", "A=0 B=2 k=1 i=0 p=1/2", 1 / 4),  # two of four masks, half of the inputs each
    ("K7.2", "signs_weight", "A=1 B=1 k=2 i=1 p=1", 1),
    ("K7.2", "modulus_bound", "e_plus=1", 2),
    ("K7.2", "modulus_kernel", "e_plus=1 e_minus=0", 2),  # parallel inputs
    ("K7.2", "apart", "a=1 b=1", 1 / pi),
    ("K8", "power_flow", "L=2 p=0 q=0", 1),
    ("K8", "mixture", "s=0 t_1=2 t_2=3", 3),
    ("K8", "mixture", "s=1 t_1=2 t_2=3", 2),
    ("K8", "kernel", "a=2 b=2 c=-2 f=1 L=1", 0),
    ("K6", "diagonal_variance", "rho=0 q=0 k=0", 0),
    ("K9", "constant", "beta=1 s=1", 2 + 1 / pi),
    ("K9", "readout_ratio", "delta=1", 1),  # opposite inputs: (1 − 0)/1
    ("K9", "own_layer_ratio", "delta=1", 1),
    ("K10.1", "ntk_eigenvalue", "k=0", 6 / pi**2),
    ("K10.1", "decay", "low=1 high=2", log(12 / pi**2) / log(2)),  # a line through two points
    ("K10.1", "fit_slope", "S=2 S_x=1 S_y=1 S_xx=1 S_xy=1", 1),  # (0, 0) and (1, 1)
    ("K10.1", "ranked", "rank=3", 1 / 2),
    ("K11.1", "positive_eigenvalue", "g_W=1 g_Q=1 d=1 s_plus=0", 0),
    ("K11.1", "negative_eigenvalue", "g_W=1 g_Q=1 d=1 s_minus=2", 4),
    ("K11.2", "sphere_eigenvalue", "ell=0 k=1", 1),  # two points: the matrix 2·1 over 2
    ("K11.2", "sphere_eigenvalue", "ell=1 k=1", 1),
    ("K11.2", "multiplicity", "ell=2 k=1", 0),
    ("K11.2", "multiplicity", "ell=2 k=3", 5),
    ("K11.3", "trace_ratio", "k=1", 2),
    ("K11.3", "gap_ratio", "k=1", 1),
    ("K11.3", "top_energy", "k=1", 1),
    ("K11.2", "exponent", "k=2", 2),
    ("K12", "kahan_angle", "p=0 q=2", 0),
    ("K12", "kahan_angle", "p=5 q=5", pi / 2),  # vectors of one length, whatever it is
    ("K12", "resolution", "u=0", 0),
    ("K12", "resolution", "u=1/2", pi / 3),
    ("K12", "resolution", "u=2", pi),
    ("K12", "kahan_bound", "eta=0", 0),
    ("K13.2", "dense_variance", "L=1 n=1", 3),  # K6: 12 over 2²
    ("K13.2", "width_constant", "L=1 rho=1", 3),
    ("K13.3", "chord", "r=0", 1 / 2),
    ("K13.3", "gate_shift", "r=-1", 0),
    ("K13.3", "value_step", "N=1 e=0 h_d=1 h_p=1 h_t=1 n=1 rho=1", sqrt(6)),  # √h_d′ = √(2·3)
    ("K13.2", "deep_second", "beta=1", exp(5) * 5 / 9 - (exp(5) - exp(-1)) / 27),
]


@pytest.mark.parametrize(("label", "expression", "values", "words"), OUTSIDE)
def test_values_outside_are_refused(label, expression, values, words):
    with pytest.raises(sl.InputError, match=words):
        sl.evaluate(label, expression, *values.split())


@pytest.mark.parametrize(("label", "expression", "values", "expected"), EDGES)
def test_edges_are_inside(label, expression, values, expected):
    assert float(sl.evaluate(label, expression, *values.split()).text) == pytest.approx(expected, rel=1e-12, abs=1e-12)
