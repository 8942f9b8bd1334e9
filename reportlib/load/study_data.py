"""Study data: everything that is read of a study, once, for those who open no file themselves."""

from __future__ import annotations

from dataclasses import dataclass

from reportlib.load.datapackage import PackageMetadata
from reportlib.load.ledger import Ledger
from reportlib.load.parameters import Parameters
from reportlib.load.provenance import Provenance
from reportlib.load.tables import Tables
from reportlib.study import Study


@dataclass(frozen=True)
class StudyData:
    """The content of a study's data and parameters."""

    metadata: PackageMetadata
    parameters: Parameters
    ledger: Ledger
    provenance: Provenance
    tables: Tables
    """Each is read when it is first asked for: a notebook depends on those that it reads."""

    @classmethod
    def read(cls, study: Study, parameters: Parameters | None = None) -> StudyData:
        """Read a study; its parameters too, unless they are given.

        Raises:
            BadParameters: with every fault of the parameters.
            BadData: with every fault of the data package.
        """
        parameters = parameters or Parameters.read(study)
        tables = Tables(study, parameters)
        return cls(
            PackageMetadata.read(study),
            parameters,
            Ledger.read(study),
            Provenance.read(study),
            tables,
        )
