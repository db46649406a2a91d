"""The addresses of the map's pages."""

from django.urls import URLPattern, URLResolver, include, path

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
OF_AN_IMPORT = [
    path("", imports.show, name="import"),
    path("sheet/", imports.sheet, name="import_sheet"),
    path("columns/", imports.columns, name="import_columns"),
    path("check/", imports.check, name="import_check"),
    path("discard/", imports.discard, name="import_discard"),
    path("commit/", imports.commit, name="import_commit"),
    path("problems/", imports.problems, name="import_problems"),
    path("problems.csv", imports.problems_file, name="import_problems_file"),
    path("mark/", imports.mark, name="import_mark"),
    path("marked.xlsx", imports.marked, name="import_marked"),
]
OF_IMPORTS: list[URLPattern | URLResolver] = [
    path("import/", imports.start, name="imports"),
    path("import/<int:number>/", include(OF_AN_IMPORT)),
    path("versions/", versions.show, name="versions"),
    path("versions/<int:number>/restore/", versions.restore, name="restore_version"),
    path(
        "versions/<int:number>/problems.csv", versions.problems_file, name="version_problems_file"
    ),
]
OF_A_REGISTER = [
    path("", quality.show, name="register"),
    path("export.<str:kind>", quality.export, name="register_export"),
    path("rows/", quality.rows, name="register_rows"),
    path("queue/", corrections.queue, name="queue"),
    path("queue/<str:unit>/correct/", corrections.correct, name="correct_unit"),
    path("queue/<str:unit>/confirm/", corrections.confirm, name="confirm_unit"),
    path("queue/<str:unit>/take/", corrections.take, name="take_unit"),
    path("like/<slug:field>/", corrections.like, name="like"),
    path("corrections/", corrections.directory, name="corrections"),
    path("corrections/export.<str:kind>", corrections.export, name="corrections_export"),
    path("corrections/import/", corrections.import_, name="import_corrections"),
    path("corrections/apply/", corrections.apply_, name="apply_corrections"),
    path("corrections/<int:key>/withdraw/", corrections.withdraw, name="withdraw_correction"),
    path("corrections/<int:key>/undo/", corrections.undo, name="undo_correction"),
    path("words/", corrections.words, name="words"),
    path("words/decide/", corrections.decide, name="decide_word"),
    path("words/words.toml", corrections.words_file, name="words_file"),
]
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
    path("registers/<str:member>/", include(OF_IMPORTS)),
    path("registers/<slug:member>/", include(OF_A_REGISTER)),
    path("methods/", methods.show, name="methods"),
]
