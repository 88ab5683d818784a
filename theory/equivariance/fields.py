"""Q12.3: irreducible fields of the plane: a non-linearity that they allow, and all equivariant maps between them."""

from collections.abc import Mapping

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.equivariance.symbols import IDENTITY, POLYGON
from sparse_limits.theory.equivariance.turns import phi, turn
from sparse_limits.theory.formulas.simplifying import weighted
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, nonnegative, same

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
factor (a definition): $\eta_b$ multiplies a vector $v\ne0$ by $[[factor]]$ with $\rho=|v|$.

shrunk (from factor): So the image has the direction of $v$ and the length $[[shrunk]]$.

orthogonal maps (from factor; by Parseval): An orthogonal $Q$ preserves $|v|$ and hence the factor. So $\eta_b(Qv)=Q\,\eta_b(v)$.

both beyond (from shrunk): Let $1-e$ be the cosine of the angle between $v$ and $v'$. If their lengths are $b+s$ and $b+t$, the squared
distance between $v$ and $v'$ is larger than the squared distance between their images by $[[both_beyond]]\ge0$.

one within (from shrunk): If the lengths are $b+s$ and $r\le b$ with $b=r+u$, the squared distance between the vectors is larger than the
squared distance between their images by $[[one_within]]\ge0$. If neither vector is longer than $b$, both images are $0$.

slope (from shrunk, both beyond, one within, orthogonal maps): So $|\eta_b(v)-\eta_b(v')|\le[[slope]]\cdot|v-v'|$, with equality on a ray
beyond $b$, where $e=0$.

two turns (by Q1): The maps $T$ with $R_\psi T=TR_\varphi$, $R_\varphi=[[turn]]$, are the kernel of a matrix of four columns, by Q1.

negative entries (by Q6): Pointwise ReLU commutes with no invertible matrix that has a negative entry.

no ReLU (from two turns, negative entries): The entries of $R_\varphi$ off the diagonal have the product $[[opposite]]$, so that one is
negative if $\sin\varphi\ne0$, as at $\varphi=\frac{2\pi k}N$, $0<k<\frac N2$.

other frequencies (from two turns): The matrix of *two turns* has the determinant $[[determinant]]$. With $\varphi=\frac{2\pi k}N$,
$\psi=\frac{2\pi l}N$, $0<k,l<\frac N2$, it is $0$ only for $k=l$, as the cosine decreases on $(0,\pi)$. Otherwise $T=0$.

one frequency (from two turns): For $\psi=\varphi$ the difference $R_\varphi T-TR_\varphi$ is $[[commutator]]$, and here $\sin\varphi\ne0$.

similarities (from one frequency): So $T$ commutes with $C_N$ if and only if $T=[[similarity]]=\alpha I+\beta J$ with the quarter turn $J$.

reflections (from similarities): With the reflection $M=\mathrm{diag}(1,-1)$ of $D_N$ such a $T$ has $MT-TM=[[mirror_gap]]$. So it commutes
with the reflection if and only if $\beta=0$.

sizes (from other frequencies, similarities, reflections; gives sizes; at some points: solutions are counted group by group, up to sixteen
turns): So $I$, $J$ are a basis of the equivariant maps for turns, and $I$ is a basis for turns and reflections (`sizes`).

stretch (from similarities): $\alpha I+\beta J$ multiplies all lengths by $[[stretch]]$.

hulls (from sizes, stretch; gives hulls): For coefficients of modulus up to 1 this factor is largest if all of them are 1,
with the values $[[hulls]]$.
""",
    globals(),
    turn=turn,
)

x = sp.Symbol("x", nonnegative=True)


def within_and_beyond(gap: sp.Expr) -> sp.Expr:
    """What is left where x lies between the length and the threshold, on either side."""
    sides = (gap.subs(b, length - x), gap.subs(b, length + x))
    return sp.Add(*(side.replace(sp.Max, lambda *parts: sp.Max(*map(sp.cancel, parts))) ** 2 for side in sides))


def squared_distance(p: sp.Expr, q: sp.Expr) -> sp.Expr:
    """Of two vectors of these lengths, by the cosine 1 − e of the angle between them."""
    return p**2 + q**2 - 2 * p * q * (1 - e)


def system(after: sp.Matrix, before: sp.Matrix) -> sp.Matrix:
    """The matrix of T → after·T − T·before, on the entries of T row by row."""
    return sp.kronecker_product(after, sp.eye(2)) - sp.kronecker_product(sp.eye(2), before.T)


def in_tangents(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is, of cosines of twice an arc tangent."""
    return sp.simplify(sp.expand_trig(gap))


def long_vectors_come_closer(both_beyond: sp.Expr, shrunk: sp.Expr) -> Relations:
    """Lengths b + s and b + t before, and what is left of them after, at any angle; and it is not negative."""
    before = squared_distance(b + s, b + t)
    after = squared_distance(shrunk.subs(length, b + s), shrunk.subs(length, b + t))
    yield same(before - after, both_beyond, by=sp.expand)
    yield nonnegative(before - after, 2 * b * e * (b + s + t), by=sp.expand)


def one_short_vector_comes_closer(one_within: sp.Expr, shrunk: sp.Expr) -> Relations:
    """Lengths b + s and r, with b = r + u: the image of the second one is 0."""
    inside = {b: r + u}
    before = squared_distance((b + s).subs(inside), r)
    long, short = (shrunk.subs(length, each).subs(inside) for each in (b + s, r))
    yield same(before - squared_distance(long, short), one_within, by=sp.expand)
    closer = 2 * e * r * (r + s + u) + u * (2 * s + u)
    yield nonnegative(before - squared_distance(long, short), closer, by=sp.expand)


def rays_attain_the_slope(shrunk: sp.Expr, both_beyond: sp.Expr, one_within: sp.Expr, slope: sp.Expr) -> Relations:
    """On a ray beyond b, e = 0, images are apart by the slope times the distance before, and nothing is lost."""
    near, far = (shrunk.subs(length, each) for each in (b + t, b + s))
    yield same(far - near, slope * (s - t), by=sp.expand)
    yield same(both_beyond.subs(e, 0), sp.S.Zero)
    at_the_threshold = {u: 0, r: b}
    yield same(one_within.subs(at_the_threshold), both_beyond.subs(t, 0), by=sp.expand)


def turns_have_opposite_entries(turn: sp.ImmutableMatrix, opposite: sp.Expr) -> Relations:
    """For all angles; the product is negative off the multiples of π, by the tangent of half the angle."""
    yield same(turn[0, 1] * turn[1, 0], opposite)
    y = sp.Symbol("y", positive=True)
    at = {phi: 2 * sp.atan(y)}
    yield nonnegative(-opposite, 4 * y**2 / (1 + y**2) ** 2, where=at, by=in_tangents, strict=True)


def determinants_compare_cosines(turn: sp.ImmutableMatrix, determinant: sp.Expr) -> Relations:
    """Of the linear system, for all pairs of angles; positive at different ones between 0 and π, by tangents of half of them."""
    found = system(turn.subs(phi, psi), turn).det(method="berkowitz")
    yield same(sp.expand(found), determinant)
    x, y = sp.symbols("x y", positive=True)
    at = {phi: 2 * sp.atan(x), psi: 2 * sp.atan(x + y)}
    apart = 2 * y * (2 * x + y) / ((1 + x**2) * (1 + (x + y) ** 2))
    for expression, least in ((sp.cos(phi) - sp.cos(psi), apart), (determinant, 4 * apart**2)):
        yield nonnegative(expression, least, where=at, by=in_tangents, strict=True)


def what_commutes_is_a_similarity(similarity: sp.ImmutableMatrix, commutator: sp.ImmutableMatrix) -> Relations:
    """The entries are those left free: the commutator is 0 at them, and where it is 0 they are such."""
    solved = sp.solve([entry / sp.sin(phi) for entry in commutator], [entries[0, 0], entries[0, 1]], dict=True)
    only = entries.subs(solved[0]).subs({entries[1, 1]: alpha, entries[1, 0]: beta})
    yield same(weighted(only), weighted(similarity))
    at = dict(zip(entries, similarity, strict=True))
    yield same(weighted(commutator.subs(at, simultaneous=True)), sp.S.Zero)


def reflections_turn_the_other_way(similarity: sp.ImmutableMatrix, mirror_gap: sp.ImmutableMatrix) -> Relations:
    """MT − TM, for all coefficients."""
    mirror = sp.diag(1, -1)
    yield same(weighted(mirror * similarity - similarity * mirror), weighted(mirror_gap))


def coefficients_of_one_stretch_most(
    stretch: sp.Expr, hulls: Mapping[str, sp.Expr], sizes: Mapping[str, sp.Expr]
) -> Relations:
    """Attained at α = 1, and β = 1 where the basis has a second element, 0 where not."""
    for name, hull in hulls.items():
        yield same(stretch.subs({alpha: 1, beta: sizes[name] - 1}), hull)


field_maps = Claim(
    label="Q12.3",
    title="Irreducible fields: norm non-linearities and equivariant maps",
    headline=r"Shortening vectors by one length, short ones to $0$, commutes with every orthogonal map and increases no distance. It is a non-linearity for vector features, for which pointwise ReLU is excluded (Q6).",
    statement=r"""
**(a) A non-linearity for vectors.** Let $b\ge0$. The map $\eta_b$ shortens each vector longer than $b$ by
$b$, keeps its direction, and maps all other vectors to $0$. So a vector of length $\rho$ gets the length $[[shrunk]]$.

*Two properties.* This map commutes with *every* orthogonal map. It increases no distance: for all vectors $v,v'$
$$|\eta_b(v)-\eta_b(v')|\le[[slope]]\cdot|v-v'|,$$ where no smaller factor suffices.

*Use in equivariant networks.* A *field* is a feature with a vector at each point. Each element of a group acts on
these vectors as a linear map. If all these maps are orthogonal, $\eta_b$ commutes with them. So after an equivariant
layer with such fields, $\eta_b$ keeps the network equivariant, even where Q6 excludes pointwise ReLU, as on the fields
of (b).

**(b) Fields of the plane.** Let $N\ge3$, and let $k$ be a whole number with $0<k<\frac N2$. On a field of *frequency*
$k$ the group $C_N$ turns vectors of the plane by $\frac{2\pi kj}N$, $j=0,\dots,N-1$. The group $D_N$ also reflects them
in the first axis. The *generating turn* is the one with $j=1$, by the angle $\phi=\frac{2\pi k}N$.

*No pointwise ReLU.* The two off-diagonal entries of the matrix of the generating turn have the product
$[[opposite]]<0$. So one of them is negative, and Q6 excludes pointwise ReLU.

*Equivariant maps.* Here a linear map from one field to another is *equivariant* if applying an element of the group
before the map or after it gives the same result.

*Different frequencies.* Between fields of different frequencies the only equivariant map is $0$. A map has this
property for the generating turn if and only if its entries solve four linear equations. Their determinant is
$[[determinant]]$, where $\phi$ is the angle of the generating turn before the map and $\psi$ the angle after it. It is not $0$
for two different frequencies.

*One frequency.* Let $I$ be the identity and $J$ the quarter turn. Between fields of one frequency the equivariant maps
are $$\alpha I+\beta J=[[similarity]]$$ for $C_N$, and $\alpha I$ for $D_N$, with real numbers $\alpha$ and $\beta$.
These maps form a space of dimension 2 and 1, respectively (`sizes`).

*Norms.* Such a map multiplies all lengths by $[[stretch]]$. So if its coefficients have a modulus of at most
$\varepsilon$, its norm is at most $\varepsilon\sqrt2$ for $C_N$ and at most $\varepsilon$ for $D_N$ (`hulls`: $\sqrt2$
and $1$).
""",
    steps=STEPS,
    source=Source(
        "2206.04270",
        "v2",
        "beyond the abstract, which names no non-linearity; norm non-linearities: Worrall et al. (2017)",
    ),
    provenance=Provenance.EXTENSION,
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
    symbols={
        r"\eta_b": "map that shortens each vector by $b$, or to $0$",
        "v,v'": "vectors",
        **POLYGON,
        "N": "number of turns of these groups",
        "k": "frequency of a field",
        "j": "number of a turn",
        **IDENTITY,
        "J": "quarter turn, a matrix",
        r"\varepsilon": "bound on the moduli of the coefficients",
    },
    also=("sizes", "hulls"),
    sharp=(
        Sharp(
            expression="slope",
            example="two vectors of one direction, both longer than $b$",
            check="rays_attain_the_slope",
        ),
    ),
    equivalent_mutants={"sin(phi) -> -sin(phi) in opposite, turn, commutator": "angles counted the other way"},
    because={
        "shrunk": lambda factor, shrunk: same(length * factor, shrunk, by=within_and_beyond),
        "both beyond": long_vectors_come_closer,
        "one within": one_short_vector_comes_closer,
        "slope": rays_attain_the_slope,
        "no ReLU": turns_have_opposite_entries,
        "other frequencies": determinants_compare_cosines,
        "one frequency": lambda turn, commutator: same(
            weighted(turn * entries - entries * turn), weighted(commutator), by=sp.expand
        ),
        "similarities": what_commutes_is_a_similarity,
        "reflections": reflections_turn_the_other_way,
        "stretch": lambda similarity, stretch: (
            same(weighted(similarity.T * similarity), weighted(stretch**2 * sp.eye(2)), by=sp.expand),
            holds(bool(stretch.is_nonnegative), f"{stretch} is nowhere negative"),
        ),
        "hulls": coefficients_of_one_stretch_most,
    },
    wrong=lambda: {
        "shrunk: longer by b": length + b,
        "shrunk: the part within": sp.Min(length, b),
        "shrunk: negative lengths": length - b,
        "shrunk: scaled in place of shortened": length / (1 + b),
        "factor: a factor of its own": sp.Max(0, 1 - b / length**2),
        "factor: longer by the factor": 1 + b / length,
        "both_beyond: without the threshold": 2 * e * (b + s + t),
        "both_beyond: the cosine itself": 2 * b * (1 - e) * (b + s + t),
        "both_beyond: half of it": both_beyond + (s - t) ** 2 / 2,
        "both_beyond: of the whole lengths": 2 * e * (b + s) * (b + t),
        "one_within: at right angles": one_within.subs(e, 1),
        "one_within: along a ray": one_within.subs(e, 0),
        "one_within: farther apart": one_within - u * s - 2 * r * e * (r + u + s) - u**2,
        "opposite: the cosines": -(sp.cos(phi) ** 2),
        "opposite: not squared": -sp.sin(phi),
        "turn: a reflection": turn * sp.diag(1, -1),
        "determinant: not squared": 4 * (sp.cos(phi) - sp.cos(psi)),
        "determinant: the sines": 4 * (sp.sin(phi) - sp.sin(psi)) ** 2,
        "determinant: the sum": 4 * (sp.cos(phi) + sp.cos(psi)) ** 2,
        "commutator: the signs of one side": -commutator,
        "commutator: the cosine": commutator.applyfunc(lambda entry: entry.subs(sp.sin(phi), sp.cos(phi))),
        "commutator: twice": 2 * commutator,
        "commutator: one condition": sp.ImmutableMatrix(
            commutator.subs(dict.fromkeys((entries[0, 1], entries[1, 0]), 0))
        ),
        "similarity: a symmetric one": sp.ImmutableMatrix([[alpha, beta], [beta, alpha]]),
        "similarity: a reflection too": sp.ImmutableMatrix([[alpha, beta], [beta, -alpha]]),
        "similarity: twice the turn": sp.ImmutableMatrix([[alpha, -2 * beta], [beta, alpha]]),
        "mirror_gap: half of it": mirror_gap / 2,
        "mirror_gap: the identity": mirror_gap.subs(beta, alpha),
        "mirror_gap: the other sign": -mirror_gap,
        "sizes: one for turns": {**sizes, "turns": sp.S.One},
        "sizes: all matrices": {**sizes, "turns": sp.Integer(4)},
        "sizes: reflections change nothing": {**sizes, "turns and reflections": sp.Integer(2)},
        "stretch: the sum": sp.Abs(alpha) + sp.Abs(beta),
        "stretch: the larger one": sp.Max(sp.Abs(alpha), sp.Abs(beta)),
        "stretch: not the root": alpha**2 + beta**2,
        "hulls: norms added up": {**hulls, "turns": sp.Integer(2)},
        "hulls: one coefficient": {**hulls, "turns": sp.S.One},
        "hulls: reflections change nothing": {**hulls, "turns and reflections": sp.sqrt(2)},
        "hulls: 10 % less": {**hulls, "turns and reflections": sp.Rational(9, 10)},
    },
)
