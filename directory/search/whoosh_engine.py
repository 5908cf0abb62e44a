"""The default engine: Whoosh keeps schema, dictionary, postings, columns, segments and commits; numpy answers over them."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import structlog
from sqlmodel import Session

from directory.core.locks import FileLock
from directory.core.progress import Progress, silent
from directory.search import executor, generations, merging, ranking, schema, toc
from directory.search.builder import Gathered
from directory.search.criteria import Criteria
from directory.search.documents import Document
from directory.search.executor import State
from directory.search.generations import Manifest
from directory.search.port import Ability, IndexBroken
from directory.search.port import State as Standing
from directory.search.results import Results
from directory.search.segments import Kept, Segment
from directory.treatments import rules

log = structlog.get_logger("search")

#: A merge takes files away while a reader looks for them: looking again finds the new ones.
TRIES = 3
#: Documents of one segment while the whole index is made: they bound the memory that takes.
PART = 200_000
#: Words that so many documents hold are read in before the first question.
COMMON = 0.02
#: The part of the memory for postings that is filled with them.
WARM = 0.75

Answer = TypeVar("Answer")


class _Open(NamedTuple):
    pointed: tuple[int, int]
    path: Path
    stamp: tuple[int, int]
    state: State


class WhooshEngine:
    """Answers from an index in files, and writes it.

    Args:
        folder: Where the indexes lie.
    """

    name = "whoosh"
    supports = frozenset({Ability.TYPOS, Ability.RELEVANCE})

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._open: _Open | None = None
        self._kept = Kept()
        #: The thread that is writing.
        self._writer: int | None = None

    def search(self, session: Session | None, criteria: Criteria) -> Results:
        """Return one page of an answer; the database is not asked.

        Raises:
            IndexBroken: when there is no index or it cannot be read.
        """
        return self._read(lambda state: executor.answer(state, criteria))

    def suggest(self, session: Session | None, text: str, *, limit: int) -> Sequence[int]:
        """Return the profiles whose own names hold every word of a text, the last one perhaps begun; the best score first.

        Raises:
            IndexBroken: when there is no index or it cannot be read.
        """
        return self._read(lambda state: executor.named(state, text, limit))

    def prewarm(self) -> None:
        """Read in what any question needs: columns, filters, common words; a process that has done so is quick from its first answer.

        Raises:
            IndexBroken: when there is no index or it cannot be read.
        """

        def touch(state: State) -> None:
            for number, segment in enumerate(state.segments, start=1):
                share = WARM * number / len(state.segments)
                least = max(100, int(segment.count * COMMON))
                executor.warm(segment, least=least, is_enough=lambda share=share: self._kept.used > share)  # type: ignore[misc]

        self._read(touch)

    def apply(self, changed: Sequence[Document], gone: Collection[int], *, job: int = 0) -> None:
        """Bring entries to what the database says now, in one commit; safe to run twice.

        Raises:
            IndexBroken: when there is no index to change or it cannot be read.
        """
        with self._writing():
            self._write(lambda path: self._commit(path, changed, gone, job))

    def rebuild(
        self, batches: Iterable[Sequence[Document]], *, total: int, progress: Progress = silent, alive: Callable[[], None] = lambda: None
    ) -> int:
        """Make a whole new index beside the live one, then swap them; return how many profiles it holds."""
        with self._writing():
            made = generations.fresh(self._folder)
            try:
                done = self._fill(made, batches, total, progress, alive)
                alive()
                generations.swap(self._folder, made)
            except BaseException:
                if generations.live(self._folder) != made:  # it may have been named already
                    generations.drop(made)
                raise
            generations.unmark(self._folder)
        return done

    def state(self, *, deep: bool = False) -> Standing:
        """Say how the index stands; `deep` reads all files and compares checksums."""
        path = generations.live(self._folder)
        if path is None:
            return Standing(str(self._folder), None, faults=("there is no index",))
        manifest = generations.read_manifest(path)
        marked = generations.is_marked(self._folder)
        found = generations.faults(path, manifest, deep=deep or marked)
        if not manifest.files:
            found.append("its manifest cannot be read")
        if marked and found:
            found.append("a reader met damage")
        elif marked:  # every byte is as it was written: a new index would be no better
            generations.unmark(self._folder)
        size = sum(size for size, _ in manifest.files.values())
        if found:
            return Standing(str(path), None, size, manifest.applied, tuple(found))
        try:
            documents = self._read(lambda state: state.documents)
        except IndexBroken as error:
            return Standing(str(path), None, size, manifest.applied, (str(error),))
        return Standing(str(path), documents, size, manifest.applied)

    def _read(self, ask: Callable[[State], Answer]) -> Answer:
        for again in reversed(range(TRIES)):
            try:
                return ask(self._now())
            except IndexBroken:
                raise
            except schema.DAMAGE as error:
                self._open = None
                if not again:
                    log.exception("search.damaged")
                    generations.mark_damaged(self._folder)
                    raise IndexBroken(f"{type(error).__name__}: {error}") from error
        raise AssertionError("unreachable")

    def _now(self) -> State:
        """Return the index as it is now; what is deleted is never shown from an older state."""
        now, pointed = self._open, generations.pointed(self._folder)
        if now is not None and now.pointed == pointed and now.stamp == generations.stamp(now.path):
            return now.state
        path = generations.live(self._folder)
        if path is None or pointed is None:
            raise IndexBroken("there is no index")
        stamp = generations.stamp(path)
        with self._lock:
            now = self._open
            if now is None or now.path != path or now.stamp != stamp:
                now = self._open = _Open(pointed, path, stamp, self._load(path, now if now and now.path == path else None))
        return now.state

    def _load(self, path: Path, before: _Open | None) -> State:
        known = {segment.name: segment for segment in before.state.segments} if before else {}
        return _state([self._segment(path, described, known) for described in toc.read(path).segments])

    def _segment(self, path: Path, described: Any, known: dict[str, Segment]) -> Segment:
        found = known.get(described.segment_id())
        return Segment(path, described, self._kept) if found is None else found.now(described)

    def _write(self, commit: Callable[[Path], None]) -> None:
        path = generations.live(self._folder)
        if path is None:
            raise IndexBroken("there is no index")
        try:
            commit(path)
        except schema.DAMAGE as error:
            log.exception("search.damaged")
            raise IndexBroken(f"{type(error).__name__}: {error}") from error

    def _commit(self, path: Path, changed: Sequence[Document], gone: Collection[int], job: int) -> None:
        contents = toc.read(path)
        if generations.read_manifest(path).generation != contents.generation:
            # A kill came between the table of contents and the manifest: what is written there now must not be swept away.
            self._note(path, contents, generations.read_manifest(path), 0)
        toc.sweep(path, contents)
        self._now()  # who writes again and again keeps what it has read of the segments
        before = self._open
        known = {segment.name: segment for segment in before.state.segments} if before and before.path == path else {}
        segments = [self._segment(path, described, known) for described in contents.segments]
        removed = _delete(contents.segments, segments, {*gone, *(document.id for document in changed)})
        if not removed and not changed:
            self._note(path, contents, generations.read_manifest(path), job)
            return
        described = [*contents.segments]
        if changed:
            gathered = Gathered()
            for document in {document.id: document for document in changed}.values():
                gathered.add(document)
            described.append(gathered.write(path))
        self._publish(path, contents, described, job)
        # Only now, when readers see the change already: a large merge takes seconds.
        chosen = merging.due([(one.doc_count_all(), one.deleted_count()) for one in contents.segments])
        if chosen:
            one = merging.merge(path, [self._segment(path, contents.segments[n], known) for n in chosen])
            kept = [described for n, described in enumerate(contents.segments) if n not in chosen]
            self._publish(path, contents, [*kept, *([one] if one is not None else [])], job)
        toc.sweep(path, contents)

    def _publish(self, path: Path, contents: Any, described: list[Any], job: int) -> None:
        """Make some segments the index; those of which everybody is gone are left out."""
        described = [one for one in described if one.doc_count()]
        toc.write(path, described, contents.generation + 1)
        contents.segments, contents.generation = described, contents.generation + 1
        self._note(path, contents, generations.read_manifest(path), job)

    def _note(self, path: Path, contents: Any, before: Manifest, job: int) -> None:
        """Write down what belongs to the index; files that were there before keep the checksums they had."""
        names = {described.make_filename(described.COMPOUND_EXT) for described in contents.segments}
        names.add(toc.name_of(contents.generation))
        kept = {name: said for name, said in before.files.items() if name in names}
        files = kept | generations.measured(path, names - kept.keys())
        documents = sum(described.doc_count() for described in contents.segments)
        generations.write_manifest(path, Manifest(contents.generation, documents, max(before.applied, job), files))

    def _fill(self, made: Path, batches: Iterable[Sequence[Document]], total: int, progress: Progress, alive: Callable[[], None]) -> int:
        described: list[Any] = []
        gathered, done = Gathered(), 0
        for batch in batches:
            for document in batch:
                gathered.add(document)
            done += len(batch)
            progress("search index", done, max(done, total))
            alive()
            if len(gathered) >= PART:
                described.append(gathered.write(made))
                gathered = Gathered()
        if len(gathered):
            described.append(gathered.write(made))
        toc.write(made, described, 1)
        self._note(made, toc.read(made), Manifest(), 0)
        return done

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep every other writer out, also one on the command line; while this one rebuilds it may bring changes to what is live."""
        if self._writer == threading.get_ident():
            yield
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=generations.MODE)
        with FileLock(self._folder / "writer.lock").hold():
            self._writer = threading.get_ident()
            try:
                yield
            finally:
                self._writer = None


def _delete(described: Sequence[Any], segments: Sequence[Segment], ids: Collection[int]) -> int:
    removed = 0
    for one, segment in zip(described, segments, strict=True):
        for profile_id in ids:
            number = segment.number_of(profile_id)
            if number is not None:
                one.delete_document(number)
                removed += 1
    return removed


def _state(segments: Sequence[Segment]) -> State:
    documents = sum(segment.count for segment in segments)
    weight = sum(segment.weight for segment in segments)
    there = documents - sum(segment.deleted for segment in segments)
    return State([one for one in segments if one.count], ranking.saturation(weight / max(1, documents)), there, _techniques())


@cache
def _techniques() -> frozenset[str]:
    nodes = rules.shipped()
    trunks = {node.code for node in nodes if node.parent is None}
    return frozenset(node.code for node in nodes if node.parent is not None and node.parent not in trunks)
