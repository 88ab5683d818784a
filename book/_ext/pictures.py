"""Pictures of cells: drawn into the page whatever the environment says, and a cell that shows none fails the build."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

INLINE = "module://matplotlib_inline.backend_inline"
SHOWS = re.compile(r"^[^#\n]*\bplt\.show\(", re.MULTILINE)


def draw_inline(app: Sphinx, config: Config) -> None:
    """Kernels inherit MPLBACKEND: with another one, such as Agg, `plt.show()` puts nothing on the page and says nothing."""
    os.environ["MPLBACKEND"] = INLINE


def executed(app: Sphinx, page: str) -> Path:
    """Where myst-nb leaves the executed notebook of a page, if it has code."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{page}.ipynb"


def without_picture(notebook: dict) -> Iterator[str]:
    """The cells that show a picture and have none: the last line of each before it is shown."""
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or not (shown := SHOWS.search(source)):
            continue
        if not any("image/png" in each.get("data", {}) for each in cell["outputs"]):
            yield next(reversed(source[: shown.start()].split("\n")[:-1]), shown[0]).strip()


def every_picture_is_there(app: Sphinx, env: BuildEnvironment) -> None:
    for page in sorted(env.found_docs - app.left_out):
        if (path := executed(app, page)).is_file():
            for line in without_picture(json.loads(path.read_text("utf-8"))):
                logger.warning(f"a cell shows a picture and has none: {line}", location=page)


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", draw_inline)
    app.connect("env-check-consistency", every_picture_is_there)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
