"""What is on its way to the journal: survives the death of the process, though not of the power.

The journal's thread needs a moment to write and sync, longer when the process is busy. Until
then a record lies here, put down within microseconds: in a small file that is never synced, so
that it stays in the memory of the operating system and no disk is waited for. Its space is
reserved, and its name keeps it out of backups (`*.log`).
"""

from collections.abc import Iterator
import json
import os
from pathlib import Path
from struct import Struct
from typing import Any, Final
from zlib import crc32

NAME: Final = "pending.log"
SIZE: Final = 256 * 1024
_HEADER: Final = Struct("<II")
"""Length and checksum of what follows; a length of 0 is the end."""
_END: Final = bytes(_HEADER.size)

type Json = dict[str, Any]


class Mailbox:
    """A file of records; without space for it, or when it is full, records only go the long way."""

    def __init__(self, folder: Path) -> None:
        """Name the file; it is not opened yet."""
        self._path = folder / NAME
        self._handle: int | None = None
        self._position = 0

    def open(self) -> list[Json]:
        """Reserve the space, and return what the last process left behind; blocks.

        What is returned must be laid down again: the file is empty then.
        """
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        left = list(_records(os.pread(handle, SIZE, 0)))
        os.pwrite(handle, bytes(SIZE), 0)
        self._handle = handle
        return left

    def put(self, record: Json) -> None:
        """Lay a record down."""
        if self._handle is None:
            return
        payload = json.dumps(record, separators=(",", ":")).encode()
        content = _HEADER.pack(len(payload), crc32(payload)) + payload + _END
        if self._position + len(content) > SIZE:
            return
        self._write(content)
        self._position += len(content) - len(_END)

    def clear(self) -> None:
        """Forget all records: the journal has them."""
        self._position = 0
        self._write(_END)

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _write(self, content: bytes) -> None:
        """Write; a disk that refuses even this is only used the long way from now on."""
        if self._handle is None:
            return
        try:
            os.pwrite(self._handle, content, self._position)
        except OSError:
            self.close()


def _records(data: bytes) -> Iterator[Json]:
    """Yield the records up to the end, or up to one that was not finished."""
    position = 0
    while position + _HEADER.size <= len(data):
        length, checksum = _HEADER.unpack_from(data, position)
        begin = position + _HEADER.size
        payload = data[begin : begin + length]
        if not length or len(payload) < length or crc32(payload) != checksum:
            return
        yield json.loads(payload)
        position = begin + length
