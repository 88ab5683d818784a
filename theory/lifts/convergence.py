"""L17: random sparse lifts converge to low loss with high probability, and the sizes that this takes."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.formulas.let import Let
from theory.formulas.no_guarantee import guaranteed
from theory.formulas.smallest import Smallest
from theory.lifts.copies import COPIES, DISTANCE, UNIT_INPUTS, UNITS, M, rho_0, signs
from theory.lifts.coverage import (
    INPUT_KEPT,
    INPUTS,
    REGION,
    binomial_below,
    chernoff,
    efron_stein,
    inputs,
    isolated_at_least,
    isolated_mean,
    isolated_variance,
    m,
    omega,
    p_0,
    q,
    r,
)
from theory.lifts.degrees import DEGREE, PROBABILITY, SPARSE, WIDTH, lam, n
from theory.quantities import COUNT, NON_NEGATIVE, UNIT, Hypothesis, Quantity

delta = sp.Symbol("delta", positive=True)  # the probability of failure allowed
children = sp.Symbol("c", positive=True, integer=True)  # of a unit with two hidden layers
nu = sp.Symbol("nu", nonnegative=True)  # ‖w*‖²
x = sp.Symbol("x", nonnegative=True)


F = sp.Symbol("F", nonnegative=True)
P = sp.Symbol("P", nonnegative=True)
mu, V = sp.symbols("mu V", nonnegative=True)


def smallest(failure: sp.Expr, start: sp.Expr = sp.S.One) -> sp.Expr:
    """The smallest n with so small a probability of failure."""
    return Smallest(sp.Lambda(n, Let(F, [(F, failure)])), delta, start)


def smallest_of_two_layers(failure: sp.Expr) -> sp.Expr:
    """The same where λ/n has to be a probability; none where there are no copies to be had."""
    return guaranteed(smallest(failure, sp.Max(children, sp.ceiling(lam))), M >= 1, q > 0, lam > 0, omega > 0)


def of_children(law: sp.Expr) -> sp.Expr:
    """A law of L11, whose r counts the children of a root."""
    return law.subs({r: children, m: M}, simultaneous=True)


failure = Let(r * P, [(P, binomial_below.subs(m, M))])
chernoff_failure = guaranteed(r * chernoff, n * q / 2 >= M)
size = guaranteed(smallest(failure), M >= 1, q > 0)
chernoff_size = guaranteed(sp.Max(sp.ceiling(2 * M / q), sp.ceiling(8 * sp.log(r / delta) / q)), M >= 1, q > 0)

mean, variance = of_children(isolated_mean.args[-1].expr), of_children(isolated_variance)  # the first for λ ≤ n


def by_moments(bound: sp.Expr) -> sp.Expr:
    """A formula in the mean μ and variance V of M′."""
    return guaranteed(Let(bound, [(mu, mean), (V, variance)]), lam <= n, children <= n, M >= 1)


two_layer_failure = Let(r * (1 - P), [(P, of_children(isolated_at_least))])
chebyshev_failure = by_moments(guaranteed(4 * r * V / mu**2, mu / 2 >= M))
efron_stein_failure = by_moments(guaranteed(4 * r * efron_stein / mu**2, mu / 2 >= M))

TWO_LAYER_SIZES = {
    "exact": smallest_of_two_layers(two_layer_failure),
    "chebyshev": smallest_of_two_layers(chebyshev_failure),
    "efron_stein": smallest_of_two_layers(efron_stein_failure),
}

dimension = signs
half = sp.Rational(1, 2)
radial_density = (
    2 ** (1 - dimension * half)
    / sp.gamma(dimension * half)
    * x ** (dimension - 1)
    * sp.exp(-(x**2 + nu) / 2)
    * sp.hyper([], [dimension * half], nu * x**2 / 4)
)
gaussian_ball = sp.Integral(radial_density, (x, 0, rho_0))
gaussian_copy = Let(p_0**dimension * (1 - p_0) ** (inputs - dimension) * P, [(P, gaussian_ball)])

pac_convergence = Claim(
    label="L17",
    title="Random sparse lifts converge to low loss with high probability",
    statement=r"""
A random sparse lift with one or two hidden layers of $n$ vertices, readout $0$ at the start, trains by gradient flow against a witness of $r$ units whose types are disjoint (equal units merged).
Let $B(M)$ be the bound of L16 for $M\ge1$ copies within $\rho_0$ of each unit, from the time $T$ on.

**One hidden layer.** If each unit has a copy at a given vertex with probability at least $q$, then $P(L(t)\le B(M)\text{ for all }t\ge T)$ is at least $1$ less
$$r\,P(\mathrm{Bin}(n,q)<M)=[[failure]],$$ which is at most $$[[chernoff_failure]],$$ and so at least $1-\delta$ from the size $$[[size]]$$ on; by Chernoff's bound, from $[[chernoff_size]]$ on.

**Two hidden layers,** units with $c$ children of types of probability $q$ each, top weights in a region of probability $\omega$, expected degree $\lambda$. With $M'$ the isolated copies of a unit (L11), the same holds with the probability
$$r\,P(M'<M)=[[two_layer_failure]]$$ of failure, which is at most $$[[chebyshev_failure]]$$ ($\mu$ and $V$ the mean and variance of $M'$) and, as $V\le n(1+3\lambda+2\lambda^2)$, at most $$[[efron_stein_failure]].$$
That these decrease with $n$ is not proved. So the *size* for two layers is the one found by doubling the step from $n=\max(c,\lceil\lambda\rceil)$ on until $\delta$ is kept, then by halving: $n$ vertices are enough, and $n-1$ are not, unless it is where the search starts.

**Consequence.** For fixed $0<p_0<1$, $\lambda>0$, weight laws of full support, $E_D\|x\|^4<\infty$, $\sigma'$ and $\sigma''$ bounded, and a witness with one or two hidden layers of loss $\varepsilon_w$: for all $\varepsilon>\varepsilon_w$ and $\delta>0$ there is $n_0$ with
$P(\limsup_tL(t)\le\varepsilon)\ge1-\delta$ for all $n\ge n_0$.

**Continuous weights.** A standard normal vector of $s$ weights is within $\rho_0$ of one with $\|w^*\|^2=\nu$ with probability $$[[gaussian_ball]],$$ so a vertex copies a unit on $s$ of $d$ inputs with probability $[[gaussian_copy]]$.
""",
    proof_text=r"""
One layer: on the event that each unit has $M$ copies, whose cells are disjoint, L16 applies. The copies of unit $j$ are $\mathrm{Bin}(n,q_j)$ with $q_j\ge q$, and $P(\mathrm{Bin}(n,q_j)<M)$ decreases in $q_j$; add up. It decreases in $n$ too, as more vertices
hold no fewer copies, so the smallest size is enough for all larger ones. Chernoff's bound for $M\le nq/2$ is that of L11; both its conditions persist.
Two layers: isolated cells are disjoint from everything else, so L16 applies on the event that each unit has $M$ of them; L11 gives the law, the variance, and $\operatorname{Var}M'\le n(1+3\lambda+2\lambda^2)$, and $P(M'<M)\le P(|M'-EM'|\ge\frac12EM')$ is at most $4\operatorname{Var}M'/(EM')^2$. The size
is what its definition says, each comparison with $\delta$ proved.
*Consequence.* Unfold the witness to trees (L10.1) and perturb it so little that its loss stays below $\varepsilon$ and all types of children, and of units with one layer, are disjoint. Choose $\rho_0,\rho$ so small that $\frac12(\sqrt{2\varepsilon_w}+\Lambda(\rho_0+\rho)A_1)^2<\varepsilon$; $\Lambda<\infty$ on bounded sets, and $F$ is as
in L12, by the assumptions on $\sigma$ and $D$. Full support makes $q,\omega>0$. For $M\to\infty$ the longest time of (B1) makes its second term $2L_0A_2^2/(M\rho)^2\to0$, so some $M$ gives $B(M)\le\varepsilon$; for this $M$ the probability of failure tends to $0$, since with two layers $EM'$ and $\operatorname{Var}M'$ are of order $n$ (L11).
*Continuous weights.* The density of $\|w\|$ for $w$ normal about $w^*$ is $x^{s-1}$ times the integral of $(2\pi)^{-s/2}e^{-(x^2+\nu)/2+x\langle u,w^*\rangle}$ over unit vectors $u$, and $\int e^{x\langle u,w^*\rangle}du=\frac{2\pi^{s/2}}{\Gamma(s/2)}\,{}_0F_1(;\frac s2;\frac{\nu x^2}4)$. ∎
""",
    source=Source(
        "2501.05930",
        "Theorem 4.3: “Probable approximate correctness of random sparse lifts under gradient flow”; the form "
        "proved here is ours",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        WIDTH.drawn_from(450, 500),
        COPIES.drawn_from(1, 2),
        UNITS.drawn_from(1, 2),
        Quantity(children, "number of children of a unit with two hidden layers", COUNT, drawn=(1, 2)),
        Quantity(
            q,
            "probability that a vertex of the first layer copies a unit with one hidden layer, or is of the type of a child",
            PROBABILITY,
            drawn=(sp.Rational(3, 8), half),
        ),
        DEGREE.drawn_from(half, sp.Rational(3, 4)),
        REGION.drawn_from(sp.Rational(3, 4), 1),
        Quantity(delta, "probability of failure that is allowed", UNIT, drawn=(half, sp.Rational(3, 4))),
        Quantity(nu, "squared norm of the weights of a unit", NON_NEGATIVE, drawn=(half, 3)),
        DISTANCE.drawn_from(half, 2),
        INPUT_KEPT.drawn_from(sp.Rational(1, 8), sp.Rational(7, 8)),
        UNIT_INPUTS.drawn_from(2, 4),
        INPUTS.drawn_from(4, 9),
    ),
    hypotheses=(
        Hypothesis("the hypotheses of L16 hold, and the types of different units are disjoint"),
        Hypothesis(
            "disjoint units have together a probability of at most one",
            r * q <= 1,
            needed_by=("failure", "chernoff_failure", "size", "chernoff_size"),
        ),
        Hypothesis("disjoint types of children have together a probability of at most one", children * q <= 1),
        Hypothesis("edges and weights are independent"),
        SPARSE,
        Hypothesis("a unit has no more inputs than there are", signs <= inputs),
    ),
    uses=("L10.1", "L11", "L16.1", "L16.2"),
    expressions={
        "failure": failure,
        "chernoff_failure": chernoff_failure,
        "size": size,
        "chernoff_size": chernoff_size,
        "two_layer_failure": two_layer_failure,
        "chebyshev_failure": chebyshev_failure,
        "efron_stein_failure": efron_stein_failure,
        "two_layer_size": TWO_LAYER_SIZES["exact"],
        "chebyshev_size": TWO_LAYER_SIZES["chebyshev"],
        "efron_stein_size": TWO_LAYER_SIZES["efron_stein"],
        "gaussian_ball": gaussian_ball,
        "gaussian_copy": gaussian_copy,
    },
    remarks=(
        Remark(
            r"At $\nu=s=3$, $\rho_0=\frac1{10}$ the ball has probability $6\cdot10^{-5}$, and a vertex that keeps each of four inputs "
            r"with probability $\frac12$ copies a unit on three of them with $4\cdot10^{-6}$: one copy with probability "
            r"$\frac{19}{20}$ takes more than $700\,000$ vertices, and ten more than four million. Guarantees for continuous laws are "
            r"asymptotic.",
            "balls_are_small",
        ),
        Remark(
            r"Deeper bases need a count of deeper isolated trees. Where every input is kept, $p_0=1$, there are copies only of "
            r"witnesses that use all inputs."
        ),
    ),
    aids={"mean": mean, "variance": variance},
)
