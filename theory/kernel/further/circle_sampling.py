"""K10.2: how far the eigenvalues of a kernel matrix at random points of the circle are from the spectrum."""

import sympy as sp

from sparse_limits.theory.bounds import Loose
from sparse_limits.theory.citations import MC_DIARMID
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.graphon.symbols import ANY_FAILURE, delta, m
from sparse_limits.theory.kernel.circle import rank, ranked, theta
from sparse_limits.theory.kernel.dual import cosine, kappa_0, kappa_1
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction, nonnegative, same

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
$K/m$ and zeros. Its mean is $C$, which has the eigenvalues of the kernel.

Hoffman–Wielandt (from operators; cited: Bhatia and Elsner, Proc. Indian Acad. Sci. 104 (1994) 483: the inequality of Hoffman and Wielandt
holds for normal Hilbert–Schmidt operators, zeros being added to their eigenvalues): $\sum_i(\hat\lambda_i-\lambda_i)^2\le\|\hat
C-C\|^2_{HS}$, where both lists are in descending order.

sum of squares (by Hilbert–Schmidt): The sum of the $\lambda_i^2$ is the mean of $K^2$, $\frac1\pi\int_0^\pi K^2=[[squares]]$.

one point: $\|\Phi(x)\otimes\Phi(x)\|^2=K(x,x)^2=[[feature_square]]$.

independent points (from operators; by product): The terms $\Phi\otimes\Phi-C$ are independent with mean $0$, so the product of two
different ones has mean $0$.

mean square (from sum of squares, one point, independent points): So each point adds the mean square of one point to $m^2E\|\hat C-C\|^2$,
and $E\|\hat C-C\|^2=[[mean_distance]]$.

another point (from one point): Replacing one $x_i$ changes $\hat C$ by $\frac1m\sqrt{4+4-2K(x,x')^2}$ in norm, which is at most
$[[change]]$. So $\|\hat C-C\|$ changes by at most this amount.

McDiarmid (from another point; by MC_DIARMID): $\|\hat C-C\|$ exceeds its mean by $t$ with probability at most $[[failure]]$: the exponent
is $2t^2$ divided by the sum of the squares of $m$ such changes.

allowance (from McDiarmid): This probability is $\delta$ at $t=[[allowance]]$.

mean (from mean square; by Jensen): The mean of $\|\hat C-C\|$ is at most the root of its mean square.

radius (from Hoffman–Wielandt, mean, allowance): So, except with probability $\delta$, the distance of the two lists is at most
$[[sampling_radius]]$.
""",
    globals(),
    MC_DIARMID=MC_DIARMID,
)


def on_circle(kernel: sp.Expr) -> sp.Expr:
    """A function of the cosine at an angle in (0, π)."""
    return kernel.subs(cosine, sp.cos(theta)).subs(
        {sp.acos(sp.cos(theta)): theta, sp.sqrt(1 - sp.cos(theta) ** 2): sp.sin(theta)}
    )


KERNELS = {
    "ntk": on_circle(cosine * kappa_0 + kappa_1),
    "slope": on_circle(kappa_0),
    "value": on_circle(kappa_1),
}


def logarithms(gap: sp.Expr) -> sp.Expr:
    """Expand logarithms of positive numbers."""
    return sp.simplify(sp.expand_log(gap, force=False))


def mean_squares_grow_point_by_point(squares: sp.Expr, feature_square: sp.Expr, mean_distance: sp.Expr) -> Relations:
    """m² times the distance: that of one point is E‖Φ⊗Φ‖² − ‖C‖²."""
    one = feature_square - squares
    yield induction(m**2 * mean_distance, m, one, lambda term: term + one, start=1)
    yield nonnegative(m * mean_distance, sp.Rational(10, 3) - 5 / (2 * sp.pi**2), strict=True)


def changes_are_at_most_orthogonal(feature_square: sp.Expr, change: sp.Expr) -> Relations:
    """What the square of the change lacks is 2K(x, x′)²/m²."""
    kernel = sp.Symbol("K", real=True)
    square = (2 * feature_square - 2 * kernel**2) / m**2
    yield nonnegative(change**2 - square, 2 * kernel**2 / m**2)
    yield holds(bool(change > 0), "a positive change")


def allowances_fail_with_delta(change: sp.Expr, failure: sp.Expr, allowance: sp.Expr) -> Relations:
    """McDiarmid's exponent at m equal changes; the logarithm of the failure at the allowance."""
    yield same(sp.log(failure), -2 * excess**2 / (m * change**2), by=logarithms)
    at = sp.log(failure) + (excess**2 - allowance**2) * m / 4
    yield same(at, sp.log(delta), by=logarithms)


circle_sampling = Claim(
    label="K10.2",
    title="Random points on the circle: all eigenvalues at once",
    statement=r"""
Let $K=\cos\theta\,\kappa_0+\kappa_1$ be the tangent kernel of K10.1, with its eigenvalues $\lambda_1\ge\lambda_2\ge\dots$ by rank, with
multiplicities. Let its matrix $K/m$ at $m$ independent uniform points of the circle have the eigenvalues
$\hat\lambda_1\ge\hat\lambda_2\ge\dots$, padded by zeros, and let $\hat C$, $C$ be the covariance operators in the feature space. Then
$\sum_i(\hat\lambda_i-\lambda_i)^2\le\|\hat C-C\|^2_{HS}$, $E\|\hat C-C\|^2_{HS}=[[mean_distance]]$ with $\sum_i\lambda_i^2=[[squares]]$,
and
with probability at least $1-\delta$
$$\Big(\sum_i(\hat\lambda_i-\lambda_i)^2\Big)^{1/2}\le[[sampling_radius]].$$
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(m, "number of independent uniform points on the circle", COUNT, drawn=(20, 400)),
        ANY_FAILURE,
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
            lost=r"at most, as more points may come nearer: a single point has only the eigenvalue $2$, wherever it is, so this distance is certain; by taking the distance of the operators instead of that of the eigenvalues, and in a deviation that a single point does not have",
        ),
    ),
    because={
        "one point": lambda feature_square: same(feature_square, KERNELS["ntk"].subs(theta, 0) ** 2),
        "mean square": mean_squares_grow_point_by_point,
        "another point": changes_are_at_most_orthogonal,
        "allowance": allowances_fail_with_delta,
        "radius": lambda mean_distance, allowance, sampling_radius: same(
            sampling_radius, sp.sqrt(mean_distance) + allowance
        ),
    },
    wrong=lambda: {
        "mean_distance: rate of one sample": 4 - squares,
        "mean_distance: the mean of K² forgotten": 4 - mean_distance,
        "sampling_radius: Hoeffding in one dimension": 2 * sp.sqrt(sp.log(1 / delta)) / sp.sqrt(m),
        "sampling_radius: rate 1/m": sampling_radius / sp.sqrt(m),
        "sampling_radius: the mean alone": sp.sqrt(mean_distance),
        "one_point_distance: of the operators": sp.sqrt(4 - squares),
        "one_point_distance: the first alone": 2 - ranked.subs(rank, 1),
        "allowance: two-sided": 2 * sp.sqrt(sp.log(2 / delta)) / sp.sqrt(m),
        "failure: exponent doubled": failure**2,
    },
)
