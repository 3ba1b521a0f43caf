"""Opens the playbook: reads flows, texts, directory and knowledge, proves them, and binds them together."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.calls.codes import LAENDER, OUTCOMES, TOPICS
from app.calls.effects import EFFECTS
from app.calls.lasting_effects import LASTING
from app.calls.lasting_effects import VALUES as LASTING_VALUES
from app.calls.playbook import Playbook
from app.calls.pointing import FAMILIES, MEANS, NATIONALITIES, RESIDENCES, STARTUPS, told_reasons
from app.calls.speech import PARTS
from app.centres.check import check_directory
from app.centres.models import Directory
from app.centres.service import load_directory
from app.ivr.check import flow_faults
from app.ivr.check_texts import messages_spoken, text_faults
from app.ivr.flow import Flow, Register, TargetSpec, Wording
from app.ivr.load import FlowFault, bind, read_flow
from app.kit.errors import ContentError
from app.kit.yamlfile import read_yaml
from app.knowledge.models import ORIGINAL_LANGUAGE, STAND_IN, Knowledge
from app.knowledge.service import (
    check_knowledge,
    load_knowledge,
    spoken_numbers,
    spoken_offers,
    spoken_texts,
    spoken_titles,
)
from app.texts.approvals import OBLIGATORY, approved_languages, read_approvals
from app.texts.catalogue import legal, read_messages, unspoken
from app.texts.languages import LAUNCH_LANGUAGES
from app.texts.voices import can_say

MAIN_FLOW = "hotline"
GUARDS = frozenset(
    {"speaking_drafts", "speech_allowed", "number_may_hide", "announcement", "callbacks_off", "messages_off"}
)
TARGETS: Mapping[str, TargetSpec] = {"counselling": TargetSpec("wait"), "message": TargetSpec("record")}
# Spoken by the telephony door itself when a step went wrong.
SAFE_MESSAGES = frozenset({"safe.error", "safe.goodbye"})
# Spoken by the doors while a call waits, is connected or is made, outside of any flow.
DOOR_MESSAGES = frozenset(
    {
        "wait.comfort",
        *(f"wait.band.{band}" for band in LASTING_VALUES["wait_band"]),
        "wait.next",
        *(f"wait.key.{choice}" for choice in ("callback", "message", "woman", "also")),
        "wait.noted",
        "wait.agent_lost",
        "room.agent_away",
        "room.interpreter_joins",
        "room.colleague_joins",
        "room.supervisor",
        "room.supervisor_refused",
        *(f"called.{moment}" for moment in ("ask", "word", "later", "gone", "sorry")),
        *(f"callback.word.{word}" for word in LASTING_VALUES["agreed_word"]),
        "agent.offer",
        "agent.caller_gone",
    }
)
# Written to callers as SMS, and spoken by nobody.
WRITTEN_MESSAGES = frozenset({"sms.answered", "sms.news", "sms.centre", "sms.answer"})
# Read out by agents, in the caller's language.
AGENT_MESSAGES = frozenset({"agent.text_consent"})
# What no flow names, and is proved all the same.
OTHER_MESSAGES = SAFE_MESSAGES | DOOR_MESSAGES | WRITTEN_MESSAGES | AGENT_MESSAGES


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is read from files, before it is decided who may hear what."""

    flows: Mapping[str, Flow]
    sources: Mapping[str, str]
    register: Register
    wording: Wording
    directory: Directory
    knowledge: Knowledge


def read_content(root: Path, today: date, languages: Collection[str] = LAUNCH_LANGUAGES) -> Content:
    """Read and prove all content, texts in these languages; raises ContentError with one sentence for each fault."""
    knowledge = load_knowledge(root, languages)
    directory = load_directory(root / "knowledge_base")
    flows, sources, faults = _read_flows(root / "ivr_flows")
    wording = read_wording(root / "locales", knowledge)
    register = _register(knowledge)
    content = Content(flows, sources, register, wording, directory, knowledge)
    faults += [*_content_faults(content, today), *check_directory(root / "knowledge_base")]
    if faults:
        raise ContentError(faults)
    return content


def _read_flows(folder: Path) -> tuple[dict[str, Flow], dict[str, str], list[str]]:
    flows: dict[str, Flow] = {}
    sources: dict[str, str] = {}
    faults: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            flows[path.stem] = read_flow(path.stem, read_yaml(path))
            sources[path.stem] = path.read_text(encoding="utf-8")
        except FlowFault as fault:
            faults.append(str(fault))
        except ContentError as error:
            faults += error.faults
    return flows, sources, faults


def read_wording(locales: Path, knowledge: Knowledge) -> Wording:
    """Messages and spoken answers of every launch language, in the order of the language menu."""
    numbers = spoken_numbers(knowledge)
    return {
        language: {
            **read_messages(locales, language, numbers),
            **_legal(spoken_titles(knowledge, language)),
            **_legal(spoken_offers(knowledge, language)),
            **answers_spoken(knowledge, language),
        }
        for language in LAUNCH_LANGUAGES
    }


def answers_spoken(knowledge: Knowledge, language: str, withdrawn: frozenset[str] = frozenset()) -> Mapping[str, str]:
    """The messages of all answers in a language; one that is withdrawn says where to ask instead.

    An answer without amounts speaks the same text whether or not its amounts are valid.
    """
    answers = spoken_texts(knowledge, language, withdrawn)
    undated = {
        id_.replace("answer.", "answer_without_amount.", 1): answers.get(f"{id_}.without_amount", text)
        for id_, text in answers.items()
        if not id_.endswith(".without_amount")
    }
    return _legal({**undated, **answers})


def _legal(texts: Mapping[str, str]) -> dict[str, str]:
    return {id_: legal(text) for id_, text in texts.items()}


def _register(knowledge: Knowledge) -> Register:
    """The names that flows may use; rules and follow-ups of countries are answers of their own."""
    ids = frozenset(knowledge.answers)
    rules = frozenset(id_ for id_ in ids if id_.startswith("rule-"))
    follow_ups = frozenset(id_ for id_ in ids if id_.startswith("follow-up-"))
    values = {
        "topic": ids - rules - follow_ups - {STAND_IN},
        "offer": frozenset(knowledge.conditions.offers),
        "offer_reason": told_reasons(knowledge),
        "startup": frozenset(STARTUPS),
        "nationality": NATIONALITIES,
        "residence": frozenset(RESIDENCES),
        "family": frozenset(FAMILIES),
        "means": frozenset(MEANS),
        "rule": rules,
        "follow_up": follow_ups,
        "count_topic": frozenset(TOPICS),
        "land": frozenset(LAENDER),
        "country": frozenset(knowledge.countries),
        "reason": frozenset({"catchment", "nearest", "land", "nationwide", "also"}),
        "centre_kind": frozenset({"independent", "authority"}),
        "other_kind": frozenset({"independent", "authority", "none"}),
        "contact": frozenset({"phone", "address", "web", "none"}),
        "freshness": frozenset({"confirmed", "dated", "undated", "unreachable"}),
        **LASTING_VALUES,
    }
    counts = {
        "language": frozenset(LAUNCH_LANGUAGES),
        "topic": frozenset(TOPICS),
        "land": frozenset(LAENDER),
        "outcome": frozenset(OUTCOMES),
    }
    effects = {**{name: effect.spec for name, effect in EFFECTS.items()}, **LASTING}
    return Register(effects, GUARDS, TARGETS, values, PARTS, counts)


def _content_faults(content: Content, today: date) -> list[str]:
    spoken = messages_spoken(content.flows, content.register) | OTHER_MESSAGES
    orphans = unspoken(content.wording["de"], spoken)
    return [
        *flow_faults(MAIN_FLOW, content.flows, content.register),
        *text_faults(
            content.flows, content.register, content.wording, lambda language, _: can_say(language), OTHER_MESSAGES
        ),
        *(f"{id_}: this message is in the catalogue, but nothing speaks it." for id_ in orphans if not _is_answer(id_)),
        *check_knowledge(content.knowledge, LAUNCH_LANGUAGES, today),
        *_unguarded_amounts(content),
        *_dated_offers(content.knowledge),
    ]


def _unguarded_amounts(content: Content) -> Iterator[str]:
    """Only the information flow looks whether an amount is still valid, so no other answer may name one."""
    for id_, answer in content.knowledge.answers.items():
        guarded = not answer.sensitive and not id_.startswith(("rule-", "follow-up-"))
        if not guarded and f"answer.{id_}.without_amount" in content.wording["de"]:
            yield f"{id_}: this answer names an amount, but it is spoken where nobody checks its date."


def _is_answer(id_: str) -> bool:
    return id_.startswith(("answer.", "answer_without_amount."))


def _dated_offers(knowledge: Knowledge) -> Iterator[str]:
    """What a programme's text says is spoken whatever the day."""
    for id_ in knowledge.conditions.offers:
        text = knowledge.offer_texts.get(ORIGINAL_LANGUAGE, {}).get(id_)
        if text is not None and "{amount" in text.spoken:
            yield f"{id_}: this programme's spoken text names an amount, but nobody checks its date."


def open_playbook(  # noqa: PLR0913  What the operator decides.
    content: Content,
    *,
    root: Path,
    production: bool,
    speak_drafts: bool,
    today: Callable[[], date],
    allow_speech: bool = False,
    may_hide: bool = False,
) -> Playbook:
    """Decide who may hear what: production speaks approved languages only; a pilot also speaks drafts in others.

    Raises ContentError where production has no approved German and English texts.
    """
    approved = approved_languages(read_approvals(root / "locales" / "approvals.yaml"), content.wording)
    missing = [language for language in OBLIGATORY if language not in approved]
    if production and missing:
        raise ContentError([f"The texts in {language} are not approved for production." for language in missing])
    drafts = speak_drafts or not production
    languages = [language for language in content.wording if drafts or language in approved]
    wording = {language: content.wording[language] for language in languages}
    return Playbook(
        book=bind(MAIN_FLOW, content.flows, content.register, wording, content.sources),
        wording=wording,
        directory=content.directory,
        knowledge=content.knowledge,
        guards={
            "speaking_drafts": drafts and set(languages) != approved,
            "speech_allowed": allow_speech or not production,
            "number_may_hide": may_hide or not production,
        },
        confirmed_only=production,
        trusted_languages=approved if production else frozenset(languages),
        today=today,
    )
