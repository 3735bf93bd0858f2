"""The cells of a table of places: sources with their limits or words, as people write them."""

from collections.abc import Iterable
from enum import StrEnum
import re
from typing import Any, Final

from .const import CONF_ABOVE, CONF_BELOW, CONF_ENTITY, CONF_WORDS
from .matching import number_of
from .settings import Settings

RULE_KEYS: Final = (CONF_ABOVE, CONF_BELOW, CONF_WORDS)
BETWEEN_SOURCES: Final = "|"
BETWEEN_WORDS: Final = "/"
_SOURCE: Final = re.compile(
    r"(?P<entity>\w+\.\w+)(?P<limits>(?:[<>][^<>=]*)*)(?:=(?P<words>.*))?", re.DOTALL
)
_LIMIT: Final = re.compile(r"([<>])([^<>]*)")
_PLAIN: Final = re.compile(r"[\w .:/<>=|-]*")


class Trouble(StrEnum):
    """What can be wrong in a table; each is a sentence for the user."""

    EMPTY = "empty"
    COLUMN_MISSING = "column_missing"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_TWICE = "column_twice"
    CELL_COUNT = "cell_count"
    QUOTES = "quotes"
    NUMBER_MISSING = "number_missing"
    NUMBER_TWICE = "number_twice"
    NUMBER_TAKEN = "number_taken"
    POLICY_UNKNOWN = "policy_unknown"
    AREA_UNKNOWN = "area_unknown"
    YES_OR_NO = "yes_or_no"
    CONSENT_MISSING = "consent_missing"
    SOURCE_UNREADABLE = "source_unreadable"
    SOURCE_TWICE = "source_twice"
    ENTITY_UNKNOWN = "entity_unknown"
    OWN_ENTITY = "own_entity"
    DOMAIN_UNFIT = "domain_unfit"
    LIMIT_NOT_SENSOR = "limit_not_sensor"
    LIMIT_MISSING = "limit_missing"
    LIMITS_CROSSED = "limits_crossed"


def clean_words(words: Iterable[str]) -> list[str]:
    """Return words as they are compared: in lower case, each once."""
    cleaned = (word.strip().lower() for word in words)
    return list(dict.fromkeys(word for word in cleaned if word))


def sources_in(cell: str) -> list[str]:
    """Return the sources of a cell: between `|`, or else between blanks."""
    parts = cell.split(BETWEEN_SOURCES) if BETWEEN_SOURCES in cell else cell.split()
    return [part.strip() for part in parts if part.strip()]


def read_source(text: str) -> dict[str, Any] | Trouble:
    """Return an entity with its rule: `sensor.a>50<5` or `sensor.a=help/sos`."""
    if (found := _SOURCE.fullmatch(text)) is None:
        return Trouble.SOURCE_UNREADABLE
    source: dict[str, Any] = {CONF_ENTITY: found["entity"].lower()}
    for mark, limit in _LIMIT.findall(found["limits"]):
        key = CONF_ABOVE if mark == ">" else CONF_BELOW
        number = number_of(limit.strip().replace(",", "."))
        if number is None or key in source:
            return Trouble.SOURCE_UNREADABLE
        source[key] = number
    if crossed(source):
        return Trouble.LIMITS_CROSSED
    if found["words"] is None:
        return source
    words = clean_words(found["words"].split(BETWEEN_WORDS))
    if not words or len(source) > 1:
        return Trouble.SOURCE_UNREADABLE
    return source | {CONF_WORDS: words}


def crossed(source: Settings) -> bool:
    """Tell whether every number would call."""
    above, below = source.get(CONF_ABOVE), source.get(CONF_BELOW)
    return above is not None and below is not None and above < below


def write_sources(sources: Iterable[Settings]) -> str:
    """Return the cell of some sources."""
    written = [_write_source(source) for source in sources]
    if all(each.split() == [each] for each in written):
        return " ".join(written)
    return BETWEEN_SOURCES.join([*written, ""])


def quoted(cell: str) -> str:
    """Return a cell so that it can be read again, whatever it contains."""
    if _PLAIN.fullmatch(cell):
        return cell
    return '"{}"'.format(cell.replace('"', '""'))


def _write_source(source: Settings) -> str:
    """Return a source with its rule."""
    text: str = source[CONF_ENTITY]
    for mark, key in ((">", CONF_ABOVE), ("<", CONF_BELOW)):
        if (limit := source.get(key)) is not None:
            text += f"{mark}{limit!r}"
    if words := source.get(CONF_WORDS):
        text += f"={BETWEEN_WORDS.join(words)}"
    return text
