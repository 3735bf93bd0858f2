"""Diagnostics of a site: settings, state and problems, without names."""

from dataclasses import asdict
from typing import Any

from .codec import encode
from .model import SiteConfig, SiteState
from .problems import Place


def site_diagnostics(
    config: SiteConfig, state: SiteState, problems: frozenset[Place]
) -> dict[str, Any]:
    """Return what the engine works with; zones go by their ids."""
    settings = asdict(config)
    settings["time_zone"] = str(config.time_zone)
    return {
        "config": settings,
        "state": encode(state),
        "problems": sorted(f"{place or 'site'}: {what}" for place, what in problems),
    }
