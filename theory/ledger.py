"""All claims, in reading order; one claim without the others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from os import PathLike
from pkgutil import get_data

from sparse_limits.theory.claims import Claim
from sparse_limits.theory.entries import Entry, Ledger
from sparse_limits.theory.input_error import InputError
from sparse_limits.theory.lazy import homes
from sparse_limits.theory.own_ledger import is_own, own_claims, own_ledger
from sparse_limits.theory.selection import closest, in_spans, near_label, reading_order, whole

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
    "hypothesis": "H",
}
TOPICS = tuple(LETTERS)
WRITTEN = re.compile(rb'label="([A-Z]\d+(?:\.\d+)?)"')


def load_ledger(own: str | PathLike[str] | None = None) -> Ledger:
    """Import every topic and return the ledger of all claims, or a ledger of your own.

    Importing every topic takes some seconds; `claim` imports one module. Claims of your own may use claims of the
    project's ledger, but must have other labels.

    Parameters
    ----------
    own : `FILE.py` or `package.module` whose variables hold the claims, which is run as it is; None for the project's ledger

    Returns
    -------
    Ledger, the claims in reading order.

    Raises
    ------
    InputError : for code of your own that is missing, raises an error (its traceback is printed), has no claim, or
        makes no valid ledger

    Examples
    --------
    >>> ledger = load_ledger()
    >>> ledger["S4"].topic, ledger["S4"].claim.uses
    ('saliency', ('S1', 'S3'))
    """
    if own is None:
        return Ledger({topic: claims_of(topic) for topic in TOPICS})
    return own_ledger(own, load_ledger)


def ledger_for(names: Sequence[str], own: str | PathLike[str] | None = None) -> Ledger:
    """Return a ledger in which to look up these names: where all are labels, it has their claims and imports no others.

    A claim that is cited is imported when it is asked for. For a topic, no name, or a ledger of your own, and for a name
    that is to be refused, it is the whole ledger, as `load_ledger` returns it.

    Examples:
        >>> [entry.label for entry in ledger_for(["N1", "G3"])]
        ['G3.1', 'G3.2', 'G3.3', 'N1']
    """
    found = [] if own is not None else [_entries(name) for name in names]
    if not found or not all(found):
        return load_ledger(own)
    chosen = {entry.label: entry for entries in found for entry in entries}.values()
    of_topics = {topic: {each.name: each.claim for each in chosen if each.topic == topic} for topic in TOPICS}
    return Ledger({topic: claims for topic, claims in of_topics.items() if claims}, beside=_ImportedWhenAsked())


def claims_of(topic: str) -> dict[str, Claim]:
    """Import a topic, or code of your own, and return its claims, by the names under which it exports them.

    Examples:
        >>> claims_of("saliency")["product_graphon"].label
        'S4'
    """
    if is_own(topic):
        return own_claims(topic)
    module = import_module(f"sparse_limits.theory.{topic}")
    values = {name: getattr(module, name) for name in dir(module)}
    return {name: value for name, value in values.items() if isinstance(value, Claim)}


def topics() -> tuple[str, ...]:
    """Return the names of the topics, in reading order.

    Returns
    -------
    Tuple of names.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> topics()[:3]
    ('saliency', 'graphon', 'operators')
    """
    return TOPICS


def claim(label: str) -> Claim:
    """Return the claim with a label, importing only its module.

    Parameters
    ----------
    label : label of a claim, such as S4, or of a part of a claim, such as G3.1

    Returns
    -------
    Claim, with its `title`, its `statement` and its formulas in `expressions`.

    Raises
    ------
    InputError : for a label that no claim has, and for the label of a claim in parts, such as G3

    Examples
    --------
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
    found = _entries(label)
    if not found:
        raise InputError(f"no claim {label!r:.60}{_near(label)}")
    return tuple(entry.claim for entry in found)


def labels_of(topic: str) -> tuple[str, ...]:
    """Return the labels of a topic, or of code of your own, in reading order; of a topic no module is imported.

    Examples:
        >>> labels_of("depth")[:3]
        ('D1.1', 'D1.2', 'D2')
    """
    found = topic in TOPICS and "." not in topic  # a module of a topic may be a ledger by itself
    labels = _homes(topic) if found else (each.label for each in claims_of(topic).values())
    return tuple(sorted(labels, key=reading_order))


@cache
def _homes(topic: str) -> Mapping[str, str]:
    """The module of each label of a topic, found in the text of the modules."""
    package = f"sparse_limits.theory.{topic}"
    modules = dict.fromkeys(homes(package).values())
    places = {module: f"{module.removeprefix(package + '.').replace('.', '/')}.py" for module in modules}
    texts = {module: get_data(package, place) or b"" for module, place in places.items()}
    return {label.decode(): module for module, text in texts.items() for label in WRITTEN.findall(text)}


class _ImportedWhenAsked(Mapping[str, Claim]):
    """The claims of the ledger by label, each imported when it is asked for."""

    def __getitem__(self, label: str) -> Claim:
        if label not in self:
            raise KeyError(label)
        return claim(label)

    def __contains__(self, label: object) -> bool:
        topic = _topic_of(str(label)[:1])
        return topic is not None and label in _homes(topic)

    def __iter__(self) -> Iterator[str]:
        return (label for topic in TOPICS for label in labels_of(topic))

    def __len__(self) -> int:
        return sum(len(_homes(topic)) for topic in TOPICS)


def _entries(label: str) -> list[Entry]:
    """The claim of a label, or its parts in reading order, without the other claims; none for what is no label."""
    topic = _topic_of(label[:1])
    if topic is None:
        return []
    modules = {module for each, module in _homes(topic).items() if label in (each, whole(each))}
    names = ((name, home) for name, home in homes(f"sparse_limits.theory.{topic}").items() if home in modules)
    values = ((name, getattr(import_module(home), name)) for name, home in names)
    found = [Entry(name, topic, value) for name, value in values if isinstance(value, Claim)]
    chosen = [entry for entry in found if label in (entry.label, whole(entry.label))]
    return sorted(chosen, key=lambda entry: reading_order(entry.label))


def _topic_of(letter: str) -> str | None:
    """The topic whose labels begin with a letter, if one does."""
    return next((topic for topic, letters in LETTERS.items() if letter and letter in letters), None)


def _near(label: str) -> str:
    """What to say of a label that no claim has: the one that was meant, the labels of a topic, or what a label is."""
    if topic := closest(label, TOPICS):
        return f"; {topic} is a topic, expected one of its labels, {', '.join(labels_of(topic))}"
    if (topic := _topic_of(label.strip()[:1].upper())) and (near := near_label(label, labels_of(topic))):
        return near
    if topic and any(letter.isdigit() for letter in label):
        return f"; {topic} has {in_spans(labels_of(topic))}"
    return f"; expected a label such as S4 ({_letters()})"


def _letters() -> str:
    return ", ".join(f"{' or '.join(letters)} {topic}" for topic, letters in LETTERS.items())
