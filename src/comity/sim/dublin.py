"""The story "Dublin 2013-2018": the Microsoft Ireland case, day by day, and what its warrants ask for here.

The happenings are the public docket of a real case, told in our own words: In re Warrant to Search a Certain E-Mail
Account Controlled and Maintained by Microsoft Corp., S.D.N.Y. 13 Mag. 2814; 2d Cir. 14-2985; U.S. Supreme Court 17-2.
The account, the people and the mail that the simulated warrants ask for are invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

from comity.kernel.demand import Scope
from comity.kernel.words import Truth
from comity.sim.people import CUSTODIAN

SCOPE = Scope(
    accounts=(CUSTODIAN.address,),
    categories=frozenset({"content"}),
    since=datetime(2012, 6, 1, tzinfo=UTC),
    until=datetime(2013, 12, 1, tzinfo=UTC),
    terms=("cobalt", "lantern", "Überweisung", "кобальт"),
)
"""The content that both simulated warrants ask for; the truth about the simulated mail is told against it."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One dated happening of the docket.

    `kind` is order, motion, ruling, stay, stay-lifted, contempt, filing, argument, notice-of-appeal, petition,
    cert-granted or statute; `mark` is V where a source was opened, K where the fact is known but its source was not;
    `order_in_force` says whether the warrant bound the provider after it, where the docket says so; `case` is the id of
    the decision in the collection of decided cases.
    """

    date: date
    court: str
    kind: str
    says: str
    mark: Literal["V", "K"]
    order_in_force: Truth = None
    case: str | None = None

    @property
    def verified(self) -> bool:
        """Whether a source was opened; what is unverified is printed as such."""
        return self.mark == "V"


_NY = "S.D.N.Y."
_FRANCIS = "S.D.N.Y. (Francis, M.J.)"
_PRESKA = "S.D.N.Y. (Preska, C.J.)"
_SECOND = "2d Cir."
_SUPREME = "U.S. Supreme Court"

HAPPENINGS: tuple[Happening, ...] = (
    Happening(
        date(2013, 12, 4), _FRANCIS, "order",
        "A magistrate judge issues a warrant under the Stored Communications Act for one e-mail account.",
        "V", True, "us-2013-12-04-microsoft-warrant",
    ),
    Happening(
        date(2013, 12, 18), _NY, "motion",
        "The provider hands over the non-content records kept in the United States and moves to vacate the warrant"
        " as far as it reaches content stored in Dublin.",
        "V", True,
    ),
    Happening(
        date(2014, 4, 25), _FRANCIS, "ruling",
        "The motion is denied, 15 F. Supp. 3d 466: such a warrant is executed like a subpoena and reaches what the"
        " provider controls, wherever it is stored.",
        "V", True, "us-2014-04-25-microsoft-francis",
    ),
    Happening(
        date(2014, 4, 25), _NY, "stay",
        "The order is stayed by consent until the district judge has reviewed it; the day of the stay order itself"
        " is not established.",
        "V", True,
    ),
    Happening(
        date(2014, 6, 6), _NY, "filing",
        "The provider files its objections to the magistrate judge's order (doc. 15).",
        "V",
    ),
    Happening(date(2014, 7, 9), _NY, "filing", "The government files its brief (doc. 60).", "V"),
    Happening(
        date(2014, 7, 31), _PRESKA, "ruling",
        "The district judge upholds the magistrate judge from the bench.",
        "V", True, "us-2014-07-31-microsoft-preska",
    ),
    Happening(
        date(2014, 8, 1), _PRESKA, "stay",
        "A stay pending appeal is granted unopposed; the government's letter gives this day, the press the day before.",
        "V", True, "us-2014-08-01-microsoft-stay",
    ),
    Happening(
        date(2014, 8, 11), _NY, "notice-of-appeal",
        "The provider gives notice of appeal to the Second Circuit, before 12 August; the exact day is unverified.",
        "K",
    ),
    Happening(
        date(2014, 8, 12), _NY, "motion",
        "The government asks by letter that the stay be lifted (dkt. 82).",
        "V",
    ),
    Happening(
        date(2014, 8, 29), _PRESKA, "stay-lifted",
        "The stay is lifted, because the order is not a final one that can be appealed.",
        "V", True, "us-2014-08-29-microsoft-stay-lifted",
    ),
    Happening(
        date(2014, 9, 8), _PRESKA, "contempt",
        "The provider still does not comply and is held in civil contempt as both sides agreed; sanctions wait for"
        " the appeal.",
        "V", True, "us-2014-09-08-microsoft-contempt",
    ),
    Happening(date(2014, 12, 8), _SECOND, "filing", "The provider files its opening brief and joint appendix.", "K"),
    Happening(date(2014, 12, 15), _SECOND, "filing", "Friends of the court file their briefs (doc. 99).", "V"),
    Happening(date(2015, 3, 9), _SECOND, "filing", "The government files its brief (doc. 212).", "V"),
    Happening(date(2015, 9, 9), _SECOND, "argument", "The appeal is argued: Judges Lynch, Carney and Bolden.", "V"),
    Happening(
        date(2016, 7, 14), _SECOND, "ruling",
        "The Second Circuit reverses, vacates the contempt and has the warrant quashed as to content stored abroad,"
        " 829 F.3d 197.",
        "V", False, "us-2016-07-14-microsoft-2dcir",
    ),
    Happening(date(2016, 10, 13), _SECOND, "motion", "The government petitions for rehearing.", "K"),
    Happening(
        date(2017, 1, 24), _SECOND, "ruling",
        "Rehearing by the full court is denied, four judges to four, 855 F.3d 53.",
        "V", None, "us-2017-01-24-microsoft-enbanc",
    ),
    Happening(
        date(2017, 6, 23), _SUPREME, "petition",
        "The government asks the Supreme Court to take the case (No. 17-2).",
        "K",
    ),
    Happening(
        date(2017, 10, 16), _SUPREME, "cert-granted",
        "The Supreme Court takes the case.",
        "V", None, "us-2017-10-16-microsoft-cert",
    ),
    Happening(date(2018, 2, 27), _SUPREME, "argument", "The Supreme Court hears both sides.", "V"),
    Happening(
        date(2018, 3, 23), "Congress", "statute",
        "The CLOUD Act is enacted: 18 U.S.C. 2713 reaches what a provider controls, stored inside or outside the"
        " United States.",
        "V",
    ),
    Happening(
        date(2018, 3, 30), _NY, "order",
        "A new warrant is issued under the CLOUD Act and the government drops the old one; that a new warrant replaced"
        " the old is verified, the day is not.",
        "K", True,
    ),
    Happening(
        date(2018, 4, 17), _SUPREME, "ruling",
        "The Supreme Court vacates the Second Circuit's judgment and sends the case back to be dismissed as moot.",
        "V", False, "us-2018-04-17-microsoft-scotus",
    ),
)  # fmt: skip
"""The docket in order; two happenings of one day stand in the order in which they took effect."""
