"""The steps of a proof: what each says, which objects it gives, what it rests on, and what carries it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Carrier(StrEnum):
    """What carries a step."""

    DEFINED = "defined"  # a name for an object: there is nothing to show
    COMPUTED = "computed"  # by checks, attached to the step, that compute with what it gives
    RULE = "rule"  # by one of RULES, from the steps that it uses
    CLAIM = "claim"  # by another claim of the ledger
    CITED = "cited"  # by the literature
    ARGUED = "argued"  # by its sentence alone


class Reach(StrEnum):
    """For which values the checks of a computed step hold."""

    ALL = "all"
    SIZES = "sizes"  # some sizes, all values of the other letters
    POINTS = "points"  # some values
    SAMPLED = "sampled"  # a test, or a measurement


RULES: Mapping[str, str] = {  # what each says
    "additivity": "the measure of finitely or countably many disjoint parts is the sum of their measures",
    "associativity": "(AB)C = A(BC) for matrices",
    "Borel–Cantelli": "of events whose probabilities have a finite sum almost surely only finitely many happen",
    "Cauchy–Schwarz": "⟨f, g⟩² ≤ ‖f‖²‖g‖² for a real scalar product, with equality if and only if one is a multiple of the other",
    "central limit": "sums of n independent centred vectors, whose covariances add up to what has a limit, and whose fourth moments add up to what tends to 0, tend in law to a normal vector of that limit as covariances",
    "chain rule": "where f has a derivative at g(x) and g at x, f(g(x)) has the derivative f′(g(x)) g′(x)",
    "central limit of copies": "sums of n independent copies of a centred vector of finite second moments, over √n, tend in law to a normal vector of its covariances",
    "Chebyshev": "where f does not grow and g does not fall, E f(X)g(X) ≤ E f(X) E g(X), if these are finite; it is less if f falls strictly, g grows strictly and X is not almost surely constant",
    "chords": "the slope of the chords of a convex function from one point does not fall as the other end moves up, and grows if the function is strictly convex",
    "compactness": "a sequence of points of a bounded closed set of ℝⁿ has a subsequence that converges to a point of it",
    "composition": "sums, multiples and compositions of maps that commute with a group, which for sums and multiples acts linearly, commute with it",
    "compression": "the singular values of a part of a matrix, finite or of square-summable entries, are at most those of the matrix, each in its place",
    "continuation": "a solution of an equation with a vector field that is continuous on all of ℝⁿ goes on for as long as it stays bounded",
    "continuous mapping": "limits in law pass through functions that are continuous but on a set of probability 0 in the limit",
    "contraction": "two gradient flows of one differentiable convex function come no farther from one another",
    "convexity": "a convex function is nowhere below its tangents, and a strictly convex one meets each at one point only",
    "convolution": "to add an independent variable does not raise the largest value of a density",
    "corners": "what is convex in each of finitely many numbers, each in a closed bounded interval, is largest where each of them is at an end",
    "coupling": "if X ≤ Y whatever happens, P(X ≥ t) ≤ P(Y ≥ t), and so for other variables of their laws",
    "cycle rank": "a finite graph with V vertices and c components has V − c edges, and one more for each independent cycle",
    "determinants": "the determinant of a product of square matrices is the product of their determinants",
    "dominated convergence": "limits may be taken under a mean of functions, which converge almost everywhere, if their moduli stay below one function of finite mean; and so may derivatives, if the moduli of these do",
    "entrywise product": "the entrywise product of two positive semidefinite matrices is positive semidefinite",
    "equidistribution": "means of a bounded function on [0, 1], continuous almost everywhere, over equidistributed points tend to its integral",
    "exponential": "1 + x ≤ eˣ for real x",
    "extension": "a bijection between two subsets of a finite set extends to a permutation of it",
    "fibres": "a sum over a finite set is the sum, over all points to which a map takes it, of the sums over their fibres",
    "flows": "a locally Lipschitz vector field has one flow from each point, as long as it exists, which stays in a subspace to which the field is tangent at all its points",
    "Fubini": "the order of two integrals does not matter for a measurable function that is nowhere negative, or whose modulus has a finite integral",
    "full rank": "the transpose of a matrix of full column rank maps onto all vectors",
    "Gauss": "the q nodes of a Gauss quadrature, with its weights, integrate polynomials of degree up to 2q − 1 exactly",
    "generators": "the inverses in a finite group are powers, so that products of generators are all of it",
    "Harris": "events that more of some independent edges can only undo happen together with at least the product of their chances",
    "Hermite": "e^(az − a²/2) is the sum of He_j(z)aʲ/j!, and the He_j/√j! are an orthonormal basis for the normal law",
    "Hilbert–Schmidt": "an operator whose kernel is square-integrable is compact: its norm is its largest singular value, which it attains; the squares of all of them add up to the integral of the square of the kernel",
    "Hoeffding": "P(S − E S ≥ t) ≤ exp(−2t²/L) for t ≥ 0 and a sum S of independent numbers in intervals the squares of whose lengths add up to L, and P(|X − E X| ≥ t) ≤ 2 exp(−2dt²) for the mean X of d, each in an interval of length 1",
    "inclusion and exclusion": "of finitely many events none happens with the sum of (−1)ᵐ P(all of m of them), over all sets of m of them, for all m from 0 on",
    "independence": "functions of disjoint sets of independent variables are independent, also given others of these variables that they share; the chances of independent events multiply",
    "induction": "what holds at the first whole number, and at n + 1 if at n, holds at all",
    "injectivity": "an injective function takes equal values at equal arguments only",
    "integration": "if f(0) ≤ g(0), and f′ ≤ g′ from 0 to x, then f(x) ≤ g(x)",
    "integration to infinity": "if f − g tends to 0 at infinity, and f′ < g′ beyond x, then f(x) > g(x)",
    "intermediate value": "a continuous function on an interval takes all values between two of its values",
    "invariant product": "a finite group of real matrices keeps some scalar product, and is orthogonal in a suitable basis",
    "Jensen": "f(E X) ≤ E f(X) for convex f and X of finite mean, also given other variables; for a strictly convex f they are equal only if X is almost surely constant",
    "Kac": "an irreducible chain on finitely many states returns to one, in the mean, after 1 over its stationary probability",
    "l'Hôpital": "if f and g tend to 0, and f′/g′, with no zero of g′ near by, tends to a limit, f/g tends to it too",
    "Lagrange": "what makes a sum or an integral, plus multiples of others, smallest makes the first one smallest among all with the same others",
    "large numbers": "the mean of n independent variables of one law with a mean tends to it almost surely as n → ∞",
    "largest": "the largest of finitely many numbers is at least their mean",
    "last one": "of finitely many elements of an ordered set one is the last",
    "linear combinations": "linear combinations of independent normal variables are jointly normal",
    "linearity": "the mean of a sum is the sum of the means: of finitely many that are finite, of any where nothing is negative, and of infinitely many if the means of the moduli have a finite sum",
    "Lusin": "for laws on ℝ whose densities stay below one integrable function, one continuous bounded function differs from a bounded measurable one by as little as one likes, in mean modulus for all of these laws",
    "Lévy": "if X has an even characteristic function ψ, P(|X| ≤ t) is the limit for Ω → ∞ of the integral of 2 sin(ωt)ψ(ω)/πω from ω = 0 to Ω, where t > 0 and neither t nor −t is an atom",
    "Markov": "P(X ≥ t) ≤ E X/t for X ≥ 0 and t > 0",
    "maximal coupling": "two laws on the whole numbers are those of a pair that is equal with the sum of the smaller masses as probability",
    "monotonicity": "means, and functions that do not fall, keep the order of what they are applied to",
    "Möbius": "the sum of μ over the divisors of a whole number is 0, but for the number 1, for which it is 1",
    "normal vector": "an orthogonal map leaves the law of a standard normal vector as it is, whose direction is uniform and independent of its length",
    "orbit–stabiliser": "an orbit of a finite group has as many elements as the group, over how many of these leave a point of it in place",
    "orbits": "the orbits of a group are a partition, and what the group does not change is constant on each",
    "Parseval": "the squared length of a vector is the sum of the squares of its coordinates in an orthonormal basis",
    "Plancherel": "the integral of |f|² for the Fourier transform f of g, integrable, is 2π times that of g²",
    "polar coordinates": "for d ≥ 2 a sphere in d dimensions is measured by sin^(d−2)θ dθ, for angles θ from 0 to π to an axis, times the measure of one in d − 1 dimensions",
    "positivity": "the integral of what is nowhere negative, and positive on a set of positive measure, is positive",
    "powers of lines": "high enough powers, as tensors, of vectors other than 0 on finitely many distinct lines are linearly independent",
    "Price": "for a normal pair with a density and of fixed variances the derivative of E f(z)g(z′) in the covariance is E f′(z)g′(z′), for f and g of at most polynomial growth, with derivatives in the sense of distributions",
    "product": "the mean of a product of independent variables is the product of their means, if these are finite or nothing is negative",
    "projector": "the trace of a linear map of a space of finite dimension that is its own square is the dimension of its image",
    "Rayleigh": "a real symmetric matrix is at least its smallest eigenvalue times the identity, and at most its largest times that",
    "rearrangement": "of all orders of two integrable functions on an interval, those in which both do not fall have the least distance in L¹",
    "residues": "the integral of a function over a simple closed curve, anticlockwise, analytic there and inside but at finitely many poles inside, is 2πi times the sum of its residues at these",
    "Riemann–Lebesgue": "the characteristic function of a law with a density has a modulus below 1 off 0, and tends to 0 at infinity",
    "rotation": "the projection of a standard normal vector on a subspace is standard normal there, and on a plane its direction is uniform and independent of its length",
    "rounding": "short of overflow and underflow, rounding to nearest, of two the even one, errs by at most u times the rounded number, and by no more than the distance of what is rounded to any floating-point number",
    "same law": "a mean, and the law of a function, depend on the law of the variable alone",
    "Schur": "the norm of the operator of a kernel is at most the geometric mean of the largest integrals of its modulus over a row and over a column",
    "Slutsky": "a limit in law stays, also jointly with others, if something that tends to 0 in probability is added, such as a product of what has a limit in law and what tends to 0 in probability",
    "sorting": "in an order of falling numbers those above a threshold come first",
    "spectral theorem": "a real symmetric matrix has an orthonormal basis of eigenvectors",
    "Stirling": "ln n! = n ln n − n + ½ ln(2πn) + O(1/n)",
    "Stolz": "if f and g tend to 0 along the whole numbers, g strictly falling, and the quotient of their differences tends to a limit, f/g tends to it too",
    "Taylor": "on a ball where the derivatives of order k + 1 are bounded, the polynomial of order k errs by O(|x − x₀|ᵏ⁺¹)",
    "telescope": "the last member of a list less the first is the sum of the differences of neighbours",
    "topological order": "a finite directed graph without directed cycles has an order of its vertices in which all edges lead forward",
    "total variance": "a finite variance is the mean of the conditional variance plus the variance of the conditional mean",
    "tower": "the mean of the conditional means of a variable that has a mean is this mean",
    "trace": "the trace of a power of a positive operator, where it is finite, is the sum of the powers of its eigenvalues; that of a product of two operators of square-integrable kernels is the integral of A(x, y)B(y, x), and for a continuous positive semidefinite kernel on a compact set with a finite measure it is the integral of the diagonal",
    "translation": "a sum over a finite group stays the same if its elements are all multiplied by one of them, and so does the mean over the circle if it is turned",
    "triangle inequality": "|x + y| ≤ |x| + |y|, for numbers and for every norm",
    "union bound": "the chance that one of finitely or countably many events happens is at most the sum of their chances",
    "Wallis": "the product of 4i²/(4i² − 1) over the whole numbers i from 1 on is π/2",
    "weak law": "means of n independent variables, whose variances have one bound, less the means of these tend to 0 in probability as n → ∞",
    "Weyl": "the singular values of two compact operators differ, each in its place, by no more than the norm of the difference",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """One step: it says one thing.

    name: a few words that no other step of the proof has. sentence: Markdown with LaTeX; `[[name]]` stands for an object
    that some step gives. gives: objects by name, expressions of the claim among them; other steps and checks refer to
    them. uses: names of earlier steps. source: for a rule its name in RULES, for a claim its label, for a citation the
    reference and the sentence used. takes: what the step uses of a claim: names of its expressions or, for what
    has no formula, of its steps; needed where its expressions rest on links of different weight. reach: for which values the checks of a computed step hold; limited: why for some
    sizes, points or samples alone, empty where for all values.

    Raises:
        ValueError: if it says nothing, for a computed or defined step that gives nothing, for a source that is
            missing or has no place, for names taken of no claim, for a limit of a step that is not computed, and
            for a reach without a reason or a reason without a reach.
    """

    name: str
    sentence: str
    by: Carrier = Carrier.COMPUTED
    gives: Mapping[str, Any] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    source: str = ""
    takes: tuple[str, ...] = ()
    reach: Reach = Reach.ALL
    limited: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.sentence.strip():
            raise ValueError(f"a step has no name or says nothing: {self.name or self.sentence!r}")
        if self.by in (Carrier.COMPUTED, Carrier.DEFINED) and not self.gives:
            raise ValueError(f"step {self.name!r} is {self.by} and gives nothing")
        if self.by is Carrier.RULE and self.source not in RULES:
            raise ValueError(f"step {self.name!r} names the rule {self.source!r}, expected one of {', '.join(RULES)}")
        if (self.by in (Carrier.RULE, Carrier.CLAIM, Carrier.CITED)) != bool(self.source.strip()):
            raise ValueError(f"step {self.name!r} is {self.by}, and its source is {self.source!r}")
        if self.limited and self.by is not Carrier.COMPUTED:
            raise ValueError(f"step {self.name!r} is {self.by}, expected computed, as its checks are limited")
        if bool(self.limited) != (self.reach is not Reach.ALL):
            raise ValueError(f"step {self.name!r} reaches {self.reach}, and its limit is {self.limited!r}")
        if self.takes and self.by is not Carrier.CLAIM:
            raise ValueError(f"step {self.name!r} is {self.by}, and takes {', '.join(self.takes)}, expected a claim")


def check_steps(steps: Sequence[Step], expressions: Mapping[str, Any]) -> None:
    """Refuse a proof with a gap that can be seen without reading it.

    Raises:
        ValueError: for two steps or two objects of one name, a step that uses none before it, an expression that no step
            gives, another object under the name of an expression, and a step on which no expression rests.
    """
    before: set[str] = set()
    given: dict[str, str] = {}
    for step in steps:
        if step.name in before:
            raise ValueError(f"two steps are called {step.name!r}")
        if unknown := [name for name in step.uses if name not in before]:
            raise ValueError(f"step {step.name!r} uses {', '.join(unknown)}, expected steps before it")
        for name, value in step.gives.items():
            if name in given:
                raise ValueError(f"steps {given[name]!r} and {step.name!r} both give {name}")
            if name in expressions and expressions[name] is not value:
                raise ValueError(f"step {step.name!r} gives another {name} than the claim")
            given[name] = step.name
        before.add(step.name)
    if lacking := [name for name in expressions if name not in given]:
        raise ValueError(f"no step gives {', '.join(lacking)}")
    needed = {each.name for name in expressions for each in path(steps, name)}
    if orphans := [step.name for step in steps if step.name not in needed]:
        raise ValueError(
            f"no expression rests on the steps {', '.join(orphans)}; expected what they give in the statement or in also=(…), "
            "or a later step that uses them (from …)"
        )


def path(steps: Sequence[Step], expression: str) -> Iterator[Step]:
    """Yield the step that gives an expression and all that it rests on, the last first."""
    yield from up_to(steps, {step.name for step in steps if expression in step.gives})


def up_to(steps: Sequence[Step], names: Collection[str]) -> Iterator[Step]:
    """Yield the steps of these names and all that they rest on, the last first."""
    needed = set(names)
    for step in reversed(steps):
        if step.name in needed:
            needed.update(step.uses)
            yield step
