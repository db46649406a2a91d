"""Commands of the desk: work, and jobs to be looked at, cancelled, tried again and cleared."""

from __future__ import annotations

import click

from xietong.desk import operations, queries, rules
from xietong.desk.chores import run_chores
from xietong.desk.schemas import JobOut, job_out
from xietong.desk.worker import work as work_on
from xietong.region import zone
from xietong.region.guards import OPERATOR, uses
from xietong.region.rules import LOCAL

SHOWN = 50


@click.command()
@click.option("--once", is_flag=True, help="End when no job waits any more.")
@click.option("--tied", is_flag=True, help="End when standard input closes.")
@uses(OPERATOR)
def work(once: bool, tied: bool) -> None:
    """Do the jobs that wait, one after another, until told to end."""
    work_on(once=once, tied=tied)


@click.group()
def job() -> None:
    """Long work: see it, cancel it, try it again."""


@job.command("list")
@click.option("--all", "every", is_flag=True, help="Also those that have ended long ago.")
@uses(rules.READ_JOBS)
def list_jobs(every: bool) -> None:
    """List the jobs, the newest first."""
    rows = queries.jobs_visible_to(LOCAL)
    for one in rows if every else rows[:SHOWN]:
        click.echo(_line(job_out(one)))


@job.command("show")
@click.argument("number", type=int)
@uses(rules.READ_JOBS)
def show(number: int) -> None:
    """Show one job: how far it is, or how it ended."""
    one = job_out(queries.job(LOCAL, number))
    click.echo(_line(one))
    for told in (one.stage, one.sentence, one.way_out):
        if told:
            click.echo(f"  {told}")


@job.command("cancel")
@click.argument("number", type=int)
@uses(rules.STOP_JOB, rules.STOP_OFFICE_JOB)
def cancel(number: int) -> None:
    """Cancel a job that waits or runs."""
    click.echo(_line(job_out(operations.cancel_job(actor=LOCAL, number=number))))


@job.command("retry")
@click.argument("number", type=int)
@uses(rules.STOP_JOB, rules.STOP_OFFICE_JOB)
def retry(number: int) -> None:
    """Let a job that was refused, failed or cancelled wait again."""
    click.echo(_line(job_out(operations.retry_job(actor=LOCAL, number=number))))


@job.command("clear")
@click.option("--days", type=click.IntRange(0, 36500), default=90, show_default=True)
@uses(rules.CLEAR_JOBS)
def clear(days: int) -> None:
    """Forget the jobs that ended more than so many days ago."""
    click.echo(operations.clear_jobs(actor=LOCAL, older_than_days=days))


@click.group()
def upload() -> None:
    """Files that people brought."""


@upload.command("sweep")
@uses(rules.SWEEP_FILES)
def sweep() -> None:
    """Forget files that have expired, and remove contents that no row names."""
    for name in operations.sweep_files(actor=LOCAL):
        click.echo(name)


@click.group()
def notice() -> None:
    """Notices, which people read on their pages and may have by mail too."""


@notice.command("mail")
@click.argument("person", type=int)
@click.argument("how", type=click.Choice(rules.MAIL_CHOICES))
@uses(OPERATOR)
def mail(person: int, how: str) -> None:
    """Choose for PERSON, by number, HOW notices come by mail: none, each, or daily."""
    chosen = operations.choose_notice_mail(actor=LOCAL, how=how, person=person)
    click.echo(f"{chosen.person_id}\t{chosen.how}")


@click.group()
def search() -> None:
    """The search index over records."""


@search.command("rebuild")
@uses(rules.REBUILD_SEARCH)
def rebuild() -> None:
    """Make the search index anew from all records."""
    click.echo(operations.rebuild_search(actor=LOCAL))


@click.command()
@uses(rules.RUN_CHORES)
def chores() -> None:
    """Do now what workers do by themselves from time to time: clear, sweep, lapse, expire."""
    for ran in run_chores(LOCAL, all_now=True):
        click.echo(f"{ran.name}\t{ran.fault or ran.changed}")


def _line(one: JobOut) -> str:
    share = "" if one.share is None else f" {one.share:.0%}"
    at = zone.second_of(one.asked_at)
    return f"{one.number}\t{one.state}{share}\t{one.title}\t{one.asked_name}\t{at}"


COMMANDS = (work, job, upload, notice, search, chores)
