"""Repair issues of a site, and the flows that mend them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
import voluptuous as vol

from ..const import CONF_SYSTEM, DOMAIN
from ..exceptions import SmartQuarterInputError
from .const import CONF_CONSENT, CONF_MASTER_VALVE, CONF_PUMP, SYSTEM
from .model import Problem
from .problems import Place
from .site_events import Supply

SITE: Final = "site"
CONF_ENTRY: Final = "entry_id"
CONF_PLACE: Final = "place"
CONF_PROBLEM: Final = "problem"

FIXABLE: Final = frozenset(
    {
        Problem.TIMER_MISSING,
        Problem.TIMER_UNTESTED,
        Problem.TIMER_FAILED,
        Problem.VALVE_LOCKED,
        Problem.VALVE_NOT_OPENING,
        Problem.PROBE_IMPLAUSIBLE,
        Problem.STORAGE_CORRUPT,
    }
)
CRITICAL: Final = frozenset(
    {Problem.VALVE_STUCK_OPEN, Problem.VALVE_LOCKED, Problem.STORAGE_FAILED}
)
SUPPLY_KEYS: Final[Mapping[str, str]] = {
    Supply.MASTER: CONF_MASTER_VALVE,
    Supply.PUMP: CONF_PUMP,
}


@callback
def async_report(
    hass: HomeAssistant,
    entry: ConfigEntry,
    found: frozenset[Place],
    previous: frozenset[Place],
    names: Mapping[str, str],
) -> None:
    """Raise what is new and withdraw what is mended."""
    for place, problem in previous - found:
        ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, place, problem))
    for place, problem in found - previous:
        _raise(hass, entry, place, problem, names)


def create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: Mapping[str, Any]
) -> RepairsFlow:
    """Return the flow that mends an issue."""
    if data[CONF_PROBLEM] in (Problem.TIMER_MISSING, Problem.TIMER_FAILED):
        return ConsentFlow(data)
    return ConfirmFlow(data)


def _issue_id(entry: ConfigEntry, place: str | None, problem: Problem) -> str:
    """Return the id of a problem's issue."""
    return f"{SYSTEM}_{entry.entry_id}_{place or SITE}_{problem}"


def _raise(
    hass: HomeAssistant,
    entry: ConfigEntry,
    place: str | None,
    problem: Problem,
    names: Mapping[str, str],
) -> None:
    """Raise the issue of a problem."""
    where = entry.title
    if place is not None and (name := names.get(place) or _name(hass, entry, place)):
        where = f"{entry.title}: {name}"
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, place, problem),
        is_fixable=problem in FIXABLE,
        severity=(
            ir.IssueSeverity.ERROR if problem in CRITICAL else ir.IssueSeverity.WARNING
        ),
        translation_key=f"irrigation_{problem}",
        translation_placeholders={"where": where},
        data={
            CONF_SYSTEM: SYSTEM,
            CONF_ENTRY: entry.entry_id,
            CONF_PLACE: place,
            CONF_PROBLEM: problem.value,
            "where": where,
        },
    )


def _name(hass: HomeAssistant, entry: ConfigEntry, place: str) -> str | None:
    """Return what users call a master valve or pump; words of ours stay untranslated."""
    entity_id: str | None = entry.data.get(SUPPLY_KEYS.get(place, ""))
    if entity_id is None:
        return None
    state = hass.states.get(entity_id)
    return entity_id if state is None else state.name


class _FixFlow(RepairsFlow):
    """What all fix flows of a site share."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Remember what is to be mended."""
        super().__init__()
        self._problem = Problem(data[CONF_PROBLEM])
        self._place: str = data[CONF_PLACE] or SITE
        self._entry_id: str = data[CONF_ENTRY]
        self._where: str = data["where"]

    @property
    def _runtime(self) -> Any:
        """Return the running site."""
        entry = self.hass.config_entries.async_get_known_entry(self._entry_id)
        return entry.runtime_data

    @property
    def _is_gone(self) -> bool:
        """Tell whether the site or the zone has gone since the issue was raised."""
        entry = self.hass.config_entries.async_get_entry(self._entry_id)
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return True
        return self._place not in {SITE, *SUPPLY_KEYS, *entry.subentries}

    def _done(self) -> RepairsFlowResult:
        """End the flow; Home Assistant deletes the issue, mended or not."""
        place = None if self._place == SITE else self._place
        self._runtime.forget_problem((place, self._problem))
        return self.async_create_entry(data={})

    def _ask(
        self, step_id: str, schema: vol.Schema, errors: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Show a step with the place it is about."""
        return self.async_show_form(
            step_id=step_id,
            data_schema=schema,
            errors=errors,
            description_placeholders={"where": self._where},
        )


class ConfirmFlow(_FixFlow):
    """Mend something once a person says that it was looked at."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Begin."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask, then mend."""
        if self._is_gone:
            return self.async_abort(reason="gone")
        if user_input is None:
            return self._ask("confirm", vol.Schema({}))
        try:
            await self._mend()
        except SmartQuarterInputError:
            return self._ask("confirm", vol.Schema({}), {"base": "not_now"})
        return self._done()

    async def _mend(self) -> None:
        """Tell the site."""
        match self._problem:
            case Problem.TIMER_UNTESTED:
                await self._runtime.async_test_timer(self._place)
            case Problem.VALVE_LOCKED | Problem.VALVE_NOT_OPENING:
                await self._runtime.async_unlock(self._place)
            case Problem.PROBE_IMPLAUSIBLE:
                await self._runtime.async_trust_probes(self._place)
            case Problem.STORAGE_CORRUPT:
                self._runtime.acknowledge_corrupt_storage()


class ConsentFlow(_FixFlow):
    """Test the timer again, or accept that only Home Assistant closes the valve."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Offer what can be done; a valve without a timer has nothing to test."""
        if self._problem is Problem.TIMER_MISSING:
            return await self.async_step_consent()
        return self.async_show_menu(
            step_id="init",
            menu_options=["test", "consent"],
            description_placeholders={"where": self._where},
        )

    async def async_step_test(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Test the timer again."""
        if self._is_gone:
            return self.async_abort(reason="gone")
        if user_input is None:
            return self._ask("test", vol.Schema({}))
        try:
            await self._runtime.async_test_timer(self._place)
        except SmartQuarterInputError:
            return self._ask("test", vol.Schema({}), {"base": "not_now"})
        return self._done()

    async def async_step_consent(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask for the consent in so many words."""
        if self._is_gone:
            return self.async_abort(reason="gone")
        schema = vol.Schema({vol.Required(CONF_CONSENT, default=False): bool})
        if user_input is None:
            return self._ask("consent", schema)
        if not user_input[CONF_CONSENT]:
            return self._ask("consent", schema, {CONF_CONSENT: "consent_missing"})
        self._store_consent()
        return self._done()

    def _store_consent(self) -> None:
        """Store the consent with the zone."""
        entry = self.hass.config_entries.async_get_known_entry(self._entry_id)
        subentry = entry.subentries[self._place]
        data = MappingProxyType({**subentry.data, CONF_CONSENT: True})
        self.hass.config_entries.async_update_subentry(entry, subentry, data=data)
