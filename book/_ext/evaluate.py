"""Each box has a fold in which a reader evaluates the claim's formulas at values of their own, by Python in the browser.

Python for browsers is the npm package pyodide, which is found in the folder that PYODIDE names, or in `node_modules` beside the
folder of the book. It is copied into the site, with SymPy, mpmath and this package's `theory`; a page loads them at the click
that opens the fold, and nothing before. Without the package the fold is absent, and the build says how to get it.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from html import escape
from itertools import islice, product
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import mpmath
import sympy as sp
from docutils import nodes
from evidence import inline
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from sparse_limits import theory
from sparse_limits.numerics.evidence import Trial
from sparse_limits.numerics.exact.balls import NoEnclosureError, digits
from sparse_limits.numerics.processes.time_limit import TimeLimit, limited
from sparse_limits.theory.claims import Claim
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.latex import latex
from sparse_limits.theory.values.admitted import check_hypotheses
from sparse_limits.theory.values.numbers import holds
from sparse_limits.theory.values.page import asked, readable, value

logger = logging.getLogger(__name__)

PACKAGE = "pyodide@314.0.7"
FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
HOW = f"boxes have no fold to try values in; `npm install {PACKAGE}` beside the folder of the book adds it, or PYODIDE, the folder of that package"
LEFT_OUT = {"__pycache__", "tests", "benchmarks", "test-examples"}  # folders of a package
STAND_IN = '"""The theory alone, for a browser."""\n'
SECONDS = 3.0  # of processor time for a number at the example: a browser takes some times as long
TRIED, CHOSEN = (
    2000,
    4,
)  # points of which the first that keep to the hypotheses are taken, and how many of these are evaluated
SAME = 25  # digits in which the page's number and that of the balls agree
SIMPLE = tuple(map(sp.Rational, ("1/2", "1/3", "1", "1/4", "2", "2/3", "3", "3/4", "3/2", "1/10", "5", "-1/2", "0")))


def find(app: Sphinx, config: Config) -> None:
    """Look for the npm package; where it was there and is no longer, or the other way round, all pages are read again."""
    named = os.environ.get("PYODIDE")
    folder = Path(named) if named else Path(app.srcdir).parent / "node_modules" / "pyodide"
    missing = [name for name in FILES if not (folder / name).is_file()]
    if named and missing:
        logger.warning(f"sparse-limits: PYODIDE is {named}, where {', '.join(missing)} is missing")
    app.pyodide = None if missing else folder  # type: ignore[attr-defined]
    config.evaluate_on_page = not missing
    if missing:
        logger.info(f"sparse-limits: {HOW}")


def values_fold(app: Sphinx, claim: Claim) -> list[nodes.Node]:
    """The fold of a claim, without the form: `_static/evaluate.js` makes it of what stands in an attribute."""
    offers = [] if app.pyodide is None else list(offered(claim))  # type: ignore[attr-defined]
    if not offers:
        return []
    data = escape(json.dumps(offers, ensure_ascii=False, separators=(",", ":")))
    head = f'<details class="claim-try" data-claim="{claim.label}" data-formulas="{data}" hidden>'
    return [nodes.raw("", f"{head}<summary>Try your own values</summary></details>", format="html")]


def offered(claim: Claim) -> Iterator[dict[str, object]]:
    """The formulas whose number at an example is that of the balls, with their letters and the example."""
    for name in readable(claim):
        example = example_of(claim, name)
        if example is None:
            continue
        letters = [
            {"name": str(letter), "says": _said(claim, letter), "value": str(example[letter])}
            for letter in asked(claim, name)
        ]
        yield {"name": name, "tex": inline(claim.latex(name)), "letters": letters}


def _said(claim: Claim, letter: sp.Symbol) -> str:
    """The label of a letter's field: how it is printed, where that is another than how it is typed, what it stands for, its values."""
    quantity, printed = claim.quantity(letter), latex(letter, [letter])
    shown = "" if printed == str(letter) else f" {inline(printed)}"
    if quantity is None:
        return f"<code>{letter}</code>{shown}"
    pieces = f"{quantity.meaning}; {quantity.values}".split("$")
    said = "".join(inline(piece) if place % 2 else escape(piece) for place, piece in enumerate(pieces))
    return f"<code>{letter}</code>{shown}: {said}"


def example_of(claim: Claim, name: str) -> dict[sp.Symbol, sp.Expr] | None:
    """A point with simple values at which the page's number of a formula is the one that balls enclose; None if none is found."""
    formula = claim.expressions[name]
    for point in islice(_points(claim, name), CHOSEN):
        typed = {str(letter): str(number) for letter, number in point.items()}
        try:
            with suppress(InputError, NoEnclosureError), limited(SECONDS):
                found = value(claim, name, typed).rpartition(" = ")[2]
                own = {letter: number for letter, number in point.items() if letter in formula.free_symbols}
                if found != "no guarantee" and agree(found, digits(formula, own, SAME)):
                    return point
        except TimeLimit:  # at other points it would take as long
            break
    return None


def agree(found: str, enclosed: str) -> bool:
    """Whether two numbers have the same digits, as many as are compared."""
    with mpmath.workdps(2 * SAME):
        one, other = mpmath.mpf(found), mpmath.mpf(enclosed)
        return bool(abs(one - other) <= abs(other) * mpmath.mpf(10) ** (1 - SAME))


def _points(claim: Claim, name: str) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """Points that the claim admits: simple ones, and where none is found random ones."""
    letters, none = asked(claim, name), True
    choices = [_choices(claim, letter, place) for place, letter in enumerate(letters)]
    for values in islice(product(*choices), TRIED):
        point = dict(zip(letters, values, strict=True))
        with suppress(InputError):
            check_hypotheses(claim, name, point, holds)
            none = False
            yield point
    if none:
        with suppress(ValueError):
            yield from Trial(claim, "example").points(*letters, count=CHOSEN, needed=name)


def _choices(claim: Claim, letter: sp.Symbol, place: int) -> list[sp.Expr]:
    """Values of a letter to choose from, other ones first for each of the letters."""
    quantity = claim.quantity(letter)
    within = sp.S.Reals if quantity is None else quantity.within
    if isinstance(within, sp.FiniteSet):
        return list(within.args)
    low, high = (quantity and quantity.ends) or (None, None)
    if letter.is_integer:
        least = int(sp.Integer(low)) if low is not None else (0 if within.inf is -sp.oo else int(within.inf))
        values: list[sp.Expr] = [sp.Integer(least + step) for step in (2, 1, 3, 4, 0, 5, 8)]
    else:
        middle = [] if low is None or high is None else [(sp.Rational(low) + sp.Rational(high)) / 2]
        values = [*SIMPLE, *middle]
    kept = [
        each
        for each in values
        if (low is None or each >= low)
        and (high is None or each <= high)
        and (quantity is None or quantity.admits(each))
        and (letter.is_positive is not True or each > 0)
    ]
    turn = place % max(len(kept), 1)
    return kept[turn:] + kept[:turn]


def pack(target: Path, folder: Path, name: str, others: Mapping[str, str] | None = None) -> None:
    """A package without its tests, and other files given by their text, as a zip: the same bytes for the same files."""
    texts = {each: text.encode() for each, text in (others or {}).items()}
    for path in folder.rglob("*.py"):
        place = path.relative_to(folder)
        if LEFT_OUT.isdisjoint(place.parts):
            texts[f"{name}/{place.as_posix()}"] = path.read_bytes()
    with ZipFile(target, "w") as archive:
        for each in sorted(texts):
            archive.writestr(ZipInfo(each), texts[each], ZIP_DEFLATED, 9)


def pack_theory(target: Path) -> None:
    """The theory by itself, as a package that needs SymPy and mpmath alone."""
    stand_in = {"sparse_limits/__init__.py": STAND_IN}
    pack(target, Path(theory.__file__).parent, "sparse_limits/theory", stand_in)


def copy_python(app: Sphinx, error: Exception | None) -> None:
    """Put what the pages load at a click beside their scripts; nothing of it is left where the fold is absent."""
    if error is not None or app.builder.format != "html":
        return
    target = Path(app.outdir) / "_static" / "pyodide"
    shutil.rmtree(target, ignore_errors=True)
    if app.pyodide is not None:  # type: ignore[attr-defined]
        target.mkdir(parents=True)
        for name in FILES:
            shutil.copyfile(app.pyodide / name, target / name)  # type: ignore[attr-defined]
        for package in (sp, mpmath):
            pack(target / f"{package.__name__}.zip", Path(package.__file__).parent, package.__name__)
        pack_theory(target / "theory.zip")


def setup(app: Sphinx) -> dict[str, object]:
    app.add_config_value("evaluate_on_page", False, "env")
    app.connect("config-inited", find)
    app.connect("build-finished", copy_python)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
