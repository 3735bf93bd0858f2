"""How a robot plays a sequence of the vendor's cloud.

Pure: time comes in as an argument, and the robot is told what to do.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from .actions import Action
from .driving import Phase
from .robot import Robot
from .sequences import Sequence

START, COMPLETE, ABORT = "start", "complete", "abort"


class Doing(Protocol):
    """An action that has begun."""

    def goes_on(self, now: datetime) -> bool:
        """Tell whether it is still under way."""

    def went_wrong(self) -> bool:
        """Tell whether it has failed."""


class Drive:
    """A drive; it may end without the sequence."""

    def __init__(self, place: str, robot: Robot, now: datetime) -> None:
        """Begin it, if the place is known."""
        self._is_known = robot.drive_to(place, now)
        self._ended = robot.ended
        # What was under way before has ended by now: the next to end is this one
        self._mine = len(self._ended)

    def goes_on(self, now: datetime) -> bool:
        """Tell whether it is still under way."""
        return self._is_known and len(self._ended) == self._mine

    def went_wrong(self) -> bool:
        """Tell whether the robot did not get there."""
        if len(self._ended) == self._mine:
            return not self._is_known
        return self._ended[self._mine].phase is Phase.ABORT


class Speech:
    """Words, after all that were said before."""

    def __init__(self, text: str, robot: Robot, now: datetime) -> None:
        """Begin to speak."""
        self._until = robot.say(text, now)

    def goes_on(self, now: datetime) -> bool:
        """Tell whether not all has been said."""
        return now < self._until

    def went_wrong(self) -> bool:
        """Say no: nobody tells whether it was heard."""
        return False


class Call:
    """A call, until somebody hangs up."""

    def __init__(self, robot: Robot) -> None:
        """Let it ring."""
        self._robot = robot
        robot.in_call = True

    def goes_on(self, now: datetime) -> bool:
        """Tell whether it rings or is connected."""
        return self._robot.in_call

    def went_wrong(self) -> bool:
        """Say no: the cloud does not tell whether somebody answered."""
        return False


@dataclass(slots=True)
class Run:
    """A sequence that a robot plays."""

    run_id: str
    token: str
    sequence: Sequence
    robot: Robot
    status: str = START
    step: int = field(init=False)
    _left: int = field(init=False)
    _waiting: list[tuple[datetime, Action]] = field(init=False, default_factory=list)
    _begun: list[tuple[Action, Doing]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        """Stand before the first step; what a person did before does not count."""
        self.step = self.sequence.first - 1
        self._left = self.sequence.repeats
        self.robot.disturbed_by.clear()

    def advance(self, now: datetime) -> None:
        """Begin what is due, and go on to the next step when this one is done."""
        if self.status != START:
            return
        self._begin(now)
        if self._breaks_off():
            self._end(ABORT)
        elif not self._is_held(now):
            self._next(now)

    def stop(self, now: datetime) -> None:
        """End it early, and whatever the robot is at."""
        self._end(ABORT)
        self.robot.stop(now)

    def _end(self, status: str) -> None:
        """End it, and the call with it."""
        self.status, self.robot.in_call = status, False

    def _breaks_off(self) -> bool:
        """Tell whether something failed that must not, or a person does not want it."""
        failed = (action.aborts and doing.went_wrong() for action, doing in self._begun)
        return any(failed) or bool(self.robot.disturbed_by & self.sequence.stop_by)

    def _is_held(self, now: datetime) -> bool:
        """Tell whether this step waits for something."""
        waiting = [action for _, action in self._waiting]
        going_on = [action for action, doing in self._begun if doing.goes_on(now)]
        return any(
            action.is_final and action.last == self.step
            for action in (*waiting, *going_on)
        )

    def _next(self, now: datetime) -> None:
        """Begin the next step, or end."""
        if self.step == self.sequence.last:
            if self._left == 0:
                self._end(COMPLETE)
                return
            self.step, self._left = 0, self._left - 1
        self.step += 1
        self._begun = [pair for pair in self._begun if pair[1].goes_on(now)]
        self._waiting += [
            (now + timedelta(seconds=action.delay_s), action)
            for action in self.sequence.actions
            if action.first == self.step
        ]
        self._begin(now)

    def _begin(self, now: datetime) -> None:
        """Begin the actions that have waited long enough."""
        due = [action for at, action in self._waiting if at <= now]
        self._waiting = [pair for pair in self._waiting if pair[0] > now]
        self._begun += [(action, _begun(action, self.robot, now)) for action in due]


def _begun(action: Action, robot: Robot, now: datetime) -> Doing:
    """Begin an action."""
    match action.kind:
        case "MOVEMENT":
            return Drive(action.what, robot, now)
        case "SPEAK":
            return Speech(action.what, robot, now)
        case _:
            return Call(robot)
