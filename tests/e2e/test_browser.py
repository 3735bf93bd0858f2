"""The demo in the browser, in German: an installer sets up a bed, a caretaker takes an alarm."""

from collections.abc import AsyncIterator
import os
from pathlib import Path
import shutil

from playwright.async_api import ConsoleMessage, Locator, Page, async_playwright, expect
import pytest

from demo.options import ROOT, read_options
from tests.demo.test_demo import arguments, demo, ready

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("socket_enabled"),
]

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
)
PICTURES = ROOT / "docs" / "images"


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """Return the page on which one logs in to the demo, in German."""
    chosen = arguments(tmp_path / "demo")
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser is not None, "chromium is not installed"
    async with demo(*chosen) as process, async_playwright() as playwright:
        await ready(process)
        context = await playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=browser,
            args=list(FLAGS),
            locale="de-DE",
            viewport={"width": 1280, "height": 900},
        )
        page = context.pages[0]
        page.set_default_timeout(30_000)
        await page.goto(read_options(chosen).url)
        try:
            yield page
        finally:
            await page.screenshot(path=tmp_path / "last.png")
            await context.close()


async def log_in(page: Page, user: str) -> None:
    """Log in to the demo."""
    await page.fill("input[name=username]", user)
    await page.fill("input[name=password]", user)
    await page.keyboard.press("Enter")


async def picture(page: Page, name: str, after_s: float = 2.0) -> None:
    """Take a picture for the documentation, when that is wanted."""
    if os.environ.get("SCREENSHOTS"):
        await page.wait_for_timeout(1000 * after_s)
        await page.screenshot(path=PICTURES / f"{name}.png")


async def open_page(page: Page, path: str) -> None:
    """Open a page of Home Assistant."""
    base = page.url.split("/", 3)[:3]
    await page.goto("/".join([*base, path]))


async def choose(page: Page, dialog: Locator, search: str, row: str) -> None:
    """Choose an entity: open the next empty list, search, and click a row."""
    await dialog.get_by_text("Entität auswählen *").first.click()
    await page.locator("ha-combo-box-item").first.wait_for()
    await page.locator("ha-picker-combo-box input").last.fill(search)
    await page.locator("ha-combo-box-item").get_by_text(row, exact=True).click()


async def add_site_with_a_bed(page: Page) -> None:
    """Add a site, and in the forms that follow its first zone."""
    await open_page(page, "config/integrations/integration/smart_quarter")
    await page.get_by_text("Hub hinzufügen").click()
    await page.get_by_text("Bewässerung einer grünen Fassade").click()
    dialog = page.locator("dialog-data-entry-flow")
    await dialog.get_by_text("Eine Anlage ist eine Fassade oder ein Hof").wait_for()
    await dialog.locator("input").first.fill("Hof")
    await dialog.get_by_role("button", name="OK").click()
    await dialog.get_by_text("Eine Zone ist, was ein Ventil bewässert").wait_for()
    await dialog.locator("input").first.fill("Hofbeet")
    await choose(page, dialog, "Sonde Hofbeet", "Soil moisture")
    await choose(page, dialog, "Ventil Hofbeet", "Ventil Hofbeet")
    for step in ("Feldkapazität", "Längste Gabe", "Zeitgeber des Ventils"):
        await dialog.get_by_role("button", name="OK").click()
        await dialog.get_by_text(step, exact=False).first.wait_for()
    await picture(page, "zone_safety")
    await dialog.get_by_role("button", name="OK").click()
    await dialog.get_by_role("button", name="Fertig").click()
    await expect(dialog.get_by_role("button", name="Fertig")).to_be_hidden()
    await page.wait_for_load_state("networkidle")


async def press(page: Page, name: str) -> None:
    """Press a button of the device page."""
    row = page.locator("hui-button-entity-row").filter(has_text=name)
    await row.get_by_text("Drücken").click()


async def test_an_installer_adds_a_bed_in_german_tests_its_valve_and_waters_it(
    page: Page,
) -> None:
    await log_in(page, "demo")
    await page.get_by_text("Zisterne Füllstand").wait_for()
    await picture(page, "demo_overview")
    await add_site_with_a_bed(page)
    await open_page(page, "config/devices/dashboard")
    await page.get_by_text("Hofbeet", exact=True).first.click()
    await page.get_by_text("Zeitgeber des Ventils ist nicht geprüft").first.wait_for()
    await press(page, "Zeitgeber des Ventils prüfen")
    await page.get_by_text("Wird bewässert").first.wait_for()
    await page.get_by_text("Vollständig").first.wait_for(timeout=60_000)
    untested = page.get_by_text("Zeitgeber des Ventils ist nicht geprüft")
    await expect(untested).to_have_count(0)
    await press(page, "Jetzt bewässern")
    await page.get_by_text("Wird bewässert").first.wait_for()
    await page.get_by_text("Geöffnet").first.wait_for()
    await picture(page, "zone_device")


def tile(section: Locator | Page, name: str) -> Locator:
    """Return a tile of a page."""
    return section.locator("hui-tile-card").filter(has_text=name)


def shown(page: Page, name: str, state: str) -> Locator:
    """Return the state of a tile, once that is what it shows."""
    named = page.get_by_text(name, exact=True)
    cards = page.locator("hui-tile-card").filter(has=named)
    return cards.get_by_text(state, exact=True)


def console_errors(page: Page) -> list[str]:
    """Return what will be complained of in the browser."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("console", lambda said: _keep(found, said))
    return found


def _keep(found: list[str], said: ConsoleMessage) -> None:
    """Keep an error."""
    if said.type == "error":
        found.append(said.text)


def flat_on(page: Page) -> Locator:
    """Return what a page shows of the first flat."""
    return page.locator("hui-grid-section").filter(has_text="Wohnung 12.1")


async def is_no_administrator(page: Page) -> bool:
    """Tell whether who is logged in may not change the house."""
    await page.locator("ha-sidebar").wait_for(state="attached")
    return await page.locator("a[href='/config']").count() == 0


async def test_a_resident_presses_the_help_button_and_a_caretaker_closes_the_alarm(
    page: Page,
) -> None:
    await log_in(page, "flat")
    flat = flat_on(page)
    await flat.get_by_text("Ruhe").wait_for()
    await picture(page, "flat_panel")
    await tile(flat, "Hilfe rufen").click()
    await flat.get_by_text("Alarm", exact=True).wait_for()
    assert await is_no_administrator(page)

    await page.evaluate("localStorage.clear()")
    await page.set_viewport_size({"width": 400, "height": 850})
    await open_page(page, "")
    await log_in(page, "care")
    flat = flat_on(page)
    await flat.get_by_text("Alarm", exact=True).wait_for()
    assert await is_no_administrator(page)
    await picture(page, "care_phone")
    await tile(flat, "Übernehmen").click()
    await flat.get_by_text("Übernommen").wait_for()
    await tile(flat, "Bin vor Ort").click()
    await flat.get_by_text("Jemand ist vor Ort").wait_for()
    await tile(flat, "Erledigt").click()
    await flat.get_by_text("Ruhe").wait_for()


async def test_somebody_sends_the_robot_to_a_flat_and_sees_it_drive_and_arrive(
    page: Page,
) -> None:
    complaints = console_errors(page)
    await log_in(page, "demo")
    await page.locator("ha-sidebar").get_by_text("Roboter").click()
    await shown(page, "Bewegung", "Steht").wait_for()
    await tile(page, "Zu Wohnung 12.2 fahren").click()
    await shown(page, "Bewegung", "Fährt").wait_for()
    await shown(page, "Ort", "Unterwegs").wait_for()
    await picture(page, "robot_page", after_s=6)
    await shown(page, "Bewegung", "Angekommen").wait_for()
    await shown(page, "Ort", "wohnung 12.2").wait_for()
    floor = page.locator("hui-picture-entity-card img")
    assert await floor.evaluate("image => image.complete && image.naturalWidth > 0")
    assert complaints == []


async def test_the_robot_looks_in_on_a_flat_asks_and_goes_back_when_all_is_well(
    page: Page,
) -> None:
    complaints = console_errors(page)
    await log_in(page, "demo")
    await page.locator("ha-sidebar").get_by_text("Roboter").click()
    await tile(page, "In Wohnung 12.1 nachsehen").click()
    await shown(page, "Frage", "Wartet auf Antwort").wait_for()
    await shown(page, "Ort", "wohnung 12.1").wait_for()
    await tile(page, "Ja antworten").click()
    await expect(tile(page, "Ja antworten")).to_be_hidden()
    await shown(page, "Bewegung", "Fährt").wait_for()
    await shown(page, "Ort", "home base").wait_for()
    assert complaints == []
