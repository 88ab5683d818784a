"""How statements are written: short paragraphs, nothing long twice, no cases below others, letters that the legend has."""

import re

import pytest
import sympy as sp
from test_short_book import PLAIN
from toys.claims import toy

from sparse_limits.theory.claims import Claim, letters_beside_formulas
from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.parted import Parted

LEDGER = load_ledger()
CORE = [each.claim for each in LEDGER if each.core]
LONGEST_PARAGRAPH = 600  # letters of a paragraph of a core statement beside its formulas
LONGEST_TWICE = 80  # letters of LaTeX that may stand in a statement again
CASES_ALIKE = {"L14.3", "N4.2"}  # their formulas end alike: "for …, no guarantee otherwise"
MATHS = re.compile(r"\$\$(.+?)\$\$|\$([^$]+)\$", re.DOTALL)
CASES = re.compile(r"\\(begin|end)\{cases\}")
# What has one meaning everywhere: words, the letters of sets of numbers and of expectation and probability, and O of Landau.
WORDS = re.compile(
    r"\\(?:text|textstyle|tag|operatorname\*?|mathrm|begin|end)\s*\{[^{}]*\}|\\mathbb\s*\{?[ENPRZ]\}?|\bO(?=\(|\\left\()"
)
GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau upsilon phi chi psi omega ell "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
LETTER = re.compile(rf"\\(?:var)?({'|'.join(GREEK.split())})(?![A-Za-z])|\\[A-Za-z]+|([A-Za-z])")
CONSTANTS = {"d", "e"}  # of integrals, and Euler's number


def maths_of(text: str) -> str:
    return " ".join(shown or inline for shown, inline in MATHS.findall(text))


def letters_in(latex: str) -> set[str]:
    """The letters of a formula, each alone: those of an index or an accent count for themselves."""
    return {name for each in LETTER.findall(WORDS.sub(" ", latex)) for name in each if name}


def unexplained(claim: Claim) -> set[str]:
    """The letters of a claim's sentences that its legend does not have."""
    known = " ".join((*(each.latex_letters for each in claim.quantities), *claim.symbols, *claim.named))
    said = maths_of(f"{claim.latex_headline} {claim.latex_statement}")
    return letters_in(said) - letters_in(known) - CONSTANTS


def said_twice(text: str) -> str:
    """What stands twice in the formulas of a text, of the length that may not; empty if nothing does."""
    seen: set[str] = set()
    for formula in (shown or inline for shown, inline in MATHS.findall(text)):
        for start in range(len(formula) - LONGEST_TWICE + 1):
            part = formula[start : start + LONGEST_TWICE]
            if part in seen:
                return part
            seen.add(part)
    return ""


def depth_of_cases(latex: str) -> int:
    depth = deepest = 0
    for end in CASES.findall(latex):
        depth += 1 if end == "begin" else -1
        deepest = max(depth, deepest)
    return deepest


@pytest.mark.parametrize("claim", CORE, ids=lambda claim: claim.label)
def test_each_letter_of_a_sentence_stands_in_the_legend(claim: Claim) -> None:
    assert unexplained(claim) == set()


@pytest.mark.parametrize("claim", CORE, ids=lambda claim: claim.label)
def test_a_statement_writes_nothing_long_twice(claim: Claim) -> None:
    assert bool(said_twice(claim.latex_statement)) == (claim.label in CASES_ALIKE)


def test_no_statement_has_cases_below_cases() -> None:
    assert [each.label for each in LEDGER if depth_of_cases(each.claim.latex_statement) > 1] == []


def test_each_core_claim_has_a_headline() -> None:
    """A reader meets the claim in brief, with the full statement folded below."""
    assert {each.label for each in CORE if not each.headline} == PLAIN


def long_paragraphs(statement: str) -> list[str]:
    """The paragraphs of a statement that are too long: the letters beside formulas, and how each begins."""
    paragraphs = re.split(r"\n\s*\n", statement.strip())
    sizes = [(letters_beside_formulas(each), each) for each in paragraphs]
    return [f"{size}: {each[:40]}" for size, each in sizes if size > LONGEST_PARAGRAPH]


def test_no_paragraph_of_a_core_statement_is_long() -> None:
    """A paragraph that is longer has several thoughts: it is split where the thought changes, or gets a list."""
    long = {claim.label: long_paragraphs(claim.statement) for claim in CORE}
    assert {label: each for label, each in long.items() if each} == {}


@pytest.mark.parametrize("formula", ["$x$", "$$x$$", "$$\nx\n$$"])
def test_a_long_paragraph_is_noticed_whatever_its_formulas(formula: str) -> None:
    half = "a" * (LONGEST_PARAGRAPH // 2)
    paragraph = f"{half}{formula}{half}{formula}"
    assert long_paragraphs(f"\n{paragraph}\n\n{paragraph}\n") == []
    assert long_paragraphs(f"\n{paragraph}\n\nb{paragraph}\n") == [f"{LONGEST_PARAGRAPH + 1}: b{paragraph[:39]}"]


OF_ORIGIN = re.compile(r"\bours\b|\bthe abstract\b", re.IGNORECASE)


def test_a_statement_is_mathematics_and_its_origin_stands_in_the_source() -> None:
    """Who announces what, and what is ours, is said by the source of a claim and by its provenance."""
    assert [each.label for each in LEDGER if OF_ORIGIN.search(each.claim.statement)] == []
    assert OF_ORIGIN.search("That masks converge is announced in the abstract; the constants are ours.")
    assert not OF_ORIGIN.search("The probability of hours is abstract.")


def unsaid(claim: Claim) -> set[str]:
    """The letters of shared parts that a statement prints, and of which neither its text nor its end says what they are."""
    return {each for each in claim.named if not re.search(rf"{re.escape(each)}(\([^)]*\))?\s*=", claim.latex_statement)}


def test_a_statement_says_what_the_letters_of_its_parts_are() -> None:
    assert {each.label: unsaid(each.claim) for each in LEDGER if unsaid(each.claim)} == {}
    x = sp.Symbol("x", positive=True)
    root = sp.sqrt(1 + x)
    silent = toy("Z1", {"a": sp.exp(root), "root": root}, statement="$[[a]]$ and $[[root]]$.", named={"q": root})
    assert unsaid(silent) == {"q"}


def test_a_claim_without_its_legend_or_its_letters_is_noticed() -> None:
    x, y = sp.symbols("x y", positive=True)
    long = sp.sqrt(1 + x + x**2 + 7 * x**9) / (sp.sqrt(1 + 3 * x + x**5) + sp.log(1 + x**11))
    plain = toy("Z1", {"a": sp.exp(y * long), "b": sp.cos(y * long)}, statement="For $W_M$: $[[a]]$, $[[b]]$.")
    assert unexplained(plain) == {"W", "M", "x", "y"}
    assert said_twice(plain.latex_statement)
    assert depth_of_cases(r"\begin{cases}1\end{cases}\begin{cases}\begin{cases}1\end{cases}\end{cases}") == 2


def test_named_parts_are_printed_once_and_mean_the_same() -> None:
    x, y = sp.symbols("x y", positive=True)
    root, part = sp.sqrt(1 - x**2), 1 / x - sp.sqrt(1 - x**2)
    parted = Parted({"q": root, "a": part})
    assert parted.latex(sp.exp(-y * part) + part + y) == "a + y + e^{- a y}"
    assert parted.latex(part) == r"\frac{1}{x} - q"
    assert parted.definitions([sp.exp(part)]) == [r"Here $q=\sqrt{1 - x^{2}}$, $a=\frac{1}{x} - q$."]
    share = Parted({"p": y / x})
    assert share.latex(sp.exp(y**2 / x**2) + 3 * x / y + y / x) == r"p + e^{p^{2}} + \frac{3}{p}"
    inner, outer = sp.symbols("g h", positive=True)
    nested = Let(1 + outer, [(outer, Let(sp.exp(inner), [(inner, root)]))])
    assert Parted({"h": nested.args[1][0][1], "g": root}).latex(nested) == "h + 1"
    function = Parted({"f": sp.Lambda(x, sp.exp(x**2) / 2)})
    assert function.latex(y - sp.exp(9 * y**2) / 2) == r"y - f{\left(3 y \right)}"
    assert function.definitions([sp.exp(y**2) / 2]) == [r"Here $f(x)=\frac{e^{x^{2}}}{2}$."]
    assert function.definitions([sp.exp(x**2) / 2, sp.exp(y**2) / 2]) == []
    with pytest.raises(ValueError, match="q names a part that no printed formula has"):
        Parted({"q": root}).definitions([y])
