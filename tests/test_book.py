"""The book: built without a network, and refused when a claim or a page is wrong."""

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from book_cases import GOOD, build, pages, small_book
from helpers import ROOT, needs

from sparse_limits.numerics.commands.skeleton import CLAIM, SECTION

needs("jupyter_book")

OUTSIDE = re.compile(r"^(https?:)?//")


class Addresses(HTMLParser):
    """What a page loads (scripts, styles, images) and where it links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.images_without_text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.ids.update(filter(None, [values.get("id")]))
        if tag in ("script", "img", "iframe", "source") and values.get("src"):
            self.loads.append(str(values["src"]))
        if tag == "link" and values.get("href") and values.get("rel") != "canonical":
            self.loads.append(str(values["href"]))
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
        if tag == "img" and not (values.get("alt") or "").strip():
            self.images_without_text.append(str(values.get("src"))[:60])


def test_pages_load_nothing_from_outside_and_no_link_is_dead(site: Path) -> None:
    parsed = {page.name: Addresses(page.read_text(encoding="utf-8")) for page in pages(site)}
    assert len(parsed) >= 8
    for name, page in parsed.items():
        assert not [each for each in page.loads if OUTSIDE.match(each)], name
        assert not page.images_without_text, name
        for link in page.links:
            if OUTSIDE.match(link) or link.startswith(("mailto:", "javascript:")):
                continue
            target, _, anchor = link.partition("#")
            if target and not target.endswith(".html"):
                assert (site / target.split("?")[0]).exists(), f"{name}: {link}"
                continue
            where = parsed.get(target or name)
            assert where is not None or (site / target).exists(), f"{name}: {link}"
            if where is not None and anchor:
                assert anchor in where.ids, f"{name}: {link}"


def test_every_claim_has_its_box_and_the_index_links_to_it(site: Path) -> None:
    from sparse_limits.theory.ledger import load_ledger

    everything = "\n".join(page.read_text(encoding="utf-8") for page in pages(site))
    chart = (site / "map.html").read_text(encoding="utf-8")
    for entry in load_ledger():
        assert everything.count(f'id="claim-{entry.label}"') == 1
        assert f'#claim-{entry.label}"' in chart
    for page, anchor, provenance in (("errata", "erratum", "CORRECTION"), ("pitfalls", "pitfall", "PITFALL")):
        forms = (site / f"{page}.html").read_text(encoding="utf-8").lower()
        for entry in load_ledger():
            stands = f'id="{anchor}-{entry.label.lower().replace(".", "-")}"' in forms
            assert stands == (entry.claim.provenance == provenance)


def test_no_line_begins_with_the_full_stop_of_a_formula(site: Path) -> None:
    """What stands beside a formula without a space is in one piece with it."""
    alone = re.compile(
        r'(?<!<span class="unbroken">)(?<![(\[])<span class="math notranslate nohighlight">[^<]*</span>[.,;:]'
    )
    for page in pages(site):
        assert not alone.findall(page.read_text(encoding="utf-8")), page.name


def test_a_form_that_fails_is_told_with_the_figure_of_the_run() -> None:
    """What is said or guessed, by whom, why, by hand, in this build and instead; a form that was not tried is an error."""
    from sparse_limits.numerics.ledger.verification import verify
    from sparse_limits.numerics.reports.failed_forms import forms_table, forms_text, headings
    from sparse_limits.theory.ledger import load_ledger

    run, ledger = verify(["Q3", "Q7", "N1"]), load_ledger()
    for result in run.claims:
        parts = [
            part.split("**")[1]
            for part in forms_text(result.entry.claim, result, ledger).split("\n\n")
            if part.startswith("**")
        ]
        rest = ["Why it fails.", "The smallest counterexample, by hand.", "In this build.", "What holds instead."]
        forms = result.entry.claim.pitfalls
        assert parts == [head for form in forms for head in (*(f"{each}." for each in headings(form.by)), *rest)]
        assert "[[" not in forms_text(result.entry.claim, result, ledger)
    (of_q3, *_) = (
        forms_text(result.entry.claim, result, ledger) for result in run.claims if result.entry.label == "Q3"
    )
    assert "is *refuted* at this counterexample (check *one point has one map*, exact): n = 1" in of_q3
    table = forms_table((result.entry.claim for result in run.claims), ledger)
    assert [label for label in ("Q3", "Q7.1", "Q7.2", "N1") if f"{{claimref}}`{label}`" in table] == ["Q3", "Q7.2"]


def test_pages_come_as_notebooks_that_run(site: Path, tmp_path: Path) -> None:
    found = sorted(site.glob("_sources/*.ipynb"))
    note = site.parent / "left_out.txt"
    left_out = note.read_text("utf-8").split() if note.exists() else []
    assert {page.stem for page in found} >= {"saliency", "graphon", "lifts", "subset_sum", "neuron_pruning"}
    for page in found:
        assert f"_sources/{page.name}" in (site / f"{page.stem}.html").read_text(encoding="utf-8")
        cells = json.loads(page.read_text(encoding="utf-8"))["cells"]
        assert not any("```{" in each["source"] for each in cells)
        code = [each for each in cells if each["cell_type"] == "code" and each["id"] != "requirements"]
        assert all((each["execution_count"] is None) == (page.stem in left_out) for each in code), page
    assert len(found) == len(pages(site))
    notebook = shutil.copy(site / "_sources" / "neuron_pruning.ipynb", tmp_path)
    command = [str(Path(sys.executable).with_name("jupyter-execute")), str(notebook)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert result.returncode == 0, result.stderr[-2000:]


EMPTY = "# A page\n\nNothing.\n\n```{bibliography}\n```\n"
FLAWS = {  # what may be wrong on a page, and what the build says of it
    "```{claim} Z9\n```": "no claim 'Z9'",
    "```{claim} N1\n```": "again on page",
    "As shown by {cite:t}`nobody1900`.": "nobody1900",
    "See {claimref}`X9`.": "no claim 'X9'",
    "See {claimref}`a bend <N1: bend>`.": "claim N1 has no step 'bend', expected one of 'kink'",
    "```{derivation} N1\nbend\n```": "N1 has no step 'bend', expected one of 'kink'",
    "```{derivation} N1\nkink\nequality\n```": "the derivation of N1 leaves out what is computed: second difference, bound, sawtooth",
    "```{nonsense}\n```": "nonsense",
    "![a picture](missing.png)": "missing.png",
}


@pytest.mark.parametrize(
    ("page", "formula", "complaints"),
    [
        (GOOD, None, []),
        (f"{GOOD}\n```{{derivation}} N1\n```\n", None, []),
        ("\n\n".join([GOOD, *FLAWS]), None, [*FLAWS.values(), f"the build fails: {len(FLAWS)} warnings"]),
        (
            EMPTY,
            ("kink_bound = sp.Abs(second_difference) / 4", "kink_bound = sp.Abs(second_difference) / 2"),
            ["refuted", "claim N1 (kink_lemma) stands on no page"],
        ),
        (GOOD + "\n```{code-cell} python\n1 / 0\n```\n", None, ["ZeroDivisionError"]),
        (
            GOOD
            + "\n```{code-cell} python\nimport matplotlib.pyplot as plt\n\nplt.plot([1, 2])\nplt.close()\nplt.show()\n```\n",
            None,
            ["a cell shows a picture and has none: plt.close()", "the build fails: 1 warnings"],
        ),
        (GOOD + "\nx{sup}`2`\n", None, ["a notebook has nothing for the role 'sup'", "the build fails: 1 warnings"]),
    ],
    ids=["good", "derivation", "wrong page", "wrong and missing claim", "cell", "no picture", "no notebook"],
)
def test_a_wrong_page_or_claim_fails_the_build(
    tmp_path: Path, page: str, formula: tuple[str, str] | None, complaints: list[str]
) -> None:
    book, environment = small_book(tmp_path, page, formula)
    result = build(book, tmp_path / "out", isolated=False, **environment)
    log = result.stdout + result.stderr
    assert (result.returncode == 0) == (not complaints), log[-3000:]
    for complaint in complaints:
        assert complaint in log, complaint


def test_sphinx_builds_the_same_pages_by_itself(tmp_path: Path) -> None:
    """`sphinx-build` reads book/conf.py; jupyter-book adds Thebe, which no page uses: nothing of it is left."""
    book, environment = small_book(tmp_path, GOOD)
    environment["SPARSE_LIMITS_KEEP"] = str(tmp_path / "kept")  # both tell of one run, its seconds too
    shutil.copy(ROOT / "book" / "conf.py", book)
    assert build(book, tmp_path / "out", isolated=False, **environment).returncode == 0
    plain, usual = tmp_path / "plain", tmp_path / "out" / "_build" / "html"
    command = [sys.executable, "-m", "sphinx", "-q", str(book), str(plain)]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=600, env={**os.environ, **environment}
    )
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    text = re.compile(r"<section .*</section>", re.DOTALL)
    texts = [text.findall((site / "page.html").read_text("utf-8")) for site in (plain, usual)]
    assert texts[0] == texts[1] != []
    loads = [set(Addresses((site / "page.html").read_text("utf-8")).loads) for site in (plain, usual)]
    assert loads[0] == loads[1]
    written = [page for page in usual.glob("*.html") if re.search("(?i)thebe|kernelName", page.read_text("utf-8"))]
    assert [*written, *(file for file in usual.rglob("*") if "thebe" in file.name)] == []
    assert (plain / "index.html").read_text("utf-8").strip() == (usual / "index.html").read_text("utf-8").strip()


def test_pages_may_be_left_unrun(tmp_path: Path) -> None:
    """As a run of `.ci/run` leaves those of other slices: their text is there, and what their code prints is not.

    What is run is run in a folder elsewhere, as a notebook is: the page's own file is not beside it.
    """
    cell = 'from pathlib import Path\n\nprint(6 * 7 * 1000, Path("page.md").exists())'
    book, environment = small_book(tmp_path, f"{GOOD}\n```{{code-cell}} python\n{cell}\n```\n")
    for chosen, left_out in (("page", []), ("another", ["page"])):
        result = build(book, tmp_path / chosen, isolated=False, **environment, BOOK_PAGES=chosen)
        assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
        site = tmp_path / chosen / "_build" / "html"
        assert ("42000 False" in (site / "page.html").read_text("utf-8")) == (not left_out)
        assert (site.parent / "left_out.txt").read_text("utf-8").split() == left_out


def test_pictures_are_on_the_page_whatever_the_environment_draws_with(tmp_path: Path) -> None:
    """As continuous integration has it: MPLBACKEND=Agg, which shows nothing."""
    cell = (
        "---\nmystnb:\n  image:\n    alt: A line\n---\nimport matplotlib.pyplot as plt\n\nplt.plot([1, 2])\nplt.show()"
    )
    book, environment = small_book(tmp_path, f"{GOOD}\n```{{code-cell}} python\n{cell}\n```\n")
    result = build(book, tmp_path / "out", isolated=False, **environment, MPLBACKEND="Agg")
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    site = tmp_path / "out" / "_build" / "html"
    assert re.search(r'<img alt="A line" src="_images/\w+\.png" />', (site / "page.html").read_text("utf-8"))
    assert "image/png" in (site / "_sources" / "page.ipynb").read_text("utf-8")
    cards = (site / "_static" / "claim_cards_data.js").read_text("utf-8")
    assert json.loads(cards.removeprefix("globalThis.claimCards=").removesuffix(";\n"))["N1"]["status"] == "holds"


def test_a_build_that_was_interrupted_goes_on(tmp_path: Path) -> None:
    """Pages were read and not all of them written: the next build reads none, and writes those that are missing."""
    book, environment = small_book(tmp_path, GOOD)
    written = tmp_path / "out" / "_build" / "html" / "page.html"
    for _ in range(2):
        result = build(book, tmp_path / "out", isolated=False, **environment)
        assert result.returncode == 0, result.stderr
        assert "footer" in written.read_text("utf-8")
        written.unlink()


def test_a_second_build_does_what_has_changed(tmp_path: Path) -> None:
    """Nothing, one page, one page with a flaw, the same flaw again, all of it after a change of the claim, pages after that of other code."""
    book, environment = small_book(tmp_path, GOOD)
    (book / "other.md").write_text("# Another page\n", encoding="utf-8")
    (book / "_toc.yml").write_text("format: jb-book\nroot: page\nchapters:\n  - file: other\n", encoding="utf-8")
    page, code = book / "page.md", tmp_path / "theory" / "neuron_pruning" / "kink.py"

    def again() -> tuple[int, bool, bool, bool]:
        """The exit status, whether the ledger was run, and whether the page with the claim, and the other, were read."""
        result = build(book, tmp_path / "out", isolated=False, **environment)
        log = re.sub(r"\x1b\[[\d;]*m", "", result.stdout + result.stderr)
        read = re.findall(r"reading sources\.\.\. \[ *\d+%\] (\S+)", log)
        kept = re.search(r"(\d+) of (\d+) checks kept", log)
        assert kept is not None, log
        return result.returncode, kept[1] != kept[2], "page" in read, "other" in read

    assert again() == (0, True, True, True)
    assert again() == (0, False, False, False)
    (book / "other.md").write_text("# Another page\n\nWith a sentence.\n", encoding="utf-8")
    assert again() == (0, False, False, True)
    page.write_text(page.read_text("utf-8") + "\n```{nonsense}\n```\n", encoding="utf-8")
    assert again() == (1, False, True, False)
    assert again() == (1, False, True, True)
    page.write_text(page.read_text("utf-8").replace("nonsense", "note"), encoding="utf-8")
    code.write_text(code.read_text("utf-8") + "\n# changed\n", encoding="utf-8")
    assert again() == (1, True, True, True)  # an empty note
    page.write_text(page.read_text("utf-8").replace("{note}\n", "{note}\nSomething.\n"), encoding="utf-8")
    assert again()[:2] == (0, False)
    elsewhere = tmp_path / "numerics" / "cli.py"
    elsewhere.write_text(elsewhere.read_text("utf-8") + "\n# changed\n", encoding="utf-8")
    assert again() == (0, False, True, True)


def test_links_follow_a_box_to_another_page(tmp_path: Path) -> None:
    """On a page, too, that has not changed itself, and that a second build need not read."""
    book, environment = small_book(tmp_path, GOOD)
    box, page, other = "```{claim} N1\n```\n", book / "page.md", book / "other.md"
    other.write_text("# Another page\n", encoding="utf-8")
    (book / "third.md").write_text("# A third page\n\nSee {claimref}`N1`.\n", encoding="utf-8")
    chapters = "format: jb-book\nroot: page\nchapters:\n  - file: other\n  - file: third\n"
    (book / "_toc.yml").write_text(chapters, encoding="utf-8")
    for place in ("page", "other"):
        result = build(book, tmp_path / "out", isolated=False, **environment)
        assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
        linked = (tmp_path / "out" / "_build" / "html" / "third.html").read_text(encoding="utf-8")
        assert f'href="{place}.html#claim-N1"' in linked
        page.write_text(page.read_text("utf-8").replace(box, ""), encoding="utf-8")
        other.write_text(f"# Another page\n\n{box}", encoding="utf-8")


def test_the_box_of_a_new_claim_builds(tmp_path: Path) -> None:
    page = SECTION.substitute(label="S17").replace("##", "#", 1) + "\n```{bibliography}\n```\n"
    book, environment = small_book(tmp_path, page)
    made = CLAIM.substitute(label="S17", name="kept_modulus")
    (tmp_path / "theory" / "saliency" / "kept_modulus.py").write_text(made, encoding="utf-8")
    ledger = tmp_path / "theory" / "ledger.py"
    ledger.write_text(
        ledger.read_text(encoding="utf-8").replace("neuron_pruning.kink", "saliency.kept_modulus"), "utf-8"
    )
    result = build(book, tmp_path / "out", isolated=False, **environment)
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    notebook = json.loads((tmp_path / "out" / "_build" / "html" / "_sources" / "page.ipynb").read_text("utf-8"))
    (box,) = (each["source"] for each in notebook["cells"] if each["id"] == "claim-S17")
    assert "**✔ holds** in the run that wrote this notebook" in box
    built = (tmp_path / "out" / "_build" / "html" / "page.html").read_text(encoding="utf-8")
    assert 'id="claim-S17"' in built
    for place in ("claim-S17-step-1", "claim-S17-step-2", "evidence-S17-modulus"):
        assert built.count(f'id="{place}"') == 1
    assert 'href="#claim-S17-step-1">density</a>' in built  # a step links to the steps that it uses
    assert 'href="#evidence-S17-modulus"' in built
    assert built.count('class="claim-findings"') == 1
    assert "<em>modulus: 10 % more</em>" in built
    assert built.count("Symbols on this page") >= 1
    assert any("Symbols on this page" in each["source"] for each in notebook["cells"])
