"""D4: which layer of a network is emptied first, on one sample."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.depth.further.three_normals import PRODUCT
from sparse_limits.theory.depth.one_sample import HYPOTHESES, LETTERS, ONE_SAMPLE, density, first, hidden, readout
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.kernel.dual import depth as L
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import dimension as d
from sparse_limits.theory.saliency.model import tau
from sparse_limits.theory.saliency.model import width as n
from sparse_limits.theory.tails import half_normal, product_normal, t, triple_normal

root = t ** sp.Rational(1, 3)
three_lower = half_normal.at(root) ** 3
three_upper = sp.erfc(sp.sqrt(sp.Rational(3, 2)) * root) + sp.sqrt(6 / sp.pi) * root * sp.exp(-3 * root**2 / 2)
two_lower = half_normal.at(sp.sqrt(t)) ** 2
two_upper = sp.exp(-t)
three_exponent = -sp.Rational(3, 2) * t ** sp.Rational(2, 3)
two_exponent = -t
kept_first, kept_hidden, kept_readout = n * d * first, n**2 * hidden, n * readout
last_first, last_hidden, last_readout = (
    Let(density, [(tau, level(kept.subs(tau, t), t, sp.Integer(1)))])
    for kept in (kept_first, kept_hidden, kept_readout)
)
hidden_exponent = three_exponent.subs(t, n * tau / 2)
order = sp.exp(hidden_exponent + tau * sp.sqrt(n * d / 2))
readout_order = sp.exp(hidden_exponent + tau * sp.sqrt(n / 2))

STEPS = proof(
    r"""
probabilities (by D3.2): A score above $\tau$ has the probabilities $[[first]]$, $[[hidden]]$ and $[[readout]]$.

kept numbers (from probabilities): Hence on average layer 1 keeps $[[kept_first]]$ of its weights, a hidden matrix keeps $[[kept_hidden]]$
and the readout keeps $[[kept_readout]]$.

falling numbers (from kept numbers; by D3.2 for strictly): These numbers are continuous in $\tau$ and decrease strictly to $0$.

one left (from kept numbers, falling numbers; gives last_first, last_hidden, last_readout): Each of these numbers takes the value $1$ at
exactly one $\tau$ if its value at $0$ is larger. At these thresholds the density of all weights is `last_first`, `last_hidden` and
`last_readout`.

all factors large (by product): A product exceeds $t$ in modulus if each of its factors exceeds in modulus the corresponding root of this
value: $H_3(t)\ge[[three_lower]]$ and $H(t)\ge[[two_lower]]$.

geometric and arithmetic mean (by Jensen): Since the logarithm is concave, the geometric mean of the squares is at most their arithmetic
mean. So if a product of $k$ normals exceeds $t$ in modulus, the sum of their squares exceeds $kt^{2/k}$.

sums of squares (from geometric and arithmetic mean): For three normals this event for the sum of squares has probability $[[three_upper]]$,
for two normals $[[two_upper]]$. These probabilities are at least $H_3(t)$ and $H(t)$.

exponents (from all factors large, sums of squares): Divide the logarithms of both bounds by $[[three_exponent]]$ for $H_3$ and by
$[[two_exponent]]$ for $H$. As $t\to\infty$ the quotients tend to $1$, and so do those for $H_3$ and $H$ themselves.

order (from probabilities, exponents): As $\rho\to0$, $\tau\to\infty$, since the density decreases strictly. The exponentials of the two
exponents, taken at the arguments of the layers, have the ratio $[[order]]$ for a hidden matrix over layer 1, and $[[readout_order]]$ for a
hidden matrix over the readout. The logarithms of both ratios are dominated by a positive multiple of $\tau$, and remain so when the two
exponents are multiplied by factors that tend to $1$. So the ratios of the kept numbers tend to infinity.
""",
    globals(),
)


def upper_bounds_are_tails_of_radii(three_upper: sp.Expr, two_upper: sp.Expr) -> Relations:
    """Minus the derivative is the density of a normal vector's length at the radius, times how fast that grows; and 1 at 0."""
    for claimed, factors in ((three_upper, 3), (two_upper, 2)):
        r = sp.sqrt(factors) * t ** sp.Rational(1, factors)
        surface = 2 * r ** (factors - 1) / (2 ** sp.Rational(factors, 2) * sp.gamma(sp.Rational(factors, 2)))
        yield same(-sp.diff(claimed, t), surface * sp.exp(-(r**2) / 2) * sp.diff(r, t))
        yield same(sp.limit(claimed, t, 0), 1)


collapse = Claim(
    label="D4",
    title="As the density tends to 0, the outer layers are emptied relative to the hidden matrices",
    statement=ONE_SAMPLE
    + r"""
In the law of D3.2, layer 1, a hidden matrix (for $L\ge2$) and the readout keep on average $[[kept_first]]$, $[[kept_hidden]]$ and
$[[kept_readout]]$ weights. These numbers are $1$ at the densities `last_first`, `last_hidden` and `last_readout` of the whole network (if
they are above $1$ at $\tau=0$). For all $t\ge0$
$$[[three_lower]]\le H_3(t)\le[[three_upper]],\qquad[[two_lower]]\le H(t)\le[[two_upper]].$$
So $\ln H_3(t)$ is $[[three_exponent]]$ and $\ln H(t)$ is $[[two_exponent]]$, up to factors that tend to $1$ as $t\to\infty$. As $\rho\to0$
with $n$, $d$ and $L\ge2$ fixed, the numbers of weights that layer 1 and the readout keep, divided by that of a hidden matrix, tend to $0$.
""",
    steps=STEPS,
    source=Source(
        "2602.06675", "v1", "beyond the abstract; layer collapse as Tanaka et al. measure it (arXiv 2006.05467)"
    ),
    provenance=Provenance.EXTENSION,
    quantities=(*LETTERS, replace(PRODUCT, within=NON_NEGATIVE)),
    hypotheses=(
        *HYPOTHESES,
        Hypothesis("a layer keeps more than one weight at the threshold 0", n * d > 2, needed_by=("last_first",)),
        Hypothesis(
            "a layer keeps more than one weight at the threshold 0", n > 2, needed_by=("last_hidden", "last_readout")
        ),
    ),
    also=("last_first", "last_hidden", "last_readout", "order", "readout_order"),
    aids={"three": triple_normal.survival, "two": product_normal.survival},
    loose=tuple(
        Loose(
            expression=name,
            truth=truth,
            at=tuple({t: value} for value in (1, 5, 15)),
            lost="in the factors that are not equal"
            if side is Side.BELOW
            else "off the diagonal, where squares differ",
            exponent=rf"by *exponents*: both logarithms are ${exponent}$ times a factor that tends to $1$",
            side=side,
        )
        for name, truth, exponent, side in (
            ("three_lower", "three", r"-\frac32t^{2/3}", Side.BELOW),
            ("three_upper", "three", r"-\frac32t^{2/3}", Side.ABOVE),
            ("two_lower", "two", "-t", Side.BELOW),
            ("two_upper", "two", "-t", Side.ABOVE),
        )
    ),
    because={
        "sums of squares": upper_bounds_are_tails_of_radii,
    },
    wrong=lambda: {
        "kept_hidden: inputs for width": n * d * hidden,
        "kept_first: one unit's weights": d * first,
        "kept_first: one of n² in layer 1": kept_first * n / d,
        "kept_readout: readout as a matrix": n**2 * readout,
        "last_hidden: mean-field: one of n² at the density n^(−2)": 1 / n**2,
        "last_hidden: all hidden matrices together": Let(
            density, [(tau, level(((L - 1) * kept_hidden).subs(tau, t), t, sp.Integer(1)))]
        ),
        "last_first: mean-field in layer 1": 1 / (n * d),
        "last_first: two weights left": Let(density, [(tau, level(kept_first.subs(tau, t), t, sp.Integer(2)))]),
        "last_readout: mean-field in the readout": 1 / n,
        "two: one side": product_normal.survival / 2,
        "two: one normal": half_normal.survival,
        "three: at twice the value": triple_normal.at(2 * t),
        "three_lower: square root for three": half_normal.at(sp.sqrt(t)) ** 3,
        "two_lower: cube root for two": half_normal.at(root) ** 2,
        "three_upper: without the second term": sp.erfc(sp.sqrt(sp.Rational(3, 2)) * root),
        "three_upper: two squares": sp.exp(-3 * root**2 / 2),
        "three_upper: at the product": three_upper.subs(t, t / 3),
        "three_upper: one square": half_normal.at(root),
        "two_upper: half the exponent": sp.exp(-t / 2),
        "order: both alike": sp.Integer(1),
        "order: layer 1 without inputs": order.subs(d, 1),
        "readout_order: readout as layer 1": order,
        "hidden: hidden matrices at twice the threshold": hidden.subs(tau, 2 * tau),
        "first: layer 1 at the threshold of the readout": readout,
        "readout: the readout at that of layer 1": first,
    },
)
