"""Steps of a place about its sensors: beyond which number, or at which word, each calls."""

from collections.abc import Iterator
from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from ..forms import Errors, Finding, errors_of
from ..part_flow import Answers, PartFlow
from .const import (
    CONF_ABOVE,
    CONF_BELOW,
    CONF_ENTITY,
    CONF_KIND,
    CONF_SOURCES,
    CONF_WORDS,
)
from .house_entities import is_number, needs_rule
from .matching import ON
from .messages import Words
from .table_cells import BETWEEN_SOURCES, BETWEEN_WORDS, RULE_KEYS, clean_words, crossed

_LIMIT: Final = NumberSelector(
    NumberSelectorConfig(mode=NumberSelectorMode.BOX, step="any")
)
LIMITS_SCHEMA: Final = vol.Schema(
    {vol.Optional(CONF_ABOVE): _LIMIT, vol.Optional(CONF_BELOW): _LIMIT}
)
WORDS_SCHEMA: Final = vol.Schema(
    {vol.Required(CONF_WORDS): TextSelector(TextSelectorConfig(multiple=True))}
)


class RuleSteps(PartFlow):
    """Asks for the rule of each sensor that needs one, one after the other, then stores the place."""

    def __init__(self) -> None:
        """Begin with nothing to ask."""
        super().__init__()
        self._asked: list[Answers] = []

    async def async_step_limits(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask beyond which numbers a sensor calls."""
        errors: Errors = {}
        if user_input is not None:
            errors = errors_of(_check_limits(user_input))
            if not errors:
                return await self._async_rule(user_input)
        known = self._asked[0] if user_input is None else user_input
        return await self._async_show("limits", LIMITS_SCHEMA, known, errors)

    async def async_step_words(
        self, user_input: Answers | None = None
    ) -> SubentryFlowResult:
        """Ask at which words a sensor calls."""
        errors: Errors = {}
        if user_input is not None:
            words = clean_words(user_input[CONF_WORDS])
            errors = errors_of(_check_words(words))
            if not errors:
                is_usual = set(words) == ON
                return await self._async_rule({} if is_usual else {CONF_WORDS: words})
        known = {CONF_WORDS: sorted(ON)} | (user_input or self._asked[0])
        return await self._async_show("words", WORDS_SCHEMA, known, errors)

    async def _async_ask_rules(self) -> SubentryFlowResult:
        """Begin with the first sensor that needs a rule, or has one."""
        self._asked = [
            source
            for source in self._known[CONF_SOURCES]
            if CONF_WORDS in source or needs_rule(self.hass, source[CONF_ENTITY])
        ]
        return await self._async_ask_next()

    async def _async_ask_next(self) -> SubentryFlowResult:
        """Go on with the next sensor, or end."""
        if not self._asked:
            return self._finish()
        source = self._asked[0]
        has_limit = CONF_ABOVE in source or CONF_BELOW in source
        if has_limit or is_number(self.hass, source[CONF_ENTITY]):
            return await self.async_step_limits()
        return await self.async_step_words()

    async def _async_rule(self, rule: Answers) -> SubentryFlowResult:
        """Take over the rule of a sensor."""
        source = self._asked.pop(0)
        for key in RULE_KEYS:
            source.pop(key, None)
        source |= rule
        return await self._async_ask_next()

    async def _async_show(
        self, step_id: str, schema: vol.Schema, known: Answers, errors: Errors
    ) -> SubentryFlowResult:
        """Show the form of a sensor, with its name."""
        source = self._asked[0]
        words = await Words.async_load(self.hass)
        state = self.hass.states.get(source[CONF_ENTITY])
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, known),
            errors=errors,
            description_placeholders={
                "entity": source[CONF_ENTITY] if state is None else state.name,
                "kind": words[f"kind_{source[CONF_KIND]}"],
            },
        )


def _check_limits(form: dict[str, Any]) -> Iterator[Finding]:
    """Check the numbers beyond which a sensor calls."""
    if CONF_ABOVE not in form and CONF_BELOW not in form:
        yield CONF_ABOVE, "limit_missing"
    elif crossed(form):
        yield CONF_BELOW, "limits_crossed"


def _check_words(words: list[str]) -> Iterator[Finding]:
    """Check the words at which a sensor calls."""
    if not words:
        yield CONF_WORDS, "words_missing"
    elif any(BETWEEN_WORDS in word or BETWEEN_SOURCES in word for word in words):
        yield CONF_WORDS, "word_marks"
