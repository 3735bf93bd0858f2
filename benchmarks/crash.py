"""kill -9 of a real Home Assistant at random moments around an alarm: what was received is kept.

Each round lets a cord report and kills while, or just after, Home Assistant takes that in; then a
caretaker acknowledges, and it is killed again. The cords vanish with the process, so that nothing
but the journal can bring an alarm back.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from pathlib import Path
from random import Random
import tempfile
from typing import Any

from aiohttp import ClientError

from demo.processes import DemoError

from .home_assistant import Subject, free_port, stored_entry, stored_part
from .report import at_most, options, report

DOMAIN = "smart_quarter"
PLACES = 8
KILLS = 1000
QUICK_KILLS = 20
LATEST_KILL_S = 0.02
"""The moment of the kill after the report was sent; it is taken in within a few milliseconds."""

type Json = dict[str, Any]


def main() -> None:
    """Measure, print and write."""
    chosen = options(__doc__ or "")
    kills = QUICK_KILLS if chosen.quick else KILLS
    found = asyncio.run(measure(kills))
    rows: list[dict[str, str | int | float]] = [dict(found)]
    lost = [
        at_most(f"{what} lost", float(found[f"{what} lost"]), "", 0.0)
        for what in ("alarms", "acknowledgements")
    ]
    report(rows, lost, chosen.json)


async def measure(kills: int, seed: int = 0) -> Counter[str]:
    """Kill so many times and count what was received, kept and lost."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder), Random(seed))
        await trial.begin()
        while trial.counts["kills"] < kills:
            await trial.round()
        await trial.end()
    return trial.counts


class Trial:
    """One Home Assistant that is killed again and again."""

    def __init__(self, folder: Path, random: Random) -> None:
        """Prepare it; nothing runs yet."""
        self._subject = Subject(folder, free_port(), {})
        self._random = random
        names = ("kills", "alarms received", "alarms unseen", "alarms lost")
        more = (
            "acknowledgements received",
            "acknowledgements unseen",
            "acknowledgements lost",
        )
        self.counts = Counter(dict.fromkeys((*names, *more), 0))

    async def begin(self) -> None:
        """Make the login, then the house that knows it."""
        await self._subject.start()
        user = await self._subject.home.command("auth/current_user")
        await self._subject.stop()
        self._subject.store_entry(_house(user["id"]))
        await self._subject.start()

    async def end(self) -> None:
        """Stop in an orderly way."""
        await self._subject.stop()

    async def round(self) -> None:
        """Raise an alarm and take it, with a kill at each; then close what is there."""
        place = self._random.randrange(PLACES)
        cord = f"binary_sensor.cord_{place}"
        await self._subject.home.set_state(cord, "off")
        pulled = await self._killed_during(self._subject.home.set_state(cord, "on"))
        alarms = await self._open()
        self._count("alarms", received=pulled, kept=bool(alarms))
        for incident in alarms:
            await self._acknowledge(incident["incident_id"])
        for incident in await self._open():
            closing = {"incident_id": incident["incident_id"], "outcome": "test"}
            await self._action("resolve", **closing)

    async def _acknowledge(self, incident_id: str) -> None:
        """Take an alarm, with a kill."""
        taken = await self._killed_during(
            self._action("acknowledge", incident_id=incident_id)
        )
        stages = {each["incident_id"]: each["stage"] for each in await self._open()}
        kept = stages.get(incident_id) == "acknowledged"
        self._count("acknowledgements", received=taken, kept=kept)

    async def _killed_during(self, deed: Awaitable[Any]) -> bool:
        """Kill a moment after something was sent, start again, return whether it was received."""
        task = asyncio.ensure_future(deed)
        await asyncio.sleep(self._random.uniform(0, LATEST_KILL_S))
        received = task.done() and task.exception() is None
        await self._subject.kill()
        self.counts["kills"] += 1
        await asyncio.wait([task], timeout=1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await self._subject.home.close()
        await self._subject.start()
        return received

    def _count(self, what: str, *, received: bool, kept: bool) -> None:
        """Count what was received, what never was, and what was lost."""
        self.counts[f"{what} {'received' if received else 'unseen'}"] += 1
        self.counts[f"{what} lost"] += received and not kept

    async def _open(self) -> list[Json]:
        """Return the open incidents."""
        answer = await self._subject.home.command(
            "call_service",
            domain=DOMAIN,
            service="list_incidents",
            return_response=True,
        )
        closed = ("resolved", "cancelled")
        incidents: list[Json] = answer["response"]["incidents"]
        return [each for each in incidents if each["stage"] not in closed]

    async def _action(self, name: str, **data: object) -> None:
        """Call an action of the emergency system."""
        try:
            await self._subject.home.command(
                "call_service", domain=DOMAIN, service=name, service_data=data
            )
        except (ClientError, TypeError) as err:
            raise DemoError(name) from err


def _house(user_id: str) -> Json:
    """Return the stored entry of a house whose lead is the login."""
    places = [
        stored_part("place", f"place{n}", f"Flat {n}", {"sources": [_cord(n)]})
        for n in range(PLACES)
    ]
    lead = {"role": "lead", "user": user_id}
    persons = [stored_part("person", "lead", "Lea", lead)]
    data = {"system": "emergency", "name": "House", "push_detail": "place"}
    return stored_entry(DOMAIN, data, [*places, *persons])


def _cord(number: int) -> Json:
    """Return the source of a place."""
    return {
        "source_id": f"cord{number}",
        "kind": "manual",
        "entity_id": f"binary_sensor.cord_{number}",
    }


if __name__ == "__main__":
    main()
