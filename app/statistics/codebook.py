"""What is counted: every dimension, code, table and workload; the source of them all, by ids alone."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import product
from typing import Final, Self

from app.statistics.periods import Grain

# Every contact spends this much privacy in all, over all tables of its quarter.
EPSILON: Final = 2
# A cell's key is made of its codes, in the order of the table's dimensions.
JOINT: Final = "."

# The languages in which the content is complete, in its own order.
LANGUAGES: Final = ("de", "en", "tr", "ar", "ru", "kmr", "ka", "es", "mk", "sq", "sr", "fa", "fr", "other")
TOPICS: Final = (
    "about_return",
    "money_and_offers",
    "eligibility",
    "documents_and_travel",
    "country_of_return",
    "reintegration",
    "stay_or_fear",
    "safety_and_help",
    "other",
)
LAENDER: Final = (
    "DE-BB", "DE-BE", "DE-BW", "DE-BY", "DE-HB", "DE-HE", "DE-HH", "DE-MV",
    "DE-NI", "DE-NW", "DE-RP", "DE-SH", "DE-SL", "DE-SN", "DE-ST", "DE-TH",
    "unknown",
)  # fmt: skip
# The furthest outcome counts, in this order.
OUTCOMES: Final = (
    "abandoned",
    "language_not_served",
    "informed",
    "centre_named",
    "callback_or_message",
    "advised_by_person",
    "referred",
)
HOURS: Final = tuple(f"{hour:02}" for hour in range(24))
DAY_TYPES: Final = ("weekday", "weekend_or_holiday")
# The longest wait in seconds that a band holds; who did not wait for a person is in “none”.
WAIT_BANDS: Final[Mapping[str, int]] = {
    "up_to_10": 10,
    "up_to_20": 20,
    "up_to_30": 30,
    "up_to_60": 60,
    "up_to_300": 300,
    "up_to_600": 600,
}
WAITS: Final = ("none", *WAIT_BANDS, "over_600")
KINDS: Final = ("self_service", "answered", "abandoned", "callback")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A closed list of codes; what is in none of them counts as `otherwise`."""

    id: str
    codes: tuple[str, ...]
    otherwise: str


@dataclass(frozen=True, slots=True)
class Table:
    """A contact falls into exactly one cell of a table; one table is kept for each period of its grain."""

    id: str
    dimensions: tuple[str, ...]
    grain: Grain


@dataclass(frozen=True)
class Workload:
    """The tables that are kept over the same quarters, with the codes of then; never changed, only followed."""

    name: str
    tables: tuple[Table, ...]
    dimensions: Mapping[str, Dimension]

    @cached_property
    def content(self) -> str:
        """All of it as canonical JSON, from which `read` makes it again."""
        tables = [{"id": t.id, "dimensions": list(t.dimensions), "grain": t.grain} for t in self.tables]
        dimensions = [{"id": d.id, "codes": list(d.codes), "otherwise": d.otherwise} for d in self.dimensions.values()]
        written = {"name": self.name, "scale": self.scale, "tables": tables, "dimensions": dimensions}
        return json.dumps(written, sort_keys=True, separators=(",", ":"))

    @classmethod
    def read(cls, content: str) -> Self:
        written = json.loads(content)
        tables = tuple(Table(t["id"], tuple(t["dimensions"]), t["grain"]) for t in written["tables"])
        dimensions = (Dimension(d["id"], tuple(d["codes"]), d["otherwise"]) for d in written["dimensions"])
        return cls(written["name"], tables, {dimension.id: dimension for dimension in dimensions})

    @cached_property
    def version(self) -> str:
        return f"{self.name}-{sha256(self.content.encode()).hexdigest()[:12]}"

    @property
    def scale(self) -> int:
        """The scale b of the noise of each cell: each table costs 1/b, and all tables together cost EPSILON."""
        scale, rest = divmod(len(self.tables), EPSILON)
        if rest:
            raise ValueError("The number of tables must divide the privacy of a contact into whole scales.")
        return scale

    def table(self, table_id: str) -> Table:
        """Raises KeyError where this workload has no such table."""
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)

    def has(self, table_id: str) -> bool:
        return any(table.id == table_id for table in self.tables)

    def cells(self, table_id: str) -> tuple[str, ...]:
        """Every cell's key, in the order of the codes."""
        codes = (self.dimensions[dimension].codes for dimension in self.table(table_id).dimensions)
        return tuple(JOINT.join(cell) for cell in product(*codes))

    def cell_of(self, table: Table, values: Mapping[str, str]) -> str:
        """The cell for one value a dimension; a value that is no code, or none of this version, is `otherwise`."""
        return JOINT.join(self._code(self.dimensions[name], values.get(name)) for name in table.dimensions)

    @staticmethod
    def _code(dimension: Dimension, value: str | None) -> str:
        return value if value is not None and value in dimension.codes else dimension.otherwise


DIMENSIONS: Final[Mapping[str, Dimension]] = {
    dimension.id: dimension
    for dimension in (
        Dimension("language", LANGUAGES, "other"),
        Dimension("topic", TOPICS, "other"),
        Dimension("land", LAENDER, "unknown"),
        Dimension("outcome", OUTCOMES, "abandoned"),
        Dimension("hour", HOURS, "00"),
        Dimension("day_type", DAY_TYPES, "weekday"),
        Dimension("wait", WAITS, "none"),
        Dimension("kind", KINDS, "self_service"),
    )
}


def workload_of(name: str, tables: Iterable[Table]) -> Workload:
    """A workload with the present codes of the dimensions that its tables have."""
    fixed = tuple(tables)
    used = {dimension for table in fixed for dimension in table.dimensions}
    return Workload(name, fixed, {id_: dimension for id_, dimension in DIMENSIONS.items() if id_ in used})


STANDARD: Final = workload_of(
    "standard",
    (
        Table("kind", ("kind",), "day"),
        Table("language", ("language",), "month"),
        Table("topic", ("topic",), "month"),
        Table("land", ("land",), "month"),
        Table("outcome", ("outcome",), "month"),
        Table("hour", ("hour", "day_type"), "month"),
        Table("wait", ("wait",), "month"),
        Table("language_topic", ("language", "topic"), "quarter"),
        Table("land_topic", ("land", "topic"), "quarter"),
        Table("land_outcome", ("land", "outcome"), "quarter"),
    ),
)
LOW_VOLUME: Final = workload_of(
    "low-volume", (Table(name, (name,), "quarter") for name in ("language", "topic", "land", "outcome"))
)
WORKLOADS: Final[Mapping[str, Workload]] = {workload.name: workload for workload in (STANDARD, LOW_VOLUME)}
