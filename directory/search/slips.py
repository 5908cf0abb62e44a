"""How far apart two words are, in slips of the finger: pure."""

#: Shorter words have too many neighbours to mean one of them; longer ones are no words.
SHORTEST, LONGEST = 4, 24
#: From so many letters on, two slips are forgiven.
LONG = 6


def forgiven(word: str) -> int:
    """Return how many slips are forgiven in a word."""
    if not (SHORTEST <= len(word) <= LONGEST and word.isalpha()):
        return 0
    return 2 if len(word) >= LONG else 1


def distance(one: str, other: str, *, limit: int) -> int:
    """Return how many slips two words are apart; more than `limit` counts as limit + 1.

    A slip is a letter more, a letter less, another letter, or two swapped (F. Damerau, "A Technique for Computer Detection
    and Correction of Spelling Errors", CACM 7, 1964), counted by optimal string alignment.
    """
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    earlier: list[int] = []
    above = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        row = [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        earlier, above = above, row
    return above[-1]
