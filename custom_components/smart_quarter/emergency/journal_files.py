"""The journal on disk: segments of lines, a snapshot with its backup, and what a crash leaves.

Everything here blocks; only the journal's own thread calls it.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
import errno
import json
import os
from pathlib import Path
from typing import Final

from . import chain
from .chain import Json, Line, NewerJournalError, Tail
from .codec import CorruptJournalError, apply, decode, encode
from .model import HouseState

SEGMENT_BYTES: Final = 1_000_000
SNAPSHOT: Final = "snapshot.json"
BACKUP: Final = "snapshot.bak"
ALIVE: Final = "alive.log"
"""Touched while the house runs. Backups leave out `*.log`: without it the journal was restored."""


class Damage(StrEnum):
    """What was found wrong with a journal; a person should know of all but the first."""

    TRUNCATED = "truncated"
    """The last line was cut off by a crash: it had never been confirmed."""
    CORRUPT = "corrupt"
    SNAPSHOT = "snapshot"
    CHAIN = "chain"
    NEWER = "newer"


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a journal tells after a start."""

    state: HouseState = field(default_factory=HouseState)
    tail: Tail = field(default_factory=Tail)
    damage: frozenset[Damage] = frozenset()
    alive_until: datetime | None = None
    restored: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """What one event did, to be written as one line."""

    at: datetime
    entries: Sequence[Json]
    change: Json

    def as_mail(self, seq: int) -> Json:
        """Return the record as it lies in the mailbox."""
        content = {"entries": self.entries, "change": self.change}
        return {"seq": seq, "at": self.at.isoformat(), **content}

    @classmethod
    def from_mail(cls, mail: Json) -> Record:
        """Return the record that lay in the mailbox."""
        at = datetime.fromisoformat(mail["at"])
        return cls(at, mail["entries"], mail["change"])


class JournalFiles:
    """A folder with the journal of one house."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read or written yet."""
        self._folder = folder
        self._tail = Tail()
        self._state = HouseState()
        self._size: int | None = None
        self._path: Path | None = None
        self.is_open = False
        """Nothing is written over what could not be read."""

    def open(self) -> Recovery:
        """Read what is there; a journal that a newer version wrote is set aside."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            found = self._recover()
        except NewerJournalError:
            stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
            self._folder.rename(f"{self._folder}.newer.{stamp}")
            self._folder.mkdir(mode=0o700)
            found = Recovery(damage=frozenset({Damage.NEWER}))
        self._tail, self._state = found.tail, found.state
        self._size = None
        self.is_open = True
        return found

    def append(self, records: Sequence[Record]) -> None:
        """Write lines and wait until they are on disk; `OSError`: none of them counts."""
        if not self.is_open:
            raise OSError(errno.EIO, "The journal could not be read")
        tail, state, lines = self._tail, self._state, []
        for record in records:
            text, tail = chain.write_line(
                tail, record.at, record.entries, record.change
            )
            lines.append(text)
            state = apply(state, record.change)
        self._write("".join(f"{line}\n" for line in lines).encode())
        self._tail, self._state = tail, state
        if self._size is not None and self._size > SEGMENT_BYTES:
            with suppress(OSError):  # tried again with the next record
                self.take_snapshot()

    def take_snapshot(self) -> None:
        """Write the state down, and go on in a new segment."""
        if not self.is_open:
            raise OSError(errno.EIO, "The journal could not be read")
        content: Json = {
            "v": chain.VERSION,
            "seq": self._tail.seq,
            "hash": self._tail.hash,
            "state": encode(self._state),
        }
        fresh = self._folder / "snapshot.new"
        content["check"] = chain.digest_of(content)
        _write_synced(fresh, json.dumps(content).encode())
        current = self._folder / SNAPSHOT
        if current.exists():
            current.replace(self._folder / BACKUP)
        fresh.replace(current)
        _sync_folder(self._folder)
        self._size = None

    def touch(self) -> None:
        """Show that the house still runs."""
        (self._folder / ALIVE).touch(mode=0o600)

    def drop_before(self, time: datetime) -> None:
        """Delete segments that ended before a time, but never the last one."""
        needed = set(self._segments_after(self._oldest_snapshot()))
        for path in self._segments()[:-1]:
            if path in needed:
                continue
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < time:
                path.unlink()

    def lines(self) -> Iterator[Line]:
        """Return all lines that can be read."""
        for path in self._segments():
            for text in path.read_text("utf-8", errors="replace").splitlines():
                try:
                    yield chain.read_line(text)
                except CorruptJournalError:
                    continue

    def _recover(self) -> Recovery:
        """Return the state from the snapshot and the lines that are newer."""
        found = self._from_snapshot()
        known = found.tail
        for path in self._segments_after(known.seq):
            texts, torn = _read(path)
            if torn:
                found = _with(found, Damage.TRUNCATED)
            for text in texts:
                found = _take_in(found, text, known.seq)
        alive = self._folder / ALIVE
        if not alive.exists():
            return replace(found, restored=found.tail.seq > 0)
        alive_until = datetime.fromtimestamp(alive.stat().st_mtime, UTC)
        return replace(found, alive_until=alive_until)

    def _from_snapshot(self) -> Recovery:
        """Return what the newest readable snapshot holds."""
        damage: frozenset[Damage] = frozenset()
        for name in (SNAPSHOT, BACKUP):
            if not (path := self._folder / name).exists():
                continue
            try:
                return replace(_read_snapshot(path), damage=damage)
            except CorruptJournalError:
                damage = frozenset({Damage.SNAPSHOT})
        return Recovery(damage=damage)

    def _oldest_snapshot(self) -> int:
        """Return up to which line even the backup knows everything."""
        seqs = []
        for name in (BACKUP, SNAPSHOT):
            try:
                seqs.append(int(json.loads((self._folder / name).read_bytes())["seq"]))
            except FileNotFoundError:
                continue
            except ValueError, KeyError, TypeError:
                return 0
        return min(seqs, default=0)

    def _segments(self) -> list[Path]:
        """Return the segments, oldest first; they are named after their first line."""
        return sorted(self._folder.glob(f"{'[0-9]' * 12}.jsonl"))

    def _segments_after(self, seq: int) -> list[Path]:
        """Return the segments with lines after one; the last one always is among them."""
        paths = self._segments()
        later = [int(path.stem) > seq + 1 for path in paths[1:]]
        return [
            path for path, needed in zip(paths, [*later, True], strict=False) if needed
        ]

    def _write(self, data: bytes) -> None:
        """Append to the last segment and sync; nothing of what fails is left behind."""
        handle = os.open(self._segment(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            before = os.fstat(handle).st_size
            try:
                _write_all(handle, data)
                _sync_data(handle)
                if before == 0:
                    _sync_folder(self._folder)
            except OSError:
                os.ftruncate(handle, before)
                raise
            self._size = before + len(data)
        finally:
            os.close(handle)

    def _segment(self) -> Path:
        """Return the file to write to: a new one after a start or a snapshot."""
        if self._size is None or self._path is None:
            self._path = self._folder / f"{self._tail.seq + 1:012}.jsonl"
        return self._path


def _read_snapshot(path: Path) -> Recovery:
    """Return the state of a snapshot; raise `CorruptJournalError`, or `NewerJournalError`."""
    try:
        content: Json = json.loads(path.read_bytes())
        intact = content.pop("check") == chain.digest_of(content)
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise CorruptJournalError(type(err).__name__) from err
    if not intact:
        raise CorruptJournalError("check")
    if content["v"] > chain.VERSION:
        raise NewerJournalError
    return Recovery(decode(content["state"]), Tail(content["seq"], content["hash"]))


def _take_in(found: Recovery, text: str, known_seq: int) -> Recovery:
    """Return what is known after a line; one that makes no sense is only noted."""
    try:
        line = chain.read_line(text)
        if line.seq <= known_seq:
            return found
        if not chain.follows(line, found.tail):
            found = _with(found, Damage.CHAIN)
        state = apply(found.state, line.change)
    except CorruptJournalError:
        return _with(found, Damage.CORRUPT)
    return replace(found, state=state, tail=line.tail)


def _with(found: Recovery, damage: Damage) -> Recovery:
    """Return what was found, with one damage more."""
    return replace(found, damage=found.damage | {damage})


def _read(path: Path) -> tuple[list[str], bool]:
    """Return the lines of a segment; one without an end is removed, and told of."""
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    torn = len(whole) < len(data)
    if torn:
        with path.open("r+b") as file:
            file.truncate(len(whole))
            os.fsync(file.fileno())
    return whole.decode("utf-8", errors="replace").splitlines(), torn


def _write_synced(path: Path, data: bytes) -> None:
    """Write a file and wait until it is on disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        _write_all(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_data(handle: int) -> None:
    """Wait until what was written is on disk; not all systems can leave out the rest."""
    sync = getattr(os, "fdatasync", os.fsync)
    sync(handle)


def _write_all(handle: int, data: bytes) -> None:
    """Write everything; a disk that is nearly full may take only a part at a time."""
    while data:
        data = data[os.write(handle, data) :]


def _sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
