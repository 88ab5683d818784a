"""What L1–L19 (lifts) allow: values outside are refused in their words, and at the ends of the ranges the formulas hold."""

from __future__ import annotations

import re

import pytest

import sparse_limits as sl

OUTSIDE = [
    ("L1 multiplicity m=-1", "m=-1"),
    ("L5 weights n_0=1/2 n_1=1 n_2=1 n_3=1", "n_0=1/2"),
    ("L6 pixel_edges C_i=1 C_o=1 H=3 k=5", "a kernel is no longer than the signal, expected k ≤ H"),
    ("L7 identity_skips C=2 lambda=3", "the expected degree is at most the width of the model, expected lambda ≤ C"),
    ("L8.1 degree_law n=2 lambda=3 k=1", "the expected degree is at most the width, expected lambda ≤ n"),
    ("L8.2 le_cam_bound n=2 lambda=3", "the expected degree is at most the width, expected lambda ≤ n"),
    ("L8.1 degree_law n=2 lambda=2 k=3", "the in-degree is at most the width, expected k ≤ n"),
    ("L9 tree_probability n=2 lambda=3 K=2", "the expected degree is at most the width, expected lambda ≤ n"),
    ("L9 no_collision n=2 lambda=1 k=3", "no more vertices are reached than there are in a layer, expected k ≤ n"),
    (
        "L9 parent_share n=2 lambda=1 k=0",
        "number of vertices of a layer that are reached, expected a whole number from 1",
    ),
    ("L10.2 tree n=3 p=2", "probability of an edge that comes from no input, expected a number from 0 to 1"),
    ("L10.2 leading n=2 lambda=3 p_0=1/2 V=3 E=2 E_0=0", "expected lambda ≤ n"),
    (
        "L10.2 leading n=3 lambda=1 p_0=2 V=3 E=2 E_0=0",
        "probability of an edge from an input, expected a number from 0 to 1",
    ),
    ("L10.2 leading n=3 lambda=1 p_0=1 V=3 E=4 E_0=0", "two vertices of the witness are joined by one edge at most"),
    (
        "L10.2 expected_morphisms n=3 p=1 p_0=1 E_0=0 E=9 h_1=2 h_2=2 h_3=1",
        "only above different vertices of the base",
    ),
    ("L11.1 both_covered q_1=3/4 q_2=1/2 n=6 m=1", "two disjoint types have together a probability of at most one"),
    ("L11.1 both_covered q_1=3/2 q_2=0 n=6 m=1", "expected a number from 0 to 1"),
    ("L11.1 all_covered q=1/2 r=3 n=5", "all disjoint types have together a probability of at most one"),
    ("L11.3 dispersion q=1 r=2 lambda=1 omega=1", "all disjoint types have together a probability of at most one"),
    ("L11.1 type_probability d=2 s=3 p_0=1/2 omega=1", "a pattern has no more inputs than there are"),
    (
        "L11.1 type_probability d=2 s=1 p_0=1/2 omega=2",
        "probability that weights lie in their region, expected a number from",
    ),
    ("L11.2 copy_chance n=3 lambda=1 omega=1 N_1=2 N_2=2", "no more vertices are of two types than there are"),
    ("L11.3 efron_stein n=2 lambda=3", "the expected degree is at most the width, expected lambda ≤ n"),
    (
        "L11.4 poisson_degree r=0",
        "number of types, also that of the children of a root, expected a whole number from 1",
    ),
    ("L11.4 increasing_from r=2 lambda=-1", "lambda=-1"),
    ("L11.4 lower_tail mu=0 m=1", "mean of the number of isolated copies, expected a positive number"),
    ("L12 simple_rate epsilon=1 kappa=1 t=0", "some time has passed, expected t > 0"),
    ("L12 example_loss L_0=1 epsilon=2 kappa=1 x=1", "the flow of the example starts no lower"),
    ("L12 example_position L_0=1 epsilon=2 kappa=1 t=2", "the flow of the example starts no lower"),
    ("L13 inverse_square L_0=1 epsilon=1 kappa=1 t=1", "the flow starts above what tangent steps reach"),
    ("L13 square_example L_0=1 epsilon=2 kappa=1 x=1", "the flow of the example starts no lower"),
    ("L14.1 energy_length L_0=1 L=2 t=1", "the loss never grows, expected L ≤ L_0"),
    ("L14.2 growing_position L_0=1 epsilon=2 kappa=1 t=1", "the flow of the example starts no lower"),
    ("L14.3 middle epsilon=1/5 epsilon_0=1/5", "the loss to be reached is above that which is approached"),
    ("L14.3 probability delta_1=2 delta_2=0", "expected a number from 0 to 1"),
    ("L14.3 standstill_radius epsilon=1 x=5", "a positive loss below $1$"),
    ("L14.3 standstill_radius epsilon=0 x=1", "a positive loss below $1$"),
    ("L15 fixed_bound epsilon=-1 Delta=1 T=1", "epsilon=-1"),
    ("L16.1 longest_time M=9 rho=1 L_0=0", "the loss at the start is not $0$, expected L_0 > 0"),
    ("L16.3 sign_copy p_0=1/2 d=2 s=3", "a unit has no more inputs than there are, expected s ≤ d"),
    ("L16.3 sign_copy p_0=2 d=3 s=3", "probability of an edge from an input, expected a number from 0 to 1"),
    ("L17.1 failure n=5 q=3/4 r=2 M=1", "disjoint units have together a probability of at most one"),
    (
        "L17.1 size q=1/64 r=2 M=36 delta=0",
        "probability of failure that is allowed, expected a number above 0, up to 1",
    ),
    (
        "L17.2 two_layer_failure n=9 c=2 q=3/4 r=1 M=1 omega=1 lambda=1",
        "disjoint types of children have together a probability of at most one",
    ),
    ("L17.2 two_layer_failure n=2 c=1 q=1/2 r=1 M=1 omega=1 lambda=3", "expected lambda ≤ n"),
    (
        "L17.3 copies_needed A_1=1 A_2=1 Lambda=1 L_0=1 rho=1 rho_0=0 epsilon_w=0 epsilon=1/2",
        "the loss to be reached is above that of neighbouring units",
    ),
    ("L17.3 gaussian_copy d=2 s=3 nu=1 rho_0=1 p_0=1/2", "a unit has no more inputs than there are"),
    ("L18.2 coverage_two s_1=3 s_2=3 s_12=5 p_0=1/3 n=20", "two sets share no more inputs than either has"),
    ("L18.2 coverage_two s_1=1 s_2=3 s_12=2 p_0=1/3 n=20", "two sets share no more inputs than either has"),
    ("L18.2 coverage_one s=2 p_0=3/2 n=20", "probability of an edge from an input, expected a number from 0 to 1"),
    ("L18.3 coefficient k=2 s=3", "the set lies among the inputs of the sum, expected s ≤ k"),
    ("L19 coverage n=3 p_0=2", "probability of an edge from an input, expected a number from 0 to 1"),
]


@pytest.mark.parametrize(("call", "words"), OUTSIDE)
def test_values_outside_are_refused(call, words):
    with pytest.raises(sl.InputError, match=re.escape(words)):
        sl.evaluate(*call.split())


AT_THE_ENDS = [
    ("L1 multiplicity m=0", "0"),  # an empty fibre
    ("L5 weights n_0=2 n_1=0 n_2=1 n_3=3", "3"),  # an empty layer
    ("L6 pixel_edges C_i=2 C_o=3 H=5 k=5", "150"),  # a kernel as long as the signal
    ("L6 padding_errors C_o=2 k=4 m=1", "0"),  # one period, nothing is repeated
    ("L7 identity_skips C=1 lambda=1", "1"),
    ("L7 identity_skips C=2 lambda=2", "0"),  # all edges are there, the two that must not be too
    ("L7 identity_skips C=2 lambda=0", "0"),
    ("L8.1 degree_law n=4 lambda=4 k=4", "1"),
    ("L8.1 degree_law n=4 lambda=0 k=0", "1"),
    ("L8.1 variance n=3 lambda=3", "0"),
    ("L8.2 le_cam_bound n=1 lambda=1", "1"),
    ("L8.2 order lambda=0", "0"),
    ("L9 no_collision n=2 lambda=2 k=2", "0"),  # all edges are there: two children have two parents each
    ("L9 no_collision n=2 lambda=1 k=2", "9/16"),  # each of two children misses one of its two fair edges
    ("L9 no_collision n=7 lambda=7 k=1", "1"),
    ("L9 parent_share n=4 lambda=4 k=4", "1"),
    ("L9 tree_probability n=2 lambda=2 K=2", "0"),
    ("L9 tree_probability n=1 lambda=1 K=3", "1"),
    ("L9 tree_probability n=5 lambda=2 K=0", "1"),
    ("L9 lasso n=1 w=1 c=1", "0"),  # there is no second vertex for the other branch
    ("L10.2 expected_morphisms n=2 p=1 p_0=1 E_0=0 E=8 h_1=2 h_2=2 h_3=1", "8"),  # all edges: 2!·2!·2
    ("L10.2 expected_morphisms n=1 p=0 p_0=0 E_0=0 E=0 h_1=1 h_2=0 h_3=0", "1"),  # a vertex alone
    ("L10.2 leading n=5 lambda=2 p_0=1 V=1 E=0 E_0=0", "5"),
    ("L10.2 sparse_tree n=3 lambda=3", "108"),  # all edges: (3·2)(3·2)3
    ("L11.1 type_probability d=3 s=3 p_0=1 omega=1", "1"),
    ("L11.1 copies_law n=4 q=1 m=4", "1"),
    ("L11.1 copies_law n=4 q=1/2 m=0", "1/16"),
    ("L11.1 counts_law n=2 q_1=1/2 q_2=1/2 N_1=1 N_2=1", "1/2"),  # two fair coins differ
    ("L11.1 counts_law n=2 q_1=1/2 q_2=1/2 N_1=2 N_2=1", "0"),
    ("L11.1 both_covered n=2 q_1=1/2 q_2=1/2 m=1", "1/2"),
    ("L11.1 both_covered n=2 q_1=1/2 q_2=1/2 m=0", "1"),
    ("L11.1 all_covered n=2 q=1/2 r=2", "1/2"),
    ("L11.1 all_covered n=3 q=1 r=1", "1"),
    ("L11.2 copy_chance n=2 lambda=2 omega=1 N_1=1 N_2=1", "1"),
    ("L11.2 some_copy n=2 lambda=2 omega=1 q_1=1/2 q_2=1/2", "1/2"),  # all edges: the types must differ
    ("L11.2 expected_copies n=2 lambda=2 omega=1 q=1/2 r=2", "1"),  # then both roots are copies
    ("L11.2 factorial_moment n=3 lambda=1 omega=1 q=1/2 r=2 k=0", "1"),
    ("L11.2 isolated_at_least n=3 lambda=1 omega=1 q=1/2 r=2 m=0", "1"),
    ("L11.3 copies_rate lambda=0 omega=1 q=1/2 r=2", "0"),
    ("L11.4 poisson_degree r=1", "1"),
    ("L11.4 upper_tail mu=2 m=1", "no guarantee"),
    ("L11.4 upper_tail mu=1 m=1", "1"),
    ("L11.4 cantelli mu=1 V=0 m=1", "0"),
    ("L11.4 lower_tail mu=1 m=2", "no guarantee"),
    ("L11.4 lower_tail mu=1 m=1", "1/2"),
    ("L11.4 increasing_from r=1 lambda=0", "0"),
    ("L12 gradient_bound L=2 epsilon=2 kappa=1", "0"),
    ("L12 gradient_bound L=1 epsilon=2 kappa=1", "-1"),  # says nothing
    ("L12 rate L_0=3 epsilon=1 kappa=1 t=0", "3"),
    ("L12 rate L_0=1 epsilon=3 kappa=1 t=2", "1"),  # from below ε nothing is known
    ("L12 example_loss L_0=2 epsilon=2 kappa=1 x=4", "2"),
    ("L13 square_gradient_bound L=1 epsilon=0 kappa=1", "2"),  # F(x) = √2 e^(-x), L = e^(-2x)
    ("L13 inverse_square L_0=1 epsilon=0 kappa=2 t=1", "2"),
    ("L14.1 energy_length L_0=2 L=2 t=3", "0"),
    ("L14.3 probability delta_1=0 delta_2=0", "1"),
    ("L14.3 standstill_radius epsilon=1/2 x=0", "3/2"),  # from 2 down to 1/2, at the slope -1
    ("L15 moving_bound epsilon=1/2 Delta=0 T=1", "1/2"),
    ("L15 square_bound epsilon=0 Delta=2 T=1", "1"),  # Δ²/4T
    ("L16.1 longest_time M=1 rho=1 L_0=1/2", "1"),
    ("L16.1 B1 M=0 A_1=1 A_2=1 Lambda=1 L_0=0", "no guarantee"),
    ("L16.3 sign_copy p_0=1 d=2 s=2", "1/2"),  # of four pairs of signs two are right, up to the readout's
    ("L17.1 failure n=1 q=1/2 r=2 M=1", "1"),
    ("L17.1 failure n=3 q=1 r=1 M=4", "1"),  # more copies than vertices
    ("L17.1 failure n=3 q=1/2 r=1 M=0", "0"),
    ("L17.2 two_layer_failure n=1 c=1 q=1 r=1 M=1 omega=1 lambda=1", "0"),
    ("L17.2 cantelli_failure n=1 c=1 q=1 r=1 M=1 omega=1 lambda=1", "1/2"),
    ("L17.2 cantelli_failure n=9 c=1 q=1 r=1 M=9 omega=1 lambda=1", "no guarantee"),
    ("L17.2 cantelli_size c=1 q=0 r=1 M=1 omega=1 lambda=1 delta=1/2", "no guarantee"),
    ("L17.3 residual M=1 L_0=1/2 A_2=1 rho=1", "1"),
    ("L18.2 coverage_two s_1=1 s_2=1 s_12=1 p_0=1/2 n=1", "1/2"),  # one set, named twice
    ("L18.2 coverage_two s_1=1 s_2=1 s_12=0 p_0=1/2 n=1", "1/4"),
    ("L18.2 coverage_two s_1=2 s_2=3 s_12=2 p_0=1/2 n=1", "1/8"),  # a set inside the other
    ("L18.2 coverage_one s=0 p_0=0 n=1", "1"),
    ("L16.2 B2 M=0 A_1=1 A_2=1 Lambda=1", "no guarantee"),
    ("L19 coverage n=1 p_0=1", "1"),
    ("L19 parameters n=2 p_0=0", "2"),
    ("L19 parameters n=2 p_0=1", "14"),
]


@pytest.mark.parametrize(("call", "value"), AT_THE_ENDS)
def test_formulas_hold_at_the_ends(call, value):
    assert sl.evaluate(*call.split(), exact=True).text == value


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ("L8.2 variation_distance n=1 lambda=1", "0.632120558829"),  # one edge that is there: 1 − 1/e
        ("L11.1 chernoff n=1 q=1", "0.882496902585"),  # exp(−1/8)
        ("L17.3 gaussian_ball s=1 nu=0 rho_0=1", "0.682689492137"),  # one standard deviation
        ("L17.3 gaussian_ball s=3 nu=1 rho_0=0", "0"),
        ("L18.3 coefficient k=1 s=1", "0.761594155956"),  # tanh 1
        ("L18.3 coefficient k=3 s=0", "0"),
    ],
)
def test_values_that_are_no_fractions_hold_at_the_ends(call, value):
    assert sl.evaluate(*call.split(), digits=12).text == value
