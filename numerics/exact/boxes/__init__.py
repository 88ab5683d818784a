"""Inequalities proved on whole ranges: low ≤ high at every real point of a box, by branch and bound in FLINT balls.

A range is halved until on every cell a bound shows the inequality; the cells cover the range with exact rational ends.
Bounds are balls of FLINT, hence outward by construction: natural extension, mean value form and second order, at the end of
the cell where a slope of known sign puts the least value; at faces with a known zero a derivative stands in for the gap.
Derivatives are further nodes of the graph that the expression is translated to. An operation that may be undefined or not
real on a cell (a root, a logarithm, a quotient, acos) proves nothing there; each side must be defined, not only their difference, and what
a derivative cancels must be defined too; nodes without a rule are refused. A refutation is
an exact rational point at which balls around the sides as given, by another evaluator (`sparse_limits.numerics.exact.balls`), show the
opposite. All else is undecided, which is no proof. Trusted are FLINT, SymPy's substitution and, for zeros, `simplify`.
"""

from sparse_limits.numerics.exact.boxes.certificates import Certificate, replay
from sparse_limits.numerics.exact.boxes.errors import BoxError
from sparse_limits.numerics.exact.boxes.question import Integers, Question, Ranges, Zeros, question
from sparse_limits.numerics.exact.boxes.search import Outcome, answer, prove

__all__ = [
    "BoxError",
    "Certificate",
    "Integers",
    "Outcome",
    "Question",
    "Ranges",
    "Zeros",
    "answer",
    "prove",
    "question",
    "replay",
]
