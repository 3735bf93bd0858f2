"""Local times of a site: the watering window and the day."""

from datetime import datetime, time, timedelta

from .model import SiteConfig


def in_window(config: SiteConfig, now: datetime) -> bool:
    """Tell whether automatic watering is allowed at this time of day."""
    start, end = config.window_start, config.window_end
    local = now.astimezone(config.time_zone).time()
    if start == end:
        return True
    if start < end:
        return start <= local < end
    return local >= start or local < end


def window_opens(config: SiteConfig, now: datetime) -> datetime:
    """Return when the window opens next."""
    return _next_local(config, now, config.window_start)


def local_midnight_after(config: SiteConfig, now: datetime) -> datetime:
    """Return the end of the local day."""
    return _next_local(config, now, time(0, 0))


def _next_local(config: SiteConfig, now: datetime, at: time) -> datetime:
    """Return the next moment with this local time."""
    local = now.astimezone(config.time_zone)
    candidate = datetime.combine(local.date(), at, tzinfo=config.time_zone)
    if candidate <= local:
        candidate = datetime.combine(
            local.date() + timedelta(days=1), at, tzinfo=config.time_zone
        )
    return candidate.astimezone(now.tzinfo)
