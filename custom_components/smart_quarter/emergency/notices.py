"""The words of messages that are no alarms: faults, tests of phones, announced restarts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from ..const import DOMAIN
from .fault_words import words_of
from .faults import Fault
from .messages import ACTION_PREFIX, NAMED_AT_MOST, RINGING, Detail, Message, Words

if TYPE_CHECKING:
    from .runtime import EmergencyRuntime

TEST_BUTTON: Final = f"{ACTION_PREFIX}_WORKS"


def fault_message(
    runtime: EmergencyRuntime,
    words: Words,
    titles: Mapping[str, str],
    faults: Sequence[Fault],
) -> Message:
    """Return one message about all faults that are new, by the titles of their issues.

    It passes servers outside the house, so it names no person.
    """
    title, number = words["push_fault"], len(faults)
    if runtime.messenger.detail is Detail.ANONYMOUS:
        return Message(title, words["push_faults"].format(number=number), {})
    lines = sorted(_line(runtime, words, titles, fault) for fault in faults)
    text = "\n".join(lines[:NAMED_AT_MOST])
    if number > NAMED_AT_MOST:
        more = number - NAMED_AT_MOST
        text = words["push_more"].format(places=text, number=more)
    return Message(title, text, {})


def test_message(words: Words, entry_id: str) -> Message:
    """Return the message that asks for a button; it rings like an alarm, that is its test."""
    button = f"{TEST_BUTTON}_{entry_id}"
    data = {
        "tag": button,
        "actions": [{"action": button, "title": words["button_works"]}],
        **RINGING,
    }
    return Message(words["phone_test"], words["phone_test_text"], data)


def restart_message(words: Words, house: str, *, is_over: bool) -> Message:
    """Return what is said before, or after, an announced restart."""
    text = words["restart_over"] if is_over else words["restart_soon"]
    return Message(house, text, {})


def _line(
    runtime: EmergencyRuntime, words: Words, titles: Mapping[str, str], fault: Fault
) -> str:
    """Return a fault in one line."""
    key = f"component.{DOMAIN}.issues.emergency_{fault.problem}.title"
    filled = words_of(runtime, fault)
    if fault.subject in runtime.settings.persons:
        filled["name"] = words["somebody"]
    return titles[key].format(**filled)
