"""The addresses of agreements."""

from django.urls import path

from xietong.agreements import pages

app_name = "agreements"
urlpatterns = [
    path("", pages.directory, name="agreements"),
    path("<int:number>/", pages.show, name="agreement"),
    path("<int:number>/consent/", pages.give_consent, name="consent"),
    path("<int:number>/<int:consent>/met/", pages.tell_met, name="meet_condition"),
]
