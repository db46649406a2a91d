"""Every address of the house: Chinese at the root, English under /en/, the API in neither."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from xietong.portal import health, pages, rules_door
from xietong.portal.api import api
from xietong.portal.sign_in import urls as sign_in

handler400 = "xietong.portal.pages.malformed"
handler404 = "xietong.portal.pages.not_found"
handler429 = "xietong.portal.sign_in.answers.too_often"
handler500 = "xietong.portal.pages.failed"

portal: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("search/", pages.search, name="search"),
    path("search/suggestions/", pages.suggestions, name="suggestions"),
    path("rules/", rules_door.show, name="rules"),
    path("account/", include(sign_in.own)),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),
    sign_in.callback,
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    *i18n_patterns(
        path("", include((portal, "portal"))),
        path("agreements/", include("xietong.agreements.urls")),
        path("account/", include("xietong.portal.sign_in.urls")),
        path("atlas/", include("xietong.atlas.urls")),
        path("desk/", include("xietong.desk.urls")),
        path("", include("xietong.region.urls")),
        prefix_default_language=False,
    ),
]
