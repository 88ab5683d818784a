"""A site that asks nothing of the network, and a build that fails on any warning."""

from __future__ import annotations

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

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
    """Leave out scripts with an address of their own, and sphinx-thebe, which loads from one."""
    scripts = context.get("script_files", [])
    context["script_files"] = [script for script in scripts if not _remote(script)]


def _remote(script: object) -> bool:
    name, body = str(getattr(script, "filename", script)), str(getattr(script, "attributes", {}).get("body", ""))
    return name.startswith(("http:", "https:", "//")) or "thebe" in (name + body).lower()


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
    app.connect("html-page-context", drop_remote_scripts, priority=900)
    app.connect("build-finished", drop_icon_script)
    app.connect("build-finished", fail_on_warnings)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
