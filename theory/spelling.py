"""Greek letters as they are typed."""

from __future__ import annotations

import re
import unicodedata


def spelled(text: str) -> str:
    """Greek letters by their names, numbers below the line after a stroke.

    Examples:
        >>> spelled("φ₁"), spelled("Λ"), spelled("rho")
        ('phi_1', 'Lambda', 'rho')
    """
    stroked = unicodedata.normalize("NFKC", re.sub("([₀-₉]+)", r"_\1", text))
    return "".join(map(_spelled_sign, stroked))


def _spelled_sign(sign: str) -> str:
    words = unicodedata.name(sign, "").split()
    if words[:1] != ["GREEK"] or words[2:3] != ["LETTER"]:
        return sign
    name = words[3].capitalize() if words[1] == "CAPITAL" else words[3].lower()
    return name.replace("amda", "ambda")
