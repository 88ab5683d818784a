"""O2.1 and O6: what a small cut norm says about other norms, spectra and degrees."""

from dataclasses import replace
from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.graphon.symbols import CUT
from sparse_limits.theory.operators.motifs import cycle
from sparse_limits.theory.operators.symbols import (
    CUT_NORM,
    POSITIONS,
    SINGULAR_VALUE,
    SQUARE_INTEGRABLE,
    STEP_KERNEL,
    cut,
)
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same
from sparse_limits.theory.saliency.symbols import WHOLE_MASK

largest_entry = sp.S.One  # sup |W|
complex_factor = sp.sqrt(2)  # from real functions to complex ones
operator_least = cut
infinity_one_bound = 4 * cut
operator_bound = sp.sqrt(infinity_one_bound * largest_entry)
spectrum_bound = operator_bound  # of a difference
four_cycle_least = operator_least**4
four_cycle_bound = infinity_one_bound * largest_entry**3
example_move = sp.sqrt(2 * cut)  # of the second singular value, from ½ on a square to its two diagonal blocks
CHECKERED_SQUARE = (
    r"the checkered kernel on a square of side $t\le1$, $0$ elsewhere, has $c=\frac{t^2}4$ and the norm $t$"
)
DIAGONAL_BLOCKS = (
    r"$\frac12$ on a square of side $t\le1$ and the mask of its two diagonal blocks have $c=\frac{t^2}8$ and second singular values "
    r"that are $\frac t2$ apart"
)

NORM_STEPS = proof(
    r"""
indicators: For sets $A,B$ of positive measure $\big|\int_{A\times B}W\big|\le\|T\|_{op}\sqrt{|A||B|}\le\|T\|_{op}$, the norms of their
indicators in $L^2$ being $\sqrt{|A|},\sqrt{|B|}\le1$. So $\|T\|_{op}\ge[[operator_least]]$.

signs (by monotonicity): For real $|f|,|g|\le1$ put $h(y)=\int f(x)W(x,y)\,dx$: then $\int hg\le\int|h|=\int h\cdot\operatorname{sign}h$. So
it is enough to consider functions $g$ with values $\pm1$ and then, in the same way, such $f$.

four pairs (from signs): Then $f=1_A-1_{A^c}$ and $g=1_B-1_{B^c}$ for some sets, and $\int fWg$ is a sum of four integrals over pairs of
sets, each with a sign and of modulus at most $c$. So $\|W\|_{\infty\to1}\le[[infinity_one_bound]]$.

complex functions (cited: Krivine, Constantes de Grothendieck et fonctions de type positif sur les sphères, Adv. Math. 31 (1979) 16:
Grothendieck's constant of order 2, the largest ratio of Σ a_ij⟨x_i, y_j⟩ over unit vectors of the plane to the same over signs, is √2):
Complex $|f|,|g|\le1$ are $f_1+if_2$, $g_1-ig_2$ with vectors $(f_1,f_2)$ and $(g_1,g_2)$ in the unit disc of the plane. Turn $f$ by a phase
until $\int fWg$ is real and not negative. This is the integral of $W$ times the scalar product of the vectors, hence at most
$[[complex_factor]]\,\|W\|_{\infty\to1}$ for step kernels; other kernels are limits of step kernels in $L^1$.

bounded kernel (by monotonicity): From $L^1$ to $L^\infty$ the norm of $T$ is at most $\sup|W|\le[[largest_entry]]$, as
$|Tg(x)|\le\int|W(x,y)||g(y)|\,dy$.

largest singular value (by Hilbert–Schmidt): $\|T\|_{op}=\sigma_1$, and if that is not $0$ there is a real $v\ne0$ with $T^*Tv=\sigma_1^2v$.

back to bounded functions (from bounded kernel, largest singular value; by monotonicity): The kernel of $T^*$ has the same entries. So
$v=\sigma_1^{-2}T^*Tv$ is bounded, and $\sigma_1^2\|v\|_\infty\le\sup|W|\,\|Tv\|_1$. For the sign $g$ of $Tv$ and $f=v/\|v\|_\infty$,
$\|Tv\|_1=\int gTv=\|v\|_\infty\int gTf\le\|v\|_\infty\|W\|_{\infty\to1}$.

operator norm (from four pairs, bounded kernel, back to bounded functions): So $\|T\|_{op}^2\le\|W\|_{\infty\to1}\sup|W|$, and
$\|T\|_{op}\le[[operator_bound]]$.

fourth powers (by Hilbert–Schmidt): $t(C_4,W)=\sum_i\sigma_i^4$, as the left side is the integral of the square of $\int W(x,y)W(x',y)\,dy$,
the kernel of $TT^*$, whose singular values are $\sigma_i^2$.

the largest one (from indicators, fourth powers): The sum is at least $\sigma_1^4=\|T\|_{op}^4$, and so $t(C_4,W)\ge[[four_cycle_least]]$.

one entry of a cycle (by Fubini): For fixed $x',y'$ the integral of $W(x,y)\cdot W(x,y')\,W(x',y)\,W(x',y')$ over $x,y$ is $W(x',y')\int
fWg$ with $f=W(\cdot,y')$ and $g=W(x',\cdot)$; average over $x',y'$.

four-cycles (from four pairs, bounded kernel, one entry of a cycle): All but one of the four entries are at most $[[largest_entry]]$, so
that $t(C_4,W)\le[[four_cycle_bound]]$.

spectra (from operator norm; cited: Weyl: |σ_i(A) − σ_i(B)| ≤ ‖A − B‖ for all i; for singular spaces Wedin): The singular values of the step
kernel $W_M$ are $\sigma_i(M)/\sqrt{mn}$, and $|W_M-W|\le1$. So each is within $\|T_{W_M-W}\|_{op}\le[[spectrum_bound]]$ of that of $W$.
""",
    globals(),
)


def indicators_have_norms_up_to_one(operator_least: sp.Expr) -> Relations:
    """c² over |A||B|, the measures as 1/(1 + x) and 1/(1 + y) for x, y ≥ 0, less the square of the bound."""
    x, y = sp.symbols("x y", nonnegative=True)
    quotient = cut**2 * (1 + x) * (1 + y)
    yield nonnegative(quotient - operator_least**2, cut**2 * (x + y + x * y))


def signs_are_four_cuts(infinity_one_bound: sp.Expr) -> Relations:
    """Each integral, with its sign, is c less some x ≥ 0: their sum misses the bound by the sum of these."""
    spare = {pair: sp.Symbol(f"x_{k}", nonnegative=True) for k, pair in enumerate(product((1, -1), repeat=2))}
    integrals = {(row, column): row * column * (cut - x) for (row, column), x in spare.items()}
    form = sum(row * column * integral for (row, column), integral in integrals.items())
    yield same(infinity_one_bound, form + sum(spare.values()))


def norm_leads_through_bounded_functions(
    infinity_one_bound: sp.Expr, largest_entry: sp.Expr, operator_bound: sp.Expr
) -> Relations:
    """The square of the norm times the largest modulus h of v, by way of the norm of Tv in L¹."""
    h = sp.Symbol("h", positive=True)
    in_the_mean = h * infinity_one_bound
    yield same(operator_bound, sp.sqrt(largest_entry * in_the_mean / h))


def sum_of_fourth_powers_has_the_largest(operator_least: sp.Expr, four_cycle_least: sp.Expr) -> Relations:
    """σ₁ = c + x for some x ≥ 0, the other fourth powers add some y ≥ 0."""
    x, y = sp.symbols("x y", nonnegative=True)
    more = 4 * cut**3 * x + 6 * cut**2 * x**2 + 4 * cut * x**3 + x**4 + y
    yield nonnegative((operator_least + x) ** 4 + y - four_cycle_least, more)


def cycle_is_a_form_in_one_entry(
    infinity_one_bound: sp.Expr, largest_entry: sp.Expr, four_cycle_bound: sp.Expr
) -> Relations:
    """One edge of the cycle for the form, and the largest entry for each of the others."""
    _, *others = cycle(4).edges
    yield same(four_cycle_bound, infinity_one_bound * largest_entry ** len(others))


norm_chain = Claim(
    label="O2.1",
    title="Norms of an operator lie between powers of its cut norm; spectra converge",
    headline=r"A kernel of cut norm $c$ with values in $[-1,1]$ has an operator norm on $L^2$ of at least $c$ and at most $$[[operator_bound]].$$ So where masks converge in cut norm, their singular values converge to those of the graphon.",
    statement=r"""
**Setting.** Let $|W|\le1$ on $[0,1]^2$, let $T$ be its integral operator on $L^2$, and $c=\|W\|_\square$. The *form* of $W$ maps functions
$f,g$ to $\int fWg$. Its norm $\|W\|_{\infty\to1}=\sup_{|f|,|g|\le1}|\int fWg|$ is taken over real $f,g$.

**Norms and four-cycles.** The operator norm, the norm of the form and the density $t(C_4,W)$ of four-cycles
have bounds in terms of $c$:
$$[[operator_least]]\le\|T\|_{op}\le[[operator_bound]],\qquad\|W\|_{\infty\to1}\le[[infinity_one_bound]],\qquad
[[four_cycle_least]]\le t(C_4,W)\le[[four_cycle_bound]].$$
Over complex $f,g$ the form is at most $[[complex_factor]]$ times as large as over real ones.

**Spectra.** Hence for a mask and its graphon, at $c=\|W_M-W\|_\square$, $\max_i|\sigma_i(M)/\sqrt{mn}-\sigma_i(W)|\le[[spectrum_bound]]$.
This bound tends to $0$ with $c$, and then singular spaces converge wherever there is a gap (Wedin).

**Where the bounds are attained.** Read a matrix as a kernel that is constant on the cells of a grid. The lower bounds are attained by $W=1$,
and the upper bounds, except that of the singular values, by $\begin{pmatrix}1&-1\\-1&1\end{pmatrix}$. The factor for complex functions is
attained by $\begin{pmatrix}1&1\\1&-1\end{pmatrix}$.
""",
    steps=NORM_STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "textbook but for the constants (Lovász 2012, section 8.2 for the norms, chapter 11 for spectra; Wedin); beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(CUT_NORM,),
    hypotheses=(Hypothesis(r"$|W|\le1$ (a mask, a graphon, or the difference of two such)"),),
    symbols={
        "W": "kernel, a function on the unit square with values in $[-1,1]$",
        "T": "integral operator with the kernel $W$",
        **SQUARE_INTEGRABLE,
        "f, g": "functions on the unit interval, of modulus at most $1$",
        **CUT,
        r"\|T\|_{op}": "operator norm, the largest singular value",
        "t(C_4,W)": "density of the cycle of length four, the integral of $W(x,y)W(x,y')W(x',y)W(x',y')$",
        **WHOLE_MASK,
        "m, n": "number of rows, and of columns, of the mask",
        **STEP_KERNEL,
        **SINGULAR_VALUE,
    },
    remarks=(
        Remark(
            r"For independent entries and $m\asymp n$, $\|M-P\|_{op}/\sqrt{mn}$ is of order at most $n^{-1/2}$ (O3, cited there), while the "
            r"bound with G1.2 gives $n^{-1/4}$."
        ),
    ),
    sharp=(
        Sharp(expression="operator_least", example="$W=1$", check="bounds_are_attained", side=Side.BELOW),
        Sharp(
            expression="complex_factor",
            example=r"$\begin{pmatrix}1&1\\1&-1\end{pmatrix}$ in steps",
            check="complex_form_attains_its_factor",
        ),
        Sharp(expression="four_cycle_least", example="$W=1$", check="bounds_are_attained", side=Side.BELOW),
        Sharp(expression="operator_bound", example=CHECKERED_SQUARE, check="squares_have_large_norms"),
        *(
            Sharp(
                expression=each,
                example=r"$\begin{pmatrix}1&-1\\-1&1\end{pmatrix}$ in steps",
                check="bounds_are_attained",
            )
            for each in ("infinity_one_bound", "four_cycle_bound")
        ),
    ),
    loose=(
        Loose(
            expression="spectrum_bound",
            truth="example_move",
            at=({cut: sp.Rational(1, 8)}, {cut: sp.Rational(1, 100)}),
            lost=r"at most this factor, in entries up to $1$, which are $\frac12$ in the example: the truth lies between the two",
            order=DIAGONAL_BLOCKS,
        ),
    ),
    aids={"example_move": example_move},
    because={
        "indicators": indicators_have_norms_up_to_one,
        "four pairs": signs_are_four_cuts,
        "operator norm": norm_leads_through_bounded_functions,
        "the largest one": sum_of_fourth_powers_has_the_largest,
        "four-cycles": cycle_is_a_form_in_one_entry,
    },
    wrong=lambda: {
        "operator_least: the square root": sp.sqrt(cut),
        "operator_bound: the form itself": 4 * cut,
        "operator_bound: operator norms below the cut norm": cut,
        "operator_bound: the square": 6 * cut**2,
        "four_cycle_least: the square for the fourth power": cut**2,
        "four_cycle_least: twice the square for the fourth power": 2 * cut**2,
        "spectrum_bound: the cut norm": cut,
        "spectrum_bound: as the square": 8 * cut**2,
        "example_move: as far as the norm of a difference up to 1": operator_bound,
    },
)

degree_bound = 2 * cut
density_bound = cut
both_bound = 2 * cut
eps = sp.Symbol("varepsilon", positive=True)  # by how much the rows of the example differ
half_cut = eps / 2

DEGREE_STEPS = proof(
    r"""
two sets of rows (by additivity): Let $S=\{d_U>d_W\}$. Then $\|d_U-d_W\|_1=\int_S(d_U-d_W)+\int_{S^c}(d_W-d_U)$.

cuts (from two sets of rows; by Fubini): The integral of $d_U-d_W$ over $S$ is that of $U-W$ over $S\times[0,1]$, and the same holds for
$S^c$. These are two cuts, each of modulus at most $c$. Likewise for columns.

example: Let $U-W$ be $\varepsilon$ on one half of the rows and $-\varepsilon$ on the other. Then its largest cut is $[[half_cut]]$, and all
degrees differ by $\varepsilon$.

degrees (from cuts, example): So $\|d_U-d_W\|_1\le[[degree_bound]]$, with equality in the example.

density: $\rho_U-\rho_W$ is the cut of all rows and all columns, in modulus at most $[[density_bound]]$; for a constant $U-W$ no cut is
larger.

degrees and density (from cuts, example, density): Let $\alpha$ be the integral of $U-W$ over $S\times[0,1]$ and $\beta$ that of $W-U$ over
$S^c\times[0,1]$. Neither is negative, $\|d_U-d_W\|_1=\alpha+\beta$ and $\rho_U-\rho_W=\alpha-\beta$. So the sum of this distance and of
$|\rho_U-\rho_W|$ is twice the larger of $\alpha$ and $\beta$, at most $[[both_bound]]$. In the example $\alpha=\beta$, for a constant $U-W$
one of them is $0$, and in both the larger one is $c$.
""",
    globals(),
)


def halves_of_opposite_sign_leave_a_half(half_cut: sp.Expr) -> Relations:
    """The cut of all columns and shares 1/(1 + x), y/(1 + y) of the halves; each other one is a share of such a cut."""
    x, y = sp.symbols("x y", nonnegative=True)
    shares = 1 / (1 + x), y / (1 + y)
    cut_of_shares = (shares[0] * eps - shares[1] * eps) / 2
    yield nonnegative(half_cut - cut_of_shares, eps * (x / (1 + x) + y / (1 + y)) / 2)
    yield same(half_cut, cut_of_shares.subs({x: 0, y: 0}))


def degrees_differ_by_two_cuts(half_cut: sp.Expr, degree_bound: sp.Expr) -> Relations:
    """What two cuts, c/(1 + x) and c/(1 + y), leave of the bound; in the example degrees differ by ε on average."""
    x, y = sp.symbols("x y", nonnegative=True)
    yield nonnegative(degree_bound - cut / (1 + x) - cut / (1 + y), cut * x / (1 + x) + cut * y / (1 + y))
    yield same(degree_bound.subs(cut, half_cut), (eps + eps) / 2)


def densities_differ_by_one_cut(density_bound: sp.Expr) -> Relations:
    """What a cut, c/(1 + x), leaves of the bound: nothing at x = 0."""
    x = sp.Symbol("x", nonnegative=True)
    yield nonnegative(density_bound - cut / (1 + x), cut * x / (1 + x))


def one_of_two_cuts_counts_twice(both_bound: sp.Expr, half_cut: sp.Expr, density_bound: sp.Expr) -> Relations:
    """What the larger cut, c/(1 + x), and the smaller one, a share of it, leave of the bound; the example; a constant ε."""
    x, y = sp.symbols("x y", nonnegative=True)
    larger = cut / (1 + x)
    smaller = larger / (1 + y)
    yield nonnegative(both_bound - (larger + smaller) - (larger - smaller), 2 * cut * x / (1 + x))
    yield same(both_bound.subs(cut, half_cut), (eps + eps) / 2)
    yield same(both_bound.subs(cut, eps), eps + density_bound.subs(cut, eps))


degree_continuity = Claim(
    label="O6",
    title="Degrees are Lipschitz in cut norm",
    headline=r"Let two integrable kernels differ by $c$ in cut norm. Then their degrees differ by at most $[[degree_bound]]$ on average over the rows, and their densities by at most $c$. Both constants are sharp.",
    statement=r"""
**Setting.** A *kernel* is here an integrable function on $[0,1]^2$. It is like a matrix, with a row for each $u\in[0,1]$ and a column for
each $v\in[0,1]$. Let $U$ and $W$ be two kernels. The *degree* of row $u$ in $U$ is the mean of the row, $d_U(u)=\int U(u,v)\,dv$. The
*density* of $U$ is the mean of all values, $\rho_U=\iint U$. Likewise $W$ has degrees $d_W$ and a density $\rho_W$.

**Distances.** The mean distance between the degrees is $\|d_U-d_W\|_1=\int|d_U(u)-d_W(u)|\,du$. The *cut norm* $c=\|U-W\|_\square$ is the
largest modulus that the integral of $U-W$ has over any set of rows times any set of columns.

**Bounds.** Then
$$\|d_U-d_W\|_1\le[[degree_bound]],\qquad|\rho_U-\rho_W|\le[[density_bound]],\qquad\|d_U-d_W\|_1+|\rho_U-\rho_W|\le[[both_bound]].$$
The same bounds hold with the degrees of columns in place of those of rows.

**Sharpness.** All constants are sharp. The first and the third bound are attained when $U-W$ is $\varepsilon>0$ on one half of the rows
and $-\varepsilon$ on the other. The second and the third bound are attained when $U-W$ is constant.
""",
    steps=DEGREE_STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "elementary, from the definition of the cut norm (Lovász 2012, section 8.2); beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        replace(CUT_NORM, within=NON_NEGATIVE),
        Quantity(eps, "modulus of the difference in the example", POSITIVE),
    ),
    hypotheses=(Hypothesis("the kernels are integrable"),),
    symbols={
        "U, W": "kernels, functions on the unit square",
        **POSITIONS,
        "d_U, d_W": "degree function of the rows, the integral of the kernel over the columns",
        r"\rho_U, \rho_W": "mean of the kernel",
        r"\|\cdot\|_1": "integral of the modulus",
        **CUT,
    },
    sharp=(
        Sharp(
            expression="degree_bound",
            example=r"$U-W=\varepsilon$ on one half of the rows and $-\varepsilon$ on the other",
            check="degrees_are_attained",
        ),
        Sharp(expression="density_bound", example="a constant $U-W$", check="degrees_are_attained"),
        Sharp(
            expression="both_bound",
            example=r"$U-W=\varepsilon$ on one half of the rows and $-\varepsilon$ on the other, or a constant",
            check="degrees_are_attained",
        ),
    ),
    because={
        "example": halves_of_opposite_sign_leave_a_half,
        "degrees": degrees_differ_by_two_cuts,
        "density": densities_differ_by_one_cut,
        "degrees and density": one_of_two_cuts_counts_twice,
    },
    wrong=lambda: {
        "degree_bound: one cut": cut,
        "density_bound: two cuts": 2 * cut,
        "density_bound: half a cut": cut / 2,
        "both_bound: both bounds added": degree_bound + density_bound,
        "both_bound: halved": cut,
        "half_cut: two diagonal blocks": eps / 4,
    },
)
