"""The steps of a proof: what each says, which objects it gives, what it rests on, and what carries it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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


RULES: Mapping[str, str] = {  # what each says
    "additivity": "the measure of disjoint parts is the sum of their measures",
    "associativity": "(AB)C = A(BC) for matrices",
    "chain rule": "f(g(x)) has the derivative f′(g(x)) g′(x)",
    "composition": "sums, multiples and compositions of maps that commute with a group commute with it",
    "convolution": "to add an independent variable does not raise the largest value of a density",
    "dominated convergence": "limits may be taken under a mean of functions that stay below one of finite mean",
    "extension": "a bijection between two subsets of a finite set extends to a permutation of it",
    "Fubini": "the order of two integrals does not matter for a function that is nowhere negative, or whose modulus has a finite integral",
    "generators": "the inverses in a finite group are powers, so that products of generators are all of it",
    "Hilbert–Schmidt": "the integral of the square of a kernel is the sum of the squares of its singular values",
    "Hoeffding": "P(|X − E X| ≥ t) ≤ 2 exp(−2dt²) for the mean X of d independent numbers in [0, 1] and t > 0",
    "independence": "functions of disjoint sets of independent variables are independent",
    "induction": "what holds at the first whole number, and at n + 1 if at n, holds at all",
    "integration": "if f(0) ≤ g(0), and f′ ≤ g′ from 0 to x, then f(x) ≤ g(x)",
    "intermediate value": "a continuous function takes all values between two of its values",
    "invariant product": "a finite group of real matrices keeps some scalar product, and is orthogonal in a suitable basis",
    "Jensen": "f(E X) ≤ E f(X) for convex f; for a strictly convex f they are equal only if X is constant",
    "Kac": "an irreducible chain on finitely many states returns to one, in the mean, after 1 over its stationary probability",
    "large numbers": "the mean of n independent variables of one law with a mean tends to it almost surely as n → ∞",
    "linearity": "the mean of a sum is the sum of the means",
    "Markov": "P(X ≥ t) ≤ E X/t for X ≥ 0 and t > 0",
    "monotonicity": "means, and functions that do not fall, keep the order of what they are applied to",
    "orbits": "the orbits of a group are a partition, and what does not change along with the group is constant on each",
    "orbit–stabiliser": "an orbit has as many elements as the group, over how many of these leave a point of it in place",
    "polar coordinates": "a sphere in d dimensions is measured by sin^(d−2)θ dθ times the measure of one in d − 1 dimensions",
    "positivity": "the integral of what is nowhere negative, and positive on a set of positive measure, is positive",
    "product": "the mean of a product of independent variables is the product of their means",
    "projector": "the trace of a linear map that is its own square is the dimension of its image",
    "rotation": "the projection of a standard normal vector on a plane is standard normal, and its direction uniform",
    "same law": "a mean depends on the law of its variable alone",
    "Taylor": "on a ball where the derivatives of order k + 1 are bounded, the polynomial of order k errs by O(|x − x₀|ᵏ⁺¹)",
    "total variance": "the variance is the mean of the conditional variance plus the variance of the conditional mean",
    "tower": "the mean of conditional means is the mean",
    "translation": "a sum over a group stays the same if its elements are all multiplied by one of them",
    "triangle inequality": "|x + y| ≤ |x| + |y|",
    "union bound": "the chance that one of some events happens is at most the sum of their chances",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """One step: it says one thing.

    name: a few words that no other step of the proof has. sentence: Markdown with LaTeX; `[[name]]` stands for an object
    that some step gives. gives: objects by name, expressions of the claim among them; other steps and checks refer to
    them. uses: names of earlier steps. source: for a rule its name in RULES, for a claim its label, for a citation the
    reference and the sentence used.

    Raises:
        ValueError: if it says nothing, for a computed or defined step that gives nothing, and for a source that is
            missing or has no place.
    """

    name: str
    sentence: str
    by: Carrier = Carrier.COMPUTED
    gives: Mapping[str, Any] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.sentence.strip():
            raise ValueError(f"a step has no name or says nothing: {self.name or self.sentence!r}")
        if self.by in (Carrier.COMPUTED, Carrier.DEFINED) and not self.gives:
            raise ValueError(f"step {self.name!r} is {self.by} and gives nothing")
        if self.by is Carrier.RULE and self.source not in RULES:
            raise ValueError(f"step {self.name!r} names the rule {self.source!r}, expected one of {', '.join(RULES)}")
        if (self.by in (Carrier.RULE, Carrier.CLAIM, Carrier.CITED)) != bool(self.source.strip()):
            raise ValueError(f"step {self.name!r} is {self.by}, and its source is {self.source!r}")


def check_steps(steps: Sequence[Step], expressions: Mapping[str, Any], claims: Sequence[str]) -> None:
    """Refuse a proof with a gap that can be seen without reading it.

    Raises:
        ValueError: for two steps or two objects of one name, a step that uses none before it, a claim used that is none
            of `claims`, an expression that no step gives, another object under the name of an expression, and a step on
            which no expression rests.
    """
    before: set[str] = set()
    given: dict[str, str] = {}
    for step in steps:
        if step.name in before:
            raise ValueError(f"two steps are called {step.name!r}")
        if unknown := [name for name in step.uses if name not in before]:
            raise ValueError(f"step {step.name!r} uses {', '.join(unknown)}, expected steps before it")
        if step.by is Carrier.CLAIM and step.source not in claims:
            raise ValueError(f"step {step.name!r} rests on {step.source}, expected it among the claims used")
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
        raise ValueError(f"no expression rests on the steps {', '.join(orphans)}")


def path(steps: Sequence[Step], expression: str) -> Iterator[Step]:
    """Yield the step that gives an expression and all that it rests on, the last first."""
    needed: set[str] = set()
    for step in reversed(steps):
        if expression in step.gives or step.name in needed:
            needed.update(step.uses)
            yield step
