"""The reason for a state, in sentences whose every number is computed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from reportlib.reading.parameters import Parameters
from reportlib.values.evidence import Item
from reportlib.values.findings import PartMatch, Record
from reportlib.values.phrases import counted, day_in_words, joined
from reportlib.values.trials import Flip
from reportlib.values.words import Match, Stance, Unsettled, Verdict


def reason_for(
    record: Record, verdict: Verdict, parameters: Parameters, open_until: date | None = None
) -> str:
    """Return why a claim has its verdict: what was found, what stands beside it, what flips it.

    Args:
        record: the claim's record, complete but for the reason.
        verdict: what the rules give; the outcome follows from it where the claim has one.
        parameters: for the labels of what was tried.
        open_until: the end of a horizon that is not over.
    """
    sentences = [
        f"Its horizon is not over before {day_in_words(open_until)}." if open_until else "",
        _on_the_finding(record),
        _on_the_documents(record, verdict),
        _on_the_caveat(record, verdict),
        on_the_settings(record, parameters),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _on_the_finding(record: Record) -> str:
    if not record.test:
        return "No test: judged on documents alone."
    if record.missing:
        return f"Not computed: {record.missing}."
    if not record.rows:
        return "No row bears on it yet." if record.outcome else "No row bears on it."
    return " ".join(_on_the_part(part, record) for part in record.parts)


def _on_the_part(part: PartMatch, record: Record) -> str:
    of = f" ({part.part})" if part.part and part.part not in part.asserted else ""
    rows = counted(len(record.rows), "row")
    if part.asserted in ("yes", "no") and part.match is not Match.NO_DATA:
        return f"As tested, it {'holds' if part.match is Match.EXACT else 'does not hold'}{of}."
    if part.match is Match.EXACT and part.found == "none":
        return f"The article has {part.asserted}{of}, and the record has none."
    if part.match is Match.EXACT:
        return f"The article has {part.asserted}{of}, and so has the record: {part.found}."
    if part.match is Match.NO_DATA:
        return f"The article has {part.asserted}{of}; the record has no value for it."
    near = ", near enough at the tolerance in use" if part.match is Match.LOOSE else ""
    return f"The article has {part.asserted}{of}; the record, in {rows}, has {part.found}{near}."


def _on_the_documents(record: Record, verdict: Verdict) -> str:
    counting = [item for item in record.items if not item.set_aside]
    pro = origins_of(counting, Stance.SUPPORTS)
    con = origins_of(counting, Stance.CONTRADICTS)
    if verdict is Verdict.NOT_SETTLED or not record.test:
        said = []
        if pro:
            said.append(f"{joined(pro)} {'supports' if len(pro) == 1 else 'support'} it")
        if con:
            said.append(f"{joined(con)} {'contradicts' if len(con) == 1 else 'contradict'} it")
        if not said and record.test:
            return ""
        what = "; ".join(said) if said else "Nothing that counts bears on it"
        tail = {
            Unsettled.WEAK: ", which is too little to settle it",
            Unsettled.CONFLICT: ", and neither side outweighs the other",
        }.get(record.unsettled or Unsettled.NO_DATA, "")
        return f"{what[0].upper()}{what[1:]}{tail}."
    if verdict.holds and con:
        return f"{joined(con)} {'says' if len(con) == 1 else 'say'} otherwise."
    if verdict is Verdict.NOT_SUPPORTED and pro:
        return f"{joined(pro)} {'has' if len(pro) == 1 else 'have'} it as the article does."
    return ""


def _on_the_caveat(record: Record, verdict: Verdict) -> str:
    if not verdict.holds:
        return ""
    notes = dict.fromkeys(
        item.note
        for item in record.items
        if item.stance is Stance.QUALIFIES and not item.set_aside and item.note
    )
    return f"But: {'; '.join(notes)}." if notes else ""


def on_the_settings(record: Record, parameters: Parameters) -> str:
    """Say how far the answer survives the plausible settings, and what turns it."""
    robust = record.robustness
    if robust.decided <= 1 and not robust.flips:
        return ""
    if robust.same == robust.decided:
        return f"The same at all {counted(robust.decided, 'plausible setting')} with data."
    share = (
        f"The same at {robust.same:,} of {counted(robust.decided, 'plausible setting')} with data."
    )
    open_flips = [flip for flip in robust.flips if not flip.fixed]
    fixed_flips = [flip for flip in robust.flips if flip.fixed]
    turns = _flips_in_words(open_flips, parameters)
    sentences = [share]
    if not robust.flips:
        sentences.append("It differs only where several are changed together.")
    if turns:
        sentences.append(f"What the text leaves open turns it: {turns}.")
    if fixed_flips:
        turns = _flips_in_words(fixed_flips, parameters)
        sentences.append(f"Only against the text's own words would it differ: {turns}.")
    return " ".join(sentences)


def _flips_in_words(flips: Iterable[Flip], parameters: Parameters) -> str:
    said = []
    for flip in flips:
        parameter = parameters.by_name[flip.parameter]
        label = parameter.label_of(flip.value)
        said.append(f"{parameter.label}, “{label}”, gives {flip.verdict}")
    return "; ".join(said)


def origins_of(items: Iterable[Item], stance: Stance) -> list[str]:
    """Return the bodies whose items have a stance, sorted."""
    return sorted({item.origin for item in items if item.stance is stance})
