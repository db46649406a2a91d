"""The addresses of the desk's pages."""

from django.urls import path

from xietong.desk.pages import files, jobs, notices

app_name = "desk"
urlpatterns = [
    path("jobs/", jobs.show_all, name="jobs"),
    path("jobs/<int:number>/", jobs.show, name="job"),
    path("jobs/<int:number>/part/", jobs.part, name="job_part"),
    path("jobs/<int:number>/cancel/", jobs.cancel, name="job_cancel"),
    path("jobs/<int:number>/retry/", jobs.retry, name="job_retry"),
    path("notices/", notices.show_all, name="notices"),
    path("notices/<int:number>/read/", notices.read, name="notice_read"),
    path("notices/read/", notices.read_all, name="notices_read"),
    path("files/<int:number>/", files.download, name="file"),
]
