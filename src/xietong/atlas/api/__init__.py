"""The atlas over HTTP, by subject: editions of the map, imports of registers, corrections."""

from ninja import Router

from xietong.atlas.api.corrections import router as corrections
from xietong.atlas.api.editions import router as editions
from xietong.atlas.api.imports import router as imports

router = Router(tags=["atlas"])
router.add_router("", editions)
router.add_router("/registers", imports)
router.add_router("/registers", corrections)
