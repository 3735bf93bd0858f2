"""Cost of irrigation: a real Home Assistant with 60 and 200 zones beside the same one without.

A third one has as many entities with nothing in them: what Home Assistant needs for itself.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
import tempfile
from time import perf_counter
from typing import Any

from custom_components.smart_quarter.irrigation.engine import fit, step
from custom_components.smart_quarter.irrigation.model import SiteState
from custom_components.smart_quarter.irrigation.settings import (
    SiteSettings,
    site_config,
)
from custom_components.smart_quarter.irrigation.site_events import (
    ProbeRead,
    Restarted,
    TimePassed,
)

from .home_assistant import Figures, Subject, free_port, stored_entry, stored_part
from .report import Row, Target, at_most, options, report

OURS = "smart_quarter"
PLAIN = "plain_entities"
ENTITIES_PER_ZONE = 12
SIZES = (60, 200)
IDLE_S = 120.0
QUICK_IDLE_S = 30.0


def main() -> None:
    """Measure, print and write."""
    chosen = options(__doc__ or "")
    idle_s = QUICK_IDLE_S if chosen.quick else IDLE_S
    rows, targets = asyncio.run(_measure(idle_s))
    report(rows, targets, chosen.json)


async def _measure(idle_s: float) -> tuple[list[Row], list[Target]]:
    """Measure all sizes, each beside a bare Home Assistant with the same helpers."""
    rows: list[Row] = []
    for zones in SIZES:
        bare = await _run(zones, idle_s, None)
        plain = await _run(zones, 1.0, _plain_entry(zones))
        ours = await _run(zones, idle_s, _site_entry(zones))
        look_us, reading_us = _engine_us(zones)
        rows.append(
            {
                "zones": zones,
                "setup s": ours.setup_s,
                "bare MB": bare.memory_mb,
                "plain MB": plain.memory_mb - bare.memory_mb,
                "ours MB": ours.memory_mb - bare.memory_mb,
                "bare idle %": bare.cpu_share * 100,
                "ours idle %": (ours.cpu_share - bare.cpu_share) * 100,
                "reading us": reading_us,
                "look us": look_us,
            }
        )
    return rows, _targets(rows)


def _targets(rows: list[Row]) -> list[Target]:
    """Compare with what was promised."""
    small, large = rows
    per_small = float(small["ours MB"]) / int(small["zones"])
    per_large = float(large["ours MB"]) / int(large["zones"])
    look_small = float(small["look us"]) / int(small["zones"])
    look_large = float(large["look us"]) / int(large["zones"])
    return [
        at_most("set-up of 60 zones", float(small["setup s"]), "s", 1.0),
        at_most("memory of 60 zones", float(small["ours MB"]), "MB", 12.0),
        at_most("idle cost of 60 zones", float(small["ours idle %"]), "%", 0.1),
        at_most("memory per zone at 200", per_large, "MB", per_small),
        at_most("look per zone at 200", look_large, "us", look_small * 1.1),
    ]


async def _run(zones: int, idle_s: float, entry: dict[str, Any] | None) -> Figures:
    """Measure one Home Assistant at its second start."""
    with tempfile.TemporaryDirectory() as folder:
        subject = Subject(Path(folder), free_port(), _helpers(zones))
        if entry is not None:
            subject.store_entry(entry)
        await subject.first_start()
        return await subject.measure(idle_s, OURS)


def _engine_us(zones: int) -> tuple[float, float]:
    """Return microseconds of a look at all zones and of one reading with its decision."""
    settings = SiteSettings(
        site={}, zones={f"z{n}": _zone(n) for n in range(zones)}, tank=None
    )
    config = site_config(settings, UTC)
    now = datetime(2026, 7, 1, 6, tzinfo=UTC)
    state, _ = step(config, fit(config, SiteState()), Restarted(), now)
    repeats = 100
    begun = perf_counter()
    for n in range(repeats):
        reading = ProbeRead("z0", "input_number.probe_0", 20 + n % 3)
        state, _ = step(config, state, reading, now)
    read = perf_counter()
    for _ in range(repeats):
        now += timedelta(seconds=60)
        state, _ = step(config, state, TimePassed(), now)
    looked = perf_counter()
    return (looked - read) / repeats * 1e6, (read - begun) / repeats * 1e6


def _zone(number: int) -> dict[str, Any]:
    """Return the settings of a zone."""
    return {
        "name": f"Zone {number}",
        "probes": [f"input_number.probe_{number}"],
        "valve": f"switch.valve_{number}",
        "consent": True,
    }


def _helpers(zones: int) -> dict[str, Any]:
    """Return probes and valves that need no device; both sides have them."""
    switches = [
        {
            "name": f"valve_{n}",
            "unique_id": f"valve_{n}",
            "state": f"{{{{ is_state('input_boolean.open_{n}', 'on') }}}}",
            "turn_on": {"action": "input_boolean.turn_on"},
            "turn_off": {"action": "input_boolean.turn_off"},
        }
        for n in range(zones)
    ]
    probe = {"min": 0, "max": 100, "initial": 24}
    return {
        "input_number": {f"probe_{n}": probe for n in range(zones)},
        "input_boolean": {f"open_{n}": {} for n in range(zones)},
        "template": [{"switch": switches}],
    }


def _site_entry(zones: int) -> dict[str, Any]:
    """Return the config entry of the site as it is stored."""
    zones_stored = [
        stored_part("zone", f"zone{n}", f"Zone {n}", _zone(n)) for n in range(zones)
    ]
    return stored_entry(OURS, {"system": "irrigation", "name": "Site"}, zones_stored)


def _plain_entry(zones: int) -> dict[str, Any]:
    """Return the config entry of entities that do nothing."""
    return stored_entry(PLAIN, {"devices": zones, "entities": ENTITIES_PER_ZONE}, [])


if __name__ == "__main__":
    main()
