"""Prepares the configuration folder of Home Assistant."""

from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any

from homeassistant.components.http import config as http_config
from homeassistant.components.onboarding import (
    STORAGE_KEY as ONBOARDING,
    STORAGE_VERSION as ONBOARDING_VERSION,
)
from homeassistant.components.onboarding.const import STEP_CORE_CONFIG
import yaml

from .options import ROOT, Options

INTEGRATION = Path("custom_components") / "smart_quarter"
YAML = """\
# Written anew at every start of the demo
homeassistant:
  name: Smartes Quartier
  latitude: 50.8866
  longitude: 11.6089
  elevation: 155
  unit_system: metric
  time_zone: Europe/Berlin
  currency: EUR
  country: DE
  language: {language}

frontend:
config:
history:
logbook:
energy:
my:
sun:

automation: !include automations.yaml
script: !include scripts.yaml
scene: !include scenes.yaml

logger:
  default: warning
  logs:
    # Nothing here has a camera; their libraries need not be there
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""
INCLUDES: dict[str, Any] = {
    "automations.yaml": [],
    "scripts.yaml": {},
    "scenes.yaml": [],
}


def prepare(folder: Path, options: Options) -> None:
    """Write what Home Assistant needs to start the way the options say."""
    (folder / ".storage").mkdir(parents=True, exist_ok=True)
    text = YAML.format(language=options.language)
    (folder / "configuration.yaml").write_text(text, encoding="utf-8")
    for name, empty in INCLUDES.items():
        if not (folder / name).exists():
            (folder / name).write_text(yaml.safe_dump(empty), encoding="utf-8")
    _link_integration(folder)
    _store_http(folder, options)
    _store_onboarding(folder)


def _link_integration(folder: Path) -> None:
    """Let Home Assistant load the integration from the checkout."""
    link = folder / INTEGRATION
    link.parent.mkdir(exist_ok=True)
    if link.is_symlink():
        link.unlink()
    link.symlink_to(ROOT / INTEGRATION, target_is_directory=True)


def _store_http(folder: Path, options: Options) -> None:
    """Store where to listen; a setting in YAML would ask to be confirmed in a dialog."""
    wanted = http_config.HTTP_STORAGE_SCHEMA(
        {"server_host": [options.host], "server_port": options.port}
    )
    meta = {
        http_config.HTTP_CONFIG_CREATED_AT: datetime.now(UTC).isoformat(),
        http_config.HTTP_CONFIG_ERROR: None,
        http_config.HTTP_CONFIG_ERROR_MESSAGE: None,
    }
    data = {
        http_config.KEY_STABLE: {**wanted, **meta},
        http_config.KEY_PENDING: None,
        http_config.KEY_YAML_MIGRATION_DONE: True,
    }
    version = http_config.STORAGE_VERSION, http_config.STORAGE_MINOR_VERSION
    _store(folder, http_config.STORAGE_KEY, version, data)


def _store_onboarding(folder: Path) -> None:
    """Skip the onboarding step that would add weather and radio from the internet."""
    if not (folder / ".storage" / ONBOARDING).exists():
        _store(
            folder, ONBOARDING, (ONBOARDING_VERSION, 1), {"done": [STEP_CORE_CONFIG]}
        )


def _store(folder: Path, key: str, version: tuple[int, int], data: Any) -> None:
    """Write a file the way Home Assistant stores things."""
    content = {
        "version": version[0],
        "minor_version": version[1],
        "key": key,
        "data": data,
    }
    path = folder / ".storage" / key
    path.write_text(json.dumps(content, indent=2, default=str), encoding="utf-8")
    path.chmod(0o600)
