"""Industry coding: what a firm does, read from its name and its business scope."""

from xietong.engine.coding.coder import Coder, Codings, CodingWorkers
from xietong.engine.coding.concordance import Concordance, read_concordance
from xietong.engine.coding.curated import merged, read_vocabulary
from xietong.engine.coding.decision import Coding
from xietong.engine.coding.given import GivenCodes
from xietong.engine.coding.vocabulary import Vocabulary

__all__ = [
    "Coder",
    "Coding",
    "CodingWorkers",
    "Codings",
    "Concordance",
    "GivenCodes",
    "Vocabulary",
    "merged",
    "read_concordance",
    "read_vocabulary",
]
