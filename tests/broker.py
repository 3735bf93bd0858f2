"""A real MQTT broker for tests."""

import asyncio
from pathlib import Path
import shutil
import socket

PLACES = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin:/usr/bin:/usr/local/bin"
CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous true
persistence false
"""


class Mosquitto:
    """A Mosquitto on a port of its own, which it keeps when it is started again."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(CONFIG.format(port=self.port), encoding="utf-8")
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start the broker and wait until it answers."""
        program = shutil.which("mosquitto", path=PLACES)
        assert program is not None, "mosquitto is not installed"
        self._process = await asyncio.create_subprocess_exec(
            program,
            "-c",
            str(self._config),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(5):
            while not await self._answers():
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End the broker, as a power cut would: without a word to its clients."""
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None

    async def restart(self) -> None:
        """End the broker and start it again on the same port."""
        await self.stop()
        await self.start()

    async def _answers(self) -> bool:
        """Tell whether something listens on the port."""
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
