"""Errors that are shown to a user."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .const import DOMAIN


class SmartQuarterError(HomeAssistantError):
    """Something failed that the user did right."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Name the sentence to show and what to fill in."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        )


class SmartQuarterInputError(ServiceValidationError):
    """Something was asked for that cannot be done."""

    def __init__(self, key: str, **placeholders: str) -> None:
        """Name the sentence to show and what to fill in."""
        super().__init__(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders=placeholders,
        )
