"""O1, O5: the operator of a mask and of a graphon, and its singular values by quadrature."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.graphon.lognormal import column_scale, correlation, noise_scale, row_scale
from theory.graphon.symbols import m, n
from theory.quantities import COUNT, NON_NEGATIVE, POSITIVE, UNIT, Hypothesis, Quantity
from theory.saliency.model import COLUMNS, ROWS, THRESHOLD, rho, tau

x = sp.Symbol("x", real=True)  # variable of integration

scale = 1 / sp.sqrt(m * n)
row_value = sp.sqrt(4 / sp.pi * sp.Integral(sp.exp(-tau * sp.cosh(x)) / sp.cosh(x), (x, sp.log(1 + sp.sqrt(2)), sp.oo)))

masks_are_operators = Claim(
    label="O1",
    title="Masks are operators, and their first singular value is at least the density",
    statement=r"""
$T_W:L^2[0,1]_v\to L^2[0,1]_u$, $(T_Wg)(u)=\int W(u,v)g(v)dv$. For a mask $M$ of $m\times n$ entries the non-zero
singular values of $T_{W_M}$ are $\sigma_i(M)\cdot[[scale]]$. For $0\le W\le1$ with mean $\rho$
$$[[lower]]\le\sigma_1\le\|W\|_{HS}\le[[upper]],$$
the first with equality iff both degree functions are constant, the last iff $W$ is $0$ or $1$ a.e., as every mask is. If
$W$ depends on $u$ only (constant $\varphi$), it has the one singular value $\big(\int d_{\rm row}^2\big)^{1/2}$: for
SNIP's rows, $W=\operatorname{erfc}\big(\frac\tau{\sqrt2\psi(u)}\big)$ with $\tau$ the threshold of S4, it is $[[row_value]]$.
""",
    proof_text=r"""
The functions $\sqrt m\,1_{I_i}$, $\sqrt n\,1_{J_j}$ are orthonormal, and in them $T_{W_M}$ has the entries
$\sqrt{mn}\,M_{ij}/(mn)$ and vanishes on the complement. $\rho=\langle1,T_W1\rangle\le\|T_W\|=\sigma_1\le\|W\|_{HS}$,
$\|W\|_{HS}^2=\iint W^2\le\iint W=\rho$ with equality iff $W(1-W)=0$ a.e. If $\sigma_1=\rho$, then $\langle1,T1\rangle=\|T\|$
forces $T1=\rho1$ and $T^*1=\rho1$ (equality in Cauchy–Schwarz); conversely constant degrees give $\|T\|\le\rho$ by Schur's
test. A kernel of $u$ alone is $d_{\rm row}\otimes1$. For SNIP's rows $\int d_{\rm row}^2=P(|aw|>\tau,|aw'|>\tau)$ with
independent normals: in polar coordinates $(w,w')=R(\cos\eta,\sin\eta)$ it is $P(|a|R\min(|\cos\eta|,|\sin\eta|)>\tau)$,
and $P(|a|R>c)=E\,e^{-c^2/2a^2}=e^{-c}$, so $\frac4\pi\int_0^{\pi/4}e^{-\tau/\sin\eta}d\eta$; put $\cot\eta=\sinh x$. ∎
""",
    source=Source(
        "2602.06675",
        "textbook (kernel operators: Lovász 2012, section 7.5), with SNIP's rows as our example; beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        ROWS,
        COLUMNS,
        Quantity(
            rho,
            "mean of the graphon, for a mask its density",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(1, 2)),
        ),
        THRESHOLD.drawn_from(sp.Rational(1, 4), 3),
    ),
    hypotheses=(
        Hypothesis(r"$0\le W\le1$"),
        Hypothesis("columns of one profile, SNIP with standard normal weights", needed_by=("row_value",)),
    ),
    uses=("S4",),
    expressions={"scale": scale, "lower": rho, "upper": sp.sqrt(rho), "row_value": row_value},
)

nodes = sp.Symbol("q", integer=True, positive=True)
value, row_weight, column_weight = sp.symbols("w omega nu", positive=True)  # W at two nodes, and their weights
kappa = sp.Symbol("kappa", positive=True)  # the power of a profile at the end of [0, 1]

HALF = sp.Rational(1, 2)
midpoint_value = (sp.zeta(-kappa, HALF) - sp.zeta(-kappa, n + HALF)) / n ** (1 + kappa)

nystrom = Claim(
    label="O5",
    title="Singular values by quadrature: fast in the latent, slow in quantiles",
    statement=r"""
Let $W(x,y)$ be a graphon on latents, $(x_a,\omega_a)$ and $(y_b,\nu_b)$ quadratures of their laws. The Nyström values
$\sigma_i^{(q)}$ are the singular values of the matrix $[[entry]]$, $w=W(x_a,y_b)$. **(a)** With $q$ Gauss nodes for each
law they are exactly the singular values of the polynomial $W_q$ of degree $[[degree]]$ in each latent that equals $W$ at
the nodes. Hence $|\sigma_i^{(q)}-\sigma_i|\le\|W-W_q\|_2$, with error $0$ for polynomials of that degree. **(b)**
Midpoints of $n$ equal cells in *quantile coordinates* are slow, as profiles
are not smooth at the ends: for $W=(uv)^{\kappa/2}$, $0<\kappa<1$, with $\sigma_1=[[power_value]]$, they give exactly
$$\sigma_1^{(n)}=[[midpoint_value]]=\sigma_1+n^{-([[order]])}\big([[midpoint_limit]]+o(1)\big),$$
not the order $2$ of smooth kernels.
""",
    proof_text=r"""
(a) Let $p_0,p_1,\dots$ be the orthonormal polynomials of the law of $x$. The rule is exact up to degree $2q-1$, so
$U_{aj}=\sqrt{\omega_a}\,p_j(x_a)$, $j<q$, is orthogonal; likewise $V$ for $y$. Let $C$ be the coefficients of $W_q$,
$W(x_a,y_b)=\sum_{j,k<q}C_{jk}p_j(x_a)p'_k(y_b)$: the Nyström matrix is $UCV^\top$, and $T_{W_q}$ has the matrix $C$ in
orthonormal bases. Weyl. (b) The Nyström matrix has rank one, with singular value
$\frac1n\sum_i\big(\frac{i-1/2}n\big)^\kappa=n^{-1-\kappa}\sum_{i=1}^n(i-\tfrac12)^\kappa$, a difference of Hurwitz zeta
functions, and $\zeta(-\kappa,n+\frac12)=-\frac{n^{1+\kappa}}{1+\kappa}+\frac\kappa{24}n^{\kappa-1}+O(n^{\kappa-3})$
(Euler–Maclaurin), where $\frac{n^{1+\kappa}}{1+\kappa}n^{-1-\kappa}=\sigma_1$. ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    remarks=(
        Remark(
            r"Measured for the probit graphon (G8, $(s_f,s_g,s)=(.8,.6,1)$, $\rho=.2$): with Gauss–Hermite nodes the errors are below "
            r"$r^q$, $r=(s_f^2+s_g^2)/\Sigma^2$.",
            checked_by="hermite_nodes_converge_geometrically",
        ),
        Remark(
            "Measured for the same graphon: with midpoints in quantile coordinates the order is $1$ within one half.",
            checked_by="midpoints_in_quantiles_have_order_one",
        ),
    ),
    uses=("G8",),
    quantities=(
        Quantity(nodes, "number of Gauss nodes for each law", COUNT, drawn=(2, 20)),
        Quantity(value, "value of the graphon at two nodes", sp.Interval(0, 1), drawn=(0, 1)),
        Quantity(
            (row_weight, column_weight),
            "weight of a row node or of a column node; those of all nodes add up to one",
            sp.Interval.Lopen(0, 1),
            drawn=(0, 1),
        ),
        Quantity(n, "number of equal cells in quantile coordinates", COUNT, drawn=(1, 40)),
        Quantity(
            kappa,
            "exponent of the graphon on its diagonal",
            UNIT,
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
        Quantity(
            (row_scale, column_scale),
            "standard deviation of the logarithm of the row or of the column profile",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 5), 2),
        ),
        Quantity(noise_scale, "standard deviation of the logarithm of the noise", POSITIVE, drawn=(HALF, 2)),
    ),
    hypotheses=(Hypothesis(r"in (b): $W=(uv)^{\kappa/2}$"),),
    expressions={
        "entry": value * sp.sqrt(row_weight * column_weight),
        "degree": nodes - 1,
        "power_value": 1 / (1 + kappa),
        "midpoint_value": midpoint_value,
        "order": 1 + kappa,
        "midpoint_limit": sp.zeta(-kappa, HALF),
    },
    aids={"geometric": correlation**nodes, "probit_order": sp.Integer(1)},
)
