"""Home Assistant is killed at random moments around an alarm: `script/bench crash`, a few times."""

import pytest

from benchmarks.crash import measure

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

KILLS = 4


@pytest.mark.fault("kill -9")
@pytest.mark.usefixtures("socket_enabled")
async def test_no_alarm_and_no_acknowledgement_is_lost_by_a_kill() -> None:
    counts = await measure(KILLS)
    assert counts["alarms received"] + counts["acknowledgements received"] > 0
    assert counts["alarms lost"] == 0
    assert counts["acknowledgements lost"] == 0
