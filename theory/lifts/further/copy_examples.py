"""L16.3: Lipschitz constants of units, and how probable it is that a vertex with random signs is a copy of one."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.copies import UNIT_INPUTS, UNITS, rho, signs
from sparse_limits.theory.lifts.coverage import INPUT_KEPT, INPUTS, inputs, p_0, r
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, NOTHING_BEYOND, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same

z = sp.Symbol("z", real=True)  # what a unit adds up
x, v, w, y = sp.symbols(
    "x v w y", real=True
)  # an input of a child, the weights above and below it, what the others add
mu = sp.Symbol("mu", positive=True)  # the largest eigenvalue of E xxᵀ
delta = sp.Symbol("delta", nonnegative=True)  # the distance of two vectors of weights

slope = 1 - sp.tanh(z) ** 2
layer_square = mu * delta**2
layer_lipschitz = sp.sqrt(mu)
by_upper = (1 - sp.tanh(y + v * sp.tanh(w * x)) ** 2) * sp.tanh(w * x)
by_lower = (1 - sp.tanh(y + v * sp.tanh(w * x)) ** 2) * (1 - sp.tanh(w * x) ** 2) * v * x
child_square = 1 + (1 + rho) ** 2
tree_lipschitz = sp.sqrt(r + r * (1 + rho) ** 2)
pattern_chance = p_0**signs * (1 - p_0) ** (inputs - signs)
agreement = 2 / 2**signs
sign_copy = 2 * p_0**signs * (1 - p_0) ** (inputs - signs) / 2**signs

STEPS = proof(
    r"""
slope: The slope of $\tanh z$ is $[[slope]]$, from $0$ to $1$.

small changes (from slope; by integration): So $|\tanh z-\tanh z'|\le|z-z'|$.

one layer (from small changes; by Rayleigh): $\|\tanh(w\cdot x)-\tanh(w'\cdot x)\|_D^2\le E_D((w-w')\cdot x)^2$, which is at most
$[[layer_square]]$ for $\|w-w'\|=\delta$.

constant of one layer (from one layer): This is the square of $[[layer_lipschitz]]$ times the distance.

partial derivatives (from slope): For a child with the weights $v$ and $w$ and the input $x$, where all other children add up to $y$, the
unit has the derivative $[[by_upper]]$ with respect to $v$ and $[[by_lower]]$ with respect to $w$.

one child (from slope, partial derivatives; by monotonicity): We have $|\tanh|\le1$, no slope is more than $1$, $|x|\le1$, and
$|v|\le1+\rho$ on the ball. So the squares of both derivatives add up to at most $[[child_square]]$.

along a segment (from one child; by integration): The gradient is no longer than the square root of the sum of $r$ of these. The ball is
convex. So for each $x$ the unit changes by at most this bound times the distance of the weights, and the same holds on average over $D$.

constant of a tree (from one child, along a segment): This bound is $\Lambda=[[tree_lipschitz]]$.

pattern: A vertex has exactly the $s$ inputs of a unit with probability $[[pattern_chance]]$: each of these is present with probability
$p_0$, and each other input is absent.

agreement: All of $s$ fair signs are those of the unit, or all are opposite, with probability $[[agreement]]$: one more sign halves it.

sign copies (from pattern, agreement): Writing $-w$ for $w$ turns $\tanh(w\cdot x)$ into its negative, which the readout absorbs. Signs are
independent of edges. So the probability of a copy is $[[sign_copy]]$.
""",
    globals(),
)


def slope_is_the_derivative(slope: sp.Expr) -> Relations:
    """Of the hyperbolic tangent; from 1 a square is taken, and what is left is one."""
    yield same(slope, sp.diff(sp.tanh(z), z))
    yield same(1 - slope, sp.tanh(z) ** 2)
    yield same(slope, 1 / sp.cosh(z) ** 2, by=lambda gap: sp.simplify(gap.rewrite(sp.exp)))


def weights_of_a_child_have_these_derivatives(slope: sp.Expr, by_upper: sp.Expr, by_lower: sp.Expr) -> Relations:
    """Of the unit; and as products of slopes, by which they are bounded."""
    unit = sp.tanh(y + v * sp.tanh(w * x))
    yield same(by_upper, sp.diff(unit, v))
    yield same(by_lower, sp.diff(unit, w))
    root = slope.subs(z, y + v * sp.tanh(w * x))
    yield same(by_upper, root * sp.tanh(w * x))
    yield same(by_lower, root * slope.subs(z, w * x) * v * x)


def patterns_grow_by_one_input(pattern_chance: sp.Expr) -> Relations:
    """One input that the unit has, which is kept, or has not, which is not; none to begin with."""
    has = valued(pattern_chance, {signs: signs + 1, inputs: inputs + 1})
    yield same(has, p_0 * pattern_chance, by=sp.powsimp)
    yield same(pattern_chance.subs(inputs, inputs + 1), (1 - p_0) * pattern_chance, by=sp.powsimp)
    yield same(pattern_chance.subs({signs: 1, inputs: 1}), p_0)


def signs_are_independent_of_edges(pattern_chance: sp.Expr, agreement: sp.Expr, sign_copy: sp.Expr) -> Relations:
    """The product of both probabilities."""
    yield same(sign_copy, pattern_chance * agreement)


copied_units = Claim(
    label="L16.3",
    title="Lipschitz constants of units, and copies among random signs",
    statement=r"""
In L16.1 a unit $\tanh(w\cdot x)$ has $\Lambda=[[layer_lipschitz]]$, where $\mu$ is the largest eigenvalue of $E_D\,xx^\top$ on its inputs;
so $\Lambda=1$ if this matrix is $I$. Let $|x_i|\le1$, and let $|v_i|\le1$ at the witness. Then a unit
$\tanh\big(\sum_{i\le r}v_i\tanh(w_ix_i)\big)$ has $\Lambda=[[tree_lipschitz]]$ if $\rho_0=0$; otherwise replace $\rho$ by $\rho_0+\rho$.

Let each of $d$ inputs be present with probability $p_0$, and let the weights be independent fair signs. Then a unit $\tanh(w\cdot x)$
copies a given unit on $s$ inputs with signs for weights, up to the sign that the readout absorbs, with probability $[[sign_copy]]$.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "beyond the text at hand, which speaks of a witness network of low loss"),
    provenance=Provenance.EXTENSION,
    quantities=(
        UNITS.drawn_from(1, 4),
        Quantity(rho, "distance by which the weights of a cell may move", POSITIVE, drawn=(1, 3)),
        Quantity(mu, r"largest eigenvalue of $E_D\,xx^\top$", POSITIVE, drawn=(sp.Rational(1, 2), 2)),
        Quantity(delta, "distance of two vectors of weights", NON_NEGATIVE, drawn=(sp.Rational(1, 8), 2)),
        Quantity(z, "what a unit adds up", sp.S.Reals),
        Quantity(x, "input of a child", sp.Interval(-1, 1)),
        Quantity((v, w), "weight of a child in the root, and that of its input", sp.S.Reals),
        Quantity(y, "what all other children add", sp.S.Reals),
        INPUT_KEPT.drawn_from(sp.Rational(1, 8), sp.Rational(7, 8)),
        UNIT_INPUTS.drawn_from(1, 4),
        INPUTS.drawn_from(4, 9),
    ),
    hypotheses=(
        Hypothesis("edges and signs are independent, each of the others"),
        Hypothesis("a unit has no more inputs than there are", signs <= inputs, convention=NOTHING_BEYOND),
    ),
    uses=("L16.1",),
    sharp=(
        Sharp(
            expression="layer_lipschitz",
            example=r"one input of mean square $\mu$, near the weight $0$",
            check="small_weights_attain_the_constant",
        ),
    ),
    loose=(
        Loose(
            expression="tree_lipschitz",
            truth="by_lower",
            at=tuple({r: 1, rho: far, v: 1 + far, w: 0, x: 1, y: 0} for far in (1, 3)),
            lost=r"at most, as other weights may have a longer gradient: in the largest values of both derivatives of a child, which are not large together ($v=1+\rho$, at the "
            "end of the ball, for one child with the weight $0$)",
        ),
    ),
    because={
        "slope": slope_is_the_derivative,
        "partial derivatives": weights_of_a_child_have_these_derivatives,
        "pattern": patterns_grow_by_one_input,
        "agreement": lambda agreement: induction(agreement, signs, sp.S.One, lambda term: term / 2, start=1),
        "sign copies": signs_are_independent_of_edges,
    },
    wrong=lambda: {
        "sign_copy: the pattern alone": 2 ** (signs - 1) * sign_copy,
        "sign_copy: absent inputs forgotten": sign_copy.subs(inputs, signs),
        "slope: the function": sp.tanh(z),
        "slope: not squared": 1 - sp.tanh(z),
        "slope: a slope of 1": sp.S.One,
        "layer_lipschitz: the eigenvalue": mu,
        "layer_lipschitz: one for any inputs": sp.S.One,
        "layer_square: the distance itself": mu * delta,
        "by_upper: without the slope of the root": sp.tanh(w * x),
        "by_upper: the input itself": by_upper.subs(sp.tanh(w * x), w * x),
        "by_lower: without the weight above": by_lower / v,
        "by_lower: without the input": by_lower / x,
        "tree_lipschitz: weights that do not grow": tree_lipschitz.subs(rho, 0),
        "tree_lipschitz: the upper weights alone": sp.sqrt(r),
        "tree_lipschitz: one child": tree_lipschitz.subs(r, 1),
        "child_square: lower weights alone": (1 + rho) ** 2,
        "pattern_chance: absent inputs forgotten": p_0**signs,
        "pattern_chance: any pattern of that size": sp.binomial(inputs, signs) * pattern_chance,
        "pattern_chance: one more": pattern_chance.subs(signs, signs + 1),
        "agreement: one of them": sp.Rational(1, 2),
    },
)
