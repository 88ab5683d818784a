"""Formulas as statements show them."""

import pytest
import sympy as sp

from sparse_limits.numerics.reports.bounds import graded
from sparse_limits.theory.claims import EXPRESSION_SLOT, formulas
from sparse_limits.theory.latex import latex
from sparse_limits.theory.ledger import load_ledger

m, n = sp.symbols("m n", positive=True)
free = sp.Symbol("z", real=True)
nested = sp.Piecewise((0, free < 0), (sp.Piecewise((m, free < 1), (n, True), evaluate=False), True), evaluate=False)


def test_words_are_no_products_of_letters():
    mass, angle, inputs_1 = sp.symbols("mass angle inputs_1")
    assert latex(angle * mass, [angle * mass]) == r"\operatorname{angle} \operatorname{mass}"
    assert latex(n * inputs_1, [n * inputs_1]) == r"\operatorname{inputs}_{1} n"


def test_greek_letters_are_letters():
    eps, epsilon, kappa = sp.symbols("eps_w epsilon kappa_0")
    assert latex(eps + epsilon * kappa, [eps, epsilon, kappa]) == r"\varepsilon_{w} + \varepsilon \kappa_{0}"


def test_the_index_of_a_sign_is_the_sign():
    above, below, mass = sp.symbols("s_plus s__minus_w mass_plus")
    assert latex(above * below, [above, below]) == "s^{-}_{w} s_{+}"
    assert latex(mass, [mass]) == r"\operatorname{mass}_{+}"


def test_plain_values_hold_formulas():
    mean = sp.Symbol("mean")
    assert latex((mean, 1), formulas((mean, 1))) == r"\left( \operatorname{mean}, \  1\right)"


def test_a_mapping_is_its_items_and_a_word_is_text():
    shares = {"half_normal": sp.Rational(1, 2), ("0", "1a"): 1}
    assert latex(shares, formulas(shares)) == (
        r"\text{half normal}\colon \frac{1}{2},\quad \left( \text{0}, \  \text{1a}\right)\colon 1"
    )


def test_exponents_are_printed_as_by_sympy():
    a, x = sp.symbols("a x", positive=True)
    for value in (sp.exp(-(x**2) / 2) / x, x**-a * a**-2, 2 ** -sp.sqrt(2) * x, sp.exp(-a) * sp.exp(-2)):
        assert latex(value, [value]) == sp.latex(value)


def test_what_has_no_formula_is_refused():
    with pytest.raises(TypeError, match="function has no formula"):
        latex({"sigma": latex}, [])


def test_every_sentence_of_the_ledger_can_be_printed():
    for entry in load_ledger():
        claim = entry.claim
        sentences = map(claim.filled, (step.sentence for step in claim.steps))
        for text in (claim.latex_statement, *sentences, *claim.latex_remarks, *map(str, graded(claim))):
            assert EXPRESSION_SLOT.search(text) is None, entry.label


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (sp.log(m) / sp.log(2), r"\frac{\ln m}{\ln 2}"),
        (sp.log(1 / m) ** 2, r"\ln^{2} \frac{1}{m}"),
        (sp.log(1 - m) ** -n, r"\left(\ln{\left(1 - m \right)}\right)^{- n}"),
        (sp.log(2) * sp.gamma(m), r"\ln{\left(2 \right)} \Gamma\left(m\right)"),  # else a logarithm of 2Γ(m)
        (sp.sin(m) * sp.cos(m) ** 2, r"\sin m \cos^{2} m"),
        (sp.acos(m / n), r"\arccos \frac{m}{n}"),
        (3 * sp.erfinv(m), r"3 \operatorname{erf}^{-1}{\left(m \right)}"),
        (sp.erfcinv(m) ** 2, r"\left(\operatorname{erfc}^{-1}{\left(m \right)}\right)^{2}"),
        (sp.loggamma(m + 1) ** 2, r"\left(\ln\Gamma{\left(m + 1 \right)}\right)^{2}"),
        (-m - n, "- m - n"),
        (m * (n - 1) / 2, r"\frac{m \left(n - 1\right)}{2}"),
        (m ** ((n - 1) / 2), r"m^{\frac{n - 1}{2}}"),
        (m ** (-(n + 1) / 2), r"m^{- \frac{n + 1}{2}}"),
        (sp.Mul(m, n / 2 - sp.Rational(1, 2), evaluate=False), r"m \frac{n - 1}{2}"),
        (m + sp.Rational(1, 2), r"m + \frac{1}{2}"),
        (m / 3 + 1 / (3 * n), r"\frac{m}{3} + \frac{1}{3 n}"),
        (2 * sp.sqrt(2 * m) / sp.sqrt(sp.pi * n), r"\frac{2 \sqrt{2 m}}{\sqrt{\pi n}}"),
        (1 / sp.sqrt(2 * sp.pi * m), r"\frac{1}{\sqrt{2 \pi m}}"),
        (sp.sqrt(2) / 2, r"\frac{\sqrt{2}}{2}"),
        (nested, r"\begin{cases} 0 & \text{for}\: z < 0 \\m & \text{for}\: z < 1 \\n & \text{otherwise} \end{cases}"),
        (sp.sqrt(m) * sp.sqrt(free), r"\sqrt{m} \sqrt{z}"),  # the product may be negative
    ],
)
def test_formulas_are_as_one_writes_them(value: sp.Expr, text: str):
    assert latex(value, [value]) == text


def test_terms_stand_in_the_order_of_their_size() -> None:
    """For large whole numbers; a term that grows leaves the order to SymPy."""
    rows, columns = sp.symbols("m n", integer=True, positive=True)
    share = sp.Symbol("p", positive=True)
    rate = 1 / rows + share / (4 * sp.sqrt(columns)) + 1 / (2 * rows * columns) + 1 / (4 * sp.sqrt(rows))
    assert latex(rate, [rate]) == r"\frac{p}{4 \sqrt{n}} + \frac{1}{4 \sqrt{m}} + \frac{1}{m} + \frac{1}{2 m n}"
    assert latex(share + 1 / columns, [share]) == r"p + \frac{1}{n}"
    assert latex(columns + 1 / columns, [columns]) == r"n + \frac{1}{n}"
