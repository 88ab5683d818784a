"""The vocabulary of the ledger: a claim, where it comes from, how it is proved, and what it rests on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import sympy as sp

from sparse_limits.theory.bounds import Loose, Sharp, Unmeasured
from sparse_limits.theory.latex import latex
from sparse_limits.theory.parted import Parted
from sparse_limits.theory.quantities import Hypothesis, Letter, Quantity, letters_of
from sparse_limits.theory.questions import OpenQuestion
from sparse_limits.theory.reasons import Reasons
from sparse_limits.theory.selection import reading_order
from sparse_limits.theory.steps import Carrier, Reach, Step, check_steps

BRIEF = 200  # letters of a headline
EXPRESSION_SLOT = re.compile(r"\[\[(\w+)\]\]")
QUOTATION = re.compile(r"“(.+?)”", re.DOTALL)
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)


class Provenance(StrEnum):
    """Whose claim it is."""

    STATED = "STATED"  # stands in a text at hand, which the source quotes
    RECONSTRUCTED = "RECONSTRUCTED"  # announced by a sentence that the source quotes; precise form and proof are ours
    EXTENSION = "EXTENSION"  # goes beyond the texts at hand: ours, or a textbook fact that is cited
    CORRECTION = "CORRECTION"  # a text at hand or cited literature, quoted, says otherwise; this form holds
    PITFALL = "PITFALL"  # a form that one might expect, or that is reported second-hand, fails; this form holds


class Proof(StrEnum):
    """Whether a proof is claimed. Of steps it is computed, and so is how far they go (`sparse_limits.theory.links.status`)."""

    PROVED = "PROVED"
    MEASURED = "MEASURED"  # no step, or not each, reaches beyond samples


@dataclass(frozen=True)
class Source:
    """A paper (its arXiv number), the version that the claim is about (v1, or a venue) and the place in it.

    An empty version is one that is not known; without a paper the place stands alone, such as a book.
    """

    paper: str = ""
    version: str = ""
    place: str = ""

    def __str__(self) -> str:
        paper = f"arXiv:{self.number}" if self.paper else ""
        venue = "" if self.number != self.paper else self.version
        return ", ".join(filter(None, (paper, venue, self.place))) or "no paper"

    @property
    def number(self) -> str:
        """The arXiv number with that of the version, if it is one of arXiv's."""
        return f"{self.paper}{self.version}" if re.fullmatch(r"v\d+", self.version) else self.paper

    @property
    def where(self) -> str:
        """The version and the place, behind the paper's citation."""
        return "".join(f", {each}" for each in (self.version, self.place) if each)


@dataclass(frozen=True)
class Remark:
    """A sentence beside a claim that its proof does not prove: a measurement, a conjecture, a hint.

    `text` is Markdown with LaTeX and the slots of the statement; `checked_by` names the check of the same claim that
    carries the sentence, and without one every face of the claim says "not checked".
    """

    text: str
    checked_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Pitfall:
    """A form that fails, beside the claim that holds; all texts are Markdown with LaTeX and the slots of the statement.

    `control` names the control that puts the form to the test, in a check that computes with the `counterexample`, an
    aid or expression of the claim: the smallest case in which the form fails.
    """

    control: str
    said: str
    by: str  # a “quotation” with its place, or that it is reported second-hand, or that one might expect it
    why: str  # it fails, in one sentence
    counterexample: str
    by_hand: str  # the counterexample, worked
    instead: str  # what holds, in one line

    def __post_init__(self) -> None:
        for each in fields(self):
            if not getattr(self, each.name).strip():
                raise ValueError(f"a pitfall says nothing under {each.name!r}")

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said, by whom, why it fails, where, and what holds instead."""
        return self.said, self.by, self.why, self.by_hand, self.instead


@dataclass(frozen=True, kw_only=True, eq=False)
class Claim:
    """A sentence of a theory with its formulas as objects that checks evaluate and controls replace.

    `statement` is Markdown with LaTeX; `[[name]]` in it stands for the LaTeX of `expressions[name]`, so that no
    formula is typed twice. `expressions` are claimed, hence checked, replaced by controls and mutated: by default what the
    statement names and, in `also`, others that the steps give; `aids` are objects that checks lean on without claiming them. `quantities` say what the letters of the expressions stand for and
    which values they take, `hypotheses` what is assumed besides.
    The proof is a list of `steps`, read from text by `sparse_limits.theory.proofs.proof`, or `proof_text`, prose in Markdown with LaTeX,
    of which `proof` says whether it proves. `uses` holds the claims that steps rest on and, given by name, others that the sentences lean on.
    `because` maps a computed step to the reason (or reasons) that SymPy checks, see `sparse_limits.theory.reasons`; `wrong` gives
    wrong forms of formulas and aids, each as `"formula: what is wrong in it": form`; a function, since checks alone need them.
    `headline` says the claim in brief, where the statement is long: one formula at most, and that one a slot.
    `named` gives a letter (LaTeX) to a part that the printed formulas share: the statement prints the letter, and ends
    with what it is; a `Lambda` names a function, such as $F_k$ at two places. `symbols` says what the other letters of the sentences stand for (LaTeX: a noun phrase).
    `remarks` hold what is measured, conjectured or said aside: the statement holds only what its proof proves.
    `equivalent_mutants` maps a mutant (as `sparse-limits mutate` prints it) to the reason why it is no error.
    `sharp` names the bounds that examples attain, with the checks that compute with these examples; `loose` those that are
    beyond what they bound by a factor that is computed, `unmeasured` those of which this is not known.
    `open_questions` say what is not known, where a proof stops, what is proved instead and what was computed.
    `pitfalls` say which forms fail, at least one for a CORRECTION or a PITFALL; those of a CORRECTION quote a text.
    The source of what is STATED or RECONSTRUCTED quotes the sentence that states or announces it.
    Claims compare by identity.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> snip = claim("S4")
        >>> snip.label, str(snip.provenance), str(snip.proof)
        ('S4', 'RECONSTRUCTED', 'PROVED')
        >>> sorted(map(str, snip.expressions["kernel"].free_symbols))
        ['phi', 'tau', 'u']

    Raises:
        ValueError: for a label not of the form `S4` or `G3.1`, an empty set of expressions, a floating-point number in an
            expression, a slot in the statement that names no expression, a sharp bound that is none, a form that fails where none may or no
            such form where one must be, a counterexample that is nothing of the claim, or a missing quotation; for no
            proof, or one both in steps and in prose, and what `check_steps` refuses.
    """

    label: str
    title: str
    statement: str
    source: Source
    provenance: Provenance
    proof: Proof = Proof.PROVED
    expressions: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    uses: tuple[str, ...] = ()
    aids: Mapping[str, Any] = field(default_factory=dict)
    because: Mapping[str, Reasons] = field(default_factory=dict)
    wrong: Callable[[], Mapping[str, Any]] = dict
    remarks: tuple[Remark, ...] = ()
    equivalent_mutants: Mapping[str, str] = field(default_factory=dict)
    pitfalls: tuple[Pitfall, ...] = ()
    proof_text: str = ""
    steps: tuple[Step, ...] = ()
    sharp: tuple[Sharp, ...] = ()
    loose: tuple[Loose, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
    open_questions: tuple[OpenQuestion, ...] = ()
    headline: str = ""
    named: Mapping[str, sp.Expr] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        reading_order(self.label)  # refuses what is no label
        self._take_expressions()
        self._check_attribution()
        self._check_letters()
        self._check_proof()
        for name, value in self.expressions.items():
            for expression in formulas(value):
                if expression.atoms(sp.Float):
                    raise ValueError(f"{self.label}: {name} contains a float; expected exact numbers")
        self._check_bounds()
        self._check_headline()
        pitfalls = (text for pitfall in self.pitfalls for text in pitfall.texts)
        for text in (
            self.statement,
            *(remark.text for remark in self.remarks),
            *(bound.example for bound in self.sharp),
            *(text for bound in self.loose for text in (bound.lost, bound.order, bound.exponent)),
            *(bound.why for bound in self.unmeasured),
            *(text for question in self.open_questions for text in question.texts),
            *pitfalls,
        ):
            for slot in EXPRESSION_SLOT.findall(text):
                if slot not in self.expressions:
                    raise ValueError(f"{self.label}: the statement names [[{slot}]], which is no expression of it")

    def _take_expressions(self) -> None:
        """Those that the statement names, and `also`, from the steps, unless they are given."""
        if not self.expressions:
            given = {name: value for step in self.steps for name, value in step.gives.items()}
            names = dict.fromkeys((*EXPRESSION_SLOT.findall(self.statement), *self.also))
            if self.steps and (unknown := [name for name in names if name not in given]):
                raise ValueError(f"{self.label}: the statement names [[{unknown[0]}]], and no step gives it")
            object.__setattr__(self, "expressions", {name: given[name] for name in names} if self.steps else {})
        if not self.expressions:
            raise ValueError(
                f"{self.label}: a claim needs at least one expression, expected [[name]] in the statement, of a formula that a step gives"
            )

    @cached_property
    def wrong_forms(self) -> Mapping[str, Mapping[str, Any]]:
        """The wrong forms of formulas and aids: each meets every check that takes the formula, and one must refute it.

        Raises:
            ValueError: for wrong forms of what is nothing of the claim, and for one that is no other than the formula.
        """
        known, found = {**self.aids, **self.claimed}, dict[str, dict[str, Any]]()
        for title, value in self.wrong().items():
            name, _, form = str(title).partition(": ")
            if name not in known or not form:
                raise ValueError(
                    f"{self.label}: the wrong form {title!r} does not begin with the name of a formula and a colon"
                )
            if type(value) is type(known[name]) and value == known[name]:
                raise ValueError(f"{self.label}: the wrong form {form!r} of {name} is {name} itself")
            found.setdefault(name, {})[form] = value
        return found

    def _check_bounds(self) -> None:
        for bound in self.sharp:
            if not isinstance(self.expressions.get(bound.expression), sp.Expr):
                raise ValueError(f"{self.label}: {bound.expression!r} is sharp, and no formula of the claim")
        for name in (name for bound in self.loose for name in (bound.expression, bound.truth)):
            if not isinstance({**self.aids, **self.claimed}.get(name), sp.Expr):
                raise ValueError(f"{self.label}: a loose bound names {name!r}, which is no formula of the claim")
        bounds: tuple[Sharp | Loose | Unmeasured, ...] = (*self.sharp, *self.loose, *self.unmeasured)
        graded = [bound.expression for bound in bounds]
        if unknown := set(graded) - set(self.claimed):
            raise ValueError(f"{self.label}: {', '.join(sorted(unknown))} is a bound, and nothing that is claimed")
        if twice := sorted({name for name in graded if graded.count(name) > 1}):
            raise ValueError(f"{self.label}: two records say how good the bound {', '.join(twice)} is")

    def _check_headline(self) -> None:
        if letters_beside_formulas(self.headline) > BRIEF:
            raise ValueError(f"{self.label}: a headline of more than {BRIEF} letters beside its formulas")
        slots = EXPRESSION_SLOT.findall(self.headline)
        if len(slots) > 1:
            raise ValueError(f"{self.label}: a headline with {len(slots)} formulas, expected one at most")
        if unknown := [slot for slot in slots if slot not in self.claimed]:
            raise ValueError(f"{self.label}: the headline names [[{unknown[0]}]], which no step gives")

    def _check_proof(self) -> None:
        if bool(self.steps) == bool(self.proof_text.strip()):
            raise ValueError(f"{self.label}: expected a proof in steps or in prose, not both")
        if not self.steps:
            return
        try:
            check_steps(self.steps, self.expressions)
        except ValueError as error:
            raise ValueError(f"{self.label}: {error}") from None
        sampled = Reach.SAMPLED in {step.reach for step in self.steps}
        if self.proof is Proof.MEASURED and not sampled:
            raise ValueError(f"{self.label}: {self.proof}, expected PROVED where no step reaches samples alone")
        object.__setattr__(self, "proof", Proof.MEASURED if sampled else Proof.PROVED)
        sources = (step.source for step in self.steps if step.by is Carrier.CLAIM)
        object.__setattr__(self, "uses", tuple(sorted({*sources, *self.uses}, key=reading_order)))
        for step in self.steps:
            for slot in EXPRESSION_SLOT.findall(step.sentence):
                if slot not in self.claimed:
                    raise ValueError(f"{self.label}: step {step.name!r} names [[{slot}]], which no step gives")
        if both := set(self.claimed) & set(self.aids):
            raise ValueError(f"{self.label}: {', '.join(both)} is an aid, and a step gives it")

    @property
    def claimed(self) -> Mapping[str, Any]:
        """The expressions and what the steps of the proof give besides: what checks hold to account, by name."""
        return {**self.expressions, **{name: value for step in self.steps for name, value in step.gives.items()}}

    def _check_letters(self) -> None:
        if not self.quantities and not self.hypotheses:
            return
        letters = [letter for quantity in self.quantities for letter in quantity.letters]
        names = [str(letter) for letter in letters]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"{self.label}: two quantities are called {', '.join(twice)}")
        used = {letter for each in formulas(self.expressions) for letter in letters_of(each)}
        used |= {
            symbol for each in self.hypotheses if each.relation is not None for symbol in each.relation.free_symbols
        }
        if unsaid := sorted(map(str, used - set(letters))):
            raise ValueError(f"{self.label}: no quantity says what {', '.join(unsaid)} stands for")
        for hypothesis in self.hypotheses:
            if unknown := set(hypothesis.needed_by) - set(self.claimed):
                raise ValueError(
                    f"{self.label}: {hypothesis.words!r} is needed by {', '.join(unknown)}, no expression of it"
                )

    def quantity(self, symbol: Letter) -> Quantity | None:
        """What a letter stands for; None for one that the claim does not explain."""
        return self._explained.get(symbol)

    @cached_property
    def _explained(self) -> Mapping[Letter, Quantity]:
        return {letter: quantity for quantity in self.quantities for letter in quantity.letters}

    def drawn(self, symbol: sp.Symbol) -> tuple[object, object] | None:
        """Ends of the range in which random points for a letter are drawn; None where the claim names none."""
        quantity = self.quantity(symbol)
        return None if quantity is None else quantity.ends

    @property
    def assumed(self) -> tuple[str, ...]:
        """All hypotheses as sentences, relations in LaTeX."""
        return tuple(each.latex_words for each in self.hypotheses)

    def _check_attribution(self) -> None:
        if (self.provenance in (Provenance.CORRECTION, Provenance.PITFALL)) != bool(self.pitfalls):
            raise ValueError(f"{self.label}: a CORRECTION or a PITFALL, and nothing else, says which form fails")
        for pitfall in self.pitfalls:
            if pitfall.counterexample not in {*self.expressions, *self.aids}:
                raise ValueError(f"{self.label}: the counterexample {pitfall.counterexample!r} is nothing of the claim")
            if self.provenance is Provenance.CORRECTION and not QUOTATION.search(pitfall.by):
                raise ValueError(f"{self.label}: a CORRECTION quotes the text that it corrects")
        announced = self.provenance in (Provenance.STATED, Provenance.RECONSTRUCTED)
        if announced and not QUOTATION.search(self.source.place):
            raise ValueError(
                f"{self.label}: what is {self.provenance} quotes its source: expected a sentence in “…” as the place"
            )

    @property
    def latex_headline(self) -> str:
        """The headline with the LaTeX of its expression in place; empty without one."""
        return self.filled(self.headline)

    @property
    def latex_statement(self) -> str:
        """The statement with the LaTeX of its expressions in place, and what the letters of their shared parts are."""
        printed = {slot: self.claimed[slot] for slot in EXPRESSION_SLOT.findall(self.statement)}
        parted = Parted(self.named)
        shown = {slot: parted.latex(each) for slot, each in printed.items() if self.named and isinstance(each, sp.Expr)}
        said = parted.definitions([printed[slot] for slot in shown])
        text = EXPRESSION_SLOT.sub(lambda slot: f"{{{shown.get(slot[1]) or self.latex(slot[1])}}}", self.statement)
        return "\n".join([text, *said])

    @property
    def latex_proof(self) -> tuple[str, ...]:
        """The proof with LaTeX in place: the sentences of its steps, or its prose."""
        return tuple(self.filled(step.sentence) for step in self.steps) or (self.proof_text,)

    @property
    def latex_remarks(self) -> tuple[str, ...]:
        """The remarks with the LaTeX of the expressions in place, each with the words that say what carries it."""
        carried = (
            f"(check: {each.checked_by.replace('_', ' ')})" if each.checked_by else "(not checked)"
            for each in self.remarks
        )
        return tuple(f"{self.filled(each.text)} {words}" for each, words in zip(self.remarks, carried, strict=True))

    def filled(self, text: str) -> str:
        """The text with the LaTeX of the claim's expressions in place of their slots."""
        return EXPRESSION_SLOT.sub(lambda slot: f"{{{self.latex(slot[1])}}}", text)

    def latex(self, name: str) -> str:
        """The LaTeX of one of its expressions, or of what a step of its proof gives."""
        value = self.claimed[name]
        return latex(value, formulas(value))


def letters_beside_formulas(text: str) -> int:
    """How many letters, marks and spaces a text has without its formulas: `letters_beside_formulas("if $x>0$")` is 3."""
    return len(FORMULA.sub("", text))


def formulas(subject: object) -> Iterator[sp.Basic]:
    """The SymPy expressions inside a subject: itself, or those in the fields and items of a plain value."""
    if isinstance(subject, (sp.Basic, int, float, complex)):
        yield sp.sympify(subject, strict=True)
    elif isinstance(subject, Mapping):
        for value in subject.values():
            yield from formulas(value)
    elif isinstance(subject, (tuple, list, sp.MatrixBase)):
        for value in subject:
            yield from formulas(value)
    elif is_dataclass(subject) and not isinstance(subject, type):
        for each in fields(subject):
            yield from formulas(getattr(subject, each.name))
