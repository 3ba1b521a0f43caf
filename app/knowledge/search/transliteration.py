"""Writes words of other scripts in Latin letters, as roughly as people do who lack the keyboard."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

Script = Literal["latin", "cyrillic", "arabic", "georgian", "ethiopic", "greek", "armenian", "hebrew", "other"]

_SCRIPT_NAMES: dict[str, Script] = {
    "LATIN": "latin",
    "CYRILLIC": "cyrillic",
    "ARABIC": "arabic",
    "GEORGIAN": "georgian",
    "ETHIOPIC": "ethiopic",
    "GREEK": "greek",
    "ARMENIAN": "armenian",
    "HEBREW": "hebrew",
}
_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "z", "з": "z", "и": "i", "й": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ф": "f", "х": "h", "ц": "c", "ч": "c", "ш": "s", "щ": "s", "ъ": "", "ы": "i", "ь": "", "э": "e",
        "ю": "u", "я": "a", "ё": "e", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ђ": "d", "ј": "i", "љ": "l",
        "њ": "n", "ћ": "c", "џ": "d", "ѓ": "g", "ќ": "k", "ѕ": "z",
    }
)  # fmt: skip
_GEORGIAN = str.maketrans(
    {
        "ა": "a", "ბ": "b", "გ": "g", "დ": "d", "ე": "e", "ვ": "v", "ზ": "z", "თ": "t", "ი": "i", "კ": "k",
        "ლ": "l", "მ": "m", "ნ": "n", "ო": "o", "პ": "p", "ჟ": "z", "რ": "r", "ს": "s", "ტ": "t", "უ": "u",
        "ფ": "p", "ქ": "k", "ღ": "g", "ყ": "k", "შ": "s", "ჩ": "c", "ც": "c", "ძ": "d", "წ": "c", "ჭ": "c",
        "ხ": "h", "ჯ": "d", "ჰ": "h",
    }
)  # fmt: skip
# What people type in Latin letters for one letter of their own, brought to the letter that the tables above give.
_SOUNDS = (
    ("shch", "s"), ("sch", "s"), ("sh", "s"), ("zh", "z"), ("kh", "h"), ("ch", "c"), ("ts", "c"), ("tz", "c"),
    ("dzh", "d"), ("dj", "d"), ("dz", "d"), ("gh", "g"), ("ph", "p"),
    ("ya", "a"), ("ja", "a"), ("ia", "a"), ("yu", "u"), ("ju", "u"), ("iu", "u"), ("yo", "e"), ("jo", "e"),
    ("ye", "e"), ("je", "e"), ("w", "v"), ("y", "i"), ("j", "i"), ("q", "k"), ("x", "h"), ("ii", "i"),
)  # fmt: skip
_SOUND = re.compile("|".join(written for written, _ in _SOUNDS))
_SOUND_OF = dict(_SOUNDS)

# Arabic letters as the consonants that a Latin writer keeps; long vowels are written in many ways and left out.
_CONSONANT = str.maketrans(
    {
        "ب": "b", "ت": "t", "ث": "t", "ج": "j", "ح": "h", "خ": "h", "د": "d", "ذ": "d", "ر": "r", "ز": "z",
        "س": "s", "ش": "s", "ص": "s", "ض": "d", "ط": "t", "ظ": "z", "غ": "g", "ف": "f", "ق": "k", "ك": "k",
        "ل": "l", "م": "m", "ن": "n", "ه": "h", "پ": "b", "چ": "j", "ژ": "j", "گ": "g", "ڤ": "f", "ة": "",
        "ا": "", "أ": "", "إ": "", "آ": "", "ء": "", "ع": "", "و": "", "ؤ": "", "ي": "", "ئ": "", "ٱ": "",
    }
)  # fmt: skip
_LATIN_CONSONANTS = (
    ("sch", "s"), ("sh", "s"), ("ch", "j"), ("kh", "h"), ("gh", "g"), ("th", "t"), ("dh", "d"), ("ph", "f"),
    ("zh", "j"), ("5", "h"), ("7", "h"), ("9", "s"), ("8", "g"), ("6", "t"), ("2", ""), ("3", ""), ("4", ""),
    ("q", "k"), ("c", "k"), ("v", "f"), ("x", "h"), ("p", "b"),
)  # fmt: skip
_LATIN_CONSONANT = re.compile("|".join(written for written, _ in _LATIN_CONSONANTS))
_LATIN_CONSONANT_OF = dict(_LATIN_CONSONANTS)
_SOFT = re.compile(r"[aeiouyw']")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=4096)
def _script_of_letter(letter: str) -> Script:
    return _SCRIPT_NAMES.get(unicodedata.name(letter, "").partition(" ")[0], "other")


def script_of(text: str) -> Script:
    """The script that most letters of a text are written in; a text without letters counts as Latin."""
    counts: dict[Script, int] = {}
    for letter in text:
        if letter.isalpha():
            script = _script_of_letter(letter)
            counts[script] = counts.get(script, 0) + 1
    return max(counts, key=counts.__getitem__, default="latin")


def sounds(token: str) -> str:
    """A folded word of a Slavic language or of Georgian as its sounds, from its own script or typed in Latin.

    `деньги`, `dengi` and `den'gi` are the same.
    """
    token = token.translate(_CYRILLIC).translate(_GEORGIAN)
    return _DOUBLED.sub(r"\1", _SOUND.sub(lambda written: _SOUND_OF[written[0]], token))


def skeleton(token: str) -> str:
    """The consonants of a folded Arabic or Persian word, from its own script or typed in Latin with digits for letters.

    `جواز`, `jawaz` and `jawaaz` are the same.
    """
    if script_of(token) == "arabic":
        return _DOUBLED.sub(r"\1", token.translate(_CONSONANT))
    consonants = _LATIN_CONSONANT.sub(lambda written: _LATIN_CONSONANT_OF[written[0]], token)
    return _DOUBLED.sub(r"\1", _SOFT.sub("", consonants))
