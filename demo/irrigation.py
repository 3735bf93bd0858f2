"""The irrigation site of the demo, set up through the flows an installer goes through."""

import asyncio
from dataclasses import dataclass

from simulator.scenario import ValveKind, ValveSpec, ZoneSpec
from simulator.world import World

from .entities import Entities
from .home_assistant import HomeAssistant, Json
from .options import Options

DOMAIN = "smart_quarter"
POLL_S = 0.25
TIMERS = {
    ValveKind.SWV: "zigbee2mqtt",
    ValveKind.DUAL: "zigbee2mqtt",
    ValveKind.COUNTDOWN: "number",
    ValveKind.PLAIN: "none",
}
WATERING = {
    # The simulated soil ages 60 times as fast, so the rests are short
    "max_run_min": 12,
    "max_daily_min": 600,
    "cycle_min": 4,
    "soak_min": 1,
    "min_gap_min": 8,
    "settle_min": 4,
    "manual_min": 2,
    "manual_max_min": 30,
    "silent_after_h": 2,
}
SOILS = {"hop": "loamy_sand", "ivy": "silt_loam", "hydrangea": "clay"}
"""What an installer feels between the fingers; the rest is loam."""
TEXTS = {
    "site": {"de": "Grüne Fassade", "en": "Green façade"},
    "tank": {"de": "Zisterne", "en": "Cistern"},
    "wine": {"de": "Wilder Wein", "en": "Wild vine"},
    "ivy": {"de": "Efeu", "en": "Ivy"},
    "wisteria": {"de": "Blauregen", "en": "Wisteria"},
    "hydrangea": {"de": "Kletterhortensie", "en": "Climbing hydrangea"},
    "hop": {"de": "Hopfen", "en": "Hops"},
    "clematis": {"de": "Waldrebe", "en": "Clematis"},
}


@dataclass(frozen=True, slots=True)
class Site:
    """What the forms of the site are answered from."""

    world: World
    entities: Entities
    language: str

    def name(self, key: str) -> str:
        """Return the name of the site or one of its parts."""
        return TEXTS[key][self.language]

    def valve(self, outlet: str) -> tuple[ValveSpec, str]:
        """Return the device and the entity of an outlet."""
        key, _, endpoint = outlet.partition("/")
        spec = next(v for v in self.world.scenario.valves if v.key == key)
        object_id = f"switch_{endpoint}" if endpoint else "switch"
        return spec, self.entities[key, object_id]

    def has_timer(self, zone: ZoneSpec) -> bool:
        """Tell whether the valve of a zone can close by itself."""
        return TIMERS[self.valve(zone.valve)[0].kind] != "none"


async def set_up_irrigation(
    home: HomeAssistant, options: Options, entities: Entities
) -> None:
    """Set up the site, its tank and its zones, and have the valves' timers tested."""
    site = Site(entities.world, entities, options.language)
    entry = await home.add_entry(
        DOMAIN, [{"next_step_id": "irrigation"}, site_form(site)]
    )
    entry_id = entry["result"]["entry_id"]
    await home.add_subentry(entry_id, "tank", [tank_form(site)])
    # The bed in the yard is left for the user to try
    zones = [zone for zone in site.world.scenario.zones if zone.key in TEXTS]
    for zone in zones:
        await home.add_subentry(entry_id, "zone", zone_forms(site, zone))
    with_timer = [zone for zone in zones if site.has_timer(zone)]
    await test_timers(home, len(with_timer))


def site_form(site: Site) -> Json:
    """Return the answers about the site."""
    supply = site.world.scenario.supply
    assert supply.master is not None
    assert supply.pump is not None
    return {
        "name": site.name("site"),
        "master_valve": site.entities[supply.master, "switch"],
        "pump": site.entities[supply.pump, "switch"],
        "max_flow_l_min": supply.capacity_l_min,
        "window_start": "00:00:00",
        "window_end": "00:00:00",
        "temperature": site.entities["thermometer", "temperature"],
        "frost_c": 3,
    }


def tank_form(site: Site) -> Json:
    """Return the answers about the tank."""
    tank = site.world.scenario.tank
    assert tank is not None
    return {
        "name": site.name("tank"),
        "level": site.entities["tank_level", "liquid_level_percent"],
        "capacity_l": tank.capacity_l,
    }


def zone_forms(site: Site, zone: ZoneSpec) -> list[Json]:
    """Return the answers about a zone."""
    spec, entity_id = site.valve(zone.valve)
    safety: Json = {
        "timer": TIMERS[spec.kind],
        "consent": spec.kind is ValveKind.PLAIN,
        "hide_valve": True,
    }
    if spec.kind is ValveKind.COUNTDOWN:
        safety["timer_number"] = site.entities[spec.key, "countdown"]
    first = {
        "name": site.name(zone.key),
        "probes": [site.entities[p.key, "soil_moisture"] for p in zone.probes],
        "valve": entity_id,
        "flow_l_min": zone.flow_l_min,
        "rooted_area_m2": zone.rooted_area_m2,
        "green_wall_area_m2": zone.green_wall_area_m2,
        "behind_master": zone.behind_master,
    }
    return [first, {"soil": SOILS.get(zone.key, "loam")}, WATERING, safety]


async def test_timers(home: HomeAssistant, count: int) -> None:
    """Press the test of every timer: a zone waters only once it has passed."""
    while len(buttons := await _ready_buttons(home)) < count:
        await asyncio.sleep(POLL_S)
    for button in buttons:
        await home.command(
            "call_service",
            domain="button",
            service="press",
            service_data={"entity_id": button},
        )


async def _ready_buttons(home: HomeAssistant) -> list[str]:
    """Return the buttons that test a timer and can be pressed."""
    states = await home.states()
    return [
        entity_id
        for unique_id, entity_id in (await home.entity_ids(DOMAIN)).items()
        if unique_id.endswith("_test_timer")
        and states.get(entity_id, "unavailable") != "unavailable"
    ]
