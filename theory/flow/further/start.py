"""F1.4: the mean loss over random initial functions, and what subtracting a mean does to the flow: two meanings."""

from itertools import product

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.flow.linear import (
    ALLOWED_PAIR,
    EIGENVALUE,
    LINEARISED,
    NUMBER,
    PAIR,
    RATE,
    RESIDUALS,
    TIME,
    amplitude,
    eigenvalue,
    eta,
    mode_loss,
    own,
    pair_residuals,
    residuals,
    shared,
    time,
)
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, at_sizes, holds, same

label = sp.Symbol("y", real=True)  # component of the labels along a unit eigenvector
variance = sp.Symbol("v", nonnegative=True)  # qᵀKq of the initial function's covariance K
mean_residual = sp.Symbol("mu", real=True)  # over the samples, at the start
drift = sp.Symbol("g", real=True)  # mean over the samples of Θ r at the start

mean_mode_loss = (label**2 + variance) * sp.exp(-2 * eta * eigenvalue * time / m) / (2 * m)
centred_output_loss = label**2 * sp.exp(-2 * eta * eigenvalue * time / m) / (2 * m)
initial_part = variance * sp.exp(-2 * eta * eigenvalue * time / m) / (2 * m)
forgotten_bound = sp.exp(-1) / (4 * eta * time)
forgotten_at = m / (2 * eta * time)
kernel_plateau = mean_residual**2 / 2

_sum, _difference = residuals[0] + residuals[1], residuals[0] - residuals[1]
_apart = _difference**2 / 8 * sp.exp(-2 * eta * (own - shared) * time / 2)
pair_output_loss = _sum**2 / 8 * sp.exp(-2 * eta * (own + shared) * time / 2) + _apart
pair_kernel_loss = _sum**2 / 8 + _apart
subtraction_gap = eta**2 * drift**2 * time**2 / m**2

STEPS = proof(
    r"""
modes (by F1.1): Given the initial function, the loss is a sum over eigenvectors $q$ of terms proportional to the squares of $q\cdot r(0)$,
where $r(0)=f_0-y$.

two parts (by linearity): Of $q\cdot r(0)=q\cdot f_0-q\cdot y$, the random $q\cdot f_0$ has mean zero, and $-q\cdot y$ is not random. So
the mean square is $(q\cdot y)^2+q^\top Kq$.

mean loss (from modes, two parts): With $y$ for $q\cdot y$ and $v$ for $q^\top Kq$ the mean loss of a mode is $[[mean_mode_loss]]$.

centred output (from mean loss): The output $f-f_0$ has the gradients of $f$ and is $0$ at the start. So the loss of a mode is
$[[centred_output_loss]]$.

initial part (from mean loss, centred output): The initial function itself contributes the rest, $[[initial_part]]$.

largest product (by exponential): $x\le e^{x-1}$, hence $xe^{-x}\le e^{-1}$, with equality at $x=1$.

most remembered (from initial part, largest product): With $v=\lambda$ the initial part is a constant multiple of $xe^{-x}$ with
$x=\frac{2\eta\lambda t}m$. So it is largest at $x=1$, that is, at $\lambda=[[forgotten_at]]$.

forgotten (from most remembered): There the initial part is $[[forgotten_bound]]$.

constant function (from modes): With $H=I-\frac1m\mathbf1\mathbf1^\top$, the matrix $H\Theta H$ has the eigenvector $\mathbf1/\sqrt m$ of
eigenvalue $0$, along which the residuals have the component $\sqrt m\,\mu$. So the part $[[kernel_plateau]]$ of the loss does not change.

two samples, output (from modes): The two samples of F1.1 have the loss $[[pair_output_loss]]$.

two samples, kernel (from two samples, output, constant function): The matrix $H\Theta H$ has half of $a-b$ on the diagonal and minus this
number off the diagonal. With this matrix the two samples have the loss $[[pair_kernel_loss]]$.

second order (from modes): For residuals $r$ of mean $0$ the squares $r^\top\Theta^2r$ and $r^\top(H\Theta H)^2r=\|H\Theta r\|^2$ differ by
$mg^2$, where $g$ is the mean of $\Theta r$. So the losses differ by $[[subtraction_gap]]$, up to terms of third order in time.
""",
    globals(),
)

SIGNS = (1, 1), (1, -1)  # eigenvectors of two samples, times √2


after = sp.Symbol("t", positive=True)


def free_kernel() -> sp.Matrix:
    """A symmetric matrix on three samples, all entries free."""
    letters = sp.symbols("k_1:7", real=True)
    return sp.Matrix(3, 3, lambda i, j: letters[int(i) + int(j) + bool(i and j)])


def centring_of(count: int) -> sp.Matrix:
    return sp.eye(count) - sp.ones(count, count) / count


def squares_have_their_mean(mean_mode_loss: sp.Expr) -> Relations:
    """The loss of F1.1 at z − y, z of mean 0 and mean square v; and over four initial functions of two samples."""
    z = sp.Symbol("z", real=True)
    total = sp.expand(mode_loss.subs(amplitude, z - label))
    yield same(mean_mode_loss, total.subs(z**2, variance).subs(z, 0))
    factors = sp.ImmutableMatrix(2, 2, sp.symbols("A_1:5", real=True))
    labels = sp.ImmutableMatrix(sp.symbols("y_1:3", real=True))
    covariance = factors * factors.T
    seen = sp.S.Zero
    for coins in product((1, -1), repeat=2):
        start = factors * sp.ImmutableMatrix(coins) - labels
        later = pair_residuals.subs(dict(zip(residuals, start, strict=True)), simultaneous=True)
        seen += later.dot(later) / 4 / 4
    claimed = sp.S.Zero
    for signs, value in zip(SIGNS, (own + shared, own - shared), strict=True):
        vector = sp.ImmutableMatrix(signs) / sp.sqrt(2)
        here = {m: 2, eigenvalue: value, label: vector.dot(labels), variance: vector.dot(covariance * vector)}
        claimed += valued(mean_mode_loss, here)
    yield at_sizes([(claimed, seen)], "samples")


def one_eigenvalue_is_remembered_most(initial_part: sp.Expr, forgotten_at: sp.Expr) -> Relations:
    """The slope in the eigenvalue is 0 there; at x times it the part is x e⁻ˣ over a constant, that at x = 1 times e."""
    slope = sp.diff(initial_part.subs(variance, eigenvalue), eigenvalue)
    yield same(slope, sp.S.Zero, where={eigenvalue: forgotten_at})
    x = sp.Symbol("x", positive=True)
    at = initial_part.subs(variance, eigenvalue).subs(time, after)
    top = forgotten_at.subs(time, after)
    quotient = at.subs(eigenvalue, x * top) / at.subs(eigenvalue, top)
    yield same(quotient, x * sp.exp(1 - x))


def constants_are_never_learnt(kernel_plateau: sp.Expr) -> Relations:
    """The loss of F1.1 at the eigenvalue 0 and the component √m μ; HΘH takes the constant function to 0."""
    yield same(kernel_plateau, mode_loss.subs({eigenvalue: 0, amplitude: sp.sqrt(m) * mean_residual}))
    kernel, centring = free_kernel(), centring_of(3)
    for each in centring * kernel * centring * sp.ones(3, 1):
        yield holds(sp.expand(each) == 0, "the constant function goes to 0")


def two_samples_have_the_loss_of_the_centred_kernel(
    pair_output_loss: sp.Expr, kernel_plateau: sp.Expr, pair_kernel_loss: sp.Expr
) -> Relations:
    """The loss at the entries of HΘH; at opposite residuals that of Θ, at equal ones what is never learnt."""
    kernel = centring_of(2) * sp.Matrix([[own, shared], [shared, own]]) * centring_of(2)
    here = {own: kernel[0, 0], shared: kernel[0, 1]}
    yield same(pair_kernel_loss, valued(pair_output_loss, here), by=sp.expand)
    opposite = {residuals[1]: -residuals[0]}
    yield same(pair_kernel_loss.subs(opposite), pair_output_loss.subs(opposite))
    mean = (residuals[0] + residuals[1]) / 2
    yield same(
        pair_kernel_loss.subs(residuals[1], residuals[0]),
        kernel_plateau.subs(mean_residual, mean).subs(residuals[1], residuals[0]),
    )


def centred_kernels_differ_at_second_order(subtraction_gap: sp.Expr) -> Relations:
    """The square of the time in F1.1, at what centring takes from a sum of squares; three samples, all free but the mean."""
    squares = sp.Symbol("S", positive=True)  # of the m entries of Θr, whose sum is mg
    lost = sp.expand(squares - (squares - 2 * drift * (m * drift) + m * drift**2))
    second = sp.diff(mode_loss, time, 2).subs(time, 0) / 2 / (eigenvalue * amplitude) ** 2
    yield same(subtraction_gap, second * lost * time**2)
    kernel, centring = free_kernel(), centring_of(3)
    first, second = sp.symbols("r_1 r_2", real=True)
    start = sp.Matrix([first, second, -first - second])
    mean = sum(kernel * start) / 3
    centred = centring * kernel * centring
    for order in (0, 1, 2):
        coefficient = (-2 * eta / 3) ** order / (6 * sp.factorial(order))
        gap = coefficient * (start.T * (kernel**order - centred**order) * start)[0]
        claimed = subtraction_gap.subs({m: 3, drift: mean}).coeff(time, order) if order else sp.S.Zero
        if order == 2:
            yield at_sizes([(claimed, gap)], "samples")
        else:
            yield holds(sp.expand(gap - claimed) == 0, f"the same at order {order}")


random_start = Claim(
    label="F1.4",
    title="Random initial functions, and two meanings of “mean-subtracted”",
    statement=r"""
In the setting of F1.1 let the initial function be random, with mean $0$ and covariance matrix $K$ on the samples, and let $\Theta$ be the
same for all draws. With $y$ for $q\cdot y$ and $v$ for $q^\top Kq$, where $q$ is the unit eigenvector, the *mean* of the loss is
$$E\,L(t)=\sum_q[[mean_mode_loss]].$$ The initial function contributes $[[initial_part]]$ to it in each mode. If $K=\Theta$, as when only
the readout is trained, this contribution is at most $[[forgotten_bound]]$ in each mode, whatever the spectrum is.

*Mean-subtracted* can mean two different things. **Centred output:** $f-f_0$ is trained. The kernel is unchanged, the residuals start at
$-y$, and the loss is $\sum_q[[centred_output_loss]]$. **Centred kernel:** $\Theta$ is replaced by $H\Theta H$,
$H=I-\frac1m\mathbf1\mathbf1^\top$, the kernel of the features minus their mean over the samples. Then the mean $\mu$ of the residuals does
not change, and in the limit of long times the loss is at least $[[kernel_plateau]]$. For two samples with kernel $a$ at each sample and $b$
between them, from the same initial residuals $r_1,r_2$ (with centred output, the components of $-y$), the losses with $\Theta$ and with
$H\Theta H$ are $$[[pair_output_loss]]\qquad\text{and}\qquad[[pair_kernel_loss]].$$ Even for residuals of mean $0$, and for any number of
samples, the two losses differ if the mean $g$ of $\Theta r(0)$ is not $0$: with the centred kernel the loss is smaller by
$[[subtraction_gap]]$, up to terms of third order in $t$.
""",
    steps=STEPS,
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    quantities=(
        RATE,
        NUMBER,
        EIGENVALUE,
        TIME,
        Quantity(label, "component of the labels along a unit eigenvector", sp.S.Reals),
        Quantity(
            variance,
            "variance of the component of the initial function along a unit eigenvector",
            NON_NEGATIVE,
            drawn=(sp.Rational(1, 8), 4),
        ),
        Quantity(mean_residual, "mean of the residuals over the samples at the start", sp.S.Reals),
        *PAIR,
        RESIDUALS,
        Quantity(drift, "mean over the samples of the kernel matrix times the residuals at the start", sp.S.Reals),
    ),
    hypotheses=(
        LINEARISED,
        ALLOWED_PAIR,
        Hypothesis(
            "the kernel does not depend on the draw of the initial function, as in the limit of infinite width",
            needed_by=("mean_mode_loss",),
        ),
        Hypothesis("after the start", time > 0, needed_by=("forgotten_bound", "forgotten_at")),
    ),
    sharp=(
        Sharp(
            expression="forgotten_bound",
            example=r"$\lambda=v=\frac m{2\eta t}$",
            check="initial_functions_are_forgotten",
        ),
    ),
    because={
        "mean loss": squares_have_their_mean,
        "centred output": lambda mean_mode_loss, centred_output_loss: (
            same(centred_output_loss, mean_mode_loss.subs(variance, 0)),
            same(centred_output_loss, mode_loss.subs(amplitude, -label)),
        ),
        "initial part": lambda mean_mode_loss, centred_output_loss, initial_part: same(
            initial_part, mean_mode_loss - centred_output_loss
        ),
        "most remembered": one_eigenvalue_is_remembered_most,
        "forgotten": lambda initial_part, forgotten_at, forgotten_bound: same(
            initial_part, forgotten_bound, where=dict.fromkeys((variance, eigenvalue), forgotten_at)
        ),
        "constant function": constants_are_never_learnt,
        "two samples, output": lambda pair_output_loss: same(
            pair_output_loss, pair_residuals.dot(pair_residuals) / 4, by=sp.expand
        ),
        "two samples, kernel": two_samples_have_the_loss_of_the_centred_kernel,
        "second order": centred_kernels_differ_at_second_order,
    },
    wrong=lambda: {
        "mean_mode_loss: without the initial function": centred_output_loss,
        "mean_mode_loss: without the labels": initial_part,
        "mean_mode_loss: their difference": mean_mode_loss.subs(variance, -variance),
        "mean_mode_loss: the exponent of the residual": mean_mode_loss.subs(time, time / 2),
        "centred_output_loss: with the initial function": mean_mode_loss,
        "centred_output_loss: the sum over the samples": m * centred_output_loss,
        "initial_part: its standard deviation": initial_part / sp.sqrt(variance),
        "initial_part: the sum over the samples": m * initial_part,
        "initial_part: an initial part of the residual": initial_part.subs(time, time / 2),
        "forgotten_at: not times the samples": forgotten_at / m,
        "forgotten_bound: faster than the time": forgotten_bound / (1 + time),
        "kernel_plateau: the mean itself": mean_residual / 2,
        "kernel_plateau: over the samples": kernel_plateau / m,
        "pair_output_loss: the exponent of the residual": pair_output_loss.subs(time, time / 2),
        "pair_output_loss: each by itself": pair_output_loss.subs(shared, 0),
        "pair_output_loss: eigenvalues exchanged": pair_output_loss.subs(shared, -shared),
        "pair_kernel_loss: the other meaning": pair_output_loss,
        "pair_kernel_loss: the mean left out": pair_kernel_loss - (residuals[0] + residuals[1]) ** 2 / 8,
        "pair_kernel_loss: at half of the speed": pair_kernel_loss.subs(time, time / 2),
        "subtraction_gap: the sum over the samples": m * subtraction_gap,
        "subtraction_gap: of the mean residual's rate": subtraction_gap / drift,
    },
)
