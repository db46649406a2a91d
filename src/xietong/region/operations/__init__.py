"""The writes of the region, by subject."""

from xietong.region.operations.audit import change, record
from xietong.region.operations.boundaries import draw_schematic_boundaries, import_boundaries
from xietong.region.operations.packs import load_region

__all__ = ["change", "draw_schematic_boundaries", "import_boundaries", "load_region", "record"]
