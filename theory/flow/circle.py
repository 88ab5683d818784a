"""F2.3: training on the circle, frequency by frequency, and the targets that are never learnt."""

from __future__ import annotations

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.flow.linear import RATE, TIME, eta, time
from sparse_limits.theory.flow.times import SHARE, share
from sparse_limits.theory.kernel.circle import k, ntk_eigenvalue
from sparse_limits.theory.kernel.dual import depth
from sparse_limits.theory.kernel.homogeneous import ratio
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT_FROM_ZERO, UNIT, Hypothesis, Quantity
from sparse_limits.theory.saliency.model import rho

wave_loss = sp.exp(-2 * eta * ntk_eigenvalue * time) / 4
_learnt = ntk_eigenvalue.subs((-1) ** k, 1)  # at even k and at 1; at odd k ≥ 3 the eigenvalue is 0
frequency_time = sp.log(1 / share) / (2 * eta * _learnt)
tenth_time = 9 * sp.pi**2 * sp.log(10) / (28 * eta)
growth = sp.pi**2 * sp.log(1 / share) / (4 * eta)
masked_time = frequency_time / ratio.subs(depth, 1)
square_component = 2 * sp.sqrt(2) * sp.sin(sp.pi * k / 2) / (sp.pi * k)
square_loss = (1 - 8 / sp.pi**2 * (1 - sp.exp(-eta * time))) / 2
square_plateau = 1 - 8 / sp.pi**2

STEPS = proof(
    r"""
frequencies (by K10.1): The operator of the kernel has the eigenfunctions $\cos k\theta$ and $\sin k\theta$, of eigenvalue $\lambda_k$.

population (from frequencies; cited: Picard–Lindelöf: an equation whose right side is Lipschitz, as that of a bounded operator is, has one
solution from each start): Under uniform inputs the residual follows $r'=-\eta Tr$, $T$ that bounded operator, in place of $-\frac\eta
m\Theta r$. Such an equation has one solution from each start: from an eigenfunction it is that times $e^{-\eta\lambda_kt}$, as with
$\lambda_k$ for $\frac\lambda m$ in F1.1.

wave (from population): The mean of $\frac12\cos^2k\theta$ is $\frac14$ for $k\ge1$: from that residual at the start the loss is
$[[wave_loss]]$.

times (from wave): For even $k$ and for $k=1$ the share $s$ of it is left at the time $[[frequency_time]]$.

second frequency (from times): For $k=2$ and $s=\frac1{10}$ that is $[[tenth_time]]$.

large frequencies (from times): Over even $k$ the time over $k^2$ tends to $[[growth]]$.

masks (by F2.1 for slowdown): In the limit of K3 density $\rho$ in both layers multiplies times by $\rho^{-2}$.

masked (from masks, times): So a masked network takes $[[masked_time]]$.

components: Where $\cos\theta$ is positive the square wave is $1$, else $-1$. It is even, so that it has no part along $\sin k\theta$; its
component along $\sqrt2\cos k\theta$, $k\ge1$, is $[[square_component]]$. The constant has none.

square wave (from wave, frequencies, components): That is $0$ at even $k$; at odd $k$ its square is $\frac8{\pi^2k^2}$, and at odd $k\ge3$
the eigenvalue is $0$. As $\lambda_1=\frac12$ the loss is $[[square_loss]]$.

what is left (from square wave): Of the loss at the start, $\frac12$, the share $[[square_plateau]]$ is left at last.
""",
    globals(),
)

circle_times = Claim(
    label="F2.3",
    title="On the circle the time grows with the square of the frequency, and odd frequencies from three on are never learnt",
    statement=r"""
One hidden ReLU layer of infinite width, inputs uniform on the unit circle, the kernel of K10.1 and its eigenvalues $\lambda_k$, gradient flow of the population loss $\frac12E\,r^2$ at the rate $\eta$. From
the residual $\cos k\theta$, $k\ge1$, the loss is $[[wave_loss]]$. For even $k$ and for $k=1$ the share $s$ of it is left at the time $$[[frequency_time]],$$ for $k=2$ and a tenth of the loss
$[[tenth_time]]$; over even $k$ the time over $k^2$ tends to $[[growth]]$. For odd $k\ge3$ it stays what it is. With both layers at density $\rho$, in the limit of K3, times are $[[masked_time]]$.

**A square wave**, the sign of $\cos\theta$ as residual, has the loss $[[square_loss]]$: at last the share $[[square_plateau]]$ of it is left, however long one trains.
""",
    steps=STEPS,
    source=Source("2510.17515", "beyond the two sentences at hand"),
    provenance=Provenance.EXTENSION,
    proof=Proof.PROVED,
    quantities=(
        RATE,
        TIME,
        Quantity(k, "frequency of a wave on the circle", COUNT_FROM_ZERO, drawn=(1, 9)),
        SHARE,
        Quantity(rho, "density, the share of weights kept, the same in both layers", UNIT),
    ),
    hypotheses=(
        Hypothesis(
            "a frequency that is learnt, one or even",
            sp.Eq(k, 1) | sp.Eq(sp.Mod(k, 2), 0),
            needed_by=("frequency_time", "masked_time"),
        ),
        Hypothesis("a wave", k >= 1, needed_by=("wave_loss", "frequency_time", "masked_time")),
        Hypothesis(
            "inputs on the circle itself, weights iid standard normal, kernels divided by $\\frac1d$ as in K10.1"
        ),
        Hypothesis(
            "for the masks, the limit of K3, as where each coordinate is given many times: with two inputs the kernel of masks is that of K7.1",
            needed_by=("masked_time",),
        ),
    ),
    uses=("F1.1", "F2.1", "K10.1"),
)
