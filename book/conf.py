"""The book for `sphinx-build book OUTPUT`, with the settings of _config.yml, which `jupyter-book build book` reads itself."""

import sys
from pathlib import Path

import yaml
from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
settings = yaml.safe_load((HERE / "_config.yml").read_text("utf-8"))

project = html_title = settings["title"]
author, copyright = settings["author"], settings["copyright"]
extensions = [
    "sphinx_togglebutton",
    "sphinx_copybutton",
    "myst_nb",
    "sphinx_external_toc",
    "sphinx_book_theme",
    *settings["sphinx"]["extra_extensions"],
    *settings["sphinx"]["local_extensions"],
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_build"]
external_toc_path = "_toc.yml"
external_toc_exclude_missing = settings["only_build_toc_files"]
myst_enable_extensions = settings["parse"]["myst_enable_extensions"]
suppress_warnings = ["myst.domains"]
bibtex_bibfiles = settings["bibtex_bibfiles"]
nb_execution_mode = settings["execute"]["execute_notebooks"]
nb_execution_timeout = settings["execute"]["timeout"]
nb_output_stderr = settings["execute"]["stderr_output"]
nb_execution_in_temp = settings["execute"]["run_in_temp"]
pygments_style = "sphinx"
html_theme = "sphinx_book_theme"
html_static_path = ["_static"]
html_js_files = sorted(script.name for script in (HERE / "_static").glob("*.js"))
html_baseurl = settings["html"]["baseurl"]
html_favicon = settings["html"]["favicon"]
html_sourcelink_suffix = ""
globals().update(settings["sphinx"]["config"])


def begin_at_the_root(app: Sphinx, _: Exception | None) -> None:
    """Let index.html lead to the first page, as `jupyter-book build` does."""
    if app.builder.format == "html" and app.config.root_doc != "index":
        redirection = f'<meta http-equiv="Refresh" content="0; url={app.config.root_doc}.html" />\n'
        Path(app.outdir, "index.html").write_text(redirection, "utf-8")


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("build-finished", begin_at_the_root)
