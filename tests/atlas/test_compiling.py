"""Compiling: frozen, once for the same input, whole or not at all, and nobody's number twice."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from editions import Grown
from houses import Lakes
from xietong.atlas import operations, queries, storage
from xietong.atlas.models import Cluster, Edition, RegisterVersion
from xietong.atlas.operations import compiling
from xietong.engine.edition.parameters import METHOD_VERSIONS, Parameters
from xietong.kit.refusals import NotFound, Refusal
from xietong.kit.shelf import ORPHAN_AGE_SECONDS, PART, digest_of_folder
from xietong.region import operations as region
from xietong.region.models import AuditEntry
from xietong.region.packs import read_pack
from xietong.region.rules import LOCAL, READER

pytestmark = [pytest.mark.operations, pytest.mark.django_db]


def compiled(**ways: Any) -> tuple[Edition, bool]:
    return operations.compile_edition(actor=LOCAL, **ways)


def imported(grown: Grown, member: str, lines: list[str]) -> RegisterVersion:
    """Import a member's register anew, with these lines below its headings."""
    path = grown.home / f"{member}-again.csv"
    heading = grown.registers[member].read_text(encoding="utf-8").splitlines()[0]
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    about = operations.About(
        title_zh="北岸企业名录",
        title_en="Register of Northshore",
        banner_zh="另一说明",
        banner_en="B",
    )
    version, _ = operations.import_register(actor=LOCAL, member=member, path=path, about=about)
    return version


def lines(grown: Grown, member: str) -> list[str]:
    return grown.registers[member].read_text(encoding="utf-8").splitlines()[1:]


def shelved() -> set[str]:
    folder = storage.editions().folder
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def untouched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it fail where a register is read."""

    def read(*_: Any, **__: Any) -> None:
        raise AssertionError("a register was read")

    monkeypatch.setattr(compiling, "tabulate", read)


def test_an_edition_says_what_it_is_made_of(grown: Grown) -> None:
    row = Edition.objects.get()
    versions = RegisterVersion.objects.all()
    assert set(row.versions.all()) == set(versions)
    assert row.parameters == Parameters().as_integers()
    assert row.provenance["methods"] == METHOD_VERSIONS
    assert row.provenance["registers"] == {
        one.register.member.code: {
            "version": 1,
            "sha256": one.digest,
            "source": one.source_digest,
        }
        for one in versions
    }
    assert digest_of_folder(storage.editions().folder / row.files_digest) == row.files_digest
    assert row.summary == {"clusters": Cluster.objects.count()}
    assert not row.synthetic
    about = queries.edition(READER)
    assert about.title.en == "Three Lakes: map of industrial clusters, edition 1"
    assert about.establishments == sum(one.rows for one in versions)
    assert about.opens_on == "d11"  # the only division with a cluster that crosses
    assert about.years == (1990, 2010)
    assert [one.code for one in about.members] == ["northshore", "southshore"]
    assert sum(one.rows for one in about.registers) == about.establishments
    entry = AuditEntry.objects.get(verb="compile_edition")
    assert (entry.subject, entry.after) == ("atlas:edition:1", row.digest)


def test_compiling_again_reads_nothing(
    grown: Grown, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    untouched(monkeypatch)
    entries, files = AuditEntry.objects.count(), shelved()
    started = time.monotonic()
    with django_assert_max_num_queries(20):
        edition, new = compiled()
    assert time.monotonic() - started < 2
    assert (edition, new) == (Edition.objects.get(), False)
    assert AuditEntry.objects.count() == entries
    assert shelved() == files


def test_other_rows_make_another_edition_and_readers_keep_theirs(grown_apart: Grown) -> None:
    first = Edition.objects.get()
    imported(grown_apart, "northshore", lines(grown_apart, "northshore")[:-20])
    second, new = compiled()
    assert new
    assert (second.number, second.state) == (first.number + 1, "draft")
    assert second.digest != first.digest
    assert queries.edition(READER).number == first.number
    assert queries.edition(LOCAL, second.number).establishments == (
        queries.edition(READER).establishments - 20
    )
    assert shelved() == {first.files_digest, second.files_digest}
    told = queries.edition(LOCAL, second.number)
    # Every register's banner stands, each once.
    assert told.banner is not None
    assert told.banner.zh == "另一说明；三湖为虚构地区，数据仅供测试"


def test_shuffled_rows_are_the_same_edition(
    grown_apart: Grown, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Edition.objects.get()
    shuffled = lines(grown_apart, "northshore")
    random.Random(7).shuffle(shuffled)  # noqa: S311  (no secret)
    version = imported(grown_apart, "northshore", shuffled)
    assert version.number == 2
    edition, new = compiled()
    assert (edition.pk, edition.digest, new) == (first.pk, first.digest, False)
    assert Edition.objects.count() == 1
    entry = AuditEntry.objects.get(verb="recognise_edition")
    assert (entry.before, entry.after) == (first.inputs_digest, edition.inputs_digest)
    untouched(monkeypatch)  # and it is remembered
    assert compiled() == (edition, False)


def test_a_corrected_banner_comes_to_stand_beside_the_same_numbers(grown_apart: Grown) -> None:
    first, before = Edition.objects.get(), queries.edition(READER)
    imported(grown_apart, "northshore", lines(grown_apart, "northshore"))
    edition, new = compiled()
    assert (edition.pk, edition.digest, edition.state, new) == (
        first.pk,
        first.digest,
        "published",
        False,
    )
    told = queries.edition(READER)
    assert before.banner is not None
    assert told.banner is not None
    assert "另一说明" in told.banner.zh
    assert "另一说明" not in before.banner.zh
    assert told.establishments == before.establishments
    assert AuditEntry.objects.get(verb="recognise_edition").details["files"] == edition.files_digest
    assert edition.files_digest != first.files_digest


def test_other_parameters_make_another_edition(grown_apart: Grown) -> None:
    edition, new = compiled(parameters=Parameters(minimum_cell=5))
    assert new
    assert edition.parameters["minimum_cell"] == 5
    again, new = compiled(parameters=Parameters(minimum_cell=5))
    assert (again, new) == (edition, False)


@pytest.mark.parametrize("what", ["c-lake_boats", "d11"])
def test_a_corrected_name_makes_another_edition(grown_apart: Grown, what: str) -> None:
    pack = read_pack(django_settings.XIETONG_REGIONS, "lakes")
    if what.startswith("c"):
        chains = ({**pack.chains[0], "name_en": "Corrected"}, *pack.chains[1:])
        renamed = replace(pack, chains=chains, digest="f" * 64)
    else:
        rows = tuple(
            {**row, "name_en": "Corrected"} if row["code"] == "11" else row
            for row in pack.country.classification
        )
        country = replace(pack.country, classification=rows)
        renamed = replace(pack, country=country, digest="f" * 64)
    region.load_region(actor=LOCAL, pack=renamed)
    edition, new = compiled()
    assert new
    told = {one.key: one.name.en for one in queries.industries(LOCAL, edition.number)}
    assert told[what] == "Corrected"


def test_there_must_be_a_region_outlines_and_registers(lakes: Lakes) -> None:
    with pytest.raises(Refusal, match="no_registers"):
        compiled()
    assert shelved() == set()


def test_there_must_be_outlines(grown_apart: Grown) -> None:
    from xietong.region.models import Region

    Region.objects.update(vintage=2030)
    with pytest.raises(NotFound, match="no_boundaries"):
        compiled()


def test_a_missing_file_of_a_register_is_refused(grown_apart: Grown) -> None:
    version = imported(grown_apart, "northshore", lines(grown_apart, "northshore")[:-1])
    (storage.registers().folder / f"{version.digest}.parquet").unlink()
    with pytest.raises(Refusal, match="register_file_missing") as refused:
        compiled()
    assert refused.value.params["number"] == 2
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("step", ["tabulate", "build_edition", "save", "manifest", "outlines"])
def test_a_compile_that_breaks_off_leaves_nothing(
    grown_apart: Grown, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, entries = shelved(), AuditEntry.objects.count()

    def break_off(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compiling, step, break_off)
    with pytest.raises(KeyboardInterrupt):
        compiled(parameters=Parameters(minimum_cell=4))
    assert shelved() == before
    assert Edition.objects.count() == 1
    assert AuditEntry.objects.count() == entries


def test_files_whose_row_was_not_written_are_swept_after_a_day(
    grown_apart: Grown, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shelved()

    def break_off(**_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(compiling, "record", break_off)
        with pytest.raises(KeyboardInterrupt):
            compiled(parameters=Parameters(minimum_cell=4))
    (orphan,) = shelved() - before
    assert Edition.objects.count() == 1
    assert operations.sweep(actor=LOCAL) == []
    late = time.time() + ORPHAN_AGE_SECONDS + 60
    assert operations.sweep(actor=LOCAL, now=late) == [orphan]
    assert shelved() == before
    edition, new = compiled(parameters=Parameters(minimum_cell=4))
    assert (edition.files_digest, new) == (orphan, True)


def test_a_compiler_that_comes_second_takes_the_firsts_edition(
    grown_apart: Grown, monkeypatch: pytest.MonkeyPatch
) -> None:
    # While the second measures, the first gets done.
    measure = compiling.build_edition
    ways = Parameters(minimum_cell=4)
    first: list[Edition] = []

    def overtaken(**parts: Any) -> Any:
        monkeypatch.setattr(compiling, "build_edition", measure)
        first.append(compiled(parameters=ways)[0])
        return measure(**parts)

    monkeypatch.setattr(compiling, "build_edition", overtaken)
    second, new = compiled(parameters=ways)
    assert not new
    assert [second] == first
    assert Edition.objects.count() == 2
    assert AuditEntry.objects.filter(verb="compile_edition").count() == 2
    assert not [name for name in shelved() if name.startswith(PART)]


def test_sweeping_keeps_what_a_row_names(grown_apart: Grown) -> None:
    shelves = [storage.registers().folder, storage.editions().folder]
    kept = {path for shelf in shelves for path in shelf.iterdir()}
    strays: list[Path] = []
    for shelf in shelves:
        (shelf / f"{PART}left").mkdir()
        (shelf / ("0" * 64)).write_text("an orphan")
        strays += [shelf / f"{PART}left", shelf / ("0" * 64)]
    assert operations.sweep(actor=LOCAL) == []
    late = time.time() + ORPHAN_AGE_SECONDS + 60
    assert sorted(operations.sweep(actor=LOCAL, now=late)) == sorted(one.name for one in strays)
    assert {path for shelf in shelves for path in shelf.iterdir()} == kept
    assert queries.layer(READER, industry="d11").cells
