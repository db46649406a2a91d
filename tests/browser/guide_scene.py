"""The house in which the pictures of the guides are taken: the lakes, in the middle of their work.

Edition 1 is published; edition 2, of a later register, lies before the members, one of which has
agreed; one import is refused, another is ready; somebody is invited. All names are invented.
"""

import json
import pathlib
import tempfile
from io import BytesIO

import django

django.setup()

from django.test import Client  # noqa: E402

import grown_lakes  # noqa: E402
from cast import PARTS, enter, signed_in  # noqa: E402
from xietong.agreements import operations as agreements  # noqa: E402
from xietong.atlas import operations  # noqa: E402
from xietong.atlas.models import Edition  # noqa: E402
from xietong.region import operations as region  # noqa: E402
from xietong.region.rules import LOCAL  # noqa: E402

ABOUT = operations.About(
    title_zh="企业名录",
    title_en="Register of establishments",
    banner_zh="三湖为虚构地区，所有单位均属虚构",
    banner_en="The three lakes and all that lies there are invented",
)
NORTH = "northshore"

folder = pathlib.Path(tempfile.mkdtemp(dir="."))
for member, path in grown_lakes.write(folder).items():
    operations.import_register(actor=LOCAL, member=member, path=path, about=ABOUT)
first, _ = operations.compile_edition(actor=LOCAL)
operations.publish_edition(actor=LOCAL, number=first.number)

cast = enter()
lines = (folder / f"{NORTH}.csv").read_text(encoding="utf-8").splitlines()
later = folder / "later.csv"
later.write_text("\n".join([lines[0], *lines[60:]]) + "\n", encoding="utf-8")
operations.import_register(actor=cast["north_officer"], member=NORTH, path=later, about=ABOUT)
second, _ = operations.compile_edition(actor=LOCAL)
operations.submit_edition(actor=cast["office_officer"], number=second.number)
agreement = Edition.objects.get(number=second.number).agreement
assert agreement is not None
agreements.consent(
    actor=cast["north_approver"], agreement=agreement.pk, member=NORTH, verdict="agree"
)
region.invite_person(
    actor=cast["north_administrator"],
    email="yu.beigang@lakes.example",
    name="于北港",
    role="officer",
    member=NORTH,
    site="http://127.0.0.1",
)
nameless = [",".join(["", *line.split(",")[1:]]) for line in lines[40:44]]
drafts = {
    "refused": ("北岸企业名录-六月.csv", [lines[0], *nameless, *lines[62:]]),
    "ready": ("北岸企业名录-七月.csv", [lines[0], *lines[66:]]),
}
numbers = {}
for key, (name, rows) in drafts.items():
    stream = BytesIO(("\n".join(rows) + "\n").encode())
    draft = operations.begin_draft(
        actor=cast["north_officer"], member=NORTH, stream=stream, name=name
    )
    operations.map_draft(
        actor=cast["north_officer"],
        member=NORTH,
        number=draft.pk,
        columns=dict(draft.columns),
    )
    operations.check_draft(actor=cast["north_officer"], member=NORTH, number=draft.pk)
    numbers[key] = draft.pk
sessions = {
    part: signed_in(Client(), cast.person(part)).session.session_key
    for part in PARTS
    if part != "nobody"
}
told = {
    "sessions": sessions,
    "drafts": numbers,
    "agreement": agreement.pk,
    "person": cast.person("north_viewer").pk,
}
print(json.dumps(told))  # noqa: T201  (it is read by whoever ran this)
