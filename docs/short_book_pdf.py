"""The short book as a PDF: the numbered pages of the built site in one document, printed by chromium.

    python docs/short_book_pdf.py built/_build/html short_book.pdf

A page has its proof by hand, and a box its statement; the proof by steps, what the checks found, code and commands stay on the
site. Links between numbered pages lead to their place in the document.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 900  # on the clock, for thousands of formulas
ON_SCREEN = ".claim-evidence, .claim-checked, .claim-letters, .claim-proof, .claim-try, .headerlink, .tag_hide-cell, .hide.above-input, .copybtn"
PICTURE = ".cell_output"  # its scripts draw it, and name places of their own
FOLDS_ON_SCREEN = ("Files and command", "Cite", "How good the bounds are")
PAPER = """
@page { size: A4; margin: 20mm 18mm; @bottom-center { content: counter(page); font: 9pt serif } }
body { background: white; font-size: 10.5pt } article { break-before: page } details > summary { list-style: none; font-style: italic }
h1, h2, h3 { break-after: avoid } figure, .cell_output img, mjx-container[display] { break-inside: avoid; max-width: 100% }
"""


def numbered_pages() -> list[str]:
    """The pages of the short book, in order."""
    parts = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text("utf-8"))["parts"]
    return [chapter["file"] for part in parts if part.get("numbered") for chapter in part["chapters"]]


def article_of(site: Path, page: str, pages: list[str]) -> Tag:
    """What a page says, for paper; its places are named with the page in front."""
    soup = BeautifulSoup((site / f"{page}.html").read_text("utf-8"), "html.parser")
    article = soup.select_one("article.bd-article")
    if article is None:
        raise ValueError(f"{page}.html has no article, expected a page of the built book")
    for each in article.select(f"{ON_SCREEN}, script:not({PICTURE} script)"):
        each.decompose()
    for fold in article.select("details"):
        if fold.summary and fold.summary.get_text(strip=True) in FOLDS_ON_SCREEN:
            fold.decompose()
        else:
            fold["open"] = ""
    for each in article.select(f"[id]:not({PICTURE} [id])"):
        each["id"] = f"{page}--{each['id']}"
    article["id"] = page
    told = soup.select_one('meta[property="og:url"]')
    site_address = str(told["content"]).rpartition("/")[0] if told else ""
    for link in article.select("a[href]"):
        place = _place(str(link["href"]), page, pages)
        if place.startswith("#") or "://" in place:
            link["href"] = place
        elif site_address:
            link["href"] = f"{site_address}/{place}"
        else:
            link.unwrap()  # on paper a page that is not there, and has no address, leads nowhere
    return article


def _place(link: str, page: str, pages: list[str]) -> str:
    """The same link in the one document."""
    target, _, place = link.partition("#")
    name = page if not target else target.removesuffix(".html")
    if "://" in link or name not in pages:
        return link
    return f"#{name}--{place}" if place else f"#{name}"


def document(site: Path, pages: list[str]) -> str:
    """All pages in one, with the styles and the typesetting of the site."""
    whole = BeautifulSoup((site / f"{pages[0]}.html").read_text("utf-8"), "html.parser")
    scripts = [each for each in whole.select("script") if "mathjax" in str(each).lower()]
    articles = [article_of(site, page, pages) for page in pages]
    listed = "".join(f'<li><a href="#{each["id"]}">{_title(each)}</a></li>' for each in articles)
    version = next((each.get_text() for each in whole.select("footer p") if "Version" in each.get_text()), "")
    body = f'<p>{version}</p><ul style="list-style: none">{listed}</ul>' + "".join(map(str, articles))
    styles = "".join(str(each) for each in whole.select('link[rel="stylesheet"]'))
    title = "sparse-limits: the short book"
    head = f'<meta charset="utf-8"><title>{title}</title>{styles}<style>{PAPER}</style>{"".join(map(str, scripts))}'
    return f'<!DOCTYPE html><html lang="en" data-theme="light"><head>{head}</head><body><h1>{title}</h1>{body}</body></html>'


def _title(article: Tag) -> str:
    return article.h1.get_text() if article.h1 else ""


def print_pdf(site: Path, out: Path, pages: list[str]) -> None:
    """Print pages of the site.

    Raises:
        ValueError: without chromium, for a site without one of the pages, and where chromium prints nothing.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise ValueError(f"expected one of {', '.join(BROWSERS)} to print the pages with")
    if missing := [page for page in pages if not (site / f"{page}.html").is_file()]:
        raise ValueError(f"{site} has no {missing[0]}.html, expected the built book (jupyter-book build book)")
    with tempfile.NamedTemporaryFile("w", dir=site, suffix=".html", encoding="utf-8") as file:
        file.write(document(site, pages))
        file.flush()
        options = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-pdf-header-footer",
            "--generate-pdf-document-outline",
        )
        wait = f"--virtual-time-budget={1000 * SECONDS}"
        command = [browser, *options, wait, f"--print-to-pdf={out.resolve()}", f"file://{Path(file.name).resolve()}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise ValueError(f"chromium printed nothing in {SECONDS} s") from None
    if done.returncode or not out.is_file():
        raise ValueError(f"chromium printed nothing: {done.stderr.strip()[-300:]}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("expected the folder of the built site and the PDF to write")
    try:
        print_pdf(Path(sys.argv[1]), Path(sys.argv[2]), numbered_pages())
    except ValueError as error:
        sys.exit(str(error))
