"""Loaded by pytest before its other plugins: the test plugin is made for the previous release."""

import homeassistant  # noqa: F401  aliases httpx before anything imports it
from homeassistant.components import logger
from homeassistant.components.logger import helpers

if not hasattr(logger, "_clear_logger_overwrites"):
    logger._clear_logger_overwrites = helpers._clear_logger_overwrites  # type: ignore[attr-defined]
