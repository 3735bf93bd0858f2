"""The journal of a process that is killed at any moment, again and again."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, pairwise
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
import time

import pytest

from custom_components.smart_quarter.emergency import chain, journal, journal_files
from custom_components.smart_quarter.emergency.codec import apply, change, encode
from custom_components.smart_quarter.emergency.happenings import Entry, Word
from custom_components.smart_quarter.emergency.journal import Journal
from custom_components.smart_quarter.emergency.journal_files import (
    Damage,
    JournalFiles,
    Record,
)
from custom_components.smart_quarter.emergency.model import (
    HouseState,
    Incident,
    Kind,
    Priority,
    Stage,
)

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
KILLS = 20
INCIDENT = Incident(
    incident_id="i",
    place_id="flat",
    kind=Kind.FALL,
    priority=Priority.LIFE,
    stage=Stage.ALARM,
    opened_at=NOW,
    changed_at=NOW,
)

pytestmark = [
    # The only other thread is an idle one of a library
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
]

type Writer = Callable[[Path, Connection], None]


def lives(house: HouseState) -> Iterator[tuple[HouseState, HouseState]]:
    """Return what happens to a house for ever: incidents open, go on and are forgotten."""
    for number in count(1):
        key = f"i{number % 7}"
        incidents = {**house.incidents, key: replace(INCIDENT, step=number)}
        if number % 5 == 0:
            del incidents[key]
        after = HouseState(incidents=incidents, raised=house.raised ^ {key})
        yield house, after
        house = after


def entry(house: HouseState) -> Entry:
    """Return what the journal says of a step, now longer and now shorter."""
    return Entry(Word.ALARM, "pendant", detail={"open": "x" * 50 * len(house.raised)})


def write_files(folder: Path, told: Connection) -> None:
    """Append line after line and tell of each that is on disk."""
    files = JournalFiles(folder)
    found = files.open()
    for number, (before, after) in enumerate(lives(found.state), found.tail.seq + 1):
        files.append([Record(NOW, [encode(entry(after))], change(before, after))])
        told.send(number)


def write_journal(folder: Path, told: Connection) -> None:
    """Append several lines at a time, as a running house does, and tell of them."""
    asyncio.run(_write_journal(folder, told))


async def _write_journal(folder: Path, told: Connection) -> None:
    """Append several lines, wait until they are on disk, and go on."""
    ours = Journal(folder, lambda healthy: None)
    found = await ours.async_open()
    for number, (before, after) in enumerate(lives(found.state), found.tail.seq + 1):
        ticket = ours.append(NOW, [entry(after)], before, after)
        if number % 4 == 0:
            assert await ticket
            told.send(number)


def killed(write: Writer, folder: Path, after_s: float) -> int:
    """Let a process write for a moment, kill it, and return what it was sure of."""
    ours, theirs = Pipe(duplex=False)
    process = get_context("fork").Process(target=write, args=(folder, theirs))
    process.start()
    theirs.close()
    try:
        ours.poll(5)
        time.sleep(after_s)
    finally:
        process.kill()
        process.join()
    return max(heard(ours), default=0)


def heard(told: Connection) -> Iterator[int]:
    """Return all that a process has told."""
    while True:
        try:
            yield told.recv()
        except EOFError:
            return


def replayed(files: JournalFiles) -> HouseState:
    """Return the state after all lines there ever were, and check their chain."""
    lines = list(files.lines())
    assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
    assert all(chain.follows(after, before.tail) for before, after in pairwise(lines))
    state = HouseState()
    for line in lines:
        state = apply(state, line.change)
    return state


@pytest.mark.parametrize("write", [write_files, write_journal])
def test_what_was_on_disk_survives_every_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Writer
) -> None:
    monkeypatch.setattr(journal_files, "SEGMENT_BYTES", 200)
    monkeypatch.setattr(journal, "TOUCH_S", 0.001)
    folder = tmp_path / "journal"
    random, last = Random(), 0
    for _ in range(KILLS):
        sure = killed(write, folder, random.uniform(0, 0.06))
        files = JournalFiles(folder)
        found = files.open()
        assert found.tail.seq >= max(sure, last)
        assert found.damage <= {Damage.TRUNCATED}
        assert found.state == replayed(files)
        last = found.tail.seq
    assert last >= KILLS
