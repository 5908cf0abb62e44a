"""One line of words taken apart: treatments, professions, and where in it a place may stand; pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from directory.search import analysis, sayings
from directory.search.criteria import Kind
from directory.search.sayings import Role
from directory.treatments import rules as treatments

#: Nobody types a place in more words.
MAX_PLACE = 6
#: Roles that say what is looked for, so that words without meaning beside them may go.
_WHAT = {Role.TREATMENT, Role.KIND, Role.NEAR_ME}
_BEFORE_PLACES = {Role.IN, Role.NEAR}


@dataclass(frozen=True)
class Split:
    """One way to find a place in a line.

    Args:
        place: The words that may be a place, as typed.
        words: What is then left over, as typed: a name, or free words.
        is_said: Whether "in" or "near" stands before it.
        is_near: Whether its surroundings are meant too.
        is_whole: Whether it is the whole line, so that nothing else was said.
        is_last: Whether no word that is left over stands behind it.
        has_generic: Whether words were let go that say nothing by themselves but may be part of a name.
    """

    place: str
    words: str
    is_said: bool = False
    is_near: bool = False
    is_whole: bool = False
    is_last: bool = True
    has_generic: bool = False


@dataclass(frozen=True)
class Said:
    """What a line says.

    Args:
        line: The line, clean.
        name: The line without titles: what names are compared with.
        words: What is left over where no place is found in it.
        has_generic: As in `Split`, of `words`.
        treatments: Codes of the treatments named; of one and another below it only the lower.
        kinds: Who is asked for.
        is_near_me: Whether the visitor's own surroundings are meant.
        is_cheap: Whether prices matter most.
        splits: Where a place may stand, the likeliest first.
    """

    line: str
    name: str
    words: str
    has_generic: bool = False
    treatments: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    is_near_me: bool = False
    is_cheap: bool = False
    splits: tuple[Split, ...] = ()


@dataclass(frozen=True)
class _Piece:
    """A word of a line: where it stands, its folded form (several in Chinese), and what it does."""

    start: int
    end: int
    words: tuple[str, ...]
    role: Role | None = None
    values: tuple[str, ...] = ()

    @property
    def is_generic(self) -> bool:
        """Whether it says no more than the site does."""
        return _are_generic(self.words)

    @property
    def is_filler(self) -> bool:
        """Whether it only joins other words."""
        return all(word in analysis.FILLERS for word in self.words)


def typed(line: str) -> Said:
    """Return a line as words that mean nothing but themselves.

    Args:
        line: Clean.
    """
    return Said(line, line, line)


def read(line: str, *, known: Collection[str]) -> Said:
    """Take a line apart.

    Args:
        line: Clean. One of more than `analysis.MAX_WORDS` words stays as it is.
        known: Codes of treatments; others are not looked for.
    """
    line = _spaced(line)
    pieces = _pieces(line)
    if not pieces or len(pieces) > analysis.MAX_WORDS:
        return typed(line)
    pieces = _with_roles(line, pieces, known)
    roles = {piece.role for piece in pieces}
    name = _surface(line, [piece for piece in pieces if piece.role is not Role.TITLE]) if Role.TITLE in roles else line
    words, has_generic = _left(line, pieces, gone=(0, 0))
    whole = [Split(line, "", is_whole=True)] if words or not roles & _WHAT else []  # no treatment is a place
    splits = [split for split in dict.fromkeys(_splits(line, pieces)) if split.place != line and _may_be_place(split)]
    return Said(
        line,
        name,
        words or ("" if roles & _WHAT else name),
        has_generic,
        _lowest([piece.values for piece in pieces if piece.role is Role.TREATMENT]),
        tuple(dict.fromkeys(Kind(value) for piece in pieces if piece.role is Role.KIND for value in piece.values)),
        Role.NEAR_ME in roles,
        Role.CHEAP in roles,
        (*whole, *splits),
    )


def where(line: str) -> Split:
    """Read a line that was typed as a place: "near Toronto" and "in Toronto" are Toronto; `place` is empty for "near me".

    Args:
        line: Clean.
    """
    said = read(line, known=())
    if said.is_near_me and not said.words:
        return Split("", "", is_near=True)
    first = next((split for split in said.splits if split.is_said and not split.words), None)
    return first or Split(line, "", is_whole=True)


def _splits(line: str, pieces: Sequence[_Piece]) -> Iterator[Split]:
    """Give what stands behind "in" or "near"; then ends and beginnings of what is left over, the longest first."""
    runs = list(_runs(pieces))
    behind = [(start, end) for start, end in runs if start and pieces[start - 1].role in _BEFORE_PLACES]
    for (start, middle), (behind_it, end) in zip(runs, runs[1:], strict=False):
        if behind_it == middle + 1 and pieces[middle].role is Role.IN:  # "saint germain en laye" is one name
            yield _split(line, pieces, start, end)
    for start, end in reversed(behind):
        yield from (_split(line, pieces, start, stop) for stop in range(end, start, -1))
    free = [run for run in runs if run not in behind]
    cuts = [(start, free[-1][1]) for start in range(*free[-1])] if free else []
    cuts += [(free[0][0], end) for end in range(free[0][0] + 1, free[0][1] + 1)] if free else []
    for start, end in sorted(cuts, key=lambda cut: (cut[0] - cut[1], -cut[0])):
        yield _split(line, pieces, start, end)


def _split(line: str, pieces: Sequence[_Piece], start: int, end: int) -> Split:
    words, has_generic = _left(line, pieces, gone=(start, end))
    before = pieces[start - 1].role if start else None
    return Split(
        line[pieces[start].start : pieces[end - 1].end],
        words,
        is_said=before in _BEFORE_PLACES,
        is_near=before is Role.NEAR,
        is_last=all(piece.role for piece in pieces[end:]),
        has_generic=has_generic,
    )


def _runs(pieces: Sequence[_Piece]) -> Iterator[tuple[int, int]]:
    """Give the stretches of words without a role that may be a place: not too long, and not fillers alone."""
    start = None
    for at, piece in enumerate([*pieces, None]):
        if piece is not None and piece.role is None:
            start = at if start is None else start
        elif start is not None:
            if at - start <= 2 * MAX_PLACE and not all(piece.is_filler for piece in pieces[start:at]):
                yield start, at
            start = None


def _left(line: str, pieces: Sequence[_Piece], *, gone: tuple[int, int]) -> tuple[str, bool]:
    """Return the words that have no role and are not gone to a place, and whether generic ones were let go."""
    free = [None if gone[0] <= at < gone[1] or piece.role else piece for at, piece in enumerate(pieces)]
    left = [piece for piece in free if piece is not None]
    if all(piece.is_generic for piece in left) and (gone[0] < gone[1] or any(piece.role in _WHAT for piece in pieces)):
        return "", not all(piece.is_filler for piece in left)
    stretches: list[list[_Piece]] = [[]]
    for piece in free:
        if piece is None:
            stretches.append([])
        else:
            stretches[-1].append(piece)
    return " ".join(_surface(line, kept) for stretch in stretches if (kept := _trimmed(stretch))), False


def _may_be_place(split: Split) -> bool:
    """Say whether words say enough to be looked up as a place: not "the" or "clinic", and "la" only where nothing else is left over."""
    words = analysis.words(split.place)
    if len(split.place) < 2:
        return False
    return not _are_generic(words) or _is_abbreviated(split, words)


def _is_abbreviated(split: Split, words: Sequence[str]) -> bool:
    return sayings.ARTICLES.issuperset(words) and not split.words and not split.has_generic


def _are_generic(words: Iterable[str]) -> bool:
    return all(word in analysis.FILLERS or word in sayings.ARTICLES or analysis.stem(word) in sayings.GENERIC for word in words)


def _trimmed(stretch: Sequence[_Piece]) -> list[_Piece]:
    """Return words without the fillers at their ends."""
    says = [at for at, piece in enumerate(stretch) if not piece.is_filler]
    return list(stretch[says[0] : says[-1] + 1]) if says else []


def _surface(line: str, pieces: Sequence[_Piece]) -> str:
    """Return words as they were typed; what stands between two that are neighbours stays."""
    if not pieces:
        return ""
    said = line[pieces[0].start : pieces[0].end]
    for before, piece in zip(pieces, pieces[1:], strict=False):
        between = line[before.end : piece.start]
        said += (between if len(between) <= 2 else " ") + line[piece.start : piece.end]
    return said


def _with_roles(line: str, pieces: Sequence[_Piece], known: Collection[str]) -> list[_Piece]:
    """Return the words with what they do: the longest phrase first."""
    found: list[_Piece] = []
    while len(found) < len(pieces):
        at = len(found)
        end, role, values = _phrase_at(line, pieces, at, known)
        found += [replace(piece, role=role, values=values) for piece in pieces[at:end]]
    return found


def _phrase_at(line: str, pieces: Sequence[_Piece], at: int, known: Collection[str]) -> tuple[int, Role | None, tuple[str, ...]]:
    for end in range(min(len(pieces), at + sayings.longest()), at, -1):
        phrase = tuple(analysis.stem(word) for piece in pieces[at:end] for word in piece.words)
        role, values = sayings.meanings().get(phrase, (None, ()))
        if role is not None and _holds(line, pieces[at:end], role, values, known, is_end=end == len(pieces)):
            return end, role, values
    return at + 1, None, ()


def _holds(line: str, phrase: Sequence[_Piece], role: Role, values: Sequence[str], known: Collection[str], *, is_end: bool) -> bool:
    if role is Role.TREATMENT:
        return values[0] in known
    if role in _BEFORE_PLACES or role is Role.TITLE:  # not within "Aix-en-Provence", and nothing is said by "in" at the end
        return not is_end and line[phrase[-1].end] in " ,." and (phrase[0].start == 0 or line[phrase[0].start - 1] in " ,;")
    return True


def _pieces(line: str) -> list[_Piece]:
    found = ((match.start(), match.end(), tuple(analysis.words(match.group()))) for match in analysis.TYPED_WORD.finditer(line))
    return [_Piece(start, end, words) for start, end, words in found if words]


def _lowest(paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the codes named, without those above another one: "hair transplant FUE" is FUE.

    Args:
        paths: Codes, each with those above it behind it.
    """
    paths = list(dict.fromkeys(paths))
    above = {code for path in paths for code in path[1:]}
    return tuple(path[0] for path in paths if path[0] not in above)


def _spaced(line: str) -> str:
    """Return a line with spaces around the treatments that it names in Chinese, Japanese or Korean, which are written without them."""
    return line if line.isascii() else " ".join(_unspaced().sub(r" \g<0> ", line).split())


@cache
def _unspaced() -> re.Pattern[str]:
    said = [text for node in treatments.shipped() for text in node.synonyms if analysis.is_unspaced(text)]
    return re.compile("|".join(map(re.escape, sorted(said, key=len, reverse=True))))
