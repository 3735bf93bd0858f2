"""A complete quarter to try: a broker, the simulator, and a Home Assistant that is set up."""
