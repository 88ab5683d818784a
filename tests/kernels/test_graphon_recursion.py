"""The recursion of K2 in closed form where rows see parallel inputs alone, or nothing: K3, K11.1 and K2 at steps."""

import numpy as np
import pytest
import sympy as sp

from sparse_limits.numerics.exact import balls
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.kernel.dual import cosine, kappa_0, kappa_1
from sparse_limits.theory.kernel.graphon_recursion import POSITIONS, densely_trained, graphon_kernel, masked, x, y
from sparse_limits.theory.saliency.model import u, v

DENSE, NOTHING = sp.S.One, sp.S.Zero
FIRST_INPUT = (sp.Rational(3, 4) - v) * 2  # 1 and 0 at the two positions
LOWER = sp.Piecewise((1, u < sp.Rational(1, 2)), (0, True))
LEFT = LOWER.subs(u, v)
ONE_INPUT_EACH = LOWER * LEFT + (1 - LOWER) * (1 - LEFT)  # of two halves of the rows
RAMP = (u + v) / 2


def kernel(*graphons, left=(1, 2), right=(2, 1)):
    total = graphon_kernel(masked(*graphons), POSITIONS, left, right).total
    return float(balls.enclose(total, digits=10).real.mid())


@pytest.mark.parametrize(
    "graphons", [(NOTHING, DENSE), (RAMP, NOTHING, DENSE), (NOTHING, RAMP, DENSE), (RAMP, NOTHING)]
)
def test_a_layer_that_keeps_nothing_leaves_the_kernel_0(graphons):
    assert graphon_kernel(masked(*graphons), POSITIONS, (1, 2), (2, 1)).total == 0
    letters = dict(zip((*x, *y), (1, 2, 2, 1), strict=True))
    assert balls.number(graphon_kernel(masked(*graphons), POSITIONS, x, y).total, letters) == 0


def test_weights_of_variance_0_pass_no_gradient():
    """As in the engine of arrays, where the slope is 0 at a variance of 0."""
    assert graphon_kernel(densely_trained(NOTHING, DENSE), POSITIONS, (1, 2), (2, 1)).total == 0


@pytest.mark.parametrize(("right", "expected"), [((2, 1), 2), ((-2, 1), 0)])
def test_one_input_left_is_the_kernel_of_its_signs(right, expected):
    """K11.1 at d = 2: xy(g_Q + g_W)/d for equal signs and 0 for others, and by K2 once more for each hidden layer."""
    for graphon, share in ((FIRST_INPUT, 1.0), (u * FIRST_INPUT, 0.5)):
        assert float(graphon_kernel(masked(graphon, DENSE), POSITIONS, (1, 2), right).total) == expected * share
        letters = dict(zip((*x, *y), (1, 2, *right), strict=True))
        total = graphon_kernel(masked(graphon, DENSE), POSITIONS, x, y).total
        assert balls.number(total, letters) == expected * share
    deep = graphon_kernel(masked(FIRST_INPUT, RAMP, DENSE), POSITIONS, (1, 2), right).total
    # three layers, half of the paths; or, of rows at right angles in the second layer, √(ab)/π at the readout alone
    assert balls.number(deep) == pytest.approx(3 / 2 if expected else 1 / (2 * np.pi), 1e-9)


def test_rows_that_keep_nothing_count_as_their_share():
    """Half of the rows, of the first hidden layer or of the second."""
    assert kernel(LOWER, DENSE) == pytest.approx(kernel(DENSE, DENSE) / 2, 1e-9)
    assert kernel(RAMP, LOWER, DENSE) == pytest.approx(kernel(RAMP, DENSE, DENSE) / 2, 1e-9)
    assert kernel(RAMP, LOWER * LEFT, DENSE) == pytest.approx(kernel(RAMP, LEFT, DENSE) / 2, 1e-9)


def test_steps_are_the_pieces_that_they_consist_of():
    ramp = sp.Max(u - sp.Rational(1, 2), 0)  # 1/8 on average
    assert kernel(ramp, DENSE) == pytest.approx(kernel(DENSE, DENSE) / 8, 1e-9)
    assert kernel(ramp * FIRST_INPUT, DENSE) == pytest.approx(2 / 8, 1e-9)


@pytest.mark.parametrize(
    ("left", "right", "expected"), [((1, 2), (2, 1), 2), ((1, 2), (-2, 1), 1), ((1, 0), (0, 1), 0)]
)
def test_rows_of_one_input_each_add_their_signs(left, right, expected):
    assert kernel(ONE_INPUT_EACH, DENSE, left=left, right=right) == pytest.approx(expected, 1e-9)


def test_rows_above_see_both_halves():
    """Variances 5/4, covariance 1: the two layers below add κ₀ each, the readout (5/4)κ₁."""
    expected = (2 * kappa_0 + sp.Rational(5, 4) * kappa_1).subs(cosine, sp.Rational(4, 5))
    assert kernel(ONE_INPUT_EACH, DENSE, DENSE) == pytest.approx(float(expected), 1e-9)


@pytest.mark.parametrize(
    ("graphons", "said"),
    [
        ((DENSE,), "1 layers"),
        ((RAMP, 1 / (1 + u + v), DENSE), "layer 2 of 3 .* expected a sum of products"),
        ((ONE_INPUT_EACH, LEFT, DENSE), "layer 2 of 3 .* leaves out columns"),
        ((LOWER, LEFT, DENSE), "layer 2 of 3 .* leaves out columns"),
    ],
)
def test_what_is_not_told_is_refused(graphons, said):
    with pytest.raises(InputError, match=said):
        graphon_kernel(masked(*graphons), POSITIONS, (1, 2), (2, 1))
