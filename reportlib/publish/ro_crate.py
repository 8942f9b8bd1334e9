"""The archive: page, inputs, method and provenance as an RO-Crate, Process Run profile."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.rocrate import ROCrate

from reportlib import __version__
from reportlib.errors import BadData, Fault, NotBuilt
from reportlib.execute.files import hold_build_lock, write_atomically
from reportlib.execute.inputs import LIBRARY, list_method_files
from reportlib.execute.plan import plan_build
from reportlib.execute.progress import print_lines
from reportlib.load.datapackage import Author, Descriptor, PackageMetadata
from reportlib.load.parameters import name_build_command
from reportlib.load.provenance import Provenance
from reportlib.render.templating import check_web_address, strip_controls
from reportlib.study import Build, Study

_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that the format knows."""
_UNIX = 3
_FILE = 0o100644 << 16
"""An ordinary file, which anybody reads and its owner writes."""
_FOLDER = 0o040755 << 16 | 0x10
"""A folder, told twice: as Unix and as DOS have it."""


def make_archive(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive, in their order and with no time, owner or mode of their own.

    They are stored as they are: what a file is compressed to differs with the version of zlib.
    A name that ends with a slash is a folder.
    """
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as written:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.create_system = _UNIX
            entry.external_attr = _FOLDER if entry.is_dir() else _FILE
            written.writestr(entry, content)
    return whole.getvalue()


METADATA = "ro-crate-metadata.json"
_VERSION = "1.1"
"""Of RO-Crate: the one that the profile extends."""
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_TERMS = "https://w3id.org/ro/terms/workflow-run/context"
"""Words beside those of RO-Crate, such as ``sha256``."""
_HOMES = {
    "altair": "https://altair-viz.github.io/",
    "nbconvert": "https://nbconvert.readthedocs.io/",
    "pandas": "https://pandas.pydata.org/",
    "papermill": "https://papermill.readthedocs.io/",
    "python": "https://www.python.org/",
    "vl-convert-python": "https://github.com/vega/vl-convert",
}
_MEDIA_TYPES = {
    "": "text/plain",
    ".bib": "application/x-bibtex",
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".html": "text/html",
    ".in": "text/plain",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".md": "text/markdown",
    ".toml": "application/toml",
    ".txt": "text/plain",
    ".yaml": "application/yaml",
}

Properties = Mapping[str, Any]


def describe_crate(
    study: Study, build: Build, manifest: Mapping[str, Any], files: Mapping[str, bytes]
) -> dict[str, Any]:
    """Return the metadata of a crate: every file, and every execution that made one.

    Args:
        study: what the crate holds.
        build: the artefacts of the parameter set.
        manifest: what went into the run and what came out.
        files: what is in the crate, by name.

    Raises:
        BadData: the descriptor does not say when the study was published, which a crate must.
    """
    return _Crate(study, build, manifest, files).metadata()


class _Crate:
    """One crate in the making; what is added stays in the order in which it was."""

    def __init__(
        self, study: Study, build: Build, manifest: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> None:
        self._study, self._build = study, build
        self._manifest, self._files = manifest, files
        self._imprint = PackageMetadata.read(study)
        if not self._imprint.published:
            where = study.relative(study.descriptor)
            raise BadData([Fault(where, "does not say when it was published", "Add “created”.")])
        self._crate = ROCrate(version=_VERSION)
        self._entities: dict[str, Any] = {}

    def metadata(self) -> dict[str, Any]:
        """All of it, as JSON-LD."""
        self._crate.metadata.extra_contexts.append(_TERMS)
        self._describe_files()
        software = [self._software(*one) for one in self._manifest["packages"].items()]
        library = self._library(software)
        actions = [self._execution(name) for name in self._manifest["notebooks"]]
        actions.append(self._publication(library))
        self._describe_root(actions)
        return dict(self._crate.metadata.generate())

    def _describe_root(self, actions: list[Any]) -> None:
        imprint, root = self._imprint, self._crate.root_dataset
        profile = {"@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
        authors = [self._author(*one) for one in enumerate(imprint.authors, start=1)]
        about = {
            "name": imprint.title,
            "description": imprint.description or imprint.title,
            "identifier": imprint.name,
            "version": imprint.version,
            "datePublished": imprint.published,
            "author": authors,
            "publisher": [one for one in authors if one.type == "Organization"],
            "license": [
                self._add(one.address, {"@type": "CreativeWork", "name": one.title})
                for one in imprint.licences
                if check_web_address(one.address)
            ],
            "about": self._article(),
            "conformsTo": self._add(_PROFILE, profile),
            "mainEntity": self._entities[self._study.relative(self._build.page)],
            "mentions": actions,
        }
        for name, value in _told(about).items():
            root[name] = value

    def _describe_files(self) -> None:
        tables = {
            self._study.relative(one.path): {"name": one.title, "description": one.description}
            for one in Descriptor.read(self._study).resources.values()
        }
        for name, content in self._files.items():
            path = PurePosixPath(name)
            if path.parts[0] == LIBRARY.name:
                continue  # one folder, not a hundred files
            properties = {
                "name": name,
                "encodingFormat": _MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
                "contentSize": str(len(content)),
                "sha256": hashlib.sha256(content).hexdigest(),
                **tables.get(name, {}),
            }
            told = _told(properties)
            self._entities[name] = self._crate.add_file(dest_path=name, properties=told)

    def _library(self, software: list[Any]) -> Any:
        properties = {
            "@type": ["Dataset", "SoftwareSourceCode"],
            "name": "reportlib",
            "description": "The library that executes the notebooks and makes the page.",
            "version": __version__,
            "softwareRequirements": software,
            "license": self._entities.get("LICENSE"),
        }
        return self._crate.add_dataset(dest_path=f"{LIBRARY.name}/", properties=_told(properties))

    def _software(self, name: str, version: str) -> Any:
        home = _HOMES[name]
        properties = {"name": name, "softwareVersion": version, "url": home}
        return self._add(home, {"@type": "SoftwareApplication", **properties})

    def _execution(self, notebook: str) -> Any:
        """One notebook as papermill executed it, with the files that it was seen to open."""
        study, executed = self._study, self._manifest["notebooks"][notebook]
        source = study.relative(study.notebooks / notebook)
        sets = [study.relative(path) for path in sorted(study.params.glob("*.yaml"))]
        opened = [self._published(name) for name in executed["inputs"]]
        settings = {name: self._manifest["settings"][name] for name in executed["parameters"]}
        return self._action(
            f"#execution-of-{notebook}",
            f"Execution of {source}",
            "Executed by papermill, in a process of its own, with what it was seen to open.",
            instrument=self._crate.get(_HOMES["papermill"]),
            object=[
                *self._present([source, *opened, *sets]),
                *(self._setting(*one) for one in settings.items()),
            ],
            result=self._present([study.relative(self._build.notebooks / notebook)]),
        )

    def _publication(self, library: Any) -> Any:
        """The page and what lies beside it, from the executed notebooks."""
        study, build = self._study, self._build
        notebooks = [study.relative(build.notebooks / one) for one in self._manifest["notebooks"]]
        made = [study.relative(build.folder / one) for one in self._manifest["artefacts"]]
        return self._action(
            "#publication",
            f"Publication of {study.relative(build.page)}",
            f"The parameter set {self._manifest['set']}. When it was is left out, so that the same "
            "inputs give the same bytes.",
            instrument=library,
            object=self._present([*notebooks, *self._manifest["inputs"]]),
            result=self._present(
                [*(one for one in made if one not in notebooks), study.relative(build.manifest)]
            ),
        )

    def _action(self, id: str, name: str, description: str, **properties: Any) -> Any:
        told = {"@type": "CreateAction", "name": name, "description": description}
        return self._add(id, {**told, **properties})

    def _setting(self, name: str, value: str | int) -> Any:
        told = {"@type": "PropertyValue", "name": name, "value": value}
        return self._add(f"#parameter-{name}", told)

    def _article(self) -> Any:
        source = Provenance.read(self._study).sources.get(self._imprint.article)
        if source is None or not check_web_address(source.url):
            return None
        told = {"@type": "CreativeWork", "name": source.title, "url": source.url}
        return self._add(source.url, told)

    def _author(self, number: int, author: Author) -> Any:
        kind = "Person" if author.is_person else "Organization"
        return self._add(f"#author-{number}", {"@type": kind, "name": author.name})

    def _published(self, name: str) -> str:
        """An executed notebook by the name under which it was published; else the name itself."""
        path, build = self._study.root / name, self._build
        inner = path.parent == build.executed
        return self._study.relative(build.notebooks / path.name) if inner else name

    def _present(self, names: Iterable[str]) -> list[Any]:
        return [self._entities[name] for name in dict.fromkeys(names) if name in self._entities]

    def _add(self, id: str, properties: Properties) -> Any:
        return self._crate.add(ContextEntity(self._crate, id, properties=_told(properties)))


def _told(properties: Properties) -> dict[str, Any]:
    """What is known, its text stripped of controls; one thing stands without a list around it."""
    known = {name: value for name, value in properties.items() if value not in (None, "", [])}
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else strip_controls(value)
        for name, value in known.items()
    }


_BESIDE = ("CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-DATA.md", "README.md")
"""What may lie beside data, parameters and notebooks, and belongs to them."""
_TIMES = ("started", "ended")


def write_crate(study: Study, set_name: str) -> Path:
    """Write the crate of a page, and return where it is.

    It is laid out as the study is, so that the links of its page lead somewhere and the library in
    it can build the page again. No time is in it: the same inputs give the same bytes.

    Raises:
        NotBuilt: there is no page, or it is not what today's inputs give.
        BadData: the descriptor does not say who made the study, and when.
        BadParameters: there is no such parameter set.
    """
    build = study.build(set_name)
    with hold_build_lock(build.guard, print_lines):
        _refuse_stale(study, build, set_name)
        manifest = _timeless(build)
        files = _files(study, build, manifest)
        metadata = json.dumps(
            describe_crate(study, build, manifest, files), indent=1, sort_keys=True
        )
        whole = {METADATA: f"{metadata}\n".encode(), f"{LIBRARY.name}/": b"", **files}
        write_atomically(build.crate, make_archive(whole))
    return build.crate


def _refuse_stale(study: Study, build: Build, set_name: str) -> None:
    plan = plan_build(study, set_name)
    first = f"{name_build_command(set_name)} first."
    where = study.relative(build.page)
    if not build.page.is_file():
        raise NotBuilt(f"There is no {where} to put into a crate: {first}")
    if not plan.idle:
        stale = "\n".join(f"  {line}" for line in plan.lines)
        raise NotBuilt(f"{where} is not what today's inputs give: {first}\n{stale}")


def _timeless(build: Build) -> dict[str, Any]:
    """The manifest of the run, less when it was and what a notebook imported of the library.

    A fork has imported more than a kernel; the digest of the whole library is there.
    """
    content = json.loads(build.manifest.read_text(encoding="utf-8"))
    for executed in content["notebooks"].values():
        del executed["library"]
    return {name: value for name, value in content.items() if name not in _TIMES}


def _files(study: Study, build: Build, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """The content of every file in the crate, by name; those of the study count before others."""
    beside = {name: study.root / name for name in _BESIDE}
    found = list_method_files()
    found |= {name: path for name, path in beside.items() if path.is_file()}
    found |= {study.relative(path): path for path in study.inputs()}
    made = [build.folder / name for name in manifest["artefacts"]]
    found |= {study.relative(path): path for path in made}
    files = {name: path.read_bytes() for name, path in found.items()}
    files[study.relative(build.manifest)] = f"{json.dumps(manifest, indent=2)}\n".encode()
    return dict(sorted(files.items()))
