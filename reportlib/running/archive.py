"""An archive of the same bytes from the same files, whenever and wherever it is written."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_DAY = (1980, 1, 1, 0, 0, 0)
"""The first day that the format knows."""
_UNIX = 3
_FILE = 0o100644 << 16
"""An ordinary file, which anybody reads and its owner writes."""
_FOLDER = 0o040755 << 16 | 0x10
"""A folder, told twice: as Unix and as DOS have it."""


def archive(files: Mapping[str, bytes]) -> bytes:
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
