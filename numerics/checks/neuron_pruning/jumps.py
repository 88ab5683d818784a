"""Evidence for N5.1, besides its reasons: good subsets lie in the zonotope; a higher end bends more."""

from typing import NamedTuple

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.neuron_pruning.circle import exact_sup_on_circle
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.neuron_pruning.alignment import eps
from sparse_limits.theory.neuron_pruning.jumps import after, ahead, c, g, h, here, jump, kink_jumps, strength_density

Floats = NDArray[np.floating]


class Neurons(NamedTuple):
    """Neurons in a plane that contains w*: strengths float[...], and their kinks in (−π/2, π/2], measured from w*."""

    strengths: Floats
    kinks: Floats


def random_neurons(rng: np.random.Generator, d: int, *shape: int) -> Neurons:
    """Normal weights of d inputs, seen in a random plane."""
    target, other = np.linalg.qr(rng.standard_normal((d, 2)))[0].T
    w = rng.standard_normal((*shape, d))
    along, across = w @ target, w @ other
    kinks = np.pi / 2 - (-np.arctan2(across, along)) % np.pi
    return Neurons(rng.standard_normal(shape) * np.hypot(along, across), kinks)


def misfits(rng: np.random.Generator, number: int, size: int) -> list[tuple[float, Floats, Floats, Floats]]:
    """For good subsets of random networks: the error, kinks in order, their strengths and directions.

    As many networks as give the number of subsets with a kink within half a radian, or more.
    """
    masks = (np.arange(2**size)[:, None] >> np.arange(size) & 1).astype(bool)
    rows: list[tuple[float, Floats, Floats, Floats]] = []
    while sum(bool(np.any(np.abs(kinks) < 0.5)) for _, kinks, _, _ in rows) < number:
        found = random_neurons(rng, 2, size)
        theta = found.kinks + rng.choice([-1, 1], size) * np.pi / 2
        errors = exact_sup_on_circle(masks * found.strengths, theta, 0.0, relu_out=True)
        for place in np.flatnonzero(errors < 0.6):
            order = np.flatnonzero(masks[place])[np.argsort(found.kinks[masks[place]])]
            rows.append((float(errors[place]), found.kinks[order], found.strengths[order], theta[order]))
    return rows


@enclosed(kink_jumps, cost=0.3)
def good_subsets_lie_in_the_zonotope(jump: sp.Expr, arc: sp.Expr, trial: Trial) -> Findings:
    """All subsets of random networks with an error below 3/5: within the arc no node errs by more, and where gaps exceed 10⁻³ the errors
    give the strengths up to 10⁻⁶.
    """
    strength, half = numeric((here, after, ahead, g, h), jump), numeric((eps,), arc)
    worst, most, seen = 0.0, 0.0, 0
    for error, kinks, strengths, theta in trial.draw(misfits, trial.size(9), 8):
        with np.errstate(invalid="ignore"):
            end = float(half(error))
        if np.isnan(end):  # no arc at all, as a wrong form has it at some errors
            worst = np.inf
            continue
        inside = np.abs(kinks) < end
        nodes = np.concatenate([[-end], kinks[inside], [end]])
        e = np.maximum(np.cos(nodes[:, None] - theta), 0) @ strengths - np.cos(nodes)
        worst = max(worst, float(np.abs(e).max() / error))
        gaps = np.diff(nodes)
        if inside.any() and gaps.min() > 1e-3:
            claimed = strength(e[1:-1], e[2:], e[:-2], gaps[1:], gaps[:-1])
            most, seen = max(most, float(np.abs(claimed - strengths[inside]).max())), seen + int(inside.sum())
    yield trial.holds(worst <= 1 + 1e-9, f"errors at nodes are at most {worst:.6f} of the error")
    yield trial.holds(seen and most <= 1e-6, f"{seen} strengths differ by at most {most:.1e} from those of the errors")


@enclosed(kink_jumps)
def a_higher_end_bends_more(jump: sp.Expr, trial: Trial) -> Findings:
    """The jump strictly grows with the error at the next node, and with that at the node before."""
    for end in (after, ahead):
        yield trial.below(sp.S.Zero, sp.diff(jump, end), strict=True)


# The strengths that fit for a single kink, exactly

X = sp.Symbol("x_l", positive=True)  # modulus of a strength


def by_sines(gap: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.expand_trig(gap))


@exact(kink_jumps)
def strengths_of_one_kink_fill_an_interval(one_length: sp.Expr, one_fits: sp.Expr, trial: Trial) -> Findings:
    """The interval is twice the jump for errors ε at the ends and −ε at the kink; the probability is the mass of the density of a strength
    on the interval.
    """
    farthest = valued(jump, {after: eps, ahead: eps, here: -eps})
    yield trial.same(one_length, 2 * farthest, by=by_sines)
    mass = 2 * sp.integrate(strength_density.subs(c, X), (X, 0, one_length / 2))
    yield trial.same(one_fits, mass, by=None)
