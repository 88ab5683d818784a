"""B3 and B8: path densities bound the energy of the labels, of linear ones and of any."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.expressivity.paths import PATHS, rho_path
from theory.generalisation.path_part import LAYERS, VARIANCE, S, constant, layer_constant
from theory.graphon.limit import INPUTS
from theory.graphon.limit import inputs as d
from theory.kernel.dual import depth
from theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

beta = sp.Symbol("beta", real=True)  # weight of one feature in the target
projection = sp.Symbol("y", real=True)  # of the labels on an eigenvector of B
eigenvalue = sp.Symbol("b", nonnegative=True)  # its eigenvalue
mu = sp.Symbol("mu", positive=True)  # the smallest eigenvalue of K − B

FEATURE = Quantity(beta, "coefficient of a feature in the target", sp.S.Reals)

linear_constant = depth + 1
path_term = d * beta**2 / (constant * rho_path)
linear_term = d * beta**2 / (linear_constant * rho_path)

path_energy_bound = Claim(
    label="B3",
    title="Path densities bound the energy of a linear target",
    statement=r"""
Let $K\succeq\frac{c_L}dX\operatorname{diag}(\rho_{path})X^\top$ (B2: $c_L=(L+1)2^{-L}$) and $y=X\beta$. Then $y^\top K^{-1}y$ is at
most the sum over the features with $\beta_j\ne0$ of $[[path_term]]$ at the path density of the feature: $\infty$ if a feature
that matters has no path. For linear networks $c_L=[[linear_constant]]$ (no gate halves anything), and if $X$ has full column rank
and every feature that matters a path, the sum of $[[linear_term]]$ *is* $y^\top K^+y$, pseudo-inverse.
""",
    proof_text=r"""
Let $B=X\operatorname{diag}(c_L\rho_{path}/d)^{1/2}$ and $y=B\alpha$, so $\|\alpha\|^2$ is the sum. As $K\succeq BB^\top$,
$y^\top K^{-1}y\le\alpha^\top B^\top(BB^\top)^+B\alpha\le\|\alpha\|^2$: the matrix in between projects on the row space of $B$. Full
column rank makes it the identity if all $\rho_j>0$; features without a path can be left out of $X$.
A linear network has the kernel $\frac{L+1}dX\operatorname{diag}(\rho_{path})X^\top$ exactly. ∎
""",
    source=Source(
        "2602.06675",
        "abstract: “a Graphon-NTK generalisation bound demonstrating how the limit graphon modulates the kernel "
        "geometry to align with informative features”; path densities are reported second-hand",
    ),
    provenance=Provenance.RECONSTRUCTED,
    proof=Proof.PROVED,
    quantities=(
        FEATURE,
        PATHS.drawn_from(sp.Rational(1, 20), 1),
        INPUTS.drawn_from(1, 9),
        LAYERS,
    ),
    hypotheses=(
        Hypothesis("the hypotheses of B2, masks independent of the weight values"),
        Hypothesis(r"$y=X\beta$"),
    ),
    uses=("B2",),
    expressions={"path_term": path_term, "linear_term": linear_term, "linear_constant": linear_constant},
)

residual_term = projection**2 / (eigenvalue + mu)

path_residual_bound = Claim(
    label="B8",
    title="A path bound for every target, finite unless the kernel is linear somewhere",
    statement=r"""
With $B=\frac{w}dX\operatorname{diag}(\sum_l\rho^{(l)})X^\top$, $w=[[weight]]$ (B2), and $\mu=\lambda_{\min}(K-B)\ge0$,
$$y^\top K^{-1}y\le y^\top(B+\mu I)^{-1}y\qquad\text{for every }y:$$
the sum of $[[residual_term]]$ over the eigenvectors of $B$, $b$ the eigenvalue and $y$ the component of the labels. If $\mu=0$ and
$y$ is not in the range of $B$ the bound is $+\infty$: for $\{x,-x\}$ with one hidden layer $K=2SI$, $\mu=0$, and at $y=(1,1)$ the
truth is $[[antipodal_energy]]$. With one hidden layer and homogeneous masks $\mu>0$ if and only if no two inputs are parallel.
The mean $\operatorname{tr}(K-B)/m$ in place of $\mu$ bounds nothing: for $\{x,-x\}$ and $y=(1,-1)$ it gives
$[[mean_bound]]$, where the
truth is $[[antipodal_energy]]$ too.
""",
    proof_text=r"""
$K=B+(K-B)\succeq B+\mu I$, and inversion reverses the order. For $\{x,-x\}$ and $L=1$ the kernel is $\frac{S}{1}\Theta_1(\pm1)$ with
$\Theta_1(1)=2$, $\Theta_1(-1)=0$, and $B=S\binom{\ \ 1\ -1}{-1\ \ \ 1}$, so $K-B=S\mathbf1\mathbf1^\top$, of mean
diagonal $S$; $y=(1,-1)$ is
an eigenvector of $B$ with eigenvalue $2S$: $y^\top K^{-1}y=\frac1S$ and $y^\top(B+SI)^{-1}y=\frac2{3S}$. Homogeneous,
$L=1$:
$\Theta_1(r)-r$ is even with all even coefficients positive, so $K-B$ is positive definite unless two of the $x_ix_i^\top$ agree up to a
factor, since the even powers of distinct lines are linearly independent; for two parallel inputs it is singular. ∎
""",
    source=Source("2602.06675", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        LAYERS,
        Quantity(projection, "component of the labels along an eigenvector of the linear part", sp.S.Reals),
        Quantity(eigenvalue, "eigenvalue of the linear part at that eigenvector", NON_NEGATIVE),
        Quantity(mu, "smallest eigenvalue of the kernel matrix less its linear part", POSITIVE),
        VARIANCE,
    ),
    hypotheses=(Hypothesis("the hypotheses of B2"),),
    uses=("B2", "B3"),
    expressions={
        "residual_term": residual_term,
        "weight": layer_constant,
        "antipodal_energy": 1 / S,
        "mean_bound": 2 / (3 * S),
    },
    aids={"floor": "smallest eigenvalue"},
)
