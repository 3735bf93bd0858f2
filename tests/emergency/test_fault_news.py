"""Who mends is told of each fault once, of many together, and not too often."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from custom_components.smart_quarter.emergency.fault_news import QUIET, SAME, Told, tell

START = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Menders:
    """People who are told, and a clock."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self.now = START
        self.known = Told[str]()
        self.messages: list[tuple[datetime, frozenset[str]]] = []

    def look(self, *faults: str, after: timedelta = SECOND) -> set[str]:
        """Let time pass, look, and return what was told."""
        self.now += after
        self.known, new = tell(self.known, frozenset(faults), self.now)
        if new:
            self.messages.append((self.now, new))
        return set(new)


def test_faults_that_are_found_together_are_one_message() -> None:
    assert Menders().look("battery", "link") == {"battery", "link"}


def test_no_fault_is_no_message() -> None:
    assert Menders().look() == set()


def test_a_fault_that_stays_is_told_once() -> None:
    menders = Menders()
    assert menders.look("battery") == {"battery"}
    for _ in range(50):
        assert menders.look("battery", after=QUIET) == set()


def test_what_comes_soon_after_a_message_waits_and_is_told_together() -> None:
    menders = Menders()
    menders.look("a")
    assert menders.look("a", "b") == set()
    assert menders.look("a", "b", "c", after=QUIET - 2 * SECOND) == set()
    assert menders.look("a", "b", "c") == {"b", "c"}


def test_what_is_mended_before_it_was_told_is_not_told() -> None:
    menders = Menders()
    menders.look("a")
    menders.look("a", "b")
    menders.look("a")
    assert menders.look("a", after=QUIET) == set()


def test_what_comes_back_without_having_been_told_is_news() -> None:
    menders = Menders()
    menders.look("a")
    menders.look("a", "b")
    menders.look("a")
    menders.look("a", "b")
    assert menders.look("a", "b", after=QUIET) == {"b"}


def test_a_fault_that_comes_and_goes_is_the_same_one() -> None:
    menders = Menders()
    assert menders.look("link") == {"link"}
    for _ in range(20):
        menders.look(after=QUIET)
        assert menders.look("link", after=QUIET) == set()


def test_a_fault_that_is_back_after_an_hour_is_news() -> None:
    menders = Menders()
    menders.look("link")
    menders.look()
    assert menders.look("link", after=SAME + SECOND) == {"link"}


def test_a_clock_that_goes_back_a_year_silences_nobody() -> None:
    menders = Menders()
    menders.look("a")
    menders.look("a", after=-timedelta(days=365))
    assert menders.look("a", "b") == {"b"}


class News(RuleBasedStateMachine):
    """Plays faults that come and go."""

    def __init__(self) -> None:
        """Begin with nothing wrong."""
        super().__init__()
        self.menders = Menders()
        self.since: dict[str, datetime] = {}

    @rule(
        faults=st.frozensets(st.sampled_from("abcd")),
        seconds=st.sampled_from([1, 30, 599, 600, 3601]),
    )
    def look(self, faults: frozenset[str], seconds: int) -> None:
        """Look after a while."""
        self.menders.look(*faults, after=timedelta(seconds=seconds))
        now = self.menders.now
        self.since = {key: self.since.get(key, now) for key in faults}

    @invariant()
    def messages_are_far_apart(self) -> None:
        """Expect that nobody is told too often."""
        times = [at for at, _ in self.menders.messages]
        gaps = [after - before for before, after in pairwise(times)]
        assert all(gap >= QUIET for gap in gaps)

    @invariant()
    def what_lasts_was_told(self) -> None:
        """Expect that whoever mends knows of what has been wrong for long."""
        told = {fault for _, faults in self.menders.messages for fault in faults}
        for fault, since in self.since.items():
            if self.menders.now - since >= QUIET:
                assert fault in told


TestNews = News.TestCase
