"""The lines of the journal: each holds the hash of the one before.

A line is one JSON object: `v` version, `seq` from 1, `at` UTC, `entries`, `change`, `prev`
and `hash`: the SHA-256 of the line without `hash`, keys sorted, no blanks. It names nobody,
so that erasing a person's name and notes, which lie elsewhere, breaks no chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
import json
from typing import Any, Final

from .codec import CorruptJournalError

VERSION: Final = 1
GENESIS: Final = "0" * 64
"""What the first line of a journal follows."""

type Json = dict[str, Any]


class NewerJournalError(Exception):
    """A newer version of Smart Quarter wrote this."""


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a journal, as far as a new line needs it."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was read."""

    seq: int
    at: datetime
    prev: str
    hash: str
    entries: tuple[Json, ...] = ()
    change: Json = field(default_factory=dict)

    @property
    def tail(self) -> Tail:
        """Return what the next line follows."""
        return Tail(self.seq, self.hash)


def write_line(
    tail: Tail, at: datetime, entries: Iterable[Json], change: Json
) -> tuple[str, Tail]:
    """Return the next line, without its end, and the new tail."""
    content = {
        "v": VERSION,
        "seq": tail.seq + 1,
        "at": at.isoformat(),
        "entries": list(entries),
        "change": change,
        "prev": tail.hash,
    }
    digest = digest_of(content)
    return _dump({**content, "hash": digest}), Tail(tail.seq + 1, digest)


def read_line(text: str) -> Line:
    """Return a line; raise `CorruptJournalError`, or `NewerJournalError`."""
    try:
        content: Json = json.loads(text)
        digest = content.pop("hash")
        if digest != digest_of(content):
            raise CorruptJournalError("hash")
        if content["v"] > VERSION:
            raise NewerJournalError
        return Line(
            seq=content["seq"],
            at=datetime.fromisoformat(content["at"]),
            prev=content["prev"],
            hash=digest,
            entries=tuple(content["entries"]),
            change=content["change"],
        )
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        raise CorruptJournalError(type(err).__name__) from err


def follows(line: Line, tail: Tail) -> bool:
    """Tell whether a line was written after the one the tail stands for."""
    return line.prev == tail.hash and line.seq == tail.seq + 1


def digest_of(content: Json) -> str:
    """Return the hash of a line's content."""
    return sha256(_dump(content).encode()).hexdigest()


def _dump(content: Json) -> str:
    """Return the one way a content is written."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
