"""The lines of the journal: what they hold, and what breaks their chain."""

from datetime import UTC, datetime
from hashlib import sha256
import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_quarter.emergency.chain import (
    GENESIS,
    VERSION,
    Line,
    NewerJournalError,
    Tail,
    follows,
    read_line,
    write_line,
)
from custom_components.smart_quarter.emergency.codec import CorruptJournalError

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
ENTRY: dict[str, Any] = {"word": "alarm", "by": "pendant", "detail": {"late": True}}
CHANGE: dict[str, Any] = {"raised": ["pendant"]}
FIRST = (
    '{"at":"2026-07-01T12:00:00+00:00","change":{"raised":["pendant"]},'
    '"entries":[{"by":"pendant","detail":{"late":true},"word":"alarm"}],'
    '"hash":"c0ffee","prev":"' + GENESIS + '","seq":1,"v":1}'
)
"""How the first line of a journal has been written since the first release."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)
json_objects = st.dictionaries(st.text(), json_values, max_size=4)


def chained(count: int, tail: Tail | None = None) -> list[Line]:
    """Return lines that follow each other."""
    lines, tail = [], tail or Tail()
    for number in range(count):
        text, tail = write_line(tail, NOW, [], {"raised": [f"source_{number}"]})
        lines.append(read_line(text))
    return lines


def unbroken(lines: list[Line]) -> bool:
    """Tell whether lines follow each other from the start of a journal."""
    tails = [Tail(), *(line.tail for line in lines)]
    return all(follows(line, tail) for line, tail in zip(lines, tails, strict=False))


def of_version(version: object) -> str:
    """Return a line that another version wrote, with the right hash."""
    content = json.loads(write_line(Tail(), NOW, [ENTRY], CHANGE)[0])
    del content["hash"]
    content["v"] = version
    return json.dumps({**content, "hash": digest(content)})


def digest(content: dict[str, Any]) -> str:
    """Return the hash as the format describes it."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def test_a_line_is_written_as_ever() -> None:
    text, tail = write_line(Tail(), NOW, [ENTRY], CHANGE)
    assert text.replace(tail.hash, "c0ffee") == FIRST
    assert tail.seq == 1


def test_the_hash_can_be_checked_with_any_tool() -> None:
    text, tail = write_line(Tail(7, "ab" * 32), NOW, [ENTRY], CHANGE)
    content = json.loads(text)
    assert content.pop("hash") == tail.hash == digest(content)


@given(
    seq=st.integers(min_value=0, max_value=10**12),
    at=st.datetimes(timezones=st.just(UTC)),
    entries=st.lists(json_objects, max_size=3),
    change=json_objects,
)
def test_what_was_written_is_read_again(
    seq: int,
    at: datetime,
    entries: list[dict[str, Any]],
    change: dict[str, Any],
) -> None:
    tail = Tail(seq, "ab" * 32)
    text, after = write_line(tail, at, entries, change)
    line = read_line(text)
    assert (line.at, list(line.entries), line.change) == (at, entries, change)
    assert line.tail == after
    assert follows(line, tail)


@given(change=json_objects)
def test_a_line_has_no_end_within(change: dict[str, Any]) -> None:
    text, _ = write_line(Tail(), NOW, [], change)
    assert text.splitlines() == [text]
    assert text.isascii()


def test_the_lines_of_a_journal_follow_each_other() -> None:
    assert unbroken(chained(4))


def test_the_same_event_has_another_hash_later_in_the_chain() -> None:
    first, tail = write_line(Tail(), NOW, [ENTRY], CHANGE)
    second, _ = write_line(tail, NOW, [ENTRY], CHANGE)
    assert read_line(first).hash != read_line(second).hash


@pytest.mark.parametrize(
    "order",
    [(1, 2, 3), (0, 2, 3), (0, 1, 1, 2), (0, 2, 1, 3), (1, 0, 2, 3)],
    ids=["first missing", "one missing", "one twice", "two swapped", "first later"],
)
def test_a_chain_breaks_when_lines_are_missing_or_out_of_order(
    order: tuple[int, ...],
) -> None:
    lines = chained(4)
    assert not unbroken([lines[number] for number in order])


def test_a_line_of_another_journal_breaks_the_chain() -> None:
    ours = chained(2)
    theirs = chained(3, Tail(0, "ab" * 32))
    assert not unbroken([*ours, theirs[2]])


@pytest.mark.parametrize("bit", [0x01, 0x04, 0x08, 0x10, 0x20])
def test_a_line_with_one_wrong_bit_is_not_believed(bit: int) -> None:
    text, _ = write_line(Tail(), NOW, [ENTRY], CHANGE)
    version = text.index('"v":1') + len('"v":')
    for position, letter in enumerate(text):
        if position == version:
            continue
        wrong = text[:position] + chr(ord(letter) ^ bit) + text[position + 1 :]
        with pytest.raises(CorruptJournalError):
            read_line(wrong)


@pytest.mark.parametrize("version", ["0", "3", "5", "9", "q"])
def test_a_version_with_one_wrong_bit_is_damage_and_not_a_newer_version(
    version: str,
) -> None:
    text, _ = write_line(Tail(), NOW, [ENTRY], CHANGE)
    with pytest.raises(CorruptJournalError):
        read_line(text.replace('"v":1', f'"v":{version}'))


def test_a_line_that_was_cut_is_not_believed() -> None:
    text, _ = write_line(Tail(), NOW, [ENTRY], CHANGE)
    for length in range(len(text)):
        with pytest.raises(CorruptJournalError):
            read_line(text[:length])


def test_a_line_of_a_newer_version_is_told_apart() -> None:
    with pytest.raises(NewerJournalError):
        read_line(of_version(VERSION + 1))


@pytest.mark.parametrize("version", ["2", None, [], {}])
def test_a_version_that_is_no_number_is_nonsense(version: object) -> None:
    with pytest.raises(CorruptJournalError):
        read_line(of_version(version))


@pytest.mark.parametrize(
    "text",
    ["", " ", "null", "1", '"v"', "[]", "{}", '{"v":1}', "\0" * 64, "�", "1" * 5000],
)
def test_nonsense_is_no_line(text: str) -> None:
    with pytest.raises(CorruptJournalError):
        read_line(text)


@pytest.mark.parametrize("missing", ["v", "seq", "at", "entries", "change", "prev"])
def test_a_line_without_one_of_its_parts_is_nonsense(missing: str) -> None:
    content = json.loads(write_line(Tail(), NOW, [ENTRY], CHANGE)[0])
    del content["hash"], content[missing]
    with pytest.raises(CorruptJournalError):
        read_line(json.dumps({**content, "hash": digest(content)}))


@pytest.mark.parametrize(
    ("part", "value"), [("at", "noon"), ("at", 12), ("entries", None), ("entries", 1)]
)
def test_a_line_with_a_part_of_another_kind_is_nonsense(
    part: str, value: object
) -> None:
    content = json.loads(write_line(Tail(), NOW, [ENTRY], CHANGE)[0])
    del content["hash"]
    content[part] = value
    with pytest.raises(CorruptJournalError):
        read_line(json.dumps({**content, "hash": digest(content)}))


@given(value=json_values)
def test_whatever_json_is_read_it_is_a_line_or_damage(value: object) -> None:
    with pytest.raises((CorruptJournalError, NewerJournalError)):
        read_line(json.dumps(value))
