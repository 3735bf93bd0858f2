"""Steps to set up a house, its places, persons and policies, and to change them."""

from collections.abc import Iterator
from typing import Any, override

from homeassistant.config_entries import ConfigFlowResult, SubentryFlowResult
from homeassistant.util.ulid import ulid_now

from ..entry_flow import EntryFlow
from ..forms import Errors, Finding, errors_of
from ..part_flow import Answers, PartFlow
from .const import (
    CONF_ACTIVITY,
    CONF_AREA,
    CONF_CHECK_IN_UNTIL,
    CONF_CONSENT,
    CONF_ENTITY,
    CONF_FIRST,
    CONF_INACTIVITY_H,
    CONF_KIND,
    CONF_LAST,
    CONF_PERSONS,
    CONF_PIN,
    CONF_PLACE,
    CONF_POLICY,
    CONF_ROLE,
    CONF_SECOND,
    CONF_SOURCE_ID,
    CONF_SOURCES,
    CONF_USER,
    CONF_WATCH,
    SUBENTRY_PERSON,
    SUBENTRY_PLACE,
    SUBENTRY_POLICY,
    SYSTEM,
)
from .flow_checks import (
    check_house,
    check_person,
    check_pin,
    check_place,
    check_policy,
    check_shift,
    check_watch,
)
from .flow_rules import RuleSteps
from .flow_schema import (
    HOUSE_SCHEMA,
    KINDS,
    PERSON_SCHEMA,
    PLACE_SCHEMA,
    POLICY_SCHEMA,
    SHIFT_SCHEMA,
    WATCH_SCHEMA,
    with_options,
)
from .house_entities import sources_of_area
from .messages import Words
from .model import EVERYBODY, ON_DUTY
from .pins import UNCHANGED, protect
from .settings import CARE


class EmergencyFlow(EntryFlow):
    """Config steps of a house."""

    async def async_step_emergency(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Set up a house."""

        def check(form: Answers) -> Iterator[Finding]:
            return check_house(self.hass, form, None)

        return await self._async_set_up(
            SYSTEM, HOUSE_SCHEMA, user_input, check, step_id="emergency"
        )

    async def async_step_emergency_reconfigure(
        self, user_input: Answers | None = None
    ) -> ConfigFlowResult:
        """Change a house."""

        def check(form: Answers) -> Iterator[Finding]:
            own_id = self._get_reconfigure_entry().entry_id
            return check_house(self.hass, form, own_id)

        return await self._async_change(
            SYSTEM, HOUSE_SCHEMA, user_input, check, step_id="emergency_reconfigure"
        )


class PlaceFlow(RuleSteps):
    """Steps of a place."""

    @override
    async def async_step_user(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask for the sources by their kinds, and who is told."""
        errors: Errors = {}
        if user_input is not None:
            looked_at = self._known.get(CONF_AREA)
            findings = check_place(
                self.hass, user_input, self._get_entry(), self._own_id
            )
            errors = self._judge(PLACE_SCHEMA, user_input, findings)
            area_id = self._known.get(CONF_AREA)
            if area_id not in {None, looked_at}:
                found = self._suggest(str(area_id))
                errors[CONF_AREA] = "area_suggested" if found else "area_empty"
            if not errors and self._known[CONF_WATCH]:
                return await self.async_step_watch()
            if not errors:
                self._forget(WATCH_SCHEMA)
                return await self._async_finish_place()
        elif self._is_change:
            self._known |= _by_kind(self._known[CONF_SOURCES])
        names = {CONF_POLICY: self._titles_of(SUBENTRY_POLICY)}
        return self._form("user", with_options(PLACE_SCHEMA, names), errors)

    def _suggest(self, area_id: str) -> int:
        """Add what an area offers, to be looked at before it is stored; return how much."""
        chosen = {each for kind in KINDS for each in self._known.get(kind.value, ())}
        found = 0
        for kind, offered in sources_of_area(self.hass, area_id).items():
            new = [each for each in offered if each not in chosen]
            self._known[kind.value] = [*self._known.get(kind.value, ()), *new]
            found += len(new)
        return found

    async def async_step_watch(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask what is watched, and from when on somebody is asked."""
        errors: Errors = {}
        if user_input is not None:
            consent: bool = self._known[CONF_CONSENT]
            findings = check_watch(self.hass, user_input, consent)
            errors = self._judge(WATCH_SCHEMA, user_input, findings)
            if not errors:
                return await self._async_finish_place()
        elif not self._known.keys() & {CONF_ACTIVITY, CONF_CHECK_IN_UNTIL}:
            self._known[CONF_INACTIVITY_H] = 12
        return self._form("watch", WATCH_SCHEMA, errors)

    async def _async_finish_place(self) -> SubentryFlowResult:
        """Store the place; a source that stays keeps its id."""
        known = {
            (source[CONF_KIND], source[CONF_ENTITY]): source
            for source in self._known.get(CONF_SOURCES, ())
        }
        sources: list[Answers] = []
        for kind in KINDS:
            for entity_id in self._known.pop(kind.value, ()):
                new = {
                    CONF_SOURCE_ID: ulid_now(),
                    CONF_KIND: kind.value,
                    CONF_ENTITY: entity_id,
                }
                sources.append(dict(known.get((kind.value, entity_id), new)))
        self._known[CONF_SOURCES] = sources
        return await self._async_ask_rules()


class PersonFlow(PartFlow):
    """Steps of a person."""

    @override
    async def async_step_user(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask for the role, and how to reach the person."""
        errors: Errors = {}
        if user_input is not None:
            findings = check_person(
                self.hass, user_input, self._get_entry(), self._own_id
            )
            errors = self._judge(PERSON_SCHEMA, user_input, findings)
            if not errors:
                errors |= await self._async_protect_pin()
            if not errors:
                return self._finish()
        elif self._known.get(CONF_PIN):
            self._known[CONF_PIN] = UNCHANGED
        users = {
            user.id: user.name or user.id
            for user in await self.hass.auth.async_get_users()
            if user.is_active and not user.system_generated
        }
        names = {CONF_USER: users, CONF_PLACE: self._titles_of(SUBENTRY_PLACE)}
        return self._form("user", with_options(PERSON_SCHEMA, names), errors)

    async def _async_protect_pin(self) -> Errors:
        """Keep a PIN only in a form that tells nobody which it is; refuse another person's."""
        if not (pin := self._known.get(CONF_PIN)):
            return {}
        if pin == UNCHANGED:
            self._known[CONF_PIN] = self._get_reconfigure_subentry().data[CONF_PIN]
            return {}
        findings = check_pin(pin, self._get_entry(), self._own_id)
        if errors := await self.hass.async_add_executor_job(errors_of, findings):
            return errors
        self._known[CONF_PIN] = await self.hass.async_add_executor_job(protect, pin)
        return {}


class PolicyFlow(PartFlow):
    """Steps of a policy."""

    @override
    async def async_step_user(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask whom to tell, and when to go on."""
        errors: Errors = {}
        if user_input is not None:
            errors = self._judge(POLICY_SCHEMA, user_input, self._check(user_input))
            if not errors:
                return self._finish()
        told = await self._groups()
        told |= self._titles_of(SUBENTRY_PERSON)
        names = dict.fromkeys((CONF_FIRST, CONF_SECOND, CONF_LAST), told)
        return self._form("user", with_options(POLICY_SCHEMA, names), errors)

    def _check(self, form: Answers) -> Iterator[Finding]:
        """Check the form of a policy."""
        return check_policy(self.hass, form, self._get_entry(), self._own_id)

    async def _groups(self) -> dict[str, str]:
        """Return the words for groups; the list cannot translate only some of its values."""
        words = await Words.async_load(self.hass)
        return {EVERYBODY: words["everybody"], ON_DUTY: words["on_duty"]}


class ShiftFlow(PartFlow):
    """Steps of a shift of the weekly plan."""

    @override
    async def async_step_user(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask who is on duty, and when."""
        errors: Errors = {}
        if user_input is not None:
            findings = check_shift(user_input, self._get_entry(), self._own_id)
            errors = self._judge(SHIFT_SCHEMA, user_input, findings)
            if not errors:
                return self._finish()
        names = {CONF_PERSONS: self._team()}
        return self._form("user", with_options(SHIFT_SCHEMA, names), errors)

    def _team(self) -> dict[str, str]:
        """Return the names of those who can be on duty."""
        return {
            part.subentry_id: part.title
            for part in self._get_entry().get_subentries_of_type(SUBENTRY_PERSON)
            if part.data[CONF_ROLE] in CARE
        }


def _by_kind(sources: list[Answers]) -> dict[str, Any]:
    """Return the entities of stored sources by the field they are entered in."""
    found: dict[str, Any] = {}
    for source in sources:
        found.setdefault(source[CONF_KIND], []).append(source[CONF_ENTITY])
    return found
