"""What an entity could report, judged by its class and its names: a suggestion to be looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from types import MappingProxyType
from typing import Final

from .matching import ON
from .model import Kind

BY_CLASS: Final[Mapping[tuple[str, str], Kind]] = MappingProxyType(
    {
        ("binary_sensor", "smoke"): Kind.SMOKE,
        ("binary_sensor", "gas"): Kind.GAS,
        ("binary_sensor", "carbon_monoxide"): Kind.GAS,
        ("binary_sensor", "moisture"): Kind.WATER,
        ("event", "button"): Kind.MANUAL,
    }
)
OTHER_CLASSES: Final = frozenset(
    {
        *(
            "battery",
            "battery_charging",
            "connectivity",
            "door",
            "doorbell",
            "garage_door",
        ),
        *("heat", "light", "lock", "motion", "moving", "occupancy", "opening", "plug"),
        *("power", "presence", "problem", "running", "sound", "tamper", "update"),
        *("identify", "restart", "vibration", "window"),
    }
)
"""Classes that are no call for help, whatever the name says."""
FALL_WORDS: Final = frozenset(
    {"fall", "falls", "fallen", "sturz", "gestürzt", "sturzmelder"}
)
CALL_WORDS: Final = frozenset(
    {
        *("sos", "emergency", "panic", "pendant", "pullcord", "nurse", "cord"),
        *("notruf", "hilferuf", "notfall", "zugtaster", "zugschnur", "ruftaster"),
    }
)
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entity as it describes itself."""

    entity_id: str
    device_class: str | None = None
    name: str = ""
    """The name its device gives it."""
    options: tuple[str, ...] = ()
    """States that it can take, where it lists them."""
    is_number: bool = False


def kind_of(entity: Candidate) -> Kind | None:
    """Return what an entity most likely reports; None: nothing that calls for help."""
    domain, _, own_id = entity.entity_id.partition(".")
    known = BY_CLASS.get((domain, entity.device_class or ""))
    if known in {Kind.SMOKE, Kind.GAS, Kind.WATER}:
        return known
    if entity.device_class in OTHER_CLASSES:
        return None
    if entity.is_number or _only_says_other_things(entity):
        return None
    words = _words(own_id, entity.name, *entity.options)
    if words & FALL_WORDS:
        return Kind.FALL
    return Kind.MANUAL if words & CALL_WORDS else known


def suggest(
    entities: Iterable[Candidate], kinds: Iterable[Kind]
) -> dict[Kind, list[str]]:
    """Return the entities that could call for help, sorted by what they report."""
    found: dict[Kind, list[str]] = {kind: [] for kind in kinds}
    for entity in sorted(entities, key=lambda each: each.entity_id):
        kind = kind_of(entity)
        if kind in found:
            found[kind].append(entity.entity_id)
    return {kind: ids for kind, ids in found.items() if ids}


def _only_says_other_things(entity: Candidate) -> bool:
    """Tell whether an entity lists its states, and none of them calls."""
    said = {option.lower() for option in entity.options}
    return entity.entity_id.startswith("sensor.") and bool(said) and not said & ON


def _words(*texts: str) -> set[str]:
    """Return the words of texts in lower case: a waterfall is no fall."""
    return {word for text in texts for word in _WORD.findall(text.lower())}
