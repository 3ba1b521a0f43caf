"""The register of consents: a wording that was read out stays as it was, and a changed one is a new version."""

from collections import Counter
from functools import cache

import polib

from app.kit.paths import PROJECT_ROOT
from app.knowledge.models import CONTENT_LANGUAGES
from app.referrals.consent_texts import load_consent_texts, may_read_out
from app.referrals.consents import WORDINGS, find_current, wording_hash


@cache
def catalogue(language: str, name: str) -> dict[str, str]:
    if name == "agent":
        return load_consent_texts()[language].model_dump()
    file = polib.pofile(str(PROJECT_ROOT / "locales" / language / "LC_MESSAGES" / f"{name}.po"))
    return {entry.msgid: entry.msgstr for entry in file}


def test_each_wording_is_still_what_was_consented_to() -> None:
    current = [wording for wording in WORDINGS if wording.current]
    assert current
    for wording in current:
        assert wording.msgids
        assert "de" in wording.hashes
        for language, kept in wording.hashes.items():
            texts = [catalogue(language, wording.catalogue)[msgid] for msgid in wording.msgids]
            assert kept == wording_hash(texts), f"{wording.id} in {language} changed: it needs a new version"


def test_agents_read_out_every_language_and_in_production_no_draft_that_nobody_understands() -> None:
    texts = load_consent_texts()
    assert tuple(texts) == CONTENT_LANGUAGES
    agent = find_current(WORDINGS, "referral-agent")
    assert agent is not None
    assert agent.hashes.keys() == texts.keys()
    assert texts["de"].state == "original"
    assert all(may_read_out(language, demo=True) for language in texts)
    read_out = {language for language in texts if may_read_out(language, demo=False)}
    assert read_out == {"de", "en"} | {language for language, text in texts.items() if text.state == "reviewed"}
    assert not may_read_out("xx", demo=True)


def test_each_version_is_there_once_and_one_of_them_is_current() -> None:
    assert set(Counter((wording.id, wording.version) for wording in WORDINGS).values()) == {1}
    for wording_id in {wording.id for wording in WORDINGS}:
        assert [one.current for one in WORDINGS if one.id == wording_id].count(True) == 1
        current = find_current(WORDINGS, wording_id)
        assert current is not None
        assert current.version == max(one.version for one in WORDINGS if one.id == wording_id)


def test_a_hash_tells_texts_their_order_and_their_borders_apart() -> None:
    hashes = [wording_hash(texts) for texts in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], ["a b"])]
    assert len(set(hashes)) == len(hashes)
