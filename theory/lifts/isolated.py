"""L11.2: how many copies of a witness a random sparse lift with two hidden layers contains, exactly."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.bracketed_sum import BracketedSum
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.lifts.coverage import (
    ALL_DISJOINT,
    COUNTS,
    DISJOINT,
    N_1,
    N_2,
    NUMBER,
    REGION,
    TWO_DISJOINT,
    TWO_TYPES,
    TYPE,
    TYPES,
    i,
    j,
    m,
    omega,
    q,
    q_1,
    q_2,
    r,
    trinomial,
    where_some,
)
from sparse_limits.theory.lifts.degrees import DEGREE, SPARSE, WIDTH, k, lam, n
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NOTHING_BEYOND, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, same, vanishes

edge = lam / n
matching = omega * q**r
ORDER = Quantity(k, "order of a factorial moment", COUNT_FROM_ZERO, drawn=(1, 3))

# The letters of sentences on isolated copies
ISOLATED = {
    "M'": "number of isolated copies of the witness, whose children have no other edge out",
    "E": "mean over the draw of the lift",
}


def within(vertices: sp.Expr, count: sp.Expr) -> sp.Expr:
    """A count that needs so many vertices in a layer of n; without a value where λ/n is no probability."""
    return sp.Piecewise((0, vertices > n), (count, lam <= n))


places = n * sp.ff(n, r)
cell_chance = edge**r * (1 - edge) ** (n - r) * matching
isolation = (1 - edge) ** (r * (n - 1))
tuples = sp.ff(n, k) * sp.ff(n, r * k)
tuple_chance = edge ** (r * k) * (1 - edge) ** (r * k * (n - 1) + k * (n - r * k)) * matching**k
copies, moment = places * cell_chance, tuples * tuple_chance
tail_weight = (-1) ** (i - m) * sp.binomial(i - 1, m - 1)
inclusion_exclusion = BracketedSum(  # Bonferroni
    tail_weight * valued(moment, {k: i}) / sp.factorial(i), (i, m, sp.floor(n / r))
)

expected_copies = within(r, copies)
isolated_mean = within(r, isolation * copies)
factorial_moment = within(r * k, moment)
isolated_at_least = sp.Piecewise((1, m < 1), (0, r * m > n), (inclusion_exclusion, lam <= n))
isolated_variance = factorial_moment.subs(k, 2) + isolated_mean - isolated_mean**2

copy_chance = sp.Piecewise((0, n < 2), (omega * N_1 * N_2 * edge**2 * (1 - edge) ** (n - 2), lam <= n))
none = sp.Sum(trinomial(i, j) * (1 - where_some(copy_chance).subs({N_1: i, N_2: j})) ** n, (j, 0, n - i), (i, 0, n))
some_copy = sp.Piecewise(
    (0, sp.Or(n < 2, omega * q_1 * q_2 * lam <= 0, sp.And(sp.Eq(lam, n), n > 2))), (1 - none, lam <= n)
)

STEPS = proof(
    r"""
places: Choose a root and, for each of its $r$ children, a vertex of the first layer, all of them distinct, in the order of their types.
There are $[[places]]$ such choices.

one place: Such a choice is a copy with probability $[[cell_chance]]$: the root is connected to these $r$ vertices and to none of the
others, they have their types, and the top weights are in their region.

copies (from places, one place): So $EM=[[expected_copies]]$, the sum over all choices; there are no choices if $r>n$.

isolation: The other $n-1$ roots are connected to none of the $r$ children with probability $[[isolation]]$, and none of these edges was
considered before.

isolated copies (from copies, isolation): So $EM'=[[isolated_mean]]$.

several places: Isolated copies have no child in common. There are $[[tuples]]$ choices of $k$ distinct roots and their children: a further
root is one of $n-k$ roots, and its children are $r$ of the other $n-rk$ vertices.

all at once (from one place, isolation): Of the $rkn$ edges out of these children $rk$ are present, and each of the chosen roots is
connected to none of the other $n-rk$ vertices. So they are all isolated copies with probability $[[tuple_chance]]$.

factorial moments (from several places, all at once): $(M')_k$ counts the ordered lists of $k$ distinct isolated copies, so that
$E(M')_k=[[factorial_moment]]$.

variance (from isolated copies, factorial moments; gives isolated_variance): As $x^2=(x)_2+x$, $\mathrm{Var}M'=E(M')_2+EM'-(EM')^2$.

weights of a tail: For whole numbers $x\ge m\ge1$ the sum of $[[tail_weight]]\binom xi$ over $i$ from $m$ to $x$ is $1$: it is $1$ at $x=m$,
and does not change from $x$ to $x+1$, as the added terms telescope. For $x<m$ the sum is empty.

tail (from factorial moments, weights of a tail; by linearity): So $P(M'\ge m)=[[isolated_at_least]]$, the mean of this sum at $x=M'$, as
$E\binom{M'}i=E(M')_i/i!$.

two children (from one place): Let $N_1$ and $N_2$ vertices have the types of the two children. A root has $N_1N_2$ choices of children,
which are mutually exclusive; it is a copy with probability $[[copy_chance]]$.

roots (from two children; by independence): The roots have their own edges and top weights. So, given $N_1$ and $N_2$, $M$ is binomial with
$n$ trials and this success probability.

counts (by L11.1): $N_1$ and $N_2$ have the multinomial law.

some copy (from roots, counts; by tower): $P(M\ge1)=[[some_copy]]$, which is $1$ minus the mean over this law of the probability that no
root is a copy.
""",
    globals(),
)


def pairs_exclude_each_other(cell_chance: sp.Expr, copy_chance: sp.Expr) -> Relations:
    """Each pair of children of the right types is that of a copy as in *one place*, its types given."""
    given = cell_chance.subs(r, 2) / q**2
    yield same(where_some(copy_chance), N_1 * N_2 * given)


isolated_cells = Claim(
    label="L11.2",
    title="Coverage with two hidden layers: exact counts of copies and of isolated copies",
    headline=r"With two hidden layers of $n$ vertices, the law of the number of isolated copies of a witness is known exactly; for two children, also that of the number $M$ of all copies. The mean of $M$ is $$EM=[[expected_copies]].$$",
    statement=r"""
Let a second layer of $n$ vertices, the *roots*, lie above the hidden layer of L11.1. Between the two layers the edge probability is $p$
and the mean degree $\lambda$, $0\le\lambda\le n$. The second layer has weights of its own. A *witness* has a root with exactly $r$
children, of $r$ distinct disjoint types (L11.1), and top weights in a region of probability $\omega$. For types of probabilities
$q_1,\dots,q_r$ read $q^r$ as $\prod_iq_i$.

A root is a *copy* if its backward closure matches the witness; it is an *isolated* copy if, moreover, its children have no other outgoing
edge. Let $M$ and $M'$ be the numbers of copies and of isolated copies, and $(M')_k=M'(M'-1)\cdots(M'-k+1)$. Then, exactly,
$$EM=[[expected_copies]],$$ $$EM'=[[isolated_mean]],$$ $$E(M')_k=[[factorial_moment]],$$ $$P(M'\ge m)=[[isolated_at_least]],$$
and $\mathrm{Var}M'=E(M')_2+EM'-(EM')^2$.

**Two children.** Given the counts $N_1,N_2$ of their types, $M$ is binomial with $n$ trials and success probability $[[copy_chance]]$. So
$$P(M\ge1)=[[some_copy]].$$
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "abstract (random graph theory); beyond the text seen"),
    provenance=Provenance.EXTENSION,
    quantities=(
        WIDTH.drawn_from(6, 8),
        DEGREE.drawn_from(sp.Rational(1, 4), 3),
        REGION.drawn_from(sp.Rational(1, 4), 1),
        TYPE.drawn_from(sp.Rational(1, 20), sp.Rational(3, 10)),
        TWO_TYPES,
        TYPES.drawn_from(1, 2),
        NUMBER,
        ORDER.drawn_from(1, 2),
        COUNTS,
        Quantity(i, "number of isolated copies that are chosen", COUNT_FROM_ZERO, drawn=(3, 6)),
    ),
    hypotheses=(
        Hypothesis("edges and weights are independent, edges between two layers of one probability"),
        SPARSE,
        DISJOINT,
        TWO_DISJOINT,
        ALL_DISJOINT,
        Hypothesis(
            "no more vertices are of two types than there are",
            n >= N_1 + N_2,
            needed_by=("copy_chance",),
            convention=NOTHING_BEYOND,
        ),
    ),
    named={"p": edge, "h": cell_chance},
    symbols={
        "M": "number of copies of the witness",
        **ISOLATED,
        "P": "probability",
        "i,j": "numbers of vertices of the two types, in the last sum",
    },
    also=("isolated_variance",),
    because={
        "copies": lambda places, cell_chance, expected_copies: (
            same(where_some(expected_copies), places * cell_chance),
            vanishes(places.subs(r, n + 1)),
        ),
        "isolated copies": lambda expected_copies, isolation, isolated_mean: same(
            where_some(isolated_mean), isolation * where_some(expected_copies)
        ),
        "factorial moments": lambda tuples, tuple_chance, factorial_moment: same(
            where_some(factorial_moment), tuples * tuple_chance
        ),
        "two children": pairs_exclude_each_other,
    },
    wrong=lambda: {
        "expected_copies: at least r children": expected_copies * (1 - edge) ** (r - n),
        "expected_copies: children without order": expected_copies / sp.factorial(r),
        "expected_copies: children may coincide": expected_copies * n**r / sp.ff(n, r),
        "isolated_mean: every copy is isolated": expected_copies,
        "isolated_mean: n in place of n − 1 other roots": expected_copies * (1 - edge) ** (r * n),
        "factorial_moment: independent roots": sp.ff(n, k) / n**k * isolated_mean**k,
        "factorial_moment: Poisson moments": isolated_mean**k,
        "isolated_variance: Poisson variance": isolated_mean,
        "isolated_variance: without the mean": isolated_variance - isolated_mean,
        "isolated_at_least: the first term alone": factorial_moment.subs(k, m) / sp.factorial(m),
        "isolated_at_least: Poisson": 1
        - sp.Sum(isolated_mean**k * sp.exp(-isolated_mean) / sp.factorial(k), (k, 0, m - 1)),
        "isolated_at_least: M in place of M'": 1 - sp.exp(-expected_copies),
        "isolated_at_least: top weights forgotten": isolated_at_least.subs(omega, 1),
        "isolated_at_least: one isolated cell at most": isolated_mean * sp.Piecewise((1, m < 2), (0, True)),
        "some_copy: 1 − e^{−EM}": 1 - sp.exp(-expected_copies.subs({r: 2, q: sp.sqrt(q_1 * q_2)})),
        "some_copy: independent roots": 1 - (1 - expected_copies.subs({r: 2, q: sp.sqrt(q_1 * q_2)}) / n) ** n,
        "some_copy: M' in place of M": 1 - sp.exp(-isolated_mean.subs({r: 2, q: q_1})),
        "some_copy: at least two children": some_copy.subs(omega, omega / (1 - edge) ** (n - 2)),
        "copy_chance: a third child": copy_chance / (1 - edge) ** (n - 2),
        "copy_chance: one pair of children": copy_chance / (N_1 * N_2),
        "places: children without order": places / sp.factorial(r),
        "places: children may coincide": n ** (r + 1),
        "places: one root": sp.ff(n, r),
        "cell_chance: at least r children": cell_chance * (1 - edge) ** (r - n),
        "cell_chance: types forgotten": cell_chance / q**r,
        "cell_chance: top weights forgotten": cell_chance / omega,
        "isolation: of one child": (1 - edge) ** (n - 1),
        "isolation: n in place of n − 1 other roots": (1 - edge) ** (r * n),
        "isolation: edges that are there": edge ** (r * (n - 1)),
        "tuples: children in common": sp.ff(n, k) * sp.ff(n, r) ** k,
        "tuples: roots in common": n**k * sp.ff(n, r * k),
        "tuples: without order": tuples / sp.factorial(k),
        "tuple_chance: independent copies": (cell_chance * isolation) ** k,
        "tuple_chance: copies that need not be isolated": cell_chance**k,
        "tuple_chance: other vertices forgotten": tuple_chance * (1 - edge) ** (-k * (n - r * k)),
        "tail_weight: of the probability of m": (-1) ** (i - m) * sp.binomial(i, m),
        "tail_weight: without signs": (-1) ** (i - m) * tail_weight,
        "tail_weight: one copy more": tail_weight.subs(m, m + 1),
    },
)
