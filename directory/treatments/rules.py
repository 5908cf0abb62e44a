"""The taxonomy as it ships: read from its file and checked, pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from directory.core.text import fold
from directory.models.treatments import Treatment, TreatmentFamily


class BrokenTaxonomy(ValueError):
    """The file of treatments contradicts itself; the text says where."""


@dataclass(frozen=True)
class Node:
    """One treatment as the file says it."""

    code: str
    label: str
    family: TreatmentFamily
    parent: str | None
    synonyms: tuple[str, ...]
    position: int
    #: What finds it word by word beside the label; none: all synonyms do.
    words: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """The texts whose single words find it. Its synonyms as a whole always do (`search.concepts`)."""
        return (self.label, *(self.words or self.synonyms))


@cache
def shipped() -> tuple[Node, ...]:
    """Return the taxonomy that ships with this version, parents before their children."""
    return parse((resources.files("directory") / "data" / "treatments.toml").read_text("utf-8"))


def parse(text: str) -> tuple[Node, ...]:
    """Read a taxonomy.

    Raises:
        BrokenTaxonomy: when a code stands twice, a parent does not stand before its child or is of another
            family, or one word stands for two treatments.
    """
    nodes: dict[str, Node] = {}
    words: dict[str, str] = {}
    for position, raw in enumerate(tomllib.loads(text)["treatment"]):
        family = TreatmentFamily(raw["family"])
        node = Node(
            raw["code"], raw["label"], family, raw.get("parent"), tuple(raw.get("synonyms", ())), position, tuple(raw.get("words", ()))
        )
        if node.code in nodes:
            raise BrokenTaxonomy(f"{node.code} stands twice")
        if node.parent is not None and (node.parent not in nodes or nodes[node.parent].family is not family):
            raise BrokenTaxonomy(f"{node.code} needs {node.parent} of its own family before it")
        for word in {fold(word) for word in (node.code, node.label, *node.synonyms)}:
            if words.setdefault(word, node.code) != node.code:
                raise BrokenTaxonomy(f"{word!r} stands for {words[word]} and for {node.code}")
        nodes[node.code] = node
    return tuple(nodes.values())


def words(treatments: Iterable[Treatment]) -> Mapping[str, Treatment]:
    """Return each folded code, label and synonym with the treatment it stands for."""
    return {fold(word): treatment for treatment in treatments for word in (treatment.code, treatment.label, *treatment.synonyms)}
