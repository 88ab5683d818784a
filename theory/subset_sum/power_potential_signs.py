"""R13, the constant: sums of uniform items with random signs, by their second moment."""

import sympy as sp

from sparse_limits.theory.proofs import proof
from sparse_limits.theory.subset_sum.symbols import delta, eps, n

limit_rate = 1 / sp.log(2)  # of the number that R3 asks for, over ln(1/ε)

item, sign = sp.Symbol("x_1", real=True), sp.Symbol("varsigma_1", real=True)  # an item, and ±1
agreement = sp.Symbol("varsigma", real=True)  # mean product of two choices of signs
level = sp.Symbol("varpi", nonnegative=True)  # squared sum over the number of items
missed = sp.Symbol("u_0", positive=True)  # measure of the targets that are not covered
base, constant = sp.symbols("w_0 C_1", positive=True)
step = sp.Symbol("j_1", integer=True, nonnegative=True)  # items since the signs
part_of_sum = (item + sign * item) / 2
rare_agreement = 2 * sp.exp(-n / 8)
short_pair = sp.Rational(1, 8)  # largest density of two sums that agree at some items, not at all
pair_ratio = sp.exp(3 * level * agreement / (1 + agreement)) / sp.sqrt(1 - agreement**2)
still_missed = missed**2 / 2
doubly = delta * base ** (2**step) / 2 ** (step + 2)
_bits = sp.log(1 / eps) / sp.log(2)
sign_items = _bits + 2 * sp.log(_bits) / sp.log(2)
more_items = sp.log(_bits) / sp.log(2)
sharp_items = sign_items + more_items + constant

STEPS = proof(
    r"""
signs: Now let the items be uniform on $[-1,1]$. A subset takes $[[part_of_sum]]$ of an item, with the sign $1$ if the item is in the subset
and $-1$ otherwise. The sum of the subset is half as far from $z$ as the sum $Y$ of the items with these signs is from $2z-S_1$, where $S_1$
is the sum of all items.

two choices (from signs; by independence): Two choices of signs that agree at $m$ items have the sums $P+Q$ and $P-Q$, where $P$ comes from
these items and $Q$ from the others; the two are independent. The joint density of both sums at $(y,y)$ is half of the density of $P$ at $y$
times the density of $Q$ at $0$. All sums with signs have the same law, that of $S_1$.

expansion (from two choices; cited: Feller, An Introduction to Probability Theory II (1971), XVI.2, Theorem 2: the expansion of the density
of a sum of independent variables of one law, whose term of order 1/√n has the third moment as a factor, here 0): The densities of $P$, $Q$
and $S_1$ are those of normal variables of the same variances, up to a relative error of $O(\frac1n)$, uniformly for $|y|\le C\sqrt n$ and
$\frac n4\le m\le\frac{3n}4$.

normal ratio (from expansion): For normal densities, the joint density of both sums divided by the square of the density of one is
$[[pair_ratio]]$, with $m=\frac n2(1+\varsigma)$ and $y^2=n\varpi$.

bands (from expansion, normal ratio; by Taylor): Let $N$ be the number of choices with a sum within $\varepsilon\le1$ of $y$. Over the
square of all pairs of sums within $\varepsilon$ of $y$, the first-order terms of a density about the middle of the square cancel. The
second derivatives of these normal densities are $O(\frac1n)$ times the density at $(y,y)$, uniformly. So, up to a relative error of
$O(\frac1n)$, the probability of the square is its area times this density, and that of one sum is $2\varepsilon$ times its density at $y$.

rare agreements (from two choices; by Hoeffding): Over all pairs of choices, $\varsigma$ is the mean of $n$ independent fair signs. So
$m<\frac n4$ or $m>\frac{3n}4$ has probability at most $[[rare_agreement]]$.

short sums (from two choices; by convolution): If two choices agree at some items, but not at all items, $P$ and $Q$ have densities of at
most $\frac12$, the density of one item. So the joint density of both sums is at most $[[short_pair]]$, and both are within $\varepsilon$ of
$y$ with probability at most $\frac{\varepsilon^2}2$.

one choice twice (from two choices; by monotonicity): For $m=n$ and $m=0$, a choice is paired with itself or with its opposite. These are
$2^{1-n}$ of all pairs. Both sums are then within $\varepsilon$ of $y$ with probability at most the probability that one of them is.

mean over agreements (from normal ratio, rare agreements; by Taylor): For $|\varsigma|\le\frac12$ and $\varpi\le C^2$ the *normal ratio* has
bounded second derivatives in $\varsigma$, and it is $1$ at $\varsigma=0$. The mean of $\varsigma$ is $0$ and its mean square is $\frac1n$.
So the mean of the ratio over these pairs is $1+O(\frac1n)$, also if the ratio is set to $1$ at the *rare agreements*.

all pairs of choices (from bands, rare agreements, short sums, one choice twice, mean over agreements; by linearity): $EN^2$ is the sum of
these probabilities over all pairs, and $EN$ is $2^n2\varepsilon$ times a density of the order $n^{-1/2}$. Relative to $(EN)^2$, pairs with
$\frac n4\le m\le\frac{3n}4$ contribute $1+O(\frac1n)$, other *short sums* contribute $O(ne^{-n/8})$, and those of *one choice twice*
contribute $O\big(\frac{\sqrt n}{2^n\varepsilon}\big)$. So $\frac{EN^2}{(EN)^2}=1+O\big(\frac1n+\frac{\sqrt n}{2^n\varepsilon}\big)$.

few misses (from all pairs of choices; by Cauchy–Schwarz): Since $(EN)^2\le P(N\ge1)\,EN^2$, each $y$ with $|y|\le C\sqrt n$ is missed with
probability at most $O\big(\frac1n+\frac{\sqrt n}{2^n\varepsilon}\big)$.

items with signs (from few misses): At $n=[[sign_items]]$, rounded up, $2^n\varepsilon$ is at least the square of $\log_2\frac1\varepsilon$,
and $\frac{\sqrt n}{2^n\varepsilon}$ is below $\frac1n$.

missed measure (from items with signs; by Markov): So the measure of all missed $y$ with $|y|\le C\sqrt n$ has a mean of $O(n^{-1/2})$. It
exceeds any $u>0$ with probability at most $\frac\delta4$ for small $\varepsilon$. The same bound holds for the probability that $|S_1|$
exceeds $\frac C2\sqrt n$ for $C^2=\frac{16}{3\delta}$. So, except with probability $\frac\delta2$, at most the measure $\frac u2$ is missed
of any fixed interval of targets, and of an interval that grows more slowly than $\sqrt n$.

both missed (from missed measure; by Fubini): With a further item $x$, $z$ is still missed only if both $z$ and $z-x$ are missed. Both are
in the set $U$ of what is missed in the interval, if $z$ is in the interval shortened by $1$ at both ends. The integral over all $x$ of the
measure of $U\cap(U+x)$ is $|U|^2$.

one item more (from both missed): The density of $x$ is at most $\frac12$. So from $|U|=u_0$ on, the mean of what is still missed is at most
$[[still_missed]]$, which is attained by an interval of length up to $1$.

squares of squares (from one item more): Let the measure after $j_1$ more items be at most $[[doubly]]$, as it is at $j_1=0$ for
$u=\frac\delta2w_0$. After the next item, by Markov's inequality, the measure exceeds the same expression with $j_1+1$ in place of $j_1$
with probability at most $\delta2^{-j_1-2}$. Together these probabilities are at most $\frac\delta2$.

more items (from squares of squares): For $w_0=\frac12$ the power of $w_0$ is $\varepsilon$ at $j_1=[[more_items]]$. With $j_1$ rounded up,
the measure is below $\frac\varepsilon2$.

all targets (from items with signs, more items): If some target were missed by $\varepsilon$, all targets within $\frac\varepsilon2$ of it
would be missed by $\frac\varepsilon2$, and at least half of these would lie in the interval. So all targets are covered. With
$\frac\varepsilon2$ in place of $\varepsilon$, and with the items that are rounded up absorbed in a constant, $[[sharp_items]]$ items are
enough.

counting (by R3): No numbers whatsoever cover the targets $|z|\le\frac12$ if there are fewer than $\log_2\frac1{2\varepsilon}$ of them.

limit (from all targets, counting): Divided by $\ln\frac1\varepsilon$, this number of items tends to $[[limit_rate]]$, as that of *counting*
does.
""",
    globals(),
)
