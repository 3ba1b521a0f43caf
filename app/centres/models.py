"""What a content file may say about a centre, and the frozen values that routing works with."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Audience = Literal["callers", "residents", "women", "advisers", "own_line"]
Status = Literal["active_at_as_of", "uncertain", "ended"]
OperatorKind = Literal["welfare", "ngo", "igo", "municipal", "district", "land_authority", "federal"]
Reason = Literal["catchment", "nearest", "land", "nationwide"]
Contact = Literal["phone", "address", "web", "none"]
Point = tuple[float, float, float]

Text = Annotated[str, Field(min_length=1)]
DateWording = Annotated[str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]

CALLERS: frozenset[Audience] = frozenset({"callers"})


class _Entry(BaseModel):
    """One mapping in a content file: no unknown keys, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class AreaEntry(_Entry):
    """One area of a catchment, named by exactly one key."""

    district: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    region: Annotated[str, Field(pattern=r"^\d{3}$")] | None = None
    land: Text | None = None
    country: Literal["DE"] | None = None

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if sum(value is not None for value in (self.district, self.region, self.land, self.country)) != 1:
            raise ValueError("an area is named by exactly one of district, region, land and country")
        return self


class PositionEntry(_Entry):
    """Where the centre's town lies, in degrees (WGS 84)."""

    lat: Annotated[float, Field(ge=47, le=56)]
    lon: Annotated[float, Field(ge=5, le=16)]


class CentreEntry(_Entry):
    """One centre as a content file states it; what nobody has confirmed has no `verified_on`."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Text
    spoken: Text | None = None
    operator: Text
    operator_kind: OperatorKind
    independent_of_authorities: bool
    land: Annotated[str, Field(pattern=r"^DE(-[A-Z]{2})?$")]
    city: Text | None = None
    street: Text | None = None
    postal_code: Annotated[str, Field(pattern=r"^\d{5}$")] | None = None
    position: PositionEntry | None = None
    phone: Text | None = None
    email: Text | None = None
    website: Text | None = None
    languages: tuple[Text, ...] = ()
    opening_hours: Text | None = None
    covers: tuple[Text, ...] = ()
    catchment: tuple[AreaEntry, ...] = ()
    status: Status
    audience: Audience
    audience_basis: Text | None = None
    doubt: Text | None = None
    source: Text
    as_of: DateWording | None = None
    as_of_basis: Text
    note: Text | None = None
    agreed_on: date | None = None
    verified_on: date | None = None
    verified_by_role: Text | None = None
    next_check_on: date | None = None

    @model_validator(mode="after")
    def _confirmed_by_somebody(self) -> Self:
        if (self.verified_on is None) != (self.verified_by_role is None):
            raise ValueError("verified_on and verified_by_role stand together or not at all")
        return self


class CentreFile(_Entry):
    """One content file: the centres of a Land, or the nationwide ones."""

    centres: tuple[CentreEntry, ...]


def unit_point(lat: float, lon: float) -> Point:
    """Returns the point on the unit sphere, so that the straight line between two points orders them by distance."""
    phi, theta = math.radians(lat), math.radians(lon)
    return math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)


@dataclass(frozen=True, slots=True)
class District:
    """A district (Kreis or district-free town) by its AGS; `region` is its Regierungsbezirk where there is one."""

    code: str
    name: str
    land: str
    region: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """What one postal code means in one district; `district` is None for the one place that lies in Austria."""

    plz: str
    name: str
    district: str | None
    district_name: str
    land: str
    lat: float
    lon: float
    other_names: tuple[str, ...] = ()
    point: Point = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "point", unit_point(self.lat, self.lon))


@dataclass(frozen=True, slots=True)
class Catchment:
    """The areas that a centre says it is there for, by AGS, first three digits of it, ISO code or the whole country."""

    districts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    laender: frozenset[str] = frozenset()
    nationwide: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A counselling centre as callers are routed to it.

    `catchment` is None where the centre states none; `doubtful`: the file names a doubt nobody has settled.
    `as_of` is the day of its confirmation, else the date of the source as exact as that gave it (2024, 2024-03 or
    2024-03-08), else None.
    """

    id: str
    name: str
    spoken: str
    operator: str
    independent: bool
    land: str
    audience: Audience = "callers"
    status: Status = "active_at_as_of"
    city: str | None = None
    street: str | None = None
    postal_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    languages: tuple[str, ...] = ()
    opening_hours: str | None = None
    catchment: Catchment | None = None
    source: str = ""
    doubtful: bool = False
    as_of: str | None = None
    verified_on: date | None = None
    next_check_on: date | None = None
    point: Point | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        known = self.lat is not None and self.lon is not None
        object.__setattr__(self, "point", unit_point(self.lat or 0, self.lon or 0) if known else None)

    @property
    def confirmed(self) -> bool:
        """Whether somebody confirmed the entry."""
        return self.verified_on is not None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller asks for; a language puts centres first and excludes none, `confirmed_only` is the operator's."""

    language: str | None = None
    audience: frozenset[Audience] = CALLERS
    independent_only: bool = False
    confirmed_only: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A centre for a caller, why it is one, how far it is, and the Land of the place it was chosen for, if any."""

    centre: Centre
    reason: Reason
    distance_km: float | None
    land: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The answer to a postal code; `by_person` says that only a person can answer it well."""

    plz: str
    places: tuple[Place, ...]
    choices: tuple[Choice, ...]

    @property
    def ask_place(self) -> bool:
        """Whether the postal code lies in several districts, so that the caller is asked."""
        return len(self.places) > 1

    @property
    def by_person(self) -> bool:
        """Whether a person answers: nothing to offer, or a place without a German district."""
        return not self.choices or any(place.district is None for place in self.places)


@dataclass(frozen=True, slots=True)
class Near:
    """The centres for one place by reason, each list ordered by distance, then id; only such as may ever be offered.

    `covering` state the district or its Regierungsbezirk; `landwide` are there for the Land or state no catchment,
    the ones without a town apart from them. In every list centres without a town come last.
    """

    covering: tuple[Centre, ...]
    landwide: tuple[Centre, ...]
    landwide_without_town: tuple[Centre, ...]
    nationwide: tuple[Centre, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """All places and centres, held in memory; `near` is known by postal code and district, `nationwide` by id.

    Each is only itself, so that what is worked out of one can be kept beside it.
    """

    places: Mapping[str, tuple[Place, ...]]
    districts: Mapping[str, District]
    centres: Mapping[str, Centre]
    near: Mapping[tuple[str, str | None], Near]
    nationwide: tuple[Centre, ...]
