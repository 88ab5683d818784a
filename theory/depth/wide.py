"""D3.3: one sample, as the layers grow wide: which layers are kept whole."""

from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.depth.one_sample import (
    HYPOTHESES,
    LETTERS,
    ONE_SAMPLE,
    SAMPLE_LETTERS,
    density,
    first,
    first_scale,
    hidden,
    hidden_scale,
    readout,
    readout_scale,
    struve_part,
    weights,
)
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, same
from sparse_limits.theory.saliency.model import DENSITY, rho, tau
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.saliency.snip import product_density
from sparse_limits.theory.tails import product_normal, t, triple_normal

scaled = sp.Symbol("u", positive=True)  # nτ
share = (L - 1) * n**2 / weights
first_argument = scaled / n / first_scale
readout_argument = scaled / n / readout_scale
hidden_argument = scaled / n / hidden_scale
wide_density = triple_normal.at(hidden_argument) / 4
limit_threshold = level(triple_normal.at(t / 2) / 4, t, rho)
whole = sp.Rational(1, 2)
lost = 2 * t / sp.pi * (sp.log(2 / t) + 1 - sp.EulerGamma)
single = (d * product_normal.at(scaled * sp.sqrt(d) / sp.sqrt(2)) + product_normal.at(scaled / sp.sqrt(2))) / (
    2 * (d + 1)
)

STEPS = proof(
    r"""
probabilities (by D3.2): In the three kinds of layers a score exceeds $\tau$ with the probabilities $\frac12H$, $\frac14H_3$ and $\frac12H$,
at $\tau$ divided by the scale of the layer.

arguments (from probabilities): At $\tau=u/n$ these arguments are $[[first_argument]]$ in layer 1, $[[hidden_argument]]$ in hidden matrices
and $[[readout_argument]]$ in the readout.

share of the hidden matrices: The hidden matrices hold the share $[[share]]$ of the weights, which tends to $1$ as $n\to\infty$ if $L\ge2$.

limit of the density (from arguments, share of the hidden matrices): So for every $u$ the density of all weights tends to
$[[wide_density]]$.

falling limit (from limit of the density; by D3.2 for strictly): This limit is strictly decreasing in $u$ and continuous, as $H_3$ is.

limit of the threshold (from limit of the density, falling limit; by monotonicity; gives limit_threshold): The equation that sets this limit
$=\rho$ has the root `limit_threshold`. Below and above this root the densities eventually lie on the two sides of $\rho$. So the threshold
times $n$ tends to the root, and the hidden matrices keep $\rho$ in the limit.

whole layers (from arguments, limit of the threshold): At this threshold the arguments of layer 1 and of the readout tend to $0$, where $H$
tends to $1$. So these layers keep all of their scores except those of exactly $0$, that is, $[[whole]]$ of their weights.

slope of H (by S4 for noise_density, column_density): $H$ has the derivative $-\frac2\pi K_0$.

what is lost (from slope of H): As $t\to0$, $1-H(t)$ is $[[lost]]$ up to $o(t^2)$.

one hidden layer (from probabilities): For $L=1$, at $\tau=u/\sqrt n$, the density of all weights is $[[single]]$, which does not depend on
$n$.
""",
    globals(),
)


@cache
def slope_left(rest: sp.Expr) -> sp.Expr:
    """The limit of rest over t, by the series up to t."""
    return sp.limit(sp.series(rest, t, 0, 2).removeO() / t, t, 0)


def hidden_matrices_are_nearly_all(share: sp.Expr) -> Relations:
    """The rest is (d + 1)/n over that and L − 1; with 0 hidden matrices nothing is left, with one or more all."""
    more = sp.Symbol("k", integer=True, nonnegative=True)
    yield same(share, 1 - (d + 1) / (d + 1 + (L - 1) * n))
    yield same(sp.limit(share.subs(L, more + 2), n, sp.oo), 1)


def density_tends_to_that_of_hidden_matrices(
    wide_density: sp.Expr, share: sp.Expr, hidden_argument: sp.Expr
) -> Relations:
    """What is left of D3.2's mean once the share of the hidden matrices is 1; their probability has no n."""
    yield same(wide_density, hidden.subs(tau, scaled / n))
    yield same(wide_density, triple_normal.at(hidden_argument) / 4)
    least = share * wide_density  # other layers add to it at most their own share
    rest = density.subs(tau, scaled / n) - least
    yield same(rest * (d + 1 + (L - 1) * n), (d * first + readout).subs(tau, scaled / n))


def whole_layers_keep_their_open_gates(whole: sp.Expr, first_argument: sp.Expr, readout_argument: sp.Expr) -> Relations:
    """The arguments tend to 0 with 1/n; the probability there is that of an open gate."""
    for argument, tail in ((first_argument, first), (readout_argument, readout)):
        yield same(sp.limit(argument, n, sp.oo), 0)
        yield same(whole, sp.limit(tail.subs(tau, t), t, 0))


def little_is_lost(lost: sp.Expr, noise: sp.Expr) -> Relations:
    """The density of S4 less the slope of what is lost is o(t), so that what is lost is known up to o(t²): both vanish at 0."""
    leading = 2 * (sp.log(2 / t) - sp.EulerGamma) / sp.pi
    yield same(sp.diff(lost, t), leading)
    left = slope_left(noise - leading)
    yield holds(left == 0, f"the rest of the slope over t tends to {left}")
    yield same(sp.limit(lost, t, 0), 0)


def densities_of_one_layer_know_no_width(single: sp.Expr, one_layer: tuple[sp.Expr, ...]) -> Relations:
    """D3.2 with one hidden layer of n and of 4n units, at u/√n: the same number, for every d and u."""
    depth, inputs, wider = one_layer
    for width in (n, wider):
        at = {L: depth, d: inputs, n: width, tau: scaled / sp.sqrt(width)}
        yield same(single, valued(density, at))


wide_layers = Claim(
    label="D3.3",
    title="In wide deep networks the outer layers keep almost all non-zero scores",
    headline=r"For one sample and two or more wide hidden ReLU layers under one threshold at a density $\rho<\frac14$, the shares kept of hidden matrices tend to $\rho$, and those of layer 1 and readout to $$[[whole]]:$$ all but scores of exactly $0$.",
    statement=ONE_SAMPLE
    + r"""
Scores have the law of D3.2, with $H(s)=1-s\,g(s)$ of S4. Let $n\to\infty$ with $d$ and $\rho<\frac14$ fixed.

**Two hidden layers or more.** If $L\ge2$, then $n$ times the threshold for the density $\rho$ (D3.2) tends to the root $u$ of
$[[wide_density]]=\rho$ (`limit_threshold`). The share that each hidden matrix keeps tends to $\rho$. The shares that layer 1 and the readout keep tend to
$[[whole]]$: they keep all scores but those of exactly $0$.

**How slowly.** The convergence is slow: as $t\to0$, $1-H(t)$ is $[[lost]]$ up to $o(t^2)$. With $n$ times the threshold itself for $u$,
$t=[[first_argument]]$ for layer 1 and $[[readout_argument]]$ for the readout.

**One hidden layer.** If $L=1$, then for every $u>0$ the density at $\tau=u/\sqrt n$ is $[[single]]$. So the densities of both layers do not depend on $n$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.PITFALL,
    quantities=(
        *LETTERS[:3],
        Quantity(scaled, "threshold times a power of the width", POSITIVE, drawn=(sp.Rational(1, 4), 4)),
        DENSITY.drawn_from(sp.Rational(1, 100), sp.Rational(1, 5)),
        Quantity(
            t, "value of a product of normals, in modulus", POSITIVE, drawn=(sp.Rational(1, 100), sp.Rational(1, 2))
        ),
    ),
    named={"g": struve_part},
    symbols={
        **SAMPLE_LETTERS,
        r"\tau": "threshold above which scores are kept",
        "o(t^2)": r"what vanishes faster than $t^2$ as $t\to0$",
        r"\gamma": "Euler's constant",
    },
    hypotheses=(
        *HYPOTHESES,
        Hypothesis(
            "fewer weights are kept than have open gates", rho < sp.Rational(1, 4), needed_by=("limit_threshold",)
        ),
        Hypothesis(
            "two hidden layers or more", L >= 2, needed_by=("share", "wide_density", "limit_threshold", "whole")
        ),
    ),
    also=("limit_threshold",),
    aids={"noise": product_density, "one_layer": (sp.Integer(1), d, sp.Integer(4) * n)},
    pitfalls=(
        Pitfall(
            control="one hidden layer is kept whole too",
            said="As the width grows, layer 1 and the readout of a network of any depth are kept whole.",
            by="One might expect this, as their scores are of order $n^{-1/2}$ and those of hidden matrices of order $n^{-1}$.",
            why="With one hidden layer there are no hidden matrices that could absorb the loss.",
            counterexample="one_layer",
            by_hand=r"For $L=1$ both layers have $O(n)$ weights and scores of the order $n^{-1/2}$: from $n$ to $4n$ neither density changes, and at $\rho=\frac1{10}$ not both can be $\frac12$.",
            instead="For $L=1$ the densities of both layers do not depend on $n$.",
        ),
    ),
    because={
        "share of the hidden matrices": hidden_matrices_are_nearly_all,
        "limit of the density": density_tends_to_that_of_hidden_matrices,
        "whole layers": whole_layers_keep_their_open_gates,
        "what is lost": little_is_lost,
        "one hidden layer": densities_of_one_layer_know_no_width,
    },
    wrong=lambda: {
        "first_argument: width twice": first_argument / sp.sqrt(n),
        "first_argument: as if the scale were 1/n": scaled,
        "readout_argument: inputs for width": scaled / sp.sqrt(2 * d),
        "share: all hidden layers": L * n / (L * n + d + 1),
        "share: one matrix less": share.subs(L, L - 1),
        "share: all hidden layers, inputs twice": L * n / (L * n + 2 * d * n),
        "wide_density: two normals": product_normal.at(scaled / 2) / 4,
        "limit_threshold: gates forgotten": limit_threshold.subs(rho, rho / 4),
        "lost: without Euler's constant": lost + 2 * t * sp.EulerGamma / sp.pi,
        "lost: without the 1": lost - 2 * t / sp.pi,
        "lost: logarithm of 1/t": lost - 2 * t * sp.log(2) / sp.pi,
        "noise: twice the density": 2 * product_density,
        "single: one hidden layer is kept whole too": whole,
        "single: by numbers of layers": single.subs(d, 1),
        "single: threshold over n": single.subs(scaled, scaled / sp.sqrt(n)),
    },
)
