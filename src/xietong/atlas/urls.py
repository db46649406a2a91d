"""The addresses of the map's pages."""

from django.urls import path

from xietong.atlas.pages import (
    brief,
    clusters,
    comparison,
    editions,
    map_page,
    methods,
    places,
    registers,
)

app_name = "atlas"
urlpatterns = [
    path("", map_page.show, name="map"),
    path("industries/", map_page.pick, name="industries"),
    path("export.<str:kind>", map_page.export, name="export"),
    path("clusters/", clusters.directory, name="clusters"),
    path("clusters/export.<str:kind>", clusters.export, name="clusters_export"),
    path("clusters/<str:key>/", clusters.show, name="cluster"),
    path("editions/", editions.directory, name="editions"),
    path("editions/compile/", editions.compile_, name="compile_edition"),
    path("editions/<int:number>/", editions.show, name="edition"),
    path("editions/<int:number>/submit/", editions.submit, name="submit_edition"),
    path("editions/<int:number>/return/", editions.return_, name="return_edition"),
    path("editions/<int:number>/publish/", editions.publish, name="publish_edition"),
    path("editions/<int:number>/withdraw/", editions.withdraw, name="withdraw_edition"),
    path("places/<str:code>/", places.show, name="place"),
    path("briefs/<str:kind>/<str:key>.<str:format>", brief.download, name="brief"),
    path("compare/", comparison.show, name="comparison"),
    path("compare/export.<str:kind>", comparison.export, name="comparison_export"),
    path("registers/", registers.show, name="registers"),
    path("methods/", methods.show, name="methods"),
]
