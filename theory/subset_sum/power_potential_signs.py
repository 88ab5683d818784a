"""R13, the constant: sums of uniform items with random signs, by their second moment."""

from __future__ import annotations

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
signs: Now let the items be uniform on $[-1,1]$. A subset takes $[[part_of_sum]]$ of an item, with the sign $1$ if it is in the subset and
$-1$ else. Its sum is half as far from $z$ as the sum $Y$ of the items with these signs is from $2z-S_1$, where $S_1$ is the sum of all
items.

two choices (from signs; by independence): Two choices of signs that agree at $m$ items have the sums $P+Q$ and $P-Q$, $P$ from these and
$Q$ from the others, which are independent: the density of both at $(y,y)$ is half of that of $P$ at $y$ times that of $Q$ at $0$. All sums
with signs have one law, that of $S_1$.

expansion (from two choices; cited: Feller, An Introduction to Probability Theory II (1971), XVI.2, Theorem 2: the expansion of the density
of a sum of independent variables of one law, whose term of order 1/√n has the third moment as a factor, here 0): Densities of $P$, $Q$ and
$S_1$ are those of normal variables of the same variances, up to $O(\frac1n)$ relatively and uniformly for $|y|\le C\sqrt n$ and $\frac
n4\le m\le\frac{3n}4$.

normal ratio (from expansion): For normal densities the density of both over the square of that of one is $[[pair_ratio]]$, with $m=\frac
n2(1+\varsigma)$ and $y^2=n\varpi$.

bands (from expansion, normal ratio; by Taylor): Let $N$ be the number of choices with a sum within $\varepsilon\le1$ of $y$. Over the
square of all pairs of sums within $\varepsilon$ of $y$ the parts of first order of a density about its middle cancel. Second derivatives of
these normal densities are $O(\frac1n)$ times the density at $(y,y)$, uniformly: so the chance of the square is its area times this density,
up to $O(\frac1n)$ relatively, and that of one sum $2\varepsilon$ times its density at $y$.

rare agreements (from two choices; by Hoeffding): Over all pairs of choices $\varsigma$ is the mean of $n$ independent fair signs. So
$m<\frac n4$ or $m>\frac{3n}4$ with at most the probability $[[rare_agreement]]$.

short sums (from two choices; by convolution): If two choices agree at some items, but not at all, $P$ and $Q$ have densities up to
$\frac12$, that of one item. So the density of both sums is at most $[[short_pair]]$, and both are within $\varepsilon$ of $y$ with at most
the probability $\frac{\varepsilon^2}2$.

one choice twice (from two choices; by monotonicity): For $m=n$ and $m=0$, a choice with itself and with its opposite, which are $2^{1-n}$
of all pairs, both sums are within $\varepsilon$ of $y$ with at most the probability that one of them is.

mean over agreements (from normal ratio, rare agreements; by Taylor): For $|\varsigma|\le\frac12$ and $\varpi\le C^2$ the *normal ratio* has
bounded second derivatives in $\varsigma$, and it is $1$ at $\varsigma=0$. The mean of $\varsigma$ is $0$ and its mean square $\frac1n$: so
the mean of the ratio over these pairs is $1+O(\frac1n)$, also if it is set to $1$ at the *rare agreements*.

all pairs of choices (from bands, rare agreements, short sums, one choice twice, mean over agreements; by linearity): $EN^2$ is the sum of
these probabilities over all pairs, and $EN$ is $2^n2\varepsilon$ times a density of the order $n^{-1/2}$. Over $(EN)^2$ pairs with $\frac
n4\le m\le\frac{3n}4$ have $1+O(\frac1n)$, other *short sums* $O(ne^{-n/8})$, and those of *one choice twice* $O\big(\frac{\sqrt
n}{2^n\varepsilon}\big)$: $\frac{EN^2}{(EN)^2}=1+O\big(\frac1n+\frac{\sqrt n}{2^n\varepsilon}\big)$.

few misses (from all pairs of choices; by Cauchy–Schwarz): As $(EN)^2\le P(N\ge1)\,EN^2$, each $y$ with $|y|\le C\sqrt n$ is missed with
probability at most $O\big(\frac1n+\frac{\sqrt n}{2^n\varepsilon}\big)$.

items with signs (from few misses): At $n=[[sign_items]]$, rounded up, $2^n\varepsilon$ is no less than the square of
$\log_2\frac1\varepsilon$, and $\frac{\sqrt n}{2^n\varepsilon}$ below $\frac1n$.

missed measure (from items with signs; by Markov): So the measure of all missed $y$ with $|y|\le C\sqrt n$ has a mean of $O(n^{-1/2})$. It
exceeds any $u>0$ with probability at most $\frac\delta4$ for small $\varepsilon$, and so does $|S_1|$ exceed $\frac C2\sqrt n$ for
$C^2=\frac{16}{3\delta}$: but for $\frac\delta2$, of any fixed interval of targets, and of one that grows more slowly than $\sqrt n$, at
most the measure $\frac u2$ is missed.

both missed (from missed measure; by Fubini): With an item $x$ more, $z$ is still missed only if $z$ and $z-x$ are; both are in the set $U$
of what is missed in the interval, if $z$ is in the interval shortened by $1$ at both ends. In the integral over all $x$ the measure of
$U\cap(U+x)$ is $|U|^2$.

one item more (from both missed): The density of $x$ is at most $\frac12$. So from $|U|=u_0$ on the mean of what is still missed is at most
$[[still_missed]]$, attained by an interval of length up to $1$.

squares of squares (from one item more): Let the measure after $j_1$ more items be at most $[[doubly]]$, as at $j_1=0$ it is for
$u=\frac\delta2w_0$. After the next it exceeds the same with $j_1+1$ for $j_1$ with probability at most $\delta2^{-j_1-2}$, by Markov's
inequality: together at most $\frac\delta2$.

more items (from squares of squares): For $w_0=\frac12$ the power of $w_0$ is $\varepsilon$ at $j_1=[[more_items]]$. With $j_1$ rounded up
the measure is below $\frac\varepsilon2$.

all targets (from items with signs, more items): If some target were missed by $\varepsilon$, all those within $\frac\varepsilon2$ of it
would be missed by $\frac\varepsilon2$, at least half of these in the interval. So all are covered: with $\frac\varepsilon2$ for
$\varepsilon$ and the items that are rounded up in a constant, $[[sharp_items]]$ items are enough.

counting (by R3): No numbers whatever cover the targets $|z|\le\frac12$ if they are fewer than $\log_2\frac1{2\varepsilon}$.

limit (from all targets, counting): Over $\ln\frac1\varepsilon$ that tends to $[[limit_rate]]$, as *counting* does.
""",
    globals(),
)
