"""The search index over records that officers look for."""

from __future__ import annotations

from django.db import models


class SearchEntry(models.Model):
    """A record as search finds it: its names, its words, and where it stands.

    `words` are the terms of all its text, with spaces between; the database indexes them.
    """

    reference = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40)
    title_zh = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300, blank=True)
    url = models.CharField(max_length=300, help_text="in the default language")
    words = models.TextField()
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.reference


class SearchScope(models.Model):
    """Who may find an entry: whom a line lets at the records of a scope, a person, or everybody.

    Without a line the scope is the key of a person, or everybody.
    """

    entry = models.ForeignKey(SearchEntry, on_delete=models.CASCADE, related_name="scopes")
    line = models.CharField(max_length=60, blank=True, help_text="the verb of a line of the rules")
    scope = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "scope", "entry"], name="search_scope_once"),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.scope}".strip()
