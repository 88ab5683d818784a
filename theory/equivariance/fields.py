"""Q12.3: irreducible fields of the plane: a non-linearity that they allow, and all equivariant maps between them."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.equivariance.turns import phi, turn
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

b = sp.Symbol("b", nonnegative=True)  # threshold
length = sp.Symbol("rho", positive=True)  # of a vector
s, t = sp.symbols("s t", nonnegative=True)  # lengths of two vectors, beyond the threshold
r, u = sp.symbols("r u", nonnegative=True)  # length of a vector, and what it lacks to the threshold
e = sp.Symbol("e", nonnegative=True)  # 1 less the cosine of the angle between two vectors
psi = sp.Symbol("psi", real=True)  # angle of a turn after the map
alpha, beta = sp.symbols("alpha beta", real=True)  # coefficients of I and of the quarter turn
entries = sp.ImmutableMatrix(2, 2, sp.symbols("t_11 t_12 t_21 t_22", real=True))

factor = sp.Max(0, 1 - b / length)
shrunk = sp.Max(length - b, 0)
both_beyond = 2 * b * e * (b + s + t)
one_within = 2 * r * e * (r + u + s) + u * (2 * s + u)
slope = sp.S.One
opposite = -(sp.sin(phi) ** 2)
determinant = 4 * (sp.cos(phi) - sp.cos(psi)) ** 2
diagonal, across = entries[0, 0] - entries[1, 1], entries[0, 1] + entries[1, 0]
commutator = sp.ImmutableMatrix(sp.sin(phi) * sp.Matrix([[-across, diagonal], [diagonal, across]]))
similarity = sp.ImmutableMatrix([[alpha, -beta], [beta, alpha]])
mirror_gap = sp.ImmutableMatrix([[0, -2 * beta], [-2 * beta, 0]])
stretch = sp.sqrt(alpha**2 + beta**2)
sizes = {"turns": sp.Integer(2), "turns and reflections": sp.S.One}
hulls = {"turns": sp.sqrt(2), "turns and reflections": sp.S.One}

STEPS = proof(
    r"""
factor (a definition): $\eta_b$ multiplies a vector $v\ne0$ by $[[factor]]$, $\rho=|v|$.

shrunk (from factor): So it has the direction of $v$ and the length $[[shrunk]]$.

orthogonal maps (from factor; by Parseval): An orthogonal $Q$ leaves $|v|$ as it is, hence the factor: $\eta_b(Qv)=Q\,\eta_b(v)$.

both beyond (from shrunk): Let $1-e$ be the cosine of the angle between $v$ and $v'$. If their lengths are $b+s$ and $b+t$, the squared
distance of $v$, $v'$ is larger than that of their images by $[[both_beyond]]\ge0$.

one within (from shrunk): If they are $b+s$ and $r\le b$ with $b=r+u$, it is larger by $[[one_within]]\ge0$. If neither is longer than $b$,
both images are $0$.

slope (from shrunk, both beyond, one within, orthogonal maps): So $|\eta_b(v)-\eta_b(v')|\le[[slope]]\cdot|v-v'|$, with equality on a ray
beyond $b$, where $e=0$.

two turns (by Q1): The maps $T$ with $R_\psi T=TR_\varphi$, $R_\varphi=[[turn]]$, are the kernel of a matrix of four columns, by Q1.

negative entries (by Q6): Pointwise ReLU commutes with no invertible matrix that has a negative entry.

no ReLU (from two turns, negative entries): The entries of $R_\varphi$ off the diagonal have the product $[[opposite]]$, so that one is
negative if $\sin\varphi\ne0$, as at $\varphi=\frac{2\pi k}N$, $0<k<\frac N2$.

other frequencies (from two turns): The matrix of *two turns* has the determinant $[[determinant]]$. With $\varphi=\frac{2\pi k}N$,
$\psi=\frac{2\pi l}N$, $0<k,l<\frac N2$, it is $0$ only for $k=l$, as the cosine falls on $(0,\pi)$: else $T=0$.

one frequency (from two turns): For $\psi=\varphi$ the difference $R_\varphi T-TR_\varphi$ is $[[commutator]]$, where $\sin\varphi\ne0$.

similarities (from one frequency): So $T$ commutes with $C_N$ just if $T=[[similarity]]=\alpha I+\beta J$ with the quarter turn $J$.

reflections (from similarities): With the reflection $M=\mathrm{diag}(1,-1)$ of $D_N$ such a $T$ has $MT-TM=[[mirror_gap]]$: it commutes
just if $\beta=0$.

sizes (from other frequencies, similarities, reflections; gives sizes; at some points: solutions are counted group by group, up to sixteen
turns): So $I$, $J$ are a basis for turns, and $I$ for turns and reflections (`sizes`).

stretch (from similarities): $\alpha I+\beta J$ multiplies all lengths by $[[stretch]]$.

hulls (from sizes, stretch; gives hulls): For coefficients up to 1 this is largest where all are 1 (`hulls`).
""",
    globals(),
    turn=turn,
)

field_maps = Claim(
    label="Q12.3",
    title="Irreducible fields: what stands in place of ReLU, and between",
    statement=r"""
(a) For $b\ge0$ let $\eta_b$ shorten a vector by $b$, from the length $\rho$ to $[[shrunk]]$, and keep its direction ($\eta_b(v)=0$ for $|v|\le b$). It commutes with *every* orthogonal map, and $|\eta_b(v)-\eta_b(v')|\le[[slope]]\cdot|v-v'|$; no smaller factor will do. So it stands behind fields of any orthogonal
representation, also where Q6 excludes pointwise ReLU, as on the fields of (b): the generating turn has entries off its diagonal with the product $[[opposite]]<0$, $\varphi=\frac{2\pi k}N$.

(b) For $N\ge3$ let $C_N$ turn the vectors of a field of frequency $k$, $0<k<\frac N2$, by $\frac{2\pi kj}N$, $j=0,\dots,N-1$; let $D_N$ also reflect them in the first axis. Between fields of two frequencies there is no equivariant map but $0$ (the linear equations at the generating turn have the determinant
$[[determinant]]$ at the angles $\varphi$, $\psi$). Between fields of one frequency they are $\alpha I+\beta J=[[similarity]]$ for $C_N$, and $\alpha I$ for $D_N$ (`sizes`: dimension 2 and 1). Such a map multiplies all lengths by $[[stretch]]$, so that coefficients up to $\varepsilon$ make a map of norm at most $\varepsilon$
times $\sqrt2$ and 1 (`hulls`).
""",
    steps=STEPS,
    source=Source(
        "2206.04270", "beyond the abstract, which names no non-linearity; norm non-linearities: Worrall et al. (2017)"
    ),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        Quantity(b, "threshold, by which the non-linearity shortens a vector", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(length, "length of a vector", POSITIVE, drawn=(sp.Rational(1, 8), 4)),
        Quantity((s, t), "length of one of two vectors beyond the threshold", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(r, "length of a vector not longer than the threshold", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(u, "what this length lacks to the threshold", NON_NEGATIVE, drawn=(0, 3)),
        Quantity(e, "1 less the cosine of the angle between two vectors", sp.Interval(0, 2)),
        Quantity(phi, "angle of the turn before the map", sp.S.Reals, drawn=(-3, 3)),
        Quantity(psi, "angle of the turn after the map", sp.S.Reals, drawn=(-3, 3)),
        Quantity(tuple(entries), "entries, row by row, of the map", sp.S.Reals, drawn=(-3, 3)),
        Quantity(alpha, "coefficient of the identity", sp.S.Reals, drawn=(-3, 3)),
        Quantity(beta, "coefficient of the quarter turn", sp.S.Reals, drawn=(-3, 3)),
    ),
    hypotheses=(
        Hypothesis("Euclidean lengths, and groups that act by orthogonal maps"),
        Hypothesis("in (b) at least three turns, and frequencies above 0 and below half of their number"),
    ),
    uses=("Q1", "Q6"),
    also=("sizes", "hulls"),
    sharp=(
        Sharp(
            expression="slope",
            example="two vectors of one direction, both longer than $b$",
            check="rays_attain_the_slope",
        ),
    ),
    equivalent_mutants={"sin(phi) -> -sin(phi) in opposite, turn, commutator": "angles counted the other way"},
)
