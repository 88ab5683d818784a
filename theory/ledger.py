"""All claims, in reading order; one claim without the others."""

from __future__ import annotations

from importlib import import_module
from os import PathLike
from pkgutil import get_data

from theory.claims import Claim, Ledger
from theory.input_error import InputError
from theory.lazy import homes
from theory.own_ledger import is_own, own_claims, own_ledger
from theory.selection import closest, in_spans, near_label, reading_order, whole

LETTERS = {  # of the labels of each topic
    "saliency": "S",
    "graphon": "G",
    "operators": "O",
    "expressivity": "E",
    "kernel": "K",
    "generalisation": "BT",
    "lifts": "L",
    "subset_sum": "R",
    "equivariance": "Q",
    "neuron_pruning": "N",
    "depth": "D",
    "flow": "F",
}
TOPICS = tuple(LETTERS)


def load_ledger(own: str | PathLike[str] | None = None) -> Ledger:
    """Import every topic and return the ledger (some seconds; `claim` imports one module), or a ledger of your own.

    own: `FILE.py` or `package.module`, whose claims are the ledger, each under the name of its variable; they may use
    claims of the project's ledger, and have labels that are not taken there. The code is run as it is.

    Raises:
        InputError: for code of your own that is not there, raises (its traceback is printed), has no claim, or makes no ledger.

    Examples:
        >>> ledger = load_ledger()
        >>> ledger["S4"].topic, ledger["S4"].claim.uses
        ('saliency', ('S1', 'S3'))
    """
    if own is None:
        return Ledger({topic: claims_of(topic) for topic in TOPICS})
    return own_ledger(own, load_ledger)


def claims_of(topic: str) -> dict[str, Claim]:
    """Import a topic, or code of your own, and return its claims, by the names under which it exports them.

    Examples:
        >>> claims_of("saliency")["product_graphon"].label
        'S4'
    """
    if is_own(topic):
        return own_claims(topic)
    module = import_module(f"theory.{topic}")
    values = {name: getattr(module, name) for name in dir(module)}
    return {name: value for name, value in values.items() if isinstance(value, Claim)}


def topics() -> tuple[str, ...]:
    """The names of the topics, in reading order.

    Raises:
        nothing.

    Examples:
        >>> topics()[:3]
        ('saliency', 'graphon', 'operators')
    """
    return TOPICS


def claim(label: str) -> Claim:
    """Return the claim of a label, and import its module alone.

    Raises:
        InputError: for a label that no claim has.

    Examples:
        >>> claim("S4").title
        'The half-normal × half-normal graphon of SNIP'
        >>> sorted(claim("S4").expressions)
        ['column_density', 'flat_threshold', 'integral_form', 'kernel', 'noise_density', 'threshold']
    """
    found = parts(label)
    if found[0].label != label:
        raise InputError(f"{label} is in parts, expected one of {', '.join(each.label for each in found)}")
    return found[0]


def parts(label: str, own: str | PathLike[str] | None = None) -> tuple[Claim, ...]:
    """Return the parts of a claim in reading order, or the claim of a label alone; import their modules and no other.

    own: `FILE.py` or `package.module` with a ledger of your own, where the claim is looked for.

    Raises:
        InputError: for a label that no claim has.

    Examples:
        >>> [each.label for each in parts("G3")], [each.label for each in parts("G3.2")], [each.label for each in parts("G5")]
        (['G3.1', 'G3.2', 'G3.3'], ['G3.2'], ['G5'])
    """
    if own is not None:
        return tuple(entry.claim for entry in load_ledger(own).select([label]))
    topic = _topic_of(label[:1])
    values = (getattr(import_module(home), name) for name, home in _written_with(topic, label)) if topic else ()
    found = [each for each in values if isinstance(each, Claim) and label in (each.label, whole(each.label))]
    if not found:
        raise InputError(f"no claim {label!r:.60}{_near(label)}")
    return tuple(sorted(found, key=lambda each: reading_order(each.label)))


def _topic_of(letter: str) -> str | None:
    """The topic whose labels begin with a letter, if one does."""
    return next((topic for topic, letters in LETTERS.items() if letter and letter in letters), None)


def _near(label: str) -> str:
    """What to say of a label that no claim has: the one that was meant, the labels of a topic, or what a label is."""
    if topic := closest(label, TOPICS):
        return f"; {topic} is a topic, expected one of its labels, {', '.join(_labels(topic))}"
    if (topic := _topic_of(label.strip()[:1].upper())) and (near := near_label(label, _labels(topic))):
        return near
    if topic and any(letter.isdigit() for letter in label):
        return f"; {topic} has {in_spans(_labels(topic))}"
    return f"; expected a label such as S4 ({_letters()})"


def _labels(topic: str) -> list[str]:
    return sorted((each.label for each in claims_of(topic).values()), key=reading_order)


def _written_with(topic: str, label: str) -> list[tuple[str, str]]:
    """The names that a topic exports and their modules, of those whose text holds the label or that of a part of it."""
    package = f"theory.{topic}"
    marks = (f'label="{label}"'.encode(), f'label="{label}.'.encode())

    def written(home: str) -> bool:
        text = get_data(package, f"{home.rpartition('.')[2]}.py") or b""
        return any(mark in text for mark in marks)

    return [(name, home) for name, home in homes(package).items() if written(home)]


def _letters() -> str:
    return ", ".join(f"{' or '.join(letters)} {topic}" for topic, letters in LETTERS.items())
