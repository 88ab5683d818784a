"""What an enclosure rests on without a proof, where it is shown, and functions pieced together."""

from __future__ import annotations

import pytest
import sympy as sp
from enclosure_cases import Integral, R, by_mpmath, holds, k, n, t, x, y
from flint import acb, arb, ctx
from toys.claims import toy

from sparse_limits.numerics.checks import checks_of
from sparse_limits.numerics.cli import main
from sparse_limits.numerics.evidence import Check, control, enclosed, run
from sparse_limits.numerics.evidence.trial import Trial
from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.balls import NoEnclosureError, enclose, vouched
from sparse_limits.numerics.ledger.summary import summarise
from sparse_limits.numerics.ledger.verification import ClaimResult, Run
from sparse_limits.numerics.reports.run import as_html, closing_line
from sparse_limits.theory.entries import Entry
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import level
from sparse_limits.theory.formulas.smallest import Smallest
from sparse_limits.theory.formulas.transfer import Transfer
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.tails import product_survival

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
    assert "1 check rests on something vouched" in closing_line(whole)
    assert run(checks_by_name("S4", "both_forms_of_the_column_density_agree")).vouched == ()


def checks_by_name(label: str, name: str) -> Check:
    entry = load_ledger()[label]
    return next(check for check in checks_of(entry.topic) if check.claim is entry.claim and check.name == name)


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("R5.4", "gaussian_reach"), 1),
        (("S4", "flat_threshold", "rho=1/5"), 0),
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
