"""H4: a random mask that is sorted by its own degrees has a slope, which falls as the mask grows."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Remark, Source
from sparse_limits.theory.formulas.let import Told
from sparse_limits.theory.formulas.normal_height import NormalHeight
from sparse_limits.theory.formulas.valued import put_in
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NOTHING_BEYOND, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relation, Relations, same
from sparse_limits.theory.saliency.model import DENSITY, rho

n = sp.Symbol("n", integer=True, positive=True)  # rows and columns of the mask
r, c = sp.symbols("r c", integer=True, nonnegative=True)  # degrees of a row and of a column
blocks = sp.Symbol("b", integer=True, positive=True)  # on each side of the histogram
k, l = sp.symbols("k l", integer=True, positive=True)  # noqa: E741 - block of rows, block of columns
gamma = sp.Symbol("gamma", positive=True)  # width of the second mask over that of the first one
m_k, m_l = sp.symbols("m_k m_l", real=True)  # means of blocks in standard normal numbers
s = sp.Symbol("s", nonnegative=True)  # their root mean square
T = sp.Symbol("T", integer=True, positive=True)  # masks whose histograms are averaged

TWO_BY_TWO = tuple(product((0, 1), repeat=4))  # masks of two rows and two columns, row after row


variance = rho * (1 - rho)
entry = r * c * (1 - rho) / (r * c * (1 - rho) + (n - r) * (n - c) * rho)
between = -r * (n - r) / (n**2 * (n - 1))
block_mean = blocks * (NormalHeight((k - 1) / blocks) - NormalHeight(k / blocks))
slope = 1 / blocks
cell = Told(sp.sqrt(variance) * (m_k + m_l), [(m_k, block_mean), (m_l, block_mean.subs(k, l))])
spread = sp.Sum(block_mean**2, (k, 1, blocks)) / blocks
distance = Told(sp.sqrt(2 * variance) * s * (1 - 1 / sp.sqrt(gamma)), [(s, sp.sqrt(spread))])
crossed = variance * (2 * blocks / n) ** 2
noise = variance * (blocks - 1) ** 2 / (T * n**2)
corner = 4 * rho - 7 * rho**2 + 6 * rho**3 - 2 * rho**4

STEPS = proof(
    r"""
entry: The $n-1$ other entries of the row have $r-1$ ones if this entry is $1$, and $r$ if it is $0$; the same holds for those of the
column, independently. So, given the degrees $r$ of its row and $c$ of its column, by Bayes the entry is $1$ with the probability
$[[entry]]$.

degrees (by central limit of copies): The degree $R_i$ of row $i$ is a sum of $n$ independent entries with mean $\rho$ and variance
$\rho(1-\rho)$, and $x_i=(R_i-n\rho)/\sqrt{n\rho(1-\rho)}$ tends in law to a standard normal number.

rows (from degrees; by weak law): Rows are independent: for each $z$ the share of the rows with $x_i\le z$ tends in probability to that of the standard normal law, and so do the quantiles of the $x_i$.

rows of a block (from rows; by monotonicity): As $|x|1\{|x|>z\}\le x^2/z$ and $x_i^2$ has the mean $1$, rows with $|x_i|>z$ change a mean
over a block by at most $b/z$ in expectation. So the mean of the $x_i$ in block $k$ tends in probability to that of a standard normal number
between its quantiles at $\frac{k-1}b$ and $\frac kb$.

block mean (from rows of a block): This is $[[block_mean]]$.

given the rows (from degrees; by same law): All entries have the same law. So, given the degrees of the rows, the rows are independent, and
the ones of row $i$ form a uniformly random set of $R_i$ columns.

between columns (from given the rows): Two entries of a row of degree $r$ have the covariance $[[between]]$.

two columns (from between columns, rows; by central limit): Given the degrees of the rows, let $X_j$ be the number of ones of column $j$ in
the rows of block $k$, minus its mean, and let $Y_j$ be the same for the other rows. For two columns $i\ne j$ the vector
$(X_i,Y_i,X_j,Y_j)/\sqrt{n\rho(1-\rho)}$ is a sum of independent bounded vectors divided by $\sqrt n$, and its covariances tend to those of
independent numbers with the variances $\frac1b$, $1-\frac1b$, $\frac1b$, $1-\frac1b$, since the sum of the covariances between columns
tends to $0$. So the vector tends in law to a vector of independent normal numbers.

columns (from two columns; by Markov): For a bounded continuous $f$ the mean of $f(X_j,Y_j)$ over the columns has a variance that tends to $0$, as two columns become independent. So the law of the pairs $(X_j,Y_j)/\sqrt{n\rho(1-\rho)}$ of all columns tends in
probability to the normal law.

slope (from columns): In this law $X-[[slope]](X+Y)$ is uncorrelated with $X+Y$, hence independent of it.

columns of a block (from slope; by product): Columns are in the order of $X_j+Y_j$, which is their degree minus a number that is the same
for all columns. As for rows, the mean of $X_j/\sqrt{n\rho(1-\rho)}$ over block $l$ tends in probability to `slope` times the mean of $X+Y$
there, a standard normal number between its quantiles: the rest of $X$ is independent of the order and has mean $0$.

cell (from block mean, columns of a block): The average of block $(k,l)$ is the mean of $R_i/n$ over the rows, plus the mean of $X_j$ over
the columns, divided by the number $\frac nb$ of rows. So $\sqrt n$ times the excess of the average over $\rho$ tends in probability to
$[[cell]]$.

spread (a definition): Let $s^2=[[spread]]$ be the mean square of the block means.

distance (from cell, spread): So for two masks, of widths $n$ and $\gamma n$, $\sqrt n$ times the root mean square of the differences of their histograms tends in probability to $[[distance]]$, since the block means add up to $0$.

other entries: If the places of rows and columns depend only on entries other than those that are averaged, the averaged entries are still
independent: the average over a block of $\frac n{2b}\times\frac n{2b}$ of them has the mean $\rho$ and the variance $[[crossed]]$.

noise: In an order that does not depend on the entries let $X_{kl}$ be the mean, over $T$ masks, of the average of block $(k,l)$. Take from
it the mean of the $b$ blocks with these rows and that of the $b$ blocks with these columns, and add the mean of all blocks. What is left
has the mean $0$ and the variance $[[noise]]$.

corner: Consider the masks of two rows and two columns. Once sorted, those with one or three ones have a one in the last corner, and so have
five of the six with two ones: the last corner is $1$ with the probability $[[corner]]$.
""",
    globals(),
)


def odds_by_bayes(entry: sp.Expr) -> Relation:
    """The odds of an entry, times those of the degrees of its row and of its column, binomial without it."""

    def others(ones: sp.Expr) -> sp.Expr:
        return sp.binomial(n - 1, ones) * rho**ones * (1 - rho) ** (n - 1 - ones)

    odds = rho / (1 - rho)
    for degree in (r, c):
        odds *= others(degree - 1) / others(degree)
    return same(entry / (1 - entry), odds, by=lambda gap: sp.simplify(sp.combsimp(sp.powsimp(gap))))


def without_replacement(between: sp.Expr) -> Relation:
    """The chance that both are among r of n, less the product of their chances."""
    return same(between, r * (r - 1) / (n * (n - 1)) - (r / n) ** 2)


def mean_between_quantiles(block_mean: sp.Expr) -> Relations:
    """The integral of the quantile, the slope of the height but for its sign, from one end of the block to the other, over 1/b."""
    p = sp.Symbol("p", positive=True)
    integral = -NormalHeight(p)
    yield same(sp.diff(integral, p), sp.sqrt(2) * sp.erfinv(2 * p - 1))
    yield same(block_mean, (integral.subs(p, k / blocks) - integral.subs(p, (k - 1) / blocks)) * blocks)


def no_covariance_is_left(slope: sp.Expr) -> Relation:
    """X has the variance 1/b, X + Y the variance 1, and their covariance is that of X with itself."""
    own, rest = 1 / blocks, 1 - 1 / blocks
    return same(slope, own / (own + rest))


def rows_and_columns_add_up(cell: sp.Expr, block_mean: sp.Expr, slope: sp.Expr) -> Relation:
    """Degrees of the rows over n, and a share of those of the columns over n/b rows, with √n in front."""
    deviation = sp.sqrt(n * variance)
    rows = (n * rho + deviation * block_mean) / n
    columns = slope * deviation * block_mean.subs(k, l) / (n / blocks)
    return same(put_in(cell), sp.sqrt(n) * (rows + columns - rho), by=sp.expand)


def squares_of_sums(distance: sp.Expr, cell: sp.Expr, block_mean: sp.Expr, spread: sp.Expr) -> Relations:
    """The block means telescope to 0, so that products of two of them do; of both masks the limits are alike, but for √γ."""
    end = NormalHeight(k / blocks)
    yield same(block_mean, blocks * (end.subs(k, k - 1) - end))
    for first_or_last in (0, blocks):
        yield same(end.subs(k, first_or_last), 0)
    seen = cell.args[0] - cell.args[0] / sp.sqrt(gamma)
    moments = {(2, 0): spread, (0, 2): spread, (1, 1): sp.S.Zero}
    terms = sp.Poly(sp.expand(seen**2), m_k, m_l).terms()
    yield same(put_in(distance) ** 2, sum(factor * moments[powers] for powers, factor in terms), by=sp.expand)


def a_mean_of_independent_entries(crossed: sp.Expr) -> Relation:
    """The variance of an entry over their number."""
    return same(crossed, variance / (n / (2 * blocks)) ** 2)


def rows_and_columns_taken_away(noise: sp.Expr) -> Relation:
    """The squares of the coefficients of X_kl, of b − 1 blocks of each kind beside it and of all others, times the variance of an average."""
    own, beside, far = (1 - 1 / blocks) ** 2, -(1 - 1 / blocks) / blocks, 1 / blocks**2
    squares = own**2 + 2 * (blocks - 1) * beside**2 + (blocks - 1) ** 2 * far**2
    return same(noise, squares * variance / (T * (n / blocks) ** 2))


def sorted_masks_of_two_rows(corner: sp.Expr) -> Relation:
    """The last corner of all sixteen, with their chances."""

    def last(lines: list[list[int]]) -> list[int]:
        return sorted(lines, key=sum)[-1]

    def last_corner(mask: tuple[int, ...]) -> int:
        rows = [list(mask[:2]), list(mask[2:])]
        columns = [list(each) for each in zip(*rows, strict=True)]
        place = sorted(range(2), key=lambda column: sum(columns[column]))[-1]
        return last(rows)[place]

    chance = sum(last_corner(mask) * rho ** sum(mask) * (1 - rho) ** (4 - sum(mask)) for mask in TWO_BY_TWO)
    return same(corner, chance, by=sp.expand)


MASK = (
    replace(DENSITY, convention="at 0 and at 1 all entries are alike, and nothing is sorted"),
    Quantity(n, "rows of the mask, as many as columns", COUNT, drawn=(4, 40)),
)
HISTOGRAM = (
    Quantity(blocks, "number of blocks on each side of the histogram", COUNT, drawn=(4, 30)),
    Quantity(k, "block of rows, counted from the smallest degrees", COUNT, drawn=(1, 4)),
    Quantity(l, "block of columns, counted from the smallest degrees", COUNT, drawn=(1, 4)),
)

sorted_histograms = Claim(
    label="H4",
    title="Sorting a random mask by its own degrees creates a slope in its histogram",
    headline=r"Sort an $n\times n$ mask of independent entries of density $\rho$ by degrees. Then $\sqrt n$ times the excess of block $(k,l)$'s mean over $\rho$ tends to $$[[cell]].$$ Here $m_k$ is the mean of a standard normal number in the $k$-th of $b$ equally likely ranges.",
    statement=r"""
Let the entries of an $n\times n$ mask be independent, and $1$ with probability $\rho$: masks of the constant graphon $\rho$. Sort the rows
and columns by their degrees, the smallest first, and equal degrees in the order of their positions. The histogram of the mask then consists
of the averages over $b\times b$ equal blocks, where $b$ divides the width.

**A slope.** As $n\to\infty$ the average of block $(k,l)$ minus $\rho$, times $\sqrt n$, tends in probability to
$$[[cell]],\qquad m_k=[[block_mean]].$$ Here $\varphi$ is the standard normal density, $\Phi$ the standard normal distribution function, and
$\varphi(\Phi^{-1}(p))$ is $0$ for $p=0$ and $p=1$. So $m_k$ is the mean of a standard normal variable between its quantiles at
$\frac{k-1}b$ and $\frac kb$.

**Two masks.** Take masks of widths $n$ and $\gamma n$ with $\gamma\ge1$. The root mean square of the differences between their histograms,
times $\sqrt n$, tends in probability to $$[[distance]],$$ where $s^2$ is the mean of all $m_k^2$. So for $\gamma>1$ and $b\ge2$ this
distance falls as $n^{-1/2}$, although the graphon is constant.

**One entry.** Given the degrees $r$ of its row and $c$ of its column, an entry is $1$ with probability $[[entry]]$.

**Degrees of other entries.** Let $2b$ divide $n$, and choose half of the rows and half of the columns independently of the mask. Sort this
quarter of the mask by degrees that are counted in the *other* half of the columns and of the rows. Then the average of each of $b\times b$
blocks has mean $\rho$ and variance $[[crossed]]$.

**The smallest case.** The last entry of a sorted mask of two rows and two columns is $1$ with probability $[[corner]]$; for fair coins this
is $\frac78$.
""",
    steps=STEPS,
    source=Source(
        "2510.17515",
        "v1",
        "section 4.3: “we use the Euclidean distance between the density matrices as a proxy for the cut distance.”",
    ),
    provenance=Provenance.PITFALL,
    quantities=(
        *MASK,
        Quantity(r, "number of ones in the row of an entry", COUNT_FROM_ZERO, drawn=(1, 3)),
        Quantity(c, "number of ones in the column of an entry", COUNT_FROM_ZERO, drawn=(1, 3)),
        *HISTOGRAM,
        Quantity(gamma, "width of the second mask over that of the first one", sp.Interval(1, sp.oo), drawn=(1, 9)),
        Quantity(T, "number of masks whose histograms are averaged", COUNT, drawn=(1, 9)),
    ),
    hypotheses=(
        Hypothesis("independent entries of one probability"),
        Hypothesis("degrees that there can be", r <= n, needed_by=("entry", "between"), convention=NOTHING_BEYOND),
        Hypothesis("degrees of columns likewise", c <= n, needed_by=("entry",), convention=NOTHING_BEYOND),
        Hypothesis("degrees that occur together", sp.Ne(r * c + (n - r) * (n - c), 0), needed_by=("entry",)),
        Hypothesis("blocks that there are", k <= blocks, needed_by=("block_mean", "cell")),
        Hypothesis("blocks of columns likewise", l <= blocks, needed_by=("cell",)),
        Hypothesis("two entries in a row", n >= 2, needed_by=("between",)),
    ),
    symbols={
        "m_k": "mean of a standard normal number in the $k$-th of $b$ equally likely ranges",
        r"\varphi": "density of a standard normal number",
        r"\Phi": "distribution function of a standard normal number",
        "p": "any probability",
        "s": "root mean square of the $m_k$",
    },
    also=("between", "slope", "spread", "noise"),
    remarks=(
        Remark(
            r"The blocks of a sorted mask have noise besides their slope. For $\rho=\frac15$, $b=20$, and a mask of width $n=100$, $200$ or $400$ "
            r"beside one of width $N=800$, the expected mean square of the differences between their histograms is, up to a sixth, the square of "
            r"the limit, $\frac1n\big([[distance]]\big)^2$ with $\gamma=\frac Nn$, plus a noise of $[[noise]]$ for each of the two masks, with "
            r"$n$ or $N$ as the width and $T=1$ (measured). The root of this sum is $0.085$, $0.044$ or $0.023$.",
            "sorted_masks_have_slopes_and_noise",
        ),
    ),
    pitfalls=(
        Pitfall(
            control="as unsorted",
            said="The averages of a random mask over blocks are its density, each in expectation, in whatever order rows and columns are.",
            by="One might expect it, as each entry has that mean. Section 4.3 of arXiv:2510.17515v1 uses distances of sorted histograms: “we use the Euclidean distance between the density matrices as a proxy for the cut distance.”",
            why="The entries that are averaged have determined the order.",
            counterexample="corner",
            by_hand=(
                "Sort two rows and two columns of fair coins, those with more ones last. A mask with one, three or four ones has a one in the last corner, and so have five of the six with two ones: $4+4+1+5=14$ of $16$."
            ),
            instead="The last entry of two sorted rows and columns is $1$ with the probability $[[corner]]$; in wide masks averages over blocks are off by an order of $n^{-1/2}$.",
        ),
    ),
    because={
        "entry": odds_by_bayes,
        "between columns": without_replacement,
        "block mean": mean_between_quantiles,
        "slope": no_covariance_is_left,
        "cell": rows_and_columns_add_up,
        "distance": squares_of_sums,
        "other entries": a_mean_of_independent_entries,
        "noise": rows_and_columns_taken_away,
        "corner": sorted_masks_of_two_rows,
    },
    wrong=lambda: {
        "entry: degrees tell nothing": rho,
        "entry: the row alone": r / n,
        "entry: the product of both shares": r * c / n**2,
        "between: independent entries": sp.S.Zero,
        "between: one column twice": r * (n - r) / n**2,
        "block_mean: the largest degrees first": -block_mean,
        "block_mean: an integral for a mean": block_mean / blocks,
        "slope: all of it from these rows": sp.S.One,
        "cell: rows alone sorted": Told(sp.sqrt(variance) * m_k, [(m_k, block_mean)]),
        "cell: variance for the deviation": cell * sp.sqrt(variance),
        "spread: the sum": blocks * spread,
        "spread: of the last block": block_mean.subs(k, blocks) ** 2,
        "distance: one side sorted": distance / sp.sqrt(2),
        "distance: a reference without a slope": sp.sqrt(2 * variance * spread),
        "distance: independent slopes": sp.sqrt(2 * variance * spread * (1 + 1 / gamma)),
        "crossed: all of the mask": crossed / 4,
        "crossed: a single entry": variance,
        "noise: of whole blocks": variance * (blocks / n) ** 2 / T,
        "noise: rows alone taken away": variance * blocks * (blocks - 1) / (T * n**2),
        "corner: as unsorted": rho,
        "corner: sorted on one side": 2 * rho - rho**2,
    },
)
