"""K11.3: the metrics of the spectrum of a sphere, and their direction as inputs disappear."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.kernel import circle
from sparse_limits.theory.kernel.sphere import HALF_DEGREE, KEPT, half_degree, k, wallis
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis

_gammas = (sp.gamma(k / sp.Integer(2)) / sp.gamma((k + 1) / sp.Integer(2))) ** 2
first = (k + 1) * _gammas / (2 * sp.pi)
second_even = (3 * k + 1) / (k + 1) ** 3 * first
trace_ratio = 4 * sp.pi / ((k + 1) * _gammas)
gap_ratio = k * (k + 1) * _gammas / (2 * sp.pi)
top_energy = sp.Piecewise(
    (1, sp.Eq(k, 1)),
    (circle.top_energy, sp.Eq(k, 2)),
    (sp.Rational(101, 128), sp.Eq(k, 3)),
    ((k + 1) * _gammas / (4 * sp.pi) + 2 / k, True),
)
few_inputs = sp.ImmutableMatrix([[top_energy.subs(k, number) for number in (1, 2, 3, 4)]])

neighbours = (k + 1) * (k + 2) / (sp.pi**2 * k**2)
two_apart = (k + 1) ** 3 / (k**2 * (k + 3))
odd_first = (half_degree + 1) / ((2 * half_degree + 1) * wallis)
limit = 1 / sp.pi
ratio_fall = (k + 1) ** 5 * (k + 4) / (k**2 * (k + 2) ** 3 * (k + 3))
ratio_rise = (k + 1) ** 4 * (k + 4) / (k * (k + 2) ** 4)

STEPS = proof(
    r"""
list (by K11.2 for sphere_eigenvalue, multiplicity, fall_ratio): The eigenvalues are $\lambda_0$ once, $\lambda_1=\frac1k$ $k$ times, and
those of even $\ell\ge2$, which fall from $\lambda_0$ on; for $k=1$ they are $1$ and $1$.

first (from list): $\lambda_0=[[first]]$, which is $1$ at $k=1$.

neighbours (from first): $\lambda_0$ at $k$ times $\lambda_0$ at $k+1$ is $[[neighbours]]$: the Gamma functions cancel.

two apart (from neighbours): So $\lambda_0$ at $k$ is $[[two_apart]]$ times that at $k+2$.

odd numbers (from first): At $k=2j+1$, $\lambda_0=[[odd_first]]$, where the product of $\frac{4i^2}{4i^2-1}$ up to $i=j$ is below the line.

Wallis (by Wallis): That product tends to $\frac\pi2$.

limit (from neighbours, odd numbers, Wallis): Over odd $k$, hence by *neighbours* over all, $\lambda_0\to[[limit]]$.

falls (from two apart, limit): The ratio of $\lambda_0$ at $k$ to that at $k+1$ tends to $1$, and at $k$ is $[[ratio_fall]]>1$ times what it
is at $k+2$. So it is above $1$: $\lambda_0$ falls.

rises (from falls): Likewise the ratio of $k\lambda_0$ at $k$ to that at $k+1$ tends to $1$, and is $[[ratio_rise]]<1$ times what it is at
$k+2$. So it is below $1$: $k\lambda_0$ rises.

second even degree (from list, first, falls, rises): $\lambda_2=[[second_even]]\le\frac1k\le\lambda_0$: as $\lambda_0$ falls it is at most
$1$, and as $k\lambda_0$ rises it is at least $1$.

trace (by trace): The sum of the eigenvalues is the mean of the kernel at equal inputs, $\kappa_0+\kappa_1=2$.

ratios (from first, second even degree, trace): So in descending order $\mathrm{tr}/\lambda_{(1)}=[[trace_ratio]]$ and
$\lambda_{(1)}/\lambda_{(2)}$ is $[[gap_ratio]]$.

five largest (from falls, second even degree, trace): From $k=4$ on the five largest are $\lambda_0$ and four times $\frac1k$, and their sum
falls, as both do. Below there are others of $\ell=2$: $[[top_energy]]$. One by one, at $k=1,\dots,4$ that is $[[few_inputs]]$, and falls
too.
""",
    globals(),
)

sphere_metrics = Claim(
    label="K11.3",
    title="Under collapse both ratios of the spectrum fall, and the share of the largest rises",
    statement=r"""
The spectrum of K11.2 (for $k=1$ that of two points, $1$ and $1$) has, with its eigenvalues in descending order $\lambda_{(1)}\ge\lambda_{(2)}\ge\dots$, the metrics
$$\frac{\mathrm{tr}}{\lambda_{(1)}}=[[trace_ratio]],\qquad\frac{\lambda_{(1)}}{\lambda_{(2)}}=[[gap_ratio]],\qquad\text{share of the five largest}=[[top_energy]].$$
They run from $2$, $1$ and $1$ at one input to $2\pi$, $\frac k\pi(1+o(1))$ and $\frac1{2\pi}$ at many, each in one
direction: under collapse $\mathrm{tr}/\lambda_{(1)}$ and $\lambda_{(1)}/\lambda_{(2)}$ both *fall*, the share rises.
""",
    steps=STEPS,
    source=Source("2602.06675", "that spectra collapse is reported second-hand, not in the abstract"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(KEPT, HALF_DEGREE),
    hypotheses=(Hypothesis("the hypotheses of K11.2"),),
    uses=("K11.2",),
)
