"""What comes in: a written demand (TOML, JSON) or a paper (PDF, text) → the kernel's `Demand`, or why not.

A written demand is read strictly, every fault at once (`read_demand`). A paper is only ever read into a `Proposal`
(`read_paper`, `propose`): values with the passages they came from; a person makes a demand of it (`confirm`).
"""

from comity.intake.confirm import Confirmed, Source, confirm
from comity.intake.detect import kind_of, read_paper
from comity.intake.form import read_demand
from comity.intake.known import Known
from comity.intake.passages import Field, Missing, Proposal
from comity.intake.warrant import propose
from comity.intake.write import write_demand

__all__ = [
    "Confirmed",
    "Field",
    "Known",
    "Missing",
    "Proposal",
    "Source",
    "confirm",
    "kind_of",
    "propose",
    "read_demand",
    "read_paper",
    "write_demand",
]
