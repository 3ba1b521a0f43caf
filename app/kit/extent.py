"""How far a transaction reaches: which centres' rows it may see and change."""

import re
from dataclasses import dataclass
from typing import Final

# A centre's id, or an operator's, who stands for several centres.
CENTRE_ID: Final = re.compile(r"(operator:)?[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Reach:
    """Which centres' rows a transaction sees and changes; the database's row-level security holds it to that."""

    setting: str


EVERYTHING: Final = Reach("*")
NOTHING: Final = Reach("")


def only(*centre_ids: str) -> Reach:
    """The rows of these centres alone; raises ValueError for what is no centre's id."""
    for centre_id in centre_ids:
        if not CENTRE_ID.fullmatch(centre_id):
            raise ValueError("A reach names centres by their ids.")
    return Reach(",".join(centre_ids))
