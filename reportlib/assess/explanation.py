"""The reason for a state, in sentences whose every number is computed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from reportlib.load.parameters import Parameters
from reportlib.model.evidence import Item
from reportlib.model.findings import PartMatch, Record
from reportlib.model.formatting import format_count, format_day, join_words
from reportlib.model.robustness import Robustness
from reportlib.model.vocabulary import Comparison, Match, Stance, Unsettled, Verdict

_AS_PRINTED = (Comparison.EQUALS, Comparison.INCLUDES)


def explain_verdict(
    record: Record,
    verdict: Verdict,
    parameters: Parameters,
    still_open: tuple[date, date] | None = None,
) -> str:
    """Return why a claim has its verdict: what was found, what stands beside it, what flips it.

    Args:
        record: the claim's record, complete but for the reason.
        verdict: what the rules give; the outcome follows from it where the claim has one.
        parameters: for the labels of what was tried.
        still_open: the end of a horizon that is not over, and the day up to which outcomes count.
    """
    sentences = [
        _explain_horizon(*still_open) if still_open else "",
        _explain_finding(record),
        _explain_documents(record, verdict),
        _explain_caveat(record, verdict),
        explain_settings(record, parameters),
    ]
    return " ".join(filter(None, sentences))


def _explain_horizon(end: date, seen_until: date) -> str:
    return (
        f"Its horizon runs to {format_day(end)}; outcomes are looked at up to "
        f"{format_day(seen_until)}, so it is still open."
    )


def _explain_finding(record: Record) -> str:
    if not record.test:
        return "No test: judged on documents alone."
    if record.missing:
        return f"Not computed: {record.missing}."
    if not record.rows:
        return "No row bears on it yet." if record.outcome else "No row bears on it."
    return " ".join(_explain_part(part, record) for part in record.parts)


def _explain_part(part: PartMatch, record: Record) -> str:
    if part.comparison is Comparison.HOLDS and part.match is not Match.NO_DATA:
        if part.note:
            name = f" ({part.part})" if len(record.parts) > 1 and part.part else ""
            holds = "holds" if part.found == "yes" else "does not hold"
            return f"Tested{name}: {part.note.rstrip('.')}. That {holds}."
        holds = "holds" if part.match is Match.EXACT else "does not hold"
        return f"As tested, {f'“{part.part}”' if part.part else 'it'} {holds}."
    name = f" ({part.part})" if part.part and part.part not in part.asserted else ""
    # A threshold is the test's: the article does not say "at least 1".
    as_tested = "" if part.comparison in _AS_PRINTED else ", as tested"
    asserted = f"Asserted{as_tested}{name}: {part.asserted}"
    if part.match is Match.NO_DATA:
        return f"{asserted}; the record has no value for it."
    where = "" if part.match is Match.EXACT else f", in {format_count(len(record.rows), 'row')}"
    near = ", near enough at the tolerance in use" if part.match is Match.LOOSE else ""
    return f"{asserted}; on record{where}: {part.found}{near}."


def _explain_documents(record: Record, verdict: Verdict) -> str:
    counting = [item for item in record.items if not item.set_aside]
    pro = list_origins(counting, Stance.SUPPORTS)
    con = list_origins(counting, Stance.CONTRADICTS)
    if verdict is Verdict.NOT_SETTLED or not record.test:
        sides = [
            f"{join_words(origins)} {one if len(origins) == 1 else many} it"
            for origins, one, many in (
                (pro, "supports", "support"),
                (con, "contradicts", "contradict"),
            )
            if origins
        ]
        if not sides and record.test:
            return ""
        text = "; ".join(sides) or "Nothing that counts bears on it"
        tail = {
            Unsettled.WEAK: ", which is too little to settle it",
            Unsettled.CONFLICT: ", and neither side outweighs the other",
        }.get(record.unsettled or Unsettled.NO_DATA, "")
        return f"{text[0].upper()}{text[1:]}{tail}."
    if verdict.holds and con:
        return f"{join_words(con)} {'says' if len(con) == 1 else 'say'} otherwise."
    if verdict is Verdict.NOT_SUPPORTED and pro:
        return f"{join_words(pro)} {'has' if len(pro) == 1 else 'have'} it as the article does."
    return ""


def _explain_caveat(record: Record, verdict: Verdict) -> str:
    notes = dict.fromkeys(
        item.note
        for item in record.items
        if item.stance is Stance.QUALIFIES and not item.set_aside and item.note
    )
    return f"But: {'; '.join(notes)}." if notes and verdict.holds else ""


def explain_settings(record: Record, parameters: Parameters) -> str:
    """Return how far the answer survives the plausible settings, and what changes it."""
    robust = record.robustness
    if robust.decided <= 1 and not robust.flips:
        return ""
    if robust.same == robust.decided:
        every = "both" if robust.decided == 2 else f"all {robust.decided:,}"
        return f"The same answer in {every} settings tried that have data."
    sentences = [_count_settings(record)]
    capped = record.verdict is Verdict.CAVEAT
    open_flips = _list_flips(robust, parameters, fixed=False)
    fixed_flips = _list_flips(robust, parameters, fixed=True)
    if not robust.flips:
        but = "But it" if capped else "It"
        sentences.append(f"{but} changes only where several definitions are changed together.")
    if open_flips:
        sentences.append(f"What the text leaves open changes it: {open_flips}.")
    if fixed_flips:
        against = "Against" if open_flips else "It would change only against"
        words = "But it holds only in" if capped else against
        sentences.append(f"{words} the text's own words: {fixed_flips}.")
    return " ".join(sentences)


def _count_settings(record: Record) -> str:
    """Count the settings that agree: those that the text allows, and those against its words."""
    robust = record.robustness
    same, decided = robust.same_allowed, robust.allowed
    others = robust.decided - decided
    if not same and not robust.same:  # the setting in use has no data
        return "No setting tried that has data gives this answer."
    if not others:
        return f"The same answer in {same:,} of the {decided:,} settings tried that have data."
    this = "the answer of the one in use" if record.verdict is Verdict.DEPENDS else "this answer"
    if decided == same == 1:
        agree = f"and that one gives {this}"
    elif decided == same > 0:
        agree = f"all of which give {this}"
    else:
        agree = f"of which {same or 'none'} {'gives' if same <= 1 else 'give'} {this}"
    against = robust.same - same
    if others == 1:
        rest = "so does the other" if against else "the other does not"
    else:
        do = "does" if against <= 1 else "do"
        rest = f"of the {others:,} others {against or 'none'} {do}"
    return (
        f"Of the {robust.decided:,} settings tried that have data the text allows {decided:,}, "
        f"{agree}; {rest}."
    )


def _list_flips(robust: Robustness, parameters: Parameters, *, fixed: bool) -> str:
    return "; ".join(
        f"{parameters.by_name[flip.parameter].taken_as(flip.value)} gives “{flip.state}”"
        for flip in robust.flips
        if flip.fixed is fixed
    )


def list_origins(items: Iterable[Item], stance: Stance) -> list[str]:
    """Return the bodies whose items have a stance, sorted."""
    return sorted({item.origin for item in items if item.stance is stance})
