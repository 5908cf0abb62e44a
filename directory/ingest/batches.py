"""What is written in one transaction, and how much that may be."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from directory.core.i18n import _
from directory.ingest.listing import Refusal, Skipped
from directory.ingest.report import KEPT_REFUSALS, Report
from directory.profiles.listing import Placed
from directory.profiles.recording import Decided, Mention

#: A batch that held the write lock for less than LOW seconds may be larger; one that held it for more than HIGH was too large.
LOW, HIGH = 0.03, 0.05
#: Each batch has costs of its own, whatever its size: below SMALLEST they would be nearly all.
SMALLEST, FIRST, LARGEST = 25, 100, 1000


@dataclass
class Pace:
    """How many listings a batch takes: so many that it holds the write lock for less than a tenth of a second."""

    size: int = FIRST
    #: How long each batch held the lock, in seconds.
    held: list[float] = field(default_factory=list)

    def took(self, seconds: float, listings: int) -> None:
        """Learn from a batch; one that was not full says nothing of a larger one."""
        self.held.append(seconds)
        if seconds > HIGH:
            self.size = max(SMALLEST, self.size * 2 // 3)
        elif seconds < LOW and listings >= self.size:
            self.size = min(LARGEST, self.size * 3 // 2)


@dataclass
class Batch:
    """Items between two notes of the position."""

    entries: Sequence[Placed | Mention] = ()
    #: What the file says of keys that are not for us: the services still listed.
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    refused: list[Refusal] = field(default_factory=list)
    items: int = 0

    def skip(self, item: Skipped) -> None:
        """Count a row that is not for us."""
        self.skipped[item.reason] += 1
        if item.key:
            self.notes[item.key] = item.note

    def add_to(self, report: Report, decided: Decided) -> None:
        """Add what became of the batch to a report."""
        refused = self.refused + [Refusal(listing.line, column, reason, listing.key) for listing, column, reason in decided.refused]
        report.new += len(decided.new)
        report.changed += len(decided.changed)
        report.same += len(decided.same)
        report.refused += len(refused)
        report.refusals += sorted(refused)[: KEPT_REFUSALS - len(report.refusals)]
        report.skipped.update(self.skipped)
        if decided.removed:
            report.skipped[_("taken down here")] += len(decided.removed)
