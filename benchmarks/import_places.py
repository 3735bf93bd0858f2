"""A table of 246 places with 1,476 sources in a real Home Assistant: from the action to the last entity.

The same table again changes nothing; then every place gets one more source.
"""

import asyncio
from pathlib import Path
import tempfile
from time import perf_counter
from typing import Any

from .home_assistant import Subject, free_port, stored_entry, stored_part
from .report import Row, Target, at_most, options, report

OURS = "smart_quarter"
PLAIN = "plain_entities"
PLACES = 246
PER_PLACE = 7
KINDS = ("manual", "fall", "smoke", "gas", "water", "technical")
HOUSE = "01BENCH000000000000000000A"
PATIENCE_S = 120.0

type Json = dict[str, Any]


def main() -> None:
    """Measure, print and write."""
    chosen = options(__doc__ or "")
    rows, targets = asyncio.run(_measure())
    report(rows, targets, chosen.json)


async def _measure() -> tuple[list[Row], list[Target]]:
    """Import into an empty house, again, and with one more source in each place."""
    with tempfile.TemporaryDirectory() as folder:
        subject = Subject(Path(folder), free_port(), {})
        subject.store_entries([_plain(), _house()])
        await subject.start()
        rows = [
            await _import(subject, "new", _table(more=False), "added"),
            await _import(subject, "the same again", _table(more=False), "unchanged"),
            await _import(subject, "one more source", _table(more=True), "changed"),
        ]
        await subject.stop()
    slowest = max(float(row["all entities s"]) for row in rows)
    return rows, [at_most("import of 246 places", slowest, "s", 10.0)]


async def _import(subject: Subject, what: str, table: str, word: str) -> Row:
    """Import a table; return the seconds until the answer and until all places are there."""
    begun = perf_counter()
    answer = await subject.home.command(
        "call_service",
        domain=OURS,
        service="import_places",
        service_data={"config_entry_id": HOUSE, "table": table, "dry_run": False},
        return_response=True,
    )
    answered_s = perf_counter() - begun
    response: Json = answer["response"]
    if len(response[word]) != PLACES:
        raise RuntimeError(f"{what}: {response['errors'][:3]}")
    async with asyncio.timeout(PATIENCE_S):
        while await _places(subject) < PLACES:
            await asyncio.sleep(0.2)
    there_s = perf_counter() - begun
    return {
        "table": what,
        "places": PLACES,
        "answer s": answered_s,
        "all entities s": there_s,
    }


async def _places(subject: Subject) -> int:
    """Return how many places have all their entities."""
    states = await subject.home.states()
    return min(
        sum(each.startswith("sensor.flat_") and each.endswith(end) for each in states)
        for end in ("_state", "_phase")
    )


def _table(*, more: bool) -> str:
    """Return the table of all places."""
    lines = [";".join(["number", *KINDS])]
    for place in range(PLACES):
        cells = [f"sensor.device_{place}_sensor_{n}>50" for n in range(len(KINDS))]
        if more:
            cells[0] += f" sensor.device_{place}_sensor_{len(KINDS)}>50"
        lines.append(";".join([f"Flat {place}", *cells]))
    return "\n".join(lines)


def _plain() -> Json:
    """Return the stored entry of the entities that the sources are."""
    data = {"devices": PLACES, "entities": PER_PLACE}
    return stored_entry(PLAIN, data, []) | {"entry_id": "01PLAIN000000000000000000A"}


def _house() -> Json:
    """Return the stored entry of a house without places."""
    caretaker = {"role": "caretaker", "notifiers": ["notify.plain"]}
    parts = [stored_part("person", "anna", "Anna", caretaker)]
    house = {"system": "emergency", "name": "House", "push_detail": "place"}
    return stored_entry(OURS, house, parts) | {"title": "House", "entry_id": HOUSE}


if __name__ == "__main__":
    main()
