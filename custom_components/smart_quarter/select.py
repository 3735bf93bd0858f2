"""Selections: each system brings its own."""

from homeassistant.const import Platform

from .door import platform_setup

PARALLEL_UPDATES = 0

async_setup_entry = platform_setup(Platform.SELECT)
