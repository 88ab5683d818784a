"""N4: pruning weights: of the order of log(1/ε) neurons for each input behind a ReLU output, still 1/ε without it."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Pitfall, Proof, Provenance, Source
from theory.formulas.no_guarantee import guaranteed
from theory.neuron_pruning import alignment
from theory.neuron_pruning.alignment import ANGLE, ERROR, NEURONS, angle, delta, eps
from theory.neuron_pruning.planks import INPUTS, d
from theory.quantities import COUNT, POSITIVE, Hypothesis, Quantity
from theory.subset_sum import two_layers
from theory.subset_sum.potential import a, kappa
from theory.subset_sum.product_laws import gaussian_contraction, gaussian_product, t
from theory.subset_sum.symbols import n
from theory.subset_sum.two_layers import d_0, d_1

length = sp.Symbol("length", positive=True)  # √(w*_p² + w*_q²), at most 1
least = sp.Symbol("least", positive=True)  # the smaller one of |w*_p| and |w*_q|

# A ReLU output: a layer of one output, with the accuracy ε/√d and products that reach beyond 1
one_output = {d_0: d, d_1: 1, eps: eps / sp.sqrt(d), a: 2, kappa: gaussian_product.density.subs(t, 2)}
failure = two_layers.failure.subs(one_output, simultaneous=True)
contraction = gaussian_contraction.subs(a, 2)
size = two_layers.size.subs(one_output, simultaneous=True)

# A linear output: the plane of two coordinates, where the target has this length
in_plane = {eps: eps / length}
condition = 4 * eps
error_bound = sp.Min(length * sp.sin(angle), least) / 4
aligned, leading = (formula.subs(in_plane) for formula in (alignment.aligned, alignment.leading))
success, union, neurons = (  # two coordinates beyond 4ε have at least this length
    guaranteed(formula.subs(in_plane), 2 * condition**2 < length**2)
    for formula in (alignment.success, alignment.union, alignment.neurons)
)
flat_neurons = neurons.subs(length, sp.sqrt(2 / d))
flat_leading = leading.subs(length, sp.sqrt(2 / d))
opposite_error = sp.Integer(1)
FOUND_IN_PLANE = ("success", "union", "neurons", "leading")  # what only targets with two coordinates beyond 4ε obey

pruned_weights = Claim(
    label="N4",
    title="Pruning weights: log(1/ε) behind a ReLU output, 1/ε without it",
    statement=r"""
Let $f(x)=\sigma(\langle w^*,x\rangle)$, $\|w^*\|_2=1$, $d\ge2$, be the target on the unit ball, and $g(x)=\sum_{i\le
N}\alpha_i\sigma(\langle w_i,x\rangle)$ a source with independent standard normal weights, of which *any* entries, of the
$w_i$ and of $\alpha$, may be removed.

(a) *The output is $\sigma(g)$.* With $N=dn$ neurons some mask has an error of at most $\varepsilon$, except with probability at
most $$[[failure]].$$ So failure with probability at most $\delta$ takes no more than $n=\left\lceil[[size]]\right\rceil$ neurons for each
input: $N=O(d\log\frac d{\varepsilon\delta})$, which is more than the announced $O(d\log\frac1\varepsilon)$ by a term of the order $d\log\frac d\delta$. With one item
more in each block the bound shrinks by the factor $[[contraction]]$.

(b) *The output is $g$.* Let $w^*$ have two coordinates $w^*_p,w^*_q$, the smaller one of modulus `least`, and
`length` $r=\sqrt{w_p^{*2}+w_q^{*2}}$. Whatever is kept, the error is at least $$[[error_bound]],$$ where the angle is the least one, in
the plane of the two coordinates, between the axis $\pm w^*$ and a neuron of which both these weights are kept ($\frac\pi2$ if
there is none). So if `least` exceeds $[[condition]]$, a mask with an error of at most $\varepsilon$ exists with probability at
most $$[[success]],$$ which is at most $$[[union]],$$ and success with probability $\delta$ takes $$N\ge[[neurons]]$$ neurons, $[[leading]]$ to leading order
as $\varepsilon\to0$. For $w^*=(1,1,0,\dots,0)/\sqrt2$ this is the bound of N2 for neurons. For flat $w^*=(1,\dots,1)/\sqrt d$ it is
$$[[flat_neurons]],$$ to leading order $[[flat_leading]]$: still $\Omega(1/(\varepsilon\sqrt d))$, where (a) has a logarithm.

The masks of (a) show what the output does: $g$ is within $\varepsilon$ of the *linear* function $\langle w^*,x\rangle$, so
without the ReLU the error at $x=-w^*$ is $[[opposite_error]]$ up to $\varepsilon$. For $w^*=e_1$ there are no two coordinates, and
masks of (a)'s kind on one side alone are good for a linear output as well.
""",
    proof_text=r"""
(a) This is R8 with $d_0=d$ inputs, one output and normal weights: neuron $i$ of block $j$ keeps its $j$-th weight alone, so that
it holds $|w_{ij}|\sigma(\pm x_j)$ by the sign of $w_{ij}$, and $2d$ subset sums of the $\alpha_i|w_{ij}|$ must come near $\pm w^*_j$. The density
$\frac1\pi K_0(|z|)$ of $\alpha w$ decreases in $|z|$ (R5.1), so on $[-2,2]$ it is at least $\frac1\pi K_0(2)$, and all targets lie in
$[-1,1]$: $a=2$. Each sum is to be within $\varepsilon/\sqrt d$ (from $\frac a2$ on the empty set is). Then, as one of $\sigma(\pm x_j)$
vanishes, $|g(x)-\langle w^*,x\rangle|\le\frac\varepsilon{\sqrt d}\|x\|_1\le\varepsilon\|x\|_2$, and $\sigma$ has the
Lipschitz constant $1$. At $x=-w^*$ in particular $|g(x)+1|\le\varepsilon$, while $f(x)=0$. For $w^*=e_1$ the sum for $\sigma(x_1)$ alone, near $1$, makes
$g$ itself differ from $f=\sigma(x_1)$ by at most $\varepsilon$.

(b) In the plane of $p,q$ let $e=(w^*_p,w^*_q)/r$, $x_0=(-w^*_q,w^*_p)/r$. On the segment $\sqrt{1-s^2}\,x_0+te$, $|t|\le s$,
$f=r\sigma(t)$ has a kink of the height $r$, and an affine $g$ has an error of at least $\frac{rs}4$ (N1). A kept neuron acts
in the plane by $u\in\{0,(w_p,0),(0,w_q),(w_p,w_q)\}$ and has a kink inside only if its angle with the axis of $e$ has a
sine below $s$. For $(w_p,0)$ and $(0,w_q)$ these sines are $|w^*_q|/r$ and $|w^*_p|/r$. With $s$ up to the least sine the error is at least
$\frac14\min(r\sin(\text{angle}),|w_p^*|,|w_q^*|)$. If it is at most $\varepsilon<\frac14$`least`, then some neuron's full pair
has a sine of at most $4\varepsilon/r<1$. The pair $(w_p,w_q)$ is normal, so this has the probability $\frac2\pi\arcsin\frac{4\varepsilon}r$, the
one of N2 at $\varepsilon/r$, independently over the neurons. ∎
""",
    source=Source(
        "2603.02234",
        "abstract: “weight pruning achieves ε-approximation with only O(d log(1/ε)) neurons”",
    ),
    provenance=Provenance.PITFALL,
    proof=Proof.PROVED,
    quantities=(
        INPUTS.drawn_from(2, 9),
        Quantity(n, "number of neurons for each input", COUNT, drawn=(2, 40)),
        NEURONS.drawn_from(2, 9),
        Quantity(
            length,
            "length of the target in the plane of two coordinates",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 2), 1),
        ),
        Quantity(
            least,
            "smaller modulus of the target's two coordinates",
            sp.Interval.Lopen(0, 1 / sp.sqrt(2)),
            drawn=(sp.Rational(1, 10), sp.Rational(7, 10)),
        ),
        Quantity(eps, ERROR.meaning, POSITIVE, drawn=(sp.Rational(1, 100), sp.Rational(1, 12))),
        Quantity(
            angle,
            "least angle, in the plane of two coordinates, of a neuron that keeps both weights with the axis of the "
            "target, in radians",
            ANGLE.within,
            drawn=(sp.Rational(1, 20), sp.Rational(3, 2)),
        ),
        Quantity(
            delta,
            "probability asked for: of failure in `size`, else of success",
            sp.Interval.Lopen(0, 1),
            drawn=(sp.Rational(1, 10), sp.Rational(9, 10)),
        ),
    ),
    hypotheses=(
        Hypothesis("independent standard normal weights, independent of the target"),
        Hypothesis("in (a) a ReLU after the output, in (b) none"),
        Hypothesis("an error up to that of empty subset sums", eps**2 <= d, needed_by=("size",)),
        Hypothesis("the smaller one of two coordinates", 2 * least**2 <= length**2),
        Hypothesis("in (b) two coordinates beyond four times the error", least > condition, needed_by=FOUND_IN_PLANE),
        Hypothesis("a length that such coordinates have", length**2 > 2 * condition**2, needed_by=FOUND_IN_PLANE),
        Hypothesis("aligned means up to a sine of 1 at most", condition <= length, needed_by=("aligned",)),
        Hypothesis(
            "flat coordinates beyond four times the error",
            d * condition**2 < 1,
            needed_by=("flat_neurons", "flat_leading"),
        ),
    ),
    uses=("N1", "N2", "R5.1", "R8"),
    expressions={
        "failure": failure,
        "contraction": contraction,
        "size": size,
        "condition": condition,
        "error_bound": error_bound,
        "aligned": aligned,
        "success": success,
        "union": union,
        "neurons": neurons,
        "leading": leading,
        "flat_neurons": flat_neurons,
        "flat_leading": flat_leading,
        "opposite_error": opposite_error,
    },
    aids={
        "three_points": (
            (-1, 0),
            (sp.Rational(-16, 25), sp.Rational(12, 25)),
            (sp.Rational(-7, 25), sp.Rational(24, 25)),
        ),
    },
    pitfalls=(
        Pitfall(
            control="O(d log 1/ε) whatever the output",
            said=(
                r"Pruning weights takes $O(d\log\frac1\varepsilon)$ neurons, where pruning neurons takes "
                "exponentially more, whatever stands behind the sum."
            ),
            by=(
                "What one might expect from the abstract of arXiv:2603.02234, “weight pruning achieves "
                "ε-approximation with only O(d log(1/ε)) neurons”; whether a ReLU stands behind the output "
                r"was not at hand. (Ours in (a) is $O(d\log\frac d{\varepsilon\delta})$: one more $\log d$.)"
            ),
            why=(
                "Without a ReLU behind it, the sum must bend where the target bends, and a neuron that "
                "keeps one weight bends on an axis only."
            ),
            counterexample="three_points",
            by_hand=(
                r"$w^*=(\frac35,\frac45)$ and the points $(-1,0)$, $(-\frac{16}{25},\frac{12}{25})$, "
                r"$(-\frac7{25},\frac{24}{25})$ of the disc, the second midway between the others. The "
                r"target is $0,0,\frac35$ there; every sum of neurons with one weight each, however many, "
                "is affine on the three, as no $x_i$ changes its sign. So some error is at least "
                r"$\frac14\cdot\frac35=\frac3{20}$."
            ),
            instead=(
                "Behind a ReLU a logarithm is enough; with a linear output the error is at least "
                r"$[[error_bound]]$, and $1/\varepsilon$ neurons are needed for targets with two "
                "coordinates."
            ),
        ),
    ),
)
