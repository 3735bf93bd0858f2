"""A quarter for the end-to-end tests: one zone with a proven timer, one without, one free of the master."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from custom_components.smart_quarter.irrigation.codec import encode
from custom_components.smart_quarter.irrigation.model import SiteState, ZoneState
from custom_components.smart_quarter.irrigation.settings import zone_config
from custom_components.smart_quarter.irrigation.valve_model import ValveState

from .stack import Stack

ZONES = ("timed", "plain", "free")
WET = {"depleted": 0.1}


def scenario(**zones: dict[str, Any]) -> dict[str, Any]:
    """Return a simulated quarter; a zone's changes go by its key."""
    kinds = {"timed": "swv", "plain": "plain", "free": "swv"}
    return {
        "name": "E2E",
        "start": "2026-07-01T06:00:00+00:00",
        "climate": {"rain_chance": 0.0},
        "valves": [
            *(
                {
                    "key": f"{key}_valve",
                    "name": f"{key} valve",
                    "kind": kind,
                    "latency_s": [0.2, 0.4],
                }
                for key, kind in kinds.items()
            ),
            {"key": "master", "name": "master", "kind": "relay"},
        ],
        "zones": [
            {
                "key": key,
                "name": key,
                "valve": f"{key}_valve",
                "flow_l_min": 12,
                "behind_master": key != "free",
                "probes": [{"key": f"{key}_probe", "name": f"{key} probe"}],
                **WET,
                **zones.get(key, {}),
            }
            for key in ZONES
        ],
        "supply": {"master": "master"},
        "tank": {"capacity_l": 5000, "initial": 0.8},
    }


def zone_settings(key: str) -> dict[str, Any]:
    """Return the settings of a zone; gaps are short because soil runs fast."""
    return {
        "probes": [f"sensor.{key}_probe_soil_moisture"],
        "valve": f"switch.{key}_valve",
        "soil": "loam",
        "flow_l_min": 12.0,
        "rooted_area_m2": 4.0,
        "green_wall_area_m2": 24.0,
        "timer": "none" if key == "plain" else "zigbee2mqtt",
        "consent": key == "plain",
        "min_gap_min": 5,
        "settle_min": 5,
        "behind_master": key != "free",
    }


SITE = {
    "master_valve": "switch.master",
    "max_flow_l_min": 60.0,
    "window_start": "00:00:00",
    "window_end": "00:00:00",
}


def proven() -> dict[str, Any]:
    """Return a ledger in which the timers have passed their test."""
    now = datetime.now(UTC)
    zones = {}
    for key in ZONES:
        timer = zone_config(key, zone_settings(key)).valve.timer
        valve = ValveState(timer=timer, timer_proven_at=now)
        zones[key] = ZoneState(valve=valve, automatic=False)
    zones["plain"] = ZoneState(automatic=False)
    return encode(SiteState(zones=zones))


@pytest.fixture
def use_custom_integrations() -> None:
    """Start no Home Assistant in this process."""


@pytest.fixture
async def stack(socket_enabled: None, tmp_path: Path) -> AsyncIterator[Stack]:
    """Start a quarter in which nothing is watered unless it is asked for."""
    zones = {key: zone_settings(key) for key in ZONES}
    quarter = Stack(tmp_path, scenario(), SITE, zones, proven())
    try:
        await quarter.start()
        yield quarter
    finally:
        await quarter.stop()
