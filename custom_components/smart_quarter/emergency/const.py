"""Keys of the stored settings of a house, its places, persons and policies."""

from typing import Final

SYSTEM: Final = "emergency"
HOUSE_MODEL: Final = "Emergency system"
PLACE_MODEL: Final = "Place"

SUBENTRY_PLACE: Final = "place"
SUBENTRY_PERSON: Final = "person"
SUBENTRY_POLICY: Final = "policy"
SUBENTRY_SHIFT: Final = "shift"
SUBENTRY_TABLE: Final = "place_table"
"""Never stored: it is the way to many places at once."""

# House
CONF_PUSH_DETAIL: Final = "push_detail"
CONF_HEARTBEAT_URL: Final = "heartbeat_url"
CONF_CALENDAR: Final = "calendar"
CONF_LIFELINES: Final = "lifelines"
CONF_WEEKLY_TEST: Final = "weekly_test"

# Place
CONF_SOURCES: Final = "sources"
CONF_SOURCE_ID: Final = "source_id"
CONF_KIND: Final = "kind"
CONF_ENTITY: Final = "entity_id"
CONF_ABOVE: Final = "above"
CONF_BELOW: Final = "below"
CONF_WORDS: Final = "words"
CONF_AREA: Final = "area"
CONF_POLICY: Final = "policy"
CONF_CONSENT: Final = "consent"
CONF_SILENT_H: Final = "silent_h"
CONF_WATCH: Final = "watch"
CONF_ACTIVITY: Final = "activity"
CONF_INACTIVITY_H: Final = "inactivity_h"
CONF_DAY_INACTIVITY_H: Final = "day_inactivity_h"
CONF_SLEEP_BEGINS: Final = "sleep_begins"
CONF_SLEEP_ENDS: Final = "sleep_ends"
CONF_CHECK_IN_UNTIL: Final = "check_in_until"
CONF_ACTIVITY_IS_CHECK_IN: Final = "activity_is_check_in"
CONF_BED: Final = "bed"
CONF_BATHROOM: Final = "bathroom"
CONF_DOOR: Final = "door"

# Person
CONF_ROLE: Final = "role"
CONF_USER: Final = "user"
CONF_PIN: Final = "pin"
CONF_PHONES: Final = "phones"
CONF_NOTIFIERS: Final = "notifiers"
CONF_PLACE: Final = "place"

# Policy
CONF_FIRST: Final = "first"
CONF_SECOND: Final = "second"
CONF_LAST: Final = "last"
CONF_STEP_S: Final = "step_s"
CONF_REPEAT_S: Final = "repeat_s"
CONF_SIRENS: Final = "sirens"
CONF_LIGHTS: Final = "lights"
CONF_SPEAKERS: Final = "speakers"
CONF_TTS: Final = "tts"
CONF_SCRIPTS: Final = "scripts"
CONF_WAYS_FROM: Final = "ways_from"

# Shift
CONF_PERSONS: Final = "persons"
CONF_WEEKDAYS: Final = "weekdays"
CONF_START: Final = "start"
CONF_END: Final = "end"
