"""The ledger: all claims in reading order, each with its name and its topic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sparse_limits.theory.claims import Claim
from sparse_limits.theory.dependencies import lazy_homes
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.selection import in_spans, near_label, reading_order, select, whole


@dataclass(frozen=True)
class Entry:
    """A claim in the ledger: its name (that of the variable that holds it) and its topic (that of its module)."""

    name: str
    topic: str
    claim: Claim

    @property
    def label(self) -> str:
        return self.claim.label

    @property
    def core(self) -> bool:
        """Whether a paper announces the claim, or such a claim or an engine rests on it: then its file is not in `further`."""
        home = "" if "." in self.topic else lazy_homes(f"sparse_limits.theory.{self.topic}").get(self.name, "")
        return ".further." not in home


class Ledger:
    """All claims, in reading order; refuses a label used twice, an unknown `uses` and a circle of `uses`.

    Also a step that takes of a claim what is neither an expression nor a step of it.
    """

    def __init__(self, topics: Mapping[str, Mapping[str, object]], beside: Mapping[str, Claim] | None = None) -> None:
        """Collect the claims among the named values of each topic; beside: those of another ledger that they may use."""
        self.topics, self.beside = tuple(topics), {} if beside is None else beside
        self._entries: dict[str, Entry] = {}
        for topic, values in topics.items():
            found = [Entry(name, topic, value) for name, value in values.items() if isinstance(value, Claim)]
            for entry in sorted(found, key=lambda entry: reading_order(entry.label)):
                self._add(entry)
        self._check_uses()

    def _add(self, entry: Entry) -> None:
        known = self._entries.get(entry.label)
        if known is not None:
            raise ValueError(f"label {entry.label} is used twice: by {known.name} and by {entry.name}")
        if whole(entry.label) != entry.label and whole(entry.label) in self._entries:
            raise ValueError(f"{entry.label} is a part, and {whole(entry.label)} a claim; expected one or the other")
        self._entries[entry.label] = entry

    def _check_uses(self) -> None:
        state: dict[str, str] = {}

        def visit(label: str, path: tuple[str, ...]) -> None:
            if label in self.beside:
                return
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
            for step in filter(lambda step: step.takes, self._entries[label].claim.steps):
                cited = self.claim(step.source)
                known = {*cited.expressions, *(each.name for each in cited.steps)}
                if unknown := sorted(set(step.takes) - known):
                    raise ValueError(f"{label}, step {step.name!r} takes {', '.join(unknown)}, none of {cited.label}")

    def claim(self, label: str) -> Claim:
        """The claim of a label, also of another ledger that may be used."""
        return self.beside[label] if label in self.beside else self[label].claim

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, label: str) -> Entry:
        try:
            return self._entries[label]
        except KeyError:
            near = near_label(str(label), self._entries) or f"; expected one of {in_spans(list(self._entries))}"
            raise InputError(f"no claim {label!r:.60}{near}") from None

    @cached_property
    def used_by(self) -> Mapping[str, tuple[str, ...]]:
        """For each label the labels of the claims that use it."""
        users: dict[str, list[str]] = {label: [] for label in (*self._entries, *self.beside)}
        for entry in self:
            for used in entry.claim.uses:
                users[used].append(entry.label)
        return {label: tuple(labels) for label, labels in users.items()}

    def select(self, names: Sequence[str], core: bool = False) -> list[Entry]:
        """The entries named by labels or topics, in reading order; all of them when nothing is named.

        core: without further claims.

        Raises:
            InputError: for a name that is neither a label nor a topic, and where only further claims are named and `core` is True.
        """
        return select(self, names, core)
