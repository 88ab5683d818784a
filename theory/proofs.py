"""Proofs as text, a paragraph for each step: its name, in parentheses what carries it, and what it says.

    one time (from shares; by intermediate value): The sum of these falls from $1$, strictly and without a jump, …

In the parentheses, which a step that stands by itself does not need, there is, separated by semicolons,

    from STEP, STEP         the steps above that it uses
    by RULE                 a rule of `sparse_limits.theory.steps.RULES`
    by LABEL for NAME       another claim, and, where it has several formulas, which are taken of it
    by NAME                 the literature: a text of the module
    a definition            it names an object: there is nothing to show
    argued                  its sentence alone
    gives NAME, NAME        the objects that it gives, where these are not those whose slots it is the first to have
    cited: TEXT             the literature, and the sentence used
    at some sizes: WHY      the same with points, or on samples: for which values its checks hold, and why for no others

A step of which nothing else is said is computed: its checks compute with what it gives. A paragraph `[[NAME]]` stands for a
step, or a tuple of steps, of this name, which several proofs have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sparse_limits.theory.steps import RULES, Carrier, Reach, Step

PARAGRAPH = re.compile(r"\S(?:.|\n(?!\s*\n))*")
SLOT = re.compile(r"\[\[(\w+)\]\]")
LABEL = re.compile(r"[A-Z]\d+(?:\.\d+)?")
LAST = re.compile(r"(?:^|; )(cited|at some sizes|at some points|on samples): ")  # a clause that goes on to the end
REACHES = {"at some sizes": Reach.SIZES, "at some points": Reach.POINTS, "on samples": Reach.SAMPLED}


def proof(text: str, objects: Mapping[str, Any], **others: Any) -> tuple[Step, ...]:
    """Return the steps of a proof that is written as text, as this module says.

    text: paragraphs with a blank line between them. objects: what steps give, by the names of their slots, mostly `globals()`.
    others: objects whose names in the proof are not those of the module.

    Raises:
        ValueError: for a paragraph that is no step, with its line and what is wrong with it.

    Examples:
        >>> first, second = proof("square: It has the area $[[area]]$.\\n\\nhalf (from square; by additivity): Half of it.", {"area": 4})
        >>> first.gives, second.uses, str(second.by)
        ({'area': 4}, ('square',), 'rule')
    """
    known = {**objects, **others}
    steps: list[Step] = []
    for found in PARAGRAPH.finditer(text):
        paragraph = " ".join(found[0].split())
        shared = SLOT.fullmatch(paragraph)
        try:
            steps += _shared(shared[1], known) if shared else [_step(paragraph, known, steps)]
        except ValueError as error:
            line = text.count("\n", 0, found.start()) + 1
            raise ValueError(f"line {line} of the proof: {error}") from None
    return tuple(steps)


def _shared(name: str, objects: Mapping[str, Any]) -> tuple[Step, ...]:
    found = objects.get(name)
    steps = found if isinstance(found, tuple) else (found,)
    if not all(isinstance(each, Step) for each in steps):
        raise ValueError(f"[[{name}]] stands alone, expected the name of a step, or of several")
    return steps


def _step(paragraph: str, objects: Mapping[str, Any], before: Sequence[Step]) -> Step:
    name, clauses, sentence = _parts(paragraph)
    said: dict[str, Any] = {}
    for clause in _clauses(clauses):
        for field, value in _read(clause, objects, before):
            if field in said:
                raise ValueError(f"{name!r} says {clause!r} beside what it has said of {field}")
            said[field] = value
    given = {each for step in before for each in step.gives}
    names = said.pop("gives", [each for each in dict.fromkeys(SLOT.findall(sentence)) if each not in given])
    if missing := [each for each in names if each not in objects]:
        raise ValueError(
            f"{name!r} gives {', '.join(missing)}, which the module does not have, nor the call of proof(…) as an argument"
        )
    return Step(name=name, sentence=sentence, gives={each: objects[each] for each in names}, **said)


def _parts(paragraph: str) -> tuple[str, str, str]:
    """The name of a step, what stands in the parentheses behind it, and its sentence: behind the first colon outside of them."""
    depth = 0
    for place, letter in enumerate(paragraph):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and paragraph.startswith(": ", place):
            name, _, clauses = paragraph[:place].partition(" (")
            return name, clauses.removesuffix(")"), paragraph[place + 2 :]
    raise ValueError(f"{paragraph[:60]!r} is no step, expected `name (from …; by …): sentence`")


def _clauses(text: str) -> Iterator[str]:
    last = LAST.search(text)
    yield from filter(None, (text if last is None else text[: last.start()]).split("; "))
    if last is not None:
        yield text[last.start() :].removeprefix("; ")


def _read(clause: str, objects: Mapping[str, Any], before: Sequence[Step]) -> Iterator[tuple[str, Any]]:
    """The fields of a step that a clause fills."""
    word, _, rest = clause.partition(" ")
    if clause == "a definition":
        yield "by", Carrier.DEFINED
    elif clause == "argued":
        yield "by", Carrier.ARGUED
    elif word == "from":
        yield "uses", tuple(_steps_named(rest, [step.name for step in before]))
    elif word == "gives":
        yield "gives", rest.split(", ")
    elif word == "by":
        yield from _carried(rest, objects)
    elif LAST.match(clause):
        kind, _, text = clause.partition(": ")
        yield from (
            (("by", Carrier.CITED), ("source", text))
            if kind == "cited"
            else (("reach", REACHES[kind]), ("limited", text))
        )
    else:
        raise ValueError(
            f"cannot read {clause!r}, expected from …, by …, gives …, cited: …, a definition, argued, or at some sizes: …"
        )


def _carried(by: str, objects: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    label, _, taken = by.partition(" for ")
    if by in RULES:
        yield from (("by", Carrier.RULE), ("source", by))
    elif LABEL.fullmatch(label):
        yield from (("by", Carrier.CLAIM), ("source", label), ("takes", tuple(taken.split(", ")) if taken else ()))
    elif isinstance(objects.get(by), str):
        yield from (("by", Carrier.CITED), ("source", objects[by]))
    else:
        raise ValueError(
            f"by {by!r}, expected a rule, the label of a claim, or the name of a citation; the rules are RULES in theory/steps.py"
        )


def _steps_named(words: str, names: Sequence[str]) -> Iterator[str]:
    """The steps of a list with commas, which a name may have, too."""
    while words:
        found = [name for name in names if words == name or words.startswith(f"{name}, ")]
        if not found:
            raise ValueError(f"from {words!r}, expected steps above: {', '.join(names) or 'there is none'}")
        name = max(found, key=len)
        yield name
        words = words[len(name) :].removeprefix(", ")
