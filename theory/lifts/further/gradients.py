"""L4: gradients push forward along a lift, and tied weights stay tied where symmetry ties them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.lifts.bundle import check_section, freeze
from sparse_limits.theory.lifts.fibration import DIAMOND, DIAMOND_WEIGHTS, diamond_fibration, w01, w02, w13, w23, x
from sparse_limits.theory.lifts.lift import Lift, full_lift
from sparse_limits.theory.lifts.maps import PRODUCT, Pointwise
from sparse_limits.theory.lifts.module import Edge, PerceptronModule, Vertex
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import Hypothesis, Quantity

a, f = sp.symbols("a f", real=True)  # the readout of one of two terminals, and the target
w1, w2 = sp.symbols("w_1 w_2", real=True)


@dataclass(frozen=True)
class Readout:
    """A lift with a linear readout (Definition 4.1): F = Σ a_i y_i over the vertices above terminals.

    Raises:
        InputError: naming a terminal vertex without a coefficient, or a coefficient without one.
    """

    lift: Lift
    coefficients: Mapping[Vertex, Any]

    def __post_init__(self) -> None:
        freeze(self, "coefficients")
        terminals = [v for v, below in self.lift.over.items() if below in self.lift.module.terminals]
        check_section(self.coefficients, terminals, "readout")

    def output(self, inputs: Mapping[Vertex, Any]) -> Any:
        """F at these inputs, one for each vertex above an input."""
        found = self.lift.activations(inputs)
        return sum(coefficient * found[v] for v, coefficient in self.coefficients.items())


def cubic(z: Any) -> Any:
    return z**3 + 2 * z


def cubic_module(edges: tuple[tuple[str, str], ...]) -> PerceptronModule:
    """Numbers, M(w, y) = wy and σ(z) = s³ + 2s of the sum s; "0" is the input and the last vertex the terminal."""
    vertices = sorted({end for edge in edges for end in edge})
    return PerceptronModule(
        ("0",),
        (vertices[-1],),
        dict.fromkeys(edges, PRODUCT),
        dict.fromkeys(vertices[1:], Pointwise(cubic)),
    )


asymmetric = Readout(
    Lift(cubic_module(DIAMOND), diamond_fibration.over, diamond_fibration.weights), {"3a": a, "3b": 1 - a}
)
symmetric = Readout(
    full_lift(
        cubic_module((("0", "1"), ("1", "2"))),
        {"0": 1, "1": 3, "2": 1},
        lambda u, v: w1 if u[0] == "0" else w2 / 3,
    ),
    {("2", 0): 1},
)

slope = cubic(sp.Symbol("z")).diff("z")
z_3 = w13 * cubic(w01 * x) + w23 * cubic(w02 * x)
into_3 = (cubic(z_3) - f) * slope.subs("z", z_3)  # the derivative of the loss by z_3

gradient_01 = into_3 * w13 * slope.subs("z", w01 * x) * x
gradient_13 = into_3 * cubic(w01 * x)
shares = {
    ("0", "1a"): sp.Integer(1),
    ("0", "1b"): sp.Integer(0),
    ("0", "1c"): sp.Integer(0),
    ("0", "2a"): 1 - a,
    ("0", "2b"): a,
    ("1a", "3a"): a,
    ("2b", "3a"): a,
    ("1a", "3b"): 1 - a,
    ("2a", "3b"): 1 - a,
}

STEPS = proof(
    r"""
tied weights (by chain rule): $\pi^*$ is linear, so that $\langle\nabla\mathcal L_B(w),h\rangle=\langle\nabla\mathcal
L_G(\pi^*w),\pi^*h\rangle$ for all sections $h$ over the edges of $B$.

adjoint (from tied weights; by L1): The right side is $\langle\pi_!\nabla\mathcal L_G(\pi^*w),h\rangle$ by L1(b). As $h$ is arbitrary,
$\nabla\mathcal L_B(w)=\pi_!\nabla\mathcal L_G(\pi^*w)$.

automorphisms (by chain rule): An automorphism $g$ over $B$ acts on sections by an orthogonal map that permutes entries. So $\mathcal
L_G\circ g=\mathcal L_G$ implies $\nabla\mathcal L_G(g\theta)=g\nabla\mathcal L_G(\theta)$. Since $g$ fixes tied weights, it fixes the
gradient there.

orbits (from automorphisms; by orbits): So at tied weights the gradient is constant on the orbits of the edges. If these orbits are the edge
fibres, the gradient is tied.

flow (from orbits; by flows): Then the velocity at tied weights is tied. As $\nabla\mathcal L_G$ is locally Lipschitz, the gradient flow
from tied weights stays among tied weights.

full lift (from flow; gives symmetric): The permutations of the three hidden copies of the full lift of $0\to1\to2$ are transitive on both
edge fibres and preserve the output. So at tied weights, whatever they are, the gradient is tied.

fibration (by L3): The lift $G$ above the diamond is an in-fibration. So at tied weights $y_{3a}$ and $y_{3b}$ are both equal to $y_3$, and
$\mathcal L_B=\frac12(y_3-f)^2$.

gradient of the base (from fibration): The derivative of this loss is $[[gradient_01]]$ with respect to $w_{01}$ and $[[gradient_13]]$ with
respect to $w_{13}$.

shares (from adjoint, gradient of the base): The edges of $G$ have the shares $[[shares]]$ of these derivatives and of those for $0\to2$ and
$2\to3$. The shares of a fibre add up to $1$, but they are not equal, so that the gradient at tied weights is not tied.
""",
    globals(),
)

SIZES = Counter(asymmetric.lift.edges.values())


def without_edge(readout: Readout, edge: Edge) -> Readout:
    """The readout of the lift with an edge taken out."""
    weights = {e: w for e, w in readout.lift.weights.items() if e != edge}
    return replace(readout, lift=Lift(readout.lift.module, readout.lift.over, weights))


pushed_gradients = Claim(
    label="L4",
    title="Gradients push forward; symmetry keeps tied weights tied",
    statement=r"""
Let $\pi:G\to B$ be a lift, $\mathcal L_G$ a differentiable loss of its weights, and $\mathcal L_B=\mathcal L_G\circ\pi^*$ the loss of
weights of $B$ that are copied to all edges above them. Then $\nabla\mathcal L_B(w)=\pi_!\nabla\mathcal L_G(\pi^*w)$. Suppose that a
group of automorphisms of $G$ over $B$ is transitive on every edge fibre and leaves $\mathcal L_G$ unchanged. Then the gradient at tied
weights is tied, and gradient flow from tied weights (with $\nabla\mathcal L_G$ locally Lipschitz) never leaves $\{\pi^*w\}$. The full
lift of $0\to1\to2$ with three hidden copies is an example.

Without the symmetry this can fail. Above the diamond $0\to\{1,2\}\to3$, with $\sigma(z)=s^3+2s$ for $s=\sum z$, let $G$ have the copies
1a, 1b, 1c, 2a, 2b, 3a, 3b and, apart from the edges into 1·, 2·, only the edges 1a→3a, 2b→3a, 1a→3b, 2a→3b; let
$\mathcal L_G=\frac12(a\,y_{3a}+(1-a)\,y_{3b}-f)^2$. At tied weights the gradient on the copies of $0\to1$ is all of
$$\partial\mathcal L_B/\partial w_{01}=[[gradient_01]]$$ at 1a, and 0 at 1b and 1c, which have no outgoing edge.
The copies of $1\to3$ have the shares $a$ and $1-a$ of $$\partial\mathcal L_B/\partial w_{13}=[[gradient_13]],$$ and the copies
of $0\to2$ and of $2\to3$ have the same shares of the corresponding derivatives.
""",
    steps=STEPS,
    source=Source("2501.05930", "v1", "Definition 3.5 for the lift; beyond the list of theorems"),
    provenance=Provenance.EXTENSION,
    quantities=(
        DIAMOND_WEIGHTS,
        Quantity((w1, w2), "weights of the path with one hidden vertex, in its order", sp.S.Reals),
        Quantity(x, "input of the network", sp.S.Reals),
        Quantity(f, "target value", sp.S.Reals),
        Quantity(
            a, "readout of the first of two terminal vertices, the rest of $1$ being that of the second", sp.S.Reals
        ),
    ),
    hypotheses=(
        Hypothesis("the loss is differentiable in the weights of the lift"),
        Hypothesis(
            "for invariance, a group of automorphisms over the base, transitive on every edge fibre, leaves the loss "
            "unchanged",
            needed_by=("symmetric",),
        ),
    ),
    also=("shares", "symmetric"),
    aids={"asymmetric": asymmetric, "descent": "fibre sum", "readout": "equal on copies"},
    wrong=lambda: {
        "gradient_01: weight of another edge": gradient_01.subs(w01, w02),
        "gradient_13: another edge": gradient_13.subs(w01, w02),
        "shares: copied to the whole fibre": dict.fromkeys(shares, sp.Integer(1)),
        "shares: tied weights stay tied": {
            e: sp.Rational(1, SIZES[below]) for e, below in asymmetric.lift.edges.items()
        },
        "shares: shares swapped": {e: share.subs(a, 1 - a) for e, share in shares.items()},
        "symmetric: no symmetry": replace(asymmetric, coefficients={"3a": sp.Rational(1, 3), "3b": sp.Rational(2, 3)}),
        "symmetric: one copy does not go on": without_edge(symmetric, (("1", 1), ("2", 0))),
        "symmetric: one copy sees nothing": without_edge(symmetric, (("0", 0), ("1", 1))),
        "descent: mean over the fibre": "fibre mean",
        "descent: gradients pull back": "each of the fibre",
        "readout: a readout that tells copies apart": "different",
    },
)
