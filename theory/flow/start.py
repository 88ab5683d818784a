"""F1.4: the mean loss over random initial functions, and what subtracting a mean does to the flow: two meanings."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.bounds import Sharp
from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.flow.linear import (
    ALLOWED_PAIR,
    EIGENVALUE,
    LINEARISED,
    NUMBER,
    PAIR,
    RATE,
    RESIDUALS,
    TIME,
    eigenvalue,
    eta,
    own,
    residuals,
    shared,
    time,
)
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity

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
modes (by F1.1): Given the initial function the loss is a sum over eigenvectors $q$, in the squares of $q\cdot r(0)$, $r(0)=f_0-y$.

two parts (by linearity): $q\cdot r(0)=q\cdot f_0-q\cdot y$ is centred but for $-q\cdot y$: its mean square is $(q\cdot y)^2+q^\top Kq$.

mean loss (from modes, two parts): With $y$ for $q\cdot y$ and $v$ for $q^\top Kq$ the mean of a mode's loss is $[[mean_mode_loss]]$.

centred output (from mean loss): $f-f_0$ has the gradients of $f$ and is $0$ at the start: a mode's loss is $[[centred_output_loss]]$.

initial part (from mean loss, centred output): The initial function itself adds the rest, $[[initial_part]]$.

largest product (by exponential): $x\le e^{x-1}$, hence $xe^{-x}\le e^{-1}$, with equality at $x=1$.

most remembered (from initial part, largest product): With $v=\lambda$ the initial part is a multiple of $xe^{-x}$, $x=\frac{2\eta\lambda
t}m$, and $x=1$ is $\lambda=[[forgotten_at]]$.

forgotten (from most remembered): There it is $[[forgotten_bound]]$.

constant function (from modes): $H\Theta H$, $H=I-\frac1m\mathbf1\mathbf1^\top$, has $\mathbf1/\sqrt m$ as an eigenvector of eigenvalue $0$,
along which the residuals have the component $\sqrt m\,\mu$: of the loss $[[kernel_plateau]]$ stays.

two samples, output (from modes): Two samples of F1.1 have the loss $[[pair_output_loss]]$.

two samples, kernel (from two samples, output, constant function): With $H\Theta H$, half of $a-b$ on the diagonal and less it beside, they
have $[[pair_kernel_loss]]$.

second order (from modes): For residuals $r$ of mean $0$ the squares $r^\top\Theta^2r$ and $r^\top(H\Theta H)^2r=\|H\Theta r\|^2$ differ by
$mg^2$, $g$ the mean of $\Theta r$; the losses, up to third order in the time, by $[[subtraction_gap]]$.
""",
    globals(),
)

random_start = Claim(
    label="F1.4",
    title="Random initial functions, and the two meanings of mean-subtracted",
    statement=r"""
In the setting of F1.1 let the initial function be random, with mean $0$ and the covariance matrix $K$ on the samples, and $\Theta$ the same for all draws. With
$y$ for $q\cdot y$ and $v$ for $q^\top Kq$ of the unit eigenvector $q$, the *mean* of the loss is
$$E\,L(t)=\sum_q[[mean_mode_loss]].$$
What the initial function adds to it is $[[initial_part]]$ in each mode; if $K=\Theta$, as where the readout alone is trained, that is at most $[[forgotten_bound]]$ in each mode, whatever the spectrum is.

*Mean-subtracted* can mean two things, which are not the same. **Centred output:** $f-f_0$ is trained. The kernel stays, the residuals start at $-y$, and the loss is
$\sum_q[[centred_output_loss]]$. **Centred kernel:** $H\Theta H$ in place of $\Theta$, $H=I-\frac1m\mathbf1\mathbf1^\top$, the kernel of features less their mean over the samples. Then the
mean $\mu$ of the residuals stays, and the loss at last is at least $[[kernel_plateau]]$. Two samples of kernel $a$ with themselves and $b$ with each other, residuals $r_1,r_2$ at the start, have the losses
$$[[pair_output_loss]]\qquad\text{and}\qquad[[pair_kernel_loss]].$$
Also for residuals of mean $0$ the two differ if the mean $g$ of $\Theta r(0)$ is not $0$: with the centred kernel the loss is smaller by $[[subtraction_gap]]$, up to terms of third order in $t$.
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
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
    uses=("F1.1",),
    sharp=(
        Sharp(
            expression="forgotten_bound",
            example=r"$\lambda=v=\frac m{2\eta t}$",
            check="initial_functions_are_forgotten",
        ),
    ),
)
