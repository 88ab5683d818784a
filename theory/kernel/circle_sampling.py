"""K10.2: how far the eigenvalues of a kernel matrix at random points of the circle are from the spectrum."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.citations import MC_DIARMID
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.graphon.symbols import delta, m
from sparse_limits.theory.kernel.circle import rank, ranked
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity

excess = sp.Symbol("t", positive=True)  # of a distance over its mean

squares = sp.Rational(2, 3) + 5 / (2 * sp.pi**2)
feature_square = sp.Integer(4)
mean_distance = (4 - squares) / m
change = 2 * sp.sqrt(2) / m
failure = sp.exp(-m * excess**2 / 4)
allowance = 2 * sp.sqrt(sp.log(1 / delta)) / sp.sqrt(m)
sampling_radius = (sp.sqrt(4 - squares) + 2 * sp.sqrt(sp.log(1 / delta))) / sp.sqrt(m)
one_point_distance = sp.sqrt((2 - ranked.subs(rank, 1)) ** 2 + squares - ranked.subs(rank, 1) ** 2)

STEPS = proof(
    r"""
operators (by linearity): With the features $\Phi$ of the kernel, $\hat C=\frac1m\sum_i\Phi(x_i)\otimes\Phi(x_i)$ has the eigenvalues of
$K/m$ and zeros, and its mean is $C$, with those of the kernel.

Hoffman–Wielandt (from operators; cited: Bhatia and Elsner, Proc. Indian Acad. Sci. 104 (1994) 483: the inequality of Hoffman and Wielandt
holds for normal Hilbert–Schmidt operators, zeros being added to their eigenvalues): $\sum_i(\hat\lambda_i-\lambda_i)^2\le\|\hat
C-C\|^2_{HS}$, both lists in descending order.

sum of squares (by Hilbert–Schmidt): The sum of the $\lambda_i^2$ is the mean of $K^2$, $\frac1\pi\int_0^\pi K^2=[[squares]]$.

one point: $\|\Phi(x)\otimes\Phi(x)\|^2=K(x,x)^2=[[feature_square]]$.

independent points (from operators; by product): The terms $\Phi\otimes\Phi-C$ are independent, of mean $0$: products of two have the mean
$0$.

mean square (from sum of squares, one point, independent points): So $m^2E\|\hat C-C\|^2$ grows by the mean square of one point with each:
$E\|\hat C-C\|^2=[[mean_distance]]$.

another point (from one point): Another $x_i$ changes $\hat C$ by $\frac1m\sqrt{4+4-2K(x,x')^2}$, at most $[[change]]$: so much does $\|\hat
C-C\|$ change at most.

McDiarmid (from another point; by MC_DIARMID): $\|\hat C-C\|$ exceeds its mean by $t$ with probability at most $[[failure]]$: the exponent
is $2t^2$ over $m$ squares of such changes.

allowance (from McDiarmid): That is $\delta$ at $t=[[allowance]]$.

mean (from mean square; by Jensen): The mean of $\|\hat C-C\|$ is at most the root of its mean square.

radius (from Hoffman–Wielandt, mean, allowance): Together the distance of the lists is at most $[[sampling_radius]]$, except with
probability $\delta$.
""",
    globals(),
    MC_DIARMID=MC_DIARMID,
)

circle_sampling = Claim(
    label="K10.2",
    title="Random points on the circle: all eigenvalues at once",
    statement=r"""
For the tangent kernel $K=\cos\theta\,\kappa_0+\kappa_1$ of K10.1, $\lambda_1\ge\lambda_2\ge\dots$ its eigenvalues by rank, with multiplicities, its matrix $K/m$ at $m$ independent uniform points of the circle with the eigenvalues
$\hat\lambda_1\ge\hat\lambda_2\ge\dots$ padded by zeros, and the covariance operators $\hat C$, $C$ in the feature space,
$\sum_i(\hat\lambda_i-\lambda_i)^2\le\|\hat C-C\|^2_{HS}$, $E\|\hat C-C\|^2_{HS}=[[mean_distance]]$ with $\sum_i\lambda_i^2=[[squares]]$, and
with probability at least $1-\delta$
$$\Big(\sum_i(\hat\lambda_i-\lambda_i)^2\Big)^{1/2}\le[[sampling_radius]].$$
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(m, "number of independent uniform points on the circle", COUNT, drawn=(20, 400)),
        Quantity(
            delta,
            "probability of failure that is allowed",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 100), sp.Rational(1, 2)),
        ),
        Quantity(excess, "excess of a distance over its mean", NON_NEGATIVE),
    ),
    hypotheses=(Hypothesis("inputs on the circle itself, independent and uniform"),),
    uses=("K10.1",),
    aids={"one_point_distance": one_point_distance},
    loose=(
        Loose(
            expression="sampling_radius",
            truth="one_point_distance",
            at=tuple({m: 1, delta: sp.Rational(1, odds)} for odds in (10, 100)),
            lost=r"at most, as more points may come nearer: one point has the eigenvalue $2$ alone, wherever it is, so that this distance is certain; in the distance of the operators for that of the eigenvalues, and in a deviation that one point does not have",
        ),
    ),
)
