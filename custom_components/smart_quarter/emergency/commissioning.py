"""The life of a place: walked through, supervised, vacant, and walked through anew."""

from dataclasses import replace

from .happenings import Deed, PhaseSet, Word
from .model import HouseConfig, HouseState, Phase, PlaceState, rule_source
from .turn import Turn


def set_phase(turn: Turn, event: PhaseSet) -> None:
    """Commission a place, begin with it anew, or take it out of use."""
    deed = Deed.MOVE_OUT if event.phase is Phase.VACANT else Deed.COMMISSION
    if not turn.is_allowed(event.actor, deed, event.place_id):
        return
    sources = _sources(turn, event.place_id)
    match event.phase:
        case Phase.SUPERVISED:
            place = replace(turn.place(event.place_id), proven=sources)
        case Phase.NOT_COMMISSIONED:
            place = replace(turn.place(event.place_id), proven=frozenset())
        case Phase.VACANT:
            place = PlaceState()
            turn.state = replace(turn.state, raised=turn.state.raised - sources)
    _enter(turn, event.place_id, place, event.phase, event.actor.name)


def prove(turn: Turn, place_id: str, source_id: str) -> None:
    """Remember in a walk test that a source reports; the last one commissions the place."""
    place = turn.place(place_id)
    if place.test_until is None:
        return
    place = replace(
        place,
        reported=place.reported | {source_id},
        proven=place.proven | {source_id},
    )
    turn.put_place(place_id, place)
    all_proven = _sources(turn, place_id) <= place.proven
    if place.phase is Phase.NOT_COMMISSIONED and all_proven:
        _enter(turn, place_id, place, Phase.SUPERVISED, "system")


def fit_phase(turn: Turn, place_id: str) -> None:
    """Forget sources that are gone; a new one has to be walked to before all is supervised."""
    place, sources = turn.place(place_id), _sources(turn, place_id)
    fitting = replace(
        place, reported=place.reported & sources, proven=place.proven & sources
    )
    if place.phase is Phase.SUPERVISED and not sources <= place.proven:
        _enter(turn, place_id, fitting, Phase.NOT_COMMISSIONED, "system")
    elif fitting != place:
        turn.put_place(place_id, fitting)


def unproven_places(config: HouseConfig, state: HouseState) -> list[str]:
    """Return the places that nobody has walked through yet."""
    known, new = state.places, PlaceState()
    return [
        place_id
        for place_id in config.places
        if known.get(place_id, new).phase is Phase.NOT_COMMISSIONED
    ]


def is_vacant(state: HouseState, place_id: str) -> bool:
    """Tell whether nobody lives in a place."""
    place = state.places.get(place_id)
    return place is not None and place.phase is Phase.VACANT


def _enter(turn: Turn, place_id: str, place: PlaceState, phase: Phase, by: str) -> None:
    """Begin a phase."""
    turn.put_place(place_id, replace(place, phase=phase))
    turn.note(Word.PHASE_CHANGED, by, None, place_id, phase=phase.value)


def _sources(turn: Turn, place_id: str) -> frozenset[str]:
    """Return the sources of a place that somebody can walk to."""
    place = turn.config.places.get(place_id)
    if place is None:
        return frozenset()
    rules = () if place.watch is None else place.watch.rules
    return frozenset(place.sources) - {rule_source(place_id, rule) for rule in rules}
