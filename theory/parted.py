"""Formulas that share a part, printed with a letter for it: the part is written once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import sympy as sp

from sparse_limits.theory.formulas.let import Let
from sparse_limits.theory.latex import latex

SHORT = 70  # letters of LaTeX of a definition that stands in a sentence; longer ones are the items of a list

ARGUMENT = sp.Wild("argument")  # whatever a function is given


class Parted:
    """Prints expressions with letters for parts of them.

    named: the letter of each part in LaTeX. A part may hold parts that are named before it. A `Let` whose names are letters
    of parts, and stand for these, prints as its body. A `Lambda` names a function: where its formula stands with another
    argument, its letter stands with that argument.

    Examples:
        >>> x, y = sp.symbols("x y", positive=True)
        >>> parted = Parted({"r": sp.sqrt(1 - x**2)})
        >>> parted.latex(sp.exp(y * sp.sqrt(1 - x**2)))
        'e^{r y}'
        >>> parted.definitions([sp.exp(y * sp.sqrt(1 - x**2))])
        ['Here $r=\\\\sqrt{1 - x^{2}}$.']
        >>> Parted({"f": sp.Lambda(x, sp.exp(x**2))}).latex(sp.exp(4 * y**2))
        'f{\\\\left(2 y \\\\right)}'
    """

    def __init__(self, named: Mapping[str, sp.Expr]) -> None:
        self.named = named

    @cached_property
    def letters(self) -> dict[sp.Expr, sp.Symbol | sp.FunctionClass]:
        """The letter of each part, as a symbol that is no one else's, or as a function."""
        return {
            part: sp.Function(letter) if isinstance(part, sp.Lambda) else sp.Dummy(letter, **_assumed(part))
            for letter, part in self.named.items()
        }

    def replaced(self, value: sp.Expr, but: sp.Expr | None = None) -> sp.Expr:
        """The value with letters in place of the parts that stand in it; a part itself, `but`, is kept.

        Raises:
            ValueError: where the letters, replaced by what they stand for, do not give the value again.
        """
        shown = self._bare(value)
        value = shown
        for part, letter in reversed(self.letters.items()):
            if _formula(part) != but:
                shown = _put(letter, part, shown)
        again = shown
        for part, letter in reversed(self.letters.items()):
            again = again.replace(letter, part) if isinstance(part, sp.Lambda) else again.xreplace({letter: part})
        if again != value:
            raise ValueError(f"with letters for its parts {value} is another formula")
        return shown

    def _bare(self, value: sp.Basic) -> sp.Basic:
        """The value with the bodies of all `Let` of parts alone, the outer ones first: an inner one changes their parts."""
        if self._says(value):
            return self._bare(value.args[0])
        args = [self._bare(each) for each in value.args]
        return value if tuple(args) == value.args else value.func(*args)

    def _says(self, value: sp.Basic) -> bool:
        """Whether this is a `Let` of parts alone."""
        return isinstance(value, Let) and all(
            self.named.get(latex(name, [name])) == part for name, part in value.args[1].args
        )

    def latex(self, value: sp.Expr) -> str:
        """The LaTeX of an expression with letters for its parts; of a part, what it is."""
        shown = self.replaced(value, but=value)
        symbols = (letter for letter in self.letters.values() if isinstance(letter, sp.Symbol))
        return latex(shown, [shown], {symbol: symbol.name for symbol in symbols})

    def definitions(self, values: Sequence[sp.Expr]) -> list[str]:
        """Lines of Markdown that say what each letter is, but for the parts that are among the values.

        Raises:
            ValueError: for a part that stands in none of the values, nor in another part.
        """
        for letter, part in self.named.items():
            others = (each for each in self.named.values() if each != part)
            if not any(each == part or self._holds(_formula(each), part) for each in (*values, *others)):
                raise ValueError(f"{letter} names a part that no printed formula has")
        said = [
            f"${_head(letter, part)}={self.latex(_formula(part))}$"
            for letter, part in self.named.items()
            if _formula(part) not in values
        ]
        if all(len(each) <= SHORT for each in said):
            return [f"Here {', '.join(said)}."] if said else []
        return ["", "Here", "", *(f"- {each}" for each in said), ""]

    def _holds(self, value: sp.Expr, part: sp.Expr) -> bool:
        if any(part in dict(let.args[1].args).values() for let in value.atoms(Let)):
            return True
        return bool(_put(self.letters[part], part, value) != value)


def _formula(part: sp.Expr) -> sp.Expr:
    """What a letter stands for; of a function, at the argument that it is given with."""
    return part.expr if isinstance(part, sp.Lambda) else part


def _head(letter: str, part: sp.Expr) -> str:
    """The left side of what defines a letter."""
    return f"{letter}({latex(part.variables[0], part.variables)})" if isinstance(part, sp.Lambda) else letter


def _put(letter: sp.Symbol | sp.FunctionClass, part: sp.Expr, value: sp.Basic) -> sp.Basic:
    """The value with the letter for the part, also where the part is some terms of a sum or some factors of a product.

    Of a product that is a part its square and its inverse are found too.
    """
    if isinstance(part, sp.Lambda):
        return _call(letter, part.expr.subs(part.variables[0], ARGUMENT), value)
    for power in (1, 2, -1) if isinstance(part, sp.Mul) else (1,):
        sought = part**power
        if value == sought:
            return letter**power
        if isinstance(value, (sp.Add, sp.Mul)) and value.func is sought.func and set(sought.args) < set(value.args):
            value = value.func(letter**power, *(each for each in value.args if each not in sought.args))
    if not value.args:
        return value
    args = [_put(letter, part, each) for each in value.args]
    return value if tuple(args) == value.args else value.func(*args)


def _call(letter: sp.FunctionClass, formula: sp.Expr, value: sp.Basic) -> sp.Basic:
    """The value with the letter of a function for its formula, whatever stands for the argument in it."""
    if not value.args:
        return value
    if isinstance(value, sp.Expr):
        (own, what), (number, rest) = formula.as_coeff_Mul(), value.as_coeff_Mul()
        if found := rest.match(what):
            return number / own * letter(found[ARGUMENT])
    args = [_call(letter, formula, each) for each in value.args]
    return value if tuple(args) == value.args else value.func(*args)


def _assumed(part: sp.Expr) -> dict[str, bool]:
    """What keeps roots and signs as they are printed."""
    return {"positive": True} if part.is_positive else {"real": True} if part.is_real else {}
