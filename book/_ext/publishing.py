"""What a site that is published needs: a footer with its version, descriptions for those who link to it, a list of its pages.

`html: baseurl` of _config.yml is the address of the site, and the only place that has it. While it is empty the site has no
list of its pages for searches, and no page says where it is. A site that is one of several versions is built with its folder
in the environment, SITE_FOLDER: `docs/publish.py` puts it there.
"""

from __future__ import annotations

import os
import re
import subprocess
from html import escape
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from sparse_limits import __version__
from sparse_limits.numerics.printing.plain_text import many

DESCRIBED = 180  # letters of what is said of a page where others link to it
MISSING = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>No such page · sparse-limits</title>
<meta name="viewport" content="width=device-width"><body style="font: 1.1rem system-ui; max-width: 36rem; margin: 4rem auto; padding: 0 1rem">
<h1>No such page</h1><p>Claims keep their labels, and the page of one may change:
<a href="{home}map.html">all claims</a>, <a href="{home}search.html">search</a>, <a href="{home}{root}.html">first page</a>.</p></body></html>
"""


def commit_of(folder: Path) -> tuple[str, str]:
    """The commit that the pages are of, and its date; empty without git."""
    command = ["git", "-C", str(folder), "log", "-1", "--format=%h %cs"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    except (OSError, subprocess.SubprocessError):
        return "", ""
    return found[0], found[1]


def footer(app: Sphinx) -> str:
    """Which version a page is of, and what its run found."""
    commit, date = commit_of(Path(app.srcdir))
    run = app.run  # type: ignore[attr-defined]
    checks = [check for claim in run.claims for check in claim.checks]
    passed = sum(check.status == "holds" for check in checks)
    parts = (
        f"Version {__version__}",
        f"commit {commit} of {date}" if commit else "",
        f"{passed} of {many(len(checks), 'check')} passed with seed {run.seed}, effort {run.effort}",
    )
    address = root_address(app)
    others = f' <a href="{escape(address)}/versions.html">Other versions</a>.' if address else ""
    return f"<p>{escape(', '.join(filter(None, parts)))}.{others}</p>"


def root_address(app: Sphinx) -> str:
    """The address of all versions; empty where there is none, or one version alone."""
    folder = os.environ.get("SITE_FOLDER", "")
    address = str(app.config.html_baseurl).rstrip("/")
    return address.removesuffix(f"/{folder}") if folder and address else ""


def description(doctree: nodes.document) -> str:
    """The first sentences of a page, of a paragraph without formulas."""
    paragraphs = (each for each in doctree.findall(nodes.paragraph) if isinstance(each.parent, nodes.section))
    first = next((each for each in paragraphs if not any(each.findall(is_formula))), None)
    if first is None:
        return ""
    text = " ".join(first.astext().split())
    if len(text) <= DESCRIBED:
        return text
    return re.sub(r"\W*\s\S*$", "", text[:DESCRIBED]) + " …"


def is_formula(node: nodes.Node) -> bool:
    return isinstance(node, (nodes.math, nodes.math_block))


def describe(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """The footer of a page, and what those who link to it are told."""
    if not hasattr(app, "footer"):  # no page was read: pages of an earlier build are written, which was interrupted
        prepare(app, app.env)
    context["theme_extra_footer"] = app.footer
    if doctree is None:
        return
    address = str(app.config.html_baseurl)
    said = {"og:type": "article", "og:site_name": "sparse-limits", "og:title": str(context.get("title", ""))}
    said |= {"og:description": description(doctree) or said["og:title"]}
    said |= {"og:url": f"{address.rstrip('/')}/{page}.html"} if address else {}
    tags = [f'<meta property="{name}" content="{escape(re.sub("<[^>]*>", "", text))}">' for name, text in said.items()]
    tags.append(f'<meta name="description" content="{escape(said["og:description"])}">')
    context["metatags"] = context.get("metatags", "") + "\n".join(tags)


def write_lists(app: Sphinx, error: Exception | None) -> None:
    """The page for an address that there is not; with an address also the list of all pages."""
    if error is not None or app.builder.format != "html":
        return
    out, address = Path(app.outdir), str(app.config.html_baseurl).rstrip("/")
    home = f"{address}/" if address else ""
    (out / "404.html").write_text(MISSING.format(home=home, root=app.config.root_doc), "utf-8")
    if address:
        lines = (f"<url><loc>{escape(f'{home}{page}.html')}</loc></url>" for page in sorted(app.env.found_docs))
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        (out / "sitemap.xml").write_text(head + "\n".join(lines) + "\n</urlset>\n", "utf-8")


def take_folder(app: Sphinx, config: object) -> None:
    """The address of a version is that of the site with the version's folder."""
    folder = os.environ.get("SITE_FOLDER", "")
    if folder and app.config.html_baseurl:
        app.config.html_baseurl = f"{str(app.config.html_baseurl).rstrip('/')}/{folder}"


def prepare(app: Sphinx, env: object) -> None:
    app.footer = footer(app)  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", take_folder)
    app.connect("env-check-consistency", prepare)
    app.connect("html-page-context", describe)
    app.connect("build-finished", write_lists)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
