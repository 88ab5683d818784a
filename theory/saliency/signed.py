"""S10: what is kept when scores with a sign are ranked, as in the original GraSP."""

from functools import cache

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same
from sparse_limits.theory.saliency.model import COLUMN, COLUMN_PROFILE, DENSITY, mean_over_columns, phi, rho
from sparse_limits.theory.saliency.snip import FIXED_RESIDUAL
from sparse_limits.theory.saliency.symbols import (
    INPUT_WEIGHT,
    NOISE,
    OUTPUT_WEIGHT,
    OVER_DATA,
    PRODUCT_TAIL,
    REALISED_KERNEL,
    ROW_FACTOR,
)
from sparse_limits.theory.tails import Tail, exponential, half_normal, normal_density, product_normal, t

tau = sp.Symbol("tau", real=True)  # a threshold of signed scores
graphon = sp.Symbol("W", positive=True)  # value of the graphon at density ρ
noise_density = sp.Symbol("g", positive=True)  # of |ξ| at |τ|/φ

HALF = sp.Rational(1, 2)


def signed_kernel(modulus: Tail) -> sp.Expr:
    """P(φξ > τ) for noise symmetric about 0 whose modulus has the law given."""
    above, below = modulus.at(tau / phi) / 2, 1 - modulus.at(-tau / phi) / 2
    return sp.Piecewise((above, tau > 0), (below, tau < 0), (HALF, True))


def signed_threshold(density: sp.Expr) -> sp.Expr:
    """The τ that a share ρ of the signed scores exceeds, if their moduli exceed t > 0 with the density given."""
    positive, negative = level(density / 2, t, rho), -level(density / 2, t, 1 - rho)
    return sp.Piecewise((positive, rho < HALF), (negative, rho > HALF), (sp.S.Zero, True))


product_kernel = signed_kernel(product_normal)
kernels = {"normal": signed_kernel(half_normal), "laplace": signed_kernel(exponential)}
product_threshold = signed_threshold(mean_over_columns(product_normal.at(t / phi)))
flat_threshold = signed_threshold(product_normal.survival)
dual_threshold = -tau
dual_graphon = 1 - graphon
magnitude_density = 2 * rho
selectivity = tau * noise_density / (2 * phi**2)

SELECTION = Source(
    "2602.06675",
    "v1",
    "abstract: “data-driven methods (e.g., SNIP, GraSP) converge to heterogeneous graphons that encode implicit feature selection”",
)
STEPS = proof(
    r"""
odd scores (by independence): With one hidden layer, on data, the leading term of GraSP's score is odd in $a_i$, while $\hat\Theta$, and
hence the modulus of every score, depends on the $a_i$ only through $a_i^2$. Given $(|a_i|,w_i)_i$ the signs of the $a_i$ are independent
and fair, and so are those of the scores of a column. In the model this is the symmetry of $\xi$ about $0$.

one tail (from odd scores): For $x\ge0$ the events $\xi>x$ and $\xi<-x$ are disjoint and equally probable, and their union is $|\xi|>x$. So
each has the share $[[magnitude_share]]$ of its probability.

complement (from one tail): $\xi>-x$ is the complement of $\xi\le-x$, which by continuity of the law of $|\xi|$ off $0$ is as probable as
$\xi<-x$ for $x>0$. So if $\xi>x$ has probability $W$, then $\xi>-x$ has probability $[[dual_graphon]]$.

dual threshold (from complement): Both hold at $x=|\tau|/f\varphi$ for every row and column. So the threshold $[[dual_threshold]]$ has
$[[dual_graphon]]$ in place of $W$, and the density $1-\rho$ in place of $\rho$; at $\tau=0$ all these are $\frac12$.

two laws (from one tail, complement): For normal and for Laplace noise, whose moduli are half-normal and exponential, both sides together
are $[[kernels]]$. They decrease at the rate of the density of $\varphi\xi$ on both sides of $0$, and pass through $\frac12$.

density of S4 (by S4 for noise_density, column_density): The modulus of a product of two normals has the density and the tail $H$ of S4.

kernel (from one tail, complement, density of S4): For the product of two normals $P(\varphi\xi>\tau)=[[kernel]]$, averaged over the rows at
$f=|a|$. It is $\frac12$ at $0$ and decreases at the rate of half of that density at $|\tau|/\phi$, divided by $\phi$.

density of the moduli (from one tail): For $\tau>0$ the density of the scores above $\tau$ is half the density of the moduli above $\tau$.
So the threshold of $\rho<\frac12$ is that of the moduli at density $[[magnitude_density]]$, and there $W$ is half the graphon of the
moduli.

one threshold (from dual threshold, density of the moduli; by S1 for one threshold): By S1 each density strictly between $0$ and $1$ has
exactly one threshold of the moduli. So $\tau_\rho$ is the only one for $\rho<\frac12$, and by *dual threshold* for $\rho>\frac12$. For
$\rho=\frac12$ it is $0$, or any point between the least moduli and their negatives.

threshold (from kernel, one threshold): For the product of two normals the threshold is $[[threshold]]$, and for a constant $\varphi$ it is
$\varphi$ times $[[flat_threshold]]$.

slope (from one tail, complement): Where $|\xi|$ has the density $g$ at $|\tau|/\phi$, $W$ is $\frac12\bar F(\tau/\phi)$ or $1-\frac12\bar
F(-\tau/\phi)$ with $\bar F'=-g$. In either case $\partial W/\partial\phi=[[selectivity]]$, which has the sign of $\tau$ where $g>0$.
""",
    globals(),
    magnitude_share=HALF,
    kernel=product_kernel,
    threshold=product_threshold,
)

moduli = signed_kernel(product_normal).subs(tau, sp.Abs(tau)) * 2  # what magnitudes would keep at this threshold


level_above = sp.Symbol("l", positive=True)  # |τ|


@cache
def normal_tails() -> tuple[sp.Expr, sp.Expr]:
    """The standard normal law's mass above |τ| and below −|τ|, by an antiderivative of its density."""
    x = sp.Symbol("x", real=True)
    below = sp.integrate(normal_density(x), x)
    end, start = (sp.limit(below, x, each) for each in (sp.oo, -sp.oo))
    return end - below.subs(x, level_above), below.subs(x, -level_above) - start


def exponentials(expression: sp.Expr) -> sp.Expr:
    return sp.simplify(sp.together(sp.expand(expression.rewrite(sp.erf))))


def two_tails_make_the_modulus(magnitude_share: sp.Expr) -> Relations:
    """Each tail of the standard normal, by its density, and their sum."""
    above, below = normal_tails()
    for tail in (above, below):
        yield same(tail, magnitude_share * (above + below))


def complement_of_the_other_tail(dual_graphon: sp.Expr, magnitude_share: sp.Expr) -> Relations:
    """One less the other tail, for moduli that exceed x with the probability that makes the first tail W; at Laplace's law."""
    modulus = graphon / magnitude_share
    yield same(dual_graphon, 1 - (modulus - graphon))
    above = magnitude_share * exponential.survival
    below = 1 - exponential.survival + above  # |ξ| ≤ t, and ξ > t
    yield same(dual_graphon.subs(graphon, above), below)


def dual_threshold_has_the_dual_graphon(dual_threshold: sp.Expr, dual_graphon: sp.Expr) -> Relations:
    """The chance of x > τ at the dual threshold, for x of a law that is symmetric about 0: the logistic and the normal one."""
    for above in (1 / (1 + sp.exp(tau)), sp.erfc(tau) / 2):
        yield same(above.subs(tau, dual_threshold), dual_graphon.subs(graphon, above), by=exponentials)


def slope_is_the_chain_rule(selectivity: sp.Expr, magnitude_share: sp.Expr) -> Relations:
    """Tails that fall with slope g from any height at any place: the derivative in φ on either side of 0."""
    height, place = sp.symbols("p x_0", real=True)
    for sign in (1, -1):
        tail = magnitude_share * (height - noise_density * (sign * tau / phi - place))
        kept = tail if sign > 0 else 1 - tail
        yield same(selectivity, sp.diff(kept, phi))


signed_scores = Claim(
    label="S10",
    title="Signed GraSP: a duality about density ½, and the opposite selection above it",
    headline=r"Rank scores with their signs, for noise symmetric about $0$. If density $\rho$ has the graphon $W$, then density $1-\rho$ has $1-W$. At $\frac12$ all weights are kept alike; above, larger factors are kept no more often.",
    statement=r"""
**Setting.** Let $S=f\varphi\xi$ with $f,\varphi>0$ and iid noise $\xi$ that is symmetric about $0$, its modulus as in S1. Keep the share
$\rho$ of scores that are largest as *signed* numbers; let $\tau_\rho$ be the threshold and $W_\rho$ the graphon. The original GraSP ranks
in this way: its score is weight times Hessian times gradient (S8), with $f\xi=aw$.

**Duality.** With $\tau=\tau_\rho$ and $W=W_\rho$,
$$\tau_{1-\rho}=[[dual_threshold]],\qquad W_{1-\rho}=[[dual_graphon]],\qquad\tau_{1/2}=0,\qquad W_{1/2}=\tfrac12.$$
(Where no score is near $0$, as for Pareto moduli, $\tau_{1/2}$ may be any point of the gap.) For $\rho<\frac12$ the graphon is
$[[magnitude_share]]$ times that of the moduli at density $[[magnitude_density]]$.

**Which columns are kept.** Let $f=1$ and $\phi=\varphi$, and let $g$ be the density of $|\xi|$ at $|\tau|/\varphi$. Then $\partial
W/\partial\varphi=[[selectivity]]$, which has the sign of $\tau$ where $g>0$. So where $g>0$, columns of large $\varphi$ are kept more often
for $\rho<\frac12$ and *less* often for $\rho>\frac12$. At $\rho=\frac12$ all columns are kept equally often.

**The product of two normals.** Let $f=|a|$ and let $\xi$ be standard normal, so that $f\xi$ has the law of a product of two normals, and
average over the rows; $H$ is that of S4. The column
densities are $W=\frac12H(\tau/\varphi)$ for $\tau>0$ and $1-\frac12H(-\tau/\varphi)$ for $\tau<0$ (`kernel`). The threshold $\tau_\rho$
solves $\int W=\rho$ (`threshold`). For a constant $\varphi$ it is $\varphi$ times `flat_threshold`.

**On data.** Let one hidden ReLU layer have readout weights that are independent of one another and of the other weights, each symmetric
about $0$. Let no score be $0$, and let the initial output be subtracted. The leading term $w_{ij}a_iE_D[(\hat\Theta r)x_j1\{w_i\cdot
x>0\}]$ of GraSP's score then obeys the duality exactly, even with its realised $\hat\Theta$: given the moduli, the signs of a column are
fair coins.
""",
    steps=STEPS,
    source=SELECTION,
    provenance=Provenance.PITFALL,
    quantities=(
        Quantity(tau, "threshold above which signed scores are kept", sp.S.Reals, drawn=(-2, 2)),
        DENSITY.drawn_from(sp.Rational(1, 20), sp.Rational(19, 20)),
        COLUMN.drawn_from(HALF, 2),
        COLUMN_PROFILE,
        Quantity(
            graphon,
            "value of the graphon, the probability that an entry is kept",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 50), sp.Rational(49, 50)),
        ),
        Quantity(
            noise_density, "density of the modulus of the noise where the score meets the threshold", NON_NEGATIVE
        ),
    ),
    hypotheses=(
        Hypothesis("noise symmetric about 0, its modulus as in S1"),
        Hypothesis(
            r"for data: one hidden ReLU layer, its readout weights independent, also of the others, and symmetric about $0$"
        ),
        Hypothesis(r"for data: no score is 0, leading term of Hessian times gradient, and " + FIXED_RESIDUAL),
        Hypothesis("no more than the positive half is kept", rho <= HALF, needed_by=("magnitude_density",)),
    ),
    symbols={
        "S": "score of a weight, with its sign",
        **ROW_FACTOR,
        **NOISE,
        **PRODUCT_TAIL,
        **OUTPUT_WEIGHT,
        **INPUT_WEIGHT,
        **OVER_DATA,
        **REALISED_KERNEL,
    },
    uses=("S8",),
    also=("kernel", "kernels", "threshold", "flat_threshold"),
    aids={
        "four_scores": ((sp.Integer(1), (1, -1)), (sp.Integer(2), (2, -2))),  # profile and scores of two columns
    },
    pitfalls=(
        Pitfall(
            control="the same selection at every density",
            said="GraSP is heterogeneous and so keeps the columns of large profile, at every density.",
            by=(
                "What one might expect from the abstract of arXiv:2602.06675, “data-driven methods (e.g., "
                "SNIP, GraSP) converge to heterogeneous graphons that encode implicit feature selection”, "
                "which names no density and does not say whether scores have a sign."
            ),
            why=(
                "Ranked with their signs, large negative scores come last: a column of large profile has the "
                "largest scores of either sign, so that it is the first to be kept and the first to be dropped."
            ),
            counterexample="four_scores",
            by_hand=(
                "A column of profile $1$ with the scores $1,-1$ and one of profile $2$ with the scores "
                "$2,-2$. Keep one of the four: it is $2$, from the column of profile $2$. Keep three: "
                "$2,1,-1$; the column of profile $1$ keeps all and that of profile $2$ one half."
            ),
            instead=(
                r"$W_{1-\rho}=1-W_\rho$: columns of large profile are preferred below $\rho=\frac12$, "
                r"avoided above, and treated alike at $\frac12$."
            ),
        ),
    ),
    because={
        "one tail": two_tails_make_the_modulus,
        "complement": complement_of_the_other_tail,
        "dual threshold": dual_threshold_has_the_dual_graphon,
        "density of the moduli": lambda magnitude_density, magnitude_share: same(
            magnitude_share * magnitude_density, rho
        ),
        "slope": slope_is_the_chain_rule,
    },
    wrong=lambda: {
        "dual_graphon: the graphon does not move": graphon,
        "dual_graphon: what the moduli leave": 1 - 2 * graphon,
        "kernel: kernel of the magnitudes": moduli,
        "kernel: one tail on both sides": moduli / 2,
        "kernel: the same selection at every density": sp.Piecewise((moduli / 2, tau > 0), (sp.Rational(1, 2), True)),
        "kernel: noise of one normal": kernels["normal"],
        "kernels: one tail on both sides": {**kernels, "normal": kernels["normal"].subs(tau, sp.Abs(tau))},
        "flat_threshold: threshold of the magnitudes": level(product_normal.survival, t, rho),
        "flat_threshold: negative side forgotten": sp.Abs(flat_threshold),
        "flat_threshold: noise of one normal": signed_threshold(half_normal.survival),
        "threshold: without a profile": flat_threshold,
        "threshold: noise of one normal, any profile": signed_threshold(mean_over_columns(half_normal.at(t / phi))),
        "selectivity: the same selection at every density": sp.Abs(tau) * noise_density / (2 * phi**2),
        "magnitude_density: the inverse": 1 / (2 * rho),
    },
)
