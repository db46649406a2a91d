"""The addresses of the region's pages."""

from django.urls import path

from xietong.region.pages import audit, invitations, organisations, people

app_name = "region"
urlpatterns = [
    path("audit/", audit.directory, name="audit"),
    path("audit/export.<str:kind>", audit.export, name="audit_export"),
    path("audit/of/<str:subject>/", audit.history, name="history"),
    path("people/", people.directory, name="people"),
    path("people/export.<str:kind>", people.export, name="people_export"),
    path("people/mandates/", people.mandates, name="mandates"),
    path("people/mandates/export.<str:kind>", people.export_mandates, name="mandates_export"),
    path("people/mandates/<int:key>/revoke/", people.revoke, name="revoke"),
    path("people/invitations/", invitations.directory, name="invitations"),
    path("people/invitations/new/", invitations.invite, name="invite"),
    path("people/invitations/<int:key>/recall/", invitations.recall, name="recall"),
    path("people/invitations/<int:key>/mail/", invitations.send_again, name="send_again"),
    path("people/<int:key>/", people.show, name="person"),
    path("people/<int:key>/name/", people.rename, name="rename"),
    path("people/<int:key>/place/", people.move, name="move"),
    path("people/<int:key>/mandates/", people.grant, name="grant"),
    path("people/<int:key>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<int:key>/reactivate/", people.reactivate, name="reactivate"),
    path("organisations/", organisations.directory, name="organisations"),
    path("organisations/export.<str:kind>", organisations.export, name="organisations_export"),
    path("organisations/template.xlsx", organisations.template, name="organisations_template"),
    path("organisations/new/", organisations.add, name="organisation_add"),
    path("organisations/import/", organisations.import_, name="organisations_import"),
    path("organisations/<int:key>/", organisations.show, name="organisation"),
    path("organisations/<int:key>/change/", organisations.change, name="organisation_change"),
    path("organisations/<int:key>/close/", organisations.close, name="organisation_close"),
    path("invitation/<str:token>/", invitations.accept, name="invitation"),
]
