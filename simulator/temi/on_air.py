"""A robot, its connection, and what can be broken about both."""

from dataclasses import replace
from datetime import datetime
from random import Random

from ..connection import Broker
from ..faults import Faults
from .radio import KEEPALIVE_S, Radio
from .robot import CONNECT, RESTART, Robot
from .spec import Profile, RobotSpec


class Temi:
    """A robot on the air; each tick carries it on."""

    deeds = Robot.deeds

    def __init__(
        self,
        spec: RobotSpec,
        faults: Faults,
        chance: Random,
        broker: Broker,
        keepalive_s: int = KEEPALIVE_S,
    ) -> None:
        """Switch it on."""
        self.key = spec.key
        self.robot = Robot(spec, faults, chance)
        if spec.profile is Profile.OPEN_RMF:
            # It reads its credentials, and never uses them
            broker = replace(broker, username=None, password=None)
        self.radio = Radio(
            broker, spec.serial, self._obey, self.robot.connected, keepalive_s
        )
        self.faults = faults
        self._now: datetime | None = None
        self._is_off = False

    def do(self, deed: str, now: datetime) -> None:
        """Let a person do something with it."""
        self.robot.do(deed, now)
        reconnects = self.robot.spec.profile is Profile.OPEN_RMF
        if deed == RESTART or (deed == CONNECT and reconnects):
            self.radio.close()
            self.radio.drop()

    def tick(self, now: datetime) -> None:
        """Carry it on to a moment; without its app it drives on, but what it tells is lost.

        Without Wi-Fi nothing goes in or out, and nobody is told: the broker has to notice.
        """
        self._now = now
        told = self.robot.advance(now)
        if self._ends() or "wifi_lost" in self.faults:
            return
        self.radio.tick(now, hears_again="deaf_after_reconnect" not in self.faults)
        for message in told:
            self.radio.send(message)

    def close(self) -> None:
        """Switch it off as a power cut does."""
        self.radio.drop()

    def _ends(self) -> bool:
        """Tell whether the app has crashed or was closed, and let it end once."""
        crashes, closed = (
            name in self.faults for name in ("battery_null", "graceful_close")
        )
        if (crashes or closed) and not self._is_off:
            if closed:
                self.radio.close()
            self.radio.drop()
            self.robot.app.open()
        self._is_off = crashes or closed
        return self._is_off

    def _obey(self, topic: str, payload: bytes) -> None:
        """Pass a command on."""
        if self._now is not None:
            self.robot.obey(topic, payload, self._now)
