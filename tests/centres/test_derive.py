"""The committed tables are what their generator makes of the open data, so nobody edits them by hand."""

import csv
import importlib.util
from pathlib import Path


def test_the_table_of_places_is_what_the_generator_makes(knowledge_base: Path) -> None:
    folder = knowledge_base / "postal_codes"
    spec = importlib.util.spec_from_file_location("derive", folder / "derive.py")
    assert spec is not None
    assert spec.loader is not None
    derive = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(derive)
    with (folder / "places.csv").open(encoding="utf-8", newline="") as lines:
        committed = list(csv.DictReader(lines))
    assert derive.derive_places(folder, derive.geonames_file()) == committed
