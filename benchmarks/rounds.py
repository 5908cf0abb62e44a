"""Asking several engines the same questions in turn, so that whatever else the machine does hits all of them alike."""

import gc
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.engines.port import Answer, Engine, Op, Question
from benchmarks.measuring import quantile

#: Answers that are in an order that all engines must agree on: by score.
BY_SCORE = frozenset({Op.CITY, Op.BROAD_BY_SCORE, Op.SUGGEST, Op.SUGGEST_TOKENS})

#: An engine that takes so many times as long as the first is slow, and is asked in so many rounds only.
SLOW, SLOW_ROUNDS = 5, 3

#: Operation -> engine -> seconds of each question, in the order of the rounds.
Times = dict[Op, dict[str, list[list[float]]]]


class AnswersDiffer(Exception):
    """Two engines found different things, so their times say nothing about each other."""


def run(
    engines: Sequence[Engine], questions: Sequence[Question], scores: NDArray[np.int64], *, rounds: int, seconds: float, seed: int
) -> Times:
    """Ask every engine every question once to warm up, compare what they find, then ask in rounds and time it.

    Args:
        engines: The first is compared with all others.
        questions: What to ask.
        scores: The score of every listing by its number, to compare orders by.
        rounds: How many times.
        seconds: An engine that has spent so long in all is not asked in further rounds.
        seed: Of the order in which questions and engines come.

    Raises:
        AnswersDiffer: when engines do not find equally many, count facets differently, or order differently by score.
    """
    chance = random.Random(seed)
    times: Times = {op: {engine.name: [[] for one in questions if one.op is op] for engine in engines} for op in _ops(questions)}
    spent: dict[str, float] = defaultdict(float)
    places = _places(questions)
    for number in range(rounds + 1):
        warm_up = number == 0
        tired = {name for name, took in spent.items() if _is_tired(number, took, spent[engines[0].name], seconds)}
        gc.collect()
        gc.disable()
        for question in chance.sample(questions, len(questions)):
            answers = {}
            for engine in chance.sample(engines, len(engines)):
                if engine.name in tired:
                    continue
                started = time.perf_counter()
                answers[engine.name] = engine.ask(question)
                took = time.perf_counter() - started
                spent[engine.name] += took
                if not warm_up:
                    times[question.op][engine.name][places[id(question)]].append(took)
            if warm_up:
                compare(question, answers, scores)
        gc.enable()
    return times


def compare(question: Question, answers: Mapping[str, Answer], scores: NDArray[np.int64]) -> None:
    """Compare what engines found.

    Raises:
        AnswersDiffer: when that is not the same.
    """
    found: dict[str, dict[str, Any]] = {
        "hits": {name: answer.total for name, answer in answers.items()},
        "facets": {name: {value: many for value, many in answer.facets.items() if many} for name, answer in answers.items()},
    }
    if question.op in BY_SCORE:
        found["scores"] = {name: scores[list(answer.ids)].tolist() for name, answer in answers.items()}
    for what, by_engine in found.items():
        first = next(iter(by_engine.values()))
        if any(other != first for other in by_engine.values()):
            raise AnswersDiffer(f"{what} of {question.op.value} {question.criteria!r}: {by_engine}")


def summary(times: Times, ours: str) -> dict[str, dict[str, dict[str, float]]]:
    """Return for each kind of question and engine, in milliseconds: the median over questions of each one's median, the 95th hundredth
    of all times, how often it was asked, and how many times as long as ours it took (the median over questions)."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for op, by_engine in times.items():
        middles = {name: [statistics.median(one) for one in each] for name, each in by_engine.items()}
        found[op.value] = {
            name: {
                "p50": round(statistics.median(middles[name]) * 1000, 4),
                "p95": round(quantile([took for one in each for took in one], 0.95) * 1000, 4),
                "rounds": len(each[0]),
                "ratio": round(statistics.median(other / own for other, own in zip(middles[name], middles[ours], strict=True)), 3),
            }
            for name, each in by_engine.items()
        }
    return found


def _is_tired(number: int, took: float, first: float, seconds: float) -> bool:
    """Say whether an engine is asked no more: it has had its time, or it is so slow that a few rounds tell all.

    Reading through all its data for every answer, it would push the others out of the processor's caches in every round.
    """
    return number > 1 and (took > seconds or (number > SLOW_ROUNDS and took > SLOW * first))


def _ops(questions: Sequence[Question]) -> list[Op]:
    return list(dict.fromkeys(question.op for question in questions))


def _places(questions: Sequence[Question]) -> dict[int, int]:
    """Return where each question stands among those of its kind."""
    seen: dict[Op, int] = defaultdict(int)
    places = {}
    for question in questions:
        places[id(question)] = seen[question.op]
        seen[question.op] += 1
    return places
