"""R6: the nearest subset sum by meet in the middle, exactly and in floating point."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction, same
from sparse_limits.theory.subset_sum.symbols import ITEMS, SUBSET, TARGET, n, z

m = sp.Symbol("m", positive=True, integer=True)  # numbers that are added
h = sp.Symbol("h", nonnegative=True, integer=True)  # items of one half
m_1, m_2 = sp.symbols("m_1 m_2", positive=True, integer=True)  # numbers in two parts of a sum
A_1, A_2 = sp.symbols("A_1 A_2", nonnegative=True)  # the sums of their moduli
A = sp.Symbol("A", nonnegative=True)  # the sum of their moduli
s = sp.Symbol("s", nonnegative=True)  # the sum of the moduli of all items
u = sp.Symbol("u", nonnegative=True)  # the unit roundoff, 2⁻⁵³ for doubles

half_sums = 2 ** sp.floor(n / 2) + 2 ** sp.ceiling(n / 2)
writes = 2 ** (h + 1) - 2
run = half_sums - 1
operations = 3 * half_sums - 5
summation_error = (m - 1) * u * A
rounding = u * (m_2 * A_1 + m_1 * A_2)
float_gap = 2 * summation_error.subs({m: n + 1, A: sp.Abs(z) + s}, simultaneous=True)
example_target = 2 + 2 * (n / 2 - 1) * u
example_gap = (n - 2) * u

STEPS = proof(
    r"""
moment (by induction): Let $(\alpha^*,\beta^*)$ attain the least distance. The run ends when one list is used up, so it leaves $\alpha^*$ or
$\beta^*$ for good. Until the first of the two is left, $\alpha\le\alpha^*$ and $\beta\ge\beta^*$, because the lists are run through in
order.

optimum (from moment; by monotonicity): If $\alpha^*$ is left at $\beta$, then $\alpha^*+\beta^*\le\alpha^*+\beta\le z$; if $\beta^*$ is
left at $\alpha$, then $z<\alpha+\beta^*\le\alpha^*+\beta^*$. In both cases the visited sum lies between $z$ and the nearest sum, so it is
as near.

half sums (from optimum): A half of $h$ items has $2^h$ sums, and two further items double both lists. The lists hold $[[half_sums]]$ sums.

merging: A list of $2^k$ sums becomes a list of $2^{k+1}$ sums by as many writes. So $h$ items take $[[writes]]$ writes.

run (from half sums): Every step of the run leaves an entry of a list for good, and the last step ends the run with an entry of the other
list left. So there are at most $[[run]]$ steps. Let the first half have negative items and the other half positive items, each larger than
the sum of the moduli of the negative ones, and let $z=0$. Then $\beta$ first runs down to $0$, and $\alpha$ then runs through its whole
list, so that there are as many steps.

operations (from half sums, merging, run): Both halves and the run together take $[[operations]]$ operations.

two bounds (by rounding): Let $\hat s_1,\hat s_2$ be computed sums of $m_1$ and $m_2$ numbers with moduli adding up to $A_1,A_2$. The
rounding $\delta$ of $\hat s_1+\hat s_2$ satisfies $|\delta|\le u|\hat s_1+\hat s_2|$ and $|\delta|\le\min(|\hat s_1|,|\hat s_2|)$, since
$\hat s_1$ and $\hat s_2$ are floating-point numbers themselves.

one addition (from two bounds): So $|\delta|\le[[rounding]]$, if the errors of both parts satisfy the bound. Let $A_2\le A_1$. For $A_2\le
uA_1$ already $|\hat s_2|\le A_2+(m_2-1)uA_2$ is at most this, and for $A_2\ge uA_1$ so is $u$ times the sum of $A_1+A_2$ and both errors.

all additions (from one addition): By induction over the tree of additions, whatever it is, the error of a sum is at most
$[[summation_error]]$: one number has the error $0$, and two parts contribute their errors and this rounding.

neighbours (by monotonicity): For a fixed $\hat\alpha$ the rounded distance $|\mathrm{fl}(\hat\beta-\mathrm{fl}(z-\hat\alpha))|$ is least at
a neighbour of $\mathrm{fl}(z-\hat\alpha)$ among the $\hat\beta$. So neighbours suffice to find a subset that is best by rounded distances.

gap (from all additions, neighbours): The rounded distance of this subset is the modulus of a sum of at most $n+1$ numbers, with moduli
adding up to at most $|z|+s$, and so is that of the optimum. Each differs from the exact distance by at most the error of such a sum. So the
gap is at most $[[float_gap]]$.

example: *Order:* let $n=2h$ and let $z=[[example_target]]$ be less than $4$. For odd $h$ this is a floating-point number. Let each half be $1$
followed by $h-1$ times $u$. All items together hit $z$.

swallowed (from example; by rounding): $1+u$ lies halfway between two floating-point numbers, and ties go to the even one, $1$. So all
rounded half sums with the $1$ are $1$, and the two $1$ without the small items have the same rounded distance as all
items.

gap of the example (from gap, swallowed): That choice has the error $[[example_gap]]$. Since $|z|+s<4+2nu$, this is close to an eighth of
the bound for many items and a small product $nu$.
""",
    globals(),
)


def two_items_more_double_both_lists(half_sums: sp.Expr) -> Relations:
    """No item and one, and two more, one in each half."""
    yield same(half_sums.subs(n, n + 2), 2 * half_sums)
    for size, sums in ((0, 1 + 1), (1, 1 + 2)):
        yield same(half_sums.subs(n, size), sp.Integer(sums))


def the_run_leaves_all_sums_but_one(run: sp.Expr) -> Relations:
    """Lists of one and one sum, and of one and two, and lists twice as long: as many steps for the one sum left."""
    yield same(run.subs(n, n + 2) + 1, 2 * (run + 1))
    for size, steps in ((0, 1 + 1 - 1), (1, 1 + 2 - 1)):
        yield same(run.subs(n, size), sp.Integer(steps))


def both_halves_and_the_run_add_up(half_sums: sp.Expr, writes: sp.Expr, run: sp.Expr, operations: sp.Expr) -> Relations:
    """The writes for either half, and the run; the writes are twice the sums, less 4."""
    halves = [writes.subs(h, part(n / 2)) for part in (sp.floor, sp.ceiling)]
    yield same(operations, sum(halves) + run)
    yield same(sum(halves), 2 * half_sums - 4)


def one_rounding_keeps_below_its_share(rounding: sp.Expr, summation_error: sp.Expr) -> Relations:
    """What the share leaves of the smaller part, for A₂ ≤ uA₁, and of u times both with their errors, for A₂ ≥ uA₁ ≥ u²A₂."""
    parts = [summation_error.subs({m: count, A: size}) for count, size in ((m_1, A_1), (m_2, A_2))]
    by_part = rounding - (A_2 + parts[1])
    yield same(by_part, (u * A_1 - A_2) + (m_2 - 1) * u * (A_1 - A_2) + m_1 * u * A_2, by=sp.expand)
    by_sum = rounding - u * (A_1 + A_2 + sum(parts))
    yield same(by_sum, u * ((m_2 - 1) * (A_1 - u * A_2) + (m_1 - 1) * (A_2 - u * A_1)), by=sp.expand)


def errors_of_parts_add_up(rounding: sp.Expr, summation_error: sp.Expr) -> Relations:
    """Induction over the tree of additions: one more 0, no error of one number, both errors and the rounding of their sum."""
    parts = [summation_error.subs({m: count, A: size}) for count, size in ((m_1, A_1), (m_2, A_2))]
    one = rounding.subs({m_1: m, A_1: A, m_2: 1, A_2: 0})
    yield same(summation_error.subs(m, m + 1), summation_error + one, by=sp.expand)
    yield same(summation_error.subs(m, 1), 0)
    both = summation_error.subs({m: m_1 + m_2, A: A_1 + A_2}, simultaneous=True)
    yield same(both, sum(parts) + rounding, by=sp.expand)


def two_evaluations_may_be_off(summation_error: sp.Expr, float_gap: sp.Expr) -> Relations:
    """The items and the target are n + 1 numbers, for the subset found and for the best one."""
    evaluation = summation_error.subs({m: n + 1, A: sp.Abs(z) + s}, simultaneous=True)
    yield same(float_gap, 2 * evaluation, by=sp.expand)


def all_items_hit_the_target(example_target: sp.Expr) -> Relations:
    """Two items more are two small ones; two items are large. For odd h it is 2 and a multiple of 4u, as numbers from 2 to 4 are."""
    yield same(example_target.subs(n, n + 2), example_target + 2 * u)
    yield same(example_target.subs(n, 2), sp.Integer(2))
    k = sp.Symbol("k", positive=True, integer=True)
    yield holds(((example_target.subs(n, 2 * (2 * k + 1)) - 2) / (4 * u)).expand() == k, "on the grid from 2 on")


def the_small_items_are_missing(example_target: sp.Expr, float_gap: sp.Expr, example_gap: sp.Expr) -> Relations:
    """The target less two; its limit over the bound with moduli that add up to twice the target, as u → 0 and n → ∞."""
    yield same(example_gap, example_target - 2)
    bound = float_gap.subs({z: 0, s: 2 * example_target})
    yield same(sp.limit(sp.limit(sp.cancel(example_gap / bound), u, 0), n, sp.oo), sp.Rational(1, 8))


exact_solver = Claim(
    label="R6",
    title="The nearest subset sum, exactly and in floating point",
    headline=r"Of all $2^n$ subset sums of $n$ rational numbers, one that is nearest to a target is found with $O(2^{n/2})$ operations: sort the subset sums of each half, then go through one list upwards and the other downwards.",
    statement=r"""
**The task.** Let the items $x_1,\dots,x_n$ and the target $z$ be rational numbers. Of all $2^n$ subsets $S$ of the
items we seek one with the least distance $|\sum_{i\in S}x_i-z|$.

**Two sorted lists.** The first list holds the subset sums of the first $\lfloor n/2\rfloor$ items, the second list
those of the other items. Each list is made in sorted order, by merging. It begins with the sum $0$ of the empty subset,
and the items are added one by one. To add an item $x$, merge the sums so far with the same sums plus $x$.

**The run.** Let $\alpha$ run upwards through the first list and $\beta$ downwards through the second, until one list is
used up. In each step $\alpha$ moves on if $\alpha+\beta\le z$, and $\beta$ moves on otherwise. Among the sums
$\alpha+\beta$ that are visited there is one with the least distance from $z$ of all $2^n$ subset sums.

**Its cost.** The two lists hold $[[half_sums]]$ sums. Building them and running through them writes or compares at most
$[[operations]]$ sums, and for each $n$ some input needs as many. So $O(2^{n/2})$ operations and as many stored numbers
suffice, each number of about the input's length.

**Sums in floating point.** From here on items and targets are floating-point numbers, and every operation rounds to
nearest, without overflow. Let $u$ be the unit roundoff, which bounds the relative error of one rounding. (The upper
bounds hold for a larger $u$ as well, but the example below needs the unit roundoff itself.)

**The error of a sum.** Add $m$ floating-point numbers, in any order and with any brackets, and let their moduli add up
to $A$. Then the error of the computed sum is at most $[[summation_error]]$.

**The best subset by rounded numbers.** Compute each sum of the two lists, $\hat\alpha$ or $\hat\beta$, by adding its
items one by one. The *rounded distance* of a subset is the modulus of the computed $\hat\beta-(z-\hat\alpha)$, where
each subtraction is rounded. Take a subset with the least rounded distance. The exact distance of its sum from $z$
exceeds the least one by at most $[[float_gap]]$, where $s=\sum|x_i|$. This excess is called the *gap*.

**The order of this bound is right.** Let ties be rounded to even. Let $n=2h$ with an odd $h$, and let $(n-2)u<2$. Then
there are items $x$ and a target $z$ with $|z|+s<4+2nu$ such that a subset with the least rounded distance has the
gap $[[example_gap]]$ (other subsets have the same rounded distance). For many items and a small product $nu$ this is
close to an eighth of the bound.

**Reported errors.** A rounded distance differs from the exact one by at most half of the bound on the gap. So, by this
bound, a reported distance below this half cannot be told from $0$, unless it is evaluated exactly, from the items and
the subset.
""",
    steps=STEPS,
    source=Source(
        "2006.07990",
        "NeurIPS 2020",
        "beyond the abstract; textbook (meet in the middle: Horowitz and Sahni 1974; rounding errors of sums: Higham 2002)",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        ITEMS.drawn_from(0, 40),
        Quantity(m, "number of floating-point numbers that are added", COUNT, drawn=(1, 40)),
        TARGET.drawn_from(-2, 2),
        Quantity(A, "sum of the moduli of the numbers that are added", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(s, "sum of the moduli of all items", NON_NEGATIVE, drawn=(0, 4)),
        Quantity(
            u,
            "bound of the relative errors of rounding, the unit roundoff or more: 2⁻⁵³ in double precision",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 2**53), sp.Rational(1, 2**8)),
        ),
        Quantity(h, "number of items of one half", COUNT_FROM_ZERO),
        Quantity((m_1, m_2), "numbers of floating-point numbers in two parts of a sum", COUNT),
        Quantity((A_1, A_2), "sums of the moduli of two parts of a sum", NON_NEGATIVE),
    ),
    symbols={
        "x_i": "item $i$",
        "x": "item that is added; in the example all of them",
        **SUBSET,
        r"\alpha,\beta": "sums from the first and from the second list",
        r"\hat\alpha,\hat\beta": "these sums as computed in floating point",
    },
    remarks=(
        Remark(
            r"$|z|$ cannot be left out of the bound: for $z=1$, $x=(3,1,-7)\cdot10^{-17}$ every rounded $z-\sum_Sx$ is $1$, but the distances differ by up to "
            r"$11\cdot10^{-17}$, whereas $2nus<10^{-31}$.",
            "doubles_are_within_the_bound",
        ),
    ),
    hypotheses=(
        Hypothesis("exact part: rational input and exact arithmetic, as for integers of bounded length"),
        Hypothesis(
            "floating point: rounding to nearest, no overflow; half sums item by item, then z − α, then the difference"
        ),
        Hypothesis(
            "for the example, two halves of an odd number of items, and the unit roundoff itself",
            sp.Eq(sp.Mod(n, 4), 2),
            needed_by=("example_gap",),
        ),
        Hypothesis("for the example, ties to even and a target below 4", (n - 2) * u < 2, needed_by=("example_gap",)),
    ),
    aids={"method": "exact"},
    sharp=(
        Sharp(
            expression="operations",
            example="negative items in the first half and, in the other half, positive items, each larger than the sum of the moduli of the negative ones; $z=0$",
            check="work_is_counted",
        ),
        Sharp(
            expression="summation_error",
            example="$1+u+\\dots+u$, from left to right, which rounds to $1$ with ties to even: the bound is $1+(m-1)u$ times its error, as $u\\to0$",
            check="rounded_sums_keep_the_bound",
        ),
    ),
    loose=(
        Loose(
            expression="float_gap",
            truth="example_gap",
            at=tuple(
                {
                    n: items,
                    u: sp.Rational(1, 256),
                    z: example_target.subs({n: items, u: sp.Rational(1, 256)}),
                    s: 2 + sp.Rational(items - 2, 256),
                }
                for items in (10, 30)
            ),
            lost="at most, as other items may have a larger error: in both distances that are compared, each with an error of all additions",
            order="by *gap of the example*",
        ),
    ),
    because={
        "half sums": two_items_more_double_both_lists,
        "merging": lambda writes: induction(writes, h, sp.S.Zero, lambda term: term + 2 * 2**h),
        "run": the_run_leaves_all_sums_but_one,
        "operations": both_halves_and_the_run_add_up,
        "one addition": one_rounding_keeps_below_its_share,
        "all additions": errors_of_parts_add_up,
        "gap": two_evaluations_may_be_off,
        "example": all_items_hit_the_target,
        "gap of the example": the_small_items_are_missing,
    },
    wrong=lambda: {
        "method: greedy by modulus": "greedy",
        "method: doubles": "doubles",
        "method: error evaluated in doubles": "errors in doubles",
        "half_sums: one list of all sums": 2**n,
        "half_sums: halves of equal size": 2 * 2 ** (n / 2),
        "operations: sorted by comparisons": half_sums * sp.log(half_sums, 2),
        "operations: only the run": half_sums - 1,
        "summation_error: errors of one addition": u * A,
        "summation_error: one rounding less": (m - 2) * u * A,
        "summation_error: one rounding more": m * u * A,
        "float_gap: without |z|": float_gap.subs(z, 0),
        "float_gap: without the items": float_gap.subs(s, 0),
        "float_gap: forgets the target among the numbers": float_gap * (n - 1) / n,
        "example_gap: every item swallowed": n * u,
        "example_gap: a half more": example_gap + u,
        "writes: the last list alone": 2**h,
        "writes: one item less": writes.subs(h, h - 1),
        "writes: two more": writes + 2,
        "run: all sums": half_sums,
        "run: one list": half_sums / 2 - 1,
        "run: a run through one list": half_sums / 2,
        "rounding: of the first part": u * m_2 * A_1,
        "rounding: each part its own": u * (m_1 * A_1 + m_2 * A_2),
        "rounding: each part its own, once": u * (m_1 - 1) * A_1,
        "example_target: one half": 1 + (n / 2 - 1) * u,
        "example_target: every item small": 2 + n * u,
        "example_target: the large items alone": sp.Integer(2),
        "example_target: a half more": example_target + u,
    },
)
