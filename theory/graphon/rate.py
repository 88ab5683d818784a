"""G5: how far a sampled mask must be from its graphon, in cut norm and in L¹."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.symbols import ENTRY, VARIANCE, n, p, variance
from theory.quantities import COUNT, Hypothesis, Quantity
from theory.saliency.model import THRESHOLD, tau
from theory.tails import half_normal, product_survival

mode = sp.Symbol("k", integer=True, positive=True)  # ⌊np⌋ + 1
log_size = sp.Symbol("x", real=True)  # ln|a|, the row latent

mean_deviation = 2 * mode * sp.binomial(n, mode) * p**mode * (1 - p) ** (n - mode + 1)
mean_rate = sp.sqrt(variance / (2 * sp.pi * n))
stirling_loss = (1 - variance) / (12 * n * variance)
stirling_error = (1 - 3 * variance) / (360 * n**3 * variance**3)
whole = n * (1 - sp.sqrt(1 - 4 * variance)) / 2  # np, or n − np, from V = p(1 − p)
entry_distance = 2 * p * (1 - p)

row_kernel = half_normal.at(tau * sp.exp(-log_size))  # W of the S4 graphon for φ = 1, at |a| = e^x
row_law = sp.sqrt(2 / sp.pi) * sp.exp(log_size - sp.exp(2 * log_size) / 2)  # density of ln|a|
squared_kernel = sp.Integral(row_kernel**2 * row_law, (log_size, -sp.oo, sp.oo))
distance_limit = 2 * (product_survival(tau) - squared_kernel)

optimal_rate = Claim(
    label="G5",
    title="The rate in cut norm is optimal, and masks do not converge in L¹",
    statement=r"""
(a) Every real $m\times n$ matrix $A$ has $\|A\|_\square\ge[[row_share]]\cdot\frac1{mn}\sum_i|\sum_jA_{ij}|$, and
$[[row_share]]$ is the largest such constant. (b) For $A=M-P$ with independent entries and constant $P=p$ the
right-hand side has mean $[[row_share]]\cdot\frac1nE|\mathrm{Bin}(n,p)-np|$, where
$E|\mathrm{Bin}(n,p)-np|=[[mean_deviation]]$ at $k=\lfloor np\rfloor+1$; for integer $np$ and $V=p(1-p)$ the mean is
$[[mean_rate]]\,e^{-\theta}$ with $0\le[[stirling_loss]]-\theta\le[[stirling_error]]$. So the rate $n^{-1/2}$ of G1
cannot be improved, nor that of G4, since by G2 the mask of the largest scores differs from the one above the
threshold by $O(n^{-1})$; by symmetry the same holds with $m$. (c) $E|M_{ij}-P_{ij}|=[[entry_distance]]$ at
$p=P_{ij}$, hence $\|M-W\|_1\to2\iint W(1-W)$ in probability, which is positive unless $W$ takes the values $0$ and
$1$ only. For the SNIP graphon with constant columns (S4, $\varphi=1$) and threshold $\tau$ the limit is
$2(H(\tau)-J(\tau))$ with $J(\tau)=\iint W^2=[[squared_kernel]]$.
""",
    proof_text=r"""
(a) Take all columns and the rows of positive sum, or those of negative sum: the two cuts add up to
$\sum_i|\sum_jA_{ij}|$, so the better has half of it. The matrix $(1,-1)^\top$ attains it. (b) De Moivre:
$\sum_{j\ge k}(j-np)b(j)=k(1-p)\,b(k)$ for the binomial weights $b$ telescopes, since
$(j-np)b(j)=j(1-p)b(j)-(j+1)(1-p)b(j+1)$; twice this is the mean absolute deviation. For integer $np$,
$k\,b(k)(1-p)=npq\,b(np)$, and Stirling's formula with the remainder
$\frac1{12x}-\frac1{360x^3}<r_x<\frac1{12x}-\frac1{360x^3}+\frac1{1260x^5}$ gives $b(np)=(2\pi
npq)^{-1/2}e^{r_n-r_{np}-r_{nq}}$. The terms of order $1$ add up to
$\frac1{12n}\big(1-\frac1{pq}\big)=-\frac{1-V}{12nV}$; the rest is at most
$\frac1{360n^3}(p^{-3}+q^{-3})=\frac{1-3V}{360n^3V^3}$ and, as $np,nq\ge1$, at least
$\frac1{360n^3}\big(\frac57(p^{-3}+q^{-3})-1\big)>0$. (c) $p(1-p)+(1-p)p$; the entries are independent and bounded,
so their average distance concentrates, and $P\to W$ in $L^1$ (G4). In the last line $u$ is replaced by $x=\ln|a|$,
$W=\operatorname{erfc}(\tau e^{-x}/\sqrt2)$, and $\iint W=H(\tau)$ (S4). ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(n, "number of columns of the mask", COUNT, drawn=(12, 40)),
        ENTRY,
        Quantity(
            mode,
            "least whole number above the expected number of entries of a row",
            COUNT,
            drawn=(3, 9),
        ),
        VARIANCE.drawn_from(sp.Rational(1, 20), sp.Rational(1, 4)),
        THRESHOLD.drawn_from(sp.Rational(1, 4), 3),
    ),
    hypotheses=(
        Hypothesis("independent entries"),
        Hypothesis(
            "in (b): one probability for all entries",
            needed_by=("mean_deviation", "mean_rate", "stirling_loss", "stirling_error"),
        ),
        Hypothesis(
            "the count of (b) is the least above the mean", sp.Eq(mode, sp.floor(n * p) + 1), ("mean_deviation",)
        ),
        Hypothesis(
            "in the last form of (b) a mean count that is a whole number",
            sp.Eq(whole, sp.floor(whole)),
            ("mean_rate", "stirling_loss", "stirling_error"),
        ),
    ),
    uses=("G2", "G4", "S4"),
    expressions={
        "row_share": sp.Rational(1, 2),
        "mean_deviation": mean_deviation,
        "mean_rate": mean_rate,
        "stirling_loss": stirling_loss,
        "stirling_error": stirling_error,
        "entry_distance": entry_distance,
        "squared_kernel": squared_kernel,
        "distance_limit": distance_limit,
    },
    aids={"row_kernel": row_kernel, "row_law": row_law},
)
