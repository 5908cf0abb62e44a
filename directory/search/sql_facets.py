"""What each filter would leave, counted in one statement: each group without its own choices."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, String, and_, case, cast, func, literal, select, true, union_all
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from directory.models.profiles import Practitioner, Profile, ProfileKind, ServiceOffering
from directory.models.search import SearchDocument
from directory.models.treatments import Treatment
from directory.search import bands, sql_filters
from directory.search.criteria import RATED_FROM, RATINGS, Criteria, Group, Kind, rating_value

#: Stands beside the groups for those whom a least rating leaves out because they have too few reviews.
UNRATED = "unrated"

Facets = Mapping[str, Mapping[str, int]]


def count(session: Session, criteria: Criteria, met: Sequence[ColumnElement[bool]]) -> tuple[Facets, int]:
    """Return the facets, where they are asked for, and how many a least rating leaves out for want of reviews (one SELECT, or none).

    Args:
        session: Where to look.
        criteria: The question.
        met: What the words ask for.
    """
    if not criteria.faceted and not criteria.rating:
        return {}, 0
    counter = _Counter(session, criteria, met)
    parts = [*(counter.groups() if criteria.faceted else ()), *((counter.unrated(),) if criteria.rating else ())]
    found: dict[str, dict[str, int]] = {group.value: {} for group in Group} if criteria.faceted else {}
    for group, value, number in session.execute(union_all(*parts)):
        if number:
            found.setdefault(group, {})[value] = number
    unrated = sum(found.pop(UNRATED, {}).values())
    if criteria.faceted:
        found[Group.RATING.value] = _or_better(found[Group.RATING.value])
    return found, unrated


class _Counter:
    """The parts of the statement, all on the same rows: the profiles that fail in one group of filters at most.

    Args:
        session: Of which database.
        criteria: The question.
        met: What the words ask for.
    """

    def __init__(self, session: Session, criteria: Criteria, met: Sequence[ColumnElement[bool]]) -> None:
        chosen = sql_filters.chosen(session, criteria)
        fits = [case((condition, 1), else_=0).label(group.value) for group, condition in chosen.items()]
        columns = [*_values(criteria), *(fit.label(f"fits_{fit.name}") for fit in fits)]
        rows = sql_filters.joined(select(*columns)).outerjoin(Practitioner, col(Practitioner.profile_id) == col(Profile.id))
        rows_ = rows.where(*sql_filters.here(criteria), *met).subquery()
        self._session = session
        self._fits = {group: rows_.c[f"fits_{group.value}"] for group in chosen}
        missed = len(chosen) - sum(self._fits.values(), start=literal(0))
        self._rows = select(rows_).where(missed <= 1).cte("rows_near")

    def groups(self) -> list[Select[str, str, int]]:
        """Return a SELECT of (group, value, number) for each group."""
        rows = self._rows.c
        spoken = sql_filters.languages(self._session, rows.languages)
        return [
            self._treatments(Group.TREATMENT),
            self._treatments(Group.TECHNIQUE),
            self._part(Group.LANGUAGE, spoken.c.value, self._rows.join(spoken, true())),
            *(self._part(group, rows[group.value]) for group in (Group.KIND, Group.PRICE, Group.RATING, Group.REPAIRS, Group.VERIFIED)),
        ]

    def unrated(self) -> Select[str, str, int]:
        """Return a SELECT of how many fit but for the rating, and have too few reviews for one."""
        few = select(literal(UNRATED), literal(""), func.count()).select_from(self._rows)
        return few.where(self._fitting(Group.RATING), self._rows.c.reviews < RATED_FROM)

    def _treatments(self, group: Group) -> Select[str, str, int]:
        """Count what is offered and all above it; a technique is what has something above it that has something above it."""
        above, parent = sql_filters.lineage(), aliased(Treatment)
        offers = self._rows.join(ServiceOffering, col(ServiceOffering.profile_id) == self._rows.c.id)
        offers = offers.join(above, above.c.id == col(ServiceOffering.treatment_id)).join(Treatment, col(Treatment.id) == above.c.above)
        if group is Group.TECHNIQUE:
            offers = offers.join(parent, and_(col(parent.id) == col(Treatment.parent_id), col(parent.parent_id).is_not(None)))
        return self._part(group, col(Treatment.code), offers)

    def _part(self, group: Group, value: ColumnElement[Any], source: FromClause | None = None) -> Select[str, str, int]:
        number = func.count() if source is None else func.count(self._rows.c.id.distinct())
        part = select(literal(group.value), cast(value, String), number).select_from(self._rows if source is None else source)
        return part.where(self._fitting(group), value.is_not(None)).group_by(value)

    def _fitting(self, group: Group) -> ColumnElement[bool]:
        return and_(true(), *(self._rows.c[column.name] == 1 for other, column in self._fits.items() if other is not group))


def _values(criteria: Criteria) -> list[ColumnElement[Any]]:
    """Return what is counted of a profile, one column a group; NULL where it has no value."""
    in_bands = [(sql_filters.in_band(criteria.currency, code), code) for code in bands.codes(criteria.currency)]
    kind = case((col(Profile.kind) == ProfileKind.PRACTICE, Kind.PRACTICE.value), else_=cast(col(Practitioner.kind), String))
    values: dict[Group, ColumnElement[Any]] = {
        Group.KIND: kind,
        Group.PRICE: case(*in_bands) if in_bands else cast(literal(None), String),
        Group.RATING: case(*((sql_filters.rated(tenths), rating_value(tenths)) for tenths in RATINGS)),
        Group.REPAIRS: case((sql_filters.repairs(), "1")),
        Group.VERIFIED: case((sql_filters.verified(), "1")),
    }
    own: list[ColumnElement[Any]] = [
        col(Profile.id).label("id"),
        col(Profile.review_count).label("reviews"),
        col(SearchDocument.languages).label("languages"),
    ]
    return [*own, *(value.label(group.value) for group, value in values.items())]


def _or_better(found: Mapping[str, int]) -> dict[str, int]:
    """Add to each rating those who have a better one."""
    total, added = 0, {}
    for tenths in RATINGS:  # the best first
        total += found.get(rating_value(tenths), 0)
        if total:
            added[rating_value(tenths)] = total
    return added
