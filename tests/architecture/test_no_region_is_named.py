"""No code knows one region or country's places: such things come from the region pack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from architecture.committed import committed, is_text
from real_data import ROOT

NAMES = re.compile(
    r"shanghai|jiangsu|zhejiang|anhui|suzhou|kunshan|nanjing|hangzhou|ningbo|hefei|wuxi|yangtze"
    r"|\byrd\b|长三角|长江三角洲|上海|江苏|浙江|安徽|苏州|昆山|南京|杭州|宁波|合肥|无锡|太仓|吴江"
    r"|沪|浙|皖",
    re.IGNORECASE,
)
# The one place that may: the default of the setting that chooses the pack.
CHOICE = ("src/xietong/portal/settings.py", 'env.text("XIETONG_REGION", "yrd")')


def namings(paths: Iterable[Path], root: Path) -> Iterator[str]:
    """Give each line that names a region, the choice of the pack apart."""
    for path in paths:
        shown = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            allowed = shown == CHOICE[0] and CHOICE[1] in line
            found = NAMES.search(line.replace(CHOICE[1], "") if allowed else line)
            if found:
                yield f"{shown}:{number}: {found[0]}"


def sources(root: Path) -> list[Path]:
    """Return the code and templates; libraries built into static/ are not ours."""
    return [
        path
        for folder in ("src", "front/src")
        if (root / folder).is_dir()
        for path in committed(under=folder, root=root)
        if is_text(path) and "static" not in path.parts
    ]


def test_no_code_names_a_region() -> None:
    paths = sources(ROOT)
    assert len(paths) > 50
    assert list(namings(paths, ROOT)) == []


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("src/xietong/engine/placing/codes.py", 'if province == "上海市":'),
        ("src/xietong/kit/templates/kit/base.html", "<h1>Yangtze River Delta</h1>"),
        ("src/xietong/portal/settings.py", 'REGION = "yrd"'),
        ("src/xietong/portal/settings.py", 'env.text("XIETONG_REGION", "yrd")  # for Shanghai'),
        ("front/src/map.ts", "const centre = KUNSHAN"),
    ],
)
def test_a_planted_name_is_seen(tmp_path: Path, file: str, line: str) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(f"# nothing\n{CHOICE[1] if 'settings' in file else ''}\n", encoding="utf-8")
    assert list(namings(sources(tmp_path), tmp_path)) == []
    path.write_text(line, encoding="utf-8")
    assert len(list(namings(sources(tmp_path), tmp_path))) == 1
