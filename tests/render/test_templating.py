"""Templates are compiled once and opened by each process that fills them in."""

from __future__ import annotations

import pytest
from jinja2 import PackageLoader

from reportlib.render import templating
from reportlib.render.templating import compile_templates, render


def test_a_compiled_template_is_opened_again_and_filled_in_as_it_is_now(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "one"
    opened: list[str] = []

    def get_source(_loader: PackageLoader, _environment: object, name: str) -> object:
        opened.append(name)
        return text, name, lambda: False

    monkeypatch.setattr(PackageLoader, "get_source", get_source)
    monkeypatch.setattr(PackageLoader, "list_templates", lambda _loader: ["a.j2", ".a.j2", "a.j2~"])
    templating._environment.cache_clear()
    try:
        compile_templates()
        assert opened == ["a.j2"]

        assert render("a.j2") == "one"
        text = "two"
        assert render("a.j2") == "two"
        assert opened == ["a.j2"] * 3
    finally:
        templating._environment.cache_clear()
