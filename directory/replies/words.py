"""Lists of words for the guard of replies, and by them whether a text is English at all; pure."""

import re


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: What stands after a greeting and is nobody's name.
NOBODY = _set(
    "all everyone everybody reviewer reader readers sir madam there friend friends guest visitor you team folks anonymous neighbour "
    "neighbor former member we our this we're it for hello hi the and community writer author"
)
#: Parts of shown names that are words too: then only the whole name counts, or a capital within a sentence.
ALSO_WORDS = _set(
    "will mark grace hope may rose joy faith drew art bill frank rich grant chase june april august summer dawn patient person happy "
    "client hair man the mrs mr miss one former member guest new old real honest user anonymous smp scalp review reviewer sample king "
    "young long"
)
#: Frequent in English, and no words of the other languages that are written in Latin letters and likely here.
_ENGLISH = _set(
    "the and to that this these those our your her its you they it she us them for are were been being have not with from would can "
    "could should shall may might must does did or but all any every each everyone anybody everybody anyone who what when where which "
    "why how about before there here than then just only very more much many some never ever always thank thanks please sorry welcome "
    "feedback review reviews great good happy glad call love out get into because both again kind words question questions work "
    "people privacy answer talk contact office read hear"
)
#: As frequent, and words of Dutch or German too: they count in short sentences of plain letters alone, which have few others.
_SHARED = _set("of at is we if by has he")
_SHORT = 5
#: A sentence with fewer of them, of all its words, is not read as English; in those measured, each has more.
_ENOUGH = 0.1
#: So many words that are no names make a sentence: a signature has fewer.
_SENTENCE = 3
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
#: Where the letters of Latin scripts end.
_LATIN = 0x24F


def foreign(text: str) -> tuple[int, int] | None:
    """Return from where to where a text is not English, from the first such sentence to the last; None where all of it may be."""
    found = [match.span() for match in re.finditer(r"[^.!?\n。！？।]+", text) if not _may_be_english(match.group())]
    return (found[0][0], found[-1][1]) if found else None


def _may_be_english(sentence: str) -> bool:
    letters = [letter for letter in sentence if letter.isalpha()]
    if sum(ord(letter) > _LATIN for letter in letters) * 2 > len(letters) > 1:
        return False
    words = _WORD.findall(sentence)
    length = sum(word[0].islower() for word in words)
    known = _ENGLISH | _SHARED if length < _SHORT and sentence.isascii() else _ENGLISH
    return length < _SENTENCE or sum(word.casefold().partition("'")[0] in known for word in words) >= len(words) * _ENOUGH
