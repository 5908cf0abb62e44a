"""The measurements of search as tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks import goals

OPS = {
    "a": "city, by score",
    "b": "words and country",
    "c": "broad word (BM25)",
    "cs": "broad word, by score",
    "d": "slips of the finger",
    "e": "suggestions",
    "et": "suggestions, tokens for all",
    "f": "50 km, by distance",
    "g": "facets",
    "h": "spelling",
}
_BUILD = {"cpu_s": "processor s", "wall_s": "wall s", "peak_mb": "peak MB", "index_mb": "index MB"}
_CHANGE = {
    "one_commit_ms": "1 commit ms",
    "one_visible_ms": "1 found ms",
    "one_visible_p95_ms": "p95 ms",
    "many_visible_ms": "1,000 found ms",
}


def show(measured: Mapping[str, Any]) -> None:
    """Print the tables of one size, then what each goal says to them."""
    for lines in (_questions(measured["ops"]), _by_engine(measured["build"], _BUILD), _by_engine(measured["change"], _CHANGE)):
        print()
        print("\n".join(lines))
    touch, start = measured["touch"], measured["start"]
    print(
        f"\nFirst touch of {touch['words']} words, prewarmed: p50 {touch['p50']} ms, p95 {touch['p95']} ms,"
        f" worst {touch['worst']} ms ({touch['worst_word']})"
        f"\nOpening {start['open_ms']} ms, prewarming {start['prewarm_ms']:.0f} ms; memory of the process: {start['rss_before_mb']:.0f} MB"
        f" before, {start['rss_fresh_mb']:.0f} prewarmed, {start['rss_after_mb']:.0f} after all questions"
        f" ({start['anonymous_after_mb']:.0f} its own)\n"
    )
    for verdict in goals.verdicts(measured):
        print(verdict)


def _questions(ops: Mapping[str, Any]) -> Sequence[str]:
    names = list(next(iter(ops.values())))
    head = (
        f"{'p50 / p95 ms':<32}" + "".join(f"{name:>22}" for name in names) + "".join(f"{name + '/' + names[0]:>14}" for name in names[1:])
    )
    lines = [head]
    for op, by_engine in ops.items():
        times = "".join(f"{one['p50']:>13.3f} /{one['p95']:>7.3f}" for one in by_engine.values())
        ratios = "".join(f"{'x' + format(by_engine[name]['ratio'], '.2f'):>14}" for name in names[1:])
        lines.append(f"{op:<3}{OPS[op]:<29}{times}{ratios}")
    return lines


def _by_engine(measured: Mapping[str, Mapping[str, float]], columns: Mapping[str, str]) -> Sequence[str]:
    lines = [f"{'':<12}" + "".join(f"{title:>16}" for title in columns.values())]
    return lines + [f"{name:<12}" + "".join(f"{one[key]:>16,.2f}" for key in columns) for name, one in measured.items()]
