"""What can be chosen when the demo is started."""

import argparse
from dataclasses import dataclass
import locale
from pathlib import Path

ROOT = Path(__file__).parent.parent
CLOUD_PORT = 18831


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The choices of a start."""

    host: str
    port: int
    broker_port: int
    cloud_port: int = CLOUD_PORT
    speed: float
    language: str
    faults: tuple[str, ...]
    reset: bool
    state: Path
    """Folder with all that the demo remembers."""

    @property
    def url(self) -> str:
        """Return the address for a browser on this machine."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "127.0.0.1"} else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"


def read_options(arguments: list[str]) -> Options:
    """Read the command line."""
    options = _parser().parse_args(arguments)
    return Options(
        host=options.host,
        port=options.port,
        broker_port=options.broker_port,
        cloud_port=options.cloud_port,
        speed=options.speed,
        language=options.language,
        faults=tuple(options.fault),
        reset=options.reset,
        state=options.state.absolute(),
    )


def _parser() -> argparse.ArgumentParser:
    """Return the reader of the command line."""
    parser = argparse.ArgumentParser(
        prog="script/demo", formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8123, help="port of the web page")
    parser.add_argument("--broker-port", type=int, default=18830, help="port for MQTT")
    parser.add_argument(
        "--cloud-port", type=int, default=CLOUD_PORT, help="port of the robot's cloud"
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=60.0,
        help="how many times as fast soil, plants and weather run",
    )
    parser.add_argument("--language", choices=("de", "en"), default=_language())
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="DEVICE:FAULT[=VALUE]",
        help="begin with a broken device, such as wine_valve:ignores_close",
    )
    parser.add_argument(
        "--reset", action="store_true", help="forget all and start over"
    )
    parser.add_argument(
        "--state",
        type=Path,
        default=ROOT / ".demo",
        help="folder for all that is remembered",
    )
    return parser


def _language() -> str:
    """Return the language of this machine, English if it is neither of ours."""
    name, _ = locale.getlocale()
    return "de" if name and name.lower().startswith(("de", "german")) else "en"
