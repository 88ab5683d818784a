"""O9: the means of motif densities over finite random masks."""

from collections.abc import Mapping
from functools import cache
from itertools import pairwise, product

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.simplifying import powers_together
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.motifs import MOTIFS, Motif, expected_density
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NOTHING_BEYOND, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, holds, induction, same
from sparse_limits.theory.saliency.model import COLUMNS, ROWS, rho

kept_entries = sp.Symbol("K", integer=True, nonnegative=True)
kept_chances = sp.symbols("kappa_1:7", nonnegative=True)  # κ_r: that r given entries are kept
several = sp.Symbol("r", integer=True, nonnegative=True)  # a number of blocks, or of given entries

placements = sp.ff(m, several)
coincidences: Mapping[str, sp.Expr] = {  # chances that a random map of C₄ meets so many entries
    "4": (1 - 1 / m) * (1 - 1 / n),
    "2": (1 - 1 / n) / m + (1 - 1 / m) / n,
    "1": 1 / (m * n),
}
independent_chance = rho**several
subset_chance = sp.ff(kept_entries, several) / sp.ff(m * n, several)


def four_cycle_mean(chance: sp.Expr) -> sp.Expr:
    """E t(C₄, M) when so many given entries are kept with this chance: 4, 2 or 1 of them."""
    return sp.Add(*(share * chance.subs(several, int(met)) for met, share in coincidences.items()))


bernoulli_mean = four_cycle_mean(independent_chance)
subset_mean = four_cycle_mean(subset_chance)
motif_means = {
    name: expected_density(MOTIFS[name], m, n, lambda r: kept_chances[r - 1]) for name in ("P3", "P4", "K23")
}
square_excess = rho * (1 - rho) * (2 * n * rho**2 + 2 * n * rho - rho**2 - rho + 1) / n**2

STEPS = proof(
    r"""
partitions (by fibres): $t(F,M)$ is $m^{-p}n^{-q}$ times a sum over all maps of the vertices. Sort the maps by the partitions $\pi,\sigma$
of the two sides into blocks of vertices with equal images.

maps (from partitions): $r$ blocks can be sent to different rows in $[[placements]]$ ways, as $m-r$ rows are left for one more block. So
there are $m^{\underline{|\pi|}}n^{\underline{|\sigma|}}$ maps with the partitions $\pi,\sigma$.

entries (from maps; by linearity): Such a map meets $e(F/\pi,\sigma)$ different entries. Each is $0$ or $1$, so that the product over the
edges is $1$ if and only if all of them are kept. Its mean is $\kappa_{e(F/\pi,\sigma)}$, which gives the sum over $\pi,\sigma$ of the
claim.

three motifs (from entries): For the paths on three and on four vertices, and for $K_{2,3}$, the sums are $[[motif_means]]$.

four-cycle (from entries): The two rows of $C_4$ are equal for the share $\frac1m$ of the maps, its two columns for $\frac1n$: a map meets
four, two or one entries with the shares $[[coincidences]]$.

independent entries: If entries are independent, $r$ given ones are all kept with probability $[[independent_chance]]$, with one factor for
each.

uniform sets: For a uniform set this probability is $[[subset_chance]]$: if $r$ given entries are in it, its other $K-r$ entries are a
uniform set among the other $mn-r$, so that one more entry is in it with probability $\frac{K-r}{mn-r}$.

mean over independent entries (from four-cycle, independent entries): So $E\,t(C_4,M)=[[bernoulli_mean]]$ for independent entries.

mean over sets (from four-cycle, uniform sets): For a uniform set it is $[[subset_mean]]$.

excess (from mean over independent entries): For $m=n$ the mean over independent entries exceeds $\rho^4$ by $[[square_excess]]$.
""",
    globals(),
)


def reduce(expression: sp.Expr) -> sp.Expr:
    """Falling factorials as quotients of gamma functions, put together."""
    return sp.combsimp(sp.expand_func(expression.rewrite(sp.gamma)))


@cache
def vertex_by_vertex(motif: Motif) -> dict[int, sp.Expr]:
    """The chances that a random map meets so many entries, for all m and n: vertices are sent one after the other.

    If the vertices of a side before it have b images, a vertex gets each of these with chance one over the size of the
    side, and else a new one.
    """
    laws = []
    for side, size in ((0, m), (1, n)):
        law: dict[tuple[int, ...], sp.Expr] = {(): sp.S.One}
        for _ in {edge[side] for edge in motif.edges}:
            following: dict[tuple[int, ...], sp.Expr] = {}
            for images, chance in law.items():
                known = len(set(images))
                for image in range(known + 1):
                    share = 1 / size if image < known else 1 - known / size
                    following[(*images, image)] = chance * share
            law = following
        laws.append(law)
    found: dict[int, sp.Expr] = {}
    for (rows, one), (columns, other) in product(*(law.items() for law in laws)):
        met = len({(rows[i], columns[j]) for i, j in motif.edges})
        found[met] = found.get(met, sp.S.Zero) + one * other
    return found


def expanded(expression: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_func(expression))


def vertices_are_sent_one_after_the_other(placements: sp.Expr, motif_means: Mapping[str, sp.Expr]) -> Relations:
    """The mean over the entries met; and the maps that send all vertices to different rows and columns."""
    for name, mean in motif_means.items():
        law = vertex_by_vertex(MOTIFS[name])
        claimed = sum(chance * kept_chances[met - 1] for met, chance in law.items())
        yield same(mean, claimed, by=sp.factor)
    for name, motif in MOTIFS.items():
        if name in motif_means:
            rows, columns = len(motif.row_degrees), len(motif.column_degrees)
            injective = placements.subs(several, rows) * placements.subs({m: n, several: columns}, simultaneous=True)
            law = vertex_by_vertex(motif)
            yield same(injective, m**rows * n**columns * law[len(motif.edges)], by=expanded)


def rows_and_columns_of_a_cycle_coincide(coincidences: Mapping[str, sp.Expr], four_cycle: Motif) -> Relations:
    """The chances of the maps that meet four, two, and one entry."""
    law = vertex_by_vertex(four_cycle)
    yield holds({int(met) for met in coincidences} == set(law), f"entries met: {', '.join(coincidences)}")
    for met, chance in coincidences.items():
        yield same(chance, law[int(met)], by=sp.factor)


def entries_of_a_set_are_met_one_after_the_other(subset_chance: sp.Expr) -> Relations:
    """K − r of the other mn − r entries are in the set, given r that are."""
    left = (kept_entries - several) / (m * n - several)
    yield induction(subset_chance, several, sp.S.One, lambda chance: left * chance, by=reduce)


finite_size_motifs = Claim(
    label="O9",
    title="Motif densities of finite random masks, exactly",
    statement=r"""
A mask of $m\times n$ independent entries of density $\rho$ has
$$E\,t(C_4,M)=[[bernoulli_mean]],$$
which for $m=n$ exceeds $\rho^4$ by $[[square_excess]]$. A uniform set of $K$ entries (the mask of Random and of Magnitude; $m,n\ge2$) has
instead
$$E\,t(C_4,M)=[[subset_mean]].$$
For any bipartite $F$ with $p$ and $q$ vertices on its sides,
$E\,t(F,M)=m^{-p}n^{-q}\sum_{\pi,\sigma}m^{\underline{|\pi|}}n^{\underline{|\sigma|}}\kappa_{e(F/\pi,\sigma)}$, where the sum is over
partitions of the two sides, and $F/\pi,\sigma$ identifies the vertices in each block and merges equal edges. Here $\kappa_r=\rho^r$ for
independent entries, or $K^{\underline r}/(mn)^{\underline r}$ for a uniform set (`motif_means`: for two paths and $K_{2,3}$).
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS.drawn_from(2, 30),
        COLUMNS.drawn_from(2, 30),
        Quantity(
            rho,
            "density, the probability that an entry is kept",
            sp.Interval(0, 1),
            drawn=(sp.Rational(1, 20), sp.Rational(19, 20)),
        ),
        Quantity(kept_entries, "number of entries kept", COUNT_FROM_ZERO, drawn=(1, 60)),
        Quantity(several, "number of given entries, or of blocks of vertices", COUNT_FROM_ZERO, drawn=(0, 3)),
        Quantity(
            kept_chances,
            "probability that given entries are all kept, as many as the index says",
            sp.Interval(0, 1),
            drawn=(0, 1),
        ),
    ),
    hypotheses=(
        Hypothesis("one density: independent entries, or a uniform set of entries of fixed size"),
        Hypothesis("no more entries are kept than there are", kept_entries <= m * n, convention=NOTHING_BEYOND),
        Hypothesis("two rows, for the uniform set as it is written", m >= 2, needed_by=("subset_mean",)),
        Hypothesis("two columns, for the uniform set as it is written", n >= 2, needed_by=("subset_mean",)),
        Hypothesis("as many rows as columns", sp.Eq(m, n), needed_by=("square_excess",)),
        *(
            Hypothesis(
                "more entries are not kept more often",
                more <= fewer,
                needed_by=("motif_means",),
                convention=NOTHING_BEYOND,
            )
            for fewer, more in pairwise(kept_chances[:4] + kept_chances[5:])
        ),
    ),
    also=("motif_means",),
    aids={"four_cycle": MOTIFS["C4"]},
    because={
        "maps": lambda placements: induction(
            placements, several, sp.S.One, lambda ways: (m - several) * ways, by=reduce
        ),
        "three motifs": vertices_are_sent_one_after_the_other,
        "four-cycle": rows_and_columns_of_a_cycle_coincide,
        "independent entries": lambda independent_chance: induction(
            independent_chance, several, sp.S.One, lambda chance: rho * chance, by=powers_together
        ),
        "uniform sets": entries_of_a_set_are_met_one_after_the_other,
        "excess": lambda bernoulli_mean, square_excess: same(
            square_excess, bernoulli_mean.subs(m, n) - rho**4, by=sp.factor
        ),
    },
    wrong=lambda: {
        "placements: equal rows allowed": m**several,
        "placements: one row more": placements.subs(m, m + 1),
        "placements: sets of rows": placements / sp.factorial(several),
        "motif_means: without coincidences": {name: kept_chances[len(MOTIFS[name].edges) - 1] for name in motif_means},
        "motif_means: rows and columns exchanged": {**motif_means, "P3": motif_means["P3"].subs({m: n})},
        "motif_means: 10 % more": {**motif_means, "K23": sp.Rational(11, 10) * motif_means["K23"]},
        "motif_means: one entry for equal rows": {**motif_means, "P4": motif_means["P4"].subs(kept_chances[1], 0)},
        "coincidences: one kind of pair": {**coincidences, "2": coincidences["2"] / 2},
        "coincidences: no pair": {**coincidences, "4": sp.S.One},
        "coincidences: as many rows as columns": {each: share.subs(n, m) for each, share in coincidences.items()},
        "coincidences: one entry 10 % more": {**coincidences, "1": sp.Rational(11, 10) * coincidences["1"]},
        "independent_chance: of one entry": rho,
        "independent_chance: removed": (1 - rho) ** several,
        "independent_chance: any of them": 1 - (1 - rho) ** several,
        "subset_chance: independent entries": (kept_entries / (m * n)) ** several,
        "subset_chance: with repetition below": sp.ff(kept_entries, several) / (m * n) ** several,
        "subset_chance: sets of entries": subset_chance / sp.factorial(several),
        "bernoulli_mean: without coincidences": rho**4,
        "bernoulli_mean: no mixed term": (1 - 1 / m) * (1 - 1 / n) * rho**4 + rho / (m * n),
        "subset_mean: independent entries": bernoulli_mean.subs(rho, kept_entries / (m * n)),
        "subset_mean: one entry more": subset_mean.subs(kept_entries, kept_entries + 1),
        "square_excess: to the leading order": 2 * rho**2 * (1 - rho) * (1 + rho) / n,
    },
)
