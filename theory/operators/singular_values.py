"""O1, O5: the operator of a mask and of a graphon, and its singular values by quadrature."""

from functools import cache

import sympy as sp

from sparse_limits.theory.bounds import Sharp, Side
from sparse_limits.theory.claims import Claim, Provenance, Remark, Source
from sparse_limits.theory.graphon.lognormal import column_scale, correlation, noise_scale, row_scale
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.operators.symbols import OPERATOR, QUADRATURE
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import CLOSED_UNIT, COUNT, NON_NEGATIVE, POSITIVE, UNIT, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same
from sparse_limits.theory.saliency.model import COLUMNS, ROWS, THRESHOLD, rho, tau
from sparse_limits.theory.tails import product_survival

x = sp.Symbol("x", real=True)  # variable of integration

HALF = sp.Rational(1, 2)
modulus, level = sp.symbols("z y", positive=True)  # |a|; a threshold of the product of |a| and a length
eta = sp.Symbol("eta", positive=True)  # the angle of two weights

row_unit, column_unit = sp.sqrt(m), sp.sqrt(n)
scale = 1 / sp.sqrt(m * n)
lower, upper = rho, sp.sqrt(rho)
radius_tail = sp.exp(-(level**2) / (2 * modulus**2))
product_density = sp.sqrt(2 / sp.pi) * sp.exp(-(modulus**2) / 2) * radius_tail
product_tail = sp.exp(-level)
octant = 4 / sp.pi * sp.exp(-tau / sp.sin(eta))
row_value = sp.sqrt(4 / sp.pi * sp.Integral(sp.exp(-tau * sp.cosh(x)) / sp.cosh(x), (x, sp.log(1 + sp.sqrt(2)), sp.oo)))

OPERATOR_STEPS = proof(
    r"""
unit functions: Let $e_i$ be $[[row_unit]]$ on the $i$-th of $m$ equal intervals of rows, and let $g_j$ be $[[column_unit]]$ on the $j$-th of $n$ equal intervals of
columns, both $0$ elsewhere. They have the norm $1$, and different ones do not overlap.

no other directions (from unit functions; by additivity): $T_{W_M}g$ is constant on each interval, hence a linear combination of the $e_i$. It is $0$ if all
integrals of $g$ over intervals vanish.

entries (from unit functions, no other directions): So the non-zero singular values are those of the matrix of $\langle e_i,T_{W_M}g_j\rangle=M_{ij}\cdot[[scale]]$.

largest value (by Cauchy–Schwarz): $\langle f,T_Wg\rangle\le\sigma_1$ for $f,g$ of norm $1$, such as $f=g=1$. If for these $\langle1,T_W1\rangle=\sigma_1$, then
$T_W1$ and $T_W^*1$ are multiples of $1$: both degree functions are constant.

constant degrees (by Schur): Conversely, if the integrals of $W\ge0$ over all rows and over all columns are $\rho$, then $\sigma_1\le\rho$.

density (from largest value, constant degrees): So $\sigma_1$ is at least $\langle1,T_W1\rangle=\iint W=[[lower]]$.

sum of squares (by Hilbert–Schmidt): $\sigma_1^2\le\sum_i\sigma_i^2=\iint W^2=\|W\|_{HS}^2$.

zero or one (from sum of squares): $\iint W^2\le\iint W$, the square of $[[upper]]$. The two are equal if the integral of $W(1-W)\ge0$ is $0$, that is, for a $W$
with values $0$ and $1$ only.

rows alone (by Hilbert–Schmidt): If $W$ depends on $u$ only, $T_Wg=d_{\rm row}\int g$: there is one singular value, the square root of $\int d_{\rm row}^2$.

SNIP (by S4 for kernel): The rows of SNIP with constant columns have the degrees $P(|aw|>\tau)$, given $a$; $a$ and $w$ are independent and normal.

two weights (from SNIP; by independence): Hence $\int d_{\rm row}^2=P(|aw|>\tau,|aw'|>\tau)$ with another such weight $w'$.

polar coordinates (from two weights; by rotation): $(w,w')=R(\cos\eta,\sin\eta)$ with a length $R$ and a uniform direction $\eta$, which are independent; the event
is that $|a|R\min(|\cos\eta|,|\sin\eta|)>\tau$.

length (from polar coordinates): At $|a|=z$ the length exceeds $\frac yz$ with probability $[[radius_tail]]$.

density of the first factor (from length): So $P(|a|R>y)$ is the integral of $[[product_density]]$ over $z>0$.

product (from density of the first factor): This is $[[product_tail]]$: it is $1$ at $y=0$, and the substitution of $\frac yz$ for $z$ shows that its slope in $y$ is
its negative.

octants (from polar coordinates, product): At $y=\tau/\min(|\cos\eta|,|\sin\eta|)$, which is the same in all eight octants, the mean of this probability over the
direction is the integral of $[[octant]]$ over $0<\eta<\frac\pi4$.

hyperbolic angle (from rows alone, octants): With $\cot\eta=\sinh x$ the singular value is $[[row_value]]$.
""",
    globals(),
)


def by_integrands(expression: sp.Expr) -> sp.Expr:
    """A difference of integrals over one range: 0 where that of the integrands is."""
    integrals = expression.atoms(sp.Integral)
    if len({each.limits for each in integrals}) > 1:
        return expression
    return sp.simplify(expression.xreplace({each: each.function for each in integrals}))


@cache
def of_hyperbolic_angle() -> tuple[sp.Expr, sp.Expr]:
    """The sine of the angle of the cotangent sinh x, and by how much it falls with x."""
    sine = sp.simplify(1 / sp.sqrt(1 + sp.sinh(x) ** 2))
    return sine, -sp.simplify(sp.diff(sp.acot(sp.sinh(x)), x))


def unit_functions_have_norm_one(row_unit: sp.Expr, column_unit: sp.Expr) -> Relations:
    """The integral of the square over a part of an interval is the share of the interval."""
    place, part = sp.symbols("x y", positive=True)
    for unit, size in ((row_unit, m), (column_unit, n)):
        yield same(sp.integrate(unit**2, (place, 0, part)), part / (1 / size))


def entry_is_an_integral_over_a_cell(row_unit: sp.Expr, column_unit: sp.Expr, scale: sp.Expr) -> Relations:
    """⟨e, T g⟩ for a mask of one entry: both unit functions integrated over an interval of rows and one of columns."""
    first, second = sp.symbols("x y", positive=True)
    inner = sp.integrate(column_unit, (second, 0, 1 / n))
    yield same(scale, sp.integrate(row_unit * inner, (first, 0, 1 / m)))


def constant_vectors_give_the_density(lower: sp.Expr, scale: sp.Expr) -> Relations:
    """The matrix of a mask of ρmn entries between the unit vectors of equal entries, of m and of n of them."""
    entries = rho * m * n
    yield same(lower * m * n, entries * scale * sp.sqrt(m * n))
    yield same(lower, entries * scale / (sp.sqrt(m) * sp.sqrt(n)))


def hyperbolic_angle_for_the_direction(octant: sp.Expr, row_value: sp.Expr) -> Relations:
    """sin η = (1 + cot²η)^(−½) and dη of cot η = sinh x in the integral over the octant; x from arsinh 1 on."""
    sine, weight = of_hyperbolic_angle()
    factor, moved = (octant.subs(sp.sin(eta), sine) * weight).as_independent(x)
    start = sp.asinh(1).rewrite(sp.log)
    yield same(row_value**2, factor * sp.Integral(moved, (x, start, sp.oo)), by=by_integrands)


masks_are_operators = Claim(
    label="O1",
    title="Masks are operators, and their first singular value is at least the density",
    headline=r"As an operator, a mask or graphon of density $\rho$ has a largest singular value of at least $\rho$ and at most $[[upper]]$. It is $\rho$ if and only if all rows have the same degree, and so have all columns.",
    statement=r"""
The *operator* $T_W:L^2[0,1]_v\to L^2[0,1]_u$ of a kernel $W$ turns a function $g$ of the column into a function of the row: $(T_Wg)(u)=\int W(u,v)g(v)dv$.
For a mask $M$ of $m\times n$ entries the non-zero singular values of $T_{W_M}$ are those of the matrix $M$, the numbers $\sigma_i(M)$, times $[[scale]]$.

*Bounds.* For $0\le W\le1$ with mean $\rho$ $$[[lower]]\le\sigma_1\le\|W\|_{HS}\le[[upper]].$$
The first inequality is an equality if and only if both degree functions are constant. The last one is an equality if and only if $W$ is $0$ or $1$ almost everywhere, as every mask is.

*Rows alone.* If $W$ depends on $u$ alone, its only non-zero singular value is $\big(\int d_{\rm row}^2\big)^{1/2}$. SNIP's graphon depends on $u$ alone if the profile $\varphi$ of the columns is constant. For $\varphi=1$ it is
$W=\operatorname{erfc}\big(\frac\tau{\sqrt2\psi(u)}\big)$, with $\tau$ the threshold of S4 and $\psi$ the quantile function of the modulus of a standard normal variable, and this singular value is $[[row_value]]$.
""",
    steps=OPERATOR_STEPS,
    source=Source(
        "2602.06675",
        "v1",
        "textbook (kernel operators: Lovász 2012, section 7.5), with SNIP's rows as our example; beyond the abstract",
    ),
    provenance=Provenance.EXTENSION,
    quantities=(
        ROWS,
        COLUMNS,
        Quantity(rho, "mean of the graphon, for a mask its density", CLOSED_UNIT, drawn=(sp.Rational(1, 20), HALF)),
        THRESHOLD.drawn_from(sp.Rational(1, 4), 3),
        Quantity(modulus, "modulus of a readout weight", POSITIVE),
        Quantity(level, "threshold for the product of that modulus and the length of two weights", POSITIVE),
        Quantity(eta, "angle of the two weights", sp.Interval.Lopen(0, sp.pi / 4)).drawn_from(
            sp.Rational(1, 20), sp.Rational(3, 4)
        ),
        Quantity(x, "hyperbolic angle for it", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis(r"$0\le W\le1$"),
        Hypothesis("all columns have the profile 1, SNIP with standard normal weights", needed_by=("row_value",)),
    ),
    symbols=OPERATOR,
    sharp=(
        Sharp(
            expression="lower",
            example="masks with equally many entries in each row, and in each column",
            check="every_small_mask_keeps_the_bounds",
            side=Side.BELOW,
        ),
        Sharp(expression="upper", example=r"every mask, for $\|W\|_{HS}$", check="every_small_mask_keeps_the_bounds"),
    ),
    because={
        "unit functions": unit_functions_have_norm_one,
        "entries": entry_is_an_integral_over_a_cell,
        "density": constant_vectors_give_the_density,
        "density of the first factor": lambda radius_tail, product_density: same(
            product_density, sp.diff(sp.erf(modulus / sp.sqrt(2)), modulus) * radius_tail
        ),
        "octants": lambda product_tail, octant: same(
            octant, 8 * product_tail.subs(level, tau / sp.sin(eta)) / (2 * sp.pi)
        ),
        "hyperbolic angle": hyperbolic_angle_for_the_direction,
    },
    wrong=lambda: {
        "row_unit: not normalised": sp.S.One,
        "row_unit: the integral is one": m,
        "column_unit: of the rows": sp.sqrt(m),
        "column_unit: not normalised": sp.S.One,
        "scale: normalised by the longer side": 1 / sp.Max(m, n),
        "scale: normalised by mn": 1 / (m * n),
        "scale: not normalised": sp.Integer(1),
        "lower: the root of the density": sp.sqrt(rho),
        "upper: the density bounds σ₁ from above": rho,
        "upper: Hilbert–Schmidt norm 1": sp.Integer(1),
        "radius_tail: of one weight": sp.erfc(level / (sp.sqrt(2) * modulus)),
        "radius_tail: without the half": radius_tail**2,
        "radius_tail: of the product": radius_tail.subs(modulus, 1 / modulus),
        "product_density: of the length alone": radius_tail,
        "product_density: another law": product_density * sp.exp(-modulus),
        "product_tail: half the exponent": sp.exp(-level / 2),
        "product_tail: a normal tail": sp.exp(-(level**2)),
        "octant: the larger of both": octant.subs(sp.sin(eta), sp.cos(eta)),
        "row_value: not the root": row_value**2,
        "row_value: the density": product_survival(tau),
        "row_value: the Hilbert–Schmidt norm": sp.sqrt(product_survival(tau)),
    },
)

nodes = sp.Symbol("q", integer=True, positive=True)
value, row_weight, column_weight = sp.symbols("w omega nu", positive=True)  # W at two nodes, and their weights
kappa = sp.Symbol("kappa", positive=True)  # the power of a profile at the end of [0, 1]

midpoint_value = (sp.zeta(-kappa, HALF) - sp.zeta(-kappa, n + HALF)) / n ** (1 + kappa)
entry = value * sp.sqrt(row_weight * column_weight)
degree = nodes - 1
power_value = 1 / (1 + kappa)
far_zeta = -(n ** (1 + kappa)) / (1 + kappa)  # ζ(−κ, n + ½) for many cells
order = 1 + kappa
midpoint_limit = sp.zeta(-kappa, HALF)

NYSTROM_STEPS = proof(
    r"""
degree: Let $p_0,p_1,\dots$ be the orthonormal polynomials of the law of $x$, and $p'_k$ those of the law of $y$. The product of two of degree up to $[[degree]]$ has
degree at most $2q-1$; the product of two of degree $q$ does not.

orthogonal matrices (from degree; by Gauss): So $\sum_a\omega_ap_j(x_a)p_k(x_a)=\int p_jp_k$ for $j,k<q$: the square matrix $U_{aj}=\sqrt{\omega_a}\,p_j(x_a)$ is
orthogonal, and likewise $V$ for $y$.

polynomial at the nodes (from orthogonal matrices; by Weyl): Let $W_q=\sum_{j,k<q}C_{jk}\,p_jp'_k$ equal $W$ at the nodes. $T_{W_q}$ has the matrix $C$ in
orthonormal bases, and its singular values are within $\|W-W_q\|_2$ of those of $T_W$, as the Hilbert–Schmidt norm is at least the operator norm.

Nyström matrix (from orthogonal matrices, polynomial at the nodes): The matrix $UCV^\top$ has the entries $[[entry]]$, with $w=W_q(x_a,y_b)=W(x_a,y_b)$, and the
singular values of $C$. Their squares add up to the quadrature of $\iint W_q^2$.

power profiles: Quantile coordinates of continuous laws are uniform. $W=(uv)^{\kappa/2}$ has one singular value, $\sigma_1=\int_0^1u^\kappa\,du=[[power_value]]$.

midpoints (from Nyström matrix): The Nyström matrix of the midpoints also has rank one, with the singular value $\frac1n\sum_{i=1}^n\big(\frac{i-1/2}n\big)^\kappa$.
By $\zeta(-\kappa,a)=a^\kappa+\zeta(-\kappa,a+1)$ this is $[[midpoint_value]]$.

Euler–Maclaurin (cited: DLMF 25.11.43: ζ(s, a) − a^(1−s)/(s − 1) − a^(−s)/2 is a sum of B₂ₖ/(2k)! times Γ(s + 2k − 1)/Γ(s) a^(1−s−2k) asymptotically): As
$n\to\infty$, $\zeta(-\kappa,n+\frac12)$ is $[[far_zeta]]$ up to $O(n^{\kappa-1})$.

positive limit (from midpoints; by Jensen): $x^\kappa$ is strictly concave: its value at the middle of a cell exceeds its mean over the cell. So $\sum_{i\le
n}(i-\frac12)^\kappa-\int_0^nx^\kappa dx$ is positive and grows with $n$, and its limit is positive.

order (from power profiles, midpoints, Euler–Maclaurin, positive limit): Hence $\sigma_1^{(n)}-\sigma_1$ is $n^{-([[order]])}$ times
$[[midpoint_limit]]+O(n^{\kappa-1})$, and the limit is not $0$.
""",
    globals(),
)


def shifted(gap: sp.Expr) -> sp.Expr:
    """Simplify by ζ(s, a) = ζ(s, a + 1) + a^(−s), to the argument of the first cell or to n + ½."""

    def lower(s: sp.Expr, a: sp.Expr) -> sp.Expr:
        at = HALF if a.is_number else n + HALF
        steps = sp.expand(a - at)
        if not (steps.is_Integer and 0 <= steps <= 3):
            return sp.zeta(s, a)
        return sp.zeta(s, at) - sum((at + k) ** -s for k in range(steps))

    return sp.simplify(sp.expand(gap.replace(sp.zeta, lower)))


def squares_make_the_quadrature(entry: sp.Expr) -> Relations:
    """A square of an entry is the part of two nodes in the quadrature of W², in y for each node of x."""
    of_column = column_weight * value**2
    yield same(entry**2, row_weight * of_column)


def midpoints_add_up_cell_by_cell(midpoint_value: sp.Expr) -> Relations:
    """n^(1+κ) times it is (1/2)^κ for one cell, and grows by (n + 1/2)^κ with the next."""
    total = midpoint_value * n ** (1 + kappa)
    yield induction(total, n, HALF**kappa, lambda term: term + (n + HALF) ** kappa, start=1, by=shifted)


def far_end_leaves_the_limit(
    midpoint_value: sp.Expr, power_value: sp.Expr, far_zeta: sp.Expr, order: sp.Expr, midpoint_limit: sp.Expr
) -> Relations:
    """The value of the midpoints with the leading term of ζ(−κ, n + ½) for it."""
    leading = midpoint_value.subs(sp.zeta(-kappa, n + HALF), far_zeta)
    yield same(leading, power_value + n**-order * midpoint_limit)


def power_profiles_have_their_value(power_value: sp.Expr) -> Relations:
    """σ₁ = ‖u^{κ/2}‖² is an integral that vanishes with its upper limit."""
    end = sp.Symbol("end", positive=True)
    primitive = power_value * end ** (1 + kappa)
    yield same(sp.diff(primitive, end), end**kappa)


nystrom = Claim(
    label="O5",
    title="Singular values by quadrature: fast in the latents, slow in quantile coordinates",
    headline=r"Gauss quadrature with $q$ nodes gives the singular values of a polynomial that equals the graphon at the nodes. Midpoints of $n$ quantile cells can be slow: for $W=(uv)^{\kappa/2}$, $0<\kappa<1$, their error has order $n^{-1-\kappa}$.",
    statement=r"""
**Setting.** Let each row of a mask have a random number $x$ and each column a random number $y$, their *latents*. All latents are independent. The $x$ have one law,
and the $y$ have one, perhaps a different one. The *graphon* $W(x,y)$ is the chance that a weight is kept, given the latents of its row and its column. It acts as a
linear map: it multiplies a function of $y$ with a finite mean square by $W(x,y)$ and averages over $y$, which gives a function of $x$. The singular values of this
map are those of the graphon, $\sigma_1\ge\sigma_2\ge\dots$.

**Quadrature.** A *quadrature* of a law replaces averages over the law by weighted sums over finitely many *nodes*. Let $x_a$ be $q$ nodes for $x$, with weights
$\omega_a>0$, and $y_b$ as many nodes for $y$, with weights $\nu_b>0$. The *Nyström values* $\sigma_i^{(q)}$ are the singular values of the matrix with the entries
$[[entry]]$, where $\omega=\omega_a$, $\nu=\nu_b$ and $w=W(x_a,y_b)$.

**(a) Gauss nodes.** Let each law have finite moments up to the degree $2q-1$ and not be concentrated on fewer than $q$ points. Take $q$ Gauss nodes for each law:
with them the averages of all polynomials of degree at most $2q-1$ are exact. Let $W_q$ be the polynomial of degree at most $[[degree]]$ in each latent that equals
$W$ at the nodes. Put $W_q$ in place of $W$ in the map above. The singular values of this map are the Nyström values, and $0$ for all $i>q$. So, with
$\sigma_i^{(q)}=0$ for $i>q$, every $i$ has $|\sigma_i^{(q)}-\sigma_i|\le\|W-W_q\|_2$, where $\|\cdot\|_2$ is the root of the mean square over the latents. If $W$ is
itself a polynomial of degree at most $[[degree]]$ in each latent, then $\sigma_i^{(q)}=\sigma_i$ for all $i$.

**(b) Midpoints.** Let both laws be continuous. The *quantile coordinate* of a latent is the chance of a smaller one: in it every such law becomes the uniform one on
$[0,1]$. Let $u$ be that of the row and $v$ that of the column. Cut $[0,1]$ into $n$ equal cells, and take their midpoints as nodes, with equal weights. Nyström
values can then converge slowly, as a graphon need not be smooth in these coordinates at an end of $[0,1]$. An example is $W=(uv)^{\kappa/2}$, $0<\kappa<1$: its
largest singular value is $\sigma_1=[[power_value]]$, and the largest Nyström value of $n$ midpoints is exactly
$$\sigma_1^{(n)}=[[midpoint_value]]=\sigma_1+n^{-([[order]])}\big([[midpoint_limit]]+o(1)\big),$$
with the Hurwitz zeta function $\zeta$; $o(1)$ tends to $0$ as $n\to\infty$. As $[[midpoint_limit]]\ne0$, the error is of order $n^{-([[order]])}$ exactly; $[[order]]<2$.
""",
    steps=NYSTROM_STEPS,
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    remarks=(
        Remark(
            r"Measured for the probit graphon (G8, $(s_f,s_g,s)=(.8,.6,1)$, $\rho=.2$): with Gauss–Hermite nodes the errors of the three "
            r"leading values are below $r^q$ at $q=8$, $12$, $16$ and $20$, where $r=(s_f^2+s_g^2)/\Sigma^2$.",
            checked_by="hermite_nodes_converge_geometrically",
        ),
        Remark(
            "Measured for the same graphon and values: from $100$ to $400$ midpoints in quantile coordinates the order differs from $1$ by "
            "at most one half.",
            checked_by="midpoints_in_quantiles_have_order_one",
        ),
    ),
    uses=("G8",),
    quantities=(
        Quantity(nodes, "number of Gauss nodes for each law", COUNT, drawn=(2, 20)),
        Quantity(value, "value of the graphon at two nodes", sp.Interval(0, 1), drawn=(0, 1)),
        Quantity(
            (row_weight, column_weight),
            "weight of a row node or of a column node; those of all nodes add up to one",
            sp.Interval.Lopen(0, 1),
            drawn=(0, 1),
        ),
        Quantity(n, "number of equal cells in quantile coordinates", COUNT, drawn=(1, 40)),
        Quantity(
            kappa, "exponent of the graphon on its diagonal", UNIT, drawn=(sp.Rational(1, 10), sp.Rational(9, 10))
        ),
        Quantity(
            (row_scale, column_scale),
            "standard deviation of the logarithm of the row or of the column profile",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 5), 2),
        ),
        Quantity(noise_scale, "standard deviation of the logarithm of the noise", POSITIVE, drawn=(HALF, 2)),
    ),
    hypotheses=(
        Hypothesis("in (a): finite moments up to the degree $2q-1$, laws not concentrated on fewer than $q$ points"),
        Hypothesis(r"in (b): continuous laws, and in the example $W=(uv)^{\kappa/2}$"),
    ),
    symbols=QUADRATURE,
    aids={"geometric": correlation**nodes, "probit_order": sp.Integer(1)},
    because={
        "degree": lambda degree: (same(2 * degree + 1, 2 * nodes - 1), same(2 * (degree + 1), (2 * nodes - 1) + 1)),
        "Nyström matrix": squares_make_the_quadrature,
        "midpoints": midpoints_add_up_cell_by_cell,
        "order": far_end_leaves_the_limit,
        "power profiles": power_profiles_have_their_value,
    },
    wrong=lambda: {
        "degree: one degree more": nodes,
        "degree: exact up to the degree of integrals": 2 * nodes - 1,
        "degree: one degree less than could be": nodes - 2,
        "entry: weights forgotten": value / nodes,
        "entry: weights without the root": value * row_weight * column_weight,
        "entry: row weights only": value * sp.sqrt(row_weight / nodes),
        "midpoint_value: cells from their left ends": (sp.zeta(-kappa, 1) - sp.zeta(-kappa, n + 1)) / n ** (1 + kappa),
        "midpoint_value: the exponent of one profile": midpoint_value.subs(kappa, kappa / 2),
        "order: order 2": sp.Integer(2),
        "order: order 1": sp.Integer(1),
        "midpoint_limit: left ends": sp.zeta(-kappa, 1),
        "power_value: value of one profile": 1 / (1 + kappa / 2),
        "geometric: the square of the rate": correlation ** (2 * nodes),
        "geometric: at half the correlation": (correlation / 2) ** nodes,
        "probit_order: order 2, as for smooth kernels": sp.Integer(2),
        "probit_order: order ½, as for sampling": HALF,
    },
)
