"""A site that asks nothing of the network, and a build that fails on any warning."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging


def copy_mathjax(app: Sphinx) -> None:
    """Put the one file of MathJax that the pages load beside them (from the package sphinx-mathjax-offline)."""
    spec = find_spec("sphinx-mathjax-offline") or find_spec("sphinx_mathjax_offline")
    if spec is None or spec.submodule_search_locations is None:
        raise FileNotFoundError("the package sphinx-mathjax-offline is missing; pip install -e '.[book]'")
    source = Path(next(iter(spec.submodule_search_locations))) / "static" / "mathjax" / "tex-svg-full.js"
    target = Path(app.outdir) / "_static" / "mathjax"
    target.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target / source.name)


def drop_remote_scripts(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Leave out scripts with an address of their own, and those of Thebe, which loads from one, with its style."""
    for kind in ("script_files", "css_files"):
        context[kind] = [each for each in context.get(kind, []) if not _remote(each)]


def _remote(file: object) -> bool:
    name, body = str(getattr(file, "filename", file)), str(getattr(file, "attributes", {}).get("body", ""))
    return name.startswith(("http:", "https:", "//")) or "thebe" in (name + body).lower()


# jupyter-book sets up sphinx-thebe, which runs cells on a server elsewhere and names one on every page. No page uses it.
def leave_out_files_of_thebe(app: Sphinx) -> None:
    """Its script and style are not copied."""
    folders = app.config.html_static_path
    app.config.html_static_path = [each for each in folders if Path(each).parent.name != "sphinx_thebe"]


def leave_out_settings_of_thebe(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """It appends two scripts to the text of a page: its settings, and the name of a kernel."""
    for each in list(doctree.findall(nodes.raw)):
        if each.astext().lstrip().startswith(('<script type="text/x-thebe-config">', "<script>kernelName =")):
            each.parent.remove(each)


# The theme draws its icons twice: by a font, and by a script of 1.5 MB that puts pictures in place of the font.
ICON_SCRIPT = re.compile(r'<script src="_static/vendor/fontawesome/[^"]*"></script>\n?')


def drop_icon_script(app: Sphinx, error: Exception | None) -> None:
    """Leave the icons to their font: no page loads the script that draws them again."""
    if error is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).glob("*.html"):
        text = page.read_text("utf-8")
        if (shorter := ICON_SCRIPT.sub("", text)) != text:
            page.write_text(shorter, "utf-8")


def fail_on_warnings(app: Sphinx, error: Exception | None) -> None:
    """A warning is an error: a missing citation, a broken reference, a claim on no page."""
    if error is None and app._warncount:
        logging.getLogger(__name__).info(f"the build fails: {app._warncount} warnings")
        app.statuscode = 1
    if error is None and not app._warncount:
        _failure(app).unlink(missing_ok=True)
    else:
        _failure(app).touch()


def failed_before(app: Sphinx) -> bool:
    """Whether the build before this one failed: its pages are read again, since only then do they warn again."""
    return _failure(app).exists()


def _failure(app: Sphinx) -> Path:
    return Path(app.doctreedir) / "failed"


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("builder-inited", copy_mathjax)
    app.connect("builder-inited", leave_out_files_of_thebe, priority=900)  # after Thebe has added to both
    app.connect("doctree-resolved", leave_out_settings_of_thebe, priority=900)
    app.connect("html-page-context", drop_remote_scripts, priority=900)
    app.connect("build-finished", drop_icon_script)
    app.connect("build-finished", fail_on_warnings)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
