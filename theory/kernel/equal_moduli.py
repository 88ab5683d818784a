"""K7.2: for inputs of equal moduli the kernel of the masks is nowhere below that of their graphon."""

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Pitfall, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import (
    COSINE,
    COVARIANCE,
    FIRST_VARIANCE,
    SECOND_VARIANCE,
    a,
    b,
    c,
    cosine,
    kappa_0,
    kappa_1,
    row_kernel,
)
from sparse_limits.theory.kernel.fixed_inputs import (
    INPUTS,
    SHARE,
    by_factors,
    first,
    gap,
    inputs,
    kernel_of_masks,
    second,
    share,
)
from sparse_limits.theory.kernel.symbols import KAPPAS, ROW, TWO_INPUTS
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same

agreeing = sp.Symbol("A", integer=True, nonnegative=True)  # inputs where x and x′ of signs ±1 agree
opposed = sp.Symbol("B", integer=True, nonnegative=True)  # and those where they do not
kept, kept_agreeing = sp.symbols("k i", integer=True, nonnegative=True)
alike, unlike = sp.symbols(
    "e_plus e_minus", nonnegative=True
)  # mean kept energy where x_j = x′_j, and where x_j = −x′_j
size = sp.Symbol("m", positive=True)  # x_j²/d of one more input

angular = kappa_1 + cosine * kappa_0  # h
signs_kernel = share * angular
signs_gap = (1 - share) * (3 - 2 * cosine**2) / (2 * sp.pi * inputs * sp.sqrt(1 - cosine**2))
signs_curvature = (3 - 2 * cosine**2) / (sp.pi * (1 - cosine**2) ** sp.Rational(3, 2))
chance = sp.binomial(agreeing, kept_agreeing) * sp.binomial(opposed, kept - kept_agreeing)
kept_share = share**kept * (1 - share) ** (agreeing + opposed - kept) * kept / (agreeing + opposed)
signs_weight = kept_share * chance
kept_cosine = (2 * kept_agreeing - kept) / kept
mean_cosine = (agreeing - opposed) / (agreeing + opposed)
signs_quenched = sp.Sum(
    kept_share * sp.Sum(chance * valued(angular, {cosine: kept_cosine}), (kept_agreeing, 0, kept)),
    (kept, 1, agreeing + opposed),
)
signs_bound = share * (1 + cosine)

perspective = a * angular.subs(cosine, c / a)
apart = sp.sqrt(a * b) / sp.pi
chord = 1 + cosine
tilt = 2 * kappa_0 + cosine / (sp.pi * sp.sqrt(1 - cosine**2))  # h′
support = a * angular + tilt * (c - cosine * a)
cap = a + c
agreeing_turn, opposed_turn = size * (1 - cosine), -size * (1 + cosine)
modulus_kernel = (alike + unlike) * angular.subs(cosine, (alike - unlike) / (alike + unlike))
modulus_bound = 2 * alike

HALF_KEPT = tuple(  # signs that agree in three quarters of the places, of which rows keep half
    {agreeing: 3 * other, opposed: other, share: sp.Rational(1, 2), cosine: sp.Rational(1, 2)} for other in (2, 8)
)
NO_ROW = "else no row is so, and the formula is 0 below density 1"  # why no more places are kept than there are

STEPS = proof(
    r"""
kernel of a row (by K7.1): At fixed $d$ the kernel is the mean of $F_\Theta$ at $S_M$, and the graphon kernel is its value at the mean $S_W$.

cosines (from kernel of a row): The row kernel at $s(1,1,r)$ is $s\,h(r)$ with $h(r)=[[angular]]$.

equal moduli (from cosines): Where $|x_j|=|x'_j|$ for all $j$, $S_M=(a,a,c)$, where $a\pm c$ is $\frac2d$ times the sum of the kept $x_j^2$ over
the $j$ that agree or differ, respectively. There $F_\Theta=[[perspective]]$, and $0$ at $a=0$.

convex (from cosines): $h''=[[signs_curvature]]$, positive inside $(-1,1)$ since $3-2r^2=1+2(1-r^2)$. As $h$ is continuous, it is strictly
convex on $[-1,1]$.

tangent (from equal moduli, convex; by convexity): So $h$ is nowhere below its tangent at any $-1<r<1$, and a multiple $a$ of $h$ at $c/a$ is at
least $[[support]]$, with equality only for $c=ra$.

turns (from equal moduli): With $m=x_j^2/d$, one more input in a row adds to $c-ra$ the number $[[agreeing_turn]]>0$ if it agrees and
$[[opposed_turn]]<0$ if not. The entries are independent. So if one of them, with $x_j\ne0$, is random, and both kinds can be kept, not all
masks have $c=ra$.

lower bound (from tangent, turns): The tangent at $r=\frac{e_+-e_-}{e_++e_-}$ is linear in $a$ and $c$. So its mean is its value at their means
$e_++e_-$ and $e_+-e_-$, which is the graphon kernel $[[modulus_kernel]]$. If $e_+$ or $e_-$ is $0$, $c=\pm a$ in all rows, and $F_\Theta$ is
linear.

ends (from cosines): $h(-1)=0$ and $h(1)=2$, so the chord over $[-1,1]$ is $[[chord]]$.

below the chord (from equal moduli, convex, ends; by chords): So a row adds at most $[[cap]]$, with equality only if it does not keep inputs of
both kinds.

upper bound (from below the chord): The mean of this cap is $[[modulus_bound]]$. A row that keeps one input attains its cap. As all $W_j\to0$
in proportion, two inputs are kept with a probability of second order, since the entries are independent.

roots (from kernel of a row; by Cauchy–Schwarz): The variances of a row have $E\sqrt{ab}\le\sqrt{Ea\,Eb}$.

no common input (from kernel of a row, roots): Without a common coordinate $c=0$, and the row kernel is $[[apart]]$: its mean is at most its
value at the means, by *roots*.

expansion (by K7.1): Input $j$ adds $[[gap]]$ to the gap, with $p=W_j$ and $(x,y)=(x_j,x'_j)$, up to $O(d^{-2})$ in all.

gap of signs (from expansion): For signs, $S_W=p(1,1,r)$. Of the $d$ inputs, $d\frac{1+r}2$ agree and $d\frac{1-r}2$ differ, and together they
add $[[signs_gap]]$ to the gap.

weights (at some sizes: masks are enumerated, which needs the number of inputs; p is free): For independent entries the probability that a row
keeps $k$ inputs, $i$ of them agreeing, times $\frac kd$ is $[[signs_weight]]$; then $S_M=\frac kd(1,1,\frac{2i-k}k)$.

mean over masks (from weights, cosines; at some sizes: masks are enumerated, which needs the number of inputs; p is free): So the quenched
kernel is the sum of $h$ at the cosines $\frac{2i-k}k$ times these *weights*, $[[signs_quenched]]$.

mean cosine (from weights): The weights have the sum $p$ and the mean cosine $r=[[mean_cosine]]$, which is the cosine of $S_W$: each kept input
adds $\frac1d$ to $\frac kd$, and $\pm\frac1d$ to $\frac kd$ times the cosine.

graphon kernel (from cosines, mean cosine, lower bound, upper bound): For signs and one density $e_\pm=p\frac{1\pm r}2$: between
$[[signs_kernel]]$ and $[[signs_bound]]$, with that mean cosine $r$.
""",
    globals(),
    gap=gap,
)


def gap_of_signs_is_the_sum_over_inputs(gap: sp.Expr, signs_gap: sp.Expr) -> Relations:
    """What an input adds is that of K7.1; at S_W = p (1, 1, r), with shares (1 ± r)/2 of agreeing and opposed inputs."""
    yield same(gap, kernel_of_masks.expressions["gap"], by=by_factors)
    one, other = (gap.subs({a: share, b: share}).subs({first: 1, second: sign}) for sign in (1, -1))
    yield same(signs_gap, inputs * ((1 + cosine) * one + (1 - cosine) * other) / 2, by=by_factors)


def row_kernel_of_signs_is_homogeneous(angular: sp.Expr) -> Relations:
    """At s (1, 1, r), with the density for s."""
    at = {a: share, b: share, c: share * cosine}
    yield same(row_kernel.subs(at), share * angular, by=by_factors)


def kept_inputs_add_up_to_the_mean_cosine(mean_cosine: sp.Expr) -> Relations:
    """The mean of k/d times the cosine, input by input: each of A is kept with probability p and adds 1/d, each of B −1/d."""
    one = share / (agreeing + opposed)
    yield same(share * mean_cosine, agreeing * one - opposed * one)


def kernel_of_signs_is_convex_in_the_cosine(signs_curvature: sp.Expr, angular: sp.Expr) -> Relations:
    """h″; times the positive π(1 − r²)^{3/2} it is 1 + 2(1 − r²)."""
    yield same(sp.diff(angular, cosine, 2), signs_curvature)
    numerator = signs_curvature * sp.pi * (1 - cosine**2) ** sp.Rational(3, 2)
    yield same(numerator, 1 + 2 * (1 - cosine**2))
    y = sp.Symbol("y", positive=True)
    bend = ((1 + y) ** 2 + 8 * y) * (1 + y) / (8 * sp.pi * y ** sp.Rational(3, 2))
    yield nonnegative(signs_curvature, bend, where={cosine: (y - 1) / (y + 1)}, strict=True)


def rows_are_multiples_of_one_function(angular: sp.Expr, perspective: sp.Expr) -> Relations:
    """The row kernel at equal variances; at c = ra it is a multiple of h."""
    there = {c: cosine * a}
    yield same(perspective, row_kernel.subs(b, a), by=sp.expand)
    yield same(perspective.subs(there), a * angular, by=sp.expand)


def inputs_turn_a_row_off_its_ray(agreeing_turn: sp.Expr, opposed_turn: sp.Expr) -> Relations:
    """What m adds to a, and m or −m to c, changes of c − ra; the signs at r = (y − 1)/(y + 1)."""
    for sign, claimed in ((1, agreeing_turn), (-1, opposed_turn)):
        changed = (c + sign * size) - cosine * (a + size) - (c - cosine * a)
        yield same(claimed, changed, by=sp.expand)
    y = sp.Symbol("y", positive=True)
    inside = {cosine: (y - 1) / (y + 1)}
    yield nonnegative(agreeing_turn, 2 * size / (1 + y), where=inside, strict=True)
    yield nonnegative(-opposed_turn, 2 * size * y / (1 + y), where=inside, strict=True)


def chords_join_the_ends(angular: sp.Expr, chord: sp.Expr) -> Relations:
    """The line between the values at −1 and 1."""
    low, high = angular.subs(cosine, -1), angular.subs(cosine, 1)
    yield same(chord, ((1 - cosine) * low + (1 + cosine) * high) / 2, by=sp.expand)


quenched_kernel = Claim(
    label="K7.2",
    title="For inputs of equal moduli the quenched kernel is at least the graphon kernel",
    headline=r"In the setting of K7.1, let two inputs have coordinates of equal moduli. The limit of the tangent kernel is at least the graphon kernel and at most $[[modulus_bound]]$, with $e_+=\frac1d\sum_jW_jx_j^2$ over the coordinates that agree.",
    statement=r"""
In the setting of K7.1, let the entries of a row of the mask be independent of each other.

**Two bounds.** For any $W_j$, let $|x_j|=|x'_j|$ for all $j$. Let $e_+$ be $\frac1d\sum_jW_jx_j^2$ over the $j$ with $x_j=x'_j$, and $e_-$ the same over those
with $x_j=-x'_j\ne0$. The quenched kernel is at least the graphon kernel and at most a multiple of $e_+$,
$$[[modulus_kernel]]\;\le\;E_MF_\Theta(S_M)\;\le\;[[modulus_bound]].$$
The lower bound is attained if and only if $e_+=0$, or $e_-=0$, or all $W_j\in\{0,1\}$ where $x_j\ne0$. If $e_+>0$, the quotient of the quenched kernel and the
upper bound tends to $1$ as all $W_j\to0$ in proportion. Both bounds rest on the convexity of $h=\kappa_1+r\kappa_0$, with $h''=[[signs_curvature]]>0$ on $(-1,1)$.

**Other inputs.** For these the order may be reversed. For inputs with disjoint supports, $F_\Theta=[[apart]]$, whose mean is at most its value at the means.

**Signs.** For $x,x'\in\{\pm1\}^d$ that agree in $A$ and differ in $B$ places, and a constant density $p$, the quenched kernel is
$$[[signs_quenched]]$$
and lies between the graphon kernel $[[signs_kernel]]$ at the cosine $r=\frac{A-B}d$ and $[[signs_bound]]$. *How the sum arises:* a row with $k$ kept inputs, $i$
of them agreeing, has on these the cosine $\frac{2i-k}k$. The quenched kernel is the sum of $h$ at these cosines times the weights $[[signs_weight]]$ ($0$ where
there is no such row). The weights have the sum $p$ and the mean cosine $r$.

**The gap for signs.** For $0<p<1$ the quenched kernel exceeds the graphon kernel if $|r|<1$, that is, if $A,B\ge1$. If $|r|\le1-\varepsilon$, the gap is
$[[signs_gap]]+O(d^{-2})$. Relative to $2p$, the kernel at equal inputs, the gap is of order $\frac{1-p}{pd}$, so it is governed by the number $pd$ of kept inputs.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond section 4.2: “converge layer-wisely to deterministic graphons”"),
    provenance=Provenance.PITFALL,
    quantities=(
        FIRST_VARIANCE.drawn_from(2, 3),
        SECOND_VARIANCE.drawn_from(2, 3),
        COVARIANCE.drawn_from(sp.Rational(-3, 2), sp.Rational(3, 2)),
        COSINE,
        SHARE,
        INPUTS,
        Quantity(
            alike, "mean kept energy of the coordinates at which the inputs agree, over all coordinates", NON_NEGATIVE
        ),
        Quantity(
            unlike,
            "mean kept energy of the coordinates at which the inputs are opposite, over all coordinates",
            NON_NEGATIVE,
        ),
        Quantity(
            size, "squared coordinate of one more input that a row keeps, over the number of coordinates", POSITIVE
        ),
        Quantity(agreeing, "number of places at which two inputs of signs agree", COUNT_FROM_ZERO, drawn=(1, 5)),
        Quantity(opposed, "number of places at which two inputs of signs differ", COUNT_FROM_ZERO, drawn=(1, 5)),
        Quantity(kept, "number of places that a row keeps", COUNT_FROM_ZERO, drawn=(1, 5)),
        Quantity(
            kept_agreeing,
            "number of places that a row keeps and at which the inputs agree",
            COUNT_FROM_ZERO,
            drawn=(0, 1),
        ),
    ),
    symbols={
        **TWO_INPUTS,
        **ROW,
        **KAPPAS,
        "h": "row kernel at variances $1$, as a function of the correlation",
        r"\varepsilon": "least distance of $|r|$ from $1$",
    },
    hypotheses=(
        Hypothesis(
            "a covariance that equal moduli allow", sp.And(c <= a, -a <= c), needed_by=("perspective", "support")
        ),
        Hypothesis("inputs that have a kept energy", alike + unlike > 0, needed_by=("modulus_kernel",)),
        Hypothesis(
            "a row keeps no more places than there are",
            kept <= agreeing + opposed,
            needed_by=("signs_weight",),
            convention=NO_ROW,
        ),
        Hypothesis("inputs with a coordinate", agreeing + opposed >= 1, needed_by=("signs_weight",)),
        Hypothesis(
            "for the quenched kernel, inputs that agree somewhere",
            agreeing >= 1,
            needed_by=("signs_quenched",),
            convention="else it is 0, as is the graphon kernel",
        ),
        Hypothesis("masks independent of the weights, one hidden ReLU layer with dense readout"),
        Hypothesis("entries of a row of the mask that are independent of each other"),
        Hypothesis(
            "for the gap, inputs that are not parallel",
            sp.And(cosine > -1, cosine < 1),
            needed_by=("signs_gap", "signs_curvature"),
        ),
        Hypothesis("inputs of equal moduli"),
    ),
    pitfalls=(
        Pitfall(
            control="the graphon kernel",
            said="As the width grows, the kernel tends to the kernel of the graphon for any number of inputs.",
            by=(
                "What one might expect where masks “converge layer-wisely to deterministic graphons” (section 4.2 of "
                "arXiv:2510.17515v1)."
            ),
            why=(
                "Every unit has its own mask, and the kernel is not linear in the covariance that the "
                "mask leaves. So the mean over masks is not the value at the mean mask."
            ),
            counterexample="two_inputs",
            by_hand=(
                r"$d=2$, $x=(1,1)$, $x'=(1,-1)$, density $\frac12$. Of the four masks of a row, the empty "
                "one gives $0$, the first input alone gives $1$ (there $x$ and $x'$ agree), the second alone $0$ "
                r"(there they are opposite), and both give $\frac1\pi$. The mean is $\frac14+\frac1{4\pi}\approx0.330$. "
                r"The graphon's kernel is $\frac1{2\pi}\approx0.159$."
            ),
            instead=(
                r"At fixed $d$ the limit is the mean over masks; relative to the kernel the gap closes like $\frac{1-p}{pd}$, "
                "where $pd$ is the expected number of kept inputs."
            ),
        ),
    ),
    aids={"two_inputs": ((1, 1), (1, -1))},
    sharp=(
        Sharp(
            expression="modulus_kernel",
            example="inputs that are signs, of which more agree than differ; rows keep all of them",
            check="signs_lie_between_the_bounds",
            side=Side.BELOW,
        ),
        Sharp(
            expression="modulus_bound",
            example="inputs that are signs; rows keep few of them",
            check="signs_lie_between_the_bounds",
        ),
    ),
    loose=(
        Loose(
            expression="signs_kernel",
            truth="signs_quenched",
            at=HALF_KEPT,
            lost="by taking a convex function at the mean mask instead of its mean over masks",
            order="by the step *gap of signs* the gap is $O(d^{-1})$",
            side=Side.BELOW,
        ),
        Loose(
            expression="signs_bound",
            truth="signs_quenched",
            at=HALF_KEPT,
            lost="in the chord of $h$ over $[-1,1]$, as rows keep inputs of both kinds",
        ),
    ),
    because={
        "gap of signs": gap_of_signs_is_the_sum_over_inputs,
        "cosines": row_kernel_of_signs_is_homogeneous,
        "mean cosine": kept_inputs_add_up_to_the_mean_cosine,
        "convex": kernel_of_signs_is_convex_in_the_cosine,
        "equal moduli": rows_are_multiples_of_one_function,
        "turns": inputs_turn_a_row_off_its_ray,
        "ends": chords_join_the_ends,
        "upper bound": lambda chord, cap, modulus_bound: (
            same(modulus_bound, cap.subs({a: alike + unlike, c: alike - unlike}, simultaneous=True), by=sp.expand),
            same(cap, a * chord.subs(cosine, c / a), by=sp.expand),
        ),
        "no common input": lambda apart: same(apart, row_kernel.subs(c, 0)),
    },
    wrong=lambda: {
        "signs_gap: the graphon kernel": sp.S.Zero,
        "signs_gap: readout alone": (1 - share) / (2 * sp.pi * inputs * sp.sqrt(1 - cosine**2)),
        "angular: readout alone": kappa_1,
        "angular: first layer alone": cosine * kappa_0,
        "signs_kernel: dense kernel": signs_kernel / share,
        "signs_kernel: kernel and gap": (signs_kernel + signs_gap).subs(inputs, agreeing + opposed),
        "signs_bound: bound of all inputs": 2 * share,
        "modulus_bound: bound of both kinds": 2 * (alike + unlike),
        "modulus_bound: of the energy that differs": 2 * unlike,
        "modulus_kernel: kernel at equal inputs": 2 * (alike + unlike),
        "modulus_kernel: of those that agree": alike * angular,
        "modulus_kernel: the bound above": modulus_bound,
        "signs_weight: the chance of a mask": signs_weight * (agreeing + opposed) / kept,
        "signs_weight: wherever they agree": signs_weight.subs(kept_agreeing, 0),
        "signs_quenched: the graphon kernel": signs_kernel.subs(cosine, mean_cosine),
        "signs_quenched: graphon kernel and gap": (signs_kernel + signs_gap)
        .subs(inputs, agreeing + opposed)
        .subs(cosine, mean_cosine),
        "mean_cosine: share of those that agree": agreeing / (agreeing + opposed),
        "signs_curvature: the readout alone": 1 / (sp.pi * sp.sqrt(1 - cosine**2)),
        "signs_curvature: concave near ±1": signs_curvature * (1 - 2 * cosine**2),
        "perspective: of the readout": a * kappa_1.subs(cosine, c / a),
        "perspective: its square root": sp.sqrt(a) * angular.subs(cosine, c / a),
        "support: a tangent through 0": a * angular,
        "support: tangent of the readout": a * kappa_1 + sp.diff(kappa_1, cosine) * (c - cosine * a),
        "agreeing_turn: of the other kind": opposed_turn,
        "agreeing_turn: without its size": agreeing_turn / size,
        "opposed_turn: opposed, of the other kind": agreeing_turn,
        "chord: of the readout": (1 + cosine) / 2,
        "chord: not 0 at −1": 1 + cosine**2,
        "cap: cap of both kinds": 2 * a,
        "apart: at one variance": a / sp.pi,
    },
)
