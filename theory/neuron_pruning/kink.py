"""N1: what it costs to be straight where the target bends."""

from collections.abc import Iterator

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.simplifying import by_moduli
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

kink = sp.Symbol("h", real=True)  # the change of slope
radius = sp.Symbol("r", positive=True)  # half the width of the interval
x = sp.Symbol("x", real=True)  # t − t*, the distance from the kink

kink_function = kink * sp.Max(x, 0)  # the part of F that is not affine
second_difference = kink * radius  # of F at −r, 0, r
kink_bound = sp.Abs(second_difference) / 4
sawtooth = second_difference / 4 * (2 * sp.Abs(x) / radius - 1)  # the error that alternates
best_affine = kink * x / 2 + kink * radius / 4

STEPS = proof(
    r"""
kink (a definition): In $x=t-t^*$ the part of $F$ that is not affine is $[[kink_function]]$; the affine part is moved to $g$.

second difference (from kink): The resulting $g$ is affine on the whole interval. So the second difference $e(-r)-2e(0)+e(r)$ of the error
$e=F-g$ is that of $F$, $[[second_difference]]$, whatever the slope and the offset of $g$ are.

three errors (by triangle inequality): $|e(-r)-2e(0)+e(r)|\le|e(-r)|+2|e(0)|+|e(r)|$, which is at most $4\sup|e|$.

bound (from second difference, three errors): So $\sup|e|\ge[[bound]]$, a quarter of the modulus of $[[second_difference]]$.

sawtooth (from bound): The function $[[sawtooth]]$ has the modulus of the *bound* at $-r$, $0$ and $r$, with alternating signs, and no
larger one for $|x|\le r$: the square of the bound exceeds its square by $\frac{h^2}4|x|(r-|x|)$.

equality (from kink, sawtooth): The error of $g=[[best_affine]]$ is the *sawtooth*, since $\sigma(x)=\frac12(x+|x|)$.
""",
    globals(),
    bound=kink_bound,
)

WEIGHTS = (1, -2, 1)  # of the second difference


slope, offset = sp.symbols("slope offset", real=True)  # of any affine function


def errors(kink_function: sp.Expr, affine: sp.Expr) -> Iterator[sp.Expr]:
    """F − g at t* + r, t*, t* − r, where a piecewise affine error has its extremes."""
    for node in (radius, sp.Integer(0), -radius):
        yield (kink_function - affine).subs(x, node)


def second_difference_knows_no_affine_function(kink_function: sp.Expr, second_difference: sp.Expr) -> Relations:
    """The second difference of F − g at −r, 0, r, slope and offset free."""
    values = errors(kink_function, slope * x + offset)
    yield same(second_difference, sp.Add(*(w * e for w, e in zip(WEIGHTS, values, strict=True))))


def second_difference_is_four_times_the_bound(second_difference: sp.Expr, bound: sp.Expr) -> Relations:
    """|Δ²| is the bound times the moduli of the weights of the three errors."""
    yield same(sp.Abs(second_difference), bound * sum(map(abs, WEIGHTS)))


def best_affine_function_attains_the_bound(
    kink_function: sp.Expr, bound: sp.Expr, sawtooth: sp.Expr, best_affine: sp.Expr
) -> Relations:
    """F − g is the sawtooth, for a g that is affine; three errors of the size of the bound, with alternating signs."""
    yield same(kink_function - best_affine, sawtooth, by=by_moduli)
    yield same(sp.diff(best_affine, x, 2), sp.S.Zero)
    right, middle, left = errors(kink_function, best_affine)
    yield same(left, -middle)
    yield same(right, -middle)
    for error in (right, middle, left):
        yield same(sp.Abs(sp.expand(error)), bound)


kink_lemma = Claim(
    label="N1",
    title="A kink costs a quarter of its height times its radius",
    headline=r"Let $F$ be affine but for one kink, at which its slope changes by $h$. If $g$ is affine on the whole interval of the points within $r$ of the kink, then on this interval $$\sup|F-g|\ge[[bound]].$$",
    statement=r"""
Let $F(t)=\text{affine}+h\,\sigma(t-t^*)$ with $\sigma(x)=\max(x,0)$, and let $g$ be affine on $[t^*-r,t^*+r]$. Then $\sup|F-g|\ge[[bound]]$
over this interval, with equality for $g=[[best_affine]]$ (in $x=t-t^*$, up to the affine part of $F$).
""",
    steps=STEPS,
    source=Source("2603.02234", "v1", "Lemma 2: “A breakpoint is necessary for approximation”; the constant is ours"),
    provenance=Provenance.RECONSTRUCTED,
    quantities=(
        Quantity(kink, "change of slope at the kink", sp.S.Reals),
        Quantity(radius, "half the width of the interval", POSITIVE),
        Quantity(x, "place on the interval, measured from the kink", sp.S.Reals),
    ),
    symbols={
        "F": "function of one variable with one kink",
        "g": "affine function, which is to come close",
        "t": "argument of the functions",
        "t^*": "place of the kink",
        r"\sigma": r"ReLU, $\sigma(x)=\max(x,0)$",
    },
    hypotheses=(Hypothesis("$g$ is affine on the whole interval, whose middle is the kink"),),
    also=("kink_function",),
    sharp=(
        Sharp(
            expression="bound",
            example="the best affine function",
            check="no_affine_function_does_better",
            side=Side.BELOW,
        ),
    ),
    because={
        "second difference": second_difference_knows_no_affine_function,
        "bound": second_difference_is_four_times_the_bound,
        "sawtooth": lambda bound, sawtooth: same(
            bound**2 - sawtooth**2, kink**2 / 4 * sp.Abs(x) * (radius - sp.Abs(x))
        ),
        "equality": best_affine_function_attains_the_bound,
    },
    wrong=lambda: {
        "second_difference: without the radius": kink,
        "kink_function: smooth function": kink * x**2,
        "kink_function: kink of twice the height": kink * sp.Abs(x),
        "kink_function: smooth function over the radius": kink * x**2 / radius,
        "bound: negative for a kink downwards": kink * radius / 4,
        "sawtooth: one side of it": sawtooth.subs(sp.Abs(x), x),
        "sawtooth: shifted to one sign": sawtooth + second_difference / 4,
        "best_affine: no offset": kink * x / 2,
        "best_affine: slope of one side": kink * x + kink * radius / 4,
        "best_affine: interpolates the ends": kink * (x + radius) / 2,
        "best_affine: offset of the kink upwards": kink * x / 2 + sp.Abs(kink) * radius / 4,
    },
)
