"""The processes of the demo: started one after the other, ended in the reverse order."""

import asyncio
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path
import signal
import socket
import sys

from .options import ROOT

STOP_S = 30.0
LAST_LINES = 15


class DemoError(Exception):
    """The demo cannot go on, with the reason."""


class Processes:
    """All processes that the demo has started."""

    def __init__(self, logs: Path) -> None:
        """Let the processes write their output into a folder."""
        self._logs = logs
        self._running: list[tuple[str, Process]] = []

    async def start(self, name: str, *arguments: str) -> None:
        """Start a Python module; a session of its own keeps Ctrl-C for us alone."""
        with self.log(name).open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *arguments,
                cwd=ROOT,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append((name, process))

    def log(self, name: str) -> Path:
        """Return the file with the output of a process."""
        return self._logs / f"{name}.log"

    def check(self) -> None:
        """Raise when a process has ended."""
        for name, process in self._running:
            if process.returncode is not None:
                lines = self.log(name).read_text(errors="replace").splitlines()
                last = "\n".join(lines[-LAST_LINES:])
                raise DemoError(f"{name} has ended ({process.returncode}).\n{last}")

    async def watch(self) -> None:
        """Wait until a process ends, which it should not."""
        waiting = [asyncio.create_task(p.wait()) for _, p in self._running]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        self.check()

    async def stop(self) -> None:
        """End all processes, the last one first."""
        while self._running:
            _, process = self._running.pop()
            await _end(process)


async def _end(process: Process) -> None:
    """Ask a process to end, and insist after a while."""
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_S)
        except TimeoutError:
            process.kill()
            await process.wait()


def check_port(host: str, port: int, option: str) -> None:
    """Raise when something listens on a port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as err:
            raise DemoError(
                f"Port {port} on {host} cannot be used ({err.strerror}). Is a demo or a "
                f"Home Assistant running already? Choose another port with {option}."
            ) from err


async def wait_for_port(host: str, port: int, processes: Processes) -> None:
    """Wait until something listens on a port."""
    while True:
        processes.check()
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
