"""Evidence for the bounds of K7.2, besides its reasons: tangents carry the mean; and more."""

from collections.abc import Sequence
from itertools import product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, enclosed, exact
from sparse_limits.numerics.exact.exact_values import written_out
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, cosine, row_kernel
from sparse_limits.theory.kernel.equal_moduli import agreeing, alike, opposed, quenched_kernel, unlike
from sparse_limits.theory.kernel.fixed_inputs import share

more, turned = sp.symbols("alpha gamma", real=True)  # another row's a and c


def in_energies(gap: sp.Expr) -> sp.Expr:
    """Zero, where it is: c − ra is 0 on the ray of r."""
    return sp.expand(gap.replace(lambda part: part.is_Add and sp.cancel(part) == 0, lambda part: sp.S.Zero))


@exact(quenched_kernel, step="lower bound")
def tangents_carry_the_mean(support: sp.Expr, modulus_kernel: sp.Expr, trial: Trial) -> Findings:
    """The support is linear in a and c, and has the value and the slope of h at c = ra, so it is a tangent.

    At the mean energies, on the ray of r, it is the kernel.
    """
    means = {a: alike + unlike, c: alike - unlike}
    r = (alike - unlike) / (alike + unlike)
    yield trial.same(modulus_kernel, valued(valued(support, means), {cosine: r}), by=in_energies)
    both = support.subs({a: a + more, c: c + turned}, simultaneous=True)
    yield trial.same(both, support + support.subs({a: more, c: turned}, simultaneous=True), by=sp.expand)
    h = support.subs({a: 1, c: cosine})
    yield trial.same(support, a * h + (c - cosine * a) * sp.diff(h, cosine), by=sp.expand)


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
def all_masks_lie_between_the_bounds(modulus_kernel: sp.Expr, modulus_bound: sp.Expr, trial: Trial) -> Findings:
    """For inputs of different moduli and densities, the mean over all masks lies strictly between the bounds.

    It is equal to the lower bound where no mask leaves its ray.
    """
    for case in CASES:
        mean, at = trial.once(over_masks, *case)
        yield trial.below(valued(modulus_kernel, at), mean, at=[{}], strict=True)
        yield trial.below(mean, modulus_bound.subs(at), at=[{}], strict=True)
    for case in EQUAL:
        mean, at = trial.once(over_masks, *case)
        yield trial.same(valued(modulus_kernel, at), mean, by=None, at=[{}])


@enclosed(quenched_kernel)
def signs_lie_between_the_bounds(
    signs_quenched: sp.Expr, modulus_kernel: sp.Expr, modulus_bound: sp.Expr, trial: Trial
) -> Findings:
    """With three inputs that agree and two that differ, the quenched kernel lies between the bounds, at p = 1, ½ and 1/1000.

    At p = 1 it is equal to the lower bound.
    """
    for p in (sp.S.One, HALF, sp.Rational(1, 1000)):
        energies = {alike: p * sp.Rational(3, 5), unlike: p * sp.Rational(2, 5)}
        quenched = written_out(signs_quenched.subs({agreeing: 3, opposed: 2}), {}).subs(share, p)
        if p == 1:
            yield trial.same(valued(modulus_kernel, energies), quenched, by=None, at=[{}])
        else:
            yield trial.below(valued(modulus_kernel, energies), quenched, at=[{}], strict=True)
        yield trial.below(quenched, modulus_bound.subs(energies), at=[{}], strict=True)
