"""Formulas evaluated on a page, by Python in the browser: the numbers of the balls, refusals in words, and nothing without the npm package."""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zipfile import ZipFile

import mpmath
import pytest
import sympy as sp
from book_cases import CHROMIUM, GOOD, build, served, small_book
from helpers import ROOT, needs

from sparse_limits import theory
from sparse_limits.numerics.exact.balls import digits
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.ledger import labels_of, topics
from sparse_limits.theory.values.numbers import can_be_read, number
from sparse_limits.theory.values.page import answer, asked, readable, value

PYODIDE = Path(os.environ.get("PYODIDE") or ROOT / "node_modules" / "pyodide")
WANTED = "needs npm install pyodide@314.0.7 in the project's folder, or its folder in PYODIDE"
NO_CHROMIUM = "no chromium is installed: the page is not read in a browser"


def in_a_browser(test: Callable[..., None]) -> Callable[..., None]:
    """A test that is left out without chromium or the npm package."""
    found = (PYODIDE / "pyodide.asm.wasm").is_file()
    return pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM)(pytest.mark.skipif(not found, reason=WANTED)(test))


TRIED = {  # a formula of each topic, and what is typed
    "S4 column_density": {"tau": "1", "phi": "1/2"},
    "G2 gap": {"K": "3", "N": "7", "m": "5", "n": "6"},
    "O8 cycle_density": {"k": "2", "sigma_1": "1/2", "sigma_2": "0.3"},
    "E8 relayed": {"m": "12", "k": "3", "p": "1/3"},
    "K6 variance": {"a": "2", "b": "3", "c": "1/7"},
    "B1 risk_bound": {"B_0": "1/2", "T": "40", "delta": "0.05", "m": "100", "q": "1/5"},
    "L1 squared_norm": {"s_00": "1/2", "s_01": "1", "s_10": "2", "s_20": "-1/3", "s_21": "0.1", "s_22": "4"},
    "R5.1 gaussian_density": {"t": "-2/3"},
    "Q6 commuting": {"n": "3", "q": "2"},
    "N1 bound": {"h": "-3", "r": "1/7"},
    "D1.1 layer_sum": {"e_f": "1/3", "p_phi": "3", "k_W": "2"},
    "F1.1 mode_loss": {"c": "2", "eta": "1/10", "lambda": "3", "t": "5", "m": "7"},
    "H3 probability": {"tau": "1/2", "v": "3/4"},
}
REFUSED = {  # what is typed, and the line that refuses it
    "S4 column_density": (
        {"tau": "-1"},
        "tau=-1: tau is threshold above which saliencies are kept, expected a positive number",
    ),
    "K6 variance": (
        {"a": "1", "b": "1", "c": "2"},
        "a=1, b=1, c=2: K6 assumes a covariance that the two variances allow, expected c**2 ≤ a*b",
    ),
    "N1 bound": ({"r": "two"}, "r=two: expected an exact number such as 3, 1/3, 0.25, 1e-3, sqrt(2) or pi/4"),
    "Q6 commuting": ({"q": " "}, "no value for q, expected a number such as 3, 1/3 or 0.25"),
}


@pytest.fixture(scope="module")
def evaluate() -> Iterator[Any]:
    """The extension of the book."""
    needs("jupyter_book")
    sys.path.insert(0, str(ROOT / "book" / "_ext"))
    import evaluate as extension

    yield extension
    sys.path.remove(str(ROOT / "book" / "_ext"))


def same_to_25_digits(text: str, name: str, typed: Mapping[str, str]) -> bool:
    """Whether the page's number is the ball's, each rounded to 25 digits."""
    label, formula = name.split()
    expression = theory.claim(label).expressions[formula]
    point = {letter: sp.Rational(typed[str(letter)]) for letter in expression.free_symbols}
    with mpmath.workdps(60):
        found = (mpmath.mpf(each) for each in (text.rpartition(" = ")[2], digits(expression, point, 25)))
        one, other = (mpmath.nstr(each, 25) for each in found)
        return bool(one == other)


def test_a_formula_of_each_topic_is_tried() -> None:
    tried = {name.split()[0] for name in TRIED}
    assert [topic for topic in topics() if not tried & set(labels_of(topic))] == []


@pytest.mark.parametrize("name", TRIED)
def test_numbers_are_those_of_the_balls(name: str) -> None:
    label, formula = name.split()
    claim = theory.claim(label)
    assert formula in readable(claim)
    assert {str(letter) for letter in asked(claim, formula)} == TRIED[name].keys()
    assert same_to_25_digits(value(claim, formula, TRIED[name]), name, TRIED[name])


@pytest.mark.parametrize("name", REFUSED)
def test_values_outside_are_refused_in_a_line(name: str) -> None:
    typed, line = REFUSED[name]
    label, formula = name.split()
    request = {"claim": label, "formula": formula, "values": {**TRIED[name], **typed}}
    assert json.loads(answer(json.dumps(request))) == {"refused": line}


def test_what_has_no_number_is_not_read_and_what_is_not_found_is_said() -> None:
    x, y = sp.symbols("x y")
    assert not can_be_read(sp.Function("f")(x))
    assert not can_be_read(sp.Derivative(sp.exp(x), x))
    assert "threshold" not in readable(theory.claim("S4"))  # of any activations
    with pytest.raises(ArithmeticError, match="no 30 digits are found: the number may be 0"):
        number(sp.sqrt(x) * sp.sqrt(y) - sp.sqrt(6), {x: sp.Integer(2), y: sp.Integer(3)})
    assert value(theory.claim("L11.4"), "upper_tail", _typed("L11.4", "upper_tail")) == "no guarantee"
    with pytest.raises(InputError, match="no value"):
        value(theory.claim("R5.1"), "gaussian_density", {"t": "0"})


def _typed(label: str, formula: str) -> dict[str, str]:
    from sparse_limits.numerics.evidence import Trial

    claim = theory.claim(label)
    (point,) = Trial(claim, "try").points(*asked(claim, formula), count=1, needed=formula)
    return {str(letter): str(number) for letter, number in point.items()}


def test_an_example_keeps_to_the_hypotheses(evaluate: Any) -> None:
    for name in ("K6 variance", "R5.1 gaussian_density", "S4 flat_threshold"):
        label, formula = name.split()
        example = {
            str(letter): str(number) for letter, number in evaluate.example_of(theory.claim(label), formula).items()
        }
        assert same_to_25_digits(value(theory.claim(label), formula, example), name, example)


ALONE = """
import sys


class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {"sympy", "mpmath", "sparse_limits", *sys.stdlib_module_names}:
            raise ImportError(name)


sys.meta_path.insert(0, Nothing())
sys.path.insert(0, sys.argv[1])
from sparse_limits.theory.ledger import load_ledger
from sparse_limits.theory.values import page
from sparse_limits import theory
assert theory.__file__.startswith(sys.argv[1])
print(len(load_ledger()), page.value(page.claim_of("N1"), "bound", {"h": "3", "r": "0.2"}))
"""


def test_the_theory_is_packed_alike_each_time_and_imports_sympy_and_mpmath_alone(evaluate: Any, tmp_path: Path) -> None:
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    for target in (one, two):
        evaluate.pack_theory(target)
    assert one.read_bytes() == two.read_bytes()
    names = ZipFile(one).namelist()
    assert {name.rpartition(".")[2] for name in names} == {"py"}
    assert not [name for name in names if "numerics" in name]
    command = [sys.executable, "-I", "-c", ALONE, str(one)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.split(maxsplit=1) == [
        str(sum(len(labels_of(topic)) for topic in topics())),
        "3/20 = 0.150000000000000000000000000000\n",
    ]


def test_without_the_package_the_fold_is_absent_and_the_build_says_how_to_get_it(tmp_path: Path) -> None:
    needs("jupyter_book")
    book, environment = small_book(tmp_path, GOOD)
    result = build(book, tmp_path / "out", isolated=False, **environment, PYODIDE="")
    log = result.stdout + result.stderr
    assert result.returncode == 0, log[-3000:]
    assert log.count("`npm install pyodide@314.0.7`") == 1
    site = tmp_path / "out" / "_build" / "html"
    assert "claim-try" not in (site / "page.html").read_text("utf-8")
    assert not (site / "_static" / "pyodide").exists()
    result = build(book, tmp_path / "out", isolated=False, **environment, PYODIDE=str(tmp_path))
    assert result.returncode == 1
    assert "pyodide.asm.wasm, python_stdlib.zip, pyodide-lock.json is missing" in result.stdout + result.stderr


@pytest.fixture(scope="module")
def small_address(evaluate: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A book with the box of N1 and the folds of the other claims, on this machine alone."""
    folder, app = tmp_path_factory.mktemp("small"), SimpleNamespace(pyodide=PYODIDE)
    labels = [name.split()[0] for name in TRIED if not name.startswith("N1 ")]
    folds = [evaluate.values_fold(app, theory.claim(label))[0].astext() for label in labels]
    book, environment = small_book(folder, GOOD + "".join(f"\n{fold}\n" for fold in folds))
    result = build(book, folder / "out", **environment, PYODIDE=str(PYODIDE))
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    with served(folder / "out" / "_build" / "html") as found:
        yield found


@in_a_browser
def test_formulas_are_evaluated(small_address: str) -> None:
    """By mouse and by key; nothing is loaded before the first click, and nothing from elsewhere."""
    playwright = needs("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.set_default_timeout(180_000)  # for a busy machine
        loaded: list[str] = []
        complaints: list[str] = []
        tab.on("request", lambda request: loaded.append(request.url))
        tab.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(f"{small_address}/page.html")
        tab.wait_for_load_state("networkidle")
        tab.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
        assert not [each for each in loaded if "pyodide" in each or each.endswith(".mjs")]
        tab.evaluate("document.querySelectorAll('details').forEach(e => { e.open = false })")

        def evaluated(name: str, typed: Mapping[str, str]) -> str:
            label, formula = name.split()
            fold = tab.locator(f"details.claim-try[data-claim='{label}']")
            if not fold.locator("form").count():
                fold.locator("summary").focus()
                fold.locator("summary").press("Enter")
            fold.get_by_label("Formula").select_option(formula)
            part = fold.locator(f"fieldset[name='{formula}']")
            for letter, text in typed.items():
                part.get_by_label(re.compile(rf"^{letter}\b")).fill(text)
            part.locator("input").first.press("Enter")
            output = fold.locator("output")
            assert output.get_attribute("aria-live") == "polite"
            tab.wait_for_function("output => output.textContent", arg=output.element_handle())
            return str(output.text_content())

        wrong = {
            name: found
            for name, typed in TRIED.items()
            if not same_to_25_digits(found := evaluated(name, typed), name, typed)
        }
        assert not wrong
        for name, (typed, line) in REFUSED.items():
            assert evaluated(name, {**TRIED[name], **typed}) == line
        assert not tab.locator(".claim-try-status").all_inner_texts() or not any(
            tab.locator(".claim-try-status").all_inner_texts()
        )
        tab.emulate_media(media="print")
        assert not tab.locator("details.claim-try").first.is_visible()
        browser.close()
    assert not complaints
    assert not [each for each in loaded if not each.startswith((small_address, "data:", "blob:"))]
    assert sum(each.endswith("pyodide.asm.wasm") for each in loaded) == 1


def test_a_fold_says_what_a_form_needs(evaluate: Any) -> None:
    (fold,) = evaluate.values_fold(SimpleNamespace(pyodide=PYODIDE), theory.claim("N1"))
    found = re.search(r'data-formulas="([^"]+)"', fold.astext())
    assert found
    offers = json.loads(html.unescape(found[1]))
    assert [each["name"] for each in offers] == readable(theory.claim("N1"))
    assert all(letter["value"] and letter["says"] for each in offers for letter in each["letters"])
