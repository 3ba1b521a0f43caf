"""Guesses the language of a question from its script, its letters and the words that the texts know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.knowledge.search.folding import fold
from app.knowledge.search.transliteration import script_of, skeleton, sounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from app.knowledge.search.transliteration import Script

# Letters that one language has and its neighbours in the same script do not.
_OWN_LETTERS = {
    "uk": "іїєґ",
    "mk": "ѓќѕ",
    "sr": "ђћ",
    "ru": "ыэъё",
    "ckb": "ۆەڕڵێ",
    "ps": "ټډړښځڅڼۍ",
    "ur": "ٹڈڑںے",
    "fa": "پچژگ",
}
# Little words of languages in Latin letters that the content is not in, folded, and letters that only they have.
_LITTLE_WORDS: Mapping[str, str] = {
    "az": "men ve ucun var yox nece hara olar bilerem isteyirem mene",
    "hu": "nem hogy vagyok van nekem mit hol mennyi szeretnek haza es az",
    "it": "non sono ho di che il della posso voglio dove quanto mio mi",
    "pl": "nie jak czy jest moge mam sie chce gdzie ile dla mnie co",
    "pt": "nao eu tenho posso quero onde quanto meu minha para como",
    "ro": "nu sa si cum unde este sunt pot vreau am cat pentru acasa",
    "so": "waxaan ma sidee xagee waa iyo inaan karaa dalka lacag aniga",
    "vi": "toi khong co la cho duoc nhu the nao ve nuoc bao nhieu",
}
_LATIN_LETTERS: Mapping[str, str] = {
    "az": "ə",
    "hu": "őű",
    "pl": "ąęłńśźż",
    "pt": "ãõ",
    "ro": "ăț",
    "vi": "ơưạảấầẩậắặẻẽếềểệịọốồổộớờởợụủứừữự",
}
_ONLY_LANGUAGE: Mapping[Script, str] = {
    "georgian": "ka",
    "ethiopic": "ti",
    "greek": "el",
    "armenian": "hy",
    "hebrew": "he",
}
_FALLBACK: Mapping[Script, str] = {"cyrillic": "ru", "arabic": "ar"}
_DEFAULT = "de"
_SHORTEST_SKELETON = 3
# A word typed in Latin letters that sounds like a known one of another script says less than a word spelt alike.
_TYPED_IN_LATIN: Mapping[Script, float] = {"cyrillic": 0.8, "georgian": 0.8, "arabic": 0.5}


def rough_forms(folded_words: Iterable[str]) -> frozenset[str]:
    """The words of a language as somebody would type them who has only Latin letters; folded words stay themselves."""
    return frozenset(form for word in folded_words for form in (word, _rough(word)) if form)


def _rough(folded: str) -> str:
    if script_of(folded) == "arabic":
        consonants = skeleton(folded).removesuffix("h")
        return consonants if len(consonants) >= _SHORTEST_SKELETON else ""
    return sounds(folded)


def best_language(words: Sequence[str], rough: Mapping[str, frozenset[str]], scripts: Mapping[str, Script]) -> str:
    """The language that knows most of the cleaned words of a question; German where none knows any."""
    text = " ".join(words)
    script = script_of(text)
    own = _own_letters(text)
    if script in _FALLBACK and any(own[language] for language in own if language not in rough):
        return max((language for language in own if language not in rough), key=own.__getitem__)
    likely = likely_languages(words, rough, scripts)
    if script == "latin" and (other := _without_texts(words, rough, likely[:1])):
        return other
    if likely and script in ("latin", *scripts.values()):
        return likely[0]
    return _ONLY_LANGUAGE.get(script) or _FALLBACK.get(script, _DEFAULT)


def _without_texts(words: Sequence[str], rough: Mapping[str, frozenset[str]], likely: Sequence[str]) -> str | None:
    """The language without texts that shows more signs of itself than the likely one knows words of the question."""
    folded = [fold(word) for word in words]
    signs = {
        language: len(set(folded) & set(little.split()))
        + len(set("".join(words)) & set(_LATIN_LETTERS.get(language, "")))
        for language, little in _LITTLE_WORDS.items()
        if language not in rough
    }
    best = max(signs, key=signs.__getitem__, default=_DEFAULT)
    known = max((sum(word in rough[language] for word in folded) for language in likely), default=0)
    return best if signs.get(best, 0) > known else None


def likely_languages(
    words: Sequence[str], rough: Mapping[str, frozenset[str]], scripts: Mapping[str, Script]
) -> list[str]:
    """The languages of the texts that know words of the question, those that know most of them first."""
    text = " ".join(words)
    asked, own = script_of(text), _own_letters(text)
    folded = [fold(word) for word in words]
    # Words written like the texts count fully, those that only sound like them a little less.
    forms = {script: (share, _typed(folded, script)) for script, share in _TYPED_IN_LATIN.items() if asked == "latin"}
    forms[asked] = (1.0, folded)
    nothing: tuple[float, list[str]] = (0.0, [])
    known: dict[str, float] = {}
    for language, spelt in rough.items():
        share, written = forms.get(scripts[language], nothing)
        known[language] = own.get(language, 0) + share * sum(form in spelt for form in written)
    return [language for language in sorted(known, key=known.__getitem__, reverse=True) if known[language] > 0]


def _own_letters(text: str) -> dict[str, int]:
    return {language: sum(letter in letters for letter in text) for language, letters in _OWN_LETTERS.items()}


def _typed(folded: Sequence[str], written: Script) -> list[str]:
    """Words in Latin letters as they sound in texts of another script."""
    forms = (skeleton(word).removesuffix("h") if written == "arabic" else sounds(word) for word in folded)
    return [form for form in forms if len(form) >= _SHORTEST_SKELETON]
