"""The addresses of the map's pages."""

from django.urls import path

from xietong.atlas.pages import clusters, map_page, methods, places, registers

app_name = "atlas"
urlpatterns = [
    path("", map_page.show, name="map"),
    path("industries/", map_page.pick, name="industries"),
    path("export.<str:kind>", map_page.export, name="export"),
    path("clusters/", clusters.directory, name="clusters"),
    path("clusters/export.<str:kind>", clusters.export, name="clusters_export"),
    path("clusters/<str:key>/", clusters.show, name="cluster"),
    path("places/<str:code>/", places.show, name="place"),
    path("registers/", registers.show, name="registers"),
    path("methods/", methods.show, name="methods"),
]
