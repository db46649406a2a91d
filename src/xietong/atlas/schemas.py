"""The shapes that the page, the API and the exports of the map share."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from ninja import Schema
from pydantic import BaseModel, Field

from xietong.agreements.schemas import AgreementOut

Level = Literal["province", "prefecture", "county"]
MeasureName = Literal["lq", "symmetric", "standardised", "n", "share"]
Counted = Literal["n", "capital"]
EditionState = Literal["draft", "under_review", "approved", "published", "withdrawn"]
IndustryKind = Literal["total", "division", "group", "chain", "segment"]
HitKind = Literal["place", "industry", "chain", "segment", "cluster"]
NameKind = Literal["leading_firm", "platform"]
# ok: a number; zero: none was counted; withheld: 不予公布; insufficient: 数据不足
CellState = Literal["ok", "zero", "withheld", "insufficient"]


class Names(BaseModel):
    """A name in both languages."""

    zh: str
    en: str


class MemberOut(BaseModel):
    """One of the governments that compiled the edition."""

    code: str
    place: str
    name: Names
    short: Names


class RegisterSummary(BaseModel):
    """What one member's register brought to an edition."""

    member: str
    title: Names
    version: int
    rows: int
    placed_county: int
    placed_prefecture: int
    unplaced: int
    coded: int
    attribution: Names


class EditionOut(BaseModel):
    """One frozen edition of the map."""

    number: int
    digest: str
    state: EditionState
    title: Names
    created_at: str
    published_at: str | None
    trial: bool  # published without the members' approval, in a trial
    synthetic: bool
    schematic: bool
    banner: Names | None
    map_note: Names
    attribution: Names
    vintage: int
    years: tuple[int, int]
    establishments: int
    levels: list[Level]
    measures: list[MeasureName]
    counted: list[Counted]
    members: list[MemberOut]
    registers: list[RegisterSummary]
    opens_on: str  # the industry key with most clusters that cross members
    parameters: dict[str, str | int | float]

    @property
    def unpublished(self) -> bool:
        """Tell whether readers do not see it."""
        return self.state != "published"


class SourceVersion(Schema):
    """A version of a member's register that an edition was compiled from."""

    member: str
    name: Names
    number: int
    rows: int
    imported_at: datetime
    digest: str


class Standing(Schema):
    """An edition as those see it who decide on it: its state, its sources, what the members say.

    `agreement` is None where nobody was asked, or where it is not the actor's to see.
    """

    number: int
    state: EditionState
    title: Names
    digest: str
    files_digest: str
    synthetic: bool
    trial: bool
    created_at: datetime
    published_at: datetime | None
    withdrawn_because: str
    restates: int | None  # the edition whose numbers it has, with other words beside them
    sources: list[SourceVersion]
    agreement: AgreementOut | None


class SubmissionIn(Schema):
    """Until when consent is asked for; without it, there is no end."""

    closes_at: datetime | None = None


class ReasonIn(Schema):
    """Why something is taken back."""

    reason: str = Field(max_length=2000)


class IndustryOut(BaseModel):
    """A division, group, chain or segment as the pickers show it."""

    key: str
    kind: IndustryKind
    code: str
    name: Names
    short: Names
    parent: str | None
    n: int | None
    clusters: int
    crossing_clusters: int
    enabled: bool
    why_disabled: Names | None
    tier: str | None = None
    function: str | None = None


class Cell(BaseModel):
    """One place of a layer. Numbers are None unless `state` is ok, or zero.

    Where it is zero, `value` is that of a place without such units. By capital a place may be zero
    or withheld although its units, `n`, are published. `rank` is None where there is no value.
    """

    code: str
    name: Names
    parent: Names
    member: str
    state: CellState
    n: int | None
    value: float | None
    low: float | None
    high: float | None
    significant: bool | None
    rank: int | None


class IndustryIndices(BaseModel):
    """How concentrated the industry is over the places of one level; None where withheld."""

    n: int | None
    hhi: float | None
    ellison_glaeser: float | None
    eg_by_chance: float | None  # ± so much in 95 of 100 draws where places are chosen at random
    maurel_sedillot: float | None
    why: Names | None


class LayerOut(BaseModel):
    """All that one view of the map shows: one industry, level, measure and thing counted."""

    edition: int
    industry: IndustryOut
    level: Level
    measure: MeasureName
    counted: Counted
    unit: Names
    breaks: list[float]  # ascending inner class limits; len(breaks)+1 classes
    diverging: bool  # True: the middle class limit is the neutral value (1 for LQ, 0 for others)
    total: int | None
    counts: dict[CellState, int]
    indices: IndustryIndices
    cells: list[Cell]  # ranked ones, the best first; then by code ok without value, zero, …


class ClusterOut(BaseModel):
    """A named cluster: contiguous counties specialised in one industry."""

    key: str
    name: Names
    industry: IndustryOut
    rank: int
    units: int
    share: float  # of the industry's units in the region
    lq: float
    low: float
    high: float
    core: str
    places: list[Cell]
    members: list[str]
    crossing: bool
    bounds: tuple[float, float, float, float]  # west, south, east, north
    leading: list[LeadingIndustry]
    absent_segments: list[IndustryOut]
    published_names: list[PublishedNameOut]


class LeadingIndustry(BaseModel):
    """What is strongest inside a place or a cluster."""

    industry: IndustryOut
    n: int
    lq: float
    low: float
    high: float
    rank: int | None


class PublishedNameOut(BaseModel):
    """A firm or platform that a member has itself published; it never comes from a register."""

    member: str
    kind: NameKind
    name: Names
    source: str


class YearCount(BaseModel):
    """How many of the surviving units were registered in a year."""

    year: int
    n: int | None  # None: withheld


class PlaceProfile(BaseModel):
    """One place: what it is strong in, and when its surviving units were registered."""

    code: str
    name: Names
    level: Level
    parents: list[PlaceLink]
    member: str
    n: int | None
    placed_at_county_share: float | None  # of the prefecture's rows; below .8 means insufficient
    insufficient: bool
    top: list[LeadingIndustry]
    years: list[YearCount]  # prefecture and province only; all divisions together
    years_of: PlaceLink | None  # the prefecture the years belong to, where a county has none itself
    clusters: list[ClusterLink]
    children: list[PlaceLink]


class PlaceLink(BaseModel):
    """A place, by name and code."""

    code: str
    name: Names
    level: Level


class ClusterLink(BaseModel):
    """A cluster that a place has a part in."""

    key: str
    name: Names
    industry: str
    units: int
    crossing: bool


class SearchHit(BaseModel):
    """Something that is called as was asked; `url` is its page, below the home page."""

    kind: HitKind
    key: str
    name: Names
    detail: Names
    url: str


ClusterOut.model_rebuild()
PlaceProfile.model_rebuild()
