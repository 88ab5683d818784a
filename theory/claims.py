"""The vocabulary of the ledger: a claim, where it comes from, how it is proved, and what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import sympy as sp

from theory.latex import latex

LABEL = re.compile(r"[A-Z]\d+")
EXPRESSION_SLOT = re.compile(r"\[\[(\w+)\]\]")


class Provenance(StrEnum):
    """Whose claim it is."""

    STATED = "STATED"  # stands in the text of the paper
    RECONSTRUCTED = "RECONSTRUCTED"  # announced by the paper; the precise form and the proof are ours
    EXTENSION = "EXTENSION"  # goes beyond the paper
    CORRECTION = "CORRECTION"  # the announced or usual form fails; ours holds


class Proof(StrEnum):
    """How it is known to be true, apart from who said it."""

    PROVED = "PROVED"  # the proof stands in this project
    CITED = "CITED"  # the proof stands in the literature
    MEASURED = "MEASURED"  # no proof is claimed


@dataclass(frozen=True)
class Source:
    """A paper (its arXiv number) and, where known, the place in it."""

    paper: str
    place: str = ""

    def __str__(self) -> str:
        return f"arXiv:{self.paper}, {self.place}" if self.place else f"arXiv:{self.paper}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Claim:
    """A sentence of a theory with its formulas as objects that checks evaluate and controls replace.

    `statement` is Markdown with LaTeX; `[[name]]` in it stands for the LaTeX of `expressions[name]`, so that no
    formula is typed twice. `expressions` are claimed, hence checked, replaced by controls and mutated; `aids` are
    objects that checks lean on without claiming them. `domain` says where random points for a symbol are drawn.
    `equivalent_mutants` maps a mutant (as `sparse-limits mutate` prints it) to the reason why it is no error.
    A CORRECTION says in `announced` what is usually stated, under the name of the control that puts it to the test.
    Claims compare by identity.

    Raises:
        ValueError: for a label not of the form `S4`, an empty set of expressions, a floating-point number in an
            expression, a slot in the statement that names no expression, or a CORRECTION of nothing.
    """

    label: str
    title: str
    statement: str
    proof_text: str
    source: Source
    provenance: Provenance
    proof: Proof
    expressions: Mapping[str, Any]
    assumptions: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    aids: Mapping[str, Any] = field(default_factory=dict)
    domain: Mapping[sp.Symbol, tuple[object, object]] = field(default_factory=dict)
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)
    announced: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not LABEL.fullmatch(self.label):
            raise ValueError(f"label {self.label!r}: expected a capital letter and a number, such as S4")
        if not self.expressions:
            raise ValueError(f"{self.label}: a claim needs at least one expression")
        if (self.provenance is Provenance.CORRECTION) != bool(self.announced):
            raise ValueError(f"{self.label}: a CORRECTION, and nothing else, says what is announced")
        for name, value in self.expressions.items():
            for expression in formulas(value):
                if expression.atoms(sp.Float):
                    raise ValueError(f"{self.label}: {name} contains a float; expected exact numbers")
        for slot in EXPRESSION_SLOT.findall(self.statement):
            if slot not in self.expressions:
                raise ValueError(f"{self.label}: the statement names [[{slot}]], which is no expression of it")

    @property
    def latex_statement(self) -> str:
        """The statement with the LaTeX of its expressions in place."""
        return EXPRESSION_SLOT.sub(lambda slot: f"{{{self.latex(slot[1])}}}", self.statement)

    def latex(self, name: str) -> str:
        """The LaTeX of one of its expressions."""
        value = self.expressions[name]
        return latex(value, formulas(value))


def formulas(subject: object) -> Iterator[sp.Basic]:
    """The SymPy expressions inside a subject: itself, or those in the fields and items of a plain value."""
    if isinstance(subject, (sp.Basic, int, float, complex)):
        yield sp.sympify(subject)
    elif isinstance(subject, Mapping):
        for value in subject.values():
            yield from formulas(value)
    elif isinstance(subject, (tuple, list, sp.MatrixBase)):
        for value in subject:
            yield from formulas(value)
    elif is_dataclass(subject) and not isinstance(subject, type):
        for each in fields(subject):
            yield from formulas(getattr(subject, each.name))


@dataclass(frozen=True)
class Entry:
    """A claim in the ledger: its name (that of the variable that holds it) and its topic (that of its module)."""

    name: str
    topic: str
    claim: Claim

    @property
    def label(self) -> str:
        return self.claim.label


class Ledger:
    """All claims, in reading order; refuses a label used twice, an unknown `uses` and a circle of `uses`."""

    def __init__(self, topics: Mapping[str, Mapping[str, object]]) -> None:
        """Collect the claims among the named values of each topic, such as `vars(theory.graphon)`."""
        self.topics = tuple(topics)
        self._entries: dict[str, Entry] = {}
        for topic, values in topics.items():
            found = [Entry(name, topic, value) for name, value in values.items() if isinstance(value, Claim)]
            for entry in sorted(found, key=lambda entry: (entry.label[0], int(entry.label[1:]))):
                self._add(entry)
        self._check_uses()

    def _add(self, entry: Entry) -> None:
        known = self._entries.get(entry.label)
        if known is not None:
            raise ValueError(f"label {entry.label} is used twice: by {known.name} and by {entry.name}")
        self._entries[entry.label] = entry

    def _check_uses(self) -> None:
        state: dict[str, str] = {}

        def visit(label: str, path: tuple[str, ...]) -> None:
            if label not in self._entries:
                raise ValueError(f"{path[-1]} uses {label}, which is no claim of the ledger")
            if state.get(label) == "open":
                raise ValueError(f"claims use each other in a circle: {' → '.join((*path, label))}")
            if label in state:
                return
            state[label] = "open"
            for used in self._entries[label].claim.uses:
                visit(used, (*path, label))
            state[label] = "done"

        for label in self._entries:
            visit(label, ())

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, label: str) -> Entry:
        try:
            return self._entries[label]
        except KeyError:
            raise ValueError(f"no claim {label!r}; expected one of {', '.join(self._entries)}") from None

    @cached_property
    def used_by(self) -> Mapping[str, tuple[str, ...]]:
        """For each label the labels of the claims that use it."""
        users: dict[str, list[str]] = {label: [] for label in self._entries}
        for entry in self:
            for used in entry.claim.uses:
                users[used].append(entry.label)
        return {label: tuple(labels) for label, labels in users.items()}

    def select(self, names: Sequence[str]) -> list[Entry]:
        """The entries named by labels or topics, in reading order; all of them when nothing is named.

        Raises:
            ValueError: for a name that is neither a label nor a topic.
        """
        for name in names:
            if name not in self._entries and name not in self.topics:
                raise ValueError(
                    f"{name!r} is neither a label nor a topic; "
                    f"topics: {', '.join(self.topics)}; labels: {', '.join(self._entries)}"
                )
        return [entry for entry in self if not names or entry.label in names or entry.topic in names]
