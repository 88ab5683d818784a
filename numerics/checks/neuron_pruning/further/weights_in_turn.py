"""Evidence for N12, besides its reasons: which entries two parts of rows have, all of four inputs."""

from collections.abc import Iterator
from itertools import combinations, product

import sympy as sp

from sparse_limits.numerics.evidence import Findings, Trial, exact
from sparse_limits.theory.neuron_pruning.further.weights_in_turn import v, weights_in_turn, z

INPUTS = 4
FIRST, OTHER = sp.symbols(f"a_1:{INPUTS + 1}", positive=True), sp.symbols(f"b_1:{INPUTS + 1}", positive=True)
KEPT = tuple(product((0, 1), repeat=INPUTS))  # which entries of a row are kept


def values_of_pairs(cross: sp.Expr, own: tuple[int, ...], others: tuple[int, ...]) -> Iterator[sp.Expr]:
    """The cross of every two coordinates of two rows, of which these entries are kept."""
    for i, j in combinations(range(INPUTS), 2):
        at = {v[0]: own[i] * FIRST[i], v[1]: own[j] * FIRST[j], z[0]: others[i] * OTHER[i], z[1]: others[j] * OTHER[j]}
        yield cross.subs(at, simultaneous=True)


@exact(weights_in_turn)
def parts_have_a_pair(cross: sp.Expr, one_product: sp.Expr, trial: Trial) -> Findings:
    """Two entries or more beside any others: a product of an entry of either row, or where both have the same, a minor."""
    products = {
        one_product.subs({v[0]: a, z[1]: b}, simultaneous=True) * sign for a in FIRST for b in OTHER for sign in (1, -1)
    }
    minors = {FIRST[i] * OTHER[j] - FIRST[j] * OTHER[i] for i, j in combinations(range(INPUTS), 2)}
    for own, others in product(KEPT, repeat=2):
        if sum(own) >= 2 and sum(others) >= 1:
            found = set(values_of_pairs(cross, own, others))
            wanted = minors if own == others else products
            yield trial.holds(bool(found & wanted), f"a pair of {own} and {others}")
