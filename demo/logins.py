"""The logins of the demo, beside the one that sets everything up."""

from dataclasses import dataclass

from .home_assistant import HomeAssistant
from .options import Options

LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Login:
    """An ordinary user; the password is the same as the name."""

    user: str
    url_path: str
    """The page it sees first."""


CARE = Login("care", "quarter-care")
"""A caretaker's phone."""
PANEL = Login("flat", "quarter-flat")
"""A tablet on the wall of the first flat; no resident gets a login of the house."""


async def open_page_of(home: HomeAssistant, login: Login, options: Options) -> None:
    """Let a login begin with its own page, in the chosen language."""
    async with HomeAssistant(home.url) as own:
        await own.enter_as(login.user, login.user)
        await use_language(own, options)
        value = {"default_panel": login.url_path}
        await own.command("frontend/set_user_data", key="core", value=value)


async def use_language(home: HomeAssistant, options: Options) -> None:
    """Let the web page speak the chosen language, whatever the browser prefers."""
    value = {"language": options.language}
    await home.command("frontend/set_user_data", key=LANGUAGE, value=value)
