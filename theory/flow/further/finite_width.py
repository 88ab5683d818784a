"""F3: trained masked networks of finite width, beside the descent of their own tangent kernel and of its limit."""

from fractions import Fraction

import sympy as sp

from sparse_limits.theory.claims import Claim, Proof, Provenance, Source
from sparse_limits.theory.depth.further.identities import fan_in, layer_kernel
from sparse_limits.theory.flow.descent import count, factor, step_loss
from sparse_limits.theory.flow.further.relabelling import HIDDEN_UNIT, outputs, product, readout, unit
from sparse_limits.theory.flow.linear import AMPLITUDE, EIGENVALUE, NUMBER, RATE, amplitude
from sparse_limits.theory.generalisation.further.studies import Widening
from sparse_limits.theory.graphon.symbols import m, n
from sparse_limits.theory.kernel.dual import a, b, c, relu, row_kernel
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, Quantity
from sparse_limits.theory.questions import OpenQuestion

WIDER, DEEP_WIDER = 32, 6

whole = sp.Symbol("omega", real=True)  # mean product of all coordinates, kept or not: of controls


EXPONENT = amplitude**2 * factor**count / (2 * m)


trained_widths = Claim(
    label="F3",
    title="Trained masked networks follow their linearised loss curve, at a distance that falls with the width",
    statement=r"""
Consider one hidden layer of $n$ neurons $\varphi(z)=\sqrt2\max(z,0)$ on $d=8$ inputs. Its weights are masked at random with density
$\frac12$, the readout is dense, and all weights are standard normal. The data are $m=8$ inputs, uniform on the sphere $|x|^2=d$, with fair
labels $\pm1$. All kept weights are trained by $40$ steps of full-batch gradient descent at the rate $\eta=\frac12$, with the output
centred. The *curve* of a kernel is the sum over the eigenvectors of its matrix, with eigenvalue $\lambda$ and $c=q\cdot y$, of
$[[step_loss]]$ after $k$ steps (F1.2). The *distance* of a network from a curve is the largest modulus of the difference between its loss
and the curve, over all steps, in units of the initial loss. Two curves are compared: the curve of the network's *own* kernel at the start,
which is $\frac1n$ times the sum over neurons of $[[unit]]$ (F2.2), and the curve of the *limit*, the mean over the masks of a row of the
row kernel of K7.1. **Asserted:** each of the following inequalities holds in most draws of data and networks: (a) the mean distance of $8$
networks of width $n=512$ from their own curves is less than a third of that of $32$ networks of width $16$, and below $n^{-1/2}$; (b) so is
their mean distance from the limit's curve; (c) on average, the networks of width $512$ are nearer to their own curves than to the limit's;
(d) for two hidden layers of $n$ neurons, the matrix between them also masked at random with density $\frac12$ and all else the same, where
the own kernel is the sum over all three layers of weights of D1.1's kernel of a layer, with $q_h$ for each hidden unit over the values that
it keeps, the mean distance of $12$ networks of width $96$ from their own curves is less than half of that of $32$ networks of width $16$,
and below $n^{-1/2}$. For comparison, $n^{-1/2}$ falls to less than a fifth from width $16$ to width $512$, and to about two fifths from
$16$ to $96$.
""",
    proof_text=r"""
Measured, not proved. Draws are independent, so that the number of draws that go one way is binomial. *In most draws* means in more than half of them: it is asserted only if the opposite, "in at most half", is rejected at level
$10^{-9}$. The assertion concerns further draws of such data and networks, not other data, densities or depths. The widths, the rate $\eta$
and the shares, a third, a half and $n^{-1/2}$, were chosen after trials with such networks: no bound gives them. ∎""",
    source=Source("2510.17515", "v1", "beyond the paper"),
    provenance=Provenance.EXTENSION,
    proof=Proof.MEASURED,
    uses=("D1.1", "F1.2", "F2.2", "K7.1"),
    quantities=(
        RATE,
        NUMBER,
        EIGENVALUE,
        AMPLITUDE,
        Quantity(count, "number of steps of gradient descent", COUNT_FROM_ZERO, drawn=(0, 9)),
        Quantity(n, "width, the number of neurons of a hidden layer", COUNT, drawn=(2, 50)),
        *HIDDEN_UNIT,
    ),
    open_questions=(
        OpenQuestion(
            asks="How does the distance of a masked network of width $n$ from its linearised curve, in units of $n^{-1/2}$, depend on the mask, also on one that looks at the weights?",
            obstacle="What is proved here concerns kernels at the start and kernels that do not change. What is needed is a bound on the change of the kernel along the descent that depends on the mask.",
            known="Curves of a fixed kernel, exactly (F1), and what masks do to them (F2). For dense networks of smooth activations the distance is of order $n^{-1/2}$ (Lee et al. 2019, Wide neural networks of any depth evolve as linear models), and with one hidden ReLU layer the kernel hardly moves in training (Du et al. 2019). If the rows of the mask are independent of each other, of one law, and independent of the weights, then so are the neurons of one hidden layer, and such arguments should carry over.",
            evidence="The mean distance at width $512$ is less than a third of that at $16$, and below $n^{-1/2}$.",
            checked_by="networks_follow_their_own_curve",
        ),
    ),
    expressions={
        "step_loss": step_loss,
        "unit": unit,
        "widening": Widening(WIDER),
        "deep_widening": Widening(DEEP_WIDER),
    },
    aids={
        "row_kernel": row_kernel,
        "layer_kernel": layer_kernel,
        "width_margin": Fraction(1, 3),
        "deep_margin": Fraction(1, 2),
        "highest": 1 / sp.sqrt(n),
    },
    wrong=lambda: {
        "widening: no wider": Widening(1),
        "unit: gradients in pruned weights": unit.subs(product, whole),
        "unit: the readout alone": outputs[0] * outputs[1],
        "unit: the readout's weight once": unit.subs(readout**2, readout),
        "step_loss: η not over the samples": step_loss.subs(m, 1),
        "step_loss: the exponent of the residual": EXPONENT,
        "row_kernel: the dense kernel": row_kernel.subs({a: 1, b: 1, c: whole}),
        "row_kernel: the own layer's mask forgotten": relu.value + whole * relu.slope,
        "deep_widening: no wider": Widening(1),
        "layer_kernel: not over the inputs of a unit": layer_kernel * fan_in,
    },
)
