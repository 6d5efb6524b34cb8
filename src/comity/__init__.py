"""comity: what happens when a government demands a customer's data that lies in another country.

The names here are the public Python API; everything else may change between releases. An office is opened with
`Office`, its law with `load_packs`; `decide` judges facts, `fold` and `standing` tell what an order is worth,
`open_gate` whether anything may leave, `verify` whether a production is what it says. Each name is loaded when it is
first used, so that the kernel alone stays as light as it is.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from comity.desk.office import Office, init, load_packs
    from comity.desk.verify import verify
    from comity.errors import ComityError
    from comity.kernel.decision import Decision, decide, stands_on, turns_on
    from comity.kernel.demand import Demand, Scope
    from comity.kernel.estate import Estate
    from comity.kernel.gate import Refusal, Release, open_gate
    from comity.kernel.law import Law, Reading
    from comity.kernel.matter import Event, Matter, fold, standing

    __version__: str

_HOMES = {
    "comity.desk.office": ("Office", "init", "load_packs"),
    "comity.desk.verify": ("verify",),
    "comity.errors": ("ComityError",),
    "comity.kernel.decision": ("Decision", "decide", "stands_on", "turns_on"),
    "comity.kernel.demand": ("Demand", "Scope"),
    "comity.kernel.estate": ("Estate",),
    "comity.kernel.gate": ("Refusal", "Release", "open_gate"),
    "comity.kernel.law": ("Law", "Reading"),
    "comity.kernel.matter": ("Event", "Matter", "fold", "standing"),
}
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


def __getattr__(name: str) -> Any:
    """Load a public name from where it lives; the version is looked up among the installed packages when asked for."""
    if name == "__version__":
        return import_module("importlib.metadata").version("comity")
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(home), name)
    raise AttributeError(f"comity has no `{name}`")
