"""Formulas as statements show them."""

import sympy as sp

from theory.claims import formulas
from theory.latex import latex


def test_words_are_no_products_of_letters():
    mass, angle, inputs_1, n = sp.symbols("mass angle inputs_1 n")
    assert latex(angle * mass, [angle * mass]) == r"\operatorname{angle} \operatorname{mass}"
    assert latex(n * inputs_1, [n * inputs_1]) == r"\operatorname{inputs}_{1} n"


def test_greek_letters_are_letters():
    eps, epsilon, kappa = sp.symbols("eps_w epsilon kappa_0")
    assert latex(eps + epsilon * kappa, [eps, epsilon, kappa]) == r"\varepsilon_{w} + \varepsilon \kappa_{0}"


def test_plain_values_hold_formulas():
    mean = sp.Symbol("mean")
    assert latex((mean, 1), formulas((mean, 1))) == r"\left( \operatorname{mean}, \  1\right)"
