"""Put a built site among those that are published: a folder for each version, and a page that lists them.

    python docs/publish.py built/_build/html pages main      # or v0.2.0 in place of main

The folder `pages` is what a web server shows: `main`, `v0.2.0`, …, `versions.html` with all of them, and `index.html`, which
leads to the newest release, or to `main` before there is one. A version that was there before is replaced.
"""

from __future__ import annotations

import re
import shutil
import sys
from html import escape
from pathlib import Path

NAME = re.compile(r"main|v\d+(?:\.\d+)*")
PDF = "short_book.pdf"
PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>{head}
<meta name="viewport" content="width=device-width"><body style="font: 1.1rem system-ui; max-width: 36rem; margin: 4rem auto; padding: 0 1rem">
<h1>{title}</h1>
{body}</body></html>
"""


def numbers(name: str) -> tuple[int, ...]:
    """The numbers of a version, for their order; main is before all."""
    return tuple(map(int, re.findall(r"\d+", name)))


def publish(site: Path, pages: Path, name: str) -> list[str]:
    """Copy a site to its folder and write the two pages in front; returns all versions, main first, then the newest.

    Raises:
        ValueError: for a folder that is no built site, and a name that is neither main nor a version.
    """
    if not (site / "intro.html").is_file():
        raise ValueError(f"{site} has no intro.html, expected the built book")
    if not NAME.fullmatch(name):
        raise ValueError(f"expected main or a version such as v0.2.0, got {name!r}")
    shutil.rmtree(pages / name, ignore_errors=True)
    shutil.copytree(site, pages / name)
    (pages / ".nojekyll").touch()
    names = sorted((each.name for each in pages.iterdir() if NAME.fullmatch(each.name)), key=numbers, reverse=True)
    releases = [each for each in names if each != "main"]
    listed = [*(["main"] if "main" in names else []), *releases]
    lines = "\n".join(f"<li>{_line(pages, each)}</li>" for each in listed)
    text = PAGE.format(title="Versions of sparse-limits", head="", body=f"<ul>\n{lines}\n</ul>")
    (pages / "versions.html").write_text(text, "utf-8")
    first = f"{(releases or listed)[0]}/intro.html"
    head = f'<meta http-equiv="refresh" content="0; url={first}">'
    body = f'<p><a href="{first}">The book</a>, <a href="versions.html">all versions</a></p>'
    (pages / "index.html").write_text(PAGE.format(title="sparse-limits", head=head, body=body), "utf-8")
    missing = pages / (releases or listed)[0] / "404.html"
    if missing.is_file():  # the server shows that of the root alone; its links have the address in them
        shutil.copyfile(missing, pages / "404.html")
    return listed


def _line(pages: Path, name: str) -> str:
    said = "as developed" if name == "main" else f"release {name[1:]}"
    paper = f', <a href="{name}/{PDF}">the short book as a PDF</a>' if (pages / name / PDF).is_file() else ""
    return f'<a href="{name}/intro.html">{escape(name)}</a>, {said}{paper}'


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit("expected the built site, the folder of what is published, and main or a version")
    try:
        print(", ".join(publish(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])))
    except ValueError as error:
        sys.exit(str(error))
