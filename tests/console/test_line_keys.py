"""The keys of the agents' desk: each deed has one of its own, and each agent chooses theirs or none."""

import json
import re
from collections import Counter
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.console.line_views import OUTCOME_KEYS, REST_KEY, TOPIC_KEYS
from app.queue import service
from app.queue.keys import DEEDS, DEFAULT_KEYS, NAMED_KEYS, DeskSettings, KeyRefused, KeysShared, list_shared, read_key
from tests.console.line_house import LineHouse, agent, line_house, supervisor
from tests.console.test_line_desk import me
from tests.entrance.house import Visit

__all__ = ["agent", "line_house", "supervisor"]

TYPED = st.text(max_size=3) | st.sampled_from(["Enter", "escape", "", "R", "?", " ", "\t", "ß", "İ"])
# What leads to the tools, the note and the telephone is of use when wrapping up, too.
USEFUL = {DEFAULT_KEYS[deed] for deed in ("search", "centres", "eligibility", "referral", "safety", "notes", "help")}


def chosen(browser: Visit) -> dict[str, str]:
    """The keys that the desk listens to."""
    found = re.search(r'data-keys="([^"]+)"', browser.page.text)
    assert found
    return dict(json.loads(unescape(found[1])))


def test_no_two_deeds_have_the_same_usual_key() -> None:
    assert list_shared(DEFAULT_KEYS) == ()
    assert all(read_key(key) == key for key in DEFAULT_KEYS.values())


def test_the_keys_of_the_wrap_up_are_different_and_leave_the_tools_theirs() -> None:
    used = [*TOPIC_KEYS, *OUTCOME_KEYS, REST_KEY]
    assert max(Counter(used).values()) == 1
    assert USEFUL.isdisjoint(used)


@given(st.dictionaries(st.sampled_from(DEEDS), TYPED))
def test_two_deeds_that_share_a_key_are_both_named(typed: dict[str, str]) -> None:
    try:
        keys = {deed: read_key(typed.get(deed, "")) for deed in DEEDS}
    except ValueError:
        return
    shared = list_shared(keys)
    alone = [key for deed, key in keys.items() if key and deed not in shared]
    assert len(set(alone)) == len(alone)
    assert all(sum(keys[deed] == key for key in keys.values()) > 1 for deed in shared)


@given(TYPED)
def test_a_key_is_one_character_or_a_name_and_reading_it_again_changes_nothing(typed: str) -> None:
    try:
        key = read_key(typed)
    except ValueError:
        return
    assert key in {"", *NAMED_KEYS} or (len(key) == 1 and key.isprintable() and not key.isspace())
    assert read_key(key) == key


async def test_keys_are_kept_for_each_agent_and_refused_where_two_deeds_would_share_one(line_house: LineHouse) -> None:
    line, agent_id = line_house.line, await me(line_house)
    assert await service.get_desk(line, agent_id) == DeskSettings()
    await service.set_desk(line, agent_id, DeskSettings({**DEFAULT_KEYS, "ready": "B", "mute": ""}, wrap_up=False))
    keys = await service.get_keys(line, agent_id)
    assert (keys["ready"], keys["mute"], keys["hold"]) == ("b", "", "h")
    with pytest.raises(KeysShared) as shared:
        await service.set_desk(line, agent_id, DeskSettings({**DEFAULT_KEYS, "ready": "h"}))
    assert shared.value.args == ("ready", "hold")
    with pytest.raises(KeyRefused, match="ready"):
        await service.set_desk(line, agent_id, DeskSettings({**DEFAULT_KEYS, "ready": "F1"}))
    assert await service.get_keys(line, agent_id) == keys
    await service.remove_agent(line, agent_id)
    assert await service.get_desk(line, agent_id) == DeskSettings()


async def test_the_page_of_keys_changes_them_switches_them_off_and_takes_them_back(agent: Visit) -> None:
    await agent.open("/line/keys")
    assert re.search(r'id="field-accept" name="accept" value="Enter"', agent.page.text)
    typed = {**DEFAULT_KEYS, "search": "w", "mute": "", "sound": "true"}
    await agent.send("/line/keys", **typed)
    assert "Ihre Tasten sind gespeichert." in agent.text
    await agent.open("/line")
    assert chosen(agent) == {**DEFAULT_KEYS, "search": "w", "mute": ""}
    assert 'data-wrap-keys="false"' in agent.page.text
    assert 'data-sound="true"' in agent.page.text
    await agent.open("/line/keys")
    await agent.send("/line/keys/usual")
    await agent.open("/line")
    assert chosen(agent) == DEFAULT_KEYS
    assert 'data-wrap-keys="true"' in agent.page.text


async def test_the_page_says_which_deeds_share_a_key_and_what_is_none(agent: Visit) -> None:
    await agent.open("/line/keys")
    await agent.send("/line/keys", **{**DEFAULT_KEYS, "ready": "X", "help": "??"})
    assert agent.page.status_code == 422
    assert "Bitte geben Sie ein Zeichen, Enter oder Escape ein." in agent.text
    await agent.send("/line/keys", **{**DEFAULT_KEYS, "ready": "X"})
    assert "Diese Taste hat schon: Fremdes Gespräch verlassen" in agent.text
    assert "Diese Taste hat schon: Bereit" in agent.text
    await agent.open("/line")
    assert chosen(agent) == DEFAULT_KEYS
