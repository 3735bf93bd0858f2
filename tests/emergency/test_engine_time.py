"""The engine through restarts, old backups, clocks that are set and settings that change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.smart_quarter.emergency.happenings import (
    Attempted,
    Deed,
    PhaseSet,
    Word,
)
from custom_components.smart_quarter.emergency.model import (
    EVERYBODY,
    LAST_RESORT,
    Phase,
    Stage,
)

from .house_world import FLAT, LEAD, START, STUDIO, TECHNICIAN, House, house as config

HOUR = timedelta(hours=1)
TEN_YEARS = timedelta(days=3653)


class TestRestart:
    """The journal is all that is left, and it is enough."""

    def test_who_was_not_told_is_told_at_once(self) -> None:
        house = House(channel_works=False)
        incident_id = house.call()
        house.run(1)
        house.crash()
        house.channel_works = True
        house.run(2)
        house.restart()
        assert house.told_at(incident_id) == [0, 3]
        house.run(27)
        assert house.told_at(incident_id) == [0, 3]

    def test_who_was_told_is_not_told_twice(self) -> None:
        house = House()
        incident_id = house.call()
        house.run(1)
        house.crash()
        house.run(2)
        house.restart()
        assert house.told_at(incident_id) == [0]
        house.run(27)
        assert house.told_at(incident_id) == [0, 30]

    def test_who_is_on_the_way_hears_of_the_second_call_even_so(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.run(60)
        house.channel_works = False
        house.call()
        house.crash()
        house.channel_works = True
        house.run(2)
        house.restart()
        assert house.told_at(incident_id) == [0, 60, 62]
        assert house.stage(incident_id) is Stage.ACKNOWLEDGED

    @pytest.mark.fault("restart in every state")
    @pytest.mark.parametrize("down_s", [1, 100, 5000])
    @pytest.mark.parametrize("deeds", [(), ("acknowledge",), ("arrive",)])
    def test_in_every_stage_it_goes_on(
        self, deeds: tuple[str, ...], down_s: int
    ) -> None:
        house = House()
        incident_id = house.call()
        for deed in deeds:
            house.do(Deed(deed), incident_id)
        before = house.incident(incident_id)
        house.crash()
        house.run(down_s)
        house.restart()
        assert before.deadline is not None
        passed = house.now >= before.deadline
        assert house.incident(incident_id).late is passed
        assert passed or house.incident(incident_id) == before
        assert not passed or house.told_at(incident_id) == [0, down_s]

    def test_a_closed_incident_stays_closed(self) -> None:
        house = House()
        incident_id = house.call()
        house.resolve(incident_id)
        house.crash()
        house.restart()
        house.run(100)
        assert house.stage(incident_id) is Stage.RESOLVED
        assert house.told_at(incident_id) == [0]

    def test_the_time_without_supervision_is_written_down(self) -> None:
        house = House()
        house.call()
        house.crash()
        house.run(300)
        house.restart()
        lines = [each for each in house.entries if each.word is Word.UNSUPERVISED]
        assert [each.detail for each in lines] == [{"since": START.isoformat()}]

    @pytest.mark.parametrize("down_s", [10, 300])
    def test_a_clock_that_is_behind_at_the_start_puts_nothing_off(
        self, down_s: int
    ) -> None:
        house = House()
        incident_id = house.call()
        house.crash()
        house.run(down_s)
        house.set_clock(-HOUR)
        house.restart()
        house.run(60)
        assert max(house.told_at(incident_id)) > down_s

    def test_an_attempt_that_nobody_asked_for_is_not_counted(self) -> None:
        house = House()
        incident_id = house.call()
        house.feed(Attempted(incident_id, 99))
        house.feed(Attempted("gone", 1))
        assert house.incident(incident_id).attempted == 1

    def test_a_source_that_is_still_on_at_the_start_raises_nothing_new(self) -> None:
        house = House()
        incident_id = house.source("smoke")
        house.resolve(incident_id)
        house.crash()
        house.restart()
        before = house.state
        house.source("smoke", late=True)
        assert house.state == before
        assert house.open() == []

    def test_a_source_that_went_on_meanwhile_is_late_and_raised_once(self) -> None:
        house = House()
        house.crash()
        house.run(60)
        house.restart()
        incident_id = house.source("smoke", late=True)
        assert house.incident(incident_id).late
        assert house.told_at(incident_id) == [60]
        house.resolve(incident_id)
        house.source("smoke", late=True)
        assert house.open() == []

    def test_a_source_that_was_off_in_between_raises_anew(self) -> None:
        house = House()
        house.resolve(house.source("smoke"))
        house.clear("smoke")
        house.crash()
        house.restart()
        assert house.stage(house.source("smoke", late=True)) is Stage.ALARM


class TestBackup:
    """An old memory comes back; what is in it may long be over."""

    def restored(
        self,
        hours: float,
        begin: Callable[[House], str] = House.call,
        channel_works: bool = True,
    ) -> tuple[House, str]:
        """Return a house whose memory is a backup that is so many hours old."""
        house = House(channel_works=channel_works)
        incident_id = begin(house)
        house.crash()
        house.run(hours * 3600)
        house.channel_works = True
        house.told.clear()
        house.restart(restored=True)
        return house, incident_id

    def test_what_is_old_is_shown_and_alarms_nobody(self) -> None:
        house, incident_id = self.restored(1.1)
        house.run(24 * 3600)
        assert house.incident(incident_id).review
        assert house.open() == [incident_id]
        assert not house.told
        assert Word.FOR_REVIEW in house.words()

    def test_what_is_recent_is_an_alarm(self) -> None:
        house, incident_id = self.restored(0.9)
        assert not house.incident(incident_id).review
        assert house.told_at(incident_id) == [0.9 * 3600]

    def test_without_a_backup_nothing_is_too_old(self) -> None:
        house = House()
        incident_id = house.call()
        house.crash()
        house.run(48 * 3600)
        house.restart()
        assert house.told_at(incident_id) == [0, 48 * 3600]

    def test_a_new_call_is_a_new_incident(self) -> None:
        house, old = self.restored(2)
        new = house.call()
        assert house.told_at(new) == [7200]
        assert house.incident(old).review
        assert not house.told_at(old)

    @pytest.mark.parametrize("channel_works", [True, False])
    def test_another_restart_does_not_make_it_an_alarm(
        self, channel_works: bool
    ) -> None:
        house, incident_id = self.restored(2, channel_works=channel_works)
        house.crash()
        house.run(60)
        house.restart()
        house.run(600)
        assert not house.told
        assert house.incident(incident_id).review

    @pytest.mark.parametrize("deed", [Deed.REOPEN, Deed.ESCALATE])
    def test_who_thinks_it_is_real_makes_it_an_alarm(self, deed: Deed) -> None:
        house, incident_id = self.restored(2)
        house.do(deed, incident_id, LEAD)
        assert house.told_at(incident_id) == [7200]
        assert not house.incident(incident_id).review

    def test_who_looks_after_it_closes_it(self) -> None:
        house, incident_id = self.restored(2)
        house.resolve(incident_id)
        assert house.stage(incident_id) is Stage.RESOLVED
        assert not house.incident(incident_id).review

    @pytest.mark.parametrize("deed", [Deed.ACKNOWLEDGE, Deed.ARRIVE])
    def test_who_takes_it_a_second_time_is_waited_for(self, deed: Deed) -> None:
        def taken(house: House) -> str:
            incident_id = house.call()
            house.do(deed, incident_id)
            return incident_id

        house, incident_id = self.restored(2, taken)
        house.do(deed, incident_id)
        house.run(3600)
        assert house.told_at(incident_id)


class TestClock:
    """The wall clock may jump; nobody is forgotten because of it."""

    @pytest.mark.fault("clock jumps ten years")
    @pytest.mark.parametrize("by", [-HOUR, -TEN_YEARS])
    @pytest.mark.parametrize("elapsed_s", [0, 10, 29])
    def test_a_clock_set_back_does_not_put_off_an_alarm(
        self, by: timedelta, elapsed_s: int
    ) -> None:
        house = House()
        fallen, called = house.source("radar", "flat"), house.source("cord", "studio")
        house.run(elapsed_s)
        house.set_clock(by)
        house.run(60 - elapsed_s)
        assert house.told_at(fallen) == [30, 60]
        assert house.told_at(called) == [0, 30, 60]

    @pytest.mark.fault("clock jumps ten years")
    @pytest.mark.parametrize("by", [HOUR, TEN_YEARS])
    @pytest.mark.parametrize("deeds", [(), ("acknowledge",), ("arrive",)])
    def test_a_clock_set_forward_makes_an_alarm_due(
        self, by: timedelta, deeds: tuple[str, ...]
    ) -> None:
        house = House()
        incident_id = house.call()
        for deed in deeds:
            house.do(Deed(deed), incident_id)
        house.run(10)
        house.set_clock(by)
        assert house.told_at(incident_id) == [0, 10]
        assert house.stage(incident_id) is Stage.ALARM
        house.run(30)
        assert house.told_at(incident_id) == [0, 10, 40]

    def test_a_clock_that_is_right_again_alarms_as_before(self) -> None:
        house = House()
        house.set_clock(TEN_YEARS)
        incident_id = house.call()
        house.run(10)
        house.set_clock(-TEN_YEARS)
        house.run(50)
        assert house.told_at(incident_id) == [0, 30, 60]

    def test_a_clock_set_back_does_not_give_a_source_time_to_flap(self) -> None:
        house = House()
        house.source("radar")
        house.run(10)
        house.clear("radar")
        house.set_clock(-HOUR)
        house.source("radar")
        house.run(31)
        assert house.told

    def test_after_a_clock_set_back_a_second_call_is_heard(self) -> None:
        house = House()
        incident_id = house.call()
        house.do(Deed.ACKNOWLEDGE, incident_id)
        house.set_clock(-HOUR)
        house.run(60)
        house.call()
        assert house.told_at(incident_id) == [0, 60]

    def test_a_clock_set_back_does_not_prolong_a_walk_test(self) -> None:
        house = House()
        house.test(600)
        house.set_clock(-HOUR)
        house.run(601)
        assert house.stage(house.call()) is Stage.ALARM

    def test_a_clock_set_back_does_not_prolong_the_time_to_reopen(self) -> None:
        house = House()
        incident_id = house.call()
        house.resolve(incident_id)
        house.set_clock(-HOUR)
        house.run(1000)
        house.do(Deed.REOPEN, incident_id, LEAD)
        assert house.stage(incident_id) is Stage.RESOLVED


class TestConfiguration:
    """Places, sources and policies come and go."""

    def test_an_incident_of_a_place_that_is_gone_goes_to_everybody(self) -> None:
        house = House()
        incident_id = house.call()
        house.configure(config(STUDIO))
        house.run(60)
        assert house.told_at(incident_id) == [0, 30, 60]
        assert house.told[-1][1].targets == LAST_RESORT.steps[0].targets == (EVERYBODY,)
        house.run(24 * 3600)
        assert house.open() == [incident_id]
        house.resolve(incident_id)
        assert house.open() == []

    def test_a_pre_alarm_of_a_place_that_is_gone_is_an_alarm(self) -> None:
        house = House()
        incident_id = house.source("motion")
        house.configure(config(STUDIO))
        house.run(600)
        assert house.told[-1][1].targets == (EVERYBODY,)
        assert house.told_at(incident_id) == [600]

    def test_a_policy_that_is_gone_is_everybody(self) -> None:
        house = House()
        house.configure(replace(house.config, policies={}))
        house.call()
        assert house.told[-1][1].targets == (EVERYBODY,)

    def test_what_is_gone_is_forgotten_and_begins_anew(self) -> None:
        house = House()
        house.feed(PhaseSet("flat", Phase.SUPERVISED, TECHNICIAN))
        house.resolve(house.source("smoke"))
        house.configure(config(STUDIO))
        assert not house.state.places
        assert not house.state.raised
        assert house.words()[-1] is Word.CONFIGURED
        house.configure(config(FLAT, STUDIO))
        assert house.stage(house.source("smoke", late=True)) is Stage.ALARM

    def test_settings_that_fit_are_no_news(self) -> None:
        house = House()
        house.feed(PhaseSet("flat", Phase.SUPERVISED, TECHNICIAN))
        house.source("smoke")
        before, entries = house.state, list(house.entries)
        house.configure(house.config)
        assert house.state == before
        assert house.entries == entries
