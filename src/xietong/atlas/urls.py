"""The addresses of the map's pages."""

from django.urls import path

from xietong.atlas.pages import (
    brief,
    clusters,
    comparison,
    corrections,
    editions,
    imports,
    map_page,
    methods,
    places,
    quality,
    registers,
    versions,
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
    path("registers/import/", imports.choose, name="choose_import"),
    path("registers/<str:member>/import/", imports.start, name="imports"),
    path("registers/<str:member>/import/<int:number>/", imports.show, name="import"),
    path("registers/<str:member>/import/<int:number>/sheet/", imports.sheet, name="import_sheet"),
    path(
        "registers/<str:member>/import/<int:number>/columns/",
        imports.columns,
        name="import_columns",
    ),
    path("registers/<str:member>/import/<int:number>/check/", imports.check, name="import_check"),
    path(
        "registers/<str:member>/import/<int:number>/discard/",
        imports.discard,
        name="import_discard",
    ),
    path(
        "registers/<str:member>/import/<int:number>/commit/", imports.commit, name="import_commit"
    ),
    path(
        "registers/<str:member>/import/<int:number>/problems/",
        imports.problems,
        name="import_problems",
    ),
    path(
        "registers/<str:member>/import/<int:number>/problems.csv",
        imports.problems_file,
        name="import_problems_file",
    ),
    path("registers/<str:member>/import/<int:number>/mark/", imports.mark, name="import_mark"),
    path(
        "registers/<str:member>/import/<int:number>/marked.xlsx",
        imports.marked,
        name="import_marked",
    ),
    path("registers/<str:member>/versions/", versions.show, name="versions"),
    path(
        "registers/<str:member>/versions/<int:number>/restore/",
        versions.restore,
        name="restore_version",
    ),
    path(
        "registers/<str:member>/versions/<int:number>/problems.csv",
        versions.problems_file,
        name="version_problems_file",
    ),
    path("registers/<slug:member>/", quality.show, name="register"),
    path("registers/<slug:member>/export.<str:kind>", quality.export, name="register_export"),
    path("registers/<slug:member>/rows/", quality.rows, name="register_rows"),
    path("registers/<slug:member>/queue/", corrections.queue, name="queue"),
    path(
        "registers/<slug:member>/queue/<str:unit>/correct/",
        corrections.correct,
        name="correct_unit",
    ),
    path(
        "registers/<slug:member>/queue/<str:unit>/confirm/",
        corrections.confirm,
        name="confirm_unit",
    ),
    path("registers/<slug:member>/queue/<str:unit>/take/", corrections.take, name="take_unit"),
    path("registers/<slug:member>/like/<slug:field>/", corrections.like, name="like"),
    path("registers/<slug:member>/corrections/", corrections.directory, name="corrections"),
    path(
        "registers/<slug:member>/corrections/export.<str:kind>",
        corrections.export,
        name="corrections_export",
    ),
    path(
        "registers/<slug:member>/corrections/import/",
        corrections.import_,
        name="import_corrections",
    ),
    path(
        "registers/<slug:member>/corrections/apply/",
        corrections.apply_,
        name="apply_corrections",
    ),
    path(
        "registers/<slug:member>/corrections/<int:key>/withdraw/",
        corrections.withdraw,
        name="withdraw_correction",
    ),
    path(
        "registers/<slug:member>/corrections/<int:key>/undo/",
        corrections.undo,
        name="undo_correction",
    ),
    path("registers/<slug:member>/words/", corrections.words, name="words"),
    path("registers/<slug:member>/words/decide/", corrections.decide, name="decide_word"),
    path("registers/<slug:member>/words/words.toml", corrections.words_file, name="words_file"),
    path("methods/", methods.show, name="methods"),
]
