"""B2.3: with two hidden layers no constant above ¾ holds for all masks: units that see one input each."""

from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_0, kappa_1, relu
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, UNIT, Hypothesis, Quantity
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Relations, same, vanishes

pairs = sp.Symbol("n", integer=True, positive=True)  # inputs of either sign

spilled = sp.Symbol("delta", positive=True)  # value of the graphon at the edges that the first layer need not have

spike = cosine / (1 - cosine)  # η
variance = 1 + spike
shared = spike
own_entry = 3 * variance
alike_entry = variance * kappa_1 + 2 * spike * kappa_0
opposite_entry = variance / sp.pi
linear_energy = 1 + 2 * pairs * spike
energy = own_entry + (pairs - 1) * alike_entry - pairs * opposite_entry
sign_ratio = energy / linear_energy
many_ratio = kappa_0 + (kappa_1 - 1 / sp.pi) / (2 * cosine)
least_ratio = sp.Rational(3, 4)

_common, _strong, _weak = spike + spilled, 1 + spilled * spike, spilled * variance  # of e_0, and where x_i is 1 or 0
_mixed = sp.sqrt(spilled) * spike / sp.sqrt(_strong * variance)  # cosine where one of two inputs is 1
_strengths = _common, 2 * sp.sqrt(_strong * _weak), (2 * pairs - 2) * _weak  # of e_0, of the inputs' own, of others
_shares = spike, 2 * spilled * spike, (2 * pairs - 2) * spilled * spike  # of their covariances, up to the sign
_cosines = spike / _common, _mixed, cosine
spilled_variance = (1 + 2 * pairs * spilled) * variance
spilled_alike, spilled_opposite = (
    sp.Add(*(size * kappa_1.subs(cosine, sign * z) for size, z in zip(_strengths, _cosines, strict=True)))
    for sign in (1, -1)
)
alike_gate, opposite_gate = (
    sp.Add(*(sign * part * kappa_0.subs(cosine, sign * z) for part, z in zip(_shares, _cosines, strict=True)))
    for sign in (1, -1)
)

private = sp.Symbol("private", positive=True)  # square of an input's second own coordinate, over η
_near = spike * (1 + private)  # variance in a group of the second layer, and in the input's own
_far = _near + 2 * pairs


def _third_layer(covariance: sp.Expr) -> sp.Expr:
    """The entry of the kernel at two inputs with this covariance in each group of the second layer."""
    same, unlike = ({a: _near, b: other, c: covariance} for other in (_near, _far))
    alike, value = _near + 1, (relu.value.subs(unlike) + (pairs - 1) * relu.value.subs(same)) / pairs
    gate = (relu.slope.subs(unlike) + (pairs - 1) * relu.slope.subs(same)) / pairs
    above = {a: alike, b: alike, c: value}
    return valued(relu.value, above) + valued(relu.slope, above) * (value + 2 * covariance * gate)


three_layers = (4 * (_near + 1) + (pairs - 1) * _third_layer(spike) - pairs * _third_layer(sp.S.Zero)) / (
    1 + (2 * pairs + private) * spike
)

STEPS = proof(
    r"""
recursion (by K2 for forward, tangent_step): From layer to layer the kernel goes to $\Theta\kappa_0+\Sigma$ and the covariance to its dual
$F$, and both to their means over the units below.

first layer (from recursion): The units of one input add $xy$ to the covariance where its values $x$, $y$ have equal signs, and $0$
otherwise. With $\eta=[[spike]]$ all units together add $[[variance]]$ at equal inputs, $[[shared]]$ at inputs of one sign and $0$ at inputs
of opposite signs; they add twice as much to the kernel.

all edges (from recursion, first layer): Give the graphon of the first layer the value $\delta$ at every other edge: each input has a
positive variance at each unit. In the same units the variance is $[[spilled_variance]]$. The covariance is $[[spilled_alike]]$ at inputs of one
sign, and the kernel adds $[[alike_gate]]$ to it; at opposite signs they are $[[spilled_opposite]]$ and $[[opposite_gate]]$. They are
continuous at $\delta=0$, where they are those of the *first layer*. So are the entries of $K$ and of $B$.

second layer (from recursion, first layer): So the correlations are $r$ and $0$, and $K$ has the entries $[[own_entry]]$ on the diagonal,
$[[alike_entry]]$ at inputs of one sign and $[[opposite_entry]]$ at inputs of opposite signs.

linear part (from first layer): The path densities are equal, and $B$ is $I+\eta ss^\top$ in the same units: $\frac1{2n}s^\top
Bs=[[linear_energy]]$.

signs (from second layer): With $n$ inputs of either sign, $\frac1{2n}s^\top Ks=[[energy]]$.

ratio (from linear part, signs): So $K\succeq cB$ needs $c\le[[sign_ratio]]$.

many inputs (from ratio): As $n\to\infty$ this ratio tends to $[[many_ratio]]$.

chord (from many inputs; by chords): This limit rises with $r$, as do $\kappa_0$ and the slope of the chord of the convex $\kappa_1$ from
$0$. So for $r>0$ it is above its limit at $0$.

best (by B2.1): $K\succeq c_2B$ for all masks, with $c_2=\frac34$.

small spikes (from all edges, chord, best): As $r\to0$ the limit is $[[least_ratio]]$, half of $\kappa_1'(0)$ and all of $\kappa_0(0)$. So
no constant above it serves the masks with $\delta>0$.
""",
    globals(),
)


def through(value: sp.Expr, other: sp.Expr) -> sp.Expr:
    """The dual of a unit that sees one input, at its values in two samples."""
    return relu.value.subs({a: value**2, b: other**2, c: value * other})


def next_entry(size: sp.Expr, covariance: sp.Expr) -> sp.Expr:
    """Θκ₀ + F at a variance and a covariance, where Θ is twice the covariance."""
    at = {a: size, b: size, c: covariance}
    return 2 * covariance * valued(relu.slope, at) + valued(relu.value, at)


def in_signs(own: sp.Expr, alike: sp.Expr, opposite: sp.Expr) -> sp.Expr:
    """sᵀAs over the number of inputs, for a matrix with these entries."""
    return own + (pairs - 1) * alike - pairs * opposite


def with_letters(gap: sp.Expr) -> sp.Expr:
    """One fraction, with letters for the arc cosine and the root."""
    letters = {sp.acos(cosine): sp.Symbol("angle"), sp.sqrt(1 - cosine**2): sp.Symbol("sine")}
    return sp.cancel(gap.subs(letters))


@cache
def at_small_spikes(ratio: sp.Expr) -> sp.Expr:
    """The quotient of the slopes of numerator and denominator, if both are 0 at r = 0."""
    parts = sp.fraction(sp.together(ratio))
    if any(valued(part, {cosine: 0}) != 0 for part in parts):
        return sp.limit(ratio, cosine, 0)
    above, below = (valued(sp.diff(part, cosine), {cosine: 0}) for part in parts)
    return above / below


def units_add_where_signs_are_equal(spike: sp.Expr, variance: sp.Expr, shared: sp.Expr) -> Relations:
    """The unit of the common coordinate and that of the input's own; opposite signs; the correlation is r."""
    common = sp.sqrt(spike)
    yield same(variance, through(common, common) + 1, by=sp.cancel)
    yield same(shared, through(common, common), by=sp.cancel)
    yield same(shared, cosine * variance, by=sp.cancel)
    yield same(through(common, -common), 0)


def edges_fade(
    variance: sp.Expr,
    shared: sp.Expr,
    spilled_variance: sp.Expr,
    spilled_alike: sp.Expr,
    alike_gate: sp.Expr,
    spilled_opposite: sp.Expr,
    opposite_gate: sp.Expr,
) -> Relations:
    """Continuous formulas at δ = 0: value and gate are the shared one at one sign, 0 at opposite ones."""
    wanted = (
        (spilled_variance, variance),
        (spilled_alike, shared),
        (alike_gate, shared),
        (spilled_opposite, sp.S.Zero),
        (opposite_gate, sp.S.Zero),
    )
    for each, limit in wanted:
        yield same(each.subs(spilled, 0), limit, by=sp.cancel)


def entries_are_those_of_the_recursion(
    variance: sp.Expr, shared: sp.Expr, own_entry: sp.Expr, alike_entry: sp.Expr, opposite_entry: sp.Expr
) -> Relations:
    """At the covariances of equal inputs, of one sign and of opposite ones."""
    for claimed, covariance in ((own_entry, variance), (alike_entry, shared), (opposite_entry, sp.S.Zero)):
        yield same(claimed, next_entry(variance, covariance))


def many_inputs_leave_the_leading_terms(sign_ratio: sp.Expr, many_ratio: sp.Expr) -> Relations:
    """The ratio less its limit, times 1 + 2nη, does not depend on n."""
    rest = (sign_ratio - many_ratio) * (1 + 2 * pairs * spike)
    yield vanishes(sp.diff(rest, pairs), by=with_letters)


def small_spikes_leave_three_quarters(many_ratio: sp.Expr, least_ratio: sp.Expr) -> Relations:
    """The limit at r = 0."""
    yield same(least_ratio, at_small_spikes(many_ratio))


one_input_units = Claim(
    label="B2.3",
    title="With two hidden layers no constant above three quarters holds for all masks",
    statement=r"""
Over all masks as in B2.1 and all inputs, the best constant for $L=2$ is $c_2=[[least_ratio]]$. Let each unit of the first layer be
connected
to one input, and each input to equally many units; let all layers above be dense, and let $x_i=\sqrt\eta\,s_ie_0+e_i$ with
$\eta=\frac r{1-r}$, $0<r<1$, where $n$ of the signs $s_i$ are positive and $n$ negative.
Give the graphon of the first layer the value $\delta>0$ at its other edges, so that all variances are positive, as B2.1 requires. (Each
coordinate stands for a block of many equal ones, all blocks of one size, over which masks average as in K2.) As $\delta\to0$ the entries of $K$ and $B$
tend to those at $\delta=0$. There
$s^\top Ks$ over $s^\top Bs$ is $[[sign_ratio]]$, which tends to $[[many_ratio]]$ as $n\to\infty$, and this limit falls to $[[least_ratio]]$
as $r\to0$. So masks that treat inputs differently can leave less of the linear part than any homogeneous masks (B2.2).
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(pairs, "number of inputs of either sign", COUNT, drawn=(1, 40)),
        Quantity(
            cosine,
            "correlation in the second layer of two inputs of one sign",
            UNIT,
            drawn=(sp.Rational(1, 20), sp.Rational(9, 10)),
        ),
    ),
    hypotheses=(
        Hypothesis(
            r"infinite width in the limit of K2, $\varphi(z)=\sqrt2\max(z,0)$, masks independent of the weights"
        ),
    ),
    uses=("B2.2",),
    sharp=(
        Sharp(
            expression="least_ratio",
            example=r"the masks and inputs of the statement as $\delta\to0$, then $n\to\infty$, then $r\to0$",
            check="small_spikes_leave_three_quarters",
            side=Side.BELOW,
        ),
    ),
    aids={"three_layers": three_layers},
    open_questions=(
        OpenQuestion(
            asks=r"Is $c_L=(L+1)2^{-L}$ the best constant for $L\ge3$ hidden layers, too?",
            obstacle=r"""The correlation of any two inputs has to vanish in each unit of every layer from the second on. For $L=2$ one layer with inputs of its own achieves this; for more layers, each layer
needs inputs of its own that are connected to few of its units, and nested limits have to be taken. This is not written out.""",
            known=r"The constant serves all masks (B2.1) and is best for $L=2$ (B2.3). Homogeneous masks allow a larger constant (B2.2).",
            evidence=r"""For $L=3$ let each input have two more coordinates, one of the square $K\eta$ that is connected to all units of the second layer and one that is connected to a share $\frac1{2n}$ of them.
At $(\eta,K,2n)=(10^{-12},10^4,10^{20})$ the ratio is below $0.50003$, where $c_3=\frac12$: the constant is best for $L=3$ up to this difference.""",
            checked_by="three_layers_come_close_to_a_half",
        ),
    ),
    because={
        "first layer": units_add_where_signs_are_equal,
        "all edges": edges_fade,
        "second layer": entries_are_those_of_the_recursion,
        "linear part": lambda spike, linear_energy: same(
            linear_energy, in_signs(1 + spike, spike, -spike), by=sp.cancel
        ),
        "signs": lambda own_entry, alike_entry, opposite_entry, energy: same(
            energy, in_signs(own_entry, alike_entry, opposite_entry), by=sp.expand
        ),
        "ratio": lambda energy, linear_energy, sign_ratio: same(sign_ratio, energy / linear_energy, by=sp.expand),
        "many inputs": many_inputs_leave_the_leading_terms,
        "small spikes": small_spikes_leave_three_quarters,
    },
    wrong=lambda: {
        "spike: the correlation itself": cosine,
        "spike: its inverse": 1 / spike,
        "variance: without the input's own": spike,
        "shared: the variance": variance,
        "spilled_variance: at δ = 0": variance,
        "spilled_variance: variance of δ too": spilled_variance + 1,
        "spilled_alike: without e_0": spilled_alike - (spike + spilled) * kappa_1,
        "alike_gate: the value": spilled_alike,
        "spilled_opposite: as if alike": spilled_alike,
        "opposite_gate: gate as if alike": alike_gate,
        "own_entry: two layers alone": 2 * variance,
        "alike_entry: as if equal": own_entry,
        "alike_entry: the readout alone": variance * kappa_1,
        "linear_energy: all of one sign": sp.S.One,
        "linear_energy: of one sign's inputs": 1 + pairs * spike,
        "energy: all of one sign": own_entry + (2 * pairs - 1) * alike_entry,
        "energy: the diagonal": own_entry,
        "sign_ratio: its inverse": 1 / sign_ratio,
        "sign_ratio: the energy": energy,
        "sign_ratio: the limit": many_ratio,
        "many_ratio: the gate alone": kappa_0,
        "many_ratio: without opposite signs": kappa_0 + kappa_1 / (2 * cosine),
        "many_ratio: a tenth of a thousandth more": many_ratio + sp.Rational(1, 10000),
        "many_ratio: three quarters": sp.Rational(3, 4),
        "three_layers: of two layers": many_ratio,
        "three_layers: a quarter less": three_layers * sp.Rational(3, 4),
        "three_layers: the ratio of the signs": sign_ratio,
    },
)
