"""OWASP ASVS 5.0.0, levels 1 and 2: each item has an answer in docs/asvs.csv, and each test that it names exists.

Each rule is a function from rows to complaints, so that a planted offender can show that it bites.
"""

import ast
import csv
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.docs import ROOT

STATUSES = {"tested", "not_applicable", "operator", "later"}
#: The share of the items that apply which may still be to come.
MOST_LATER = 0.15
#: The longest words for an item.
LONGEST = 140
TODO = "TODO:"

Row = dict[str, str]


def rows() -> list[Row]:
    with (ROOT / "docs" / "asvs.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def items() -> dict[str, str]:
    """Return the level of each item of the standard."""
    with (ROOT / "tests" / "data" / "asvs-5.0-ids.csv").open(encoding="utf-8", newline="") as file:
        return {one["id"]: one["level"] for one in csv.DictReader(line for line in file if not line.startswith("#"))}


def unanswered(found: list[Row], standard: dict[str, str]) -> list[str]:
    """Name items without a row, rows without an item, items with two rows, and rows of another level."""
    counted = Counter(row["id"] for row in found)
    missing = [f"{one}: no row" for one in standard if one not in counted]
    twice = [f"{one}: {count} rows" for one, count in counted.items() if count > 1]
    strange = [f"{one}: no item of the standard" for one in counted if one not in standard]
    level = [f"{row['id']}: level {row['level']}" for row in found if standard.get(row["id"], row["level"]) != row["level"]]
    return missing + twice + strange + level


def badly_said(found: list[Row], _standard: dict[str, str]) -> list[str]:
    """Name rows of no known status, and rows without words or without a reason."""
    bad = [f"{row['id']}: status {row['status']!r}" for row in found if row["status"] not in STATUSES]
    bad += [f"{row['id']}: no words, or too many" for row in found if not 0 < len(row["what"]) <= LONGEST]
    bad += [f"{row['id']}: no evidence" for row in found if not row["evidence"].strip()]
    short = [row for row in found if row["status"] in STATUSES - {"tested"} and 0 < len(row["evidence"].split()) < 3]
    return bad + [f"{row['id']}: a reason of a word or two" for row in short]


def unled(found: list[Row], _standard: dict[str, str]) -> list[str]:
    """Name what is left to the operator without a place in deployment.md that says how."""
    headings = {
        line.lstrip("# ").strip() for line in (ROOT / "docs" / "deployment.md").read_text("utf-8").splitlines() if line.startswith("#")
    }
    return [
        f"{row['id']}: no heading of deployment.md"
        for row in found
        if row["status"] == "operator" and not any(f'"{heading}"' in row["evidence"] for heading in headings)
    ]


def too_much_later(found: list[Row], _standard: dict[str, str]) -> list[str]:
    """Complain when more than a small share of what applies is still to come."""
    apply = [row for row in found if row["status"] != "not_applicable"]
    later = [row for row in apply if row["status"] == "later"]
    return [f"{len(later)} of {len(apply)} are later"] if len(later) > MOST_LATER * len(apply) else []


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the tests and classes of tests of a file: "test_name", "TestClass", "TestClass::test_name"."""
    names: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            methods = [one.name for one in node.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")]
            names |= {f"{node.name}::{one}" for one in methods} | ({node.name} if methods else set())
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            names.add(node.name)
    return frozenset(names)


def unknown_tests(found: list[Row], _standard: dict[str, str]) -> list[str]:
    """Name evidence that is no test that exists."""
    wrong = []
    for row in found:
        for one in row["evidence"].split() if row["status"] == "tested" else ():
            path, _, name = one.partition("::")
            if one.startswith(TODO):
                continue
            known = path.startswith("tests/") and ".." not in path and (ROOT / path).is_file()
            if not known or name not in names_in(ROOT / path):
                wrong.append(f"{row['id']}: {one}")
    return wrong


def unfinished(found: list[Row], _standard: dict[str, str]) -> list[str]:
    """Name evidence that is still to be filled in."""
    return [f"{row['id']}: {one}" for row in found for one in row["evidence"].split() if one.startswith(TODO)]


RULES: tuple[Callable[[list[Row], dict[str, str]], list[str]], ...] = (unanswered, badly_said, unled, too_much_later, unknown_tests)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_item_has_an_answer_that_holds(rule: Callable[[list[Row], dict[str, str]], list[str]]) -> None:
    """Seen to fail with each offender of the tests below written into the file."""
    assert rule(rows(), items()) == []


def test_no_answer_is_still_to_be_filled_in() -> None:
    """Seen to fail with one TODO."""
    assert unfinished(rows(), items()) == []


def test_the_standard_is_whole() -> None:
    """253 items of levels 1 and 2. Seen to fail with a line taken out of the list."""
    assert Counter(items().values()) == {"1": 70, "2": 183}


def planted(**other: str) -> list[Row]:
    """A file with one row, which is right but for what is given."""
    good = {
        "id": "V1.1.1",
        "level": "2",
        "what": "Words",
        "status": "tested",
        "evidence": "tests/attacks/test_asvs.py::test_the_standard_is_whole",
    }
    return [good | other]


STANDARD = {"V1.1.1": "2"}


class TestPlanted:
    """Offenders, each of which is named, beside a row that passes."""

    def test_an_innocent_row_passes(self) -> None:
        assert [complaint for rule in (*RULES, unfinished) for complaint in rule(planted(), STANDARD)] == []

    def test_an_item_without_a_row(self) -> None:
        assert unanswered([], STANDARD) == ["V1.1.1: no row"]

    def test_an_item_with_two_rows(self) -> None:
        assert unanswered(planted() * 2, STANDARD) == ["V1.1.1: 2 rows"]

    def test_a_row_of_no_item(self) -> None:
        assert unanswered(planted() + planted(id="V99.1.1"), STANDARD) == ["V99.1.1: no item of the standard"]

    def test_another_level(self) -> None:
        assert unanswered(planted(level="1"), STANDARD) == ["V1.1.1: level 1"]

    @pytest.mark.parametrize(
        "other",
        [{"status": "done"}, {"what": ""}, {"what": "x" * 141}, {"evidence": " "}, {"status": "not_applicable", "evidence": "No."}],
        ids=lambda other: "-".join(other),
    )
    def test_a_row_that_says_nothing(self, other: Row) -> None:
        assert len(badly_said(planted(**other), STANDARD)) == 1

    def test_an_operator_left_alone(self) -> None:
        assert unled(planted(status="operator", evidence='See docs/deployment.md, "Nowhere at all".'), STANDARD)
        assert not unled(planted(status="operator", evidence='See docs/deployment.md, "Secrets".'), STANDARD)

    def test_too_much_that_is_later(self) -> None:
        later = planted(status="later", evidence="Comes with pictures.")
        assert too_much_later(planted() * 84 + later * 16, STANDARD)
        assert not too_much_later(planted() * 85 + later * 15, STANDARD)
        assert too_much_later(planted() * 84 + later * 16 + planted(status="not_applicable") * 100, STANDARD), (
            "what does not apply counts not"
        )

    @pytest.mark.parametrize(
        "evidence",
        [
            "tests/attacks/test_asvs.py::test_that_nobody_wrote",
            "tests/attacks/test_asvs.py::TestPlanted::test_the_standard_is_whole",
            "tests/attacks/test_asvs.py::TestNobody",
            "tests/attacks/test_asvs.py",
            "tests/attacks/test_nothing.py::test_x",
            "directory/app.py::create_app",
            "tests/../directory/app.py::create_app",
            "tests/attacks/test_asvs.py::planted",
            "It is held by a test.",
        ],
    )
    def test_a_test_that_does_not_exist(self, evidence: str) -> None:
        assert unknown_tests(planted(evidence=evidence), STANDARD)

    def test_something_to_be_filled_in(self) -> None:
        assert unfinished(planted(evidence="TODO:factors"), STANDARD) == ["V1.1.1: TODO:factors"]
        assert not unknown_tests(planted(evidence="TODO:factors"), STANDARD)
