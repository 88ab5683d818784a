"""R12: the scheme of R8 needs the logarithm of the number of weights."""

from dataclasses import replace

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import UNIT, Hypothesis
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relations, induction, nonnegative, same
from sparse_limits.theory.subset_sum.block_counts import (
    d_0,
    d_1,
    no_pair,
    scheme_success,
    scheme_units,
    unlucky,
    weights,
)
from sparse_limits.theory.subset_sum.potential import MASS, a, kappa
from sparse_limits.theory.subset_sum.symbols import FAILURE, delta, n
from sparse_limits.theory.subset_sum.two_layers import (
    INPUTS,
    OUTPUTS,
    PRODUCT_DENSITY,
    PRODUCT_REACH,
    UNIFORM_ENTRIES,
    UNITS,
    WEIGHT_ERROR,
    size,
)

one_output = (1 - no_pair) ** d_0  # of d₁ = 1: each block has a unit with two positive entries
least_units = sp.log(weights / -sp.log(1 - delta)) / sp.log(2)
size_slope = 1 / -sp.log(1 - a * kappa / 4)  # of R8's number of units, in the logarithm of the number of weights
wide_excess = sp.log(2) * size_slope

STEPS = proof(
    r"""
block (by R8 for unit): In R8 the units of block $i$ keep only entries $A_{ki}$ of $A$. At $x=e_i$ such a unit has the value
$\sigma(A_{ki})$, which is $0$ unless $A_{ki}>0$, and all other units have the value $0$.

no entry helps (from block; by monotonicity): If all $B_{jk}$ in block $i$ with $A_{ki}>0$ are $0$ or negative, so is every sum of products
$B_{jk}\sigma(A_{ki})$ that are kept. After the ReLU the output $j$ is then $0$. Its error is $W_{ji}>\varepsilon$, whereas
$\varepsilon\|x\|_1=\varepsilon$.

one weight (from no entry helps): By symmetry an entry of $B$ is $0$ or negative with probability at least $\frac12$, whatever $A$ is. At
most $n$ of these entries count. All of them are nonpositive with probability at least $[[unlucky]]$, a factor of a half for each.

other weights (from one weight; by independence): Given $A$, different pairs $(j,i)$ have different entries of $B$, which are independent.

all weights (from one weight, other weights): So the probability that none of the $d_0d_1$ weights fails is at most $[[scheme_success]]$,
one factor for each weight, whatever $A$ is.

units (from all weights): This bound increases with $n$, and it is $1-\delta$ at $n=[[scheme_units]]$.

exponential (by exponential): $1-y\le e^{-y}$, for $y=\frac1{d_0d_1}\ln\frac1{1-\delta}$.

fewer (from units, exponential): Replacing $1-e^{-y}=1-(1-\delta)^{1/d_0d_1}$ by $y$ makes the logarithm no larger. So
$n\ge[[least_units]]$.

R8 (by R8 for size): R8's number of units, which is affine in $\ln d_0d_1$, is enough.

slope (from R8): This number has the slope $[[size_slope]]$ in $\ln d_0d_1$.

excess (from fewer, slope): The lower bound is also affine in $\ln d_0d_1$. So as $d_0d_1\to\infty$ the quotient of the two tends to the
quotient of their slopes, $[[wide_excess]]$.
""",
    globals(),
    scheme_success=scheme_success,
    scheme_units=scheme_units,
    unlucky=unlucky,
)


def in_factors(expression: sp.Expr) -> sp.Expr:
    """Zero, where it is, in terms of the probability that a weight does not fail."""
    lucky = sp.Symbol("lucky", positive=True)
    return sp.simplify(sp.powsimp(sp.expand(expression.subs(1 - unlucky, lucky))))


def success_is_a_factor_for_each_weight(scheme_success: sp.Expr, unlucky: sp.Expr) -> Relations:
    """One input, and the weights of one more, for one output and one more."""
    one = scheme_success.subs({d_0: 1, d_1: 1})
    yield same(one, 1 - unlucky)
    yield same(scheme_success.subs(d_0, d_0 + 1), scheme_success * (1 - unlucky) ** d_1, by=in_factors)
    yield same(scheme_success.subs(d_1, d_1 + 1), scheme_success * (1 - unlucky) ** d_0, by=in_factors)


def success_at_these_units(scheme_success: sp.Expr, scheme_units: sp.Expr) -> Relations:
    """It is 1 − δ there, as 2^(−n) is what one weight may fail with; and its logarithm has a positive derivative in n."""
    yield same(2**-scheme_units, 1 - (1 - delta) ** (1 / weights))
    yield same(scheme_success.subs(n, scheme_units), 1 - delta)
    slope = sp.diff(sp.log(scheme_success), n)
    yield same(slope, weights * sp.log(2) * unlucky / (1 - unlucky))
    y = sp.Symbol("y", positive=True)
    more = sp.symbols("d_0 d_1", positive=True, integer=True)
    where = {n: sp.log(1 + y) / sp.log(2), **dict(zip((d_0, d_1), more, strict=True))}
    yield nonnegative(slope, sp.Mul(*more) * sp.log(2) / y, where=where, strict=True)


def slope_is_that_of_the_units(size_slope: sp.Expr) -> Relations:
    """R8's number of units, differentiated in the logarithms of the inputs and of the outputs."""
    for letter in (d_0, d_1):
        yield same(size_slope, letter * sp.diff(size, letter))


def slopes_have_this_quotient(size_slope: sp.Expr, least_units: sp.Expr, wide_excess: sp.Expr) -> Relations:
    """The slope of the lower bound in the logarithms of the inputs and of the outputs times the quotient."""
    for letter in (d_0, d_1):
        yield same(size_slope, wide_excess * letter * sp.diff(least_units, letter))


block_scheme = Claim(
    label="R12",
    title="R8's blocks need the logarithm of the number of weights",
    statement=r"""
Let all weights of the target of R8 satisfy $W_{ji}>\varepsilon$. Consider masks of R8's form: in the $i$-th of $d_0$ blocks
of $n$ units they keep only entries $A_{ki}$ of the first layer, and any entries of the second. The probability that
some such masks have an error of at most $\varepsilon\|x\|_1$ at all $x\ge0$ is at most $$[[scheme_success]].$$ So
failure with probability at most $\delta$ needs
$$n\ge[[scheme_units]]\ge[[least_units]].$$
As $d_0d_1\to\infty$, all else fixed, R8's number is in the limit $[[wide_excess]]$ times as large as the last bound.
So for such masks it has the right order in the number of weights. (R9 has no such term, but has the term in
$\varepsilon$.) Whether other masks or another random source can avoid the logarithm of the number of weights is left
open.
""",
    steps=STEPS,
    source=Source("2006.07990", "NeurIPS 2020", "beyond the abstract; ours, on the order of R8"),
    provenance=Provenance.EXTENSION,
    quantities=(
        UNITS.drawn_from(0, 20),
        INPUTS,
        OUTPUTS,
        PRODUCT_REACH.drawn_from(sp.Rational(1, 4), 1),
        PRODUCT_DENSITY,
        WEIGHT_ERROR.drawn_from(sp.Rational(1, 100), sp.Rational(1, 10)),
        replace(FAILURE, within=UNIT),
    ),
    hypotheses=(
        replace(MASS, needed_by=("wide_excess",)),
        Hypothesis(
            "independent entries of one symmetric law, independent of the target, all weights of which exceed ε"
        ),
    ),
    uses=("R9",),
    aids={"one_output": one_output, "size": size},
    open_questions=(
        OpenQuestion(
            asks=r"""Can a random source of independent weights of one law hold all targets at a width without $\ln(d_0d_1)$?""",
            obstacle=r"""If the random weights that serve one weight of the target serve no other, some target weight is missed unless each has of the order of $\ln(d_0d_1)$ random weights. Masks that lead several weights of the target through the same random weights escape this argument, and no other argument is known here; counting (R9, Q8) has no such logarithm.""",
            known="The blocks of R8 and Q7.1 need it (R12, Q11.3). A fixed source does not: numbers that double (R9).",
            evidence="None was computed.",
        ),
    ),
    loose=(
        Loose(
            expression="scheme_success",
            truth="one_output",
            at=tuple({n: units, d_0: 100, d_1: 1} for units in (8, 16)),
            lost=r"at least, as the truth is smaller yet: in units with $A_{ki}\le0$, which are counted, although a weight fails if every unit has a factor that is "
            r"not positive, with $(\frac34)^n$ for one output",
        ),
        Loose(
            expression="scheme_units",
            truth="size",
            at=tuple({d_0: w, d_1: 10, delta: sp.Rational(1, 10), **UNIFORM_ENTRIES} for w in (10, 1000)),
            lost=r"at most, as the truth lies between: in units with $A_{ki}\le0$, which are counted, in the distance $\varepsilon$, which it does not use, "
            r"and in R4's proof, which gives R8's number",
            order=r"by R8, as $d_0d_1\to\infty$: step *excess*",
            side=Side.BELOW,
        ),
        Loose(
            expression="least_units",
            truth="scheme_units",
            at=tuple({d_0: w, d_1: 1, delta: sp.Rational(1, 10)} for w in (1, 10)),
            lost="in $1-y\\le e^{-y}$",
            order=r"as $d_0d_1\to\infty$, where $y\to0$ in *exponential*",
            side=Side.BELOW,
        ),
    ),
    because={
        "one weight": lambda unlucky: induction(unlucky, n, sp.S.One, lambda term: term / 2),
        "all weights": success_is_a_factor_for_each_weight,
        "units": success_at_these_units,
        "slope": slope_is_that_of_the_units,
        "excess": slopes_have_this_quotient,
    },
    wrong=lambda: {
        "unlucky: usable entries are half": sp.Rational(3, 4) ** n,
        "unlucky: one entry": sp.Rational(1, 2),
        "scheme_success: some weight": 1 - unlucky**weights,
        "scheme_success: one weight for each output": (1 - unlucky) ** d_1,
        "scheme_success: union bound": 1 - weights * unlucky,
        "scheme_success: falling": (1 - unlucky) ** -weights,
        "scheme_success: usable entries are half": (1 - sp.Rational(3, 4) ** n) ** weights,
        "scheme_success: a half for each weight": sp.Rational(1, 2) ** weights,
        "scheme_units: union bound": sp.log(weights / delta) / sp.log(2),
        "scheme_units: of one weight": -sp.log(delta) / sp.log(2),
        "least_units: for 1 − δ": sp.log(weights / delta) / sp.log(2),
        "least_units: of the inputs": least_units.subs(d_1, 1),
        "size_slope: of both factors of the item": 1 / -sp.log(1 - a * kappa / 2),
        "one_output: entries behind the units alone": (1 - unlucky) ** d_0,
        "one_output: one input": one_output.subs(d_0, 1),
        "one_output: a quarter": (1 - 4**-n) ** d_0,
    },
)
