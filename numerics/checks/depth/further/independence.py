"""Evidence for D1.2, besides its reasons: last layer has the slope; normal weights have the effect; and more."""

from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.depth.further.identities import NETWORKS
from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.evidence.sums import adds_up
from sparse_limits.theory.depth.further.identities import entering, fan_in, signal, slope
from sparse_limits.theory.depth.further.independence import (
    first_width,
    fourth,
    gated,
    path_product,
    readout_variance,
    residual_product,
    row_independence,
    second_width,
)
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import a


def last_layers() -> list[tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]]:
    """∂⟨r, f⟩/∂w in the last hidden layer of symbolic networks of one output, with what the formula takes."""
    found = []
    for network in NETWORKS:
        if network.widths[-1] > 1 or len(network.widths) < 3:
            continue
        total, layer = network.total(), len(network.widths) - 2
        values = network.below(layer)
        for i, j in network.cells(layer):
            z = network.into(layer, values, True)[i]
            at = sp.Symbol("z_i", real=True)
            open_slope = sp.diff(network.activate(layer, i, at), at).subs(at, z)
            parts = {
                a: network.weight(layer + 1, 0, i),
                gated: network.residuals()[0] * open_slope * values[j],
                n: sp.Integer(network.widths[layer]),
                fan_in: sp.Integer(len(values)),
            }
            found.append((sp.diff(total, network.weight(layer, i, j)), parts))
    return found


@exact(row_independence, step="last layer")
def last_layer_has_the_slope(last_slope: sp.Expr, trial: Trial) -> Findings:
    """D1.1's derivative at the signal of a unit below the readout; symbolic networks of power one and two."""
    yield trial.same(last_slope, slope.subs({signal: a / sp.sqrt(n), entering: gated}))
    yield trial.at_sizes([(seen, last_slope.subs(parts)) for seen, parts in trial.once(last_layers)], "weights")


@exact(row_independence, step="normal weights")
def normal_weights_have_the_effect(normal_effect: sp.Expr, sum_effect: sp.Expr, trial: Trial) -> Findings:
    """At the fourth moment that SymPy integrates."""
    z = sp.Symbol("z", real=True)
    moment = trial.once(sp.integrate, z**4 * sp.exp(-(z**2) / 2) / sp.sqrt(2 * sp.pi), (z, -sp.oo, sp.oo))
    yield trial.same(normal_effect, sum_effect.subs({fourth: moment, first_width: n, second_width: n}))


@exact(row_independence, step="covariance of signals")
def signals_covary_by_residuals_and_paths(signal_covariance: sp.Expr, trial: Trial) -> Findings:
    """v times the products of the coefficients of each readout weight: output by output, in one unit by unit; and small sizes."""
    weight, left, right, path, other_path = sp.symbols("A_km r_k s_k M_m N_m", real=True)
    coefficients = [
        sp.diff(r * weight * through / sp.sqrt(n), weight) for r, through in ((left, path), (right, other_path))
    ]
    of_output = signal_covariance.subs(residual_product, left * right)
    yield adds_up(trial, signal_covariance, {residual_product: left * right}, of_output)
    yield adds_up(trial, of_output, {path_product: path * other_path}, readout_variance * sp.Mul(*coefficients))
    cases = []
    for outputs, units in product(range(1, 4), range(1, 5)):
        residuals, others = (sp.symbols(f"{letter}_0:{outputs}", real=True) for letter in ("r", "s"))
        paths, other_paths = (sp.symbols(f"{letter}_0:{units}", real=True) for letter in ("M", "N"))
        readout = sp.Matrix(outputs, units, lambda k, m: sp.Symbol(f"A_{k}{m}", real=True))
        one, other = (
            (sp.Matrix([list(r)]) * readout * sp.Matrix(path))[0] / sp.sqrt(units)
            for r, path in ((residuals, paths), (others, other_paths))
        )
        seen = readout_variance * sum(sp.diff(one, weight) * sp.diff(other, weight) for weight in readout)
        parts = {
            residual_product: sum(r * s for r, s in zip(residuals, others, strict=True)),
            path_product: sum(each * more for each, more in zip(paths, other_paths, strict=True)),
            n: sp.Integer(units),
        }
        cases.append((seen, signal_covariance.subs(parts)))
    yield trial.at_sizes(cases, "sizes")
