"""The languages that the line speaks, their own names and their direction of writing."""

from functools import cache

from babel import Locale

# In the order of the language menu: the languages of most callers, then by German and English as common ground.
LAUNCH_LANGUAGES = ("de", "en", "tr", "ar", "ru")


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale of a BCP 47 tag."""
    return Locale.parse(language, sep="-")


def own_name(language: str) -> str:
    """The language's name in itself ("Türkçe")."""
    locale = locale_of(language)
    return locale.get_display_name(locale) or language


def direction(language: str) -> str:
    """Either rtl or ltr."""
    return locale_of(language).text_direction


def country_name(country: str, language: str) -> str:
    """A country's name in a language, by CLDR; the code itself where CLDR has none."""
    return str(locale_of(language).territories.get(country, country))
