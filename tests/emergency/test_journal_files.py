"""The journal on disk: what a start finds after crashes, damage and full disks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import errno
from itertools import pairwise
import json
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
import os
from pathlib import Path
import re
import resource
import shutil
import signal

import pytest

from custom_components.smart_quarter.emergency import chain, journal_files
from custom_components.smart_quarter.emergency.codec import apply, change, encode
from custom_components.smart_quarter.emergency.happenings import Entry, Word
from custom_components.smart_quarter.emergency.journal_files import (
    ALIVE,
    BACKUP,
    SNAPSHOT,
    Damage,
    JournalFiles,
    Record,
    Recovery,
)
from custom_components.smart_quarter.emergency.model import (
    HouseState,
    Incident,
    Kind,
    Phase,
    PlaceState,
    Priority,
    Stage,
)

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
EMPTY = HouseState()
NEWER = chain.VERSION + 1


def house(**steps: int) -> HouseState:
    """Return a house with open incidents, each at a step of its policy."""
    return HouseState(
        incidents={key: incident(key, step) for key, step in steps.items()},
        places={"flat": PlaceState(phase=Phase.SUPERVISED)},
        raised=frozenset(steps),
    )


def incident(key: str, step: int) -> Incident:
    """Return an incident that has come to a step."""
    return Incident(
        incident_id=key,
        place_id="flat",
        kind=Kind.MANUAL,
        priority=Priority.LIFE,
        stage=Stage.ALARM,
        opened_at=NOW,
        changed_at=NOW,
        step=step,
    )


A, B, C, D = house(a=0), house(a=1, b=0), house(a=1, b=1), house(b=2, c=0)


def record(before: HouseState, after: HouseState) -> Record:
    """Return what is written when a house becomes another."""
    told = Entry(Word.ALARM, "pendant", "flat", detail={"open": len(after.incidents)})
    return Record(NOW, [encode(told)], change(before, after))


def write(files: JournalFiles, *houses: HouseState) -> None:
    """Append a record for each step from one house to the next; the first one is known."""
    for before, after in pairwise(houses):
        files.append([record(before, after)])


def opened(folder: Path) -> JournalFiles:
    """Return a journal that was read, as after a start."""
    files = JournalFiles(folder)
    files.open()
    return files


def recovered(folder: Path) -> Recovery:
    """Return what a start would find; it runs from then on."""
    return JournalFiles(folder).open()


def segments(folder: Path) -> list[Path]:
    """Return the files with lines, oldest first."""
    return sorted(folder.glob("*.jsonl"))


def edit(path: Path, number: int, edited: Callable[[str], str]) -> None:
    """Change a line of a file behind the journal's back."""
    lines = path.read_text("utf-8").splitlines()
    lines[number] = edited(lines[number])
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def scratch(path: Path, number: int) -> None:
    """Damage a line so that it does not fit its hash any more."""
    edit(path, number, lambda line: line.replace("alarm", "alamr"))


def age(path: Path) -> None:
    """Make a file look as if it had been written long ago."""
    os.utime(path, (LONG_AGO.timestamp(), LONG_AGO.timestamp()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where a journal will be."""
    return tmp_path / "quarter" / "journal"


@pytest.fixture
def in_two_segments(folder: Path) -> Path:
    """Return a journal with a backup at line 1, a snapshot at line 2, and four lines."""
    files = opened(folder)
    write(files, EMPTY, A)
    files.take_snapshot()
    write(files, A, B)
    files.take_snapshot()
    write(files, B, C, D)
    files.touch()
    return folder


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin a new segment after about three lines."""
    monkeypatch.setattr(journal_files, "SEGMENT_BYTES", 2_000)


def test_a_new_folder_is_a_journal_of_nothing(folder: Path) -> None:
    assert recovered(folder) == Recovery()
    assert recovered(folder) == Recovery()


def test_what_was_appended_is_recovered(folder: Path) -> None:
    files = opened(folder)
    write(files, EMPTY, A, B, C, D)
    found = recovered(folder)
    assert found.state == D
    assert found.tail.seq == 4
    assert found.damage == frozenset()


def test_several_records_are_written_at_once(folder: Path) -> None:
    opened(folder).append([record(EMPTY, A), record(A, B), record(B, C)])
    found = recovered(folder)
    assert (found.state, found.tail.seq) == (C, 3)


def test_every_start_goes_on_in_a_new_segment(folder: Path) -> None:
    for before, after in pairwise((EMPTY, A, B, C)):
        write(opened(folder), before, after)
    assert [int(path.stem) for path in segments(folder)] == [1, 2, 3]
    found = recovered(folder)
    assert (found.state, found.damage) == (C, frozenset())


def test_a_start_after_which_nothing_happens_leaves_nothing(folder: Path) -> None:
    write(opened(folder), EMPTY, A)
    before = segments(folder)
    opened(folder)
    assert segments(folder) == before


def test_the_lines_tell_what_happened(folder: Path) -> None:
    files = opened(folder)
    write(files, EMPTY, A, B)
    files.take_snapshot()
    write(files, B, C)
    lines = list(files.lines())
    assert [line.seq for line in lines] == [1, 2, 3]
    assert {line.at for line in lines} == {NOW}
    assert {line.entries[0]["by"] for line in lines} == {"pendant"}
    assert all(chain.follows(after, before.tail) for before, after in pairwise(lines))


def test_a_line_that_cannot_be_read_is_left_out_of_what_happened(folder: Path) -> None:
    files = opened(folder)
    write(files, EMPTY, A, B, C)
    scratch(segments(folder)[0], 1)
    assert [line.seq for line in files.lines()] == [1, 3]


def test_a_clean_end_needs_no_lines_for_the_next_start(folder: Path) -> None:
    files = opened(folder)
    write(files, EMPTY, A, B)
    files.take_snapshot()
    tail = recovered(folder).tail
    segments(folder)[0].unlink()
    found = recovered(folder)
    assert (found.state, found.tail, found.damage) == (B, tail, frozenset())


def test_the_chain_goes_on_after_a_clean_end(folder: Path) -> None:
    files = opened(folder)
    write(files, EMPTY, A, B)
    files.take_snapshot()
    write(opened(folder), B, C)
    found = recovered(folder)
    assert (found.state, found.tail.seq, found.damage) == (C, 3, frozenset())


def test_a_snapshot_of_nothing_is_one(folder: Path) -> None:
    opened(folder).take_snapshot()
    assert recovered(folder) == Recovery()


@pytest.mark.fault("truncated last line")
def test_a_crash_anywhere_in_the_last_line_loses_only_that_line(folder: Path) -> None:
    write(opened(folder), EMPTY, A, B)
    (path,) = segments(folder)
    whole = path.read_bytes()
    start = whole.rindex(b"\n", 0, -1) + 1
    for length in range(start + 1, len(whole)):
        path.write_bytes(whole[:length])
        files = JournalFiles(folder)
        found = files.open()
        assert (found.state, found.tail.seq) == (A, 1)
        assert found.damage == {Damage.TRUNCATED}
        write(files, A, C)
        again = recovered(folder)
        assert (again.state, again.tail.seq, again.damage) == (C, 2, frozenset())
        segments(folder)[1].unlink()


def test_a_crash_in_the_first_line_of_all_leaves_an_empty_journal(folder: Path) -> None:
    write(opened(folder), EMPTY, A)
    (path,) = segments(folder)
    path.write_bytes(path.read_bytes()[:-1])
    files = JournalFiles(folder)
    assert files.open() == Recovery(damage=frozenset({Damage.TRUNCATED}))
    write(files, EMPTY, B)
    found = recovered(folder)
    assert (found.state, found.damage) == (B, frozenset())


def test_zeros_that_a_power_cut_leaves_count_as_cut_off(folder: Path) -> None:
    write(opened(folder), EMPTY, A)
    (path,) = segments(folder)
    path.write_bytes(path.read_bytes() + bytes(4096))
    found = recovered(folder)
    assert (found.state, found.damage) == (A, frozenset({Damage.TRUNCATED}))


def test_whole_incidents_heal_what_a_corrupt_line_took(folder: Path) -> None:
    write(opened(folder), EMPTY, A, B, C)
    scratch(segments(folder)[0], 0)
    found = recovered(folder)
    assert found.state.incidents == C.incidents
    assert found.tail.seq == 3
    assert found.damage >= {Damage.CORRUPT}
    scratch(segments(folder)[0], 1)
    found = recovered(folder)
    assert found.state.incidents == {"b": C.incidents["b"]}


def test_a_corrupt_line_in_the_middle_is_told_of_and_also_that_it_is_missing(
    folder: Path,
) -> None:
    write(opened(folder), EMPTY, A, B, C)
    scratch(segments(folder)[0], 1)
    found = recovered(folder)
    assert found.damage == {Damage.CORRUPT, Damage.CHAIN}
    assert found.state.incidents == {
        "a": A.incidents["a"],
        "b": C.incidents["b"],
    }


@pytest.mark.parametrize("text", ["", "{}", "null", "\0\0\0", "\u2028", "{'seq': 2}"])
def test_nonsense_in_the_middle_costs_one_line(folder: Path, text: str) -> None:
    write(opened(folder), EMPTY, A, B, C)
    edit(segments(folder)[0], 1, lambda _: text)
    found = recovered(folder)
    assert found.damage == {Damage.CORRUPT, Damage.CHAIN}
    assert found.state.incidents["b"] == C.incidents["b"]


def test_a_line_that_was_taken_out_is_missed(folder: Path) -> None:
    write(opened(folder), EMPTY, A, B, C)
    (path,) = segments(folder)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + lines[2])
    assert recovered(folder).damage == {Damage.CHAIN}


def test_the_journal_goes_on_after_a_corrupt_last_line(folder: Path) -> None:
    write(opened(folder), EMPTY, A, B)
    scratch(segments(folder)[0], 1)
    files = JournalFiles(folder)
    assert files.open().damage == {Damage.CORRUPT}
    write(files, A, C, D)
    found = recovered(folder)
    assert (found.state, found.tail.seq) == (D, 3)
    assert found.damage == {Damage.CORRUPT}


def test_a_snapshot_ends_what_is_told_of_damage_before_it(folder: Path) -> None:
    write(opened(folder), EMPTY, A, B, C)
    scratch(segments(folder)[0], 1)
    files = opened(folder)
    files.take_snapshot()
    write(files, recovered(folder).state, D)
    found = recovered(folder)
    assert (found.state, found.damage) == (D, frozenset())


def test_lines_stay_in_order_after_heavy_damage(folder: Path) -> None:
    write(opened(folder), EMPTY, A)
    nonsense = folder / "000000000030.jsonl"
    nonsense.write_text("nonsense\n", "utf-8")
    write(opened(folder), A, B, C)
    write(opened(folder), C, B, A, D)
    write(opened(folder), D, C)
    found = recovered(folder)
    assert (found.state, found.tail.seq) == (C, 7)
    assert found.damage == {Damage.CORRUPT}


def test_a_copy_that_somebody_left_in_the_folder_does_no_harm(folder: Path) -> None:
    write(opened(folder), EMPTY, A)
    write(opened(folder), A, B)
    path = segments(folder)[1]
    shutil.copy(path, path.with_stem(f"{path.stem} (copy)"))
    files = JournalFiles(folder)
    assert files.open().state == B
    write(files, B, C)
    assert recovered(folder).state == C


@pytest.mark.fault("corrupt snapshot")
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\0" * 100,
        b"\xff\xfe",
        b"{}",
        b'{"v":1,"seq":2,"hash":"","state":null}',
        b'{"v":"1","seq":2,"hash":"","state":{}}',
        b'{"v":1,"seq":"2","hash":"","state":{}}',
        b'{"v":1,"seq":null,"hash":"","state":{}}',
        b'{"v":1,"seq":2,"hash":null,"state":{}}',
    ],
)
def test_a_corrupt_snapshot_costs_nothing(
    in_two_segments: Path, content: bytes
) -> None:
    (in_two_segments / SNAPSHOT).write_bytes(content)
    found = recovered(in_two_segments)
    assert (found.state, found.tail.seq) == (D, 4)
    assert found.damage == {Damage.SNAPSHOT}


def test_a_snapshot_that_was_cut_anywhere_costs_nothing(in_two_segments: Path) -> None:
    path = in_two_segments / SNAPSHOT
    whole = path.read_bytes()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        found = recovered(in_two_segments)
        assert (found.state, found.damage) == (D, frozenset({Damage.SNAPSHOT}))


def test_a_snapshot_with_one_wrong_digit_is_not_believed(in_two_segments: Path) -> None:
    path = in_two_segments / SNAPSHOT
    wrong, count = re.subn(r'"seq": ?2', '"seq":6', path.read_text("utf-8"))
    assert count == 1
    path.write_text(wrong, "utf-8")
    found = recovered(in_two_segments)
    assert (found.state, found.tail.seq) == (D, 4)
    assert found.damage == {Damage.SNAPSHOT}


def test_a_crash_between_the_two_renames_of_a_snapshot_costs_nothing(
    in_two_segments: Path,
) -> None:
    current = in_two_segments / SNAPSHOT
    shutil.copy(current, in_two_segments / "snapshot.new")
    current.replace(in_two_segments / BACKUP)
    found = recovered(in_two_segments)
    assert (found.state, found.damage) == (D, frozenset())


def test_the_lines_are_enough_when_both_snapshots_are_corrupt(
    in_two_segments: Path,
) -> None:
    for name in (SNAPSHOT, BACKUP):
        (in_two_segments / name).write_bytes(b"{")
    files = JournalFiles(in_two_segments)
    found = files.open()
    assert (found.state, found.tail.seq) == (D, 4)
    assert found.damage == {Damage.SNAPSHOT}
    write(files, D, A)
    files.take_snapshot()
    found = recovered(in_two_segments)
    assert (found.state, found.tail.seq, found.damage) == (A, 5, frozenset())


def test_what_is_left_counts_when_snapshots_and_old_lines_are_gone(
    in_two_segments: Path,
) -> None:
    for name in (SNAPSHOT, BACKUP):
        (in_two_segments / name).write_bytes(b"{")
    for path in segments(in_two_segments)[:2]:
        path.unlink()
    found = recovered(in_two_segments)
    assert found.state.incidents == D.incidents
    assert found.tail.seq == 4
    assert Damage.SNAPSHOT in found.damage


def test_lines_that_follow_nothing_are_told_of(in_two_segments: Path) -> None:
    for name in (SNAPSHOT, BACKUP):
        (in_two_segments / name).unlink()
    for path in segments(in_two_segments)[:2]:
        path.unlink()
    assert recovered(in_two_segments).damage == {Damage.CHAIN}


def test_lines_that_an_old_backup_does_not_know_are_told_of(
    in_two_segments: Path,
) -> None:
    (in_two_segments / SNAPSHOT).unlink()
    segments(in_two_segments)[1].unlink()
    assert recovered(in_two_segments).damage == {Damage.CHAIN}


def newer_line(folder: Path) -> None:
    """Append a line as a newer version does."""
    with pytest.MonkeyPatch.context() as later:
        later.setattr(chain, "VERSION", NEWER)
        write(opened(folder), A, B)


def newer_snapshot(folder: Path) -> None:
    """Leave a snapshot as a newer version does."""
    with pytest.MonkeyPatch.context() as later:
        later.setattr(chain, "VERSION", NEWER)
        opened(folder).take_snapshot()


@pytest.mark.fault("newer schema version")
@pytest.mark.parametrize("made_newer", [newer_line, newer_snapshot])
def test_a_journal_of_a_newer_version_is_set_aside_and_kept(
    in_two_segments: Path, made_newer: Callable[[Path], None]
) -> None:
    made_newer(in_two_segments)
    before = {path.name: path.read_bytes() for path in in_two_segments.iterdir()}
    files = JournalFiles(in_two_segments)
    assert files.open() == Recovery(damage=frozenset({Damage.NEWER}))
    (aside,) = in_two_segments.parent.glob("journal.newer.*")
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == before
    assert in_two_segments.stat().st_mode & 0o777 == 0o700
    write(files, EMPTY, A)
    found = recovered(in_two_segments)
    assert (found.state, found.damage) == (A, frozenset())


def test_two_journals_of_newer_versions_are_both_kept(folder: Path) -> None:
    for _ in range(2):
        write(opened(folder), EMPTY, A)
        newer_line(folder)
    files = opened(folder)
    assert len(list(folder.parent.glob("journal.newer.*"))) == 2
    write(files, EMPTY, B)
    assert recovered(folder).state == B


def refuse_and_take(folder: Path, told: Connection) -> None:
    """Let a real disk take only a part of a record, then all of it."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    files = opened(folder)
    write(files, EMPTY, A)
    (path,) = segments(folder)
    before = path.read_bytes()
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, most))
    try:
        files.append([record(A, B), record(B, C)])
        told.send("taken")
    except OSError as err:
        told.send(err.errno)
    told.send(path.read_bytes() == before)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    files.append([record(A, B), record(B, C)])
    told.send("taken")


@pytest.mark.fault("full disk")
# The only other thread is an idle one of a library
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_full_disk_refuses_all_of_a_record_and_takes_it_later(folder: Path) -> None:
    ours, theirs = Pipe(duplex=False)
    child = get_context("fork").Process(target=refuse_and_take, args=(folder, theirs))
    child.start()
    theirs.close()
    try:
        assert ours.recv() == errno.EFBIG
        assert ours.recv() is True
        assert ours.recv() == "taken"
    finally:
        child.join(10)
    assert child.exitcode == 0
    found = recovered(folder)
    assert (found.state, found.tail.seq, found.damage) == (C, 3, frozenset())


@pytest.mark.parametrize("known", [(EMPTY,), (EMPTY, A)], ids=["first", "later"])
def test_a_record_that_does_not_reach_the_disk_is_taken_back(
    folder: Path, monkeypatch: pytest.MonkeyPatch, known: tuple[HouseState, ...]
) -> None:
    files = opened(folder)
    write(files, *known)

    def refuse(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", refuse)
        with pytest.raises(OSError):
            write(files, known[-1], B)
    assert recovered(folder).state == known[-1]
    write(files, known[-1], C)
    found = recovered(folder)
    assert (found.state, found.tail.seq) == (C, len(known))
    assert found.damage == frozenset()


def test_a_record_counts_only_when_its_new_file_is_on_disk(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = opened(folder)

    def refuse(handle: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", refuse)
        with pytest.raises(OSError):
            write(files, EMPTY, A)
    write(files, EMPTY, A)
    found = recovered(folder)
    assert (found.state, found.tail.seq, found.damage) == (A, 1, frozenset())


def test_a_record_counts_once_though_its_snapshot_fails(
    folder: Path, small_segments: None
) -> None:
    files = opened(folder)
    (folder / "snapshot.new").mkdir()
    lines = [record(EMPTY, A), record(A, B), record(B, C), record(C, D), record(D, A)]
    try:
        files.append(lines)
    except OSError:
        (folder / "snapshot.new").rmdir()
        files.append(lines)
    found = recovered(folder)
    assert (found.state, found.tail.seq) == (A, 5)


def test_a_segment_ends_at_its_size_with_a_snapshot(
    folder: Path, small_segments: None
) -> None:
    files = opened(folder)
    write(files, EMPTY, *(house(a=step) for step in range(30)))
    paths = segments(folder)
    assert len(paths) > 3
    assert all(path.stat().st_size < 3_000 for path in paths)
    for path in paths:
        first = chain.read_line(path.read_text("utf-8").splitlines()[0])
        assert int(path.stem) == first.seq
    found = recovered(folder)
    assert (found.state, found.tail.seq) == (house(a=29), 30)
    assert found.damage == frozenset()
    assert [line.seq for line in files.lines()] == list(range(1, 31))


def test_the_snapshot_before_is_kept_as_a_backup(in_two_segments: Path) -> None:
    seqs = [
        json.loads((in_two_segments / name).read_bytes())["seq"]
        for name in (BACKUP, SNAPSHOT)
    ]
    assert seqs == [1, 2]


def test_old_segments_are_dropped_by_their_age(
    folder: Path, small_segments: None
) -> None:
    files = opened(folder)
    write(files, EMPTY, *(house(a=step) for step in range(30)))
    paths = segments(folder)
    for path in paths[:2]:
        age(path)
    files.drop_before(NOW - timedelta(days=365))
    assert segments(folder) == paths[2:]
    found = recovered(folder)
    assert (found.state, found.tail.seq) == (house(a=29), 30)
    assert found.damage == frozenset()


def test_the_last_segment_is_never_dropped(folder: Path) -> None:
    files = opened(folder)
    files.drop_before(NOW)
    write(files, EMPTY, A)
    files.take_snapshot()
    (path,) = segments(folder)
    age(path)
    files.drop_before(NOW)
    assert segments(folder) == [path]
    write(files, A, B)
    assert recovered(folder).state == B


def test_lines_that_are_in_no_snapshot_yet_are_never_dropped(folder: Path) -> None:
    write(opened(folder), EMPTY, A)
    files = opened(folder)
    write(files, A, replace(A, raised=frozenset()))
    age(segments(folder)[0])
    files.drop_before(NOW)
    found = recovered(folder)
    assert found.state == replace(A, raised=frozenset())
    assert found.damage == frozenset()


def test_lines_that_the_backup_needs_are_never_dropped(in_two_segments: Path) -> None:
    for path in segments(in_two_segments):
        age(path)
    opened(in_two_segments).drop_before(NOW)
    (in_two_segments / SNAPSHOT).write_bytes(b"{")
    found = recovered(in_two_segments)
    assert (found.state, found.damage) == (D, frozenset({Damage.SNAPSHOT}))


def test_a_journal_tells_how_long_the_house_ran(folder: Path) -> None:
    files = opened(folder)
    write(files, EMPTY, A)
    files.touch()
    age(folder / ALIVE)
    found = recovered(folder)
    assert (found.alive_until, found.restored) == (LONG_AGO, False)
    before = datetime.now(UTC) - timedelta(seconds=1)
    files.touch()
    alive_until = recovered(folder).alive_until
    assert alive_until is not None
    assert before < alive_until < before + timedelta(minutes=1)


def test_a_journal_without_its_sign_of_life_came_back_from_a_backup(
    in_two_segments: Path,
) -> None:
    assert recovered(in_two_segments).restored is False
    (in_two_segments / ALIVE).unlink()
    found = recovered(in_two_segments)
    assert (found.restored, found.alive_until) == (True, None)
    assert found.state == D


def test_backups_leave_out_the_sign_of_life_and_nothing_else(
    in_two_segments: Path,
) -> None:
    names = {path.name for path in in_two_segments.iterdir()}
    assert {name for name in names if name.endswith(".log")} == {ALIVE}
    assert {SNAPSHOT, BACKUP} < names


def test_nobody_else_may_read_the_journal(
    folder: Path, small_segments: None, request: pytest.FixtureRequest
) -> None:
    before = os.umask(0)
    request.addfinalizer(lambda: os.umask(before))
    files = opened(folder)
    write(files, EMPTY, *(house(a=step) for step in range(12)))
    files.touch()
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert {ALIVE, BACKUP, SNAPSHOT} < set(modes)
    assert set(modes.values()) == {0o600}


def test_a_recovered_state_is_that_of_all_lines_in_turn(
    folder: Path, small_segments: None
) -> None:
    files = opened(folder)
    write(files, EMPTY, A, B, C, D, C, A, EMPTY, D, B)
    state = EMPTY
    for line in files.lines():
        state = apply(state, line.change)
    assert recovered(folder).state == state == B
