"""Emergency calls in a real Home Assistant: 246 places with 3,000 sources.

From a source's report over the journal on disk to the first notification, beside a plain YAML
automation on the same bus and the disk's own sync; then storms, set-up, memory and idle cost.
"""

import asyncio
import os
from pathlib import Path
from statistics import median, quantiles
import tempfile
from time import perf_counter
from typing import Any

from .home_assistant import Figures, Subject, free_port, stored_entry, stored_part
from .report import Row, Target, at_most, options, report

OURS = "smart_quarter"
PLAIN = "plain_entities"
PLACES = 246
SOURCES = 3000
PER_PLACE = SOURCES // PLACES + 1
ENTITIES = 7
"""Entities of a place that are on by default."""
PER_TEAM = 3
"""Places of one caretaker: more than five alarms a minute would be told together, and later."""
ROUNDS = 200
IDLE_S = 120.0
QUICK_IDLE_S = 30.0
AUTOMATION = "sensor.automation_source"
NOTIFIER = "notify.plain"

type Json = dict[str, Any]


def main() -> None:
    """Measure, print and write."""
    chosen = options(__doc__ or "")
    rows, targets = asyncio.run(_measure(QUICK_IDLE_S if chosen.quick else IDLE_S))
    report(rows, targets, chosen.json)


async def _measure(idle_s: float) -> tuple[list[Row], list[Target]]:
    """Measure a bare Home Assistant with the same sources, then one with the house.

    A third one has as many entities more with nothing in them: what they need for themselves.
    """
    with tempfile.TemporaryDirectory() as folder:
        bare = await _cost(Path(folder), idle_s, [_plain()])
    with tempfile.TemporaryDirectory() as folder:
        empty = await _cost(Path(folder), idle_s, [_plain(PER_PLACE + ENTITIES)])
    with tempfile.TemporaryDirectory() as folder:
        ours = await _cost(Path(folder), idle_s, [_plain(), _house()])
        rows, storms = await _ways(Path(folder))
    memory_mb = ours.memory_mb - bare.memory_mb
    empty_mb = empty.memory_mb - bare.memory_mb
    memory = f"memory (as many empty entities: {empty_mb:.1f} MB)"
    idle = (ours.cpu_share - bare.cpu_share) * 100
    quiet, busy = rows[1], rows[2]
    targets = [
        at_most("report to notification, p50", float(quiet["p50 ms"]), "ms", 2.0),
        at_most("report to notification, p99", float(quiet["p99 ms"]), "ms", 15.0),
        at_most("with 1,000 other changes/s, p50", float(busy["p50 ms"]), "ms", 2.0),
        at_most("with 1,000 other changes/s, p99", float(busy["p99 ms"]), "ms", 15.0),
        at_most("alarms missing of 246 at once", storms["missing"], "", 0.0),
        at_most("incidents of a storm of drop-outs", storms["drop-outs"], "", 0.0),
        at_most("set-up", ours.setup_s, "s", 3.0),
        at_most(memory, memory_mb, "MB", 40.0),
        at_most("idle cost", idle, "%", 0.2),
    ]
    return rows, targets


async def _cost(folder: Path, idle_s: float, entries: list[Json]) -> Figures:
    """Return what one Home Assistant costs at its second start."""
    subject = _subject(folder)
    subject.store_entries(entries)
    await subject.first_start()
    return await subject.measure(idle_s, OURS)


async def _ways(folder: Path) -> tuple[list[Row], dict[str, float]]:
    """Measure the ways from a report to a notification, and the storms."""
    subject = _subject(folder)
    await subject.start()
    sources = [_source(place, 0) for place in range(PLACES)]
    rows = [
        _row("plain automation", await _times(subject, [AUTOMATION] * ROUNDS)),
        _row("emergency", await _times(subject, sources[:100])),
        _row(
            "emergency, busy bus", await _times(subject, sources[100:200], noise=True)
        ),
        _row("fdatasync of the disk", _syncs(folder)),
    ]
    storms = await _storms(subject)
    await subject.stop()
    return rows, storms


async def _storms(subject: Subject) -> dict[str, float]:
    """Let all sources drop out and come back, then all places call at once."""
    everything = [_source(p, s) for p in range(PLACES) for s in range(1, PER_PLACE)]
    before = await _open_calls(subject)
    for state in ("off", "unavailable", "off"):
        await _report(subject, everything, state)
    await asyncio.sleep(2)
    dropped = await _open_calls(subject) - before
    await _report(subject, [_source(place, 1) for place in range(PLACES)], "on")
    await asyncio.sleep(5)
    raised = await _open_calls(subject) - before - dropped
    return {"drop-outs": dropped, "missing": PLACES - raised}


async def _times(
    subject: Subject, sources: list[str], *, noise: bool = False
) -> list[float]:
    """Return the milliseconds from each report to a notification."""
    answer = await subject.home.command(
        "call_service",
        domain=PLAIN,
        service="measure",
        service_data={"sources": sources, "noise": noise},
        return_response=True,
    )
    times: list[float] = answer["response"]["ms"]
    return times


async def _report(subject: Subject, sources: list[str], state: str) -> None:
    """Let many sources report at once."""
    data = {"sources": sources, "state": state}
    await subject.home.command(
        "call_service", domain=PLAIN, service="report", service_data=data
    )


async def _open_calls(subject: Subject) -> float:
    """Return how many calls are open."""
    return float((await subject.home.states())["sensor.house_open_calls"])


def _syncs(folder: Path) -> list[float]:
    """Return the milliseconds the disk takes to sync a line."""
    handle = os.open(folder / "sync", os.O_WRONLY | os.O_CREAT)
    times = []
    for _ in range(ROUNDS):
        os.write(handle, b"x" * 800)
        begun = perf_counter()
        os.fsync(handle)
        times.append((perf_counter() - begun) * 1000)
    os.close(handle)
    return times


def _row(way: str, times_ms: list[float]) -> Row:
    """Return a line of the table."""
    return {
        "way": way,
        "p50 ms": median(times_ms),
        "p99 ms": quantiles(times_ms, n=100)[98],
        "rounds": len(times_ms),
    }


def _subject(folder: Path) -> Subject:
    """Return a Home Assistant with the automation to compare with."""
    automation = {
        "alias": "Plain",
        "mode": "queued",
        "triggers": {"trigger": "state", "entity_id": AUTOMATION, "to": "on"},
        "actions": {
            "action": "notify.send_message",
            "target": {"entity_id": NOTIFIER},
            "data": {"message": "Alarm"},
        },
    }
    return Subject(folder, free_port(), {"automation plain": [automation]})


def _source(place: int, number: int) -> str:
    """Return a source of a place."""
    return f"sensor.device_{place}_sensor_{number}"


def _plain(per_device: int = PER_PLACE) -> Json:
    """Return the stored entry of the entities that the sources are."""
    data = {"devices": PLACES, "entities": per_device}
    return stored_entry(PLAIN, data, []) | {"entry_id": "01PLAIN000000000000000000A"}


def _house() -> Json:
    """Return the stored entry of a house."""
    parts = []
    for team in range(PLACES // PER_TEAM):
        caretaker = {"role": "caretaker", "notifiers": [NOTIFIER]}
        plan = {"first": [f"person{team}"], "repeat_s": 300, "ways_from": "first"}
        parts.append(stored_part("person", f"person{team}", f"Anna {team}", caretaker))
        parts.append(stored_part("policy", f"plan{team}", f"Plan {team}", plan))
    for place in range(PLACES):
        sources = [
            {
                "source_id": f"{place}-{number}",
                "kind": "smoke" if number == 1 else "manual",
                "entity_id": _source(place, number),
            }
            for number in range(PER_PLACE)
        ]
        plan_id = f"plan{place % (PLACES // PER_TEAM)}"
        data = {"sources": sources, "consent": False, "policy": plan_id}
        parts.append(stored_part("place", f"place{place}", f"Flat {place}", data))
    house = {"system": "emergency", "name": "House", "push_detail": "place"}
    return stored_entry(OURS, house, parts) | {"title": "House"}


if __name__ == "__main__":
    main()
