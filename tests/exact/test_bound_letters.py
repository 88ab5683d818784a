"""The name of a bound letter says nothing: integrals and sums keep their value when the letters that they bind are renamed."""

from __future__ import annotations

import random
import re

import pytest
import sympy as sp
from enclosure_cases import renamed
from helpers import ROOT

from sparse_limits.numerics.exact import balls
from sparse_limits.numerics.exact.balls import integrals
from sparse_limits.numerics.exact.boxes import prove
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.formulas.level import Level
from sparse_limits.theory.formulas.valued import apart, valued

R = sp.Rational
x, y, z = LETTERS = sp.symbols("x y z", positive=True)
AT = {x: R(1, 3), y: R(3, 4), z: R(5, 3)}
CAUGHT = sp.Integral(sp.Integral(x * y, (y, 0, 1)) / sp.sqrt(x - y), (x, y, 2))


def nested(rng: random.Random, depth: int) -> sp.Expr:
    """A random integral or sum in letters of its own; inside are plain sums and integrals, so deep, in letters seen there."""
    own, low, other = sp.Dummy("own", positive=True), rng.choice([sp.S.Zero, *LETTERS]), rng.choice(LETTERS)
    body = own * other + _inside(rng, depth, (*LETTERS, own))
    return rng.choice(
        [
            sp.Integral(body / sp.sqrt(own - low), (own, low, low + 1)),
            sp.Integral(body / sp.sqrt(low + 1 - own), (own, low, low + 1)),
            sp.Integral(body * sp.exp(-own * (1 + other)), (own, low, sp.oo)),
            sp.Integral(body * sp.exp(-(own**2)), (own, -sp.oo, sp.oo)),
            sp.Sum(body / (1 + own + other), (own, 0, rng.randint(1, 3))),
        ]
    )


def _inside(rng: random.Random, depth: int, seen: tuple[sp.Symbol, ...]) -> sp.Expr:
    own, last, other = sp.Dummy("own", positive=True), seen[-1], rng.choice(seen)
    body = own * last + (_inside(rng, depth - 1, (*seen, own)) if depth > 1 else rng.randint(1, 3))
    return rng.choice(
        [
            sp.Sum(body, (own, 0, rng.randint(1, 2))),
            sp.Integral(body, (own, 0, other)),
            sp.Integral(body, (own, other, 2)),
        ]
    )


def ball(expression: sp.Expr) -> sp.Expr | None:
    try:
        return balls.enclose(expression, AT, digits=8, highest=256)
    except balls.NoEnclosureError:
        return None


def differ(first: int, last: int) -> tuple[int, list[sp.Expr]]:
    """How many of the random expressions have balls, and those of which a renamed one has another value."""
    enclosed, wrong = 0, []
    for seed in range(first, last):
        rng = random.Random(seed)
        expression = nested(rng, 1 + seed % 2)
        other = renamed(expression, LETTERS, rng.choice)
        one, two = ball(expression), ball(other)
        if one is not None and two is not None:
            enclosed += 1
            if not one.overlaps(two):
                wrong.append(other)
    return enclosed, wrong


@pytest.mark.parametrize("first", range(0, 200, 25))
def test_random_integrals_and_sums_do_not_depend_on_the_names_of_their_letters(first):
    enclosed, wrong = differ(first, first + 25)
    assert wrong == []
    assert enclosed >= 12


def test_a_letter_that_is_caught_is_seen(monkeypatch):
    """As SymPy's `subs` would catch it, in what this module draws."""
    for cached in (integrals._mirrored, integrals._towards, integrals._in_logarithm):
        monkeypatch.setattr(integrals, cached.__name__, cached.__wrapped__)
    monkeypatch.setattr(integrals, "_known", {})
    monkeypatch.setattr(integrals, "valued", lambda expression, values: expression.subs(values))
    balls.enclosures._enclose.cache_clear()
    assert any(differ(seed, seed + 1)[1] for seed in range(100))
    balls.enclosures._enclose.cache_clear()


def test_an_inner_letter_is_not_that_of_an_end():
    assert balls.enclose(CAUGHT, {y: 1}).contains(balls.enclose(R(4, 3)))
    assert valued(CAUGHT, {y: 1}) == sp.Integral(sp.Integral(x * y, (y, 0, 1)) / sp.sqrt(x - 1), (x, 1, 2))


@pytest.mark.parametrize(
    ("expression", "values", "found"),
    [
        (sp.Integral(x * y, (y, 0, 1)), {x: y}, y / 2),
        (sp.Integral(x * y, (y, 0, x)), {x: y}, y**3 / 2),
        (sp.Integral(x * y * z, (y, 0, x), (x, 0, z)), {z: x}, x**5 / 8),
        (sp.Integral(x, (x, 0, x), (x, 0, 1)), {y: x}, R(1, 6)),
        (sp.Sum(x * y, (y, 1, 3)), {x: y + 1}, 6 * y + 6),
        (Let(x + y, [(y, z**2)]), {x: y}, y + z**2),
        (Let(x * y, [(x, z), (y, x + 1)]), {z: y}, y * (y + 1)),
        (sp.Lambda(y, x + y)(2), {x: y}, y + 2),
        (sp.Derivative(x**2 * z, x), {x: 3, z: x}, 6 * x),
    ],
)
def test_what_is_put_in_is_not_caught(expression, values, found):
    done = valued(expression, values)
    if isinstance(done, Let):
        done = done.args[0].subs(list(reversed([tuple(pair) for pair in done.args[1].args])))
    assert sp.expand(done.doit() - found) == 0


def test_maps_keep_their_letters():
    shifted = valued(sp.Lambda(y, x + y), {x: y})
    assert sp.expand(shifted(z) - (y + z)) == 0
    level = Level(sp.Lambda(y, x - y))
    assert balls.enclose(valued(level, {x: y}), {y: 2}).contains(2)


def test_all_that_is_bound_stands_apart():
    found = apart(CAUGHT + x)
    assert found.free_symbols == {x, y}
    assert {limit[0] for part in found.atoms(sp.Integral) for limit in part.limits}.isdisjoint(LETTERS)
    assert found.subs(y, x).subs(x, 1).doit() == sp.sympify(1) + sp.Integral(z / 2 / sp.sqrt(z - 1), (z, 1, 2)).doit()


def test_a_named_value_is_not_caught_on_boxes():
    """Σₓ (y + x) at y = x is 3x + 6, above 9 for x above 1; what a sum catches is Σₓ 2x = 12, above 9 for every x."""
    named = Let(sp.Sum(y + x, (x, 1, 3)), [(y, x)])
    assert prove(9, named, within={x: (1, 2)}).verdict == "proved"
    assert prove(9, named, within={x: (0, 1)}).verdict == "refuted"


def test_text_is_never_evaluated(tmp_path):
    file = tmp_path / "made"
    run = f"open({str(file)!r}, 'w')"
    for ask in (
        lambda: balls.enclose(run),
        lambda: balls.enclose(x, {x: run}),
        lambda: prove(run, within={x: (0, 1)}),
        lambda: prove(x, within={x: (0, run)}),
        lambda: prove(x, within={x: (0, 1)}, given=[run]),
        lambda: valued(x, {x: run}),
    ):
        with pytest.raises((ValueError, sp.SympifyError), match=r"text|could not"):
            ask()
    assert not file.exists()


def test_there_is_one_way_to_put_in_and_one_to_convert():
    """Everywhere in `numerics/exact`: neither SymPy's `subs`, nor its conversion that runs text."""
    for file in (ROOT / "numerics" / "exact").rglob("*.py"):
        assert re.findall(r"\.subs\(|sympify\((?!.*strict=True)", file.read_text()) == [], file
