"""Draws the icons and logos of Smart Quarter: a house, a plant that climbs it, and a drop.

Run it with the environment's Python after a change; the pictures are part of the repository.
"""

from math import atan2, cos, degrees, pi, sin
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

BRAND = Path(__file__).resolve().parent.parent / "custom_components/smart_quarter/brand"

SCALE = 4
SIZE = 512 * SCALE
HOUSE = "#f3e9d6"
ROOF = "#c8553d"
WINDOW = "#3f5b73"
LIT = "#f7c04a"
STEM = "#2f6b3a"
LEAF = "#4f9d4a"
YOUNG_LEAF = "#82c05a"
DROP = "#2b8fd6"
SHINE = "#a9d8f7"
INK = {"": "#24424f", "dark_": "#eef4f2"}

type Point = tuple[float, float]


def draw_icon() -> Image.Image:
    """Draw the icon, four times too large so that its edges become smooth."""
    image = Image.new("RGBA", (SIZE, SIZE))
    draw = ImageDraw.Draw(image)
    _draw_house(draw)
    _draw_plant(draw)
    _draw_drop(draw, 384, 396, 82)
    return image


def _draw_house(draw: ImageDraw.ImageDraw) -> None:
    """Draw a block of flats with three storeys; somebody is at home."""
    draw.rounded_rectangle(_scaled(92, 62, 424, 500), 18 * SCALE, fill=HOUSE)
    draw.rounded_rectangle(_scaled(72, 40, 444, 84), 16 * SCALE, fill=ROOF)
    for row in range(3):
        for column in range(3):
            left, top = 190 + column * 76, 122 + row * 112
            colour = LIT if (row, column) in {(0, 1), (1, 2)} else WINDOW
            draw.rounded_rectangle(
                _scaled(left, top, left + 50, top + 70), 9 * SCALE, fill=colour
            )


def _draw_plant(draw: ImageDraw.ImageDraw) -> None:
    """Draw a stem that winds up the wall, with leaves that get younger towards the top."""
    stem = [_stem(step / 200) for step in range(201)]
    for x, y in stem:
        _dot(draw, x, y, 9, STEM)
    for number in range(9):
        share = 0.06 + number * 0.115
        x, y = _stem(share)
        side = 1 if number % 2 else -1
        length = 74 - 32 * share
        colour = YOUNG_LEAF if share > 0.6 else LEAF
        _draw_leaf(draw, (x, y), (side * length, -0.45 * length), colour)
    x, y = _stem(1)
    _draw_leaf(draw, (x, y), (18, -44), YOUNG_LEAF)


def _stem(share: float) -> Point:
    """Return where the stem is at a share of its way up."""
    return 128 + 20 * sin(share * 3.2 * pi), 500 - 392 * share


def _draw_leaf(
    draw: ImageDraw.ImageDraw, start: Point, reach: Point, colour: str
) -> None:
    """Draw a pointed leaf from where it grows to where it reaches."""
    length = (reach[0] ** 2 + reach[1] ** 2) ** 0.5
    turn = atan2(reach[1], reach[0])
    outline = [
        (share / 40, 0.36 * sin(pi * (share / 40) ** 0.8)) for share in range(41)
    ]
    outline += [(along, -across) for along, across in reversed(outline)]
    points = [
        (
            (start[0] + length * (along * cos(turn) - across * sin(turn))) * SCALE,
            (start[1] + length * (along * sin(turn) + across * cos(turn))) * SCALE,
        )
        for along, across in outline
    ]
    draw.polygon(points, fill=colour)


def _draw_drop(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    """Draw a drop of water with a light edge, so that it stands out on every background."""
    for size, colour in ((radius + 16, "#ffffff"), (radius, DROP)):
        tip = y - radius * 2.05 - (size - radius) * 1.5
        distance = y - tip
        tangent = (size**2 * 1.0) / distance
        half = size * (1 - (size / distance) ** 2) ** 0.5
        draw.ellipse(_scaled(x - size, y - size, x + size, y + size), fill=colour)
        corners = [(x, tip), (x - half, y - tangent), (x + half, y - tangent)]
        draw.polygon([(px * SCALE, py * SCALE) for px, py in corners], fill=colour)
    inner = radius * 0.62
    start = degrees(pi * 0.52)
    draw.arc(
        _scaled(x - inner, y - inner, x + inner, y + inner),
        start,
        start + 78,
        fill=SHINE,
        width=15 * SCALE,
    )


def _dot(
    draw: ImageDraw.ImageDraw, x: float, y: float, radius: float, colour: str
) -> None:
    """Draw a dot."""
    draw.ellipse(_scaled(x - radius, y - radius, x + radius, y + radius), fill=colour)


def _scaled(left: float, top: float, right: float, bottom: float) -> list[float]:
    """Return a box in the pixels of the large drawing."""
    return [left * SCALE, top * SCALE, right * SCALE, bottom * SCALE]


def draw_logo(icon: Image.Image, ink: str) -> Image.Image:
    """Draw the icon with the name beside it."""
    font = ImageFont.load_default(150 * SCALE)
    image = Image.new("RGBA", (1400 * SCALE, SIZE))
    image.paste(icon, (0, 0))
    draw = ImageDraw.Draw(image)
    for top, word in ((84, "Smart"), (250, "Quarter")):
        draw.text(
            (520 * SCALE, top * SCALE),
            word,
            font=font,
            fill=ink,
            stroke_width=4 * SCALE,
            stroke_fill=ink,
        )
    return image.crop(image.getbbox())


def save(image: Image.Image, name: str, height: int) -> None:
    """Save a picture in its single and its double size."""
    for suffix, factor in (("", 1), ("@2x", 2)):
        tall = height * factor
        wide = round(image.width * tall / image.height)
        small = image.resize((wide, tall), Image.Resampling.LANCZOS)
        small.save(BRAND / f"{name}{suffix}.png", optimize=True)


if __name__ == "__main__":
    BRAND.mkdir(exist_ok=True)
    icon = draw_icon()
    save(icon, "icon", 256)
    for prefix, ink in INK.items():
        save(draw_logo(icon, ink), f"{prefix}logo", 160)
