"""Diagnostics of a house: settings, state and faults, by opaque ids."""

from collections.abc import Iterable
from typing import Any

from .codec import encode
from .model import HouseConfig, HouseState


def house_diagnostics(
    config: HouseConfig, state: HouseState, faults: Iterable[object]
) -> dict[str, Any]:
    """Return what the engine works with."""
    return {
        "places": len(config.places),
        "sources": sum(len(place.sources) for place in config.places.values()),
        "policies": {
            policy_id: [
                {"targets": len(step.targets), "lasts_s": step.lasts_s}
                for step in policy.steps
            ]
            for policy_id, policy in config.policies.items()
        },
        "state": encode(state),
        "faults": sorted(str(fault) for fault in faults),
    }
