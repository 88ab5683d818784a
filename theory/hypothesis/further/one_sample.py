"""Steps of H3: the largest sums of independent entries less their means, and the signals of one sample."""

from collections.abc import Callable, Iterable

import sympy as sp

from sparse_limits.theory.graphon.comparison import any_mean, one_failure, sides
from sparse_limits.theory.graphon.comparison import mean_bound as mean_of_a_sum
from sparse_limits.theory.graphon.ranked_masks import four_failures as failures
from sparse_limits.theory.graphon.ranked_masks import two_signs_of_two_families
from sparse_limits.theory.graphon.sorted_latents import mean_sorted_error as sorted_error
from sparse_limits.theory.graphon.symbols import m, n, s, variance
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.reasons import Relation, Relations, same

r = sp.Symbol("r", integer=True, nonnegative=True)  # rank of the activations

certain = sp.sqrt(sp.log(2) / (m * n))  # where four failures have the probability 1
sum_excess = (sp.sqrt(sp.log(2)) + sp.sqrt(2 * sp.pi) * sp.erfc(sp.sqrt(2 * sp.log(2)))) / sp.sqrt(m * n)

LARGEST_SUM = proof(
    r"""
four sums (by G1.2 for mean_bound, one_failure): Let a mask $\tilde M$ have independent entries with the means $P$, and let $V$ be the
mean of $P(1-P)$. The largest sum of $\tilde M-P$ over a rectangle, divided by $mn$, exceeds $[[mean_bound]]+s$ with probability at most
$[[one_failure]]$. The same holds for $P-\tilde M$, and for complements of rectangles.

any probabilities (from four sums): At the largest variance, $V=\frac14$, `mean_bound` is $[[any_mean]]$.

four failures (from four sums, any probabilities; by union bound): So the largest of these four sums, divided by $mn$, exceeds
$[[any_mean]]+s$ with probability at most $[[four_failures]]$.

mean of the largest (from four failures; by Fubini): So the mean of the largest of the four, divided by $mn$, exceeds `any_mean` by at most
the integral of this probability over $s>0$, with $1$ in its place where it is more. This is $[[sum_excess]]$.
""",
    globals(),
    mean_bound=mean_of_a_sum,
    four_failures=failures,
)

SIGNALS = proof(
    r"""
one sample (by chain rule): Now let the layer be the second of two hidden layers with $\varphi(z)=\max(z,0)$, no biases, one output and
independent standard normal weights, and let there be one sample other than $0$. Let $u_j$ be the preactivations of the first hidden layer,
and $a_i$ the weights of the readout. Then $h_j=\varphi(u_j)$, and $b_i$ is $1\{z_i>0\}|a_i|$, up to sign and up to a factor that all rows
share. With a residual other than $0$ this factor is not $0$. It does not change the mask: let it be $1$.

coins (from one sample; by independence): The $u_j$ are independent and centred normal, with one variance. Given $h\ne0$ and the readout,
the $z_i$ are so too, and each is positive with probability $\frac12$. If $h=0$, all $v$ are $0$ whatever the $b_i$ are, and fair coins may
stand for the $1\{z_i>0\}$. So the $h_j$ are independent, with one law, and so are the $b_i$, with another one.

fixed graphon (from coins; by intermediate value): Of independent $h_j$ and $b_i$ with these laws the product $v$ is positive with probability
$\frac14$. So the mean of $P_{ij}$ over them is continuous in $\tau\ge0$ and falls strictly from $\frac14$ to $0$: it is $\rho$ at one
threshold $t$. Let $W(x,y)$ be $P_{ij}$ at $t$ and at the quantiles of $b_i$ and $h_j$ of the orders $x$ and $y$: $W$ is nondecreasing in both.

sorted signals (from fixed graphon; by G3.3 for mean_sorted_error): Sort rows by $b_i$ and columns by $h_j$: these have the law of the
quantiles at sorted independent uniform numbers. Let $W_n$ be $P$ at $t$, as a function on the square: $E\|W_n-W\|_1\le[[mean_sorted_error]]$.
""",
    globals(),
    mean_sorted_error=sorted_error,
)


def largest_mean(any_mean: sp.Expr, mean_bound: sp.Expr) -> Relations:
    """The bound of G1.2 on the mean, at V = ¼."""
    yield same(mean_bound, mean_of_a_sum)
    yield same(any_mean, mean_bound.subs(variance, sp.Rational(1, 4)))


def largest_sum_in_the_mean(sum_excess: sp.Expr, four_failures: sp.Expr) -> Relations:
    """The integral of 1 up to where four failures have the probability 1, and of this probability from there on."""
    yield same(four_failures.subs(s, certain), sp.S.One)
    beyond = sp.integrate(four_failures, (s, certain, sp.oo)).rewrite(sp.erfc)
    yield same(sum_excess, certain + beyond)


def masks_and_their_sums(ranked_cut: sp.Expr, bound: sp.Expr, any_mean: sp.Expr, sum_excess: sp.Expr) -> Relation:
    """M beside M̃, which counts once, and the largest sum."""
    return same(ranked_cut, bound + (any_mean + sum_excess))


def mask_kernel_and_graphon(
    one_sample_bound: sp.Expr, ranked_cut: sp.Expr, mean_sorted_error: sp.Expr, rounding: sp.Expr
) -> Relations:
    """A rank of 1; half an entry of mn; P from W by the sorted signals and that."""
    yield same(rounding, sp.Rational(1, 2) / (m * n))
    yield same(one_sample_bound, ranked_cut.subs(r, 1) + (mean_sorted_error + rounding))


BECAUSE: dict[str, Callable[..., Relation | Iterable[Relation]]] = {
    "cut of the ranked mask": masks_and_their_sums,
    "graphon of one sample": mask_kernel_and_graphon,
    "any probabilities": largest_mean,
    "four failures": two_signs_of_two_families,
    "mean of the largest": largest_sum_in_the_mean,
}
WRONG = {
    "mean_bound: the variance alone": sp.sqrt(variance / 2) * sides,
    "any_mean: one side": any_mean.subs(m, n) / 2,
    "one_failure: half the exponent": sp.exp(-m * n * s**2),
    "four_failures: two signs": 2 * one_failure,
    "sum_excess: one sum": sp.sqrt(sp.pi / (8 * m * n)),
    "sum_excess: where the probability is 1": certain,
    "mean_sorted_error: variance for deviation": (1 / m + 1 / n) / 2,
}
