"""The content files are without fault, and each kind of fault is named in one sentence."""

import shutil
from pathlib import Path

import pytest

from app.centres.check import check_directory
from app.centres.service import load_directory
from app.kit.errors import ContentError


def test_the_content_is_without_fault(knowledge_base: Path) -> None:
    assert check_directory(knowledge_base) == []


def test_what_covers_says_and_what_it_became_stand_together(knowledge_base: Path) -> None:
    readme = (knowledge_base / "centres" / "README.md").read_text("utf-8")
    for centre in load_directory(knowledge_base).centres.values():
        assert centre.land == "DE" or centre.land.startswith("DE-")
        assert centre.source
    for wording in ("Südbaden", "Bühl/Achern", "Oberfranken (probable)", "northern Emsland", "Niedersachsen (west)"):
        assert f"| {wording} |" in readme


@pytest.fixture
def copied(knowledge_base: Path, tmp_path: Path) -> Path:
    shutil.copytree(knowledge_base / "centres", tmp_path / "centres")
    shutil.copytree(knowledge_base / "postal_codes", tmp_path / "postal_codes")
    return tmp_path


FAULTS = [
    (
        "DE-SN.yaml",
        "district: '14522'",
        "district: '14999'",
        "sn-mittelsachsen: the catchment names the unknown district 14999.",
    ),
    (
        "DE-SN.yaml",
        "district: '14522'",
        "district: '09162'",
        "sn-mittelsachsen: the catchment names the district 09162, which does not lie in DE-SN.",
    ),
    (
        "DE-BY.yaml",
        "region: '097'",
        "region: '053'",
        "by-zrb-suedbayern: the catchment names the region 053, which does not lie in DE-BY.",
    ),
    ("DE-BY.yaml", "region: '097'", "region: '099'", "by-zrb-suedbayern: the catchment names the unknown region 099."),
    (
        "DE-BB.yaml",
        "land: DE-BB\n  status",
        "land: DE-XX\n  status",
        "bb-zabh: the catchment names the unknown Land DE-XX.",
    ),
    ("DE-BB.yaml", "land: DE-BB\n  web", "land: DE-XX\n  web", "bb-zabh: it says DE-XX but stands in DE-BB.yaml."),
    (
        "DE-BB.yaml",
        "land: DE-BB\n  web",
        "land: Brandenburg\n  web",
        "DE-BB.yaml: bb-zabh: land: String should match pattern",
    ),
    ("DE-BW.yaml", "- id: bw-ostalbkreis", "- id: bw-biberach", "bw-biberach: the id stands 2 times."),
    ("DE-SN.yaml", "+49 3731 799-3685", "+49 3731", "sn-mittelsachsen: “+49 3731” is not a valid telephone number."),
    ("DE-SN.yaml", "+49 3731 799-3685", "03731 799-3685", "is not a valid telephone number."),
    ("DE-SN.yaml", "integration@landkreis", "integration@@landkreis", "is not a valid e-mail address."),
    ("DE-SH.yaml", "website: https://www", "website: htps://www", "is not a valid web address."),
    (
        "DE-TH.yaml",
        "source: https://bimf.thueringen.de/flucht/ausreise",
        "source: ''",
        "th-caritas-erfurt: source: String should have at least 1 character.",
    ),
    (
        "DE-TH.yaml",
        "audience: callers",
        "audience: everybody",
        "th-caritas-erfurt: audience: Input should be 'callers'",
    ),
    ("DE-HH.yaml", "- ckb", "- Kurdish", "hh-fluechtlingszentrum: “Kurdish” is not a language tag."),
    (
        "DE-TH.yaml",
        "lat: '50",
        "lat: '53",
        "th-caritas-erfurt: the position is more than 25 km from every place of DE-TH.",
    ),
    ("DE-TH.yaml", "  city: Erfurt\n", "", "th-caritas-erfurt: city and position stand together or not at all."),
    ("DE-TH.yaml", "spoken: ", f"spoken: {'Rückkehrberatung ' * 6}", "characters, 90 are allowed."),
    (
        "DE-TH.yaml",
        "  status:",
        "  verified_on: '2026-11-01'\n  status:",
        "verified_on and verified_by_role stand together",
    ),
    ("DE-TH.yaml", "- land: DE-TH", "- {land: DE-TH, country: DE}", "an area is named by exactly one of"),
    (
        "DE-TH.yaml",
        "  status:",
        "  statsu: ended\n  status:",
        "th-caritas-erfurt: statsu: Extra inputs are not permitted.",
    ),
    ("DE-TH.yaml", "  status: active_at_as_of", "", "th-caritas-erfurt: status: Field required."),
    ("DE-TH.yaml", "centres:", "centers:", "DE-TH.yaml: centres: Field required."),
]


@pytest.mark.parametrize(("file", "old", "new", "sentence"), FAULTS)
def test_a_fault_is_named_in_one_sentence(copied: Path, file: str, old: str, new: str, sentence: str) -> None:
    path = copied / "centres" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    faults = check_directory(copied)
    assert any(sentence in fault for fault in faults), faults
    assert all("\n" not in fault and fault.endswith(".") for fault in faults)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("\n01067,Dresden,14612", "\n01067,Dresden,14999", "places.csv: 01067: unknown district 14999."),
        ("Stadt Dresden,DE-SN,", "Stadt Dresden,DE-BY,", "does not lie in DE-BY."),
        ("\n01067,", "\n01069,", "places.csv: 01069: the district 14612 stands twice."),
        (",51.0547,", ",north,", "places.csv, line 2: the row is not of the right form"),
    ],
)
def test_a_fault_of_the_table_is_named(copied: Path, old: str, new: str, sentence: str) -> None:
    path = copied / "postal_codes" / "places.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert any(sentence in fault for fault in check_directory(copied))


def test_a_missing_table_is_named(copied: Path) -> None:
    (copied / "postal_codes" / "districts.csv").unlink()
    with pytest.raises(ContentError, match=r"districts\.csv: the file cannot be read"):
        load_directory(copied)


def test_a_broken_file_stops_the_start_with_one_sentence(copied: Path) -> None:
    path = copied / "centres" / "DE-HB.yaml"
    path.write_text(path.read_text("utf-8").replace("audience: callers", "audience: all", 1), "utf-8")
    with pytest.raises(ContentError) as caught:
        load_directory(copied)
    assert len(caught.value.faults) == 1


def test_a_confirmed_entry_is_offered_and_dated_by_its_confirmation(copied: Path) -> None:
    path = copied / "centres" / "DE-TH.yaml"
    confirmed = "  verified_on: '2026-11-01'\n  verified_by_role: centre\n  status:"
    path.write_text(path.read_text("utf-8").replace("  status:", confirmed, 1), "utf-8")
    centre = load_directory(copied).centres["th-caritas-erfurt"]
    assert centre.confirmed
    assert centre.as_of == "2026-11-01"
    assert check_directory(copied) == []


def test_an_entry_without_a_written_name_gets_a_short_one(copied: Path) -> None:
    path = copied / "centres" / "DE-TH.yaml"
    lines = [line for line in path.read_text("utf-8").splitlines() if "spoken:" not in line]
    path.write_text("\n".join(lines), "utf-8")
    spoken = load_directory(copied).centres["th-caritas-erfurt"].spoken
    assert spoken == "Caritasverband für das Bistum Erfurt, Rückkehrberatung der Caritasregion Mittelthüringen"
