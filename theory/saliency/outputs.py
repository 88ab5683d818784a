"""S7.1 and S7.2: SNIP with several outputs is an inner-product graphon, and seldom factorises."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity
from sparse_limits.theory.saliency.model import THRESHOLD, tau
from sparse_limits.theory.saliency.snip import NORMAL_WEIGHTS, RESIDUAL_IS_FIXED, WEIGHT, theta, w
from sparse_limits.theory.tails import product_survival

readout = sp.Matrix(sp.symbols("a_1:4", real=True))  # a: a row's readout weights, here for three outputs
column = sp.Matrix(sp.symbols("h_1:4", real=True))  # h_j = E_D[x_j r]; fewer outputs: zeros
other = sp.Matrix(sp.symbols("k_1:4", real=True))  # h_k of another column
gradient = sp.Matrix(sp.symbols("g_1:4", real=True))  # g_j = E_D[r x_j 1{w·x > 0}]
omega = sp.Symbol("omega", positive=True)  # a frequency

factor = sp.Symbol("c", real=True)  # of one column's means over another's


def norm(vector: sp.Matrix) -> sp.Expr:
    """The Euclidean length."""
    return sp.sqrt(vector.dot(vector))


any_score = sp.Abs(w) * sp.Abs(readout.dot(gradient))
overlap = sp.Abs(readout.dot(column))
score = sp.Abs(w) * overlap / 2
parallel_score = sp.Abs(factor) * score
profile = norm(column) / 2
column_density = product_survival(tau / profile)
kernel = sp.erfc(sp.sqrt(2) * tau / overlap)
witness = sp.ImmutableMatrix(column.dot(column) * other - column.dot(other) * column)
opposite_signs = theta / sp.pi
reversed_pairs = 2 * theta / sp.pi * (1 - theta / sp.pi)

READOUT = Quantity(tuple(readout), "weight with which a neuron enters one of three outputs", sp.S.Reals)
MEANS = Quantity(tuple(column), "mean over the data of residual times input, for one of three outputs", sp.S.Reals)
GRADIENT = Quantity(
    tuple(gradient),
    "the same mean over the data for which a neuron is active, all others counted as $0$",
    sp.S.Reals,
)
SQUARE_LOSS = Hypothesis("square loss")
SYMMETRIC = Hypothesis(r"$(x,r)$ and $(-x,-r)$ have one law")

GRAPHON_STEPS = proof(
    r"""
any data: As $\partial L/\partial w_{ij}=\frac1{\sqrt{nd}}E_D\big[\sum_kr_ka_{ik}\,x_j1\{w_i\cdot x>0\}\big]$,
$\sqrt{nd}\,S_{ij}=|w_{ij}\langle a_i,g_{ij}\rangle|$, that is $[[any_score]]$.

symmetric data (by S3): On symmetric data $E_D[r_kx_j1\{w\cdot x>0\}]=\frac12E_D[r_kx_j]$ for almost all $w$, for each output $k$.

score (from any data, symmetric data): So $g_{ij}=\frac12h_j$ there, and $\sqrt{nd}\,S_{ij}=[[score]]$.

kernel (from score): Given $a$, the normal weight has $|w|$ above $\tau$ over the rest of the score with probability $W(a,j)=[[kernel]]$,
which grows strictly with $|\langle a,h_j\rangle|$.

profile (from score): $\frac12\langle a,h_j\rangle$ is a sum of independent centred normal variables, whose characteristic functions
multiply to that of a normal variable of deviation $[[profile]]$.

product of two normals (by S4 for column_density): The modulus of a product of two standard normal variables exceeds $t$ with probability
$H(t)$.

column density (from profile, product of two normals): Hence column $j$ has the density $[[column_density]]$.
""",
    globals(),
)

inner_product_graphon = Claim(
    label="S7.1",
    title="With several outputs SNIP is an inner-product graphon",
    statement=r"""
Square loss, $q$ outputs, readout weights $a_i\in\mathbb R^q$, residual $r\in\mathbb R^q$ fixed by the data (formulas are
shown for $q=3$). Always $\sqrt{nd}\,S_{ij}=|w_{ij}||\langle a_i,g_{ij}\rangle|$ with
$g_{ij}=E_D[r\,x_j1\{w_i\cdot x>0\}]\in\mathbb R^q$. On symmetric data (S3) $\sqrt{nd}\,S_{ij}=[[score]]$,
$h_j=E_D[rx_j]$. The graphon lives on row latents $a\in\mathbb R^q$, $W(a,j)=[[kernel]]$, and its column densities are
$H(\tau/\varphi_j)$ with $H$ of S4: as if rank one with the profile $\varphi_j=[[profile]]$.
""",
    steps=GRAPHON_STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        THRESHOLD,
        WEIGHT,
        READOUT,
        MEANS,
        GRADIENT,
    ),
    hypotheses=(
        NORMAL_WEIGHTS,
        SQUARE_LOSS,
        RESIDUAL_IS_FIXED,
        Hypothesis(
            r"symmetric data: $(x,r)$ and $(-x,-r)$ have one law", needed_by=("score", "kernel", "column_density")
        ),
        Hypothesis(
            "the readout weights are not orthogonal to the means of the column",
            sp.Ne(readout.dot(column), 0),
            needed_by=("kernel",),
        ),
        Hypothesis(
            "the means of the column are not all zero", sp.Ne(column.dot(column), 0), needed_by=("column_density",)
        ),
    ),
    uses=("S3", "S4"),
    also=("column_density",),
)

ORDER_STEPS = proof(
    r"""
inner products (by S7.1 for score, kernel): On symmetric data $\sqrt{nd}\,S_{ij}=[[score]]$, and the weight of a row $a$ in the column of
$h$ is kept with a probability that grows strictly with $|\langle a,h\rangle|$.

parallel columns (from inner products): A column with the means $c\,h$ has the score $[[parallel_score]]$. So if all non-zero $h_j$ are
multiples $c_je$ of one unit vector, the saliency factorises: $f=|\langle a,e\rangle|$, $\varphi_j=\frac12|c_j|$.

one order (by monotonicity): A factorised saliency has $W(a,j)=P(|\xi|>\tau/f(a)\varphi_j)$, which does not fall as $f(a)$ grows, whatever
the law of $\xi$: no two columns order two rows differently.

two orders (from inner products, parallel columns, one order): If $h$ and $k$ are not parallel, the row $a=[[witness]]$ has $\langle
a,h\rangle=0$ and $\langle a,k\rangle=\sum_{i<l}(h_ik_l-h_lk_i)^2>0$; with $h$ and $k$ exchanged it is the other way round. The two columns
order these two rows differently, hence, by continuity, all rows near them, which have positive probability: $W$ is not that of a factorised
saliency.

sum and difference (from inner products; by normal vector): For independent rows $a,a'$ the vectors $u=a-a'$ and $v=a+a'$ are independent,
and normal. As $\langle a,h\rangle^2-\langle a',h\rangle^2=\langle u,h\rangle\langle v,h\rangle$, column $h$ puts $a$ above $a'$ where both
factors have one sign.

direction (from sum and difference; by rotation): In the plane of $h$ and $k$ the direction of $u$ is uniform, and so is that of $v$.

opposite signs (from direction): $\langle u,h\rangle$ and $\langle u,k\rangle$ differ in sign for directions in two sectors of the angle
$\theta$ between $h$ and $k$: with probability $[[opposite_signs]]$.

reversed pairs (from one order, opposite signs): The columns order $a$ and $a'$ differently where this is so for exactly one of $u$ and $v$:
with probability $[[reversed_pairs]]$. A factorised saliency orders no pair differently.
""",
    globals(),
)

columns_that_disagree = Claim(
    label="S7.2",
    title="With several outputs SNIP factorises only if its columns are parallel",
    statement=r"""
Square loss, $q$ outputs, readout weights $a_i\in\mathbb R^q$, residual $r\in\mathbb R^q$ fixed by the data (formulas are
shown for $q=3$). On symmetric data let $h_j=E_D[rx_j]\in\mathbb R^q$ and let $W$ be the inner-product graphon of S7.1, which depends on the row latent
$a\in\mathbb R^q$ by $|\langle a,h_j\rangle|$. $W$ is the graphon of a
factorised saliency $f(a)\varphi_j|\xi|$, for *any* law of the noise $\xi$, iff all non-zero $h_j$ are parallel. Of a
random pair of rows two columns at the angle $\theta$ order the share $[[reversed_pairs]]$ differently, a factorised
saliency none.
""",
    steps=ORDER_STEPS,
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        WEIGHT,
        READOUT,
        MEANS,
        Quantity(tuple(other), "the same mean of another column", sp.S.Reals),
        Quantity(
            theta,
            "angle between the means of two columns, in radians",
            sp.Interval(0, sp.pi),
            drawn=(sp.Rational(1, 4), sp.Rational(11, 4)),
        ),
        Quantity(factor, "multiple of the means of one column that those of another are", sp.S.Reals),
    ),
    hypotheses=(
        NORMAL_WEIGHTS,
        SQUARE_LOSS,
        RESIDUAL_IS_FIXED,
        SYMMETRIC,
    ),
    uses=("S7.1",),
    also=("witness",),
)
