"""What is on its way to the journal when the process dies."""

import asyncio
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.connection import Connection
import os
from pathlib import Path
from threading import Event

import pytest

from custom_components.smart_quarter.emergency import mailbox
from custom_components.smart_quarter.emergency.journal import Journal
from custom_components.smart_quarter.emergency.journal_files import Damage, JournalFiles
from custom_components.smart_quarter.emergency.mailbox import Mailbox
from custom_components.smart_quarter.emergency.model import HouseState

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
RAISED = HouseState(raised=frozenset({"cord"}))


def opened(folder: Path) -> Mailbox:
    """Return an open mailbox."""
    box = Mailbox(folder)
    box.open()
    return box


def left_in(folder: Path) -> list[int]:
    """Return the numbers of the records that a process left behind."""
    return [record["seq"] for record in Mailbox(folder).open()]


def test_what_was_laid_down_is_found_in_its_order(tmp_path: Path) -> None:
    box = opened(tmp_path)
    for seq in (1, 2, 3):
        box.put({"seq": seq})
    assert left_in(tmp_path) == [1, 2, 3]
    assert left_in(tmp_path) == [], "only once: whoever opens it lays it down again"


def test_what_the_journal_has_is_forgotten(tmp_path: Path) -> None:
    box = opened(tmp_path)
    box.put({"seq": 1, "long": "x" * 100})
    box.clear()
    box.put({"seq": 2})
    assert left_in(tmp_path) == [2]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_record_that_was_not_finished_does_not_count(
    tmp_path: Path, cut: int
) -> None:
    box = opened(tmp_path)
    box.put({"seq": 1})
    box.put({"seq": 2})
    data = (tmp_path / mailbox.NAME).read_bytes()
    end = data.index(b'{"seq":2}') + len(b'{"seq":2}')
    torn = data[: end - cut] + bytes(len(data) - end + cut)
    (tmp_path / mailbox.NAME).write_bytes(torn)
    assert left_in(tmp_path) == [1]


def test_a_full_one_is_not_written_beyond_its_end(tmp_path: Path) -> None:
    box = opened(tmp_path)
    for seq in range(600):
        box.put({"seq": seq, "long": "x" * 1000})
    assert (tmp_path / mailbox.NAME).stat().st_size == mailbox.SIZE
    found = left_in(tmp_path)
    assert found == list(range(len(found)))
    assert len(found) > 200


def test_one_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(28, "No space left on device")

    box = opened(tmp_path)
    monkeypatch.setattr(os, "pwrite", refuse)
    box.put({"seq": 1})
    box.put({"seq": 2})
    box.clear()


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")
def test_an_alarm_survives_a_kill_before_the_thread_has_written_it(
    tmp_path: Path,
) -> None:
    ours, theirs = get_context("fork").Pipe()
    process = get_context("fork").Process(
        target=_raise_and_hang, args=(tmp_path, theirs)
    )
    process.start()
    assert ours.recv() == "handed over"
    process.kill()
    process.join()
    assert JournalFiles(tmp_path).open().state == HouseState(), "it was not written"
    assert asyncio.run(_recovered(tmp_path)) == RAISED
    found = JournalFiles(tmp_path).open()
    assert found.state == RAISED, "it is on disk now"
    assert found.damage == frozenset[Damage]()


def _raise_and_hang(folder: Path, told: Connection) -> None:
    """Hand a record over to a journal whose disk never answers."""

    async def run() -> None:
        journal = Journal(folder, lambda _: None)
        journal._files.append = lambda _: Event().wait()  # type: ignore[assignment,method-assign]
        await journal.async_open()
        journal.append(NOW, [], HouseState(), RAISED)
        told.send("handed over")
        await asyncio.sleep(60)

    asyncio.run(run())


async def _recovered(folder: Path) -> HouseState:
    """Open the journal after a kill, and close it."""
    journal = Journal(folder, lambda _: None)
    found = await journal.async_open()
    await journal.async_close()
    return found.state
