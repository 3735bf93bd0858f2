"""A Temi robot with the stock MQTT bridge app (1.0.2) on its tablet, quirks included."""
