"""Whether this node works: for a proxy that asks often, and for whoever gathers metrics."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from xietong.atlas.queries.editions import editions_for
from xietong.desk import queries as desk
from xietong.kit.refusals import N_, NotFound
from xietong.portal.observing import REGISTRY
from xietong.region.guards import PUBLIC, open_to
from xietong.region.queries import audit_chain
from xietong.region.rules import LOCAL


@never_cache
@require_safe
@open_to(PUBLIC)
def live(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process does."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
@open_to(PUBLIC)
def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 where database and home folder can be worked with, else 503; no more is told."""
    works = _database_answers() and os.access(settings.XIETONG_HOME, os.W_OK)
    return JsonResponse({"ready": works}, status=200 if works else 503)


@never_cache
@require_safe
@open_to(PUBLIC)
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the metrics to whoever knows XIETONG_METRICS_TOKEN; without one there are none."""
    wanted = settings.XIETONG_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not wanted or not secrets.compare_digest(given.encode(), wanted.encode()):
        raise NotFound(
            "no_such_page",
            N_("There is no page at this address."),
            way_out=N_("Check the address, search above, or begin at the home page."),
        )
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


class House:
    """What the records say at the moment they are asked for."""

    def collect(self) -> Iterator[Metric]:
        """Give jobs and editions by state, the length of the audit, and the disk's free bytes."""
        yield _by_state("xietong_jobs", "Jobs, by state.", desk.jobs_visible_to(LOCAL))
        yield _by_state("xietong_editions", "Editions, by state.", editions_for(LOCAL))
        yield GaugeMetricFamily("xietong_audit_entries", "Entries in the audit.", _entries())
        home = os.statvfs(Path(settings.XIETONG_HOME))
        yield GaugeMetricFamily(
            "xietong_home_free_bytes",
            "Free bytes on the disk of the home folder.",
            home.f_bavail * home.f_frsize,
        )

    def describe(self) -> list[Metric]:
        """Say nothing before it is asked: a registration must not need the database."""
        return []


def _by_state(name: str, words: str, rows: QuerySet[Any]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=["state"])
    counted = rows.order_by("state").values_list("state").annotate(Count("pk"))
    for state, count in counted:
        family.add_metric([state], count)
    return family


def _entries() -> int:
    try:
        return audit_chain.audit_head(LOCAL).head.number
    except NotFound:
        return 0


REGISTRY.register(House())
