"""A watchman outside hears every minute that the house is watched."""

from aiohttp import web
from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_quarter.emergency.faults import Problem
from tests.broker import free_port

from .conftest import SetUp, house_entry, part
from .test_repairs import is_raised
from .test_runtime import later

ANNA = part("person", "anna", role="caretaker", notifiers=["notify.pager"])


class Watchman:
    """A web server that counts the calls, and answers as it is told."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.calls = 0
        self.status = 200
        self.port = free_port()
        app = web.Application()
        app.router.add_get("/beat", self._answer)
        self._runner = web.AppRunner(app)

    async def start(self) -> None:
        """Begin."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        """End."""
        await self._runner.cleanup()

    async def _answer(self, _request: web.Request) -> web.Response:
        """Count."""
        self.calls += 1
        return web.Response(status=self.status)


@pytest.fixture
def watched_house(set_up: SetUp, socket_enabled: None) -> SetUp:
    """Return what sets a house up that may use the network."""
    return set_up


async def test_the_watchman_is_called_every_minute_and_his_silence_is_a_fault(
    hass: HomeAssistant,
    watched_house: SetUp,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    watchman = Watchman()
    await watchman.start()
    url = f"http://127.0.0.1:{watchman.port}/beat"
    entry = await watched_house(house_entry(ANNA, heartbeat_url=url))
    assert watchman.calls == 1
    await later(hass, freezer, 61)
    assert watchman.calls == 2
    watchman.status = 500
    for _ in range(2):
        await later(hass, freezer, 61)
    assert not is_raised(hass, Problem.HEARTBEAT_FAILED)
    await later(hass, freezer, 61)
    assert is_raised(hass, Problem.HEARTBEAT_FAILED)
    watchman.status = 200
    await later(hass, freezer, 61)
    assert not is_raised(hass, Problem.HEARTBEAT_FAILED)
    await watchman.stop()
    for _ in range(3):
        await later(hass, freezer, 61)
    assert is_raised(hass, Problem.HEARTBEAT_FAILED)
    assert "/beat" not in caplog.text
    _forget(hass, entry)
    await later(hass, freezer, 61)
    assert not is_raised(hass, Problem.HEARTBEAT_FAILED)


def _forget(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Take the address out of the settings, as the form does."""
    data = {key: entry.data[key] for key in entry.data if key != "heartbeat_url"}
    hass.config_entries.async_update_entry(entry, data=data)


async def test_a_house_without_a_watchman_calls_nobody(
    hass: HomeAssistant, watched_house: SetUp, freezer: FrozenDateTimeFactory
) -> None:
    await watched_house(house_entry(ANNA))
    for _ in range(4):
        await later(hass, freezer, 61)
    assert not is_raised(hass, Problem.HEARTBEAT_FAILED)
