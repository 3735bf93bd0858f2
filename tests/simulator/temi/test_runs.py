"""A robot plays a sequence: what holds a step, what goes wrong, and what a person can do."""

import pytest

from .office import Office, call, drive, long_drive, speak


async def outcome(office: Office) -> tuple[str, list[str]]:
    """Return how a sequence stands, and what was said."""
    return (await office.status())["sequence"]["status"], office.temi.robot.said


@pytest.mark.parametrize(
    ("on_error", "wanted"),
    [("skip", ("complete", ["Guten Tag"])), ("abort", ("abort", []))],
)
async def test_an_unknown_place_is_skipped_or_ends_the_sequence(
    office: Office, on_error: str, wanted: object
) -> None:
    told = await office.play(long_drive(1, 1, "moon", onError=on_error), speak(2))
    assert told["sequence"]["step"] == 1
    office.run(5)
    assert await outcome(office) == wanted


@pytest.mark.parametrize("deed", ["wall in", "touch"])
@pytest.mark.parametrize(
    ("on_error", "wanted"),
    [("skip", ("complete", ["Guten Tag"])), ("abort", ("abort", []))],
)
async def test_a_drive_that_fails_is_skipped_or_ends_the_sequence(
    office: Office, on_error: str, wanted: object, deed: str
) -> None:
    await office.play(long_drive(1, 1, "entrance", onError=on_error), speak(2))
    office.run(5)
    office.do(deed)
    office.run(20)
    assert await outcome(office) == wanted
    assert (await office.status())["movement"]["status"] == "abort"


async def test_a_drive_that_is_taken_over_has_failed_and_the_other_goes_on(
    office: Office,
) -> None:
    await office.play(long_drive(1, 1, "entrance", onError="abort"), speak(2))
    office.run(5)
    office.temi.robot.drive_to("flat 12.1", office.now)
    office.run(1)
    assert await outcome(office) == ("abort", [])
    office.run(30)
    assert office.temi.robot.driver.place == "flat 12.1"


async def test_a_drive_that_was_under_way_before_is_not_ones_own(
    office: Office,
) -> None:
    office.temi.robot.drive_to("flat 12.1", office.now)
    office.run(5)
    await office.play(long_drive(1, 1, "entrance", onError="abort"), speak(2))
    office.run(30)
    assert await outcome(office) == ("complete", ["Guten Tag"])


async def test_a_sequence_begins_late_and_is_repeated(office: Office) -> None:
    shell = {"startFromStep": 2, "repeatSequence": 1}
    told = await office.play(speak(1, "one"), speak(2, "two"), **shell)
    assert told["sequence"]["step"] == 2
    office.run(5)
    assert await outcome(office) == ("complete", ["two", "one", "two"])


async def test_a_sequence_can_go_on_for_ever(office: Office) -> None:
    await office.play(speak(1, "on"), repeatSequence=-1)
    office.run(60)
    status, said = await outcome(office)
    assert (status, len(said) > 100) == ("start", True)


async def test_words_are_said_one_after_the_other_and_hold_the_step(
    office: Office,
) -> None:
    await office.play(speak(1, "a" * 30), speak(1, "b" * 30), call(2, "temi-nurse"))
    office.run(3.8)
    assert (await office.status())["sequence"]["step"] == 1
    office.run(0.5)
    assert (await office.status())["sequence"]["step"] == 2


async def test_a_drive_and_words_may_share_a_step(office: Office) -> None:
    await office.play(drive(1, "entrance"), speak(1), call(2, "temi-nurse"))
    office.run(2)
    assert office.temi.robot.said == ["Guten Tag"]
    assert (await office.status())["movement"]["status"] == "going"
    office.run(20)
    told = await office.status()
    assert (told["sequence"]["step"], told["call"]["status"]) == (2, "start")


async def test_an_action_may_go_on_over_several_steps(office: Office) -> None:
    await office.play(long_drive(1, 2, "entrance"), speak(1, "a"), speak(2, "b"))
    office.run(5)
    assert (await office.status())["sequence"]["step"] == 2
    assert await outcome(office) == ("start", ["a", "b"])
    office.run(20)
    assert (await outcome(office))[0] == "complete"


async def test_what_is_not_final_holds_no_step(office: Office) -> None:
    way = {**long_drive(1, 1, "flat 12.1"), "finalInEndStep": False}
    await office.play(way, speak(1, "a"), speak(2, "b"))
    office.run(2)
    assert await outcome(office) == ("complete", ["a", "b"])
    assert office.temi.robot.driver.is_driving


@pytest.mark.parametrize("delay", [5, 5.0])
async def test_an_action_may_wait(office: Office, delay: float) -> None:
    await office.play(speak(1, "late", delay=delay), speak(2, "later", delay=-1))
    office.run(4.8)
    assert await outcome(office) == ("start", [])
    office.run(1)
    assert await outcome(office) == ("complete", ["late", "later"])


@pytest.mark.parametrize(
    ("delay", "status"), [(1e300, "start"), (10**400, "start"), (-1e300, "complete")]
)
async def test_however_long_an_action_waits_the_robot_goes_on(
    office: Office, delay: float, status: str
) -> None:
    await office.play(speak(1, delay=delay))
    office.run(60)
    assert (await outcome(office))[0] == status


async def test_who_hangs_up_ends_the_call_and_the_rest_follows(office: Office) -> None:
    office.do("hang up")
    await office.play(call(1, "temi-nurse"), speak(2))
    office.run(600)
    assert (await office.status())["call"]["status"] == "start"
    office.do("hang up")
    assert "call" not in await office.status()
    office.run(2)
    assert await outcome(office) == ("complete", ["Guten Tag"])


@pytest.mark.parametrize(
    ("deed", "stop_by", "ends"),
    [
        ("touch", {"touchScreen": True}, True),
        ("wake word", {"touchScreen": True, "wakeup": True}, True),
        ("touch", {"touchScreen": False, "wakeup": True}, False),
        ("wake word", {"touchScreen": True}, False),
        ("touch", {}, False),
    ],
)
async def test_a_person_ends_a_sequence_if_it_may_be(
    office: Office, deed: str, stop_by: dict[str, bool], ends: bool
) -> None:
    office.do(deed)
    await office.play(call(1, "temi-nurse"), speak(2), stopBy=stop_by)
    office.run(1)
    assert (await outcome(office))[0] == "start", "what was done before is forgotten"
    office.do(deed)
    office.run(1)
    told = await office.status()
    assert told["sequence"]["status"] == ("abort" if ends else "start")
    assert ("call" in told) is not ends
