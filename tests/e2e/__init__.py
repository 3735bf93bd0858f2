"""End to end: real Mosquitto, the simulator, a real Home Assistant process."""
