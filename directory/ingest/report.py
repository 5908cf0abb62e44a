"""What became of the rows of a file, in numbers and plain lines."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from directory.core.i18n import _, ngettext
from directory.ingest.listing import Refusal
from directory.profiles.conflicts import Conflict

#: So many refused rows are kept and shown; all are counted.
KEPT_REFUSALS = 50
#: So many differences between a register and an owner are shown; all are counted.
SHOWN_CONFLICTS = 200


@dataclass
class Report:
    """What became of the rows of a file.

    Args:
        part: Whether the file is only a part of what the source holds.
        skipped: Rows that are right and not for us, by reason.
        refusals: The first refused rows.
        resumed: Whether an earlier run that was cut short was taken up.
        run_id: The ImportRun; none in a dry run.
        conflicts: Where the source says something else than an owner or a moderator, newly since the last run: the page shows their word.
    """

    file_name: str
    as_of: date
    dry_run: bool = False
    part: bool = False
    resumed: bool = False
    run_id: int | None = None
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    refused: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    refusals: list[Refusal] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        """Whether any listing is not as it was."""
        return bool(self.new or self.changed or self.gone)


def lines(report: Report) -> Iterator[str]:
    """Yield the report for a terminal, line by line."""
    yield _("%(file)s, as of %(day)s", file=report.file_name, day=report.as_of.isoformat())
    if report.dry_run:
        yield _("Dry run: nothing was written.")
    if report.part:
        yield _("This file is a part of what the source holds: what it leaves out is not gone.")
    if report.resumed:
        yield _("An earlier run had been cut short; this one went on from there.")
    for label, number in (
        (_("new"), report.new),
        (_("changed"), report.changed),
        (_("same"), report.same),
        (_("gone"), report.gone),
        (_("refused"), report.refused),
    ):
        yield f"  {number:>9,}  {label}"
    for reason, number in sorted(report.skipped.items()):
        yield f"  {number:>9,}  {_('skipped: %(reason)s', reason=reason)}"
    for refusal in report.refusals:
        where = _("line %(line)s", line=refusal.line) + (f", {refusal.column}" if refusal.column else "")
        yield f"  {where}: {refusal.reason}"
    more = report.refused - len(report.refusals)
    if more > 0:
        yield "  " + ngettext("and %(num)d more refused row", "and %(num)d more refused rows", more) % {"num": more}
    if report.conflicts:
        yield f"  {len(report.conflicts):>9,}  {_('say something else than the owner; the page shows the word of the owner')}"
    for one in report.conflicts[:SHOWN_CONFLICTS]:
        yield "  " + _(
            "/p/%(slug)s, %(field)s: the source says %(theirs)s, the page %(ours)s",
            **{"slug": one.slug, "field": one.field, "theirs": json.dumps(one.theirs, ensure_ascii=False)},
            ours=json.dumps(one.ours, ensure_ascii=False),
        )
    more = len(report.conflicts) - SHOWN_CONFLICTS
    if more > 0:
        yield "  " + ngettext("and %(num)d more", "and %(num)d more", more) % {"num": more}
