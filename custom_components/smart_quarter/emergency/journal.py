"""The journal of a running house: one thread writes, nobody waits for the disk for long."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

from .codec import apply, change, encode
from .happenings import Entry
from .journal_files import JournalFiles, Record, Recovery
from .mailbox import Mailbox
from .model import HouseState

_LOGGER = logging.getLogger(__name__)

TOUCH_S: Final = 10.0
"""The house shows this often that it runs; also how often a full disk is tried again."""
PATIENCE_S: Final = 0.5
"""After this somebody is told even though the disk has not taken the record yet."""
CLOSE_S: Final = 5.0
KEEP: Final = timedelta(days=180)
"""Segments whose last line is older are dropped at the start."""

type _Ticket = asyncio.Future[bool]


class Journal:
    """Writes records in their order, several with one sync, and says when they are on disk."""

    def __init__(self, folder: Path, on_health: Callable[[bool], None]) -> None:
        """Name the folder and who hears when the disk fails or works again."""
        self._files = JournalFiles(folder)
        self._on_health = on_health
        self._queue = SimpleQueue[tuple[Record, _Ticket] | None]()
        self._thread = Thread(
            target=self._run, name="smart_quarter journal", daemon=True
        )
        self._loop = asyncio.get_running_loop()
        self._mailbox = Mailbox(folder)
        self._healthy = True
        self._closed = False
        self._seq = 0
        self._on_the_way = 0

    async def async_open(self) -> Recovery:
        """Read what is there and begin to write."""
        found = await self._loop.run_in_executor(None, self._open)
        left = await self._loop.run_in_executor(None, self._open_mailbox)
        self._seq = found.tail.seq
        for mail in left:
            if mail["seq"] > found.tail.seq:
                self._hand_over(Record.from_mail(mail))
                found = replace(found, state=apply(found.state, mail["change"]))
        self._thread.start()
        return found

    def append(
        self,
        at: datetime,
        entries: Iterable[Entry],
        before: HouseState,
        after: HouseState,
    ) -> _Ticket:
        """Hand a record over; the future tells whether it is on disk."""
        entered = [encode(each) for each in entries]
        return self._hand_over(Record(at, entered, change(before, after)))

    def _hand_over(self, record: Record) -> _Ticket:
        """Lay a record into the mailbox and give it to the thread."""
        ticket: _Ticket = self._loop.create_future()
        if self._closed:
            ticket.set_result(False)
            return ticket
        self._seq += 1
        self._on_the_way += 1
        self._mailbox.put(record.as_mail(self._seq))
        self._queue.put((record, ticket))
        return ticket

    async def async_wait(self, ticket: _Ticket) -> bool:
        """Wait for the disk, but not for long; return whether the record is there."""
        await asyncio.wait([ticket], timeout=PATIENCE_S)
        return ticket.done() and not ticket.cancelled() and ticket.result()

    async def async_close(self) -> None:
        """Write what is left and end; a disk that hangs does not keep the house from it."""
        self._closed = True
        if self._thread.is_alive():
            self._queue.put(None)
            await self._loop.run_in_executor(None, self._thread.join, CLOSE_S)
        self._mailbox.close()

    def export(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest lines; blocks."""
        lines = deque(self._files.lines(), maxlen=limit)
        return [
            {
                "seq": line.seq,
                "at": line.at.isoformat(),
                "entries": list(line.entries),
                "hash": line.hash,
            }
            for line in lines
        ]

    def _open(self) -> Recovery:
        """Read; a disk that cannot be read must not keep the house from watching."""
        try:
            found = self._files.open()
            self._files.drop_before(datetime.now(UTC) - KEEP)
        except OSError:
            _LOGGER.exception("The journal cannot be opened")
            self._report(healthy=False)
            return Recovery()
        return found

    def _open_mailbox(self) -> list[dict[str, Any]]:
        """Return what the last process had no time to write down."""
        try:
            return self._mailbox.open()
        except OSError:
            _LOGGER.warning("There is no space for records on their way to the journal")
            return []

    def _run(self) -> None:
        """Write until told to end; what the disk refuses is kept and tried again."""
        waiting: list[tuple[Record, _Ticket]] = []
        running = True
        self._touch(idle=False)
        while running:
            running = self._collect(waiting)
            if waiting and self._write([record for record, _ in waiting]):
                tickets = [ticket for _, ticket in waiting]
                self._loop.call_soon_threadsafe(self._confirm, tickets)
                waiting.clear()
            self._touch(idle=not waiting)
        self._end()

    def _collect(self, waiting: list[tuple[Record, _Ticket]]) -> bool:
        """Wait for a record and take all there are; return False at the end."""
        try:
            item = self._queue.get(timeout=TOUCH_S)
            while item is not None:
                waiting.append(item)
                item = self._queue.get_nowait()
        except Empty:
            return True
        return False

    def _write(self, records: list[Record]) -> bool:
        """Write and return whether that worked."""
        try:
            self._files.append(records)
        except OSError as err:
            if self._healthy:
                _LOGGER.error("The journal cannot be written: %s", err.strerror)
            self._report(healthy=False)
            return False
        self._report(healthy=True)
        return True

    def _touch(self, *, idle: bool) -> None:
        """Show that the house runs."""
        try:
            self._files.touch()
        except OSError:
            self._report(healthy=False)
        else:
            if idle and self._files.is_open:
                self._report(healthy=True)

    def _end(self) -> None:
        """Leave a snapshot, so that the next start is short."""
        try:
            self._files.take_snapshot()
        except OSError:
            _LOGGER.warning("The journal's snapshot cannot be written")

    def _report(self, *, healthy: bool) -> None:
        """Tell the house when the disk fails, or works again."""
        if healthy != self._healthy:
            self._healthy = healthy
            self._loop.call_soon_threadsafe(self._on_health, healthy)

    def _confirm(self, tickets: Iterable[_Ticket]) -> None:
        """Tell those who wait that their records are on disk."""
        for ticket in tickets:
            self._on_the_way -= 1
            if not ticket.done():
                ticket.set_result(True)
        if self._on_the_way == 0:
            self._mailbox.clear()
