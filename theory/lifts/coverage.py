"""L11.1: how many copies of units a random layer holds, exactly."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.expressivity import symbols as wired
from sparse_limits.theory.expressivity.wired_counts import usual_bound
from sparse_limits.theory.expressivity.wired_neurons import binomial_law
from sparse_limits.theory.lifts.degrees import PROBABILITY, WIDTH, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NOTHING_BEYOND, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same

inputs = sp.Symbol("d", nonnegative=True, integer=True)
pattern = sp.Symbol("s", nonnegative=True, integer=True)  # |S|
p_0 = sp.Symbol("p_0", nonnegative=True)  # that an edge from an input is present
omega = sp.Symbol("omega", nonnegative=True)  # that weights lie in their region
q = sp.Symbol("q", nonnegative=True)  # that a vertex of the first layer is of a type; the same for all types
q_1, q_2 = sp.symbols("q_1 q_2", nonnegative=True)
r = sp.Symbol("r", positive=True, integer=True)  # the number of types, of the children of a root
m = sp.Symbol("m", nonnegative=True, integer=True)
N_1, N_2 = sp.symbols("N_1 N_2", nonnegative=True, integer=True)  # the vertices of each type
z = sp.Symbol("z", real=True)
i, j = sp.symbols("i j", nonnegative=True, integer=True)

INPUTS = Quantity(inputs, "number of inputs", COUNT_FROM_ZERO)
INPUT_KEPT = Quantity(p_0, "probability of an edge from an input", PROBABILITY)
REGION = Quantity(omega, "probability that weights lie in their region", PROBABILITY)
TYPE = Quantity(
    q, "probability that a vertex of the first layer is of a given type, the same for all types", PROBABILITY
)
TWO_TYPES = Quantity(
    (q_1, q_2),
    "probabilities that a vertex of the first layer is of the first and of the second of two types",
    PROBABILITY,
    drawn=(sp.Rational(1, 20), sp.Rational(2, 5)),
)
TYPES = Quantity(r, "number of types, also that of the children of a root", COUNT, drawn=(1, 3))
NUMBER = Quantity(m, "number of copies", COUNT_FROM_ZERO, drawn=(1, 3))
COUNTS = Quantity(
    (N_1, N_2), "numbers of vertices of the first and of the second of two types", COUNT_FROM_ZERO, (1, 3)
)
DISJOINT = Hypothesis("the types are disjoint: no vertex is of two of them")
TWO_DISJOINT = Hypothesis(
    "two disjoint types have together a probability of at most one", q_1 + q_2 <= 1, convention=NOTHING_BEYOND
)
ALL_DISJOINT = Hypothesis(
    "all disjoint types have together a probability of at most one", r * q <= 1, convention=NOTHING_BEYOND
)
DISJOINT_UNITS = Hypothesis(
    "disjoint units have together a probability of at most one", r * q <= 1, convention=NOTHING_BEYOND
)

type_probability = p_0**pattern * (1 - p_0) ** (inputs - pattern) * omega
copies_law = sp.Piecewise((0, m > n), (binomial_law(n, q, m), True))
binomial_below = sp.Sum(binomial_law(n, q, i), (i, 0, sp.Min(m - 1, n)))
chernoff = usual_bound.subs({wired.m: n, wired.p: q, wired.k: 1})


def trinomial(first: sp.Expr, second: sp.Expr) -> sp.Expr:
    """The probability that of n vertices so many are of each of two types; at most n altogether."""
    rest = n - first - second
    ways = sp.factorial(n) / (sp.factorial(first) * sp.factorial(second) * sp.factorial(rest))
    return ways * q_1**first * q_2**second * (1 - q_1 - q_2) ** rest


counts_law = sp.Piecewise((0, n < N_1 + N_2), (trinomial(N_1, N_2), True))
both_below = sp.Sum(trinomial(i, j), (j, 0, sp.Min(m - 1, n - i)), (i, 0, sp.Min(m - 1, n)))
both_covered = sp.Piecewise(
    (1, m < 1),
    (0, sp.Or(2 * m > n, q_1 * q_2 <= 0)),
    (1 - binomial_below.subs(q, q_1) - binomial_below.subs(q, q_2) + both_below, True),
)
all_covered = sp.Piecewise(
    (0, sp.Or(r > n, q <= 0)), (sp.Sum((-1) ** j * sp.binomial(r, j) * (1 - j * q) ** n, (j, 0, r)), True)
)
union_bound = 1 - r * sp.exp(-n * q)


def covering(chance: sp.Expr) -> sp.Expr:
    """The exponential generating function of m or more vertices of a type."""
    return sp.exp(chance * z) - sp.Sum((chance * z) ** i / sp.factorial(i), (i, 0, m - 1))


type_series = covering(q)
generating_function = sp.exp((1 - q_1 - q_2) * z) * covering(q_1) * covering(q_2)
one_missing = (1 - q) ** n

STEPS = proof(
    r"""
one type: A vertex is of a given type with probability $[[type_probability]]$: a further input either belongs to the pattern and is present
with probability $p_0$, or does not belong to it and is absent with probability $1-p_0$. Without inputs the weights alone decide.

vertices (by independence): Each vertex has its own edges and weights, so the $n$ vertices are independent.

number of copies (from one type, vertices): So $P(M=m)=[[copies_law]]$: a further vertex raises $M$ by one with probability $q$, and
otherwise leaves it unchanged.

fewer copies (from number of copies; by additivity): $P(M<m)=[[binomial_below]]$, the sum of these probabilities.

half the mean (from number of copies; by E2): $P(M<\frac{nq}2)\le[[chernoff]]$, which is the bound of E2 for one input and the probability
$q$.

two types (from vertices): $P(N_1,N_2)=[[counts_law]]$: a further vertex raises one of the counts, with probabilities $q_1$ and $q_2$, or
neither. It cannot raise both, as the types are disjoint.

both covered (from fewer copies, two types; by additivity): The probability of $m$ or more copies of each type is $[[both_covered]]$: from
$1$ subtract the probabilities that the first type has fewer and that the second type has fewer, and add what is then subtracted twice.

series of a type: $[[type_series]]$ is the sum of the terms $\frac{(qz)^i}{i!}$ with $i\ge m$ of the exponential series.

generating function (from two types, series of a type): $P(N_1,N_2)\frac{z^n}{n!}$ is the product of $\frac{(q_1z)^{N_1}}{N_1!}$,
$\frac{(q_2z)^{N_2}}{N_2!}$ and a term of $e^{(1-q_1-q_2)z}$. The sum over $n$ and over all counts from $m$ on is $[[generating_function]]$.

all types (from vertices): All $r$ types are present with probability $[[all_covered]]$: the first of $n+1$ vertices either is of none of
these types, with probability $1-rq$, or is of one type, and then the other vertices cover the other $r-1$ types. Without vertices the sum
is $0$.

one missing (from number of copies): A given type is missing with probability $[[one_missing]]$.

decay (from one missing; by exponential): This probability is at most $e^{-nq}$.

union (from decay; by union bound): So all types are present with probability at least $[[union_bound]]$.
""",
    globals(),
)


def where_some(formula: sp.Expr) -> sp.Expr:
    """A formula without its case distinction: in the last case."""
    return formula.replace(sp.Piecewise, lambda *cases: cases[-1][0])


def without_last_term(gap: sp.Expr) -> sp.Expr:
    """A gap of sums that end at m − 1 or at m, those at m without their last term, which is added."""

    def split(term: sp.Expr, limits: sp.Tuple) -> sp.Expr:
        index, low, high = limits
        return sp.Sum(term, (index, low, m - 1)) + term.subs(index, m) if high == m else sp.Sum(term, limits)

    return sp.simplify(sp.expand(gap.replace(sp.Sum, split)))


def series_lose_term_after_term(type_series: sp.Expr) -> Relations:
    """All of the exponential series at m = 0, and from m to m + 1 one term less."""
    term = (q * z) ** m / sp.factorial(m)
    yield same(type_series, type_series.subs(m, m + 1) + term, by=without_last_term)
    yield same(type_series.subs(m, 0).doit(), sp.exp(q * z))


copies_in_one_layer = Claim(
    label="L11.1",
    title="Coverage with one hidden layer: exact counts of copies",
    headline=r"In a hidden layer of $n$ vertices with $d$ inputs, each is a copy of a unit that reads $s$ inputs with probability $$q=[[type_probability]].$$ The number of copies is binomial, of $n$ trials. The counts of disjoint types are multinomial.",
    statement=r"""
**One type.** Let a hidden layer have $n$ vertices and $d$ inputs. Each edge is present independently with probability $p_0$, and the
weights are iid. A *type* is a pattern $S$ of $s$ inputs, from which alone edges lead into the vertex, with a region of weights of
probability $\omega$. A vertex is of this type with probability $q=[[type_probability]]$; it is then called a *copy*. The number $M$ of copies is binomial:
$P(M=m)=[[copies_law]]$, $P(M<m)=[[binomial_below]]$, and $P(M<\frac{nq}2)\le[[chernoff]]$.

**Disjoint types.** Their counts are multinomial. For two types $P(N_1,N_2)=[[counts_law]]$, and each has $m$ or more copies with
probability
$$[[both_covered]].$$
This is $n!$ times the coefficient of $z^n$ in $[[generating_function]]$; for more types it is formed in the same way. All of $r$ disjoint
types of the same probability $q$ are present with probability $[[all_covered]]\ge[[union_bound]]$.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "abstract (random graph theory); beyond the text seen"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTH.drawn_from(6, 9),
        INPUTS.drawn_from(2, 5),
        Quantity(pattern, "number of inputs in the pattern of a type", COUNT_FROM_ZERO, drawn=(0, 2)),
        INPUT_KEPT.drawn_from(sp.Rational(1, 5), sp.Rational(4, 5)),
        REGION.drawn_from(sp.Rational(1, 4), 1),
        TYPE.drawn_from(sp.Rational(1, 20), sp.Rational(3, 10)),
        TWO_TYPES,
        TYPES,
        NUMBER,
        COUNTS.drawn_from(1, 2),
        Quantity(z, "variable of the generating function", sp.S.Reals, drawn=(sp.Rational(1, 2), 3)),
    ),
    hypotheses=(
        Hypothesis("edges and weights are independent, edges from the inputs of one probability"),
        Hypothesis("a pattern has no more inputs than there are", pattern <= inputs),
        DISJOINT,
        TWO_DISJOINT,
        ALL_DISJOINT,
    ),
    symbols={
        "S": "pattern, the set of the inputs from which edges lead into a vertex",
        "M": "number of copies of a unit",
        "P": "probability",
        "i,j": "numbers of vertices of a first and of a second type, in sums",
    },
    loose=(
        Loose(
            expression="chernoff",
            truth="binomial_below",
            at=tuple({n: width, q: sp.Rational(1, 4), m: width / sp.Integer(8)} for width in (80, 320)),
            lost=r"in the constant $\frac18$ of Chernoff's lower tail, which no binomial law has",
        ),
        Loose(
            expression="union_bound",
            truth="all_covered",
            at=tuple({n: width, q: sp.Rational(1, 8), r: 4} for width in (16, 32)),
            lost=r"in $1-q\le e^{-q}$, and in the union bound, as types may be missing together",
            side=Side.BELOW,
        ),
    ),
    because={
        "series of a type": series_lose_term_after_term,
        "one missing": lambda copies_law, one_missing: same(one_missing, where_some(copies_law).subs(m, 0)),
    },
    wrong=lambda: {
        "type_probability: other inputs may be connected": p_0**pattern * omega,
        "type_probability: pattern only": type_probability / omega,
        "type_probability: absent and present exchanged": type_probability.subs(p_0, 1 - p_0),
        "copies_law: Poisson": sp.exp(-n * q) * (n * q) ** m / sp.factorial(m),
        "copies_law: one place for the copies": copies_law / sp.binomial(n, m),
        "binomial_below: at most m": binomial_below.subs(m, m + 1),
        "binomial_below: at least m": 1 - binomial_below,
        "counts_law: independent counts": copies_law.subs({q: q_1, m: N_1}) * copies_law.subs({q: q_2, m: N_2}),
        "counts_law: in one order": counts_law / sp.binomial(N_1 + N_2, N_1),
        "counts_law: others forgotten": counts_law / (1 - q_1 - q_2) ** (n - N_1 - N_2),
        "both_covered: product of marginals": (1 - binomial_below.subs(q, q_1)) * (1 - binomial_below.subs(q, q_2)),
        "both_covered: one type alone": 1 - binomial_below.subs(q, q_1),
        "both_covered: union bound": union_bound.subs({r: 2, q: q_1}),
        "generating_function: nothing else in the layer": generating_function * sp.exp((q_1 + q_2 - 1) * z),
        "generating_function: one copy fewer": generating_function.subs(m, m - 1),
        "all_covered: independent types": (1 - (1 - q) ** n) ** r,
        "all_covered: Poisson": (1 - sp.exp(-n * q)) ** r,
        "all_covered: independent types, as a sum": sp.Sum(
            (-1) ** j * sp.binomial(r, j) * (1 - q) ** (j * n), (j, 0, r)
        ),
        "all_covered: all missing ones alike": sp.Sum((-1) ** j * sp.binomial(r, j) * (1 - q) ** n, (j, 0, r)),
        "all_covered: one type fewer": all_covered.subs(r, r - 1),
        "all_covered: one vertex fewer": all_covered.subs(n, n - 1),
        "chernoff: δ²μ in place of δ²μ/2": sp.exp(-n * q / 4),
        "chernoff: e^{−μ/2}": sp.exp(-n * q / 2),
        "union_bound: one type": 1 - sp.exp(-n * q),
        "type_series: one term more": type_series.subs(m, m + 1),
        "type_series: the first terms": sp.exp(q * z) - type_series,
        "one_missing: one vertex": 1 - q,
        "one_missing: its bound": sp.exp(-n * q),
    },
)
