"""What every measurement prints and writes."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
import json
from pathlib import Path

type Row = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure that is to be reached, and the one that was."""

    name: str
    value: float
    unit: str
    target: float
    met: bool


def at_most(name: str, value: float, unit: str, target: float) -> Target:
    """Return a target that is met from below."""
    return Target(name, round(value, 4), unit, round(target, 4), value <= target)


def options(description: str) -> argparse.Namespace:
    """Read the command line that all measurements share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="shorter, less exact")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    return parser.parse_args()


def report(rows: Sequence[Row], targets: Sequence[Target], file: Path | None) -> None:
    """Print the rows and targets, and write them if a file is named."""
    columns = list(rows[0])
    widths = [max(len(c), *(len(_cell(row[c])) for row in rows)) for c in columns]
    for cells in (columns, *([_cell(row[c]) for c in columns] for row in rows)):
        print(
            "  ".join(
                cell.rjust(width) for cell, width in zip(cells, widths, strict=True)
            )
        )
    print()
    for each in targets:
        verdict = "met" if each.met else "NOT MET"
        print(
            f"{each.name}: {each.value:g} {each.unit} (target {each.target:g}): {verdict}"
        )
    if file is not None:
        content = {"rows": rows, "targets": [asdict(each) for each in targets]}
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _cell(value: str | float) -> str:
    """Return a figure as it is printed."""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
