"""What may be found, what is asked for, and how many of what was found there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from app.knowledge.search.models import Entry, Mask
    from app.knowledge.search.postings import Integers

    Booleans = NDArray[np.bool_]
    Facets = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class FacetTable:
    """Facets and values by number; the passages of each; the entries of each, all in one row; the passages' last days.

    `under` has the passages that a withdrawn reference hides.
    """

    names: tuple[tuple[str, str], ...]
    passages: Mapping[tuple[str, str], Integers]
    entries: Integers
    entry_values: Integers
    last_day: Integers
    under: Mapping[str, tuple[int, ...]]


def read_facets(passages: Sequence[Entry], groups: Integers) -> FacetTable:
    """The facets of entries: their own, their kind and their topics; `groups` has the first passage of each entry."""
    import numpy as np  # noqa: PLC0415 - loaded when an index is built, not when the server starts

    places: dict[tuple[str, str], list[int]] = {}
    under: dict[str, list[int]] = {}
    for number, entry in enumerate(passages):
        for name, values in {**entry.facets, "kind": (entry.kind,), "topic": entry.topics}.items():
            for value in values:
                places.setdefault((name, value), []).append(number)
        for ref in {entry.id, *entry.refs}:
            under.setdefault(ref, []).append(number)
    entries = [np.unique(np.searchsorted(groups, found, side="right") - 1) for found in places.values()]
    return FacetTable(
        names=tuple(places),
        passages={key: np.array(found, dtype=np.int32) for key, found in places.items()},
        entries=np.concatenate([*entries, np.zeros(0)]).astype(np.int32),
        entry_values=np.repeat(np.arange(len(entries)), [len(found) for found in entries]).astype(np.int32),
        last_day=np.array([(entry.shown_until or date.max).toordinal() for entry in passages], dtype=np.int32),
        under={ref: tuple(found) for ref, found in under.items()},
    )


def visible_passages(table: FacetTable, mask: Mask) -> Booleans:
    """Which passages may be found: those of today that are not withdrawn."""
    import numpy as np  # noqa: PLC0415

    visible = np.ones(len(table.last_day), dtype=np.bool_)
    if mask.today is not None:
        visible = mask.today.toordinal() <= table.last_day
    for ref in mask.withdrawn:
        visible[list(table.under.get(ref, ()))] = False
    return visible


def chosen_passages(table: FacetTable, visible: Booleans, chosen: Facets) -> Booleans:
    """The visible passages that have one of the values of each facet that is asked for."""
    import numpy as np  # noqa: PLC0415

    for name, values in chosen.items():
        has = np.zeros(len(visible), dtype=np.bool_)
        for value in values:
            if (found := table.passages.get((name, value))) is not None:
                has[found] = True
        visible = visible & has
    return visible


def count_facets(table: FacetTable, matching: Booleans) -> dict[str, dict[str, int]]:
    """How many of the matching entries have each value."""
    import numpy as np  # noqa: PLC0415

    found = np.bincount(table.entry_values[matching[table.entries]], minlength=len(table.names))
    counts: dict[str, dict[str, int]] = {}
    for number in np.flatnonzero(found):
        name, value = table.names[number]
        counts.setdefault(name, {})[value] = int(found[number])
    return counts
