"""What all tests share."""

# First of all: the test plugin brings a package of the same name
import custom_components  # noqa: F401  # isort: skip

from collections.abc import AsyncIterator, Iterator
import os
from pathlib import Path

from homeassistant.helpers.entity import Entity
from hypothesis import settings
import pytest
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from syrupy.assertion import SnapshotAssertion

from .broker import Mosquitto
from .shown_texts import watched

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that wait for real processes, so that they overlap."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)


@pytest.fixture(autouse=True)
def use_custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration, where a test starts one."""
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
def all_that_is_shown_has_a_text(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which users are shown something that has no text."""
    if "hass" not in request.fixturenames:
        yield
        return
    with watched() as shown:
        yield
    assert shown.missing == set()


@pytest.fixture
def all_entities_are_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let also those appear that are off by default."""
    on = property(lambda _: True)
    monkeypatch.setattr(Entity, "entity_registry_enabled_default", on)


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Keep what a test writes away from the plugin's own files."""
    return hass_tmp_config_dir


@pytest.fixture
async def mosquitto(socket_enabled: None, tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """Start a real broker that ends with the test."""
    broker = Mosquitto(tmp_path)
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Leave out of snapshots what differs from run to run."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)
