"""Ways that are no persons: which step they belong to, and for which alarms they are heard."""

from typing import Any

import pytest

from custom_components.smart_quarter.emergency.happenings import Deed
from custom_components.smart_quarter.emergency.model import Policy, PolicyStep
from custom_components.smart_quarter.emergency.settings import policy_config
from custom_components.smart_quarter.emergency.ways import (
    all_entities,
    entities,
    ringing,
    voices,
    way_key,
    ways_by_key,
)

from .house_world import FLAT, LEAD, NURSE, House, house

HALL = {"sirens": ["siren.hall"], "scripts": ["script.call"]}
LOUD = Policy(
    steps=(
        PolicyStep(targets=("nurse",)),
        PolicyStep(targets=("lead", "ways:team")),
    )
)


def targets(**policy: object) -> list[tuple[str, ...]]:
    """Return the targets of the steps of a policy."""
    return [step.targets for step in policy_config("plan", policy).steps]


@pytest.mark.parametrize(
    ("steps", "begin", "expected"),
    [
        (("first", "second", "last"), "first", [True, True, True]),
        (("first", "second", "last"), "second", [False, True, True]),
        (("first", "second", "last"), "last", [False, False, True]),
        (("first", "last"), "second", [False, True]),
        (("first", "second"), "last", [False, True]),
        (("first",), "last", [True]),
    ],
)
def test_ways_go_on_from_their_step_and_begin_at_the_latest_with_the_last(
    steps: tuple[str, ...], begin: str, expected: list[bool]
) -> None:
    policy = {key: ["anna"] for key in steps}
    found = targets(**policy, **HALL, ways_from=begin)
    assert ["ways:plan" in step for step in found] == expected


def test_a_policy_that_was_stored_before_there_were_ways_has_none() -> None:
    assert targets(first=["anna"]) == [("anna",)]
    assert targets(first=["anna"], ways_from="first", sirens=[]) == [("anna",)]


def test_targets_stand_for_the_entities_of_policies_that_are_still_there() -> None:
    policies: dict[str, dict[str, Any]] = {
        "day": {"sirens": ["siren.hall", "light.hall"]},
        "night": {
            "sirens": ["siren.hall"],
            "speakers": ["media_player.hall"],
            "tts": "tts.voice",
        },
    }
    told = ("anna", "ways:day", "ways:night", "ways:gone")
    assert entities(policies, told, "sirens") == ["siren.hall", "light.hall"]
    assert voices(policies, told) == [("media_player.hall", "tts.voice")]
    assert all_entities(policies["night"]) == [
        "siren.hall",
        "media_player.hall",
        "tts.voice",
    ]
    assert ways_by_key(policies)[way_key("light.hall")] == "light.hall"
    assert "hall" not in way_key("light.hall")


class TestInTheEngine:
    def test_ways_are_heard_from_their_step_until_somebody_takes_the_alarm(
        self,
    ) -> None:
        world = House(config=house(FLAT, policy=LOUD))
        incident_id = world.source("button")
        known = world.state.incidents
        assert "ways:team" not in ringing(world.config, known.values())
        world.run(61)
        assert "ways:team" in world.told[-1][1].targets
        assert "ways:team" in ringing(world.config, world.state.incidents.values())
        world.do(Deed.ACKNOWLEDGE, incident_id)
        assert ringing(world.config, world.state.incidents.values()) == set()
        (quiet,) = world.quiets
        assert quiet.incident_id == incident_id
        assert quiet.targets == ("nurse", "lead", "ways:team")

    def test_who_arrives_without_taking_it_first_silences_the_ways_once(self) -> None:
        world = House(config=house(FLAT, policy=LOUD))
        incident_id = world.source("button")
        world.do(Deed.ARRIVE, incident_id)
        world.do(Deed.ACKNOWLEDGE, incident_id)
        assert len(world.quiets) == 1

    def test_an_alarm_that_is_given_back_is_heard_again_and_silenced_again(
        self,
    ) -> None:
        world = House(config=house(FLAT, policy=LOUD))
        incident_id = world.source("button")
        world.run(61)
        world.do(Deed.ACKNOWLEDGE, incident_id)
        world.do(Deed.RELEASE, incident_id)
        assert "ways:team" in world.told[-1][1].targets
        world.do(Deed.ACKNOWLEDGE, incident_id)
        assert len(world.quiets) == 2

    def test_the_all_clear_reaches_the_ways_and_a_reopened_alarm_rings_again(
        self,
    ) -> None:
        world = House(config=house(FLAT, policy=LOUD))
        incident_id = world.source("button")
        world.run(61)
        world.resolve(incident_id)
        (clear,) = world.all_clears
        assert "ways:team" in clear.targets
        world.do(Deed.REOPEN, incident_id, LEAD)
        assert "ways:team" not in ringing(
            world.config, world.state.incidents.values()
        ), "it begins with the first step"
        world.run(61)
        assert "ways:team" in ringing(world.config, world.state.incidents.values())
        assert NURSE.name in world.incident(incident_id).told
