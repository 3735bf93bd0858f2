"""How many alarms a person is told one by one."""

from hypothesis import given, strategies as st

from custom_components.smart_quarter.emergency.pace import MINUTE_S, MOST_A_MINUTE, Pace


def test_a_few_alarms_are_told_one_by_one() -> None:
    pace = Pace()
    assert all(pace.allows("anna", second) for second in range(MOST_A_MINUTE))
    assert not pace.allows("anna", 10.0)


def test_what_one_person_was_told_holds_up_no_other() -> None:
    pace = Pace()
    while pace.allows("anna", 0.0):
        pass
    assert pace.allows("ben", 0.0)


def test_a_minute_later_there_is_room_again() -> None:
    pace = Pace()
    while pace.allows("anna", 0.0):
        pass
    assert not pace.allows("anna", MINUTE_S - 1)
    assert pace.allows("anna", MINUTE_S)


@given(st.lists(st.floats(0, 30), max_size=60))
def test_no_minute_has_more_than_a_few(waits_s: list[float]) -> None:
    pace, now_s, told_at = Pace(), 0.0, list[float]()
    for wait_s in waits_s:
        now_s += wait_s
        if pace.allows("anna", now_s):
            told_at.append(now_s)
    for first in told_at:
        within = [each for each in told_at if first <= each < first + MINUTE_S]
        assert len(within) <= MOST_A_MINUTE
