"""Keys that are one slip of the finger away from a typed one: pure."""

from string import ascii_lowercase

#: Letters a finger may have missed or added; a space too ("sanfrancisco").
ALPHABET = f"{ascii_lowercase} "
#: Shorter words have too many neighbours to mean one of them; longer ones make a query too long.
SHORTEST, LONGEST = 4, 40


def one_slip(key: str) -> frozenset[str]:
    """Return every key that differs from `key` by one letter left out, added, changed or swapped with the next.

    About 53 for each letter (P. Norvig, "How to Write a Spelling Corrector", 2007): few enough to look each one up
    in an index. Keys that are too short or too long give none.
    """
    if not SHORTEST <= len(key) <= LONGEST:
        return frozenset()
    cuts = [(key[:n], key[n:]) for n in range(len(key) + 1)]
    slips = {a + b[1:] for a, b in cuts if b}
    slips |= {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    slips |= {a + letter + b[1:] for a, b in cuts if b for letter in ALPHABET}
    slips |= {a + letter + b for a, b in cuts for letter in ALPHABET}
    return frozenset(" ".join(slip.split()) for slip in slips) - {key, ""}
