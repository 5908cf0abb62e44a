"""The engine of the site: Whoosh for the index, numpy for the questions."""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.engines.port import Answer, Op, Question, bytes_of
from directory.search.criteria import Group
from directory.search.documents import Document
from directory.search.whoosh_engine import WhooshEngine

#: As many as the box of suggestions shows.
SUGGESTIONS = 8


class Ours:
    """The engine as a web process has it, and a second one that writes, as the worker has it."""

    name = "ours"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._job = 0
        self._writer = WhooshEngine(folder)

    def build(self, batches: Iterable[Sequence[Document]], *, total: int) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._writer.rebuild(batches, total=total)

    def open(self) -> None:
        self._reader = WhooshEngine(self._folder)
        self._reader.state()

    def prewarm(self) -> None:
        """Do what a web process does before its first question."""
        self._reader.prewarm()

    def ask(self, question: Question) -> Answer:
        criteria = question.criteria
        if question.op in (Op.SUGGEST, Op.SUGGEST_TOKENS):
            ids = self._reader.suggest(None, criteria.text, limit=SUGGESTIONS)
            return Answer(len(ids), ids)
        found = self._reader.search(None, criteria)
        if question.op is Op.SPELL:
            return Answer(0, ())
        facets = found.facets
        counted = {**facets.get(Group.TREATMENT, {}), **facets.get(Group.TECHNIQUE, {})}
        for group in (Group.KIND, Group.LANGUAGE):
            counted |= {f"{group.value}:{value}": many for value, many in facets.get(group, {}).items()}
        return Answer(found.total, found.ids, counted)

    def change(self, documents: Sequence[Document]) -> None:
        self._job += 1
        self._writer.apply(documents, (), job=self._job)

    def size(self) -> int:
        return bytes_of(self._folder)

    def close(self) -> None:
        pass
