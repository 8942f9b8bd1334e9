"""Policy: what a page may load and run, by the digest of its own script and style alone."""

from __future__ import annotations

import base64
import hashlib


def policy(styles: str, script: str = "") -> str:
    """Return the content security policy of a page with one style element and at most one script.

    No other style or script counts, and no request leaves the page.
    """
    allowed = f"script-src '{_sha256(script)}'; " if script else ""
    return (
        f"default-src 'none'; {allowed}style-src '{_sha256(styles)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _sha256(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
