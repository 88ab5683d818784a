"""What a published site has: its address in one place, its version on every page, and how to cite a claim."""

import re
from pathlib import Path

import pytest
import yaml
from book_cases import GOOD, build, small_book
from helpers import ROOT, needs

import sparse_limits
from sparse_limits.numerics.reports.citing import bibtex
from sparse_limits.numerics.reports.notebooks.pages import Book, Chapter, Page
from sparse_limits.theory.ledger import load_ledger

needs("jupyter_book")

SITE = "https://example.org"
ADDRESS = f"{SITE}/main"


@pytest.mark.parametrize("address", ["", SITE])
def test_a_site_knows_its_address_by_one_setting(tmp_path: Path, address: str) -> None:
    """The address of all versions, and the folder of this one from the workflow that publishes it."""
    book, environment = small_book(tmp_path, GOOD)
    settings = book / "_config.yml"
    text = settings.read_text("utf-8")
    assert 'baseurl: ""' in text
    settings.write_text(text.replace('baseurl: ""', f'baseurl: "{address}"'), "utf-8")
    result = build(book, tmp_path / "out", isolated=False, SITE_FOLDER="main", **environment)
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    site = tmp_path / "out" / "_build" / "html"
    page = (site / "page.html").read_text("utf-8")
    assert f"Version {sparse_limits.__version__}" in page
    assert re.search(r"\d+ of \d+ checks? passed with seed 0, effort quick", page)
    assert "@misc{sparselimits-N1," in page
    assert '<meta property="og:title"' in page
    assert (f'href="{SITE}/versions.html"' in page) == bool(address)
    assert ("og:url" in page) == bool(address)
    assert (f"{ADDRESS}/page.html#claim-N1" in page) == bool(address)
    assert "No such page" in (site / "404.html").read_text("utf-8")
    listed = site / "sitemap.xml"
    assert listed.exists() == bool(address)
    if address:
        assert f"<loc>{ADDRESS}/page.html</loc>" in listed.read_text("utf-8")


def test_the_citation_file_and_the_readme_have_the_address_of_the_site() -> None:
    address = yaml.safe_load((ROOT / "book" / "_config.yml").read_text("utf-8"))["html"]["baseurl"]
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8")).get("url", "") == address
    assert address in (ROOT / "README.md").read_text("utf-8")  # nothing, while there is no site


def test_an_entry_of_a_bibliography_has_balanced_braces() -> None:
    for entry in load_ledger():
        text = bibtex(entry.claim, "2026", f"{ADDRESS}/page.html#claim-{entry.label}")
        assert text.count("{") == text.count("}"), entry.label
        assert f"claim {entry.label}" in text
        assert "url = " in text
    assert "url = " not in bibtex(entry.claim, "2026", "page.html")


def test_a_notebook_says_where_its_page_is_once_there_is_an_address(tmp_path: Path) -> None:
    page = Page("page", "# A page\n\nA sentence.\n")
    sources = []
    for address, site in (("", None), (SITE, None), ("", ADDRESS), (SITE, "")):
        (tmp_path / "_config.yml").write_text(f'html:\n  baseurl: "{address}"  # in one place\n', "utf-8")
        book = Book(tmp_path, {"page": page}, load_ledger(), site=site)
        sources.append([each["source"] for each in Chapter(book, page).notebook()["cells"]])
    release = f"{SITE}/v{sparse_limits.__version__}"
    assert sources[1] == [*sources[0], f"This page on the site: <{release}/page.html>"]
    assert sources[2] == [*sources[0], f"This page on the site: <{ADDRESS}/page.html>"]
    assert sources[3] == sources[0]
