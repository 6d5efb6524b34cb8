"""comity: what happens when a government demands a customer's data that lies in another country.

The names here are the public Python API; everything else may change between releases. An office is opened with
`Office`, its law with `load_packs`; `decide` judges facts, `fold` and `standing` tell what an order is worth,
`open_gate` whether anything may leave, `verify` whether a production is what it says.
"""

from importlib.metadata import version

from comity.desk.office import Office, init, load_packs
from comity.desk.verify import verify
from comity.errors import ComityError
from comity.kernel.decision import Decision, decide, stands_on, turns_on
from comity.kernel.demand import Demand, Scope
from comity.kernel.estate import Estate
from comity.kernel.gate import Refusal, Release, open_gate
from comity.kernel.law import Law, Reading
from comity.kernel.matter import Event, Matter, fold, standing

__version__ = version("comity")
__all__ = [
    "ComityError",
    "Decision",
    "Demand",
    "Estate",
    "Event",
    "Law",
    "Matter",
    "Office",
    "Reading",
    "Refusal",
    "Release",
    "Scope",
    "decide",
    "fold",
    "init",
    "load_packs",
    "open_gate",
    "standing",
    "stands_on",
    "turns_on",
    "verify",
]
