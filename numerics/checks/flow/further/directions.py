"""Evidence for F2.5, besides its reasons: odd functions of an axis are eigenvectors; and more."""

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.numerics.evidence.findings import Refutation
from sparse_limits.theory.flow.further.directions import slowed_directions
from sparse_limits.theory.formulas.iterate import Iterate
from sparse_limits.theory.formulas.valued import valued
from sparse_limits.theory.kernel.dual import a, b, c, depth
from sparse_limits.theory.kernel.further.collapse import d
from sparse_limits.theory.kernel.rank_one import column, kernel

other = sp.Symbol("h_i", positive=True)  # column profile at an input of another axis


def unrolled(formula: sp.Expr) -> sp.Expr:
    """Iterates of a number of layers, written out; a part of a layer is none."""

    def written_out(part: Iterate) -> sp.Expr:
        if not part.args[1].is_Integer:
            raise Refutation(f"a kernel of {part.args[1]} layers")
        return part.unrolled()

    return formula.replace(lambda part: isinstance(part, Iterate), written_out)


def odd_image(axis: int) -> sp.Expr:
    """The kernel of K8 of √d e_i with √d e_j, less that with −√d e_j: i is j (axis 0), or another axis (1).

    The weighted mean squares and products of inputs on axes are sums over all d coordinates, of which one, or none, is not 0.
    """
    square = sp.sqrt(d) ** 2 / d  # of a coordinate, over their number
    profile, product = (column, column * square) if axis == 0 else (other, sp.S.Zero)
    at = {a: profile * square, b: column * square}
    return valued(kernel, at | {c: product}) - valued(kernel, at | {c: -product})


def by_state(gap: sp.Expr) -> sp.Expr:
    """The gap with one function of step, number and start for all iterates, whatever their letters are called."""
    state = sp.symbols("x_1:3", real=True)
    iterate = sp.Function("T")

    def named(part: Iterate) -> sp.Expr:
        step, times, start = part.args
        return iterate(*step(*state), times, *start)

    return sp.expand(gap.replace(lambda part: isinstance(part, Iterate), named))


@exact(slowed_directions, step="axes", cost=0.4)
def odd_functions_of_an_axis_are_eigenvectors(odd_eigenvalue: sp.Expr, trial: Trial) -> Findings:
    """The matrix times the vector at any number of inputs, of layers and any two densities; one and two layers unrolled."""
    yield trial.same(odd_image(0), odd_eigenvalue, by=by_state)
    yield trial.holds(by_state(odd_image(1)) == 0, "nothing goes to another axis")
    cases = [(unrolled(each.subs(depth, layers)) for each in (odd_image(0), odd_eigenvalue)) for layers in (1, 2)]
    yield trial.at_sizes([tuple(case) for case in cases], "numbers of layers", by=sp.simplify)


@exact(slowed_directions, step="one hidden layer")
def one_hidden_layer_has_twice_the_density(
    odd_eigenvalue: sp.Expr, one_layer_eigenvalue: sp.Expr, trial: Trial
) -> Findings:
    """The iterates of K1, unrolled."""
    yield trial.same(one_layer_eigenvalue, unrolled(odd_eigenvalue.subs(depth, 1)))
