"""G1: masks sampled from probabilities are close to them in cut norm."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.symbols import COLUMNS, DEVIATION, ENTRY, FAILURE, ROWS, VARIANCE, delta, m, n, p, s, variance
from theory.quantities import POSITIVE, Hypothesis, Quantity

tilt = sp.Symbol("lambda", positive=True)  # of the exponential moment

centred_cumulant = sp.log(1 - p + p * sp.exp(tilt)) - tilt * p  # ln E e^{λ(M−p)}, M a Bernoulli(p) variable
hoeffding_cumulant = tilt**2 / 8
bernstein_cumulant = variance * tilt**2 / (2 * (1 - tilt / 3))

pairs = 2 * 2 ** (m + n)  # two signs, 2^m sets of rows, 2^n sets of columns
hoeffding_failure = pairs * sp.exp(-2 * m * n * s**2)
bernstein_failure = pairs * sp.exp(
    -9 * m * n * variance * (1 + s / (3 * variance) - sp.sqrt(1 + 2 * s / (3 * variance)))
)

subsets = (m + n) * sp.log(2) + sp.log(2 / delta)  # L: the logarithm of the number of events over δ
hoeffding_rate = sp.sqrt(subsets / (2 * m * n))
bernstein_rate = sp.sqrt(2 * variance * subsets / (m * n)) + subsets / (3 * m * n)

cut_norm_rate = Claim(
    label="G1",
    title="Masks sampled from probabilities concentrate in cut norm",
    statement=r"""
Let $M_{ij}$ be independent with means $P_{ij}$ and $V=\frac1{mn}\sum P_{ij}(1-P_{ij})$. With probability at least
$1-\delta$
$$\|M-P\|_\square\le[[hoeffding_rate]],$$
and with probability at least $1-\delta$ (better at low density)
$$\|M-P\|_\square\le[[bernstein_rate]].$$
Indeed $P(\|M-P\|_\square>s)\le[[hoeffding_failure]]$ and $\le[[bernstein_failure]]$.
""",
    proof_text=r"""
Per entry $\ln Ee^{\lambda(M_{ij}-P_{ij})}$ is at most $\lambda^2/8$ (Hoeffding's lemma) and, as
$k!\ge2\cdot3^{k-2}$ for $k\ge2$ and $|M_{ij}-P_{ij}|\le1$, at most
$\operatorname{Var}(M_{ij})\sum_{k\ge2}\lambda^k/k!\le \operatorname{Var}(M_{ij})\,\frac{\lambda^2}{2(1-\lambda/3)}$
for $0\le\lambda<3$; the same holds for $-(M_{ij}-P_{ij})$. For fixed $(S,T)$ the sum $X$ over $S\times T$ has
$|S||T|\le mn$ independent terms and variance at most $mnV$, hence $\ln Ee^{\lambda X}\le mn\,\psi(\lambda)$ with
$\psi=\frac{\lambda^2}8$ or $\psi=\frac{V\lambda^2}{2(1-\lambda/3)}$, and $P(X>mns)\le e^{-mn\,\psi^*(s)}$ with the
Legendre transform $\psi^*(s)=2s^2$ or $9V\big(1+\frac s{3V}-\sqrt{1+\frac{2s}{3V}}\big)$. There are $2^m2^n$ pairs
and two signs. Solve for $s$: in the second case $1+\frac{2s}{3V}$ is the square of $1+\frac13\sqrt{2L/(Vmn)}$,
$L=(m+n)\ln2+\ln\frac2\delta$. ∎
""",
    source=Source(
        "2602.06675",
        "textbook sampling bound (Lovász 2012, chapter 10), here for two sides and with constants; beyond the "
        "abstract, which announces convergence (G4)",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ROWS.drawn_from(2, 6),
        COLUMNS.drawn_from(2, 6),
        FAILURE,
        DEVIATION,
        ENTRY,
        VARIANCE,
        Quantity(
            tilt, "tilt of the exponential moment of an entry", POSITIVE, drawn=(sp.Rational(1, 8), sp.Rational(11, 4))
        ),
    ),
    hypotheses=(
        Hypothesis("the entries of the mask are independent"),
        Hypothesis("in Bernstein's form a tilt at which its series converges", tilt < 3, ("bernstein_cumulant",)),
    ),
    expressions={
        "hoeffding_rate": hoeffding_rate,
        "bernstein_rate": bernstein_rate,
        "hoeffding_failure": hoeffding_failure,
        "bernstein_failure": bernstein_failure,
        "hoeffding_cumulant": hoeffding_cumulant,
        "bernstein_cumulant": bernstein_cumulant,
    },
    aids={"centred_cumulant": centred_cumulant},
)
