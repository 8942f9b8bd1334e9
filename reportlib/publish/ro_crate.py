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
from reportlib.load.datapackage import Descriptor, PackageMetadata
from reportlib.load.parameters import name_build_command
from reportlib.load.provenance import Provenance
from reportlib.publish.schema_org import name_author_type
from reportlib.render.templating import check_web_address, strip_controls
from reportlib.study import Build, Study

METADATA = "ro-crate-metadata.json"
_VERSION = "1.1"
"""The version of RO-Crate that the profile extends."""
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
_BESIDE = ("CHANGELOG.md", "CITATION.cff", "LICENSE", "LICENSE-DATA.md", "README.md")
"""The files that may lie beside data, parameters and notebooks, and belong to them."""
_TIMES = ("started", "ended")
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that a ZIP archive can hold."""
_UNIX = 3
_FILE = 0o100644 << 16
"""The attributes of an ordinary file, which anybody reads and its owner writes."""
_FOLDER = 0o040755 << 16 | 0x10
"""The attributes of a folder, for Unix and for DOS."""


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
        manifest = _read_manifest(build)
        files = _read_files(study, build, manifest)
        crate = _Crate(study, build, manifest, files).describe()
        metadata = json.dumps(crate, indent=1, sort_keys=True)
        content = {METADATA: f"{metadata}\n".encode(), f"{LIBRARY.name}/": b"", **files}
        write_atomically(build.crate, make_archive(content))
    return build.crate


def make_archive(files: Mapping[str, bytes]) -> bytes:
    """Return files as a ZIP archive, in their order and with no time, owner or mode of their own.

    They are stored as they are: what a file is compressed to differs with the version of zlib.
    A name that ends with a slash is a folder.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.create_system = _UNIX
            entry.external_attr = _FOLDER if entry.is_dir() else _FILE
            archive.writestr(entry, data)
    return content.getvalue()


class _Crate:
    """The metadata of a crate: every file, and every execution that made one, in a fixed order."""

    def __init__(
        self, study: Study, build: Build, manifest: Mapping[str, Any], files: Mapping[str, bytes]
    ) -> None:
        self._study, self._build = study, build
        self._manifest, self._files = manifest, files
        self._metadata = PackageMetadata.read(study)
        if not self._metadata.published:
            where = study.relative(study.descriptor)
            raise BadData([Fault(where, "does not say when it was published", "Add “created”.")])
        self._crate = ROCrate(version=_VERSION)
        self._entities: dict[str, Any] = {}

    def describe(self) -> dict[str, Any]:
        """Return all of it as JSON-LD."""
        self._crate.metadata.extra_contexts.append(_TERMS)
        self._add_files()
        software = [self._add_software(*item) for item in self._manifest["packages"].items()]
        library = self._add_library(software)
        actions = [self._add_execution(name) for name in self._manifest["notebooks"]]
        actions.append(self._add_publication(library))
        self._describe_root(actions)
        return dict(self._crate.metadata.generate())

    def _describe_root(self, actions: list[Any]) -> None:
        metadata, root = self._metadata, self._crate.root_dataset
        authors = [
            self._add(f"#author-{number}", name_author_type(author), name=author.name)
            for number, author in enumerate(metadata.authors, start=1)
        ]
        about = {
            "name": metadata.title,
            "description": metadata.description or metadata.title,
            "identifier": metadata.name,
            "version": metadata.version,
            "datePublished": metadata.published,
            "author": authors,
            "publisher": [author for author in authors if author.type == "Organization"],
            "license": [
                self._add(licence.address, "CreativeWork", name=licence.title)
                for licence in metadata.licences
                if check_web_address(licence.address)
            ],
            "about": self._add_article(),
            "conformsTo": self._add(
                _PROFILE, "CreativeWork", name="Process Run Crate", version="0.5"
            ),
            "mainEntity": self._entities[self._study.relative(self._build.page)],
            "mentions": actions,
        }
        for name, value in _clean(about).items():
            root[name] = value

    def _add_files(self) -> None:
        tables = {
            self._study.relative(table.path): {
                "name": table.title,
                "description": table.description,
            }
            for table in Descriptor.read(self._study).resources.values()
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
            file = self._crate.add_file(dest_path=name, properties=_clean(properties))
            self._entities[name] = file

    def _add_library(self, software: list[Any]) -> Any:
        properties = {
            "@type": ["Dataset", "SoftwareSourceCode"],
            "name": "reportlib",
            "description": "The library that executes the notebooks and makes the page.",
            "version": __version__,
            "softwareRequirements": software,
            "license": self._entities.get("LICENSE"),
        }
        return self._crate.add_dataset(dest_path=f"{LIBRARY.name}/", properties=_clean(properties))

    def _add_software(self, name: str, version: str) -> Any:
        home = _HOMES[name]
        return self._add(home, "SoftwareApplication", name=name, softwareVersion=version, url=home)

    def _add_execution(self, notebook: str) -> Any:
        """Add one notebook as papermill executed it, with the files that it was seen to open."""
        study, executed = self._study, self._manifest["notebooks"][notebook]
        source = study.relative(study.notebooks / notebook)
        sets = [study.relative(path) for path in sorted(study.params.glob("*.yaml"))]
        opened = [self._published_name(name) for name in executed["inputs"]]
        settings = {name: self._manifest["settings"][name] for name in executed["parameters"]}
        parameters = [
            self._add(f"#parameter-{name}", "PropertyValue", name=name, value=value)
            for name, value in settings.items()
        ]
        return self._add(
            f"#execution-of-{notebook}",
            "CreateAction",
            name=f"Execution of {source}",
            description="Executed by papermill, in a process of its own, with what it was seen to "
            "open.",
            instrument=self._crate.get(_HOMES["papermill"]),
            object=[*self._existing([source, *opened, *sets]), *parameters],
            result=self._existing([study.relative(self._build.notebooks / notebook)]),
        )

    def _add_publication(self, library: Any) -> Any:
        """Add the page and what lies beside it, made from the executed notebooks."""
        study, build = self._study, self._build
        notebooks = [study.relative(build.notebooks / name) for name in self._manifest["notebooks"]]
        artefacts = [study.relative(build.folder / name) for name in self._manifest["artefacts"]]
        results = [name for name in artefacts if name not in notebooks]
        return self._add(
            "#publication",
            "CreateAction",
            name=f"Publication of {study.relative(build.page)}",
            description=f"The parameter set {self._manifest['set']}. When it was is left out, so "
            "that the same inputs give the same bytes.",
            instrument=library,
            object=self._existing([*notebooks, *self._manifest["inputs"]]),
            result=self._existing([*results, study.relative(build.manifest)]),
        )

    def _add_article(self) -> Any:
        source = Provenance.read(self._study).sources.get(self._metadata.article)
        if source is None or not check_web_address(source.url):
            return None
        return self._add(source.url, "CreativeWork", name=source.title, url=source.url)

    def _published_name(self, name: str) -> str:
        """Return the name under which an executed notebook was published; else the name itself."""
        path, build = self._study.root / name, self._build
        executed = path.parent == build.executed
        return self._study.relative(build.notebooks / path.name) if executed else name

    def _existing(self, names: Iterable[str]) -> list[Any]:
        return [self._entities[name] for name in dict.fromkeys(names) if name in self._entities]

    def _add(self, id: str, type_: str, **properties: Any) -> Any:
        known = _clean({"@type": type_, **properties})
        return self._crate.add(ContextEntity(self._crate, id, properties=known))


def _clean(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known, stripped of controls; one thing stands without a list around it."""
    known = {name: value for name, value in properties.items() if value not in (None, "", [])}
    return {
        name: value[0] if isinstance(value, list) and len(value) == 1 else strip_controls(value)
        for name, value in known.items()
    }


def _refuse_stale(study: Study, build: Build, set_name: str) -> None:
    plan = plan_build(study, set_name)
    hint = f"{name_build_command(set_name)} first."
    where = study.relative(build.page)
    if not build.page.is_file():
        raise NotBuilt(f"There is no {where} to put into a crate: {hint}")
    if not plan.idle:
        stale = "\n".join(f"  {line}" for line in plan.lines)
        raise NotBuilt(f"{where} is not what today's inputs give: {hint}\n{stale}")


def _read_manifest(build: Build) -> dict[str, Any]:
    """Return the manifest of the run, less its times and what a notebook imported of the library.

    A fork has imported more than a kernel; the digest of the whole library is there.
    """
    manifest = json.loads(build.manifest.read_text(encoding="utf-8"))
    for executed in manifest["notebooks"].values():
        del executed["library"]
    return {name: value for name, value in manifest.items() if name not in _TIMES}


def _read_files(study: Study, build: Build, manifest: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the content of every file in the crate; those of the study count before others."""
    beside = {name: study.root / name for name in _BESIDE}
    paths = list_method_files()
    paths |= {name: path for name, path in beside.items() if path.is_file()}
    paths |= {study.relative(path): path for path in study.inputs()}
    artefacts = [build.folder / name for name in manifest["artefacts"]]
    paths |= {study.relative(path): path for path in artefacts}
    files = {name: path.read_bytes() for name, path in paths.items()}
    files[study.relative(build.manifest)] = f"{json.dumps(manifest, indent=2)}\n".encode()
    return dict(sorted(files.items()))
