"""Integrals in balls beside mpmath: each ball holds the value, whatever the integrand does on the cuts and between.

mpmath is given the places where the integrand has kinks, and more digits. A refusal is no error, but is counted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import mpmath
import pytest
import sympy as sp
from flint import acb, arb, ctx
from toys.claims import toy

from numerics.checks import checks_of
from numerics.cli import main
from numerics.evidence import Check, control, enclosed, run
from numerics.evidence.summary import summarise
from numerics.evidence.trial import Trial
from numerics.evidence.verification import ClaimResult, Run
from numerics.exact import balls
from numerics.exact.balls import NoEnclosureError, core, enclose, enclosures, integrals, vouched
from numerics.exact.balls.tails import tail
from numerics.reports.run import as_html, closing_line
from theory.claims import Entry, formulas
from theory.formulas.let import Let
from theory.formulas.level import level
from theory.formulas.smallest import Smallest
from theory.formulas.transfer import Transfer
from theory.ledger import load_ledger
from theory.tails import product_survival

x, y = sp.symbols("x y")
t = sp.Symbol("t", positive=True)
k, n = sp.symbols("k n", integer=True)
R = sp.Rational
Integral = sp.Integral
FUNCTIONS = [
    {
        "expint": mpmath.expint,
        "erfcinv": lambda z: mpmath.erfinv(1 - z),
        "Heaviside": lambda z, *_: mpmath.mpf(z > 0),
        "select": lambda conditions, values, default=0: next(
            (v for c, v in zip(conditions, values, strict=True) if c), default
        ),
    },
    "mpmath",
]


FAR = (2, 6, 14, 30, 62, 126, 254)  # beyond the last of finite nodes; mpmath would go on to 10^(10^9)


def by_mpmath(integrand: sp.Expr, variable: sp.Symbol, nodes: list[sp.Expr], places: int = 20) -> mpmath.mpf | None:
    """The integral over the nodes, with `places` digits carried; none where two precisions differ in half of them."""
    function = sp.lambdify(variable, integrand, FUNCTIONS)
    finite = [node for node in nodes if node not in (sp.oo, -sp.oo)]
    before = [finite[0] - far for far in reversed(FAR)] if nodes[0] == -sp.oo else []
    after = [finite[-1] + far for far in FAR] if nodes[-1] == sp.oo else []
    found = []
    for working in (places, places + 10):
        with mpmath.workdps(working):
            ends = [mpmath.mpmathify(sp.N(node, working + 5)) for node in (*before, *finite, *after)]
            try:
                found.append(mpmath.quad(function, ends))
            except (ArithmeticError, ValueError, mpmath.libmp.NoConvergence):
                return None
    agree = abs(found[0] - found[1]) <= mpmath.mpf(10) ** (-places // 2) * (1 + abs(found[1]))
    return found[1] if agree else None


def holds(ball: acb, value: mpmath.mpf, slack: float = 1e-12) -> bool:
    """Whether a ball holds a value known up to `slack`, relative and absolute."""
    value = mpmath.mpmathify(value)
    with mpmath.workdps(30), ctx.workprec(200):
        parts = (arb(mpmath.nstr(part, 28)) for part in (value.real, value.imag))
        around = acb(*(part + arb(0, slack * (1 + float(abs(value)))) for part in parts))
        return bool(ball.real.overlaps(around.real) and ball.imag.overlaps(around.imag))


# Random integrands: a decay times zeros, kinks and waves, on the cuts at a + 1, a + 2, a + 4, … and off them

DECAYS = [
    lambda a: sp.exp(-a * x),
    lambda a: sp.exp(-a * x**2 / 2),
    lambda a: sp.exp(-a * sp.cosh(x / 2)),
    lambda a: 1 / sp.cosh(a * x),
    lambda a: sp.erfc(a * x),
    lambda a: sp.exp(-a * x) / (1 + x**2),
    lambda a: x**2 / sp.sinh(1 + a * x) ** 2,
]
DOUBLE = [1, 2, 3]  # those that decay on both sides
SHAPES = [
    lambda c, b: x - c,
    lambda c, b: (x - c) ** 2,
    lambda c, b: (x - c) * (x - c - b),
    lambda c, b: sp.Abs(x - c),
    lambda c, b: sp.Max(x - c, 0),
    lambda c, b: sp.Min(x, c),
    lambda c, b: sp.Heaviside(c - x),
    lambda c, b: sp.Heaviside(x - c) - R(1, 3),
    lambda c, b: sp.sign(x - c),
    lambda c, b: sp.Piecewise((x - c, x < c), (b, x < c + 1), (0, True)),
    lambda c, b: sp.sin(b * (x - c)),
    lambda c, b: 1 - sp.cos(b * (x - c)),
    lambda c, b: 1 / (1 + (x - c) ** 2),
    lambda c, b: sp.log(1 + (x - c) ** 2),
    lambda c, b: sp.tanh(x - c),
]


def random_integrals(count: int, seed: int = 0) -> Iterator[tuple[sp.Integral, list[sp.Expr]]]:
    """Integrals of all kinds of ends, and the places where mpmath is to split them."""
    draw = random.Random(seed)
    for _ in range(count):
        a = R(draw.randint(1, 6), draw.choice([1, 2, 3]))
        low = R(draw.choice([0, 0, 1, R(1, 3)]))
        ends = draw.choice(["finite", "above", "above", "above", "below", "both"])
        pick = draw.choice(DOUBLE) if ends == "both" else draw.randrange(len(DECAYS))
        decay = DECAYS[pick](a)
        places = [low + 1, low + 2, low + 4, low + R(draw.randint(1, 30), 7)]
        shapes = [draw.choice(SHAPES) for _ in range(draw.choice([1, 1, 2]))]
        kinks, factor = [], sp.Integer(1)
        for shape in shapes:
            c, b = draw.choice(places), R(draw.randint(1, 5), draw.choice([1, 2]))
            factor *= shape(c, b)
            kinks += [c, c + 1]
        integrand = decay * factor
        if ends == "above" and draw.random() < 0.25:
            integrand *= draw.choice([1 / sp.sqrt(x - low), sp.log(x - low)])
        if ends == "finite":
            limits = low, low + draw.choice([2, 4, R(7, 2)])
        elif ends == "below":
            integrand, kinks, limits = integrand.subs(x, -x), [-c for c in kinks], (-sp.oo, -low)
        else:
            limits = (-sp.oo if ends == "both" else low), sp.oo
        inside = sorted({c for c in kinks if limits[0] < c < limits[1]})
        yield sp.Integral(integrand, (x, *limits)), [limits[0], *inside, limits[1]]


def test_random_integrals_hold_the_values_of_mpmath():
    """None is wrong, at most 4 of 106 are refused, for at most 4 mpmath has no value, and none needs to be vouched."""
    refused = unknown = compared = 0
    for integral, nodes in random_integrals(106):
        try:
            ball = enclose(integral, digits=9, highest=160)
            assert vouched(integral, digits=9) == ()
        except NoEnclosureError:
            refused += 1
            continue
        value = by_mpmath(integral.function, x, nodes, 16)
        if value is None:
            unknown += 1
            continue
        compared += 1
        assert holds(ball, value, 1e-9), (integral, ball, value)
    assert compared >= 100
    assert refused <= 4
    assert unknown <= 4


KNOWN = [
    (Integral((x - 1) ** 2 * sp.exp(-x), (x, 0, sp.oo)), 1),
    (Integral((x - 1) * sp.exp(-x), (x, 0, sp.oo)), 0),
    (Integral((x - 2) * (x - 4) * sp.exp(-x), (x, 0, sp.oo)), 4),
    (Integral((x + 1) ** 2 * sp.exp(x), (x, -sp.oo, 0)), 1),
    (Integral(sp.sin(sp.pi * x) ** 2 * sp.exp(-x), (x, 0, sp.oo)), 2 * sp.pi**2 / (1 + 4 * sp.pi**2)),  # 0 at all cuts
    (Integral(sp.exp(-x) * sp.cos(3 * x), (x, 0, sp.oo)), R(1, 10)),
    (Integral(sp.exp(-(x**2) + 3 * sp.I * x), (x, -sp.oo, sp.oo)), sp.sqrt(sp.pi) * sp.exp(-R(9, 4))),
    (Integral(sp.Max(1 - x, 0), (x, 0, sp.oo)), R(1, 2)),
    (Integral(sp.Max(R(10, 3) - x, 0), (x, 0, sp.oo)), R(50, 9)),
    (Integral(sp.Heaviside(2 - x) * sp.exp(x), (x, 0, sp.oo)), sp.exp(2) - 1),
    (Integral(sp.Piecewise((x, x < 1), (0, x < 5), (sp.exp(5 - x), True)), (x, 0, sp.oo)), R(3, 2)),
    (Integral(sp.exp(-sp.Abs(x - 2)), (x, -sp.oo, sp.oo)), 2),
    (Integral(sp.exp(-sp.Abs(t - 1)), (t, -sp.oo, 3)), 2 - sp.exp(-2)),  # t is assumed to be positive
    (Integral(1 / (1 + x**2), (x, -sp.oo, sp.oo)), sp.pi),
    (Integral(x ** -R(3, 2), (x, 1, sp.oo)), 2),
    (Integral(sp.log(x) / (1 + x**2), (x, 0, sp.oo)), 0),
    (Integral(sp.exp(-sp.sqrt(x)), (x, 1, sp.oo)), 4 * sp.exp(-1)),
    (Integral(x**-9, (x, 1, sp.oo)), R(1, 8)),
    (Integral(sp.exp(-(sp.log(x) ** 2)), (x, 0, sp.oo)), sp.sqrt(sp.pi) * sp.exp(R(1, 4))),
    (Integral(1 / sp.sqrt(x), (x, 0, 1)), 2),
    (Integral(sp.log(x) ** 2, (x, 0, 1)), 2),
    (Integral(1 / sp.sqrt(1 - x**2), (x, -1, 1)), sp.pi),
    (Integral(1 / sp.sqrt(x), (x, 1, 0)), -2),
    (Integral(sp.exp(-x) / sp.sqrt(x), (x, 0, sp.oo)), sp.sqrt(sp.pi)),
    (Integral(sp.log(x) * sp.exp(-x), (x, 0, sp.oo)), -sp.EulerGamma),
    (Integral(x / sp.sinh(x), (x, 0, sp.oo)), sp.pi**2 / 4),
    (Integral(2**-x, (x, 0, sp.oo)), 1 / sp.log(2)),
    (Integral(sp.exp(-x * (1 + y)), (y, 0, 1), (x, 0, sp.oo)), sp.log(2)),
    (Integral(Let(k * sp.exp(-k), [(k, 2 * x)]), (x, 0, sp.oo)), R(1, 2)),
]


@pytest.mark.parametrize(("integral", "value"), KNOWN, ids=str)
def test_integrals_of_known_value(integral, value):
    """Zeros and kinks on the cuts, tails of all kinds, singular ends: nothing is vouched."""
    ball = enclose(integral, digits=12, highest=600)
    with ctx.workprec(150):
        assert ball.overlaps(enclose(sp.sympify(value), digits=30))
        assert bool(ball.abs_upper() < 100)
    assert vouched(integral, digits=12) == ()


@pytest.mark.parametrize(
    "integral",
    [
        Integral(1 / x, (x, 0, 1)),
        Integral(1 / x, (x, -1, 1)),
        Integral(x ** -R(3, 2), (x, 0, 1)),
        Integral(1 / (x - R(1, 3)), (x, 0, 1)),
        Integral((x - 1) ** -2, (x, 0, sp.oo)),
        Integral(sp.exp(-x) / x, (x, 0, sp.oo)),
        Integral(sp.exp(-x) / (x - 1), (x, 0, sp.oo)),
        Integral(sp.tan(x), (x, 0, 2)),
        Integral(1 / sp.sin(x), (x, 1, 4)),
        Integral(sp.gamma(x), (x, -R(1, 2), 1)),
        Integral(sp.zeta(x), (x, 0, 2)),
        Integral(sp.besselk(1, x), (x, 0, 1)),
        Integral(1 / (1 - x), (x, 0, 1)),
        Integral(1 / x, (x, 1, sp.oo)),
        Integral(1 / sp.sqrt(1 + x**2), (x, 0, sp.oo)),
        Integral(sp.sin(x), (x, 0, sp.oo)),
        Integral(sp.Integer(1), (x, 0, sp.oo)),
        Integral(sp.exp(x), (x, 0, sp.oo)),
        Integral(sp.exp(-x), (x, -sp.oo, sp.oo)),
        Integral(1 / (x * sp.log(x)), (x, 2, sp.oo)),
        Integral(sp.tanh(x), (x, -sp.oo, sp.oo)),
    ],
    ids=str,
)
def test_integrals_that_diverge_are_refused(integral):
    with pytest.raises(NoEnclosureError):
        enclose(integral, digits=5, highest=100)


# Tails


TAILS = [  # with the place from which on they are bounded
    (sp.exp(-x), 3),
    ((x - 5) ** 2 * sp.exp(-x), 2),
    (sp.exp(-(x**2)) * sp.cos(7 * x), 1),
    (x**3 * sp.exp(-(x**4) + 3 * x**2), 2),
    (sp.exp(sp.sin(x) - x**2), 1),
    (sp.cosh(x) * sp.exp(-sp.cosh(2 * x)), 1),
    (sp.sinh(x) ** 2 * sp.exp(-3 * x), 1),
    (1 / (sp.cosh(x) - sp.Rational(1, 2)), 1),
    (sp.erfc(x) * sp.exp(x), 1),
    (sp.erfc(-x) * sp.exp(-x), 1),
    (sp.expint(3, 2 * x), 1),
    (sp.log(x) ** 3 * sp.exp(-x), 8),
    (sp.exp(-sp.floor(x)), 2),
    (sp.Abs(sp.sin(x)) * 2**-x, 1),
    (sp.Max(sp.exp(-x), sp.exp(-2 * x), -x * sp.exp(-x)), 2),
    (sp.Piecewise((sp.exp(-x), sp.sin(x) > 0), (-2 * sp.exp(-x), True)), 1),
    (sp.exp(-x) * sp.hyper([1, R(1, 2)], [], -x), 1),
    (sp.exp(-(x**2) + x * sp.log(x)), 2),
    ((1 + x**2) / (x**4 + x + 1) * sp.exp(-x), 4),
    ((x**2 - 3) ** -2 * sp.exp(-x), 2),
    (sp.atan(x) * sp.exp(-x), 1),
]


@pytest.mark.parametrize(("integrand", "start"), TAILS, ids=str)
def test_tails_are_below_their_bounds(integrand, start):
    found = tail(integrand, x, arb(start), {})
    assert found is not None
    function = sp.lambdify(x, sp.Abs(integrand), FUNCTIONS)
    with mpmath.workdps(20):
        size = mpmath.quad(function, [start, *(start + far for far in (1, 3, 7, 15))])
    assert float(size) <= float(found[0]) * (1 + 1e-9)
    assert float(found[0]) < 1e6 * float(size)


@pytest.mark.parametrize(
    "integrand",
    [sp.sin(x), sp.exp(sp.sin(x) * x - x), 1 / x, sp.gamma(x) ** -1, sp.exp(-x) / sp.sin(x), sp.exp(-x) / (x - 5)],
    ids=str,
)
def test_tails_whose_structure_shows_no_bound(integrand):
    assert tail(integrand, x, arb(1), {}) is None


def test_a_jump_is_no_smooth_exponent():
    """The derivative of a Piecewise forgets its jumps, so no tangent bounds it."""
    jump = -(x**4) + 3 * x**2 + sp.Piecewise((0, x < 5), (1000, True))
    found = tail(sp.exp(jump), x, arb(2), {})
    assert found is None or bool(found[0] > 1e100)


# What is vouched


ODD = 1 / sp.besseli(0, x)  # no rule bounds it, and no zero lies on a cut


def test_a_tail_without_a_proof_is_vouched():
    integral = Integral(ODD, (x, 0, sp.oo))
    (note,) = vouched(integral, digits=9)
    assert note == "a log-concave tail of the integral of 1/besseli(0, x)"
    assert vouched(integral, digits=9) == (note,)  # remembered along with the ball
    assert vouched(2 * integral + 1, digits=9) == (note,)
    assert vouched(Integral(sp.exp(-x), (x, 0, sp.oo)), digits=9) == ()
    value = by_mpmath(ODD, x, [sp.Integer(0), sp.Integer(4), sp.Integer(20), sp.Integer(60)], 20)
    assert holds(enclose(integral, digits=9), value, 1e-10)


def test_a_vouched_tail_is_not_dropped_for_a_zero_on_a_cut():
    """Today's rule for tails whose structure shows nothing looks for another cut, and takes either sign."""
    for factor in ((x - 1) ** 2, -((x - 2) ** 2), (x - 4) ** 2):
        integral = Integral(factor * ODD, (x, 0, sp.oo))
        assert vouched(integral, digits=9)
        value = by_mpmath(integral.function, x, [sp.Integer(j) for j in (0, 4, 20, 60)], 20)
        assert holds(enclose(integral, digits=9), value, 1e-9)


def test_a_vouched_tail_is_seen_not_to_be_log_concave():
    with pytest.raises(NoEnclosureError, match="not log-concave"):
        enclose(Integral(x**20 / sp.besseli(0, x) / (1 + x**40), (x, 0, sp.oo)), digits=9, highest=64)


def test_notes_are_gathered_by_whoever_asks():
    with balls.collecting() as outer:
        with balls.collecting() as inner:
            enclose(Integral(ODD, (x, 0, sp.oo)), digits=9)
        balls.number(sp.exp(x), {x: 1})
    assert inner == outer != set()
    with balls.collecting() as after:
        enclose(sp.exp(x), {x: 1})
    assert after == set()


def test_levels_are_vouched_unless_they_are_seen_to_fall():
    rho = sp.Symbol("rho", positive=True)
    seen = [
        sp.exp(-t) / 3 + sp.exp(-t / 2),
        sp.erfc(t / sp.sqrt(2)),
        sp.expint(2, t),
        product_survival(t),
        product_survival(t / 3) / 4 + 3 * product_survival(t) / 4,
        1 / (1 + sp.sqrt(t)),
        sp.Min(1, t**-2),
        sp.besselk(0, t) * sp.exp(-t),
    ]
    for falling in seen:
        assert vouched(level(falling, t, rho), {rho: R(1, 5)}) == (), falling
    for unclear in (sp.besselk(0, t) / (t * sp.besselk(1, t)), sp.exp(-t) * (1 + t)):
        (note,) = vouched(level(unclear, t, rho), {rho: R(1, 5)})
        assert note.startswith("nonincreasing in t > 0")


def test_the_smallest_number_is_tried_or_vouched():
    bumpy = Smallest(sp.Lambda(n, (n - 3) ** 2 * (n - 12)), 0, 1)
    assert enclose(bumpy) == 1
    dip = Smallest(sp.Lambda(n, (n - 3) ** 2 * (sp.Abs(n - 10) + R(1, 10)) - n), 0, 2)
    assert enclose(dip) == 3  # doubling alone goes past it
    assert vouched(dip) == ()
    far = Smallest(sp.Lambda(n, sp.exp(-n / 100)), R(1, 100), 1)
    assert enclose(far) == 461
    assert vouched(far) == ()  # it is seen to fall
    assert vouched(Smallest(sp.Lambda(n, 1000 - sp.binomial(n + 1, 2)), 0, 1)) == ()
    unclear = Smallest(sp.Lambda(n, n * sp.exp(-n / 100)), R(1, 100), 1)
    assert vouched(unclear) == ("nonincreasing in n: n*exp(-n/100)",)


def test_a_sum_over_paths_is_vouched_where_weights_are_left_out():
    few = Transfer(sp.Lambda((k, n), sp.exp(-((k - n) ** 2)) / 3), 20, 3, 0)
    many = Transfer(sp.Lambda((k, n), sp.exp(-((k - n) ** 2)) / 3), 80, 3, 0)
    assert vouched(few) == ()
    assert len(vouched(many)) == 1
    assert enclose(many).overlaps(enclose(Transfer(sp.Lambda((k, n), sp.exp(-((k - n) ** 2)) / 3), 60, 3, 0)))


# Where it is shown


def test_a_check_says_what_its_numbers_rest_on():
    """Each finding from the first such number on, the check and so the JSON and the page; nothing where nothing is."""
    half = sp.Symbol("half", positive=True)
    claim = toy("Z1", {"value": Integral(ODD, (x, 0, sp.oo)) * half})

    @enclosed(claim)
    @control("twice", value=2 * claim.expressions["value"])
    def lies_between(value, trial):
        at = [{half: R(1, 2)}]
        yield trial.holds(True, "nothing yet")
        yield trial.below(value, sp.Integer(2), at=at)
        yield trial.below(sp.Integer(1), value, at=[{half: R(2, 3)}])

    found = list(lies_between.findings(Trial(claim, "lies_between")))
    assert [finding.detail.endswith("; vouched") for finding in found] == [False, True, True]
    result = run(lies_between)
    assert result.vouched == ("a log-concave tail of the integral of 1/besseli(0, x)",)
    whole = Run(0, "quick", 1.0, (ClaimResult(Entry("toy", "toys", claim), (result,), ()),))
    (plain,) = summarise(whole)["claims"][0]["checks"]
    assert plain["vouched"] == list(result.vouched)
    assert "vouched, not checked: a log-concave tail" in as_html(whole)
    assert "1 checks rest on something vouched" in closing_line(whole)
    assert run(checks_by_name("S4", "both_forms_of_the_column_density_agree")).vouched == ()


def checks_by_name(label: str, name: str) -> Check:
    entry = load_ledger()[label]
    return next(check for check in checks_of(entry.topic) if check.claim is entry.claim and check.name == name)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("R5.4", "gaussian_reach"), 1),
        (("S4", "flat_threshold", "rho=1/5", "phi=1"), 0),
        (("N3.2", "cube_mean", "d=4"), 0),
    ],
)
def test_the_command_says_what_a_number_rests_on(capsys, words, count):
    assert main(["evaluate", *words]) == 0
    number, *notes = capsys.readouterr().out.splitlines()
    assert float(number) > 0
    assert len(notes) == count
    assert all(note.startswith("vouched, not checked: nonincreasing in") for note in notes)


def test_a_claim_is_shown_with_what_its_numbers_rest_on(capsys):
    assert main(["show", "R5.4"]) == 0
    assert "gaussian_reach: nonincreasing in a > 0" in " ".join(capsys.readouterr().out.split())


# Functions pieced together, beside the real line; names that are bound


@pytest.mark.parametrize(
    ("integral", "at"),
    [
        (Integral(sp.Abs(x + y), (x, -1, 1)), {y: sp.I / 7}),
        (Integral(Let(sp.Abs(k), [(k, x + sp.I)]), (x, -1, 1)), {}),
        (Integral(sp.Abs(x), (x, 1, 1 + sp.I)), {}),
    ],
    ids=str,
)
def test_no_continuation_of_what_is_not_real(integral, at):
    with pytest.raises(NoEnclosureError):
        enclose(integral, at, digits=5, highest=64)


def test_what_is_pieced_together_by_names_inside_an_integral():
    assert balls.digits(Integral(Let(sp.Abs(k), [(k, x - R(1, 3))]), (x, -1, 1)), {}, 12) == "1.11111111111"
    assert balls.digits(Integral(sp.Sum(sp.Abs(x - k), (k, 0, 2)), (x, 0, 2)), {}, 12) == "5.00000000000"
    assert balls.digits(Integral(sp.floor(x), (x, 0, R(5, 2))), {}, 12) == "2.00000000000"


def test_a_bound_name_is_not_a_given_one():
    step = sp.Piecewise((1, x < 1), (0, True))
    assert enclose(x * Integral(step, (x, 0, 2)), {x: 5}, digits=9).overlaps(acb(5))
    assert enclose(x + sp.Sum(sp.floor(x / 2), (x, 0, 3)), {x: 5}) == 7


def test_a_step_has_its_own_value_at_zero():
    for value in (0, R(1, 2), 1, 7):
        assert enclose(sp.Heaviside(x, value), {x: 0}) == float(value)
        assert enclose(sp.Heaviside(x, value), {x: 1}) == 1
    with ctx.workprec(53):
        assert balls.evaluate(sp.Heaviside(x, 7), {x: acb(arb(0, 1))}).contains(acb(7))


# Every integral of the ledger


INTEGRATING = {  # the checks in which integrals are enclosed
    "S4": ("both_forms_of_the_column_density_agree", "rows_average_to_the_column_density"),
    "S9": ("eigenvalues_are_funk_hecke_integrals",),
    "S15": (
        "ratio_of_snip_is_that_of_the_integrals",
        "exact_ratios_are_those_of_the_tails",
        "ratios_lie_between_their_bounds",
    ),
    "S16.3": ("column_density_is_that_of_struve_functions",),
    "G5": (
        "distances_average_to_the_limit",
        "row_kernel_averages_to_the_density",
        "limit_splits_into_moments",
        "second_moment_by_the_logarithm",
    ),
    "G8": ("squares_of_the_coefficients_exhaust_the_moments",),
    "O1": ("rows_of_snip_have_their_value", "rows_of_snip_lie_strictly_between"),
    "O7.3": (
        "paths_are_kept_as_often",
        "labellings_order_the_path_density",
        "both_layers_are_kept_at_one_readout",
        "largest_readouts_have_the_first_kernel",
    ),
    "K1": ("polar_coordinates_give_the_same",),
    "K2": ("parallel_inputs_sum_over_paths", "one_hidden_layer_has_the_mean"),
    "K3": ("the_graphon_kernel_has_the_constants",),
    "K5": ("laws_are_means_over_rows", "tails_are_attained", "share_and_energy_fall_together"),
    "K8": ("the_graphon_kernel_is_a_dense_one",),
    "K11.2": ("eigenvalues_are_funk_hecke_integrals",),
    "B6": (
        "threshold_keeps_the_density",
        "energy_lies_below_its_bound",
        "snip_beside_the_optimum",
        "weak_features_lose_their_paths",
    ),
    "R5.1": ("sums_are_normal_of_random_variance", "distributions_integrate_the_densities"),
    "R7": ("the_rate_is_that_of_a_normal_law",),
    "R10": ("one_candidate_serves_by_its_density",),
    "N3.1": ("the_angle_has_a_power_of_the_cosine_as_density", "bounded_ratios_stay_below_on_the_ball"),
    "N3.2": ("cube_mean_is_the_integral", "bounded_ratios_stay_below_on_the_cube"),
    "N4.1": ("density_falls_up_to_the_reach", "twice_as_many_sums_as_inputs"),
    "N6.1": ("eigenvalues_are_funk_hecke_integrals",),
    "L17.3": ("balls_have_the_noncentral_law",),
}


@pytest.fixture(scope="module")
def met():
    """Every integral enclosed in those checks, once: with the values of its symbols, its ball, and what is vouched."""
    found: dict[tuple[sp.Expr, bool], tuple[dict, acb, set[str]]] = {}
    enclosures._enclose.cache_clear()  # numbers that another test has had are not computed again
    rule = core.RULES[sp.Integral]

    def recording(expression, values, analytic):
        with balls.collecting() as notes:
            ball = rule(expression, values, analytic)
        if not analytic and ball.is_finite() and ctx.prec <= 130:
            found.setdefault((expression, False), (dict(values), ball, notes))
        return ball

    core.RULES[sp.Integral] = recording
    core._rule.cache_clear()
    ledger = load_ledger()
    try:
        for label, names in INTEGRATING.items():
            entry = ledger[label]
            for check in checks_of(entry.topic):
                if check.claim is entry.claim and check.name in names:
                    with ctx.workprec(53):
                        list(check.findings(Trial(check.claim, check.name)))
    finally:
        core.RULES[sp.Integral] = rule
        core._rule.cache_clear()
    return {expression: what for (expression, _), what in found.items()}


def test_no_integral_of_the_ledger_is_vouched(met):
    assert len(met) > 60
    assert sum(sp.oo in limits or -sp.oo in limits for e in met for limits in e.limits) > 25
    assert {str(expression): notes for expression, (_, _, notes) in met.items() if notes} == {}


def test_every_integral_of_the_ledger_holds_the_value_of_mpmath(met):
    compared = 0
    for expression, (values, ball, _) in met.items():
        if len(expression.limits) > 1 or expression.function.has(sp.Integral):
            continue
        (variable, low, high), *_ = expression.limits
        point = {s: sp.Float(z.real.mid().str(40, radius=False), 40) for s, z in values.items() if z.imag == 0}
        integrand, *ends = (part.xreplace(point) for part in (expression.function, low, high))
        if integrand.free_symbols - {variable} or integrand.atoms(sp.core.function.AppliedUndef):
            continue
        value = by_mpmath(integrand, variable, split(*ends), 16)
        if value is None:
            continue
        compared += 1
        assert holds(ball, value, 1e-8), (expression, ball, value)
    assert compared >= 0.8 * len(met)


def split(low: sp.Expr, high: sp.Expr) -> list[sp.Expr]:
    """Ends with some points between."""
    if low is -sp.oo and high is sp.oo:
        return [low, *map(sp.Integer, (-2, -1, 0, 1, 2)), high]
    return [low, *(low + step for step in (R(1, 2), 1, 2)), high] if high is sp.oo else [low, (low + high) / 2, high]


def test_every_claim_with_an_improper_integral_is_among_them():
    """In its expressions, its aids, or those of a claim that it shares them with."""
    improper = set()
    for entry in load_ledger():
        for formula in (f for side in (entry.claim.expressions, entry.claim.aids) for f in formulas(side)):
            if any(sp.oo in limits or -sp.oo in limits for e in formula.atoms(sp.Integral) for limits in e.limits):
                improper.add(entry.label)
    assert improper <= INTEGRATING.keys()


def test_the_evaluator_is_left_as_it_was():
    assert core.RULES[sp.Integral] is integrals._integral
