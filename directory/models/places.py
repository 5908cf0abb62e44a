"""The gazetteer: countries, regions, places, their names, and the centres of postcodes."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, Relationship

from directory.models.base import Record, UtcDateTime, byte_ordered, where

#: Relationships are loaded by the query that needs them, never one by one behind a page's back.
_LOADED = {"lazy": "raise_on_sql"}


class Country(Record, table=True):
    """A country or territory; its two letters are the first part of the path of all that is in it."""

    __tablename__ = "countries"
    #: ISO 3166-1 alpha-2, capitals.
    code: str = Field(max_length=2, primary_key=True)
    name: str = Field(max_length=120)
    #: `core.text.sort_key(name)`.
    sort_key: str = Field(max_length=120, sa_type=byte_ordered(120), index=True)
    #: The people of all its places together: what it weighs beside a place of the same name.
    people: int = 0

    @property
    def path(self) -> str:
        """The path of its page, without the outer slashes: `us`."""
        return self.code.lower()

    @property
    def label(self) -> str:
        """The name in full."""
        return self.name


class Region(Record, table=True):
    """A first-level division of a country (a state, a province) with at least one place in it."""

    __tablename__ = "regions"
    __table_args__ = (UniqueConstraint("country_code", "code"), UniqueConstraint("country_code", "slug"))
    id: int = Field(default=None, primary_key=True)
    country_code: str = Field(max_length=2, foreign_key="countries.code", ondelete="RESTRICT")
    #: GeoNames' own: `CA` in the United States, `08` for Ontario.
    code: str = Field(max_length=20)
    name: str = Field(max_length=120)
    slug: str = Field(max_length=120, sa_type=byte_ordered(120))
    sort_key: str = Field(max_length=120, sa_type=byte_ordered(120))
    people: int = 0
    country: Country = Relationship(sa_relationship_kwargs=_LOADED)

    @property
    def path(self) -> str:
        """The path of its page, without the outer slashes: `us/california`."""
        return f"{self.country_code.lower()}/{self.slug}"

    @property
    def label(self) -> str:
        """The name with its country; load `country` with the row."""
        return f"{self.name}, {self.country.name}"


class Place(Record, table=True):
    """A city, town or district."""

    __tablename__ = "places"
    __table_args__ = (
        Index("ix_places_key", "key", "population"),
        Index("ix_places_country_code_population", "country_code", "population"),
        Index("ix_places_region_id_population", "region_id", "population"),
        Index("ix_places_lat_lon", "lat", "lon"),
    )
    #: GeoNames' number.
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    country_code: str = Field(max_length=2, foreign_key="countries.code", ondelete="RESTRICT")
    region_id: int | None = Field(default=None, foreign_key="regions.id", ondelete="RESTRICT")
    name: str = Field(max_length=200)
    #: What typed text is compared with: `places.names.key(name)`.
    key: str = Field(max_length=120, sa_type=byte_ordered(120))
    #: The last part of the path.
    slug: str = Field(max_length=120, sa_type=byte_ordered(120))
    #: Without the outer slashes: `us/california/los-angeles`. Never changes once given.
    path: str = Field(max_length=250, sa_type=byte_ordered(250), unique=True)
    sort_key: str = Field(max_length=120, sa_type=byte_ordered(120))
    #: Degrees north and east (WGS 84).
    lat: float
    lon: float
    #: The same point on a ball of radius 1, so that the order by distance is plain arithmetic on both databases.
    x: float
    y: float
    z: float
    population: int
    #: IANA name: `America/Los_Angeles`.
    timezone: str = Field(max_length=60)
    country: Country = Relationship(sa_relationship_kwargs=_LOADED)
    region: Region | None = Relationship(sa_relationship_kwargs=_LOADED)

    @property
    def label(self) -> str:
        """The name with its region and country; load both with the row."""
        parts = [self.name, self.region.name if self.region else "", self.country.name]
        return ", ".join(part for n, part in enumerate(parts) if part and part not in parts[:n])


class PlaceAlias(Record, table=True):
    """Another name of a place, ready for comparing: `nyc`, `munchen`."""

    __tablename__ = "place_aliases"
    #: Half a million short rows: without row numbers SQLite keeps them in half the space.
    __table_args__ = {"sqlite_with_rowid": False}
    place_id: int = Field(foreign_key="places.id", ondelete="CASCADE", primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: str = Field(max_length=120, sa_type=byte_ordered(120), primary_key=True, index=True)


class AreaName(Record, table=True):
    """A name or code of a region or, where no region is given, of a country: `ontario`, `on`, `usa`."""

    __tablename__ = "area_names"
    __table_args__ = (
        Index("one_name_per_country", "key", "country_code", unique=True, **where("region_id IS NULL")),
        Index("one_name_per_region", "key", "region_id", unique=True, **where("region_id IS NOT NULL")),
    )
    id: int = Field(default=None, primary_key=True)
    key: str = Field(max_length=120, sa_type=byte_ordered(120))
    country_code: str = Field(max_length=2, foreign_key="countries.code", ondelete="CASCADE")
    region_id: int | None = Field(default=None, foreign_key="regions.id", ondelete="CASCADE", index=True)
    #: Two or three letters that say little by themselves: they count behind a name ("springfield il").
    is_code: bool = False


class PlaceCount(Record, table=True):
    """How many listed profiles stand at a place; kept by whoever lists and unlists them, in the same transaction."""

    __tablename__ = "place_counts"
    __table_args__ = (
        CheckConstraint("hair_count >= 0 AND register_count >= 0", name="never_negative"),
        Index("ix_place_counts_hair_count", "hair_count"),
    )
    place_id: int = Field(foreign_key="places.id", ondelete="RESTRICT", primary_key=True, sa_column_kwargs={"autoincrement": False})
    #: Those whose hair work is confirmed or stated by their owner.
    hair_count: int = 0
    #: Those on a public register whose hair work is not confirmed.
    register_count: int = 0


class UsZip(Record, table=True):
    """The centre of a United States ZIP code (Open Database License: a table of its own)."""

    __tablename__ = "us_zips"
    zip: str = Field(max_length=5, primary_key=True)
    lat: float
    lon: float
    state: str = Field(max_length=2)


class CaFsa(Record, table=True):
    """The centre of a Canadian forward sortation area, `M5V` (Open Database License: a table of its own)."""

    __tablename__ = "ca_fsas"
    fsa: str = Field(max_length=3, primary_key=True)
    lat: float
    lon: float
    name: str = Field(max_length=200)
    province: str = Field(max_length=2)


class UkOutcode(Record, table=True):
    """The centre of the first half of a United Kingdom postcode, `SW1A` (Open Government Licence v3.0)."""

    __tablename__ = "uk_outcodes"
    outcode: str = Field(max_length=4, primary_key=True)
    lat: float
    lon: float


class GazetteerFile(Record, table=True):
    """Which file was loaded last, so that loading the same one again costs nothing."""

    __tablename__ = "gazetteer_files"
    name: str = Field(max_length=40, primary_key=True)
    #: SHA-256 of the file and of the rules by which it was read.
    digest: str = Field(max_length=64)
    rows: int
    loaded_at: datetime = Field(sa_type=UtcDateTime)
