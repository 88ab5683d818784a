"""B1: what the energy yᵀK⁻¹y of the labels bounds, which scale makes it comparable, and when it bounds nothing.

Before the bound is used, check that

1. the m pairs (x, y) are independent draws of one law, and test data come from the same law;
2. the kernel was fixed without the sample: pruning scores, the profile of a mask, means and scales of the inputs and
   the choice among kernels must come from other data (scores that look at the labels can make the bound false);
3. the predictor is the minimum-norm interpolant of that very kernel, so K is invertible on the sample;
4. the loss lies in [0, 1], is 1-Lipschitz in the prediction and 0 at the label, such as min(1, |f − y|);
5. the norm B_0, or the unit b of the peeling, was chosen before the sample was seen.

A value above 1 says nothing.
"""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.formulas.simplifying import over
from sparse_limits.theory.generalisation.symbols import ENERGY, SAMPLE
from sparse_limits.theory.graphon.symbols import DEVIATION, FAILURE, UP_TO_ONE, delta, m
from sparse_limits.theory.graphon.symbols import s as size
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same

q = sp.Symbol("q", nonnegative=True)  # yᵀK⁻¹y, the squared norm of the interpolant
T = sp.Symbol("T", positive=True)  # tr K
T_inv = sp.Symbol("T_inv", positive=True)  # tr K⁻¹
B_0 = sp.Symbol("B_0", nonnegative=True)  # radius of a ball in the space of the kernel
b = sp.Symbol("b", nonnegative=True)  # the smallest radius of the peeling
i = sp.Symbol("i", integer=True, nonnegative=True)  # its step
k = sp.Symbol("k", integer=True, positive=True)  # half of an even sample
epsilon = sp.Symbol("epsilon", positive=True)

SAMPLES = Quantity(m, "number of samples", COUNT, drawn=(2, 60))
TRACE = Quantity(T, "trace of the kernel matrix on the sample", POSITIVE)

complexity = B_0 * sp.sqrt(T) / m
confidence = 3 * sp.sqrt(sp.log(2 / delta) / (2 * m))
risk_bound = 2 * complexity + confidence
energy = sp.sqrt(q * T) / m
raw_energy = sp.sqrt(2 * q / m)  # the usual form: 2𝓔 at T = m/2
level_share = 6 * delta / (sp.pi**2 * (i + 1) ** 2)
peeled_bound = 2 * b * 2**i * sp.sqrt(T) / m + 3 * sp.sqrt(
    (sp.log(2 / delta) + 2 * sp.log(i + 1) + sp.log(sp.pi**2 / 6)) / (2 * m)
)
peeled_norm = 2 * sp.Max(b, sp.sqrt(q))
random_label_energy = T * T_inv / m**2
rank_one_complexity = sp.binomial(2 * k, k) / 4**k
label_kernel_energy = sp.sqrt((1 + epsilon) / (m + epsilon))
khintchine = 1 / sp.sqrt(2)
usual_trace = m / 2
least_random_risk = sp.Rational(1, 2)

mean_form = T
deviation_failure = sp.exp(-2 * m * size**2)
root = sp.sqrt(sp.log(2 / delta) / (2 * m))
step_radius = b * 2**i
label_form = m / (m + epsilon)
label_trace = m * (1 + epsilon)
ridge_risk = epsilon / (m + epsilon)  # of min(1, |f − 1|) where the interpolant f is m/(m + ε)
_samples = sp.Integer(10**4)
ONE_LABEL = {  # that interpolant at ε = m/9, on the smallest ball
    **{m: _samples, epsilon: _samples / 9, T: _samples * (1 + _samples / 9), delta: sp.Rational(1, 10)},
    **{q: sp.Rational(9, 10), B_0: sp.sqrt(sp.Rational(9, 10)), b: sp.sqrt(sp.Rational(9, 10)), i: sp.S.Zero},
}

STEPS = proof(
    r"""
supremum (by Cauchy–Schwarz): $\sup_{\|f\|\le
B_0}\frac1m\sum_i\sigma_if(x_i)=\frac{B_0}m\|\sum_i\sigma_ik_{x_i}\|=\frac{B_0}m\sqrt{\sigma^\top K\sigma}$ for signs $\sigma$.

mean form (by product): $E\,\sigma^\top K\sigma=[[mean_form]]$: $\sigma_i\sigma_j$ has the mean $0$ for $i\ne j$, and $\sigma_i^2=1$.

root of the mean (by Jensen): The mean of the root is at most the root of the mean, and equal to it if $\sigma^\top K\sigma$ is constant, as
at $K=I$.

complexity (from supremum, mean form, root of the mean): So the empirical Rademacher complexity of the ball is at most $[[complexity]]$.

Khintchine–Kahane (from complexity; cited: Latała and Oleszkiewicz, Studia Math. 109 (1994) 101: the mean norm of a sum of vectors with random signs
is at least 1/√2 of the root of its mean square, and for two equal vectors no more): The complexity is at least $[[khintchine]]$ times this bound.

walk (from supremum): At $K=\mathbf1\mathbf1^\top$, $m=2k$ and $B_0=1$ it is $E|\sum_i\sigma_i|/m=[[rank_one_complexity]]$: only a step from $0$ adds $1$ to
the mean distance of a walk, which is at $0$ after $2k$ steps with the probability $\binom{2k}k4^{-k}$.

symmetrisation (cited: Bartlett and Mendelson, J. Mach. Learn. Res. 3 (2002) 463: the mean of the supremum is at most twice the Rademacher
complexity): The mean of the largest excess of the risk over the empirical risk in the ball is at most twice the mean complexity of the losses.

losses (cited: Ledoux and Talagrand, Probability in Banach Spaces (1991), Theorem 4.12: composition with a 1-Lipschitz function does not
raise the complexity (without the modulus)): As the loss is 1-Lipschitz, the empirical complexity of the losses is at most that of the ball.

McDiarmid (cited: McDiarmid, On the method of bounded differences (1989): P(f − E f ≥ s) ≤ exp(−2s²/Σc²), where the i-th of independent
variables changes f by at most c_i): One sample changes that excess, and the empirical complexity of the losses, by $\frac1m$ at most. Each
is beyond its mean by $s$, on one side, with probability at most $[[deviation_failure]]$.

one root (from McDiarmid): This probability is $\frac\delta2$ at $s=[[root]]$.

both events (from one root; by union bound): The excess and the mean complexity both stay below these levels, except with probability $\delta$.

three roots (from symmetrisation, losses, both events): The excess brings one root, and twice the mean complexity of the losses brings two more:
$[[confidence]]$.

interpolant (by Lagrange): Among all $f$ with $f(x_i)=y_i$, $\sum_i(K^{-1}y)_ik_{x_i}$ has the least norm, and its squared norm is $q$. So it is in
the ball, and its empirical risk is $0$.

risk (from complexity, three roots, interpolant): So its risk is at most $[[risk_bound]]$.

shares: The shares $[[level_share]]$ add up to $\delta$ over $i\ge0$: the sum of $(i+1)^{-2}$ is $\frac{\pi^2}6$.

all radii (from risk, shares; by union bound): With these shares the bound holds simultaneously for all radii $b2^i$, except with probability
$\delta$.

peeled bound (from all radii): At the radius $[[step_radius]]$ and its share the bound is $[[peeled_bound]]$.

radius found (from peeled bound): The smallest radius of at least $\sqrt q$ is $b$, or twice a radius below $\sqrt q$: it is at most
$[[peeled_norm]]$.

energy (from complexity): At $B_0=\sqrt q$ the complexity is $\mathcal E=[[energy]]$. For $\lambda K$, $\lambda>0$, it is the same, with
$q/\lambda$ and $\lambda T$.

usual form (from energy): The square of $2\mathcal E$ divided by $[[raw_energy]]$ is $T$ divided by $[[usual_trace]]$. So for $q>0$ the two are equal
only at this trace.

forms of random labels (by product): Uniform labels are independent signs, so that $E\,y^\top K^{-1}y=\operatorname{tr}K^{-1}$.

traces (by Cauchy–Schwarz): $\operatorname{tr}K\operatorname{tr}K^{-1}\ge m^2$, over the eigenvalues and their inverses.

random labels (from energy, forms of random labels, traces): So $E\,\mathcal E^2=[[random_label_energy]]\ge1$.

kernel of the labels: For $K=yy^\top+\varepsilon I$, $Ky=(m+\varepsilon)y$, so that $q=[[label_form]]$, and $T=[[label_trace]]$.

its energy (from energy, kernel of the labels): Its energy $[[label_kernel_energy]]$ tends to $0$ as $m\to\infty$.

least risk: For a label that is $\pm1$ with equal probability, a prediction $f$ has the mean loss $\frac12(\min(1,|f-1|)+\min(1,|f+1|))$. The second
minimum is $1$ for $f\ge0$, the first for $f\le0$. So the mean loss is at least $[[least_random_risk]]$.
""",
    globals(),
)

RAW_RISK = raw_energy.subs(q, B_0**2) + confidence  # the usual form at the same ball


def reduce(expression: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_log(expression, force=False).subs(sp.log(2 / delta), sp.log(2) - sp.log(delta)))


def walk_leaves_where_it_is_at_zero(rank_one_complexity: sp.Expr) -> Relations:
    """The mean distance is 1 after two steps; two more add the chance to be at 0, as after an odd number none is."""
    at_zero = sp.binomial(2 * k, k) / 4**k
    distance = 2 * k * rank_one_complexity
    yield induction(distance, k, sp.S.One, lambda mean: mean + at_zero, start=1, by=over(at_zero))


def one_root_fails_with_half(deviation_failure: sp.Expr, root: sp.Expr) -> Relations:
    """The logarithm of the bound is that of δ/2, and of what s² differs at other s."""
    away = 2 * m * (root**2 - size**2)
    yield same(sp.log(deviation_failure), sp.log(delta / 2) + away, by=reduce)


def mean_square_of_the_energy(energy: sp.Expr, random_label_energy: sp.Expr) -> Relations:
    """The square is linear in q, whose mean is the trace of the inverse; at least 1 where the *traces* have a product of m² or more."""
    yield same(random_label_energy, (energy**2).subs(q, T_inv))
    yield same(sp.diff(energy**2, q, 2), 0)
    y = sp.Symbol("y", nonnegative=True)
    yield nonnegative(random_label_energy - 1, y, where={T_inv: m**2 * (1 + y) / T})


def predictions_on_one_side_lose_the_other(least_random_risk: sp.Expr) -> Relations:
    """For f ≥ 0 more than the least by half of min(1, |f − 1|); the same at −f; attained at f = 1."""
    f = sp.Symbol("f", nonnegative=True)
    for side in (1, -1):
        risk = (sp.Min(1, sp.Abs(side * f - 1)) + sp.Min(1, sp.Abs(side * f + 1))) / 2
        yield nonnegative(risk - least_random_risk, sp.Min(1, sp.Abs(f - 1)) / 2)
        yield same(risk.subs(f, 1), least_random_risk)


scale_free_energy = Claim(
    label="B1",
    title="The energy bound compares kernels only with the trace included, and only kernels chosen without the sample",
    headline=r"Fix a kernel and $B_0$ before $m$ samples are drawn. Under the assumptions below, with probability at least $1-\delta$: if the minimum-norm interpolant has norm at most $B_0$, it has $$\text{risk}\le[[risk_bound]],$$ with the trace $T$ of the kernel matrix.",
    statement=r"""
Let the kernel be fixed independently of the sample $(X,y)$ of $m$ iid pairs, and let $K$ be its matrix on the sample. Let the loss be
1-Lipschitz with values in $[0,1]$ and $0$ at the label. The *risk* is the mean loss at a new pair.

**The bound.** Let $B_0$ be chosen before the sample. With probability at least $1-\delta$, whenever $K$ is invertible and
$q=y^\top K^{-1}y\le B_0^2$, the minimum-norm interpolant has
$$\text{risk}\le[[risk_bound]],\qquad T=\operatorname{tr}K.$$

**Its complexity.** Here $[[complexity]]$ bounds the empirical Rademacher complexity of the ball of radius $B_0$. The bound is at most
$\sqrt2$ times too large: the complexity is between $[[khintchine]]$ of it and all of it. It is all of it at $K=I$; at
$K=\mathbf1\mathbf1^\top$, $m=2k$ and $B_0=1$ the complexity is $[[rank_one_complexity]]$.

**A radius chosen after the sample.** Let only $b>0$ be chosen before the sample, and let $i\ge0$ be the smallest integer with
$b2^i\ge\sqrt q$. With the share $[[level_share]]$ of $\delta$ for this level, again with probability at least $1-\delta$,
$$\text{risk}\le[[peeled_bound]],$$
where $b2^i\le[[peeled_norm]]$.

**Comparing kernels.** The energy $\mathcal E=[[energy]]$ is invariant under $K\to sK$, so it compares kernels; $q$ alone does not. At
$B_0=\sqrt q$ the term in $B_0$ of the first bound is $2\mathcal E$. The usual $[[raw_energy]]$ equals $2\mathcal E$ exactly for kernels of
trace $[[usual_trace]]$, unless both are $0$.

**Random labels.** For a kernel chosen without the labels and $y$ uniform on $\{\pm1\}^m$, $E\,\mathcal E^2=[[random_label_energy]]\ge1$
with $T_{inv}=\operatorname{tr}K^{-1}$: in mean square $\mathcal E$ promises nothing.

**A kernel made from the labels.** For $K=yy^\top+\varepsilon I$ on the same random labels, $\mathcal E=[[label_kernel_energy]]\to0$ as
$m\to\infty$. Yet every predictor has risk at least $[[least_random_risk]]$ for the loss $\min(1,|f-y|)$. So a kernel that depends on
labels, as SNIP's does, must take them from other data than the sample of the bound.
""",
    steps=STEPS,
    source=Source(
        "2602.06675",
        "ICML 2026",
        "abstract: “under the Graphon-NTK lazy-training regime, we connect the limiting graphon to "
        "NTK-style generalisation bounds”, whose form was not at hand; the usual form is that of "
        "Arora et al. (2019)",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        SAMPLES,
        Quantity(
            q, "squared norm of the interpolant, the labels' quadratic form in the inverse kernel matrix", NON_NEGATIVE
        ),
        replace(TRACE, within=NON_NEGATIVE),
        Quantity(T_inv, "trace of the inverse kernel matrix on the sample", POSITIVE),
        Quantity(B_0, "radius of a ball in the space of the kernel", NON_NEGATIVE),
        Quantity(b, "smallest radius of the peeling", NON_NEGATIVE),
        Quantity(i, "step of the peeling, each doubles the radius", COUNT_FROM_ZERO, drawn=(0, 9)),
        replace(FAILURE, within=UP_TO_ONE, convention=""),
        replace(DEVIATION, within=NON_NEGATIVE),
        Quantity(k, "half of the number of samples, which is even", COUNT, drawn=(1, 9)),
        Quantity(epsilon, "multiple of the identity that is added to the kernel made from the labels", POSITIVE),
    ),
    hypotheses=(
        Hypothesis("iid pairs; a kernel, its pruning included, chosen without them"),
        Hypothesis(
            r"a 1-Lipschitz loss in $[0,1]$ that is $0$ at the label; the minimum-norm interpolant, $K$ invertible"
        ),
        Hypothesis(r"$B_0$, or $b$, chosen before the sample"),
        Hypothesis("an interpolant in the ball", q <= B_0**2, ("risk_bound",)),
        Hypothesis("an interpolant in the ball of that step", q <= (b * 2**i) ** 2, ("peeled_bound",)),
        Hypothesis("traces of a matrix and of its inverse", T * T_inv >= m**2, ("random_label_energy",)),
    ),
    symbols={**SAMPLE, **ENERGY, "E": "mean over random labels", "I": "identity matrix", "f": "output of a predictor"},
    also=("confidence",),
    remarks=(
        Remark(
            "If the kernel is independent of the labels given the inputs, but not of the inputs, the bound applies at best to "
            "the risk on these inputs with fresh labels."
        ),
    ),
    sharp=(
        Sharp(
            expression="complexity",
            example=r"$K=I$, where $\sigma^\top K\sigma$ is the same for all signs",
            check="complexity_lies_within_a_factor_of_root_two",
        ),
        Sharp(
            expression="khintchine",
            example="two equal inputs",
            check="complexity_lies_within_a_factor_of_root_two",
            side=Side.BELOW,
        ),
        Sharp(
            expression="peeled_norm",
            example=r"as $\sqrt q$ falls to a radius $b2^i$ from above: twice that radius is taken",
            check="pieces_make_the_bound",
        ),
        Sharp(
            expression="least_random_risk",
            example=r"the prediction $0$ of labels $\pm1$ of equal probability",
            check="labels_in_the_kernel_break_the_bound",
            side=Side.BELOW,
        ),
    ),
    loose=tuple(
        Loose(
            expression=bound,
            truth="ridge_risk",
            at=(ONE_LABEL,),
            lost=r"at most, as other laws and kernels may have larger risks: all labels are $1$, inputs of a law without atoms, $k=1+\varepsilon1\{x=x'\}$, whose interpolant is $\frac m{m+\varepsilon}$ elsewhere; twice in the complexity of a ball that contains more than the interpolants, and in the confidence",
        )
        for bound in ("risk_bound", "peeled_bound")
    ),
    aids={
        "kernel": "fixed",
        "ridge_risk": ridge_risk,
        "one_label": (sp.Integer(1), sp.Integer(4)),  # two kernels of one sample
        "random_labels": {m: sp.Integer(200), epsilon: sp.Integer(1), delta: sp.Rational(1, 10)},
    },
    pitfalls=(
        Pitfall(
            control="the energy without its trace",
            said=r"Kernels can be compared by $\sqrt{2\,y^\top K^{-1}y/m}$, whatever their trace.",
            by=(
                "What one might expect from the form in use since Arora et al. (2019), which is right for "
                r"their kernel, whose trace is $\frac m2$."
            ),
            why=r"A multiple of a kernel has the same interpolant but another $y^\top K^{-1}y$.",
            counterexample="one_label",
            by_hand=(
                "One sample with the label $1$ and the kernels $K=1$ and $K=4$. Both give the same predictions, yet "
                r"$\sqrt{2\,y^\top K^{-1}y/m}$ is $\sqrt2$ for the first and $\frac1{\sqrt2}$ for the second; "
                r"$\mathcal E=1$ for both."
            ),
            instead=r"$\mathcal E=[[energy]]$, which does not change if the kernel is multiplied by a factor.",
        ),
        Pitfall(
            control="a kernel made from the labels",
            said="The bound holds for the kernel of any pruning method, including SNIP.",
            by=(
                "What one might expect from “a Graphon-NTK generalisation bound” (abstract of "
                "arXiv:2602.06675), whose conditions were not at hand."
            ),
            why="A kernel that depends on the labels can have a small energy on labels that nothing can predict.",
            counterexample="random_labels",
            by_hand=(
                r"$m=200$ labels are tosses of a fair coin, so every predictor has a risk of at least $\frac12$, and "
                r"$K=yy^\top+I$. Then $Ky=201\,y$, $q=\frac{200}{201}$, $\operatorname{tr}K=400$, $\mathcal "
                r"E=\sqrt{2/201}<\frac1{10}$, and at $\delta=\frac1{10}$ the bound is $2\mathcal "
                r"E+3\sqrt{\ln20/400}\approx0.46<\frac12$."
            ),
            instead=("The kernel is fixed without the sample: pruning scores that use labels need separate labels."),
        ),
    ),
    because={
        "complexity": lambda mean_form, complexity: same(complexity, B_0 / m * sp.sqrt(mean_form)),
        "walk": walk_leaves_where_it_is_at_zero,
        "one root": one_root_fails_with_half,
        "three roots": lambda root, confidence: same(confidence, root + 2 * root),
        "risk": lambda complexity, confidence, risk_bound: same(risk_bound, 2 * complexity + confidence),
        "shares": lambda level_share: same(level_share, delta / (sp.zeta(2) * (i + 1) ** 2)),
        "energy": lambda complexity, energy: (
            same(energy, complexity.subs(B_0, sp.sqrt(q))),
            same(energy.subs({q: q / B_0, T: T * B_0}, simultaneous=True), energy),
        ),
        "usual form": lambda energy, raw_energy, usual_trace: (
            same((2 * energy) ** 2 * usual_trace, raw_energy**2 * T),
            same(2 * energy.subs(T, usual_trace), raw_energy),
        ),
        "random labels": mean_square_of_the_energy,
        "least risk": predictions_on_one_side_lose_the_other,
    },
    wrong=lambda: {
        "risk_bound: the complexity once": complexity + confidence,
        "risk_bound: two roots": 2 * complexity + 2 * confidence / 3,
        "risk_bound: the energy without its trace": RAW_RISK,
        "confidence: one event of probability δ": 3 * sp.sqrt(sp.log(1 / delta) / (2 * m)),
        "level_share: shares of the first power": delta / (i + 1),
        "level_share: halved at each step": delta / 2**i,
        "peeled_bound: the whole δ at each step": risk_bound.subs(B_0, b * 2**i),
        "peeled_bound: the first radius": peeled_bound - 2 * b * (2**i - 1) * sp.sqrt(T) / m,
        "peeled_norm: no smallest radius": 2 * sp.sqrt(q),
        "peeled_norm: the smallest radius": 2 * b,
        "complexity: the mean eigenvalue for the trace": B_0 * sp.sqrt(T / m) / m,
        "complexity: without the root": B_0 * T / m,
        "khintchine: constant 1: all kernels alike": sp.Integer(1),
        "khintchine: 10 % more": sp.Rational(11, 10) / sp.sqrt(2),
        "khintchine: 10 % less of Khintchine": sp.Rational(9, 10) / sp.sqrt(2),
        "rank_one_complexity: the normal limit": 1 / sp.sqrt(sp.pi * k),
        "rank_one_complexity: largest probability of m + 1": rank_one_complexity * (2 * k + 1) / (2 * k + 2),
        "rank_one_complexity: the distance": 2 * k * rank_one_complexity,
        "energy: the energy without its trace": raw_energy,
        "energy: trace per sample": sp.sqrt(q * T / m) / m,
        "energy: the trace without its root": sp.sqrt(q) * T / m,
        "energy: without the root of the trace": energy * T,
        "random_label_energy: one trace": T / m,
        "random_label_energy: the inverse": 1 / random_label_energy,
        "random_label_energy: the root": sp.sqrt(random_label_energy),
        "label_kernel_energy: the energy of I": sp.Integer(1),
        "label_kernel_energy: ε forgotten in the trace": 1 / sp.sqrt(m + epsilon),
        "kernel: a kernel made from the labels": "from the labels",
        "mean_form: of one sample": T / m,
        "root: all of δ": root.subs(delta, 2 * delta),
        "deviation_failure: for all samples at once": sp.exp(-2 * size**2),
        "deviation_failure: without the 2": sp.exp(-m * size**2),
        "step_radius: radii that grow by b": b * (i + 1),
        "label_form: of the inverse alone": 1 / (m + epsilon),
        "label_form: ε forgotten": sp.S.One,
        "label_trace: ε forgotten in the trace": m,
        "label_trace: one ε": m + epsilon,
        "label_trace: less the identity": m * (1 - epsilon),
        "ridge_risk: of the sample": epsilon / (m * (m + epsilon)),
        "ridge_risk: the multiple over the number of samples": epsilon / m,
    },
)
