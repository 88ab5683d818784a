"""K10.1: the spectrum of the tangent kernel on the circle, and the four metrics of a spectrum read off it exactly."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import (
    COUNT,
    COUNT_FROM_ZERO,
    NON_NEGATIVE,
    POSITIVE,
    Hypothesis,
    Quantity,
)

k = sp.Symbol("k", integer=True, nonnegative=True)  # frequency
rank = sp.Symbol("r", integer=True, positive=True)  # place in the descending list, multiplicities counted, from 1
low, high = sp.symbols("r_0 r_1", integer=True, positive=True)  # ranks of a fit, both included
points = sp.Symbol("S", integer=True, positive=True)
wave = sp.Symbol("a", positive=True)  # a frequency that is not 0, whole or not
sum_x, sum_y, sum_xx, sum_xy = sp.symbols("S_x S_y S_xx S_xy", real=True)

ramp_wave = (1 - sp.cos(wave * sp.pi)) / wave**2
sine_wave = (1 - sp.cos(wave * sp.pi)) / wave
_even = 1 + (-1) ** k
ntk_eigenvalue = sp.Piecewise(
    (sp.Rational(1, 2), sp.Eq(k, 1)), (_even * (k**2 + 3) / (sp.pi**2 * (k**2 - 1) ** 2), True)
)
slope_eigenvalue = sp.Piecewise((sp.Rational(1, 2), sp.Eq(k, 0)), ((1 - (-1) ** k) / (sp.pi**2 * k**2), True))
value_eigenvalue = sp.Piecewise((sp.Rational(1, 4), sp.Eq(k, 1)), (2 * _even / (sp.pi**2 * (k**2 - 1) ** 2), True))

_frequency = rank - 2 - (1 - (-1) ** rank) / 2  # 2, 2, 4, 4, 6, … from rank 4 on
ranked = sp.Piecewise(
    (6 / sp.pi**2, sp.Eq(rank, 1)),
    (sp.Rational(1, 2), rank <= 3),
    (2 * (_frequency**2 + 3) / (sp.pi**2 * (_frequency**2 - 1) ** 2), True),
)

fit_slope = (points * sum_xy - sum_x * sum_y) / (points * sum_xx - sum_x**2)  # of y on x, by least squares


def _over_ranks(term: sp.Expr) -> sp.Sum:
    return sp.Sum(term, (rank, low, high))


_x, _y = sp.log(rank), sp.log(ranked)
decay = -valued(
    fit_slope,
    {
        points: high - low + 1,
        sum_x: _over_ranks(_x),
        sum_y: _over_ranks(_y),
        sum_xx: _over_ranks(_x**2),
        sum_xy: _over_ranks(_x * _y),
    },
)
exponent = sp.Integer(2)
trace_ratio = sp.pi**2 / 3
gap_ratio = 12 / sp.pi**2
top_energy = sp.Rational(1, 2) + 41 / (9 * sp.pi**2)

even_limit = 2 / sp.pi**2
fall = 8 * (k**2 + 2 * k + 5) / (sp.pi**2 * (k - 1) ** 2 * (k + 1) * (k + 3) ** 2)

STEPS = proof(
    r"""
kernels (by K1): At an angle $\theta$ from $0$ to $\pi$, $\kappa_0=1-\frac\theta\pi$ and $\pi\kappa_1=\sin\theta+(\pi-\theta)\cos\theta$.

Fourier basis (by translation): The circle is a group: with $\theta=\alpha-\beta$ the mean of $K(\alpha-\beta)\cos k\beta$ over $\beta$ is
that of $K(\theta)\cos k(\alpha-\theta)$, and as $K$ is even, $\lambda_k\cos k\alpha$ with $\lambda_k=\frac1\pi\int_0^\pi K\cos
k\theta\,d\theta$; so for $\sin k\beta$.

waves: For $a>0$, $\int_0^\pi(\pi-\theta)\cos a\theta\,d\theta=[[ramp_wave]]$ and $\int_0^\pi\sin a\theta\,d\theta=[[sine_wave]]$; at $a=0$
they are $\frac{\pi^2}2$ and $0$.

eigenvalues (from kernels, Fourier basis, waves; gives ntk_eigenvalue, slope_eigenvalue, value_eigenvalue): Products of waves are sums of
waves of the frequencies $k$ and $k\pm1$: $\kappa_0$ has $[[slope_eigenvalue]]$, $\kappa_1$ has $[[value_eigenvalue]]$, and
$\cos\theta\,\kappa_0+\kappa_1$ has $[[ntk_eigenvalue]]$.

fall (from eigenvalues): From an even $k$ to $k+2$ the eigenvalue falls by $[[fall]]>0$; and $\frac6{\pi^2}>\frac12>\lambda_2$.

list (from eigenvalues, fall): So in descending order the eigenvalue at the rank $r$ is $[[ranked]]$, each of $k\ge1$ twice.

trace (by trace): The sum of the eigenvalues is the mean of $K(x,x)=K(0)=2$.

ratios (from list, trace): The trace over the first eigenvalue is $[[trace_ratio]]$, the first over the second $[[gap_ratio]]$, the first
five over the trace $[[top_energy]]$.

least squares: The sum of squares of $y-o-sx$ is least where its derivatives in $o$ and $s$ vanish: $s=[[fit_slope]]$.

decay (from list, least squares; gives decay): The decay is minus that slope, for the logarithms of ranks and of the list, over ranks from
$r_0$ to $r_1$.

large frequencies (from eigenvalues, list): Over even $k$, $\lambda_kk^2\to[[even_limit]]$, and such a $k$ has the rank $k+O(1)$.

exponent (from least squares, large frequencies): So $\ln\lambda$ is a constant less $[[exponent]]$ times the logarithm of the rank, and a
rest that tends to $0$: a fit is linear in the ordinates, and that of the rest tends to $0$ as $r_0\to\infty$, $r_1/r_0$ fixed.
""",
    globals(),
)

circle_spectrum = Claim(
    label="K10.1",
    title="The spectrum of the tangent kernel on the circle",
    statement=r"""
One hidden ReLU layer, inputs uniform on the unit circle, kernels divided by $\frac1d$: as an operator the tangent kernel
$\cos\theta\,\kappa_0+\kappa_1$ has the eigenvalues $\lambda_k=[[ntk_eigenvalue]]$ on $\cos k\theta$, $\sin k\theta$ (once for
$k=0$, twice for $k\ge1$): those of odd $k\ge3$ vanish. $\kappa_0$ alone has $[[slope_eigenvalue]]$, $\kappa_1$ alone
$[[value_eigenvalue]]$. In descending order the eigenvalue at the rank $r$ is $[[ranked]]$. The four metrics of a spectrum are then known
exactly: decay (minus the least-squares slope $[[fit_slope]]$ of $\ln\lambda$ on $\ln r$ over ranks from $r_0$ to $r_1$, both
included; on a finite window it is not the exponent $[[exponent]]$ that it tends to: on ranks 6 to 60 it is $2.384$,
rounded),
$\mathrm{tr}/\lambda_1=[[trace_ratio]]$, $\lambda_1/\lambda_2=[[gap_ratio]]$ and the share of the five largest in the trace,
$[[top_energy]]$.
""",
    steps=STEPS,
    source=Source("2510.17515", "classical eigenvalues (Bietti and Mairal 2019); beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(k, "frequency of an eigenfunction on the circle", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(
            rank, "place in the descending list of eigenvalues, multiplicities counted, from one", COUNT, drawn=(1, 30)
        ),
        Quantity(low, "first rank of a fit", COUNT, drawn=(4, 7)),
        Quantity(high, "last rank of a fit", COUNT, drawn=(20, 40)),
        Quantity(points, "number of points through which a line is fitted", COUNT, drawn=(2, 9)),
        Quantity(sum_x, "sum of the abscissas of the points fitted", sp.S.Reals),
        Quantity(sum_y, "sum of the ordinates of the points fitted", sp.S.Reals),
        Quantity(
            sum_xx, "sum of the squared abscissas of the points fitted", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4)
        ),
        Quantity(sum_xy, "sum of abscissa times ordinate over the points fitted", sp.S.Reals),
        Quantity(wave, "frequency of a wave, whole or not", POSITIVE),
    ),
    hypotheses=(
        Hypothesis("a fit over more than one rank", low < high),
        Hypothesis("abscissas that are not all the same", points * sum_xx > sum_x**2),
        Hypothesis("an even frequency", sp.Eq(sp.Mod(k, 2), 0), needed_by=("fall",)),
        Hypothesis("inputs on the circle itself; for other radii see K11.2"),
    ),
    uses=("K1",),
    also=("decay",),
)
