"""How long the demo takes until it is usable: first and second start, beside a bare Home Assistant."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
import signal
from statistics import median
import sys
import tempfile
from time import monotonic

from demo.options import ROOT

from .home_assistant import Subject, free_port
from .report import Row, at_most, options, report

STARTS = 5
QUICK_STARTS = 2
READY = b"Ctrl-C"
LONGEST_S = 180.0


def main() -> None:
    """Measure, print and write."""
    chosen = options(__doc__ or "")
    rows = asyncio.run(_measure(QUICK_STARTS if chosen.quick else STARTS))
    second_s = float(rows[-1]["median s"])
    report(rows, [at_most("second start", second_s, "s", 30.0)], chosen.json)


async def _measure(starts: int) -> list[Row]:
    """Start each in turn, so that a machine that becomes slower is slower for all."""
    bare, first, second = list[float](), list[float](), list[float]()
    for _ in range(starts):
        with tempfile.TemporaryDirectory() as folder:
            bare.append(await _bare_start(Path(folder)))
        with tempfile.TemporaryDirectory() as folder:
            first.append(await _demo_start(Path(folder)))
            second.append(await _demo_start(Path(folder)))
    return [
        _row("bare Home Assistant, second start", bare),
        _row("demo, first start", first),
        _row("demo, second start", second),
    ]


async def _bare_start(folder: Path) -> float:
    """Return the seconds of the second start of a Home Assistant with nothing to do."""
    subject = Subject(folder, free_port(), {})
    await subject.first_start()
    begun = monotonic()
    await subject.start()
    taken = monotonic() - begun
    await subject.stop()
    return taken


async def _demo_start(folder: Path) -> float:
    """Return the seconds until the demo says that it can be used."""
    ports = (f"--port={free_port()}", f"--broker-port={free_port()}")
    begun = monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo", *ports, f"--state={folder}"),
        cwd=ROOT,
        stdout=PIPE,
        stderr=DEVNULL,
    )
    assert process.stdout is not None
    async with asyncio.timeout(LONGEST_S):
        while READY not in (line := await process.stdout.readline()):
            assert line, "the demo ended by itself"
    taken = monotonic() - begun
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.wait(), 60)
    return taken


def _row(what: str, times_s: list[float]) -> Row:
    """Return a line of the table."""
    return {
        "start": what,
        "median s": median(times_s),
        "longest s": max(times_s),
        "starts": len(times_s),
    }


if __name__ == "__main__":
    main()
