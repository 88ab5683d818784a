"""B1: what the energy yᵀK⁻¹y of the labels bounds, which scale makes it comparable, and when it bounds nothing.

Before the bound is used, check that

1. the m pairs (x, y) are independent draws of one law, and test data come from the same law;
2. the kernel was fixed without the sample: pruning scores, the profile of a mask, means and scales of the inputs and
   the choice among kernels must come from other data (scores that look at the labels make the bound false, not loose);
3. the predictor is the minimum-norm interpolant of that very kernel, so K is invertible on the sample;
4. the loss lies in [0, 1], is 1-Lipschitz in the prediction and 0 at the label, such as min(1, |f − y|);
5. the norm B_0, or the unit b of the peeling, was chosen before the sample was seen.

A value above 1 says nothing.
"""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Remark, Source
from theory.graphon.symbols import FAILURE, delta, m
from theory.quantities import COUNT, COUNT_FROM_ZERO, POSITIVE, Hypothesis, Quantity

q = sp.Symbol("q", positive=True)  # yᵀK⁻¹y, the squared norm of the interpolant
T = sp.Symbol("T", positive=True)  # tr K
T_inv = sp.Symbol("T_inv", positive=True)  # tr K⁻¹
B_0 = sp.Symbol("B_0", positive=True)  # radius of a ball in the space of the kernel
b = sp.Symbol("b", positive=True)  # the smallest radius of the peeling
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

scale_free_energy = Claim(
    label="B1",
    title="The energy bound compares kernels only with its trace, and only kernels chosen without the sample",
    statement=r"""
Let the kernel be fixed independently of the sample $(X,y)$ of $m$ iid pairs, the loss 1-Lipschitz with values in
$[0,1]$ and $0$ at the label. With probability at least $1-\delta$, whenever $q=y^\top K^{-1}y\le B_0^2$ ($B_0$ chosen
beforehand), the minimum-norm interpolant has
$$\text{risk}\le[[risk_bound]],\qquad T=\operatorname{tr}K,$$
where $[[complexity]]$ bounds the empirical Rademacher complexity of the ball of radius $B_0$, and is at most
$\sqrt2$ times too large: between $[[khintchine]]$ of it and all of it (all at $K=I$; at $K=\mathbf1\mathbf1^\top$,
$m=2k$ and $B_0=1$ the complexity is $[[rank_one_complexity]]$). Without a $B_0$ chosen beforehand, let $i\ge0$ be the
smallest with $b2^i\ge\sqrt q$, for a fixed $b$; the share $[[level_share]]$ of $\delta$ gives
$$\text{risk}\le[[peeled_bound]],$$
where $b2^i\le[[peeled_norm]]$. Only $\mathcal E=[[energy]]$, which $K\to sK$ leaves alone, compares kernels. The
first term
of the bound is $2\mathcal E$ at $B_0=\sqrt q$; the usual $[[raw_energy]]$ is its value for kernels of the trace
$[[usual_trace]]$
alone. **Random labels.** For a kernel chosen without the labels and $y$ uniform on $\{\pm1\}^m$,
$E\,\mathcal E^2=[[random_label_energy]]\ge1$ with $T_{inv}=\operatorname{tr}K^{-1}$: in the mean square $\mathcal E$ promises nothing.
For the kernel $K=yy^\top+\epsilon I$ made from the labels $\mathcal E=[[label_kernel_energy]]\to0$ on the same random
labels, while every predictor has risk at least $[[least_random_risk]]$ for the loss $\min(1,|f-y|)$. So a kernel that saw
the labels, as SNIP's does, needs labels of its own.
""",
    proof_text=r"""
*Complexity:* $E\sup_{\|f\|\le B_0}\frac1m\sum\sigma_if(x_i)=\frac{B_0}mE\|\sum\sigma_ik_{x_i}\|
=\frac{B_0}mE\sqrt{\sigma^\top K\sigma}\le\frac{B_0}m\sqrt{\operatorname{tr}K}$ by Jensen, as $E\sigma^\top K\sigma
=\operatorname{tr}K$; and $\ge\frac1{\sqrt2}$ of it by the Khintchine–Kahane inequality with its best constant (Latała and
Oleszkiewicz 1994). *Risk:* the contraction lemma replaces the loss class by the ball; by McDiarmid, each with probability
$\frac\delta2$ to fail, the risk exceeds the empirical risk, which is $0$, by at most twice the expected complexity and
$\sqrt{\log(2/\delta)/2m}$, and the expected complexity exceeds the empirical one by at most the same root: three roots
in all. *The usual form:* $2\sqrt{qT}/m=\sqrt{2q/m}$ iff $T=\frac m2$. *Peeling:*
$\sum_{i\ge0}\frac{6\delta}{\pi^2(i+1)^2}=\delta$; if $i\ge1$ then $b2^{i-1}<\sqrt q$. *Random labels:*
$E\,y^\top K^{-1}y=\operatorname{tr}K^{-1}$ and $\operatorname{tr}K\operatorname{tr}K^{-1}\ge m^2$ by Cauchy–Schwarz over the
eigenvalues. *Counterexample:* $Ky=(m+\epsilon)y$, so $q=\frac m{m+\epsilon}$ and $\operatorname{tr}K=m(1+\epsilon)$; a label
that is $\pm1$ with equal chance costs every prediction $\frac12(\min(1,|f-1|)+\min(1,|f+1|))\ge\frac12$. ∎
""",
    source=Source(
        "2602.06675",
        "abstract: “a Graphon-NTK generalisation bound”, its form reported second-hand; the usual form is that "
        "of Arora et al. (2019)",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        SAMPLES,
        Quantity(
            q, "squared norm of the interpolant, the labels' quadratic form in the inverse kernel matrix", POSITIVE
        ),
        TRACE,
        Quantity(T_inv, "trace of the inverse kernel matrix on the sample", POSITIVE),
        Quantity(B_0, "radius of a ball in the space of the kernel", POSITIVE),
        Quantity(b, "smallest radius of the peeling", POSITIVE),
        Quantity(i, "step of the peeling, each doubles the radius", COUNT_FROM_ZERO, drawn=(0, 9)),
        FAILURE,
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
    expressions={
        "risk_bound": risk_bound,
        "complexity": complexity,
        "confidence": confidence,
        "energy": energy,
        "raw_energy": raw_energy,
        "usual_trace": m / 2,
        "level_share": level_share,
        "peeled_bound": peeled_bound,
        "peeled_norm": peeled_norm,
        "random_label_energy": random_label_energy,
        "rank_one_complexity": rank_one_complexity,
        "khintchine": 1 / sp.sqrt(2),
        "label_kernel_energy": label_kernel_energy,
        "least_random_risk": sp.Rational(1, 2),
    },
    remarks=(
        Remark(
            "If the kernel is independent of the labels given the inputs, but not of the inputs, the bound speaks at best of "
            "the risk on these inputs with fresh labels."
        ),
    ),
    aids={
        "kernel": "fixed",
        "one_label": (sp.Integer(1), sp.Integer(4)),  # two kernels of one sample
        "random_labels": {m: sp.Integer(200), epsilon: sp.Integer(1), delta: sp.Rational(1, 10)},
    },
    pitfalls=(
        Pitfall(
            control="the energy without its trace",
            said=r"Kernels compare by $\sqrt{2\,y^\top K^{-1}y/m}$, whatever their trace.",
            by=(
                "What one might expect from the form in use since Arora et al. (2019), which is right for "
                r"their kernel, whose trace is $\frac m2$."
            ),
            why=r"A multiple of a kernel has the same interpolant and another $y^\top K^{-1}y$.",
            counterexample="one_label",
            by_hand=(
                "One sample with the label $1$ and the kernels $K=1$ and $K=4$. Both predict the same, yet "
                r"$\sqrt{2\,y^\top K^{-1}y/m}$ is $\sqrt2$ for the one and $\frac1{\sqrt2}$ for the other; "
                r"$\mathcal E=1$ for both."
            ),
            instead=r"$\mathcal E=[[energy]]$, which a factor leaves alone.",
        ),
        Pitfall(
            control="a kernel made from the labels",
            said="The bound holds for the kernel of whatever pruning method, SNIP included.",
            by=(
                "What one might expect from “a Graphon-NTK generalisation bound” (abstract of "
                "arXiv:2602.06675), whose conditions were not at hand."
            ),
            why="A kernel that saw the labels can have a small energy on labels that nothing can predict.",
            counterexample="random_labels",
            by_hand=(
                r"$m=200$ labels thrown by a coin, so every predictor has the risk $\frac12$ at least, and "
                r"$K=yy^\top+I$. Then $Ky=201\,y$, $q=\frac{200}{201}$, $\operatorname{tr}K=400$, $\mathcal "
                r"E=\sqrt{2/201}<\frac1{10}$, and at $\delta=\frac1{10}$ the bound is $2\mathcal "
                r"E+3\sqrt{\ln20/400}\approx0.46<\frac12$."
            ),
            instead=(
                "The kernel is fixed without the sample: pruning scores that read labels need labels of their own."
            ),
        ),
    ),
)
