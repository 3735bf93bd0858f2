"""The texts: complete in every language, and nothing in them that Home Assistant cannot show."""

import re

import pytest

from .project import LANGUAGES, Json, flat, translations

TOP_KEYS = {
    *("common", "conditions", "config", "config_panel", "config_subentries"),
    *("conversation", "device", "device_automation", "entity", "entity_component"),
    *("exceptions", "issues", "options", "preview_features", "selector", "services"),
    *("system_health", "title", "triggers"),
}
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)\}")
HTML = re.compile(r"</?[a-z][^>]*>", re.IGNORECASE)
FAMILIAR = re.compile(r"\b(?:du|dich|dir|dein\w*|euch|euer\w*)\b", re.IGNORECASE)
OTHERS = [language for language in LANGUAGES if language != "en"]


def faults(texts: dict[str, str]) -> list[str]:
    """Return the keys of texts that cannot be shown as they are."""
    return [key for key, text in texts.items() if _is_faulty(text)]


def _is_faulty(text: str) -> bool:
    """Tell whether a text is empty, ragged, a reference, or contains HTML or an address."""
    return (
        not text.strip()
        or text != text.strip()
        or any(line != line.rstrip() for line in text.split("\n"))
        or "[%key:" in text
        or "://" in text
        or HTML.search(text) is not None
    )


def other_placeholders(one: dict[str, str], two: dict[str, str]) -> list[str]:
    """Return the keys of texts that are filled in differently."""
    return [
        key
        for key in one.keys() & two.keys()
        if set(PLACEHOLDER.findall(one[key])) != set(PLACEHOLDER.findall(two[key]))
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_known_kinds_of_texts(language: str) -> None:
    assert set(translations(language)) <= TOP_KEYS


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_texts_can_be_shown(language: str) -> None:
    assert faults(flat(translations(language))) == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_texts(language: str) -> None:
    english, other = flat(translations("en")), flat(translations(language))
    assert other.keys() - english.keys() == set()
    assert english.keys() - other.keys() == set()


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_fills_in_the_same(language: str) -> None:
    assert (
        other_placeholders(flat(translations("en")), flat(translations(language))) == []
    )


def test_german_says_sie() -> None:
    texts = flat(translations("de"))
    assert [key for key, text in texts.items() if FAMILIAR.search(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        " Zone",
        "Zone ",
        "Line \nline",
        "<b>Zone</b>",
        "[%key:common::x%]",
        "See https://example.org",
    ],
)
def test_a_text_that_cannot_be_shown_is_found(text: str) -> None:
    assert faults({"key": text}) == ["key"]


def test_texts_that_are_filled_in_differently_are_found() -> None:
    english: Json = {"a": {"b": "{zone} is dry", "c": "{zone}"}}
    german: Json = {"a": {"b": "{Zone} ist trocken", "c": "{zone}"}}
    assert other_placeholders(flat(english), flat(german)) == ["a.b"]
