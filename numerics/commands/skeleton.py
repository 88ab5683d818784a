"""The skeleton of a new claim: one file with formula, proof, reasons and wrong forms, and its place in the book.

The skeleton is a claim that holds, the modulus of kept weights of CONTRIBUTING.md, so that `verify`, `mutate`, the linter
and the build pass before anything is changed; an author replaces its formula by another, and sees what breaks.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from keyword import iskeyword
from pathlib import Path
from string import Template

from sparse_limits import theory
from sparse_limits.numerics.arguments import InputError
from sparse_limits.numerics.files import replacing
from sparse_limits.theory.lazy import homes
from sparse_limits.theory.ledger import LETTERS, load_ledger
from sparse_limits.theory.selection import meant, reading_order

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST_NAME = 60
OF_THE_TEMPLATE = ("half_normal", "modulus", "proof", "same", "sp", "t")  # what the claim looks up in its module
IMPORT = re.compile(r" +from sparse_limits\.theory\.")

CLAIM = Template('''\
"""The modulus that magnitude pruning keeps."""

import sympy as sp

from sparse_limits.theory.claims import Claim, Provenance, Source
from sparse_limits.theory.proofs import proof
from sparse_limits.theory.quantities import NON_NEGATIVE, Hypothesis, Quantity
from sparse_limits.theory.reasons import same
from sparse_limits.theory.tails import half_normal, t

modulus = sp.sqrt(2 / sp.pi) * sp.exp(-(t**2) / 2)

$name = Claim(
    label="$label",
    title="The modulus that magnitude pruning keeps",
    statement=r"For standard normal $$w$$ and $$t\\ge0$$, $$E[|w|\\,1\\{|w|>t\\}]=[[modulus]]$$.",
    steps=proof(
        r"""
density (a definition): $$|w|$$ has the density $$[[density]]$$ at $$t\\ge0$$.

modulus (from density): $$t$$ times the density, integrated from $$t$$ on, is $$[[modulus]]$$.
""",
        globals(),
        density=half_normal.density,
    ),
    source=Source("2602.06675", "v1", "beyond the abstract"),
    provenance=Provenance.EXTENSION,
    quantities=(Quantity(t, "level above which a weight is kept", NON_NEGATIVE),),
    hypotheses=(Hypothesis("$$w$$ is standard normal"),),
    because={
        "modulus": lambda density, modulus: (
            same(sp.diff(modulus, t), -t * density),
            same(sp.limit(modulus, t, sp.oo), 0),
            same(sp.integrate(density, (t, 0, sp.oo)), 1),
        ),
    },
    wrong=lambda: {
        "modulus: second moment": sp.erfc(t / sp.sqrt(2)) + t * modulus,
        "modulus: the chance to be kept": sp.erfc(t / sp.sqrt(2)),
        "density: not at its height": sp.exp(-(t**2) / 2),
    },
)
''')

SECTION = Template("""
## The modulus that magnitude pruning keeps

```{claim} $label
```
""")


def new_claim(topic: str, name: str, page: str | None = None) -> tuple[str, list[Path]]:
    """Write a claim of a topic, its export, its box in the book and its row in README; return its label and the files.

    name: of the claim and of its module, such as kept_modulus. page: of the book, without .md; that of the topic in the reference is usual.

    Raises:
        InputError: for a topic or a page that there is not, a name that is taken, is none or is used by the template, a README without the
            topic's row, and where the package does not run from a checkout of its sources. Nothing is written then.
    """
    if topic not in LETTERS:
        raise InputError(f"topic is {topic!r:.60}{meant(topic, LETTERS)}; expected {', '.join(LETTERS)}")
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise InputError(
            f"name is {name!r:.60}, expected at most {LONGEST_NAME} small letters, digits and underscores, such as kept_modulus"
        )
    if name in OF_THE_TEMPLATE:
        raise InputError(f"name is {name}, which the skeleton of a claim uses, expected another, such as kept_{name}")
    if iskeyword(name):
        raise InputError(f"name is {name}, a word of Python, expected another, such as kept_modulus")
    root = Path(theory.__file__).resolve().parent.parent
    if not (root / "pyproject.toml").is_file():
        raise InputError(
            f"{root}: holds no pyproject.toml, expected a checkout of the sources, installed by pip install -e ."
        )
    folder = root / "theory" / topic
    claim = folder / "further" / f"{name}.py"  # until a paper's claim or an engine rests on it
    if name in homes(f"sparse_limits.theory.{topic}") or claim.exists() or (folder / claim.name).exists():
        raise InputError(f"name is {name}, which sparse_limits.theory.{topic} has, expected another")
    export, box = folder / "__init__.py", root / "book" / f"{page or f'topic_{topic}'}.md"
    if not box.is_file():
        raise InputError(f"{box}: no such page, expected one of the book, beside the folders theory and numerics")
    words = {"label": next_label(topic), "name": name}
    texts = {
        claim: CLAIM.substitute(words),
        export: exported(export.read_text(encoding="utf-8"), topic, name),
        box: box.read_text(encoding="utf-8").rstrip("\n") + "\n" + SECTION.substitute(words),
    }
    if (readme := root / "README.md").is_file():
        texts[readme] = with_row(readme.read_text(encoding="utf-8"), topic, words["label"])
    with ExitStack() as files:  # all are replaced once all are written, or none is
        for path, text in texts.items():
            files.enter_context(replacing(path)).write_text(text, encoding="utf-8")
    return words["label"], list(texts)


def next_label(topic: str) -> str:
    """The label after the last one of a topic's first letter."""
    letter = LETTERS[topic][0]
    numbers = [number for first, number, _ in (reading_order(each.label) for each in load_ledger()) if first == letter]
    return f"{letter}{max(numbers, default=0) + 1}"


def with_row(readme: str, topic: str, label: str) -> str:
    """README with one claim more in the row of a topic: the labels from the first to the last of each letter, and how many are core.

    Raises:
        InputError: if the table has no such row.
    """
    entries = load_ledger().select([topic])
    numbers: dict[str, list[int]] = {}
    for each in [*(entry.label for entry in entries), label]:
        letter, number, _ = reading_order(each)
        numbers.setdefault(letter, []).append(number)
    ends = (dict.fromkeys((f"{letter}{min(found)}", f"{letter}{max(found)}")) for letter, found in numbers.items())
    labels = ", ".join(map("–".join, ends))
    core = f"{sum(entry.core for entry in entries)} of {len(entries) + 1}"
    changed, rows = re.subn(
        rf"^(\| `{topic}` \|)[^|]*\|[^|]*\|", rf"\1 {labels} | {core} |", readme, flags=re.MULTILINE
    )
    if rows != 1:
        raise InputError(
            f"README.md has {rows} rows that begin with | `{topic}` |, expected one, in the table of claims"
        )
    return changed


def exported(text: str, topic: str, name: str) -> str:
    """The `__init__.py` of a topic with one name more, imported in its order."""
    lines = text.splitlines()
    added = f"    from sparse_limits.theory.{topic}.further.{name} import {name} as {name}"
    imports = [at for at, line in enumerate(lines) if IMPORT.match(line)]
    lines.insert(next((at for at in imports if lines[at] > added), lines.index("else:")), added)
    return "\n".join(lines) + "\n"
