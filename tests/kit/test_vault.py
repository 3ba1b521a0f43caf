"""Keys outside the database: made whole, open to their user alone, destroyed for good."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.kit.errors import SettingError
from app.kit.vault import KeyMissing, Vault, open_vault


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return open_vault(tmp_path / "deep" / "keys")


def test_a_key_is_kept_and_belongs_to_its_bucket(vault: Vault) -> None:
    made = vault.make("2026-W47")
    assert len(vault.read("2026-W47", made)) == 32
    assert vault.read("2026-W47", made) == vault.read("2026-W47", made) != vault.read("b", vault.make("b"))
    for bucket, key_id in (("b", made), ("2026-W47", "0" * 16), ("2026-W47", "../etc/passwd")):
        with pytest.raises(KeyMissing):
            vault.read(bucket, key_id)
    with pytest.raises(ValueError, match="bucket"):
        vault.make("../x")


def test_files_and_folder_are_open_to_their_user_alone(vault: Vault) -> None:
    vault.make("a")
    vault.lasting("codes")
    (first, second) = vault.folder.iterdir()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (first, second)} == {0o600}
    assert stat.S_IMODE(vault.folder.stat().st_mode) == 0o700
    vault.folder.chmod(0o750)
    with pytest.raises(SettingError, match="0700"):
        open_vault(vault.folder)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingError, match="REFERRAL_KEYS"):
        open_vault(tmp_path / "file" / "keys")


def test_destroying_takes_all_but_one_and_what_was_half_made(vault: Vault) -> None:
    kept, gone, other = vault.make("a"), vault.make("a"), vault.make("b")
    half = vault.folder / "a.1234.fresh"
    half.write_bytes(b"half")
    # Another name of the same file shows that its bytes are overwritten, too.
    shadow = vault.folder.parent / "shadow"
    shadow.hardlink_to(vault.folder / f"a.{gone}.key")
    before = shadow.read_bytes()
    assert vault.destroy_others("a", kept) == 2
    assert shadow.read_bytes() != before
    assert vault.holds("a", kept)
    assert not vault.holds("a", gone)
    assert vault.holds("b", other)
    assert vault.destroy_others("a", None) == 1
    assert [path.name for path in vault.folder.iterdir()] == [f"b.{other}.key"]


def test_a_damaged_key_is_missing(vault: Vault) -> None:
    made = vault.make("a")
    (vault.folder / f"a.{made}.key").write_bytes(b"short")
    with pytest.raises(KeyMissing, match="damaged"):
        vault.read("a", made)


def test_a_lasting_key_is_made_once_by_however_many(vault: Vault) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: vault.lasting("codes"), range(40)))
    assert len(found) == 1
    assert vault.lasting("others") not in found
    assert len(list(vault.folder.iterdir())) == 2


def test_a_forgotten_key_is_gone_and_the_next_is_another(vault: Vault) -> None:
    first, other = vault.lasting("texts-2026-11-22"), vault.lasting("codes")
    for _ in range(2):
        vault.forget("texts-2026-11-22")
    assert [path.name for path in vault.folder.iterdir()] == ["lasting.codes.key"]
    assert vault.lasting("codes") == other
    assert vault.lasting("texts-2026-11-22") != first
