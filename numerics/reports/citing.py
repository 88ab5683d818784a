"""How a claim is cited: its permanent address, where the site has one, and an entry of BibTeX with the version."""

from __future__ import annotations

import re
from pathlib import Path

from sparse_limits import __version__
from sparse_limits.theory.claims import Claim


def permalink(address: str, page: str, label: str) -> str:
    """Where the box of a claim stands, in this version of the site.

    address: of the site, with the folder of its version; empty where it has none. page: its name.

    Examples:
        >>> permalink("https://example.org/v1/", "graphon_rate", "G5")
        'https://example.org/v1/graphon_rate.html#claim-G5'
        >>> permalink("", "graphon_rate", "G5")
        'graphon_rate.html#claim-G5'
    """
    return f"{address.rstrip('/')}/{page}.html#claim-{label}".lstrip("/")


def address_of(book: Path) -> str:
    """Where this version of the book in a folder is published; empty while the book has no address."""
    settings = book / "_config.yml"
    text = settings.read_text("utf-8") if settings.is_file() else ""
    found = re.search(r'^  baseurl: "([^"]+)"', text, re.MULTILINE)
    return f"{found[1].rstrip('/')}/v{__version__}" if found else ""


def bibtex(claim: Claim, year: str, link: str) -> str:
    """An entry of BibTeX for a claim of this version of the package.

    year: of the version. link: where its box stands.

    Examples:
        >>> from sparse_limits.theory import claim
        >>> print(bibtex(claim("N1"), "2026", "neuron_pruning.html#claim-N1").splitlines()[0])
        @misc{sparselimits-N1,
    """
    lines = (
        "author = {{The sparse-limits developers}}",
        f"title = {{{claim.title}}}",
        f"howpublished = {{sparse-limits: verified theory of sparse neural networks, version {__version__}, claim {claim.label}}}",
        f"year = {{{year}}}",
        *([f"url = {{{link}}}"] if "://" in link else []),
    )
    return "@misc{sparselimits-" + claim.label + ",\n" + ",\n".join(f"  {line}" for line in lines) + "\n}"
