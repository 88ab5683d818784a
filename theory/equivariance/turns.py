"""Q12.1: which turns of finite order keep a grid of the plane: those of order 1, 2, 3, 4 and 6."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.symbols import IDENTITY
from sparse_limits.theory.formulas.simplifying import weighted
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, exhausts, holds, same

tau = sp.Symbol("tau", integer=True)  # trace of a whole matrix
phi = sp.Symbol("phi", real=True)  # angle
d = sp.Symbol("d", nonnegative=True, integer=True)  # dimension
entries = sp.ImmutableMatrix(2, 2, sp.symbols("a_11 a_12 a_21 a_22", real=True))

turn = sp.ImmutableMatrix([[sp.cos(phi), -sp.sin(phi)], [sp.sin(phi), sp.cos(phi)]])
mirror = sp.ImmutableMatrix([[sp.cos(phi), sp.sin(phi)], [sp.sin(phi), -sp.cos(phi)]])
same_trace = entries[0, 0] + entries[1, 1]
turn_trace = 2 * sp.cos(phi)
below_two, above_minus_two = 4 * sp.sin(phi / 2) ** 2, 4 * sp.cos(phi / 2) ** 2
orders = 2 * sp.pi / sp.acos(tau / 2)
companion = sp.ImmutableMatrix([[0, -1], [1, tau]])
motions = 2**d * sp.factorial(d)
stretched = sp.ImmutableMatrix([[1, -1], [1, 1]])
fourth_power = sp.Integer(-4)

STEPS = proof(
    r"""
one product (by invariant product): The powers of a matrix $A$ with $A^N=I$ are a finite group. So in a suitable basis $A$ is orthogonal.

reflections (from one product): An orthogonal matrix of determinant $-1$ is $[[mirror]]$ for some $\varphi$. Its square is $I$, so its order
is 2.

turns (from one product): An orthogonal matrix of determinant 1 is $[[turn]]$, with the trace $[[turn_trace]]$.

between (from turns): The trace is $[[below_two]]$ below 2 and $[[above_minus_two]]$ above $-2$.

same trace (from one product): In the new basis the trace is still $[[same_trace]]$, which is an integer $\tau$ if the entries are integers.

orders (from reflections, between, same trace): So $\tau\in\{-2,-1,0,1,2\}$. The value 2 belongs to $\varphi=0$, $A=I$. For the other values
$2\cos\varphi=\tau$ says that $\varphi=\pm\frac{2\pi}N$ up to full turns, where $N=[[orders]]$ is 2, 3, 4 and 6, respectively. This is the
order of the turn.

all occur (from orders): $-I$ has the trace $-2$; for the other three traces $[[companion]]$ has the trace $\tau$. These matrices have the
stated orders.

distances: An orthogonal matrix of integers has columns of length 1. So it has one entry $\pm1$ in each column, and as the columns are
orthogonal, these entries stand in different rows. In one more dimension the entry of the last column has one of $d+1$ places and two signs.
So there are $[[motions]]$ matrices.

stretched: $M=[[stretched]]$ has $M^4=[[fourth_power]]\cdot I$, which is $-I$ modulo 3. So $M$ has the order 8 there.
""",
    globals(),
)

TRACES = (-2, -1, 0, 1)


def order_of(matrix: sp.ImmutableMatrix) -> int:
    """The least power that is I, 0 if none of those tried is."""
    power = sp.eye(matrix.rows)
    for count in range(1, 48 + 1):
        power = power * matrix
        if power == sp.eye(matrix.rows):
            return count
    return 0


def turns_are_orthogonal(turn: sp.ImmutableMatrix, turn_trace: sp.Expr) -> Relations:
    """Orthogonal, of determinant 1, and with this trace, for all angles."""
    yield same(weighted(turn.T * turn), weighted(sp.eye(2)))
    yield same(turn.det(), sp.S.One)
    yield same(turn.trace(), turn_trace)


def traces_lie_between(turn_trace: sp.Expr, below_two: sp.Expr, above_minus_two: sp.Expr) -> Relations:
    """Both distances are multiples of squares, for all angles."""
    yield same(2 - turn_trace, below_two)
    yield same(turn_trace + 2, above_minus_two)
    for distance in (below_two, above_minus_two):
        yield holds(bool(distance.is_nonnegative), f"{distance} is nowhere negative")


def traces_stay_in_any_basis(same_trace: sp.Expr) -> Relations:
    """Of S A S⁻¹, for any matrix A and any invertible S, with determinants cleared."""
    basis = sp.Matrix(2, 2, sp.symbols("t_11 t_12 t_21 t_22", positive=True))
    moved = (basis * entries * basis.adjugate()).trace()
    yield same(moved, basis.det() * same_trace, by=sp.expand)


def orders_have_these_traces(orders: sp.Expr, turn_trace: sp.Expr) -> Relations:
    """The turn by 2π/N has the trace τ, and N is 2, 3, 4 and 6, whole numbers."""
    yield same(turn_trace.subs(phi, 2 * sp.pi / orders), tau)
    for trace, expected in zip(TRACES, (2, 3, 4, 6), strict=True):
        yield holds(sp.simplify(orders.subs(tau, trace) - expected) == 0, f"order {expected} at the trace {trace}")


def companions_have_these_orders(companion: sp.ImmutableMatrix, orders: sp.Expr) -> Relations:
    """Determinant 1 and trace τ; and the least power that is I, for each trace above −2, where −I has order 2."""
    yield same(companion.det(), sp.S.One)
    yield same(companion.trace(), tau)
    for trace in TRACES:
        matrix = companion.subs(tau, trace) if trace > -2 else -sp.eye(2)
        found, claimed = order_of(matrix), sp.simplify(orders.subs(tau, trace))
        yield holds(found == claimed, f"trace {trace}: order {found}, claimed {claimed}")


def powers_of_the_stretched_turn(stretched: sp.ImmutableMatrix, fourth_power: sp.Expr, modulus: sp.Expr) -> Relations:
    """√2 times a turn by 45°, whose fourth power is −4; modulo 3 the powers before the eighth are not I."""
    products = (stretched.T * stretched, 2 * sp.eye(2)), (stretched**4, fourth_power * sp.eye(2))
    yield exhausts(products, "products of a matrix of numbers")
    back = [k for k in range(1, 9) if ((stretched**k - sp.eye(2)) % modulus).is_zero_matrix]
    yield holds(back == [8], f"modulo {modulus} I at the powers {back}")


grid_turns = Claim(
    label="Q12.1",
    title="Orders of the turns that preserve a grid",
    headline=r"A turn of finite order that keeps a lattice of the plane is of order 1, 2, 3, 4 or 6; one that keeps a grid of squares is of order 1, 2 or 4. So no grid of pixels is kept by turns of $45^\circ$.",
    statement=r"""
(a) Let $A$ be a $2\times2$ matrix of integers with $A^N=I$ and no smaller positive power equal to $I$. Then $N\in\{1,2,3,4,6\}$: 1 for
$A=I$, 2 for determinant $-1$, and otherwise $$[[orders]]$$ with the trace $\tau\in\{-2,-1,0,1\}$. Such matrices are, for instance, $-I$ for
$\tau=-2$ and $[[companion]]$ for the other three traces. So no turn of any other finite order preserves a lattice of the plane: $C_8$
preserves none, and hence $D_8$ preserves none.

(b) The linear maps that preserve $\mathbb Z^d$ and distances are the $[[motions]]$ signed permutations of coordinates; for $d=2$ these are
the eight elements of $D_4$. So a grid of squares has turns of order 1, 2 and 4 only.

(c) On a torus other orders occur: modulo 3 the matrix $M=[[stretched]]$ permutes the $3\times3$ cells with order 8. In the plane, however,
$M^4=[[fourth_power]]\cdot I$: $M$ stretches by $\sqrt2$, and no power of it other than $M^0$ is $I$.
""",
    steps=STEPS,
    source=Source("2206.04270", "v2", "textbook (the crystallographic restriction: Coxeter 1961); beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(tau, "trace of a whole matrix of finite order and determinant 1 other than $I$", sp.Range(-2, 2)),
        Quantity(phi, "angle of a turn, or twice that of the axis of a reflection", sp.S.Reals, drawn=(-3, 3)),
        Quantity(d, "dimension of a grid", COUNT_FROM_ZERO, drawn=(0, 4)),
        Quantity(tuple(entries), "entries, row by row, of a matrix", sp.S.Reals, drawn=(-3, 3)),
    ),
    hypotheses=(
        Hypothesis("turns are linear maps of the plane that take the points of the grid to points of the grid"),
    ),
    symbols={
        "A": "matrix of whole numbers with a power that is $I$",
        "N": "order of this matrix, the least $N\\ge1$ with $A^N=I$",
        **IDENTITY,
        "C_8": r"group of the turns by multiples of $45^\circ$",
        "D_8,D_4": r"groups of the turns by multiples of $45^\circ$ and of $90^\circ$, with reflections",
        "M": r"matrix that permutes the cells of a torus, and turns the plane by $45^\circ$ and stretches it",
    },
    aids={"modulus": sp.Integer(3)},
    equivalent_mutants={"sin(phi) -> -sin(phi) in mirror, turn": "angles counted the other way"},
    because={
        "reflections": lambda mirror: (
            same(weighted(mirror * mirror), weighted(sp.eye(2))),
            same(mirror.det(), sp.Integer(-1)),
        ),
        "turns": turns_are_orthogonal,
        "between": traces_lie_between,
        "same trace": traces_stay_in_any_basis,
        "orders": orders_have_these_traces,
        "all occur": companions_have_these_orders,
        "stretched": powers_of_the_stretched_turn,
    },
    wrong=lambda: {
        "mirror: a turn": turn,
        "mirror: a sign less": sp.ImmutableMatrix([[sp.cos(phi), sp.sin(phi)], [sp.sin(phi), sp.cos(phi)]]),
        "turn: a reflection": mirror,
        "turn_trace: the sine": 2 * sp.sin(phi),
        "below_two: the cosine": 4 * sp.cos(phi / 2) ** 2,
        "above_minus_two: of the whole angle": 4 * sp.cos(phi) ** 2,
        "same_trace: the other diagonal": entries[0, 1] + entries[1, 0],
        "same_trace: the determinant": entries.det(),
        "same_trace: one entry": entries[0, 0],
        "orders: the trace for the cosine": 2 * sp.pi / sp.acos(tau / 4),
        "orders: the sine": 2 * sp.pi / sp.asin(tau / 2),
        "orders: one more": orders + 1,
        "companion: a reflection": sp.ImmutableMatrix([[0, 1], [1, tau]]),
        "companion: a shear": sp.ImmutableMatrix([[1, 0], [tau, 1]]),
        "companion: twice the trace": sp.ImmutableMatrix([[0, -1], [1, 2 * tau]]),
        "motions: permutations alone": sp.factorial(d),
        "motions: columns may repeat": (2 * d) ** d,
        "motions: turns alone": 2 ** (d - 1) * sp.factorial(d),
        "stretched: a shear": sp.ImmutableMatrix([[1, 0], [1, 1]]),
        "stretched: a quarter turn": companion.subs(tau, 0),
        "modulus: cells modulo 5": sp.Integer(5),
        "modulus: cells modulo 2": sp.Integer(2),
    },
)
