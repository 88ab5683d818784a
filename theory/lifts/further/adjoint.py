"""L1: pullback and fibre sum are adjoint; pulling back is functorial and in general no isometry."""

from collections.abc import Mapping
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.bundle import Bundle, Point, entries
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, Quantity
from sparse_limits.theory.reasons import Relations, induction

OVER: dict[Point, Point] = {0: 0, 1: 0, 2: 0, 3: 1, 4: 1, 5: 2}  # π: U → V
ABOVE: dict[Point, Point] = {0: 0, 1: 2, 2: 2, 3: 3, 4: 4, 5: 4, 6: 4}  # ρ: X → U; nothing lies over 1 and 5
Section = Mapping[Point, tuple[sp.Expr, ...]]

Y = Bundle({0: (2,), 1: (1,), 2: (3,)})


def generic(letter: str, bundle: Bundle) -> Section:
    """A section whose entries are symbols, such as s_01 at point 0."""
    return {
        point: tuple(sp.Symbol(f"{letter}_{point}{k}", real=True) for k in range(size))
        for point, (size,) in bundle.shapes.items()
    }


def written(section: Mapping[Point, Any]) -> Section:
    """The section with tuples for values."""
    return {point: tuple(entries(value)) for point, value in section.items()}


pulled_bundle = Y.pullback(OVER)
s = generic("s", Y)
t = generic("t", pulled_bundle)
r = generic("r", pulled_bundle.pullback(ABOVE))
m = sp.Symbol("m", nonnegative=True, integer=True)  # |π⁻¹(v)|


def entries_of(section: Section, meaning: str) -> Quantity:
    """The entries of a section with symbols, as one quantity."""
    return Quantity(tuple(entry for value in section.values() for entry in value), meaning, sp.S.Reals)


fibre_sizes = {v: list(OVER.values()).count(v) for v in Y.shapes}

pulled = written(Y.pull(OVER, s))
pushed = written(Y.push(OVER, t))
pushed_twice = written(Y.push(OVER, pulled_bundle.push(ABOVE, r)))
squared_norm = sum(fibre_sizes[v] * entry**2 for v in s for entry in s[v])

STEPS = proof(
    r"""
pullback (a definition): For $\pi=(0,0,0,1,1,2)$ the pullback of $s$ is, point by point, $[[pulled]]$.

sums by fibres (by fibres): A sum over $U$ is the sum over $v\in V$ of the sums over $\pi^{-1}(v)$; empty fibres add $0$.

adjoint (from pullback, sums by fibres): (b) $\sum_u\langle s_{\pi(u)},t_u\rangle=\sum_v\sum_{\pi(u)=v}\langle s_v,t_u\rangle=\sum_v\langle
s_v,(\pi_!t)_v\rangle$. Since this holds for all $s$, it determines $\pi_!t$. For the $\pi$ above, the fibre sum is $[[pushed]]$.

composition (from adjoint): (a) $s_{\pi(\rho(x))}$ is the value of both pullbacks at $x$. Both fibre sums are adjoint to this pullback;
alternatively, the fibre of $\pi\rho$ over $v$ is the union of the fibres of $\rho$ over the points of $\pi^{-1}(v)$. For
$\rho=(0,2,2,3,4,4,4)$ both fibre sums are $[[pushed_twice]]$.

multiplicity: (c) The sum $(\pi_!\pi^*s)_v$ has $m$ equal terms $s_v$: it is $[[multiplicity]]\,s_v$, which is $0$ over an empty fibre.

length (from adjoint, multiplicity): With $t=\pi^*s$ in (b), $\|\pi^*s\|^2=\sum_v\langle s_v,(\pi_!\pi^*s)_v\rangle$, which for the $\pi$
above is $[[squared_norm]]$.
""",
    globals(),
    multiplicity=m,
)


def product(left: Section, right: Section) -> sp.Expr:
    """⟨·, ·⟩ from the definition."""
    return sum(a * b for point in left for a, b in zip(left[point], right[point], strict=True))


def scaled(section: Section, factors: Mapping[Any, sp.Expr]) -> Section:
    return {point: tuple(factors[point] * entry for entry in value) for point, value in section.items()}


INVERSE_SIZES = {v: sp.Rational(1, size) for v, size in fibre_sizes.items()}


def mean_of_means() -> Section:
    """π_!ρ_!r with means over fibres that are not empty."""
    means = {u: [above for above, below in ABOVE.items() if below == u] for u in OVER}
    inner = {
        u: [sum(r[x][k] for x in means[u]) / max(len(means[u]), 1) for k in range(len(t[u]))] for u in OVER
    }  # fmt: skip
    return {
        v: tuple(sum(inner[u][k] for u in OVER if OVER[u] == v) / fibre_sizes[v] for k in range(len(s[v]))) for v in s
    }


def every_point_of_a_fibre_adds_the_same(multiplicity: sp.Expr) -> Relations:
    """The sum over an empty fibre, and with one more point above."""
    value = s[0][0]
    yield induction(multiplicity * value, m, sp.S.Zero, lambda term: term + value)


adjunction = Claim(
    label="L1",
    title="Pullback and fibre sum are adjoint; pullback is not an isometry in general",
    headline=r"Pullback along a map of vertices and summation over its fibres are adjoint. Pullback does not preserve lengths: a value with $m$ vertices above it counts $m$ times in the squared norm.",
    statement=r"""
A bundle $Y$ over a finite set $V$ consists of finite-dimensional inner-product spaces $Y_v$, one for each $v\in V$; a section $s$ of it
assigns to each $v$ a value $s_v\in Y_v$, and $\langle s,s'\rangle_Y=\sum_v\langle s_v,s'_v\rangle$. For a map $\pi:U\to V$ let
$(\pi^*Y)_u=Y_{\pi(u)}$, $(\pi^*s)_u=s_{\pi(u)}$ (*pullback*), and $(\pi_!t)_v=\sum_{\pi(u)=v}t_u$ for a section $t$ of $\pi^*Y$
(*fibre sum*). Let $\rho:X\to U$ be a further map. Then (a) $(\pi\rho)^*=\rho^*\pi^*$ and $(\pi\rho)_!=\pi_!\rho_!$;
(b) $\langle\pi^*s,t\rangle_{\pi^*Y}=\langle s,\pi_!t\rangle_Y$; (c) $(\pi_!\pi^*s)_v=[[multiplicity]]\,s_v$ with
$m=|\pi^{-1}(v)|$, so that $\|\pi^*s\|^2=\sum_v|\pi^{-1}(v)|\,\|s_v\|^2$.

For example, for $\pi=(0,0,0,1,1,2)$ and spaces of dimensions $(2,1,3)$, the fibre sum of $t$ is $$[[pushed]]$$ and
$\|\pi^*s\|^2=[[squared_norm]]$.
""",
    steps=STEPS,
    source=Source(
        "2501.05930",
        "v1",
        "beyond the list of theorems, which names “Euclidean bundle over a finite set” and “Pullbacks of bundles "
        "and sections”; the definitions are our reading",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        entries_of(s, "entries of a section over the base, by point and place"),
        entries_of(t, "entries of a section of the bundle pulled back once, by point and place"),
        entries_of(r, "entries of a section of the bundle pulled back twice, by point and place"),
        Quantity(m, "size of a fibre, the number of points above one point of the base", COUNT_FROM_ZERO),
    ),
    symbols={
        "V": "finite set, the base",
        "U": "finite set of the points above the base",
        "X": "finite set of the points above $U$",
        r"\pi": "map that sends each point of $U$ to the point of $V$ below it",
        r"\rho": "map that sends each point of $X$ to the point of $U$ below it",
        "u,v": "points of $U$ and of $V$",
        "Y": "bundle over the base: a space with an inner product at each point",
        "s": "section of $Y$: a vector at each point of the base",
        "t": "section of the bundle pulled back to $U$",
    },
    also=("pulled", "pushed_twice"),
    because={
        "multiplicity": every_point_of_a_fibre_adds_the_same,
    },
    wrong=lambda: {
        "pushed: mean over the fibre": scaled(pushed, INVERSE_SIZES),
        "pushed: one term of each fibre": {0: t[0], 1: t[3], 2: t[5]},
        "pulled: isometric": scaled(pulled, {u: 1 / sp.sqrt(fibre_sizes[v]) for u, v in OVER.items()}),
        "pulled: of another point": {**pulled, 2: s[0][::-1]},
        "pushed_twice: mean of means": mean_of_means(),
        "pushed_twice: a fibre left out": {**pushed_twice, 0: r[0]},
        "multiplicity: isometry": sp.Integer(1),
        "multiplicity: square of the size": m**2,
        "multiplicity: at least one": sp.Max(m, 1),
        "squared_norm: isometry": product(s, s),
        "squared_norm: squares of the sizes": product(scaled(s, fibre_sizes), scaled(s, fibre_sizes)),
    },
)
