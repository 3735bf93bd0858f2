"""What the forms of the emergency system refuse: each check names a field and a sentence."""

from collections.abc import Iterator

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.util import slugify
from yarl import URL

from ..forms import Finding, Form, check_entities, check_name, names_taken
from .const import (
    CONF_ACTIVITY,
    CONF_CALENDAR,
    CONF_CHECK_IN_UNTIL,
    CONF_CONSENT,
    CONF_DAY_INACTIVITY_H,
    CONF_FIRST,
    CONF_HEARTBEAT_URL,
    CONF_INACTIVITY_H,
    CONF_LIFELINES,
    CONF_NOTIFIERS,
    CONF_PERSONS,
    CONF_PHONES,
    CONF_PIN,
    CONF_PLACE,
    CONF_REPEAT_S,
    CONF_ROLE,
    CONF_SILENT_H,
    CONF_SPEAKERS,
    CONF_STEP_S,
    CONF_TTS,
    CONF_USER,
    CONF_WEEKDAYS,
    SUBENTRY_PERSON,
    SYSTEM,
)
from .flow_schema import KINDS
from .model import EVERYBODY, MAX_REPEAT_S, ON_DUTY, Role
from .pins import UNCHANGED, is_pin, owner_of
from .settings import BOUND, CARE, MINUTE_KEYS, STAY_KEYS, WATCHING
from .ways import STEP_KEYS, WAY_KEYS

LEAST_S = 10
LONGEST_H = 24 * 7
LONGEST_INACTIVITY_H = 48
LONGEST_STAY_MIN = 720


def check_house(
    hass: HomeAssistant, form: Form, own_entry_id: str | None
) -> Iterator[Finding]:
    """Check the form of a house."""
    taken = names_taken(hass, SYSTEM, own_entry_id)
    yield from check_name(form, taken, slugify)
    url = form.get(CONF_HEARTBEAT_URL)
    if url and (URL(url).scheme not in {"http", "https"} or not URL(url).host):
        yield CONF_HEARTBEAT_URL, "url_invalid"
    yield from check_entities(hass, form, (CONF_CALENDAR, CONF_LIFELINES))


def check_place(
    hass: HomeAssistant, form: Form, entry: ConfigEntry, own_id: str | None
) -> Iterator[Finding]:
    """Check the form of a place."""
    yield from check_name(form, _titles(entry, own_id))
    yield from check_entities(hass, form, tuple(kind.value for kind in KINDS))
    if any(form.get(kind) for kind in WATCHING) and not form[CONF_CONSENT]:
        yield CONF_CONSENT, "consent_missing"
    hours = form.get(CONF_SILENT_H)
    if hours is not None and not 1 <= hours <= LONGEST_H:
        yield CONF_SILENT_H, "hours_range"


def check_watch(hass: HomeAssistant, form: Form, consent: bool) -> Iterator[Finding]:
    """Check how a place is watched; only a check-in needs no consent."""
    stays = tuple(STAY_KEYS.values())
    yield from check_entities(hass, form, (CONF_ACTIVITY, *stays))
    limits = {key: form.get(key) for key in (CONF_INACTIVITY_H, CONF_DAY_INACTIVITY_H)}
    for key, hours in limits.items():
        if hours and not 1 <= hours <= LONGEST_INACTIVITY_H:
            yield key, "inactivity_range"
        if hours and not form.get(CONF_ACTIVITY):
            yield CONF_ACTIVITY, "activity_missing"
    for key in MINUTE_KEYS.values():
        if not 1 <= form[key] <= LONGEST_STAY_MIN:
            yield key, "minutes_range"
    watches = [key for key in (CONF_ACTIVITY, *stays) if form.get(key)]
    if watches and not consent:
        yield watches[0], "consent_missing"
    if not (watches or form.get(CONF_CHECK_IN_UNTIL) or any(limits.values())):
        yield CONF_CHECK_IN_UNTIL, "watch_empty"


def check_person(
    hass: HomeAssistant, form: Form, entry: ConfigEntry, own_id: str | None
) -> Iterator[Finding]:
    """Check the form of a person."""
    yield from check_name(form, _titles(entry, own_id))
    yield from check_entities(hass, form, (CONF_NOTIFIERS,))
    user = form.get(CONF_USER)
    others = [
        part
        for part in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if part.subentry_id != own_id
    ]
    if user and any(part.data.get(CONF_USER) == user for part in others):
        yield CONF_USER, "user_taken"
    pin, known = form.get(CONF_PIN), entry.subentries.get(own_id or "")
    stays = pin == UNCHANGED and known is not None and CONF_PIN in known.data
    if pin and not is_pin(pin) and not stays:
        yield CONF_PIN, "pin_digits"
    role = Role(form[CONF_ROLE])
    if role in BOUND and not form.get(CONF_PLACE):
        yield CONF_PLACE, "place_missing"
    if role is Role.CARETAKER and not _has_channel(form):
        yield CONF_PHONES, "channel_missing"


def check_pin(pin: str, entry: ConfigEntry, own_id: str | None) -> Iterator[Finding]:
    """Refuse the PIN of another person; blocks for milliseconds per person."""
    others = {
        part.subentry_id: part.data
        for part in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if part.subentry_id != own_id
    }
    if owner_of(others, pin) is not None:
        yield CONF_PIN, "pin_taken"


def check_policy(
    hass: HomeAssistant, form: Form, entry: ConfigEntry, own_id: str | None
) -> Iterator[Finding]:
    """Check the form of a policy."""
    yield from check_name(form, _titles(entry, own_id))
    yield from check_entities(hass, form, (*WAY_KEYS, CONF_TTS))
    if form.get(CONF_SPEAKERS) and not form.get(CONF_TTS):
        yield CONF_TTS, "tts_missing"
    told = {target for key in STEP_KEYS for target in form.get(key, ())}
    if not form[CONF_FIRST]:
        yield CONF_FIRST, "targets_missing"
    elif not _reaches_somebody(entry, told):
        yield CONF_FIRST, "nobody_reachable"
    for key in (CONF_STEP_S, CONF_REPEAT_S):
        if (seconds := form.get(key)) is None:
            continue
        if not LEAST_S <= seconds <= MAX_REPEAT_S:
            yield key, "seconds_range"


def check_shift(
    form: Form, entry: ConfigEntry, own_id: str | None
) -> Iterator[Finding]:
    """Check the form of a shift."""
    yield from check_name(form, _titles(entry, own_id))
    if not form[CONF_PERSONS]:
        yield CONF_PERSONS, "targets_missing"
    elif not _reaches_somebody(entry, set(form[CONF_PERSONS])):
        yield CONF_PERSONS, "nobody_reachable"
    if not form[CONF_WEEKDAYS]:
        yield CONF_WEEKDAYS, "weekdays_missing"


def _reaches_somebody(entry: ConfigEntry, told: set[str]) -> bool:
    """Tell whether any target stands for a person who can be told."""
    return any(
        _has_channel(part.data)
        for part in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if part.subentry_id in told
        or (told & {EVERYBODY, ON_DUTY} and Role(part.data[CONF_ROLE]) in CARE)
    )


def _has_channel(person: Form) -> bool:
    """Tell whether there is a way to reach a person."""
    return bool(person.get(CONF_PHONES) or person.get(CONF_NOTIFIERS))


def _titles(entry: ConfigEntry, own_id: str | None) -> set[str]:
    """Return the names of all other parts of a house."""
    return {
        part.title.casefold()
        for part in entry.subentries.values()
        if part.subentry_id != own_id
    }
