"""F2.4: training through one input, and the plateau that spectral collapse leaves."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.flow.linear import NUMBER, RATE, TIME, amplitude, eigenvalue, eta, mode_loss, plateau, time
from sparse_limits.theory.flow.times import SHARE, share
from sparse_limits.theory.graphon.symbols import m
from sparse_limits.theory.kernel.further.collapse import (
    DRAWN,
    WEIGHT,
    above,
    below,
    d,
    energy,
    negative_eigenvalue,
    positive_eigenvalue,
)
from sparse_limits.theory.kernel.further.collapse import share as trained_share
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, NON_NEGATIVE, NOTHING_BEYOND, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, nonnegative, same

moments = sp.symbols("M_plus M_minus", real=True)  # Σ |x_a| r_a over samples of either sign
squares = sp.Symbol("R", nonnegative=True)  # Σ r_a²
slopes = sp.symbols("alpha beta", real=True)  # of a function of the input, on either side of 0

positive_component = moments[0] / sp.sqrt(above)
negative_component = moments[1] / sp.sqrt(below)
positive_loss = moments[0] ** 2 * sp.exp(-2 * eta * positive_eigenvalue * time / m) / (2 * m * above)
negative_loss = moments[1] ** 2 * sp.exp(-2 * eta * negative_eigenvalue * time / m) / (2 * m * below)
collapse_plateau = (squares - moments[0] ** 2 / above - moments[1] ** 2 / below) / (2 * m)
fit_loss = (squares - 2 * slopes[0] * moments[0] - 2 * slopes[1] * moments[1] + slopes[0] ** 2 * above) / (2 * m)
fit_loss += slopes[1] ** 2 * below / (2 * m)
positive_time = m * d * sp.log(1 / share) / (2 * eta * (trained_share + energy) * above)

STEPS = proof(
    r"""
spectrum (by K11.1): The eigenvectors of the kernel matrix with an eigenvalue other than $0$ are $v_\pm$, with the entries $|x_a|$ at the
samples of one sign. Their eigenvalues are $[[positive_eigenvalue]]$ and $[[negative_eigenvalue]]$, and their squared lengths are $s_\pm$.

modes (by F1.1): Each eigenvector decays independently of the others, and the part at the eigenvalue $0$ does not change.

components (from spectrum): With $M_\pm=v_\pm\cdot r(0)$ the components of the residuals are $[[positive_component]]$ and
$[[negative_component]]$.

losses (from components, modes): So the corresponding parts of the loss are $[[positive_loss]]$ and $[[negative_loss]]$.

fits: Consider a function of the input that is linear on either side of $0$ and equal to $0$ there: $\alpha x$ for $x>0$ and $\beta|x|$ for
$x<0$. Subtracting this function from the residuals leaves the loss $[[fit_loss]]$.

plateau (from components, modes, fits): The rest of the loss, $[[collapse_plateau]]$, does not change; here $R$ is the sum of the squared
residuals at the start. The rest is the least of the losses in *fits*, each of which exceeds it by a sum of two squares.

time (from losses): The share $s$ of the first part is left at the time $[[positive_time]]$.
""",
    globals(),
)


def parts_are_losses_of_modes(
    positive_component: sp.Expr,
    negative_component: sp.Expr,
    positive_eigenvalue: sp.Expr,
    negative_eigenvalue: sp.Expr,
    positive_loss: sp.Expr,
    negative_loss: sp.Expr,
) -> Relations:
    """The loss of F1.1 at component and eigenvalue."""
    for claimed, c, value in (
        (positive_loss, positive_component, positive_eigenvalue),
        (negative_loss, negative_component, negative_eigenvalue),
    ):
        yield same(claimed, mode_loss.subs({amplitude: c, eigenvalue: value}))


def plateaus_are_best_fits(
    positive_component: sp.Expr, negative_component: sp.Expr, fit_loss: sp.Expr, collapse_plateau: sp.Expr
) -> Relations:
    """The plateau of F1.1 of all squares but two; what a fit exceeds it by is a sum of squares."""
    rest = squares - positive_component**2 - negative_component**2
    yield same(collapse_plateau, plateau.subs(amplitude**2, rest))
    up, down = sp.symbols("s_plus s_minus", positive=True)
    excess = (fit_loss - collapse_plateau).subs({above: up, below: down})
    first, second = (moments[0] - slopes[0] * up) ** 2 / up, (moments[1] - slopes[1] * down) ** 2 / down
    yield nonnegative(excess, (first + second) / (2 * m))


one_input_plateau = Claim(
    label="F2.4",
    title="Through one input, two directions are learnt and the rest is a plateau",
    statement=r"""
Let a graphon keep one input, as in K11.1, and let there be samples of either sign. Let $s_\pm$ be the sums of the squares of this input
over the samples of each sign, $M_\pm$ those of $|x_a|r_a$, and $R=\sum_ar_a^2$, where $r$ are the residuals at the start of a flow as in
F1.1. Then the loss is $$[[positive_loss]]+[[negative_loss]]+[[collapse_plateau]].$$ The last term is the plateau: the least loss that can
be left after subtracting from the residuals a function of that input that is linear on either side of $0$ and $0$ there. The share $s$ of
the first part is left at the time $[[positive_time]]$.
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", "that spectra collapse is reported second-hand, not in the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(
        RATE,
        NUMBER,
        TIME,
        SHARE,
        Quantity(
            trained_share,
            "density of trained edges at the one input left, a mean over the neurons",
            WEIGHT,
            drawn=DRAWN,
        ),
        Quantity(energy, "energy of edges at the one input left, a mean over the neurons", WEIGHT, drawn=DRAWN),
        Quantity(
            above,
            "sum of the squares of the one input left over the samples where it is positive",
            POSITIVE,
            drawn=(sp.Rational(1, 8), 4),
        ),
        Quantity(
            below,
            "sum of the squares of the one input left over the samples where it is negative",
            POSITIVE,
            drawn=(sp.Rational(1, 8), 4),
        ),
        Quantity(d, "number of inputs", COUNT, drawn=(1, 20)),
        Quantity(
            moments, "sum of the modulus of the input left times the residual, over the samples of one sign", sp.S.Reals
        ),
        Quantity(squares, "sum of the squared residuals at the start", NON_NEGATIVE, drawn=(4, 9)),
        Quantity(slopes, "slope of a function of the input left, on one side of zero", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("the hypotheses of K11.1, and a kernel that does not move in training"),
        Hypothesis("samples of either sign"),
        Hypothesis(
            "sums of squares that the moments allow (Bessel)",
            squares >= moments[0] ** 2 / above + moments[1] ** 2 / below,
            needed_by=("collapse_plateau",),
            convention=NOTHING_BEYOND,
        ),
        Hypothesis("residuals whose first part is not $0$", sp.Ne(moments[0], 0), needed_by=("positive_loss",)),
    ),
    because={
        "losses": parts_are_losses_of_modes,
        "plateau": plateaus_are_best_fits,
        "time": lambda positive_loss, positive_time: same(
            positive_loss, share * positive_loss.subs(time, 0), where={time: positive_time}
        ),
    },
    wrong=lambda: {
        "positive_component: of a vector that is not of unit length": moments[0],
        "positive_component: over the squared length": moments[0] / above,
        "negative_component: the other side": positive_component,
        "negative_component: over the squared length, too": moments[1] / below,
        "positive_loss: the readout twice": positive_loss.subs(trained_share, energy),
        "positive_loss: the exponent of the residual": positive_loss.subs(time, time / 2),
        "negative_loss: the other eigenvalue": negative_loss.subs(below, above),
        "fit_loss: without the cross terms": fit_loss.subs(dict.fromkeys(moments, 0)),
        "fit_loss: one slope": fit_loss.subs(slopes[1], slopes[0]),
        "collapse_plateau: nothing learnt": squares / (2 * m),
        "collapse_plateau: one direction": (squares - moments[0] ** 2 / above) / (2 * m),
        "positive_time: the readout twice": positive_time.subs(trained_share, energy),
        "positive_time: not times the samples": positive_time / m,
    },
)
