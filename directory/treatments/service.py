"""Bringing the taxonomy that ships into the database."""

from sqlmodel import Session

from directory.models.treatments import Treatment
from directory.treatments import queries, rules


def sync(session: Session) -> int:
    """Make the table say what the shipped file says, and return how many rows that changed.

    A treatment that the file no longer has keeps its row: reviews may speak of it.
    """
    rows = {treatment.code: treatment for treatment in queries.all_(session)}
    changed = 0
    for node in rules.shipped():
        row = rows.get(node.code) or Treatment(code=node.code, label="", family=node.family)
        parent_id = rows[node.parent].id if node.parent else None
        wanted = {
            "label": node.label,
            "family": node.family,
            "parent_id": parent_id,
            "synonyms": list(node.synonyms),
            "position": node.position,
        }
        if any(getattr(row, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(row, name, value)
            session.add(row)
            session.flush()  # its children need its number
            changed += 1
        rows[node.code] = row
    return changed
