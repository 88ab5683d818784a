"""The study of lifts: students of one hidden layer on the cube, their success beside the coverage that it needs (L19)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import ceil
from numbers import Real
from typing import NamedTuple

import numpy as np
from flint import fmpq

from sparse_limits.numerics.arguments import HIGHEST_SEED, InputError, checked_integer
from sparse_limits.numerics.bridge import numeric
from sparse_limits.numerics.exact.balls import number
from sparse_limits.numerics.keyed import keyed_seed
from sparse_limits.numerics.lifts.students import Bools, Floats, covered, train_students
from sparse_limits.numerics.lifts.walsh import cube, maximal, support_coverage, walsh_coefficients
from sparse_limits.numerics.statistics.distribution_free import CONFIDENCE, clopper_pearson
from sparse_limits.numerics.statistics.exact_tests import Binomial
from sparse_limits.numerics.studies.lift_sentences import sentences
from sparse_limits.numerics.studies.lift_summary import LiftSummary, OutcomeRow, Share, StudentRow, TrendRow
from sparse_limits.theory.lifts import training as claims
from sparse_limits.theory.lifts import walsh
from sparse_limits.theory.lifts.degrees import n as width

SIZES = (4, 8, 16, 32, 64)
DENSITIES = (Fraction(1, 2), Fraction(1, 6))
STUDENTS = 100
MOST_UNITS, MOST_STUDENTS, MOST_TIME = 512, 10_000, 1e4
BATCH = 2048  # hidden units of all students of one batch: their arrays stay in the cache
QUICK = {"sizes": (4, 8, 16), "seeds": 40}
EXACT = re.compile(r"[-+]?[\d./]{1,24}(e-?\d{1,2})?", re.IGNORECASE)  # any float, not too many digits to be printed
ROUNDING = 1e-12  # of a loss

DENSE, PAIRS, NO_X1 = "dense", "two inputs a unit", "without x_1"
CONTROLS = (PAIRS, NO_X1)
CONTROL_SIZE, CONTROL_DENSITY = 32, Fraction(1, 2)


@dataclass(frozen=True)
class Settings:
    """What a study runs over; InputError, in one line, for anything outside its range.

    sizes: hidden units, ascending. density: of masks, in (0, 1), numbers or words such as 1/2 or 0.3, taken exactly. seeds:
    students of each size and kind. time: of the gradient flow.
    """

    sizes: tuple[int, ...] = SIZES
    density: tuple[Fraction, ...] = DENSITIES
    seeds: int = STUDENTS
    time: float = float(claims.TIME)
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "density", tuple(map(_exact, self.density)))
        for name, values in {"sizes": self.sizes, "density": self.density}.items():
            if not values or len(set(values)) < len(values):
                raise InputError(f"{name} is {' '.join(map(str, values)) or 'empty'}, expected distinct values")
        for size in self.sizes:
            checked_integer("size", size, 1, MOST_UNITS)
        for density in self.density:
            if not 0 < density < 1:
                raise InputError(f"density is {density}, expected a number strictly between 0 and 1")
        checked_integer("seeds", self.seeds, 1, MOST_STUDENTS)
        if not isinstance(self.time, Real) or not 0 < self.time <= MOST_TIME:
            raise InputError(f"time is {self.time!r:.60}, expected a positive number of at most {MOST_TIME:g}")
        checked_integer("seed", self.seed, 0, HIGHEST_SEED)
        object.__setattr__(self, "sizes", tuple(sorted(self.sizes)))

    @property
    def control_size(self) -> int:
        """The size of the controls: 32 if it is there, else the next smaller one."""
        return max((size for size in self.sizes if size <= CONTROL_SIZE), default=self.sizes[0])

    def groups(self) -> list[tuple[str, int]]:
        """Kinds of students with their sizes, in the order of the report."""
        kinds = [*map(sparse, self.density), DENSE]
        return [(kind, n) for kind in kinds for n in self.sizes] + [(kind, self.control_size) for kind in CONTROLS]


def _exact(density: Fraction | float | str) -> Fraction:
    try:
        if not isinstance(density, Fraction) and not EXACT.fullmatch(str(density)):
            raise InputError
        return Fraction(str(density))
    except (ValueError, ZeroDivisionError):
        raise InputError(f"density is {density!r:.60}, expected a number such as 1/2 or 0.3") from None


def sparse(density: Fraction) -> str:
    """The name of the students whose masks keep every input with this probability."""
    return f"sparse {density}"


class Outcome(NamedTuple):
    """A trained student. floor: the exact lower bound on its loss, by its masks; covered: whether both triples are."""

    kind: str
    n: int
    student: int
    loss: float
    floor: float
    covered: bool
    parameters: int
    steps: int
    evaluations: int


class Draw(NamedTuple):
    """masks bool[R, n, d], weights float[R, n, d]."""

    masks: Bools
    weights: Floats


@dataclass(frozen=True)
class Batch:
    """The work of one process: some students of a kind and size."""

    settings: Settings
    kind: str
    n: int
    students: range


def draw_students(kind: str, n: int, students: Sequence[int], seed: int) -> Draw:
    """Each from a stream of its own, so that no mask is nested in one of another size, kind or student."""
    drawn = [_draw(kind, n, np.random.default_rng(keyed_seed(seed, "lifts", kind, n, each))) for each in students]
    masks, weights = (np.array(part) for part in zip(*drawn, strict=True))
    return Draw(masks, weights)


def _draw(kind: str, n: int, rng: np.random.Generator) -> tuple[Bools, Floats]:
    shape = n, claims.INPUTS
    if kind == DENSE:
        mask = np.ones(shape, dtype=bool)
    elif kind == PAIRS:
        mask = np.argsort(rng.random(shape), axis=1) < 2
    else:
        density = CONTROL_DENSITY if kind == NO_X1 else Fraction(kind.removeprefix("sparse "))
        mask = rng.random(shape) < float(density)
        mask[:, 0] &= kind != NO_X1
    return mask, rng.standard_normal(shape)


@cache
def population() -> tuple[Floats, Floats]:
    """Half of the cube, one of x and −x, and the target there: it is odd, as every student is."""
    points = cube(claims.INPUTS)[::2]
    values = numeric(walsh.cube, walsh.target)(*points.T[: len(walsh.cube)])
    return points, np.asarray(values, dtype=float)


@cache
def costs() -> dict[frozenset[int], float]:
    """What each set of inputs that no unit sees costs at least: ½ f̂(S)², where it is not 0."""
    found = walsh_coefficients(walsh.target)
    place = {symbol: i for i, symbol in enumerate(walsh.cube, start=1)}
    return {
        frozenset(place[symbol] for symbol in chosen): number(walsh.missing.subs(walsh.f_S, value))
        for chosen, value in found.items()
    }


def needed() -> list[frozenset[int]]:
    """The maximal sets without which no student succeeds."""
    return maximal(chosen for chosen, cost in costs().items() if cost > threshold())


@cache
def threshold() -> float:
    """The loss of a success."""
    return number(claims.threshold)


def floors(masks: Bools) -> Floats:
    """The exact lower bound on the loss of each student, by what its masks do not cover: float[R]."""
    bounds: Floats = np.sum([np.where(covered(masks, [chosen]), 0.0, cost) for chosen, cost in costs().items()], axis=0)
    return bounds


def pieces(settings: Settings) -> list[Batch]:
    """The largest students first, so that no long batch is left to the end."""
    found = []
    for kind, n in sorted(settings.groups(), key=lambda group: -group[1]):
        parts = ceil(settings.seeds * n / BATCH)
        ends = [settings.seeds * part // parts for part in range(parts + 1)]
        found += [Batch(settings, kind, n, range(*between)) for between in pairwise(ends)]
    return found


def measure(batch: Batch) -> list[Outcome]:
    settings, kind, n, students = batch.settings, batch.kind, batch.n, batch.students
    masks, weights = draw_students(kind, n, students, settings.seed)
    step = number(claims.step, {width: n})
    trained = train_students(weights, masks, *population(), time=settings.time, step=step)
    bounds, has_cover = floors(masks), covered(masks, needed())
    parameters = masks.sum(axis=(1, 2)) + n
    for student, loss, bound in zip(students, trained.losses, bounds, strict=True):
        if loss < bound - ROUNDING:
            raise RuntimeError(
                f"{kind}, n = {n}, student {student}: loss {loss:.12g} is below its proved bound {bound:.12g}"
            )
    columns = trained.losses, bounds, has_cover, parameters, trained.steps, trained.evaluations
    rows = zip(students, *(column.tolist() for column in columns), strict=True)
    return [Outcome(kind, n, *row) for row in rows]


def named(batch: Batch) -> str:
    """A batch of students, for a message."""
    return f"{batch.kind}, n = {batch.n}"


def in_order(settings: Settings, outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Kinds and sizes as they are asked for, students by number."""
    order = {group: place for place, group in enumerate(settings.groups())}
    return sorted(outcomes, key=lambda each: (order[each.kind, each.n], each.student))


def summarise(settings: Settings, outcomes: Sequence[Outcome]) -> LiftSummary:
    """All numbers of a study as plain values, for JSON: what was asked, rows, trends, sentences, every student."""
    rows = [_row(settings, kind, n, _of(outcomes, kind, n)) for kind, n in settings.groups()]
    trends = list(_trends(settings, rows))
    return {
        "study": "lifts",
        "seed": settings.seed,
        "students": settings.seeds,
        "sizes": list(settings.sizes),
        "densities": list(map(str, settings.density)),
        "protocol": {
            "target": str(walsh.target),
            "time": settings.time,
            "step": str(claims.step),
            "threshold": threshold(),
            "initial_loss": number(walsh.initial_loss),
            "needed": [sorted(each) for each in needed()],
            "confidence": CONFIDENCE,
        },
        "levels": {
            "one triple missing": number(walsh.one_missing),
            "both triples missing": number(walsh.both_missing),
            "x_1 missing": number(walsh.without_x_1),
        },
        "sentences": sentences(settings.time, rows, trends),
        "rows": rows,
        "trends": trends,
        "outcomes": list(map(_outcome, outcomes)),
    }


def _outcome(found: Outcome) -> OutcomeRow:
    return {
        "kind": found.kind,
        "n": found.n,
        "student": found.student,
        "loss": found.loss,
        "floor": found.floor,
        "covered": found.covered,
        "parameters": found.parameters,
        "steps": found.steps,
        "evaluations": found.evaluations,
    }


def _of(outcomes: Sequence[Outcome], kind: str, n: int) -> list[Outcome]:
    return [each for each in outcomes if (each.kind, each.n) == (kind, n)]


def _row(settings: Settings, kind: str, n: int, outcomes: Sequence[Outcome]) -> StudentRow:
    """What became of the students of a kind and size."""
    students, initial = len(outcomes), number(walsh.initial_loss)
    success = [each.loss <= threshold() for each in outcomes]
    cover = [each.covered for each in outcomes]
    chance = cover_chance(settings, kind, n)
    losses = np.array([each.loss for each in outcomes])
    excess = losses - [each.floor for each in outcomes]
    return {
        "kind": kind,
        "role": "control" if kind in CONTROLS else "dense" if kind == DENSE else "sparse",
        "n": n,
        "students": students,
        "parameters": float(np.mean([each.parameters for each in outcomes])),
        "success": _share(sum(success), students),
        "covered": _share(sum(cover), students),
        "coverage": str(fmpq(chance.numerator, chance.denominator)),  # Python prints no longer integers
        "coverage_value": float(chance),
        "coverage_p": Binomial(students).p_value(sum(cover), float(chance)),
        "success_without_cover": sum(good and not seen for good, seen in zip(success, cover, strict=True)),
        "median_ratio": float(np.median(losses)) / initial,
        "least_loss": float(losses.min()),
        "least_floor": min(each.floor for each in outcomes),
        "least_excess": float(excess.min()),
        "at_their_floor": int((excess < 1e-3 * initial).sum()),
        "steps": min(each.steps for each in outcomes),
        "with_halved_steps": sum(each.steps > min(o.steps for o in outcomes) for each in outcomes),
        "evaluations": sum(each.evaluations for each in outcomes),
    }


def _share(count: int, of: int) -> Share:
    low, high = clopper_pearson(count, of)
    return {"count": count, "share": count / of, "low": low, "high": high}


def cover_chance(settings: Settings, kind: str, n: int) -> Fraction:
    """P_cov, exactly: 0 or 1 where masks are not random enough to do both."""
    for density in settings.density:
        if kind == sparse(density):
            return support_coverage(density, needed(), n)
    return Fraction(kind == DENSE)


def _trends(settings: Settings, rows: Sequence[StudentRow]) -> Iterator[TrendRow]:
    """Each size beside the next: how surprising so large a fall of success were if it did not depend on n."""
    for kind in [*map(sparse, settings.density), DENSE]:
        for fewer, more in pairwise(row for row in rows if row["kind"] == kind):
            counts = fewer["success"]["count"], fewer["students"], more["success"]["count"], more["students"]
            yield {"kind": kind, "fewer": fewer["n"], "more": more["n"], "fall_p": fall_p_value(*counts)}


def fall_p_value(x: int, n: int, y: int, m: int) -> float:
    """Fisher's one-sided test: P(so large a part of x + y successes falls to the n first of n + m), if all are alike."""
    from scipy.stats import hypergeom  # here: `scipy.stats` takes most of a second to import

    return float(hypergeom.sf(x - 1, n + m, x + y, n))
