"""Sentences that are stored as templates and said in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import translate_url
from django.utils.translation import get_language, gettext, override


def saying(sentence: str, **params: Any) -> dict[str, Any]:
    """Return a sentence that may itself be a parameter of another one."""
    return {"sentence": sentence, "params": params}


def both(zh: str, en: str) -> dict[str, str]:
    """Return a name in both languages as a parameter of a sentence."""
    return {"zh": zh, "en": en or zh}


def say(sentence: str, params: Mapping[str, Any]) -> str:
    """Return a stored sentence in the active language, filled in."""
    told = gettext(sentence) if sentence else ""
    return told.format_map({name: _said(value) for name, value in params.items()})


def _said(value: Any) -> Any:
    if isinstance(value, Mapping) and "sentence" in value:
        return say(value["sentence"], value.get("params", {}))
    if isinstance(value, Mapping) and "zh" in value:
        return value["zh"] if (get_language() or "").startswith("zh") else value["en"]
    return value


def here(url: str) -> str:
    """Return an address of the default language in the active one."""
    language = get_language() or settings.LANGUAGE_CODE
    with override(settings.LANGUAGE_CODE):
        return translate_url(url, language) if url else ""


def stored(url: str) -> str:
    """Return an address of the active language in the default one, as rows keep it."""
    return translate_url(url, settings.LANGUAGE_CODE) if url else ""
