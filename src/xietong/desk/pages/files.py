"""Giving back a file that was uploaded."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe

from xietong.desk import queries, rules
from xietong.region.actors import actor_of
from xietong.region.guards import open_to


@require_safe
@open_to(rules.READ_FILES, rules.READ_OFFICE_FILES)
def download(request: HttpRequest, number: int) -> FileResponse:
    """Give a file as something to save, never as something to open here."""
    actor = actor_of(request)
    kept = queries.stored_file(actor, number)
    answer = FileResponse(
        queries.content_of(actor, number).open("rb"),
        as_attachment=True,
        filename=kept.name,
        # Whatever it claims to be: no browser is to guess, or to run it.
        content_type="application/octet-stream",
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cache-Control"] = "private, no-store"
    return answer
