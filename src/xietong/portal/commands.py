"""Commands of the whole house: bring it up, serve it, make the synthetic twin."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import click
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from xietong.atlas import operations as atlas
from xietong.atlas import queries as atlas_queries
from xietong.kit.progress import Printer, Progress
from xietong.portal.backup_commands import backup, check, restore
from xietong.portal.bodies import THREADS
from xietong.portal.keeper import GRACE_SECONDS
from xietong.portal.rules_commands import rules
from xietong.portal.soundness import require_guards
from xietong.region import operations as region
from xietong.region.guards import OPERATOR, uses
from xietong.region.packs import RegionPack, read_pack
from xietong.region.rules import LOCAL


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT")
@click.option("--serve/--no-serve", default=True, help="Serve the pages when all is ready.")
@uses(OPERATOR)
def up(port: int, serve: bool) -> None:
    """Bring the house up: tables, region, registers, an edition, and the server.

    With the sample registers in XIETONG_DATA the map shows them; otherwise a synthetic twin, marked
    so on every page. A second run does only what has changed.
    """
    progress = Printer()
    progress("Tables")
    call_command("migrate", verbosity=0)
    pack = read_pack(settings.XIETONG_REGIONS, settings.XIETONG_REGION)
    progress("Region pack")
    region.load_region(actor=LOCAL, pack=pack)
    bring_sample(pack, progress)
    progress("Edition")
    edition, compiled = atlas.compile_edition(actor=LOCAL, progress=progress)
    if edition.state == edition.State.DRAFT and atlas_queries.in_trial():
        atlas.publish_edition(actor=LOCAL, number=edition.number)
    progress(f"Edition {edition.number} {'compiled' if compiled else 'unchanged'}")
    progress("Static files")
    collect_static()
    if serve:
        progress(f"Serving on http://127.0.0.1:{port}/")
        run_server(port)


def collect_static() -> bool:
    """Collect the static files where any of them has changed; return whether."""
    mark = Path(settings.XIETONG_HOME) / "static.digest"
    wanted = _digest_of_static()
    collected = Path(settings.STATIC_ROOT).is_dir() and mark.is_file()
    if collected and mark.read_text() == wanted:
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(wanted)
    return True


def _digest_of_static() -> str:
    """Return one hash over the names, sizes and times of all files that are to be collected."""
    facts = [settings.STORAGES["staticfiles"]["BACKEND"]]
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = os.stat(storage.path(path))
            facts.append(f"{path} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()


# Why a sample may take the place of a twin, of which no row stays: stands in the audit.
SAMPLE = "The sample data of the region's pack."


def bring_sample(pack: RegionPack, progress: Progress) -> None:
    """Import boundaries and registers: the real ones where all lie in XIETONG_DATA, else a twin.

    A member that has brought a register of its own keeps it; only a twin's gives way.
    """
    data = Path(settings.XIETONG_DATA)
    outlines = pack.facts["boundaries"]
    progress("Boundaries")
    if (data / outlines["county"]).is_file():
        region.import_boundaries(
            actor=LOCAL,
            county=data / outlines["county"],
            crs=outlines["crs"],
            code_property=outlines["code_property"],
            attribution_zh=outlines["attribution_zh"],
            attribution_en=outlines["attribution_en"],
        )
    else:
        region.draw_schematic_boundaries(actor=LOCAL, pack=pack)
    samples = pack.facts.get("datasets", [])
    brought = {
        one.register.member.code: one.source_name
        for one in atlas_queries.newest_versions(LOCAL)
        if not one.synthetic
    }
    if samples and all((data / sample["file"]).is_file() for sample in samples):
        for sample in samples:
            name = Path(sample["file"]).name
            if brought.get(sample["member"], name) != name:
                continue
            atlas.import_register(
                actor=LOCAL,
                member=sample["member"],
                path=data / sample["file"],
                about=atlas.About.of_sample(sample, pack.facts.get("banner")),
                although=SAMPLE,
                progress=progress,
            )
        return
    if len(brought) == len(pack.facts["members"]):
        return
    for member, path in atlas.make_twin(Path(settings.XIETONG_HOME) / "twin", progress).items():
        if member not in brought:
            atlas.import_register(
                actor=LOCAL,
                member=member,
                path=path,
                about=atlas.About.of_twin(),
                although=SAMPLE,
                progress=progress,
            )


def start_keeper(number: int) -> None:
    """Start so many workers beside us; they end when this process has ended, however it does."""
    if not number:
        return
    theirs, ours = os.pipe()
    # Kept open by whatever this process becomes; closed by the system when it is gone.
    os.set_inheritable(ours, True)
    subprocess.Popen(  # noqa: S603  (a fixed program, no shell)
        [sys.executable, "-m", "xietong.portal.keeper", str(number)],
        stdin=theirs,
        close_fds=True,
        start_new_session=True,
    )
    os.close(theirs)


def run_server(port: int) -> None:
    """Replace this process by the WSGI server on the loopback interface, workers beside it."""
    start_keeper(settings.XIETONG_WORKERS)
    os.execv(  # noqa: S606  (a fixed program, no shell)
        sys.executable,
        [
            sys.executable,
            "-m",
            "granian",
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--workers",
            "1",
            "--blocking-threads",
            str(THREADS),
            "--http",
            "1",
            # Whoever is still answered when it is told to end has so long.
            "--workers-kill-timeout",
            str(GRACE_SECONDS),
            # It warns of so many threads, of which ours lets few work at once.
            "--log-level",
            "error",
            "xietong.portal.wsgi:application",
        ],
    )


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT")
@uses(OPERATOR)
def serve(port: int) -> None:
    """Serve the pages on 127.0.0.1 without importing or compiling anything."""
    atlas_queries.editions_visible_to(LOCAL)
    require_guards()
    run_server(port)


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@uses(OPERATOR)
def twin(folder: Path) -> None:
    """Write the synthetic twin of the members' registers into FOLDER, with its planted truth."""
    for member, path in atlas.make_twin(folder, Printer()).items():
        click.echo(f"{member}\t{path}")


COMMANDS = (backup, check, restore, rules, serve, twin, up)
