"""The journal of a running house: who is told what, and when, while the disk is slow or full."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime
import errno
from itertools import pairwise
import os
from pathlib import Path
from threading import Event
import time

import pytest

from custom_components.smart_quarter.emergency import journal_files
from custom_components.smart_quarter.emergency.happenings import Entry, Word
from custom_components.smart_quarter.emergency.journal import Journal
from custom_components.smart_quarter.emergency.journal_files import (
    ALIVE,
    Damage,
    JournalFiles,
    Record,
    Recovery,
)
from custom_components.smart_quarter.emergency.model import HouseState

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
EMPTY = HouseState()
FULL = OSError(errno.ENOSPC, "No space left on device")
SHORT_S = 0.05


class Disk:
    """The disk under a journal: it can hang, or refuse what it is given."""

    def __init__(self, files: JournalFiles) -> None:
        self.error: OSError | None = None
        self.batches: list[int] = []
        self.goes_on = Event()
        self.goes_on.set()
        self.asked = Event()
        self._append = files.append

    def append(self, records: Sequence[Record]) -> None:
        """Take records, or not."""
        self.asked.set()
        self.goes_on.wait()
        if self.error is not None:
            raise self.error
        self._append(records)
        self.batches.append(len(records))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the journal is."""
    return tmp_path / "journal"


@pytest.fixture
def health() -> list[bool]:
    """Return what the house was told about the disk."""
    return []


@pytest.fixture
async def journal(folder: Path, health: list[bool]) -> AsyncIterator[Journal]:
    """Return a journal that ends with the test."""
    ours = Journal(folder, health.append)
    yield ours
    await ours.async_close()


@pytest.fixture
def disk(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """Return the disk of the journal; it works again when the test ends."""
    ours = Disk(journal._files)
    monkeypatch.setattr(journal._files, "append", ours.append)
    yield ours
    ours.error = None
    ours.goes_on.set()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once what the disk has refused."""
    monkeypatch.setattr(
        "custom_components.smart_quarter.emergency.journal.TOUCH_S", SHORT_S
    )


def raised(*sources: str) -> HouseState:
    """Return a house in which sources are on."""
    return HouseState(raised=frozenset(sources))


def write(journal: Journal, *houses: HouseState) -> list[asyncio.Future[bool]]:
    """Hand over a record for each step from one house to the next; the first is known."""
    return [
        journal.append(NOW, [Entry(Word.ALARM, "pendant")], before, after)
        for before, after in pairwise(houses)
    ]


def written(folder: Path) -> list[list[str]]:
    """Return which sources the lines on disk say were raised, in their order."""
    return [line.change.get("raised", []) for line in JournalFiles(folder).lines()]


def recovered(folder: Path) -> Recovery:
    """Return what the next start would find."""
    return JournalFiles(folder).open()


def delete_lines(folder: Path) -> None:
    """Delete all segments, as somebody who tidies up may do."""
    for path in folder.glob("*.jsonl"):
        path.unlink()


def move(folder: Path, target: Path) -> None:
    """Take the journal's folder away, or put it back, as an unmounted disk does."""
    folder.rename(target)


async def asked(disk: Disk) -> None:
    """Wait until the journal has come to the disk."""
    await asyncio.get_running_loop().run_in_executor(None, disk.asked.wait, 5)


async def until(condition: Callable[[], bool], seconds: float = 3) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def all_of(tickets: list[asyncio.Future[bool]]) -> list[bool]:
    """Wait for all tickets, but not for ever."""
    async with asyncio.timeout(3):
        return await asyncio.gather(*tickets)


async def test_a_new_journal_knows_nothing(journal: Journal) -> None:
    assert await journal.async_open() == Recovery()


async def test_a_record_is_on_disk_before_anybody_is_told(
    journal: Journal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    sync = os.fdatasync

    def noted(handle: int) -> None:
        sync(handle)
        seen.append("synced")

    monkeypatch.setattr(os, "fdatasync", noted)
    await journal.async_open()
    (ticket,) = write(journal, EMPTY, raised("a"))
    ticket.add_done_callback(lambda _: seen.append(written(folder)))
    assert await ticket
    await asyncio.sleep(0)
    assert seen == ["synced", [["a"]]]


async def test_records_keep_their_order(journal: Journal, folder: Path) -> None:
    await journal.async_open()
    names = [f"source_{number}" for number in range(100)]
    for name in names:
        write(journal, EMPTY, raised(name))
        await asyncio.sleep(0)
    await journal.async_close()
    assert written(folder) == [[name] for name in names]


async def test_what_waits_is_written_with_one_sync(
    journal: Journal, disk: Disk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    monkeypatch.setattr(os, "fdatasync", syncs.append)
    await journal.async_open()
    disk.goes_on.clear()
    first = write(journal, EMPTY, raised("a"))
    await asked(disk)
    later = write(journal, raised("a"), raised("b"), raised("c"), raised("d"))
    disk.goes_on.set()
    assert await all_of(first + later) == [True] * 4
    assert disk.batches == [1, 3]
    assert len(syncs) == 2
    assert written(folder) == [["a"], ["b"], ["c"], ["d"]]


async def test_a_working_disk_is_not_waited_for(journal: Journal) -> None:
    await journal.async_open()
    (ticket,) = write(journal, EMPTY, raised("a"))
    assert await journal.async_wait(ticket) is True
    assert await journal.async_wait(ticket) is True


async def test_nobody_waits_long_for_a_disk_that_hangs(
    journal: Journal, disk: Disk, health: list[bool]
) -> None:
    await journal.async_open()
    disk.goes_on.clear()
    (ticket,) = write(journal, EMPTY, raised("a"))
    start = time.monotonic()
    assert await journal.async_wait(ticket) is False
    assert 0.4 < time.monotonic() - start < 0.9
    assert not ticket.done()
    disk.goes_on.set()
    assert await journal.async_wait(ticket) is True
    assert health == []


async def test_many_wait_for_a_hanging_disk_no_longer_than_one(
    journal: Journal, disk: Disk
) -> None:
    await journal.async_open()
    disk.goes_on.clear()
    tickets = write(journal, EMPTY, *(raised(str(number)) for number in range(10)))
    start = time.monotonic()
    waits = [journal.async_wait(ticket) for ticket in tickets]
    assert await asyncio.gather(*waits) == [False] * 10
    assert time.monotonic() - start < 0.9


async def test_who_stops_waiting_does_not_stop_the_record(
    journal: Journal, disk: Disk, folder: Path
) -> None:
    await journal.async_open()
    disk.goes_on.clear()
    given_up, other = write(journal, EMPTY, raised("a"), raised("b"))
    waiting = asyncio.ensure_future(journal.async_wait(other))
    await asyncio.sleep(0)
    waiting.cancel()
    given_up.cancel()
    assert await journal.async_wait(given_up) is False
    disk.goes_on.set()
    assert await journal.async_wait(other) is True
    assert written(folder) == [["a"], ["b"]]


async def test_the_house_hears_when_the_disk_fails_and_when_it_works_again(
    journal: Journal,
    disk: Disk,
    health: list[bool],
    folder: Path,
    impatient: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await journal.async_open()
    disk.error = FULL
    refused = write(journal, EMPTY, raised("a"), raised("b"))
    await until(lambda: health == [False])
    await asyncio.sleep(5 * SHORT_S)
    later = write(journal, raised("b"), raised("c"))
    await asyncio.sleep(5 * SHORT_S)
    assert not any(ticket.done() for ticket in refused + later)
    assert health == [False]
    disk.error = None
    assert await all_of(refused + later) == [True] * 3
    await until(lambda: health == [False, True])
    assert written(folder) == [["a"], ["b"], ["c"]]
    assert caplog.text.count("No space left on device") == 1


async def test_what_a_full_disk_refused_is_written_without_another_record(
    journal: Journal, disk: Disk, health: list[bool], impatient: None
) -> None:
    await journal.async_open()
    disk.error = FULL
    (ticket,) = write(journal, EMPTY, raised("a"))
    assert await journal.async_wait(ticket) is False
    disk.error = None
    assert await journal.async_wait(ticket) is True
    assert disk.batches == [1]


async def test_what_was_refused_is_tried_again_with_the_next_record(
    journal: Journal, disk: Disk, health: list[bool]
) -> None:
    await journal.async_open()
    disk.error = FULL
    refused = write(journal, EMPTY, raised("a"))
    await until(lambda: health == [False])
    disk.error = None
    later = write(journal, raised("a"), raised("b"))
    assert await all_of(refused + later) == [True, True]
    assert disk.batches == [2]


async def test_closing_writes_what_is_left(journal: Journal, folder: Path) -> None:
    await journal.async_open()
    houses = [raised(f"source_{number}") for number in range(200)]
    tickets = write(journal, EMPTY, *houses)
    await journal.async_close()
    assert await all_of(tickets) == [True] * 200
    delete_lines(folder)
    found = recovered(folder)
    assert (found.state, found.tail.seq) == (houses[-1], 200)
    assert found.damage == frozenset()


async def test_closing_waits_for_a_slow_disk(
    journal: Journal, disk: Disk, folder: Path
) -> None:
    await journal.async_open()
    disk.goes_on.clear()
    tickets = write(journal, EMPTY, raised("a"), raised("b"))
    asyncio.get_running_loop().call_later(0.1, disk.goes_on.set)
    await journal.async_close()
    assert await all_of(tickets) == [True, True]
    assert recovered(folder).state == raised("b")


async def test_closing_writes_what_was_refused_before(
    journal: Journal, disk: Disk, health: list[bool], folder: Path
) -> None:
    await journal.async_open()
    disk.error = FULL
    tickets = write(journal, EMPTY, raised("a"))
    await until(lambda: health == [False])
    disk.error = None
    await journal.async_close()
    assert await all_of(tickets) == [True]
    assert recovered(folder).state == raised("a")


async def test_a_journal_that_was_never_opened_closes(journal: Journal) -> None:
    await journal.async_close()
    await journal.async_close()


async def test_a_journal_closes_though_its_disk_refuses(
    journal: Journal, disk: Disk, health: list[bool], folder: Path
) -> None:
    await journal.async_open()
    disk.error = FULL
    (ticket,) = write(journal, EMPTY, raised("a"))
    async with asyncio.timeout(3):
        await journal.async_close()
    assert await journal.async_wait(ticket) is False
    assert recovered(folder).state == EMPTY


async def test_the_next_start_finds_what_was_written(
    journal: Journal, folder: Path, health: list[bool]
) -> None:
    await journal.async_open()
    write(journal, EMPTY, raised("a"), raised("a", "b"))
    await journal.async_close()
    after = Journal(folder, health.append)
    found = await after.async_open()
    write(after, raised("a", "b"), raised("b"))
    await after.async_close()
    assert (found.state, found.tail.seq) == (raised("a", "b"), 2)
    assert found.restored is False
    assert recovered(folder).state == raised("b")
    assert health == []


async def test_a_running_house_shows_that_it_runs(
    journal: Journal, folder: Path, impatient: None
) -> None:
    await journal.async_open()
    alive = folder / ALIVE
    await until(alive.exists)
    os.utime(alive, (0, 0))
    await until(lambda: alive.stat().st_mtime > 0)


async def test_a_house_shows_from_its_first_moment_that_it_runs(
    journal: Journal, folder: Path
) -> None:
    await journal.async_open()
    await until((folder / ALIVE).exists, 1)


async def test_the_house_hears_that_an_idle_disk_works_again(
    journal: Journal, folder: Path, health: list[bool], impatient: None
) -> None:
    await journal.async_open()
    await until((folder / ALIVE).exists)
    gone = folder.with_name("gone")
    move(folder, gone)
    await until(lambda: health == [False])
    move(gone, folder)
    await until(lambda: health == [False, True])


async def test_a_journal_that_loses_its_files_goes_on_or_says_so(
    journal: Journal, folder: Path, health: list[bool], impatient: None
) -> None:
    await journal.async_open()
    assert await all_of(write(journal, EMPTY, raised("a"))) == [True]
    delete_lines(folder)
    (ticket,) = write(journal, raised("a"), raised("b"))
    await until(lambda: ticket.done() or health == [False])


@pytest.fixture
async def unreadable_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[None]:
    """Leave a journal that cannot be read, at the first try."""
    files = JournalFiles(folder)
    files.open()
    files.append([Record(NOW, [], {"raised": [name]}) for name in ("known", "too")])
    files.take_snapshot()
    snapshot = journal_files.JournalFiles._from_snapshot
    tries: list[None] = []

    def fail_once(self: JournalFiles) -> Recovery:
        tries.append(None)
        if len(tries) == 1:
            raise OSError(errno.EIO, "Input/output error")
        return snapshot(self)

    monkeypatch.setattr(JournalFiles, "_from_snapshot", fail_once)
    yield
    assert tries


async def test_a_disk_that_cannot_be_read_does_not_keep_the_house_from_watching(
    unreadable_once: None, journal: Journal, health: list[bool]
) -> None:
    assert await journal.async_open() == Recovery()
    await until(lambda: health[:1] == [False])


@pytest.mark.fault("read-only disk")
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a place to write nothing")
async def test_a_disk_that_is_read_only_holds_up_nobody_and_is_told(
    health: list[bool], impatient: None
) -> None:
    journal = Journal(Path("/proc/smart_quarter"), health.append)
    assert await journal.async_open() == Recovery()
    (ticket,) = write(journal, EMPTY, raised("a"))
    assert not await journal.async_wait(ticket)
    await until(lambda: health[:1] == [False])
    await journal.async_close()


async def test_a_journal_that_could_not_be_read_is_not_written_over(
    unreadable_once: None, journal: Journal, folder: Path
) -> None:
    await journal.async_open()
    (ticket,) = write(journal, EMPTY, raised("new"))
    told = await journal.async_wait(ticket)
    await journal.async_close()
    found = recovered(folder)
    assert {"known", "too"} <= found.state.raised
    assert "new" in found.state.raised or not told
    assert Damage.CHAIN not in found.damage
