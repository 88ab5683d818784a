"""Pages are read and written in as many processes as there are cores: most of a build is their code."""

from __future__ import annotations

import os

from sphinx.application import Sphinx
from sphinx.config import Config

UNDECLARED = ("sphinx_jupyterbook_latex", "sphinx_multitoc_numbering")  # keep nothing that a page could change


def allow(app: Sphinx, config: Config) -> None:
    """Let jupyter-book, which has no option for it, build in parallel; two of its extensions do not say that they can."""
    app.parallel = len(os.sched_getaffinity(0))
    for name in UNDECLARED:
        if name in app.extensions:
            app.extensions[name].parallel_read_safe = app.extensions[name].parallel_write_safe = True


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", allow)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
