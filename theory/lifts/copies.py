"""L16: a lift that holds many copies of a witness trains to low loss, however many parameters there are."""

from __future__ import annotations

import sympy as sp

from theory.claims import Claim, Proof, Provenance, Remark, Source
from theory.formulas.no_guarantee import guaranteed
from theory.lifts.coverage import INPUT_KEPT, INPUTS, inputs, p_0, r
from theory.lifts.readout import TRAINED, T, moving_bound
from theory.lifts.tangent import L_0, START
from theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity

M = sp.Symbol("M", nonnegative=True, integer=True)  # copies of each unit
A_1, A_2 = sp.symbols("A_1 A_2", positive=True)  # norms of the witness's readout
Lambda = sp.Symbol("Lambda", positive=True)  # Lipschitz constant of the units
rho = sp.Symbol("rho", positive=True)  # how far a cell may move
rho_0 = sp.Symbol("rho_0", nonnegative=True)  # how far from the witness it starts
epsilon_w = sp.Symbol("epsilon_w", nonnegative=True)  # loss of the witness
signs = sp.Symbol("s", positive=True, integer=True)  # inputs of a unit, |S|

COPIES = Quantity(M, "number of copies of each unit of the witness", COUNT_FROM_ZERO)
UNITS = Quantity(r, "number of units of the witness, or of the children of its one root", COUNT)
UNIT_INPUTS = Quantity(signs, "number of inputs of a unit", COUNT)
DISTANCE = Quantity(rho_0, "distance from the witness at which copies start", NON_NEGATIVE)

approximation_loss = (sp.sqrt(2 * epsilon_w) + Lambda * (rho_0 + rho) * A_1) ** 2 / 2
squared_readout = 2 * A_2**2 / M
moved_cells = T * L_0 / rho**2
isolated_moved_cells = 16 * Lambda**2 * A_2**2 * T / (M * rho**2) * (approximation_loss * T + A_2**2 / M)

loss_bound = approximation_loss + A_2**2 / (M * T)
bound = guaranteed(loss_bound, M >= 1, moved_cells <= M / 2)
isolated_bound = guaranteed(loss_bound, M >= 1, isolated_moved_cells <= M / 2)

longest_time = M * rho**2 / (2 * L_0)
_constant = M**2 * rho**2 / (32 * Lambda**2 * A_2**2)  # the constraint of (B2) is εT² + A₂²T/M ≤ this
_linear = A_2**2 / M
isolated_longest_time = 2 * _constant / (_linear + sp.sqrt(_linear**2 + 4 * approximation_loss * _constant))


def copies_bound(constant: sp.Expr) -> sp.Expr:
    """The bound for isolated cells, exact copies and a constant Λ."""
    return constant * Lambda**2 * A_1 * A_2**3 / M**2


def copies_time(constant: sp.Expr) -> sp.Expr:
    """The time from which it holds."""
    return M / (constant * Lambda**2 * A_1 * A_2)


best_value = 2 * Lambda * A_1 * A_2 * sp.sqrt(L_0) / M
best_time = A_2 / (Lambda * A_1 * sp.sqrt(L_0))
best_radius = sp.sqrt(2 * A_2 * sp.sqrt(L_0) / (Lambda * A_1 * M))
isolated_value, isolated_time = copies_bound(8 * sp.sqrt(2)), copies_time(4 * sp.sqrt(2))
isolated_radius = sp.sqrt(64 * isolated_time / M * Lambda**2 * A_2**4 / M**2)
isolated_best_value, isolated_best_time = copies_bound(6 * sp.sqrt(3)), copies_time(4 * sp.sqrt(3))
isolated_best_radius = sp.sqrt(48 * isolated_best_time / M * Lambda**2 * A_2**4 / M**2)

tree_lipschitz = sp.sqrt(r + r * (1 + rho) ** 2)
sign_copy = 2 * p_0**signs * (1 - p_0) ** (inputs - signs) / 2**signs


def per_copy(value: sp.Expr) -> sp.Expr:
    """The value, where there are copies at all."""
    return guaranteed(value, M >= 1)


copy_bounds = Claim(
    label="L16",
    title="Many copies of a witness make gradient flow reach low loss",
    statement=r"""
A network $F=\sum_ia_i\phi_i(\cdot;\theta_i)$ with a linear readout, $\phi_i$ a function of its cell $\theta_i$ (the weights on all edges
into the terminal vertex and its ancestors) and smooth, trains $a$ and all weights by $\dot\theta=-\nabla L$ from $a(0)=0$, for
$L=\frac12\|F-f^*\|_D^2$, so $L_0=\frac12\|f^*\|_D^2$. The *witness* $\sum_{j\le r}a^*_j\phi_j(\cdot;\theta^*_j)$ has the loss $\varepsilon_w$, $A_1=\|a^*\|_1$, $A_2=\|a^*\|_2$. For each of its units
there are $M$ terminal vertices with the same backward closure, input vertices included, that start at $\|\theta_i(0)-\theta^*_j\|\le\rho_0$, possibly after changes of sign of weights that turn $\phi_j$ into $\pm\phi_j$; these $rM$ cells are disjoint, and
$\|\phi_j(\theta)-\phi_j(\theta')\|_D\le\Lambda\|\theta-\theta'\|$ on the closed ball of radius $\rho_0+\rho$ about $\theta^*_j$ ($\Lambda$ may depend on $\rho$). Let
$$\varepsilon=[[approximation_loss]].$$

**(B1)** At most $[[moved_cells]]$ of the cells move further than $\rho$ before the time $T$, and for all $t\ge T$
$$L(t)\le[[bound]].$$ For given $\rho$ the longest such time is $$T=[[longest_time]].$$

**(B2)** If the cells are isolated (their weights influence $F$ through their own $\phi_i$ alone; with one hidden layer they do), so are all times up to
$$T=[[isolated_longest_time]]:$$ $$L(t)\le[[isolated_bound]].$$

For exact copies ($\varepsilon_w=\rho_0=0$) and $\Lambda$ valid at the $\rho$ named, the best choice in (B1) and a convenient and the best one in (B2) are
$$\begin{aligned}B_1&=[[B1]],&T_1&=[[T1]];\\
B_2&=[[B2]],&T_2&=[[T2]];\\
B_2&=[[B2_best]],&T_2&=[[T2_best]],\end{aligned}$$
at the radii, in this order, $$\rho=[[rho1]],\qquad\rho=[[rho2]],$$ $$\rho=[[rho2_best]].$$
Without copies nothing is guaranteed; a bound not below $L_0$ is vacuous, as the loss never grows. Nothing relates the number of parameters to that of samples, and $D$ may be continuous.

**Examples.** If $E_D\,xx^\top=I$ on its inputs, a unit $\tanh(w\cdot x)$ has $\Lambda=1$; $\tanh\big(\sum_{i\le r}v_i\tanh(w_ix_i)\big)$ with $|x_i|\le1$ and $|v_i|\le1$ at the witness has $\Lambda=[[tree_lipschitz]]$ if $\rho_0=0$, and with $\rho_0+\rho$ for $\rho$ otherwise.
If each of $d$ inputs is present with probability $p_0$ and weights are independent fair signs, a unit $\tanh(w\cdot x)$ copies a given one on $s$ inputs with signs for weights, up to the sign that the readout absorbs, with probability $[[sign_copy]]$.
""",
    proof_text=r"""
(B1) $\sup_{t\le T}\|\theta_i(t)-\theta_i(0)\|^2\le T\int_0^T\|\dot\theta_i\|^2$, and $\int\|\dot\theta\|^2=L_0-L(T)\le L_0$ is shared by disjoint cells: $N$ of them that move further than $\rho$
have $N\rho^2\le TL_0$, so if $TL_0\le M\rho^2/2$ each unit keeps $m\ge M/2$ *survivors*. On $[0,T]$ these lie within $\rho_0+\rho$ of $\theta^*_j$, and as $\phi_i=\phi_j(\theta_i)$ (L3), the readout $\bar a_i=\pm a^*_j/m$ on $m$ survivors of each
unit gives $\|\sum\bar a_i\phi_i-f^*\|\le\sqrt{2\varepsilon_w}+A_1\Lambda(\rho_0+\rho)=\sqrt{2\varepsilon}$. L15 (a) applies with $\|a(0)-\bar a\|^2=A_2^2/m\le[[squared_readout]]$, and $L$ never grows.
(B2) If $L<\varepsilon$ at some time up to $T$ there is nothing to prove, so let $L\ge\varepsilon$ on $[0,T]$. On an interval $[0,\tau]$ during which at most $M/2$ cells leave their $\rho$-balls, take $\bar a$ on $\lceil M/2\rceil$ survivors of each unit:
$\frac d{dt}\frac12\|a-\bar a\|^2\le\varepsilon-L\le0$, so $\|a\|\le2\|\bar a\|$ and $\int_0^\tau L\le\varepsilon\tau+\frac12\|\bar a\|^2$. An isolated cell has $\|\dot\theta_i\|\le|a_i|\Lambda\sqrt{2L}$ until it leaves its ball, so, stopped then,
$$\sum_i\sup\|\Delta\theta_i\|^2\le\tau\cdot4\|\bar a\|^2\Lambda^2\cdot2\Big(\varepsilon\tau+\frac{\|\bar a\|^2}2\Big)\le\rho^2\,[[isolated_moved_cells]]\Big|_{T=\tau}.$$
Let $\tau$ be the infimum of the times by which more than $M/2$ cells have left. If $\tau\le T$, at most $M/2$ have left by $\tau$, so the sum is at most $M\rho^2/2$, while by continuity more than $M/2$ cells have
$\sup\|\Delta\theta_i\|\ge\rho$, which makes it larger. So there is no such $\tau$, and L15 (a) applies as before. The constraint of (B2) is a quadratic inequality for $T$, whose root is the longest time.
*Choices.* With $\varepsilon=\frac12\Lambda^2A_1^2\rho^2$, the longest time of (B1) gives $\frac12\Lambda^2A_1^2\rho^2+2L_0A_2^2/M^2\rho^2$, least at $\rho_1$. With $T=cM$ and
$\xi=16\Lambda^4A_1^2A_2^2c^2<1$ equality in the constraint of (B2) is $\rho^2=32c\Lambda^2A_2^4/M^2(1-\xi)$ and makes the bound $A_2^2/M^2c(1-\xi)$: convenient is $\xi=\frac12$, best, as
$\frac d{dc}(c-c\xi)=1-3\xi$, is $\xi=\frac13$. *Examples.* By $|\tanh'|\le1$, $\|\phi(w)-\phi(w')\|_D^2\le(w-w')^\top E[xx^\top](w-w')$. In the second, $|\partial\phi/\partial v_i|\le|\tanh|\le1$ and $|\partial\phi/\partial w_i|\le|v_i|\le1+\rho_0+\rho$ on the ball, which is convex. ∎
""",
    source=Source("2501.05930", "beyond the text at hand, which speaks of a witness network of low loss"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        COPIES.drawn_from(10, 60),
        UNITS.drawn_from(1, 4),
        TRAINED.drawn_from(sp.Rational(1, 8), sp.Rational(1, 2)),
        START.drawn_from(sp.Rational(1, 2), 1),
        Quantity(
            Lambda,
            "Lipschitz constant of a unit in its weights",
            POSITIVE,
            drawn=(sp.Rational(1, 8), sp.Rational(1, 4)),
        ),
        Quantity(A_1, "sum of the moduli of the readout of the witness", POSITIVE, drawn=(1, 2)),
        Quantity(A_2, "Euclidean norm of the readout of the witness", POSITIVE, drawn=(sp.Rational(1, 2), 1)),
        Quantity(rho, "distance by which the weights of a cell may move", POSITIVE, drawn=(1, 3)),
        DISTANCE.drawn_from(0, 1),
        Quantity(epsilon_w, "loss of the witness", NON_NEGATIVE, drawn=(0, sp.Rational(1, 2))),
        INPUT_KEPT.drawn_from(sp.Rational(1, 8), sp.Rational(7, 8)),
        UNIT_INPUTS.drawn_from(1, 4),
        INPUTS.drawn_from(4, 9),
    ),
    hypotheses=(
        Hypothesis("the curve is a solution of the flow itself, from a readout 0; the square loss; smooth units"),
        Hypothesis("copies are counted over the whole backward closure, and their cells are disjoint"),
        Hypothesis("no Euclidean norm exceeds the sum of the moduli", A_2 <= A_1),
        Hypothesis("the loss at the start is not $0$", L_0 > 0, needed_by=("longest_time", "T1", "rho1")),
        Hypothesis("a unit has no more inputs than there are", signs <= inputs, needed_by=("sign_copy",)),
    ),
    uses=("L3", "L15"),
    remarks=(
        Remark(
            r"The bounds are loose. Copies of one unit alone start out at a share of $\frac1{4e}$ of them, where features stand "
            r"still (L15 (c)): between a fifteenth and all of the bound is seen. All other units also help, and with them the loss "
            r"is lower still.",
            "isolated_students_keep_the_second_bound",
        ),
    ),
    expressions={
        "approximation_loss": approximation_loss,
        "squared_readout": per_copy(squared_readout),
        "moved_cells": moved_cells,
        "isolated_moved_cells": per_copy(isolated_moved_cells),
        "bound": bound,
        "isolated_bound": isolated_bound,
        "longest_time": per_copy(longest_time),
        "isolated_longest_time": per_copy(isolated_longest_time),
        "B1": per_copy(best_value),
        "T1": per_copy(best_time),
        "rho1": per_copy(best_radius),
        "B2": per_copy(isolated_value),
        "T2": per_copy(isolated_time),
        "rho2": per_copy(isolated_radius),
        "B2_best": per_copy(isolated_best_value),
        "T2_best": per_copy(isolated_best_time),
        "rho2_best": per_copy(isolated_best_radius),
        "tree_lipschitz": tree_lipschitz,
        "sign_copy": sign_copy,
    },
    aids={"moving_bound": moving_bound},
)
