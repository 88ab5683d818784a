"""D1.1: how the scores of all layers scale, balance and add up, at every depth and width."""

import sympy as sp

from sparse_limits.theory.citations import CONSERVED_SCORES
from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import COUNT, COUNT_FROM_ZERO, NON_NEGATIVE, POSITIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import Relations, induction, same

signal, entering = sp.symbols("delta_z h_in", real=True)
fan_in = sp.Symbol("n_in", integer=True, positive=True)
preactivation = sp.Symbol("z_out", real=True)  # of a unit
behind, outgoing = sp.symbols("epsilon_h h_out", real=True)  # E⟨r, f⟩ by what leaves a unit, and what leaves it
slope_at_one = sp.Symbol("c_phi", real=True)  # φ(1), or φ(−1)
degree = sp.Symbol("p_phi", nonnegative=True)
gain = sp.Symbol("alpha_W", positive=True)
above = sp.Symbol("k_W", integer=True, nonnegative=True)
output_mean, sum_above, bias_sum, biases_from = sp.symbols("e_f s_above s_b s_B", real=True)
below_product, above_product, residual, other_residual = sp.symbols("q_h b_z r_x r_y", real=True)

slope = signal * entering / sp.sqrt(fan_in)
into_unit = signal * preactivation
out_of_unit = behind * outgoing
activation = slope_at_one * sp.Abs(preactivation) ** degree
activation_slope = degree * activation / preactivation
unit_ratio = degree
passed_down = degree * sum_above - bias_sum
layer_sum = degree**above * output_mean
biased_sum = output_mean - biases_from
output_factor = gain ** (degree**above)
scaling = output_factor
compensation = gain ** (-degree)
layer_kernel = below_product * above_product / fan_in
energy = residual * other_residual * layer_kernel

WRONG_FACTORS = {
    "the square": output_factor**2,
    "degree times the number of layers": gain ** (degree * above),
    "not at all": gain**0,
    "as if ReLU": gain,
}

DEGREE = Quantity(degree, r"degree of the activation, $1$ for ReLU", NON_NEGATIVE, drawn=(sp.Rational(1, 2), 3))
FAN_IN = Quantity(fan_in, r"number of units or inputs below, $d$ for the first layer", COUNT)

STEPS = proof(
    r"""
one weight: On one sample let $\delta_i$ be the derivative of $\langle r,f\rangle$ with respect to $z_i$, at fixed $r$. As $z_i$ is linear
in $w_{ij}$ with slope $h_j/\sqrt{n_{in}}$, the derivative of $\langle r,f\rangle$ with respect to $w_{ij}$ is $[[slope]]$, and $\partial
L/\partial w_{ij}$ is its mean over the data.

reparametrisation (by chain rule): For $w=c\,\tilde w$, $c\ne0$, $\tilde w\,\partial L/\partial\tilde w=\tilde w\,c\,\partial L/\partial
w=w\,\partial L/\partial w$.

into a unit (from one weight): On one sample the terms $w\,\partial\langle r,f\rangle/\partial w$ of all weights into a unit and of its bias
add up to $[[into_unit]]$, as $z=\sum_jw_jh_j/\sqrt{n_{in}}+b$.

out of a unit (from one weight): The corresponding terms of all weights that leave the unit add up to $[[out_of_unit]]$, where $h_{out}$ is
the value of the unit and $\varepsilon_h$ the derivative of $\langle r,f\rangle$ with respect to this value.

degree: A positively homogeneous $\phi$ is a multiple of $|z|^{p_\phi}$ on each side of $0$, with one constant $c_\phi$ for each side:
$[[activation]]$. There its derivative is $[[activation_slope]]$.

through a unit (from into a unit, out of a unit, degree): By the chain rule, $\delta_z=\phi'(z)\,\varepsilon_h$. So the sum over the terms
that enter the unit is $[[unit_ratio]]$ times the sum over those that leave it, on each sample and on average over the data.

through a layer (from through a unit): Add this up over the units of a layer and subtract the sum $s_b$ of $b\,\partial L/\partial b$: the
layer's $\sum w\,\partial L/\partial w$ is $[[passed_down]]$, where $s_{above}$ is the sum of the layer above.

with biases (from into a unit, through a layer; by telescope): For $p_\phi=1$ the sum of a layer plus the sum of its biases is the sum of
the layer above. For the readout the two sums give $e_f=E_D\langle r,f\rangle$, by *into a unit*. So the sum of any layer plus the sum of
all biases from this layer on is $e_f$.

sum with biases (from with biases): So for $p_\phi=1$ a layer has the sum $[[biased_sum]]$, where $s_B$ is the sum of $b\,\partial
L/\partial b$ over the biases from this layer on.

without biases (from into a unit, through a layer): Without biases the readout has the sum $e_f$, and a layer with $k_W$ hidden layers above
its weights has the sum $[[layer_sum]]$.

factor of the output (from degree): Without biases, let the weights of a layer become $\alpha_W$ times as large. Then the $z$ of the layer
itself are multiplied by $\alpha_W$, and each further activation above raises the factor to the power $p_\phi$. So $f$ becomes
$[[output_factor]]$ times as large, as a function of all weights.

order (by monotonicity): If all scores are multiplied by one positive number, their order stays the same: the largest $K$ scores are those
of the same weights.

scores of all layers (from reparametrisation, factor of the output, order): With $r$ fixed, $E_D\langle r,f\rangle$ is multiplied by this
factor as a function of all weights, and so are its $w\,\partial L/\partial w$, for the layer itself by *reparametrisation*. The factor of
the scores is $[[scaling]]$.

one unit (from degree, reparametrisation): If the weights and the bias of a unit become $\alpha_W$ times as large, its output is multiplied
by $\alpha_W^{p_\phi}$. If its outgoing weights are also multiplied by $[[compensation]]$, $f$ stays the same as a function of all other
weights. Hence so does $r$, where it depends on the data and $f$ alone, and so do the scores, by *reparametrisation*.

kernel of a layer (from one weight): Let $q_h=\langle h,h'\rangle$ be the product of the values that enter at two samples, and let
$b_z=\sum_i\partial_if\,\partial_if'$, where $\partial_i$ is the derivative with respect to $z_i$, so that $\partial_if=\phi'(z_i)\,\partial
f/\partial h_i$. The sum of $\partial f/\partial w\cdot\partial f'/\partial w$ over the weights of the layer, which is the part of the layer
in the tangent kernel, is $[[layer_kernel]]$.

energy (from kernel of a layer): As $\partial L/\partial w=E_D\langle r,\partial f/\partial w\rangle$, the sum of the squares of these
derivatives over the layer is the mean over two samples, and the sum over pairs of outputs, of $[[energy]]$.
""",
    globals(),
)


def expanded(gap: sp.Expr) -> sp.Expr:
    """Reduce products of powers of positive letters."""
    return sp.simplify(sp.expand_power_base(gap))


def powers(gap: sp.Expr) -> sp.Expr:
    """Reduce powers of powers of positive letters."""
    return sp.simplify(sp.powdenest(sp.expand_power_base(gap), force=True))


def activation_has_the_slope(activation: sp.Expr, activation_slope: sp.Expr) -> Relations:
    """The derivative off 0; φ(cz) = c^p φ(z) for c > 0; φ(±1) is the letter."""
    factor = sp.Symbol("c_z", positive=True)
    derivative = sp.diff(activation, preactivation).replace(sp.sign, lambda z: sp.Abs(z) / z)
    yield same(derivative, activation_slope)
    multiplied = activation.subs(preactivation, factor * preactivation)
    yield same(multiplied, factor**degree * activation, by=expanded)
    for side in (1, -1):
        yield same(activation.subs(preactivation, side), slope_at_one)


def sums_go_down_by_the_degree(layer_sum: sp.Expr, passed_down: sp.Expr) -> Relations:
    """From the readout on, without biases."""
    if passed_down.subs(bias_sum, 1) == passed_down.subs(bias_sum, -1):
        raise ValueError("biases have no part")
    below = passed_down.subs(bias_sum, 0)
    yield induction(layer_sum, above, output_mean, lambda term: below.subs(sum_above, term))
    left = passed_down.subs({degree: 1, sum_above: layer_sum.subs(degree, 1)}) + bias_sum
    yield same(left, output_mean)


def rescaled_unit_computes_the_same(compensation: sp.Expr, activation: sp.Expr) -> Relations:
    """The value of a unit times the outgoing weight, on either side of 0."""
    size = sp.Symbol("y_z", positive=True)
    for side in (1, -1):
        value = activation.subs(preactivation, side * size)
        yield same(compensation * value.subs(size, gain * size), value, by=powers)


layer_identities = Claim(
    label="D1.1",
    title="Scores of a deep network: scaling, balance, and sums over layers",
    headline=r"In a ReLU network without biases, off the kinks, $w\,\partial L/\partial w$ has the same sum over every layer. At fixed residuals, multiplying a layer's weights by $\alpha>0$ multiplies all scores by $\alpha$, which keeps their order.",
    statement=r"""
Let $z^1=W^1x/\sqrt d+b^1$, $h^l=\phi(z^l)$, $z^{l+1}=W^{l+1}h^l/\sqrt{n_l}+b^{l+1}$, $f=z^{L+1}$, and let the loss have the derivatives
$E_D\langle r,\partial f\rangle$. For every depth, all widths, every data set and all weights off the kinks (no unit is at a kink of $\phi$ on the data), the scores
$|w\,\partial L/\partial w|$ have the following properties.

(a) A score is the same in all parametrisations $w=c\,\tilde w$, $c\ne0$.

(b) Let $\phi(cz)=c^{p_\phi}\phi(z)$ for $c>0$. Without biases and for fixed $r$, the change $W\mapsto\alpha_WW$, $\alpha_W>0$, in a layer
with $k_W$ hidden layers above multiplies all scores of all layers by $[[scaling]]$, for ReLU by $\alpha_W$. So the $K$ largest scores are
those of the same weights, whatever the variances of the layers. If the weights and the bias of a unit are multiplied by $\alpha_W$ and its
outgoing weights by $[[compensation]]$, every score stays as it is, for any $r$ that is a function of the data and of the output $f$ alone.

(c) For such $\phi$, the sum $\sum w\,\partial L/\partial w$ over the weights into a hidden unit and its bias is $[[unit_ratio]]$ times the
sum over the weights that leave the unit. So the sum over a layer is $[[passed_down]]$, where $s_{above}$ is the sum of the next layer and
$s_b$ is the sum of $b\,\partial L/\partial b$ over the layer's own biases. Without biases it is $[[layer_sum]]$ with
$e_f=E_D\langle r,f\rangle$; for ReLU this is the same in all layers. For $p_\phi=1$ with biases it is $[[biased_sum]]$, where $s_B$ is the
sum of $b\,\partial L/\partial b$ over all biases from this layer on, those of the output included.

(d) For any $\phi$, the sum $\sum(\partial L/\partial w)^2$ over a layer is the mean over two independent samples of $[[energy]]$, summed
over pairs of outputs. Here $[[layer_kernel]]$ is the layer's part of the tangent kernel, $q_h=\langle h,h'\rangle$ and
$b_z=\sum_i\phi'(z_i)\phi'(z_i')\,\frac{\partial f}{\partial h_i}\frac{\partial f'}{\partial h_i}$ (no $\phi'$ at the readout).
""",
    steps=STEPS,
    source=Source("2602.06675", "v1", f"beyond the abstract; {CONSERVED_SCORES}"),
    provenance=Provenance.EXTENSION,
    quantities=(
        Quantity(signal, "derivative of residual times output in what enters the activation of a unit", sp.S.Reals),
        Quantity(entering, "value of a unit, or input, below", sp.S.Reals),
        FAN_IN,
        Quantity(preactivation, "what enters the activation of a unit", sp.S.Reals),
        Quantity(behind, "derivative of residual times output in the value of a unit", sp.S.Reals),
        Quantity(outgoing, "value of a unit, which the weights that leave it see", sp.S.Reals),
        Quantity(slope_at_one, "value of the activation at $1$, or at $-1$ on the negative side", sp.S.Reals),
        DEGREE,
        Quantity(gain, "factor by which weights are multiplied", POSITIVE),
        Quantity(
            above, "number of hidden layers above the weights of a layer, its own included", COUNT_FROM_ZERO, (0, 4)
        ),
        Quantity(output_mean, "mean over the data of residual times output", sp.S.Reals),
        Quantity(sum_above, "sum of weight times derivative over the layer above", sp.S.Reals),
        Quantity(bias_sum, "sum of bias times derivative over the layer", sp.S.Reals),
        Quantity(biases_from, "sum of bias times derivative over this layer and all above", sp.S.Reals),
        Quantity(below_product, "product of what enters a layer at two samples", sp.S.Reals),
        Quantity(above_product, "product of the derivatives of the outputs in what leaves it", sp.S.Reals),
        Quantity((residual, other_residual), "residual of an output at a sample, at another", sp.S.Reals),
    ),
    hypotheses=(
        Hypothesis("no unit is at a kink of the activation on the data"),
        Hypothesis(
            "what enters a unit is not zero", sp.Ne(preactivation, 0), needed_by=("activation", "activation_slope")
        ),
        Hypothesis(
            "the activation is positively homogeneous",
            needed_by=(
                "output_factor",
                "scaling",
                "compensation",
                "unit_ratio",
                "passed_down",
                "layer_sum",
                "biased_sum",
                "activation",
                "activation_slope",
            ),
        ),
        Hypothesis("the degree is 1", needed_by=("biased_sum",)),
        Hypothesis("a parametrisation has a factor that is not zero", needed_by=("scaling", "compensation")),
        Hypothesis("there are no biases", needed_by=("output_factor", "scaling", "layer_sum")),
        Hypothesis("the residual does not depend on the weights", needed_by=("scaling",)),
        Hypothesis("the residual is a function of the data and of the output alone", needed_by=("compensation",)),
    ),
    symbols={
        "x": "input of a sample",
        "z^l, h^l": "what enters the activation of the units of layer $l$, and their values",
        "W^l, b^l": "weights and biases of layer $l$",
        "n_l": "number of units of layer $l$",
        "d": "number of inputs",
        r"\phi": "activation",
        "f": "output of the network",
        "E_D": "mean over the data, finitely or infinitely many samples",
        "r": "derivative of the loss in the output at a sample, for the square loss output less target",
        "L": r"number of hidden layers; in $\partial L/\partial w$ the loss",
        "w": "weight",
        "c": "any number but $0$",
        r"\alpha": "positive factor by which the weights of a layer are multiplied",
        "K": "number of scores that are kept",
        "r_x, r_y": "residuals of one output at two samples",
        "q_h": "product of the values below at two samples, summed over the units",
        "b_z": "product of the derivatives of outputs in what enters the units, at two samples, summed over the units",
    },
    because={
        "degree": activation_has_the_slope,
        "through a unit": lambda unit_ratio, activation, activation_slope, into_unit, out_of_unit: same(
            into_unit.subs(signal, activation_slope * behind), unit_ratio * out_of_unit.subs(outgoing, activation)
        ),
        "without biases": sums_go_down_by_the_degree,
        "factor of the output": lambda output_factor, activation: (
            same(output_factor.subs(above, 0), gain),
            same(
                activation.subs(preactivation, output_factor * preactivation),
                output_factor.subs(above, above + 1) * activation,
                by=powers,
            ),
        ),
        "one unit": rescaled_unit_computes_the_same,
    },
    wrong=lambda: {
        "slope: not divided by the root of the fan-in": slope * sp.sqrt(fan_in),
        "slope: divided by the fan-in": slope / sp.sqrt(fan_in),
        "slope: the signal alone": signal / sp.sqrt(fan_in),
        "into_unit: biases ignored": into_unit - signal * sp.Symbol("b_u", real=True),
        "into_unit: the square of what enters": signal * preactivation**2,
        "out_of_unit: the slope of the unit": behind,
        "out_of_unit: squared": out_of_unit**2,
        "activation_slope: degree forgotten": activation / preactivation,
        "activation_slope: value for slope": degree * activation,
        "activation_slope: degree plus one": (degree + 1) * activation / preactivation,
        "activation: not homogeneous": slope_at_one * (sp.exp(degree * preactivation) - 1),
        "activation: a constant added": activation + slope_at_one,
        "unit_ratio: as much out as in": sp.S.One,
        "unit_ratio: the other way round": 1 / degree,
        "passed_down: biases ignored": degree * sum_above,
        "passed_down: biases added": degree * sum_above + bias_sum,
        "passed_down: degree forgotten": sum_above - bias_sum,
        "passed_down: degree of the biases, too": degree * (sum_above - bias_sum),
        "layer_sum: degree times the number of layers": degree * above * output_mean,
        "layer_sum: one layer less": layer_sum / degree,
        "layer_sum: the same for all activations": output_mean,
        **{
            f"{factor}: {form}": value
            for factor in ("output_factor", "scaling")
            for form, value in WRONG_FACTORS.items()
        },
        "compensation: on one side only": gain**0,
        "compensation: as if ReLU": 1 / gain,
        "compensation: the other way round": 1 / compensation,
        "layer_kernel: divided by the root of the fan-in": layer_kernel * sp.sqrt(fan_in),
        "layer_kernel: the layer above alone": above_product / fan_in,
        "layer_kernel: the layer below alone": below_product / fan_in,
        "layer_kernel: divided by the square": layer_kernel / fan_in,
        "layer_kernel: not divided by the fan-in": layer_kernel * fan_in,
        "energy: without the residuals": layer_kernel,
        "energy: divided by the root of the fan-in": energy * sp.sqrt(fan_in),
        "energy: the layer above alone": residual * other_residual * above_product / fan_in,
        "energy: the layer below alone": residual * other_residual * below_product / fan_in,
        "energy: one residual": residual * layer_kernel,
        "energy: one residual squared": residual**2 * layer_kernel,
        "biased_sum: biases ignored": output_mean,
        "biased_sum: biases added": output_mean + biases_from,
        "biased_sum: biases twice": output_mean - 2 * biases_from,
        "biased_sum: biases of the layers above alone": output_mean - biases_from + bias_sum,
        "biased_sum: biases of the layer alone": output_mean - bias_sum,
    },
)
