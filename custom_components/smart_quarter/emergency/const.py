"""Keys of the stored settings of a house, its places, persons and policies."""

from typing import Final

SYSTEM: Final = "emergency"
HOUSE_MODEL: Final = "Emergency system"
PLACE_MODEL: Final = "Place"

SUBENTRY_PLACE: Final = "place"
SUBENTRY_PERSON: Final = "person"
SUBENTRY_POLICY: Final = "policy"
SUBENTRY_TABLE: Final = "place_table"
"""Never stored: it is the way to many places at once."""

# House
CONF_PUSH_DETAIL: Final = "push_detail"

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
