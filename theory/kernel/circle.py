"""K10: the spectrum of the tangent kernel on the circle, and the four metrics of a spectrum read off it exactly."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Source
from theory.graphon.symbols import delta, m
from theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, UNIT, Hypothesis, Quantity, whole_from

k = sp.Symbol("k", integer=True, nonnegative=True)  # frequency
rank = sp.Symbol("rank", integer=True, positive=True)  # place in the descending list, multiplicities counted, from 1
low, high = sp.symbols("low high", integer=True, positive=True)  # ranks of a fit, both included
points = sp.Symbol("S", integer=True, positive=True)
sum_x, sum_y, sum_xx, sum_xy = sp.symbols("S_x S_y S_xx S_xy", real=True)

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
decay = -fit_slope.subs(
    {
        points: high - low + 1,
        sum_x: _over_ranks(_x),
        sum_y: _over_ranks(_y),
        sum_xx: _over_ranks(_x**2),
        sum_xy: _over_ranks(_x * _y),
    }
)
exponent = sp.Integer(2)
trace_ratio = sp.pi**2 / 3
gap_ratio = 12 / sp.pi**2
top_energy = sp.Rational(1, 2) + 41 / (9 * sp.pi**2)

squares = sp.Rational(2, 3) + 5 / (2 * sp.pi**2)
mean_distance = (4 - squares) / m
sampling_radius = (sp.sqrt(4 - squares) + 2 * sp.sqrt(sp.log(1 / delta))) / sp.sqrt(m)

circle_spectrum = Claim(
    label="K10",
    title="The spectrum of the tangent kernel on the circle",
    statement=r"""
One hidden ReLU layer, inputs uniform on the unit circle, kernels divided by $\frac1d$: as an operator the tangent kernel
$\cos\theta\,\kappa_0+\kappa_1$ has the eigenvalues $\lambda_k=[[ntk_eigenvalue]]$ on $\cos k\theta$, $\sin k\theta$ (once for
$k=0$, twice for $k\ge1$): those of odd $k\ge3$ vanish. $\kappa_0$ alone has $[[slope_eigenvalue]]$, $\kappa_1$ alone
$[[value_eigenvalue]]$. In descending order the eigenvalue at a rank is $[[ranked]]$. The four metrics of a spectrum are then known
exactly: decay (minus the least-squares slope $[[fit_slope]]$ of $\log\lambda$ on $\log$ rank over ranks from low to high, both
included; on a finite window it is not the exponent $[[exponent]]$ that it tends to: on ranks 6 to 60 it is $2.384$,
rounded),
$\mathrm{tr}/\lambda_1=[[trace_ratio]]$, $\lambda_1/\lambda_2=[[gap_ratio]]$ and the share of the five largest in the trace,
$[[top_energy]]$. **Sampling.** For the kernel matrix $K/m$ at $m$ independent uniform points, eigenvalues
$\hat\lambda_1\ge\hat\lambda_2\ge\dots$ padded by zeros, and the covariance operators $\hat C$, $C$ in the feature space,
$\sum_i(\hat\lambda_i-\lambda_i)^2\le\|\hat C-C\|^2_{HS}$, $E\|\hat C-C\|^2_{HS}=[[mean_distance]]$ with $\sum_i\lambda_i^2=[[squares]]$, and
with probability at least $1-\delta$
$$\Big(\sum_i(\hat\lambda_i-\lambda_i)^2\Big)^{1/2}\le[[sampling_radius]].$$
""",
    proof_text=r"""
Kernels that depend on the difference of two angles are diagonal in the Fourier basis, $\lambda_k=\frac1\pi\int_0^\pi K\cos
k\theta\,d\theta$ with $\kappa_0=1-\frac\theta\pi$ and $\pi\kappa_1=\sin\theta+(\pi-\theta)\cos\theta$; products of sines and cosines reduce to
$\int_0^\pi(\pi-\theta)\cos a\theta=\frac{1-\cos a\pi}{a^2}$ and $\int_0^\pi\sin a\theta=\frac{1-\cos a\pi}a$, $a=k\pm1$, $k$.
$\frac6{\pi^2}>\frac12>\lambda_2$ and $\lambda_k$ falls over even $k\ge2$: the list by rank. The trace is $K(0)=2$. $\lambda_kk^2\to\frac2{\pi^2}$
over even $k$, which have rank $k+O(1)$, so any fit over ranks from low to high has the slope $-2$ in the limit low $\to\infty$, high/low
fixed. *Sampling.* $\hat C=\frac1m\sum_i\Phi(x_i)\otimes\Phi(x_i)$ has the eigenvalues of $K/m$; $E\hat C=C$, and the terms are
independent with $\|\Phi\otimes\Phi\|^2=K(x,x)^2=4$, which gives the mean; $\sum\lambda^2=\frac1\pi\int_0^\pi K^2$. Hoffman–Wielandt
for positive Hilbert–Schmidt operators gives the first inequality. Another $x_i$ changes $\hat C$ by at most
$\frac1m\sqrt{4+4-2K(x,x')^2}\le\frac{\sqrt8}m$, so by McDiarmid $\|\hat C-C\|$ exceeds its mean by $t$ with probability at most
$e^{-mt^2/4}$, and the mean is at most the root of the mean square. ∎
""",
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
        Quantity(points, "number of points through which a line is fitted", whole_from(2), drawn=(2, 9)),
        Quantity(sum_x, "sum of the abscissas of the points fitted", sp.S.Reals),
        Quantity(sum_y, "sum of the ordinates of the points fitted", sp.S.Reals),
        Quantity(
            sum_xx, "sum of the squared abscissas of the points fitted", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 4)
        ),
        Quantity(sum_xy, "sum of abscissa times ordinate over the points fitted", sp.S.Reals),
        Quantity(m, "number of independent uniform points on the circle", COUNT, drawn=(20, 400)),
        Quantity(delta, "probability that the bound fails", UNIT, drawn=(sp.Rational(1, 100), sp.Rational(1, 2))),
    ),
    hypotheses=(
        Hypothesis("a fit over more than one rank", low < high),
        Hypothesis("abscissas that are not all the same", points * sum_xx > sum_x**2),
        Hypothesis("inputs on the circle itself; for other radii see K11"),
    ),
    expressions={
        "ntk_eigenvalue": ntk_eigenvalue,
        "slope_eigenvalue": slope_eigenvalue,
        "value_eigenvalue": value_eigenvalue,
        "ranked": ranked,
        "fit_slope": fit_slope,
        "decay": decay,
        "exponent": exponent,
        "trace_ratio": trace_ratio,
        "gap_ratio": gap_ratio,
        "top_energy": top_energy,
        "squares": squares,
        "mean_distance": mean_distance,
        "sampling_radius": sampling_radius,
    },
)
