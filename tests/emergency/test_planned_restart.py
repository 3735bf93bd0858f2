"""An announced restart: who cares is told when the house listens again."""

from datetime import timedelta

import pytest

from custom_components.smart_quarter.emergency.happenings import (
    Deed,
    RestartPlanned,
    Word,
)
from custom_components.smart_quarter.emergency.model import SYSTEM_ACTOR, Actor

from .house_world import LEAD, NURSE, RESIDENT, TECHNICIAN, House


@pytest.fixture(name="world")
def world_fixture() -> House:
    """Return a house."""
    return House()


def restart(world: House, after: timedelta, restored: bool = False) -> list[Word]:
    """Restart Home Assistant and return what the journal says of it."""
    said = len(world.entries)
    world.crash()
    world.now += after
    world.restart(restored)
    return [each.word for each in world.entries[said:]]


@pytest.mark.parametrize("actor", [LEAD, TECHNICIAN])
def test_after_an_announced_restart_the_house_listens_again(
    world: House, actor: Actor
) -> None:
    world.feed(RestartPlanned(actor))
    assert (world.entries[-1].word, world.entries[-1].by) == (
        Word.RESTART_PLANNED,
        actor.name,
    )
    assert Word.LISTENS_AGAIN in restart(world, timedelta(minutes=3))
    assert world.listens_again == 1


def test_it_is_said_once(world: House) -> None:
    world.feed(RestartPlanned(LEAD))
    restart(world, timedelta(minutes=3))
    assert Word.LISTENS_AGAIN not in restart(world, timedelta(minutes=3))
    assert world.listens_again == 1


def test_a_restart_that_nobody_announced_is_not_spoken_of(world: House) -> None:
    assert Word.LISTENS_AGAIN not in restart(world, timedelta(minutes=3))


def test_a_restart_on_another_day_is_another_one(world: House) -> None:
    world.feed(RestartPlanned(LEAD))
    assert Word.LISTENS_AGAIN not in restart(world, timedelta(hours=2))
    assert world.state.restart_planned_at is None


def test_what_comes_back_with_a_backup_waits_for_nothing(world: House) -> None:
    world.feed(RestartPlanned(LEAD))
    assert Word.LISTENS_AGAIN not in restart(world, timedelta(minutes=3), restored=True)


@pytest.mark.parametrize("actor", [NURSE, RESIDENT, SYSTEM_ACTOR])
def test_nobody_else_may_announce_one(world: House, actor: Actor) -> None:
    world.feed(RestartPlanned(actor))
    (entry,) = world.entries
    assert (entry.word, entry.detail["deed"]) == (Word.REFUSED, Deed.RESTART)
    assert Word.LISTENS_AGAIN not in restart(world, timedelta(minutes=3))
