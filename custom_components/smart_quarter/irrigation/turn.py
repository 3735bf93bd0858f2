"""One step of the engine in the making: the state so far and what it asks for."""

from dataclasses import replace
from datetime import datetime

from . import valve_machine
from .decision import is_fed
from .model import RunOutcome, RunStage, SiteConfig, SiteState, ZoneConfig, ZoneState
from .site_events import Command, RunEnded, RunStarted, SiteEffect, Supply
from .valve_model import (
    Close,
    CloseCause,
    Closed,
    Opened,
    Purpose,
    SendClose,
    SendOpen,
    ValveEffect,
    ValveEvent,
    ValveLimits,
    ValvePhase,
    ValveState,
)
from .zone_machine import account_opening, finish_run


class Turn:
    """Works on immutable states; lives for one step only."""

    def __init__(self, config: SiteConfig, state: SiteState, now: datetime) -> None:
        """Begin with the state before the event."""
        self.config = config
        self.state = state
        self.now = now
        self.effects: list[SiteEffect] = []
        self._zones: dict[str, ZoneState] | None = None

    def zone(self, zone_id: str) -> tuple[ZoneConfig, ZoneState]:
        """Return a zone and what it remembers."""
        return self.config.zones[zone_id], self.state.zones[zone_id]

    def put_zone(self, zone_id: str, memory: ZoneState) -> None:
        """Remember a zone's new state."""
        if memory is self.state.zones[zone_id]:
            return
        if self._zones is None:
            # Copied once: nobody else has seen the state of this turn yet
            self._zones = dict(self.state.zones)
            self.state = replace(self.state, zones=self._zones)
        self._zones[zone_id] = memory

    def valve_ids(self) -> list[str]:
        """Return all valves: the shared supply first, so that it also closes first."""
        return [*supplies(self.config), *self.config.zones]

    def valve_state(self, valve_id: str) -> ValveState:
        """Return what is known of a valve."""
        match valve_id:
            case Supply.MASTER:
                return self.state.master
            case Supply.PUMP:
                return self.state.pump
        return self.state.zones[valve_id].valve

    def limits(self, valve_id: str) -> ValveLimits:
        """Return what a valve may do now."""
        if (supply := supplies(self.config).get(valve_id)) is not None:
            return supply
        zone, memory = self.zone(valve_id)
        if memory.hose_until is None or memory.hose_until <= self.now:
            return zone.valve
        hose_s = (memory.hose_until - self.now).total_seconds()
        return replace(zone.valve, manual_max_s=round(hose_s))

    def valve(self, valve_id: str, event: ValveEvent) -> None:
        """Let something happen to a valve and follow what comes of it."""
        before = self.valve_state(valve_id)
        after, effects = valve_machine.step(
            self.limits(valve_id), before, event, self.now
        )
        if after != before:
            self._put_valve(valve_id, after)
        for effect in effects:
            self._follow(valve_id, effect)

    def stop_run(self, zone_id: str, outcome: RunOutcome) -> None:
        """End a zone's run: at once when it waits, after the close when it waters."""
        _, memory = self.zone(zone_id)
        if (run := memory.run) is None:
            return
        opening = memory.valve.opening
        if opening is not None and opening.purpose is not Purpose.FOREIGN:
            ending = run.ending or outcome
            self.put_zone(zone_id, replace(memory, run=replace(run, ending=ending)))
            self.valve(zone_id, Close())
            return
        self._finish(zone_id, outcome)

    def pause_run(self, zone_id: str) -> None:
        """Close the valve of a run that goes on when there is water again."""
        _, memory = self.zone(zone_id)
        assert memory.run is not None
        run = replace(memory.run, stage=RunStage.PAUSED, next_at=None)
        self.put_zone(zone_id, replace(memory, run=run))
        self.valve(zone_id, Close())

    def _finish(self, zone_id: str, outcome: RunOutcome) -> None:
        """End a run whose valve is closed."""
        memory, record = finish_run(self.zone(zone_id)[1], outcome, self.now)
        self.put_zone(zone_id, memory)
        if record is not None:
            self.effects.append(RunEnded(zone_id, record))

    def _put_valve(self, valve_id: str, valve: ValveState) -> None:
        """Remember a valve's new state."""
        match valve_id:
            case Supply.MASTER:
                self.state = replace(self.state, master=valve)
            case Supply.PUMP:
                self.state = replace(self.state, pump=valve)
            case _:
                memory = self.state.zones[valve_id]
                self.put_zone(valve_id, replace(memory, valve=valve))

    def _follow(self, valve_id: str, effect: ValveEffect) -> None:
        """Pass a command on, or carry an opened or closed valve into its zone."""
        match effect:
            case SendOpen() | SendClose():
                self.effects.append(Command(valve_id, effect))
            case Opened() if valve_id in self.config.zones:
                self._opened(valve_id)
            case Closed() if valve_id in self.config.zones:
                self._closed(valve_id, effect)
            case Closed(cause=cause) if cause is not CloseCause.COMMAND:
                self._supply_failed()

    def _supply_failed(self) -> None:
        """End the runs of all zones whose water passes the shared supply."""
        for zone_id, zone in self.config.zones.items():
            if is_fed(self.config, zone):
                self.stop_run(zone_id, RunOutcome.NOT_OPENED)

    def _opened(self, zone_id: str) -> None:
        """Note the start of a run at its first confirmed opening."""
        _, memory = self.zone(zone_id)
        run = memory.run
        if run is None or run.started_at is not None:
            return
        if memory.valve.phase is not ValvePhase.OPEN:
            return
        run = replace(run, started_at=self.now)
        self.put_zone(zone_id, replace(memory, run=run))
        self.effects.append(RunStarted(zone_id, run))

    def _closed(self, zone_id: str, closed: Closed) -> None:
        """Book an opening and report a run that ended with it."""
        zone, memory = self.zone(zone_id)
        memory, record = account_opening(self.config, zone, memory, closed, self.now)
        self.put_zone(zone_id, memory)
        if record is not None:
            self.effects.append(RunEnded(zone_id, record))


def supplies(config: SiteConfig) -> dict[str, ValveLimits]:
    """Return the shared supply a site has, in the order in which it is closed."""
    known = {Supply.MASTER: config.master, Supply.PUMP: config.pump}
    return {key: limits for key, limits in known.items() if limits is not None}
