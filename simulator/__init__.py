"""The outside world of a quarter over real MQTT: soil, plants, weather, water, and devices.

Knows nothing of Home Assistant or of the integration: it is what they are tried against.

Two clocks run. Radios, valves and their timers live in real time. Soil, plants, weather and
what flows into the tank live in simulated time, `speed` times as fast. A litre is a litre on
both clocks: an open valve gives its flow per real minute, and just that reaches the soil and
leaves the tank. So a dose wets the soil by the same millimetres at any speed, and the
litres a controller counts are the litres the plants got.
"""
