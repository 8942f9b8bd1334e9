"""The trace of a claim: from its state to the rows and sources that it rests on."""

from __future__ import annotations

import json
from typing import Any

from reportlib.errors import NotBuilt, ReportError, did_you_mean
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import name_build_command
from reportlib.load.provenance import Provenance
from reportlib.study import Study


def trace_claim(study: Study, set_name: str, claim_id: str) -> list[str]:
    """Return lines with a claim's state, settings, rows and sources, as they were built last.

    Raises:
        NotBuilt: there are no findings of this set, or they cannot be read.
        ReportError: there is no such claim.
    """
    build = study.build(set_name)
    command = f"{name_build_command(set_name)} makes it"
    try:
        findings = json.loads(build.findings.read_text(encoding="utf-8"))
        claims = {finding["id"]: finding for finding in findings["claims"]}
    except FileNotFoundError:
        raise NotBuilt(f"There is no {study.relative(build.findings)}: {command}.") from None
    except (ValueError, KeyError):
        where = study.relative(build.findings)
        raise NotBuilt(f"{where} cannot be read: remove it, and {command} anew.") from None
    ledger = Ledger.read(study)
    if claim_id not in claims or claim_id not in ledger.claims:
        known = claims.keys() & ledger.claims.keys()
        raise ReportError(f"There is no claim {claim_id}. {did_you_mean(claim_id, known)}")
    return _format_trace(claims[claim_id], ledger, Provenance.read(study))


def _format_trace(finding: dict[str, Any], ledger: Ledger, provenance: Provenance) -> list[str]:
    claim = ledger.claims[finding["id"]]
    detail = f" ({finding['detail']})" if finding["detail"] else ""
    lines = [
        f"{claim.id}  {claim.paraphrase}",
        f"  kind      {claim.kind}, at {', '.join(claim.locators) or 'no single sentence'}",
        f"  state     {finding['state']}{detail}",
        f"  reason    {finding['reason'] or 'none yet'}",
    ]
    if finding["test"]:
        lines.append(f"  test      {finding['test']}, in chapter {claim.chapter}")
    lines += [f"  setting   {name} = {value}" for name, value in finding["parameters"].items()]
    for row in finding["rows"]:
        lines.append(f"  row       {row}")
        for link in provenance.links.get(row, ()):
            source = provenance.sources[link.source]
            grade = link.source_class.grade
            lines.append(
                f"    source  {source.id}, origin {link.origin}, grade {grade}: {source.title}"
            )
            lines.append(f"            {source.url or 'no address'}")
    for item in finding["evidence"]:
        if item["basis"] == "read":
            aside = f" (set aside: {item['set_aside']})" if item["set_aside"] else ""
            cited = ", ".join(item["targets"])
            lines.append(f"  read      {item['stance']}, {item['origin']}, {cited}{aside}")
    return lines
