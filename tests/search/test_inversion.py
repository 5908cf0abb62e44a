"""Postings are the same however few of them are sorted at once."""

import random

import numpy as np
import pytest

from directory.search import inversion

pytestmark = pytest.mark.fast


@pytest.mark.parametrize("at_once", [1, 7, 100, 10**6])
def test_postings_are_those_of_counting_by_hand(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    """Seen to fail with parts that overlap by one token, and with a part that begins at the first token again."""
    monkeypatch.setattr(inversion, "AT_ONCE", at_once)
    chance = random.Random(5)
    made = inversion.Inversion()
    expected: dict[bytes, dict[int, int]] = {}
    order = list(range(40))
    chance.shuffle(order)
    for document in range(40):
        for weight in (1, 4):
            tokens = [chance.choice(["hair", "ink", "zoë", "a", "smp"]) for _ in range(chance.randrange(6))]
            made.add(document, tokens, weight)
            for token in tokens:
                held = expected.setdefault(token.encode(), {})
                held[order[document]] = held.get(order[document], 0) + weight
    found = [(one.token, one.documents.tolist(), one.weights.tolist()) for one in made.postings(np.array(order))]
    assert found == [(token, sorted(held), [held[n] for n in sorted(held)]) for token, held in sorted(expected.items())]


def test_nothing_gives_nothing() -> None:
    """Seen to fail with a first part that is cut before there is a token."""
    assert list(inversion.Inversion().postings(np.empty(0, np.int64))) == []
