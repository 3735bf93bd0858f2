"""The table of a house's places: read, judged line by line, and written.

The first line names the columns: `number`, by which a place is known, and any of `area`,
`policy`, `consent` and the kinds of sources. What has no column stays as it is stored; a new
place with an area gets what the area offers of the kinds that have no column.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
import csv
from dataclasses import dataclass, field
from typing import Any, Final

from .const import (
    CONF_ABOVE,
    CONF_ACTIVITY,
    CONF_AREA,
    CONF_BELOW,
    CONF_CONSENT,
    CONF_ENTITY,
    CONF_KIND,
    CONF_POLICY,
    CONF_SOURCE_ID,
    CONF_SOURCES,
)
from .model import Kind
from .settings import STAY_KEYS, WATCHING, Settings
from .table_cells import (
    RULE_KEYS,
    Trouble,
    quoted,
    read_source,
    sources_in,
    write_sources,
)

COLUMN_NUMBER: Final = "number"
NAME: Final = "name"
YES: Final = frozenset({"yes", "ja", "true", "1", "x"})
NO: Final = frozenset({"", "no", "nein", "false", "0"})

type Row = Mapping[str, str]
type Source = dict[str, Any]
type Wanted = dict[tuple[str, str], Source]
"""Sources by kind and entity."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in a cell; lines count from 1, the line with the columns."""

    line: int
    column: str
    trouble: Trouble
    value: str = ""


@dataclass(frozen=True, slots=True)
class StoredPlace:
    """A place that the house has."""

    title: str
    data: Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a table can refer to."""

    kinds: Sequence[Kind]
    places: Mapping[str, StoredPlace] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    """Names of other parts of the house, case-folded."""
    policies: Mapping[str, str] = field(default_factory=dict)
    """Titles by id."""
    areas: Mapping[str, str] = field(default_factory=dict)
    """Names by id."""
    trouble_with: Callable[[str], Trouble | None]
    """Say what is wrong with an entity, if anything is."""
    is_number: Callable[[str], bool]
    sources_of_area: Callable[[str], Mapping[Kind, Sequence[str]]]
    """Return the entities of an area that could call for help."""
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class PlannedPlace:
    """A place as the table wants it."""

    title: str
    data: Settings
    place_id: str | None
    """None: it is new."""
    is_changed: bool = True


@dataclass(frozen=True, slots=True)
class Plan:
    """What a table would do; nothing as long as anything is wrong in it."""

    places: tuple[PlannedPlace, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def added(self) -> list[PlannedPlace]:
        """Return the places that are new."""
        return [place for place in self.places if place.place_id is None]

    @property
    def changed(self) -> list[PlannedPlace]:
        """Return the places that become different."""
        return [each for each in self.places if each.place_id and each.is_changed]

    @property
    def unchanged(self) -> list[PlannedPlace]:
        """Return the places that stay as they are."""
        return [each for each in self.places if not each.is_changed]


def read(text: str, known: Known) -> Plan:
    """Return what a table would do to a house, and all that is wrong in it."""
    reader = _Reader(known)
    places = tuple(reader.places(text))
    findings = tuple(sorted(reader.findings, key=lambda each: each.line))
    return Plan(() if findings else places, findings)


def write(known: Known) -> str:
    """Return the table of the places that a house has."""
    columns = [COLUMN_NUMBER, CONF_AREA, CONF_POLICY, CONF_CONSENT, *known.kinds]
    lines = [columns, *(_cells(known, place) for place in known.places.values())]
    return "\n".join(";".join(quoted(cell) for cell in cells) for cells in lines)


def _cells(known: Known, place: StoredPlace) -> list[str]:
    """Return the line of a place."""
    data = place.data
    return [
        place.title,
        known.areas.get(data.get(CONF_AREA, ""), ""),
        known.policies.get(data.get(CONF_POLICY, ""), ""),
        "yes" if data.get(CONF_CONSENT) else "no",
        *(write_sources(_of_kind(data[CONF_SOURCES], kind)) for kind in known.kinds),
    ]


def _of_kind(sources: Iterable[Settings], kind: Kind) -> list[Settings]:
    """Return the sources of a kind."""
    return [source for source in sources if source[CONF_KIND] == kind]


class _Reader:
    """Reads one table and collects what is wrong in it."""

    def __init__(self, known: Known) -> None:
        """Begin with nothing found."""
        self.findings: list[Finding] = []
        self._known = known
        self._line = 1
        self._ids = {
            place.title.casefold(): place_id for place_id, place in known.places.items()
        }
        self._policies = _by_name(known.policies)
        self._areas = _by_name(known.areas)
        self._seen: set[str] = set()

    def places(self, text: str) -> Iterator[PlannedPlace]:
        """Yield the places of a table."""
        for row in self._rows(text.removeprefix("\ufeff")):
            if (title := self._title(row)) is not None:
                yield self._place(title, row)

    def _rows(self, text: str) -> Iterator[Row]:
        """Yield the lines below the columns, by columns."""
        lines = self._lines(text)
        if (first := next(lines, None)) is None:
            self._find(COLUMN_NUMBER, Trouble.EMPTY)
            return
        columns = [cell.lower() for cell in first]
        if not self._accept(columns):
            return
        for cells in lines:
            if len(cells) == len(columns):
                yield dict(zip(columns, cells, strict=True))
            else:
                counts = f"{len(cells)}/{len(columns)}"
                self._find(COLUMN_NUMBER, Trouble.CELL_COUNT, counts)

    def _lines(self, text: str) -> Iterator[list[str]]:
        """Yield the cells of the lines that are not empty."""
        lines = text.splitlines(keepends=True)
        first = next((line for line in lines if line.strip()), "")
        mark = next((each for each in ";\t" if each in first), ",")
        reader = csv.reader(lines, delimiter=mark)
        try:
            for cells in reader:
                self._line = reader.line_num
                if any(cell.strip() for cell in cells):
                    yield [cell.strip() for cell in cells]
        except csv.Error:
            self._find(COLUMN_NUMBER, Trouble.QUOTES)

    def _accept(self, columns: list[str]) -> bool:
        """Tell whether the columns can be read."""
        offered = {COLUMN_NUMBER, CONF_AREA, CONF_POLICY, CONF_CONSENT}
        offered |= {kind.value for kind in self._known.kinds}
        before = len(self.findings)
        for column in dict.fromkeys(columns):
            if column not in offered:
                self._find(column, Trouble.COLUMN_UNKNOWN, ", ".join(sorted(offered)))
            elif columns.count(column) > 1:
                self._find(column, Trouble.COLUMN_TWICE)
        if COLUMN_NUMBER not in columns:
            self._find(COLUMN_NUMBER, Trouble.COLUMN_MISSING)
        return len(self.findings) == before

    def _title(self, row: Row) -> str | None:
        """Return the name of a place, if there can be one of that name."""
        title = row[COLUMN_NUMBER]
        trouble = self._trouble_with_title(title)
        self._seen.add(title.casefold())
        if trouble is not None:
            self._find(COLUMN_NUMBER, trouble, title)
        return title if trouble is None else None

    def _trouble_with_title(self, title: str) -> Trouble | None:
        """Return why a place cannot have a name."""
        if not title:
            return Trouble.NUMBER_MISSING
        if title.casefold() in self._known.taken:
            return Trouble.NUMBER_TAKEN
        return Trouble.NUMBER_TWICE if title.casefold() in self._seen else None

    def _place(self, title: str, row: Row) -> PlannedPlace:
        """Return a place as its line wants it."""
        place_id = self._ids.get(title.casefold())
        stored = None if place_id is None else self._known.places[place_id]
        before: Settings = {} if stored is None else stored.data
        data: dict[str, Any] = {NAME: title, CONF_CONSENT: False, **before}
        self._choose(data, row, CONF_POLICY, self._policies, Trouble.POLICY_UNKNOWN)
        self._choose(data, row, CONF_AREA, self._areas, Trouble.AREA_UNKNOWN)
        self._consent(data, row)
        wanted = self._wanted(row)
        if stored is None and CONF_AREA in data:
            wanted |= self._offered(data[CONF_AREA], row, wanted)
        data[CONF_SOURCES] = self._sources(before.get(CONF_SOURCES, ()), row, wanted)
        self._check_consent(data, row)
        if stored is not None:
            title = stored.title
        return PlannedPlace(title, data, place_id, data != before)

    def _choose(
        self,
        data: dict[str, Any],
        row: Row,
        key: str,
        ids: Mapping[str, str],
        trouble: Trouble,
    ) -> None:
        """Take over what is named in a cell; an empty one forgets it."""
        if (name := row.get(key)) is None:
            return
        data.pop(key, None)
        if name and (chosen := ids.get(name.casefold())) is None:
            self._find(key, trouble, name)
        elif name:
            data[key] = chosen

    def _consent(self, data: dict[str, Any], row: Row) -> None:
        """Take over whether the resident has agreed."""
        if (said := row.get(CONF_CONSENT)) is None:
            return
        if said.lower() not in YES | NO:
            self._find(CONF_CONSENT, Trouble.YES_OR_NO, said)
        data[CONF_CONSENT] = said.lower() in YES

    def _check_consent(self, data: Settings, row: Row) -> None:
        """Refuse to watch somebody who has not agreed."""
        concerned = {CONF_CONSENT, *WATCHING} & row.keys()
        watches = any(source[CONF_KIND] in WATCHING for source in data[CONF_SOURCES])
        watches |= any(data.get(key) for key in (CONF_ACTIVITY, *STAY_KEYS.values()))
        if concerned and watches and not data[CONF_CONSENT]:
            self._find(CONF_CONSENT, Trouble.CONSENT_MISSING)

    def _wanted(self, row: Row) -> Wanted:
        """Return the sources that a line names."""
        return {
            (kind.value, source[CONF_ENTITY]): source
            for kind in self._known.kinds
            if (cell := row.get(kind)) is not None
            for source in self._cell(kind, cell)
        }

    def _offered(self, area_id: str, row: Row, wanted: Wanted) -> Wanted:
        """Return what an area offers of the kinds that have no column."""
        named = {entity_id for _, entity_id in wanted}
        return {
            (kind.value, each): {CONF_KIND: kind.value, CONF_ENTITY: each}
            for kind, offered in self._known.sources_of_area(area_id).items()
            for each in offered
            if kind not in row and each not in named
        }

    def _sources(
        self, stored: Iterable[Settings], row: Row, wanted: Wanted
    ) -> list[Source]:
        """Return the sources of a place; one that stays keeps its id and its position."""
        found: list[Source] = []
        for source in stored:
            new = wanted.pop((source[CONF_KIND], source[CONF_ENTITY]), None)
            if new is not None:
                found.append(_updated(source, new))
            elif source[CONF_KIND] not in row:
                found.append(dict(source))
        new_id = self._known.new_id
        return found + [{CONF_SOURCE_ID: new_id(), **new} for new in wanted.values()]

    def _cell(self, kind: Kind, cell: str) -> Iterator[Source]:
        """Yield the sources of a cell that can be sources."""
        seen: set[str] = set()
        for text in sources_in(cell):
            source = read_source(text)
            if not isinstance(source, Trouble):
                source = self._trouble_with(source, seen) or source
            if isinstance(source, Trouble):
                self._find(kind.value, source, text)
            else:
                yield {CONF_KIND: kind.value, **source}

    def _trouble_with(self, source: Source, seen: set[str]) -> Trouble | None:
        """Return why a source cannot be one."""
        entity_id: str = source[CONF_ENTITY]
        if entity_id in seen:
            return Trouble.SOURCE_TWICE
        seen.add(entity_id)
        if (trouble := self._known.trouble_with(entity_id)) is not None:
            return trouble
        ruled = len(source) > 1
        if ruled and not entity_id.startswith("sensor."):
            return Trouble.LIMIT_NOT_SENSOR
        limited = CONF_ABOVE in source or CONF_BELOW in source
        if self._known.is_number(entity_id) and not limited:
            return Trouble.LIMIT_MISSING
        return None

    def _find(self, column: str, trouble: Trouble, value: str = "") -> None:
        """Note what is wrong in the present line."""
        self.findings.append(Finding(self._line, column, trouble, value))


def _updated(stored: Settings, new: Source) -> Source:
    """Return a stored source with the rule that its cell says."""
    kept = {key: value for key, value in stored.items() if key not in RULE_KEYS}
    return {**kept, **new}


def _by_name(names: Mapping[str, str]) -> dict[str, str]:
    """Return the ids by the case-folded names."""
    return {name.casefold(): key for key, name in names.items()}
