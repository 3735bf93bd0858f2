"""The engine while people care: taken, on scene, closed, opened again."""

import pytest

from custom_components.smart_quarter.emergency.happenings import Deed, Word
from custom_components.smart_quarter.emergency.model import EVERYBODY, Outcome, Stage

from .house_world import LEAD, NIGHT_NURSE, NURSE, House


class TestAcknowledged:
    """Somebody is on the way, and is waited for."""

    def test_who_is_on_the_way_is_left_in_peace(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(20)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(599)
        assert house.told_at(incident_id) == [0]
        assert house.incident(incident_id).assignee == "nurse"

    def test_who_does_not_arrive_is_not_waited_for_for_ever(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(70)
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(600)
        assert house.told_at(incident_id) == [0, 30, 60, 670]
        assert house.stage(incident_id) is Stage.ALARM
        assert house.incident(incident_id).step == 1
        assert house.incident(incident_id).assignee is None
        assert house.words()[-1] is Word.RETURNED

    def test_who_does_not_come_after_all_gives_it_back(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(15)
        house.do(Deed.RELEASE, incident_id)
        assert house.told_at(incident_id) == [0, 15]
        house.do(Deed.ACKNOWLEDGE, incident_id, NIGHT_NURSE)
        assert house.incident(incident_id).assignee == "night_nurse"

    def test_who_needs_more_hands_escalates(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.do(Deed.ESCALATE, incident_id)
        assert house.stage(incident_id) is Stage.ALARM
        assert house.told_at(incident_id) == [0, 0]

    @pytest.mark.parametrize("after_s", [31, 120, 500])
    def test_a_second_call_is_told_to_who_is_on_the_way(self, after_s: int) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id, NIGHT_NURSE)
        house.run(after_s)
        house.call()
        assert house.open() == [incident_id]
        assert house.stage(incident_id) is Stage.ACKNOWLEDGED
        assert house.told_at(incident_id) == [0, after_s]
        assert house.told[-1][1].targets == ("night_nurse", "nurse")
        assert house.words()[-1] is Word.CALLED_AGAIN

    def test_a_hand_that_shakes_calls_once(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        for _ in range(10):
            house.run(2)
            house.call()
        assert house.told_at(incident_id) == [0]
        assert house.incident(incident_id).causes[0].count == 11

    def test_who_never_stops_calling_is_heard(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        for _ in range(12):
            house.run(20)
            house.call()
        assert len(house.told_at(incident_id)) > 3

    def test_another_source_of_the_same_kind_is_told_at_once(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(5)
        house.source("button")
        assert house.told_at(incident_id) == [0, 5]


class TestOnScene:
    """Somebody is there."""

    def there(self, house: House) -> str:
        """Return an incident at which the nurse is."""
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.do(Deed.ARRIVE, incident_id)
        return incident_id

    def test_who_is_there_is_left_in_peace_for_an_hour(self) -> None:
        house = House()
        incident_id = self.there(house)
        house.run(3599)
        assert house.told_at(incident_id) == [0]

    def test_an_incident_that_nobody_closes_is_an_alarm_again(self) -> None:
        house = House()
        incident_id = self.there(house)
        house.run(3600)
        assert house.stage(incident_id) is Stage.ALARM
        assert house.told_at(incident_id) == [0, 3600]
        assert house.words()[-1] is Word.RETURNED

    def test_a_new_call_is_a_new_incident(self) -> None:
        house = House()
        first = self.there(house)
        house.run(60)
        second = house.call()
        assert house.stage(first) is Stage.ON_SCENE
        assert house.stage(second) is Stage.ALARM
        assert house.told_at(second) == [60]

    def test_who_leaves_without_closing_gives_it_back(self) -> None:
        house = House()
        incident_id = self.there(house)
        house.do(Deed.RELEASE, incident_id)
        assert house.stage(incident_id) is Stage.ALARM


class TestResolved:
    """A person closed it."""

    @pytest.mark.parametrize("outcome", Outcome)
    def test_everybody_who_was_told_hears_that_it_is_over(
        self, outcome: Outcome
    ) -> None:
        house = House()
        incident_id = house.call()
        house.run(61)
        house.do(Deed.RESOLVE, incident_id, NIGHT_NURSE, outcome)
        assert house.all_clears[-1].targets == ("nurse", "lead", EVERYBODY)
        assert house.incident(incident_id).outcome is outcome
        assert house.incident(incident_id).assignee == "night_nurse"
        told = list(house.told)
        house.run(3000)
        assert house.told == told

    def test_the_lead_opens_it_again_for_a_quarter_of_an_hour(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(60)
        house.resolve(incident_id)
        house.run(900)
        house.do(Deed.REOPEN, incident_id, NURSE)
        assert house.stage(incident_id) is Stage.RESOLVED
        house.do(Deed.REOPEN, incident_id, LEAD)
        assert house.stage(incident_id) is Stage.ALARM
        assert house.told_at(incident_id)[-1] == 960
        assert house.incident(incident_id).step == 0
        assert house.incident(incident_id).outcome is None

    def test_later_it_stays_closed(self) -> None:
        house = House()
        incident_id = house.call()
        house.resolve(incident_id)
        house.run(901)
        house.do(Deed.REOPEN, incident_id, LEAD)
        assert house.stage(incident_id) is Stage.RESOLVED
        assert house.entries[-1].detail["reason"] == "too_late_to_reopen"

    def test_a_cancelled_one_can_be_opened_again_too(self) -> None:
        house = House()
        incident_id = house.source("radar")
        house.cancel()
        house.do(Deed.REOPEN, incident_id, LEAD)
        assert house.stage(incident_id) is Stage.ALARM

    def test_after_an_hour_only_the_journal_knows_it(self) -> None:
        house = House()
        incident_id = house.call()
        house.resolve(incident_id)
        house.run(3600)
        assert incident_id in house.state.incidents
        house.run(1)
        assert incident_id not in house.state.incidents

    def test_a_call_after_it_is_a_new_incident(self) -> None:
        house = House()
        first = house.call()
        house.resolve(first)
        second = house.call()
        assert house.stage(first) is Stage.RESOLVED
        assert house.open() == [second]
