"""The MQTT broker of the demo: everybody who can reach it may use it, so keep it on loopback."""

import argparse
import asyncio
from contextlib import suppress
import logging
import signal

from amqtt.broker import Broker  # type: ignore[import-untyped]
from amqtt.contexts import BrokerConfig  # type: ignore[import-untyped]


def main() -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="demo.broker", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    # It logs a refused protocol version as an error, and every new HA first tries MQTT 5
    logging.basicConfig(level=logging.CRITICAL)
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(options.host, options.port))


async def _run(host: str, port: int) -> None:
    """Serve until a signal comes."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    broker = Broker(_config(host, port))
    await broker.start()
    await stopped.wait()
    await broker.shutdown()


def _config(host: str, port: int) -> BrokerConfig:
    """Return the settings: one listener, no passwords."""
    return BrokerConfig.from_dict(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
            "plugins": {
                "amqtt.plugins.authentication.AnonymousAuthPlugin": {
                    "allow_anonymous": True
                }
            },
        }
    )


if __name__ == "__main__":
    main()
