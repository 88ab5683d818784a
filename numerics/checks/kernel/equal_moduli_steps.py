"""Evidence for the bounds of K7.2: tangents and chords of the kernel of a row, and all masks of a few inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import sympy as sp

from sparse_limits.numerics.checks.kernel.equal_moduli import written_out
from sparse_limits.numerics.evidence import Finding, Trial, control, enclosed, exact
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, kappa_1
from sparse_limits.theory.kernel.equal_moduli import (
    agreeing,
    agreeing_turn,
    alike,
    angular,
    apart,
    chord,
    modulus_bound,
    modulus_kernel,
    opposed,
    opposed_turn,
    perspective,
    quenched_kernel,
    signs_quenched,
    size,
    support,
    unlike,
)
from sparse_limits.theory.kernel.fixed_inputs import row_kernel, share

ELEVEN, NINE = sp.Rational(11, 10), sp.Rational(9, 10)
more, turned = sp.symbols("alpha gamma", real=True)  # another row's a and c


@exact(quenched_kernel, step="equal moduli")
@control("of the readout", perspective=a * kappa_1.subs(cosine, c / a))
@control("its square root", perspective=sp.sqrt(a) * angular.subs(cosine, c / a))
@control("10 % more", perspective=ELEVEN * perspective)
@control("readout alone", angular=kappa_1)
def rows_are_multiples_of_one_function(angular: sp.Expr, perspective: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The row kernel at equal variances; at c = ra it is a multiple of h."""
    there = {c: cosine * a}
    yield trial.same(perspective, row_kernel.subs(b, a), by=sp.expand)
    yield trial.same(perspective.subs(there), a * angular, by=sp.expand)


def in_energies(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is: c − ra is 0 on the ray of r."""
    return sp.expand(gap.replace(lambda part: part.is_Add and sp.cancel(part) == 0, lambda part: sp.S.Zero))


@exact(quenched_kernel, step="lower bound")
@control("kernel at equal inputs", modulus_kernel=2 * (alike + unlike))
@control("kernel 10 % more", modulus_kernel=ELEVEN * modulus_kernel)
@control("of those that agree", modulus_kernel=alike * angular)
@control("tangent 10 % more", support=ELEVEN * support)
@control("a tangent through 0", support=a * angular)
@control("tangent of the readout", support=a * kappa_1 + sp.diff(kappa_1, cosine) * (c - cosine * a))
def tangents_carry_the_mean(support: sp.Expr, modulus_kernel: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """Linear in a and c; at the means on the ray of r; a tangent: its slope at c = ra is that of h, its value there."""
    means = {a: alike + unlike, c: alike - unlike}
    r = (alike - unlike) / (alike + unlike)
    yield trial.same(modulus_kernel, valued(valued(support, means), {cosine: r}), by=in_energies)
    both = support.subs({a: a + more, c: c + turned}, simultaneous=True)
    yield trial.same(both, support + support.subs({a: more, c: turned}, simultaneous=True), by=sp.expand)
    h = support.subs({a: 1, c: cosine})
    yield trial.same(support, a * h + (c - cosine * a) * sp.diff(h, cosine), by=sp.expand)


@exact(quenched_kernel, step="turns")
@control("on the ray", agreeing_turn=sp.S.Zero)
@control("of the other kind", agreeing_turn=opposed_turn)
@control("without its size", agreeing_turn=agreeing_turn / size)
@control("10 % more", agreeing_turn=ELEVEN * agreeing_turn)
@control("opposed, of the other kind", opposed_turn=agreeing_turn)
@control("opposed, 10 % less", opposed_turn=NINE * opposed_turn)
@control("opposed, on the ray", opposed_turn=sp.S.Zero)
def inputs_turn_a_row_off_its_ray(agreeing_turn: sp.Expr, opposed_turn: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """What m adds to a, and m or −m to c, changes of c − ra; the signs at r = (y − 1)/(y + 1)."""
    for sign, claimed in ((1, agreeing_turn), (-1, opposed_turn)):
        changed = (c + sign * size) - cosine * (a + size) - (c - cosine * a)
        yield trial.same(claimed, changed, by=sp.expand)
    y = sp.Symbol("y", positive=True)
    inside = {cosine: (y - 1) / (y + 1)}
    yield trial.nonnegative(agreeing_turn, 2 * size / (1 + y), where=inside, strict=True)
    yield trial.nonnegative(-opposed_turn, 2 * size * y / (1 + y), where=inside, strict=True)


@exact(quenched_kernel, step="ends")
@control("of the readout", chord=(1 + cosine) / 2)
@control("not 0 at −1", chord=1 + cosine**2)
@control("10 % more", chord=ELEVEN * chord)
@control("readout alone", angular=kappa_1)
def chords_join_the_ends(angular: sp.Expr, chord: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The line between the values at −1 and 1."""
    low, high = angular.subs(cosine, -1), angular.subs(cosine, 1)
    yield trial.same(chord, ((1 - cosine) * low + (1 + cosine) * high) / 2, by=sp.expand)


@exact(quenched_kernel, step="upper bound")
@control("of both kinds", modulus_bound=2 * (alike + unlike))
@control("of the readout", modulus_bound=alike)
@control("10 % less", modulus_bound=NINE * modulus_bound)
@control("cap of both kinds", cap=2 * a)
@control("a chord of the readout", chord=(1 + cosine) / 2)
def caps_have_the_bound_as_mean(
    chord: sp.Expr, cap: sp.Expr, modulus_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """A multiple a of the chord at c/a, linear in both; at the means."""
    yield trial.same(modulus_bound, cap.subs({a: alike + unlike, c: alike - unlike}, simultaneous=True), by=sp.expand)
    yield trial.same(cap, a * chord.subs(cosine, c / a), by=sp.expand)


@exact(quenched_kernel, step="no common input")
@control("none", apart=sp.S.Zero)
@control("at one variance", apart=a / sp.pi)
@control("10 % more", apart=ELEVEN * apart)
def without_a_common_input_roots_are_left(apart: sp.Expr, trial: Trial) -> Iterator[Finding]:
    """The row kernel at c = 0: concave in each variance."""
    yield trial.same(apart, row_kernel.subs(c, 0))


def over_masks(
    moduli: Sequence[sp.Rational], signs: Sequence[int], W: Sequence[sp.Rational]
) -> tuple[sp.Expr, dict[sp.Symbol, sp.Expr]]:
    """The mean of a row over all masks, and the energies that agree and that differ."""
    mean, d = sp.S.Zero, sp.Integer(len(moduli))
    for mask in product((0, 1), repeat=len(moduli)):
        kept = [m * x**2 / d for m, x in zip(mask, moduli, strict=True)]
        chance = sp.Mul(*(w if m else 1 - w for m, w in zip(mask, W, strict=True)))
        if any(mask) and chance:
            at = {
                a: sp.Add(*kept),
                b: sp.Add(*kept),
                c: sp.Add(*(sign * x for sign, x in zip(signs, kept, strict=True))),
            }
            mean += chance * row_kernel.xreplace(at)
    energies = [(w * x**2 / d, sign) for w, x, sign in zip(W, moduli, signs, strict=True)]
    return mean, {
        kind: sp.Add(*(x for x, each in energies if each == sign)) for kind, sign in ((alike, 1), (unlike, -1))
    }


HALF = sp.Rational(1, 2)
CASES = (  # moduli, signs of the products, graphon
    ((1, 2, HALF, 3), (1, -1, 1, -1), (sp.Rational(1, 3), HALF, 1, sp.Rational(3, 4))),
    ((1, 3, 2), (1, 1, -1), (sp.Rational(9, 10), sp.Rational(1, 5), sp.Rational(1, 10))),
    ((2, 1), (-1, 1), (sp.Rational(1, 100), sp.Rational(1, 100))),
)
EQUAL = (  # no row leaves its ray
    ((1, 2, 3), (1, 1, 1), (sp.Rational(1, 3), HALF, 1)),
    ((1, 2, HALF), (1, -1, 1), (1, 1, 0)),
)


@enclosed(quenched_kernel)
@control("the bound above", modulus_kernel=modulus_bound)
@control("kernel 10 % more", modulus_kernel=ELEVEN * modulus_kernel)
@control("kernel 10 % less", modulus_kernel=NINE * modulus_kernel)
@control("of the energy that differs", modulus_bound=2 * unlike)
@control("bound of the readout", modulus_bound=alike)
def all_masks_lie_between_the_bounds(
    modulus_kernel: sp.Expr, modulus_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Unlike moduli and densities, strictly between; equal to the lower one where no mask leaves its ray."""
    for case in CASES:
        mean, at = trial.once(over_masks, *case)
        yield trial.below(valued(modulus_kernel, at), mean, at=[{}], strict=True)
        yield trial.below(mean, modulus_bound.subs(at), at=[{}], strict=True)
    for case in EQUAL:
        mean, at = trial.once(over_masks, *case)
        yield trial.same(valued(modulus_kernel, at), mean, by=None, at=[{}])


@enclosed(quenched_kernel)
@control("the bound above", modulus_kernel=modulus_bound)
@control("kernel 10 % more", modulus_kernel=ELEVEN * modulus_kernel)
@control("of the energy that differs", modulus_bound=2 * unlike)
@control("bound 10 % less", modulus_bound=NINE * modulus_bound)
@control("10 % more", signs_quenched=ELEVEN * signs_quenched)
def signs_lie_between_the_bounds(
    signs_quenched: sp.Expr, modulus_kernel: sp.Expr, modulus_bound: sp.Expr, trial: Trial
) -> Iterator[Finding]:
    """Three inputs that agree and two that differ: all kept, some, and next to none."""
    for p in (sp.S.One, HALF, sp.Rational(1, 1000)):
        energies = {alike: p * sp.Rational(3, 5), unlike: p * sp.Rational(2, 5)}
        quenched = written_out(signs_quenched.subs({agreeing: 3, opposed: 2})).subs(share, p)
        if p == 1:
            yield trial.same(valued(modulus_kernel, energies), quenched, by=None, at=[{}])
        else:
            yield trial.below(valued(modulus_kernel, energies), quenched, at=[{}], strict=True)
        yield trial.below(quenched, modulus_bound.subs(energies), at=[{}], strict=True)
