"""The pages of the book as notebooks: nothing raw in them, no link dead, the code of the pages, and it runs elsewhere."""

import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from book_cases import in_a_network_of_its_own
from helpers import ROOT, needs

from sparse_limits.numerics.cli import main
from sparse_limits.numerics.ledger.verification import verify
from sparse_limits.numerics.reports.derivation import displayed
from sparse_limits.numerics.reports.mentions import linked
from sparse_limits.numerics.reports.notebooks import writing
from sparse_limits.numerics.reports.notebooks.citations import References
from sparse_limits.numerics.reports.notebooks.markdown import cell, listed_rows, one_line_displays, table
from sparse_limits.numerics.reports.notebooks.pages import Book, Chapter, Page, read_pages
from sparse_limits.numerics.reports.notebooks.writing import (
    as_text,
    book_folder,
    claims_shown,
    with_outputs,
    write_notebooks,
)
from sparse_limits.numerics.reports.typesetting import fitted
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.ledger import load_ledger

BOOK = ROOT / "book"
NAMES = sorted(file.stem for file in BOOK.glob("*.md"))
RAW = {
    "directive": re.compile(r"^\s*(`{3,}|~{3,}|:{3,})\s*\{", re.MULTILINE),
    "colon fence": re.compile(r"^:{3,}", re.MULTILINE),
    "role": re.compile(r"\{[\w:.+-]+\}`"),
    "target": re.compile(r"^\s*\([\w-]+\)=\s*$", re.MULTILINE),
    "option": re.compile(r"^:[\w-]+:", re.MULTILINE),
    "slot": re.compile(r"\[\[\w+\]\]"),
    "link to a page": re.compile(r"\]\([\w./-]+\.md[#)]"),
    "front matter": re.compile(r"\A---"),
}
CODE = re.compile(r"^(`{3,})[^{\n]*\n.*?^\1\s*$", re.MULTILINE | re.DOTALL)  # fenced code may show anything
LINK = re.compile(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+?\$", re.DOTALL)


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(BOOK, read_pages(BOOK), load_ledger())


@pytest.fixture(scope="module")
def notebooks(book: Book) -> dict[str, dict]:
    return {name: Chapter(book, page).notebook() for name, page in book.pages.items()}


def words(notebook: dict) -> str:
    return "\n\n".join(each["source"] for each in notebook["cells"] if each["cell_type"] == "markdown")


def page_of(book: Book, text: str, **changes: object) -> Chapter:
    """A chapter with a text of its own under the name of a page."""
    page = Page("flow", text)
    return Chapter(dataclasses.replace(book, pages={**book.pages, "flow": page}, **changes), page)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_raw_is_left(name: str, notebooks: dict[str, dict]) -> None:
    for each in notebooks[name]["cells"]:
        if each["cell_type"] == "markdown":
            shown = CODE.sub("", each["source"])
            for what, pattern in RAW.items():
                assert not pattern.search(shown), (what, each["id"], pattern.search(shown))


def test_every_link_leads_somewhere(notebooks: dict[str, dict]) -> None:
    anchors = {name: set(re.findall(r'<a id="([^"]+)"></a>', words(each))) for name, each in notebooks.items()}
    for name, notebook in notebooks.items():
        assert len(anchors[name]) == words(notebook).count('<a id="'), f"{name}: one place is named twice"
        for each in notebook["cells"]:
            if each["cell_type"] != "markdown":
                continue
            for target in LINK.findall(FORMULA.sub("", CODE.sub("", each["source"]))):
                if target.startswith("attachment:"):
                    assert target.removeprefix("attachment:") in each["attachments"], (name, target)
                elif not re.match(r"https?:|mailto:", target):
                    file, _, place = target.partition("#")
                    assert file == "" or file.removesuffix(".ipynb") in notebooks, (name, target)
                    assert not place or place in anchors[file.removesuffix(".ipynb") or name], (name, target)


def test_every_claim_has_one_box_with_all_its_parts(book: Book, notebooks: dict[str, dict]) -> None:
    for entry in book.ledger:
        claim = entry.claim
        cells = [
            (name, each)
            for name, notebook in notebooks.items()
            for each in notebook["cells"]
            if each["id"] == f"claim-{claim.label.replace('.', '-')}"
        ]
        ((name, box),) = cells
        assert name == book.places[claim.label]
        said, chapter = box["source"], Chapter(book, book.pages[name])
        assert said.startswith(f'<a id="claim-{claim.label}"></a>\n\n### {claim.label}. {claim.title}\n')
        derived = claim.label in book.pages[name].derived
        proof = words(notebooks[name]) if derived else said
        for number, step in enumerate(claim.steps, start=1):
            assert f"\n**{number}. " in proof
            sentence = linked(claim, displayed(claim, step), book.ledger)
            assert chapter.markdown(one_line_displays(fitted(sentence))).strip() in proof
        assert said.count("<details>") == said.count("</details>") == 2 - derived + bool(claim.quantities)
        assert re.search(r"\n\n</details>\Z", said), "what is folded ends with a blank line, else it is no Markdown"
        assert all(line in said for line in (f"**{claim.provenance}**", "not run here", "| check | kind |"))


def test_code_is_that_of_the_pages(notebooks: dict[str, dict]) -> None:
    """As the build of the book reads it, which executes it."""
    reading = needs("myst_nb.core.read")
    counted = 0
    for name, notebook in notebooks.items():
        text = (BOOK / f"{name}.md").read_text("utf-8")
        code = [each for each in notebook["cells"] if each["cell_type"] == "code"]
        if not text.startswith("---\njupytext"):
            assert not code
            continue
        read = reading.read_myst_markdown_notebook(text)
        theirs = [each for each in read["cells"] if each["cell_type"] == "code"]
        assert [each["source"] for each in code[1:]] == [each["source"].strip("\n") for each in theirs]
        for ours, each in zip(code[1:], theirs, strict=True):
            assert {key: value for key, value in ours["metadata"].items() if key != "jupyter"} == each["metadata"]
            hidden = {"hide-input", "hide-cell", "remove-input"} & set(each["metadata"].get("tags", ()))
            assert ours["metadata"].get("jupyter", {}).get("source_hidden", False) == bool(hidden)
        counted += len(theirs)
    assert counted > 400


def test_notebooks_are_valid(notebooks: dict[str, dict]) -> None:
    nbformat = needs("nbformat")
    for name, notebook in notebooks.items():
        nbformat.validate(nbformat.from_dict(notebook))
        assert len({each["id"] for each in notebook["cells"]}) == len(notebook["cells"])
        assert notebook["metadata"]["title"], name
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"


def test_a_box_says_what_a_run_found(book: Book) -> None:
    run = verify(["N1"], ledger=book.ledger)
    said = page_of(book, "# T\n\n```{claim} N1\n```\n", run=run).notebook()["cells"][1]["source"]
    checks = run.claims[0].checks
    controls = [each for check in checks for each in check.controls]
    assert f"**✔ holds** in the run that wrote this notebook: {len(checks)} of {len(checks)} checks passed" in said
    forms = len({(each.replaces, each.name) for each in controls})
    assert f"{forms} of {forms} wrong forms refuted" in said
    assert said.count("✔ *") == len(controls)
    assert "*computed for all values; uses kink; checks: second difference knows no affine function*" in said
    broken = dataclasses.replace(checks[0], status="refuted")
    wrong = dataclasses.replace(run, claims=(dataclasses.replace(run.claims[0], checks=(broken, *checks[1:])),))
    said = page_of(book, "# T\n\n```{claim} N1\n```\n", run=wrong).notebook()["cells"][1]["source"]
    assert (
        f"**✘ refuted** in the run that wrote this notebook: {len(checks) - 1} of {len(checks)} checks passed" in said
    )


def test_forms_that_fail_come_with_the_figure_of_the_run(book: Book) -> None:
    labels = claims_shown(Page("p", "```{errata} CORRECTION\n```"), book.ledger)
    assert labels == [entry.label for entry in book.ledger if entry.claim.provenance == "CORRECTION"]
    run = verify(labels, ledger=book.ledger)
    said = words(page_of(book, "# T\n\n```{errata} CORRECTION\n```\n", run=run).notebook())
    assert said.count("**In the run that wrote this notebook.**") == said.count("**What is said.**") > 0


def test_a_page_whose_claims_have_no_letters_has_no_table_of_them(book: Book) -> None:
    for label, letters in (("T1", False), ("S1", True)):
        assert bool(book.ledger[label].claim.quantities) == letters
        said = words(page_of(book, f"# T\n\n```{{claim}} {label}\n```\n").notebook())
        assert ("## Symbols on this page" in said) == letters


def test_a_notebook_alone_links_to_no_other(book: Book) -> None:
    text = "# T\n\nSee [the other *page*](graphon.md), [](saliency.md), and {claimref}`G5`: {claimref}`it cancels <G5: telescope>`.\n"
    said = words(page_of(book, text, offered=frozenset({"flow"})).notebook())
    assert said.startswith("# T\n\nSee the other *page*, *What a pruning score knows about the data*, and G5 (*")
    assert ": it cancels (G5, *" in said
    assert "](" not in said
    said = words(page_of(book, text).notebook())
    assert "[the other *page*](graphon.ipynb), [What a pruning score knows about the data](saliency.ipynb)" in said
    assert re.search(r"\[it cancels\]\(\w+\.ipynb#claim-G5-step-4 ", said)


def test_what_pages_may_say_and_do_not_yet(book: Book) -> None:
    text = """---
x: y
---
# T

`` {claimref}`S1` `` is code, {claimref}`S1` a link.

| a | b |
|---|---|
| {claimref}`S1` | {cite:p}`lee2019snip, wang2020grasp` |

- item

  ```{note}
  With $a
  =b$ and

  $$
  c
  $$
  ```

:::{dropdown} More
inside {cite:t}`lee2019snip`
:::

(here)=
## There

{ref}`words <here>`

+++
"""
    said = words(page_of(book, text).notebook())
    assert "`` {claimref}`S1` `` is code, [S1](saliency.ipynb#claim-S1 " in said
    assert "([Lee et al., 2019](#ref-lee2019snip); [Wang et al., 2020](#ref-wang2020grasp)) |" in said
    assert "  > **Note**\n  >\n  > With $a =b$ and\n  >\n  > $$c$$\n" in said
    assert "<details>\n<summary>More</summary>\n\ninside [Lee et al. (2019)](#ref-lee2019snip)\n\n</details>" in said
    assert '<a id="here"></a>\n\n## There\n\n[words](#here)' in said
    assert said.count('<a id="ref-') == 2
    assert said.count("+++") == 0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("```{nonsense}\n```", "page flow: a notebook has nothing for the directive 'nonsense'"),
        ("{sup}`2`", "page flow: a notebook has nothing for the role 'sup'"),
        ("{cite:t}`nobody1900`", "no entry 'nobody1900' in the literature"),
        ("{claimref}`Z9`", "no claim 'Z9'"),
        ("{claimref}`a bend <G5: bend>`", "claim G5 has no step 'bend'"),
        ("```{claim} Z9\n```", "no claim 'Z9'"),
        ("[x](nowhere.md)", "page flow: a link leads to 'nowhere.md', expected a page of the book"),
        ("```{image} nowhere.png\n```", "nowhere.png: No such file or directory, expected a picture of the book"),
    ],
)
def test_what_a_notebook_cannot_say_is_refused(book: Book, text: str, complaint: str) -> None:
    with pytest.raises(InputError, match=re.escape(complaint)):
        page_of(book, f"# T\n\n{text}\n").notebook()


def test_tables_keep_their_columns() -> None:
    assert cell(r"$|x|$ or | and \| $$\|y\|$$") == r"$\vert x\vert $ or \| and \| $$\Vert y\Vert $$"
    rows = listed_rows("* - a\n  - b\n    c\n\n    $$\n    d\n    $$\n* - - e\n  -\n")
    assert rows[0] == ("a", "b\nc\n\n$$\nd\n$$")
    assert table(("x", "y"), [rows[0]]) == "| x | y |\n| --- | --- |\n| a | b c $$ d $$ |"


def test_works_of_the_same_people_and_year_are_told_apart(tmp_path: Path) -> None:
    entry = "@misc{%s, author={Doe, Jane and Roe, R.}, title={T}, year={%s}}\n"
    (tmp_path / "r.bib").write_text("".join(entry % each for each in (("a", 2000), ("b", 2000), ("c", 2001))))
    references = References(tmp_path / "r.bib")
    assert [references.author_year(key) for key in "abc"] == [
        ("Doe and Roe", year) for year in ("2000a", "2000b", "2001")
    ]


def test_outputs_come_from_the_same_code(notebooks: dict[str, dict]) -> None:
    notebook = notebooks["pitfalls"]
    picture = {"output_type": "display_data", "data": {"image/png": "aWk="}, "metadata": {}}
    code = [dict(each) for each in notebook["cells"] if each["cell_type"] == "code"][1:]
    executed = {"cells": [{**each, "outputs": [picture], "execution_count": 1} for each in code]}
    (ran,) = (each for each in with_outputs(notebook, executed)["cells"] if each["id"] == code[0]["id"])
    assert ran["outputs"][0]["metadata"]["image/png"]["alt"].startswith("Observed against predicted shares")
    executed["cells"][0]["source"] = executed["cells"][0]["source"].splitlines(keepends=True)  # as files have it
    assert with_outputs(notebook, executed)
    executed["cells"][0]["source"].append("# more")
    with pytest.raises(ValueError, match="was not executed as it stands"):
        with_outputs(notebook, executed)


def test_the_first_cell_says_what_the_kernel_lacks(notebooks: dict[str, dict], tmp_path: Path) -> None:
    needs("IPython")
    first = notebooks["graphon"]["cells"][0]["source"]
    exec(compile(first, "cell", "exec"), {})
    bare = [sys.executable, "-I", "-S", "-c", first]
    done = subprocess.run(bare, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert "this kernel lacks IPython, " in done.stderr
    assert "sparse_limits" in done.stderr
    assert "pip install '.[plot]'" in done.stderr


WITH_CODE = [name for name in NAMES if "{code-cell}" in (BOOK / f"{name}.md").read_text("utf-8")]
ALONE = WITH_CODE[
    ::9
]  # the build of the book runs the code of all pages, which is that of the notebooks, in such a folder


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.xdist_group(f"notebook {name}"), pytest.mark.sliced(f"book/{name}.md")])
        for name in ALONE
    ],
)
def test_notebooks_run_outside_of_the_repository(name: str, tmp_path: Path) -> None:
    needs("nbclient")
    write_notebooks(tmp_path, [name], check=False)
    command = in_a_network_of_its_own([str(Path(sys.executable).with_name("jupyter-execute")), f"{name}.ipynb"])
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_command_writes_notebooks_with_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = tmp_path / "book"
    small.mkdir()
    shutil.copy(BOOK / "references.bib", small)
    (small / "one.md").write_text("# One\n\n```{claim} N1\n```\n\n[](two.md)\n", "utf-8")
    (small / "two.md").write_text("# Two\n\n{claimref}`N1`\n", "utf-8")
    target = tmp_path / "out" / "deep"
    call = ["notebooks", "--book", str(small), "--jobs", "1", str(target)]
    assert main([*call, "one.md", "one"]) == 0, "a page named twice is written once"
    said = capsys.readouterr().out
    assert said.startswith(f"1 notebook in {target}\n1 of 1 claims hold")
    text = (target / "one.ipynb").read_text("utf-8")
    assert text == as_text(json.loads(text))
    assert "✔ holds" in text
    assert '"*Two*"' in text
    assert main([*call, "two", "--no-verify"]) == 0
    assert "(one.ipynb#claim-N1" in (target / "two.ipynb").read_text("utf-8"), "a notebook that is there is linked to"
    assert main(call) == 2
    assert f"{target / 'one.ipynb'}: is there already, expected a new name, another folder or --overwrite" in (
        capsys.readouterr().err
    )
    assert main([*call, "--overwrite", "--no-verify"]) == 0
    assert "not run here" in (target / "one.ipynb").read_text("utf-8")
    assert "(two.ipynb)" in (target / "one.ipynb").read_text("utf-8")


def test_bad_input_is_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    for words_given, complaint in {
        ("OUT", "grafon"): "no page 'grafon', did you mean graphon?; expected one of api, ",
        ("OUT", "--book", str(tmp_path)): "is no book, expected a folder with pages (.md) and references.bib",
        (str(tmp_path / "file"), "intro"): "file: File exists, expected a folder to write to",
    }.items():
        given = [str(tmp_path / "out") if word == "OUT" else word for word in words_given]
        assert main(["notebooks", *given]) == 2
        said = capsys.readouterr().err
        assert complaint in said
        assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words_given", "complaint"),
    [
        (["", "one"], "the folder is '', expected a folder to write to"),
        (["BOOK", "one"], "book: lies in the folder of the book's pages, expected another folder"),
        (["BOOK/deep/nb", "one"], "book/deep/nb: lies in the folder of the book's pages, expected another folder"),
        (["out", "one", "--no-verify", "--jobs", "0"], "jobs is 0, expected an integer from 1"),
        (["out", "one", "--no-verify", "--seed", "-1"], "seed is -1, expected a whole number from 0"),
        (["out", "--no-verify"], "page two: a notebook has nothing for the directive 'nonsense'"),
    ],
)
def test_what_is_refused_leaves_no_notebook_behind(
    words_given: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    book = tmp_path / "book"
    book.mkdir()
    shutil.copy(BOOK / "references.bib", book)
    (book / "one.md").write_text("# One\n", "utf-8")
    (book / "two.md").write_text("# Two\n\n```{nonsense}\n```\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["notebooks", *(word.replace("BOOK", str(book)) for word in words_given), "--book", "book"]) == 2
    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1
    assert not list(tmp_path.rglob("*.ipynb"))


def test_without_a_repository_the_book_must_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "ROOT", tmp_path)
    with pytest.raises(InputError, match="the pages of the book are not installed with the package, expected `book`"):
        book_folder(None)
    assert book_folder("x") == Path("x")
