"""What kinds of demand are called in plain words: the codes of `demand.instrument`, as terms.toml explains them.

The words add no law to it. Elsewhere than in the United States the code begins with the state, and the same last words
mean the same kind everywhere.
"""

from __future__ import annotations

from typing import Final

KINDS: Final = {
    "subscriber-order": "order for who is behind an account",
    "subscriber-request": "request for who is behind an account",
    "records-order": "order for traffic records",
    "production-order": "order for stored records",
    "search-warrant": "search warrant",
    "interception-order": "order for what is still to come",
    "key-order": "order for means to decrypt",
    "preservation-order": "order to preserve records",
    "preservation-demand": "demand to preserve records",
    "tax-requirement": "tax authority's requirement",
    "emergency-request": "emergency request",
}
"""Kinds that are the same in every state, by how their code ends."""
NAMES: Final = {
    "us-sca-warrant": "warrant for stored communications, 18 U.S.C. 2703",
    "us-sca-d-order": "court order for records, 18 U.S.C. 2703(d)",
    "us-grand-jury-subpoena": "grand jury subpoena",
    "us-administrative-subpoena": "administrative subpoena",
    "us-trial-subpoena": "trial subpoena of a criminal court",
    "us-preservation-letter": "letter to preserve records, 18 U.S.C. 2703(f)",
    "us-emergency-request": "emergency request, 18 U.S.C. 2702",
    "us-ca-warrant": "search warrant of a California court",
    "us-wiretap-order": "order to intercept, 18 U.S.C. 2518",
    "us-pen-trap-order": "order for traffic to come, 18 U.S.C. 3123",
    "us-nsl": "national security letter, 18 U.S.C. 2709",
    "us-fisa-order": "order under the Foreign Intelligence Surveillance Act of 1978",
    "us-fisa-702-directive": "directive under 50 U.S.C. 1881a(i)",
    "us-tax-summons": "tax summons, 26 U.S.C. 7602",
    "us-bank-subpoena": "subpoena to a bank, 31 U.S.C. 5318(k)(3)",
    "us-civil-discovery": "request of a party to a civil case, Fed. R. Civ. P. 34",
    "consent-request": "request that rests on the customer's consent",
    "private-litigant-subpoena": "subpoena of a party to a civil case",
    "mlat-request": "request for mutual legal assistance",
    "foreign-police-request": "request of a foreign authority, which commands nothing",
    "foreign-court-order": "order of a foreign court or authority",
    "executive-agreement-order": "foreign order under an agreement of 18 U.S.C. 2523",
    "eio-request": "European Investigation Order",
    "eu-epoc": "European Production Order Certificate",
    "eu-epoc-pr": "European Preservation Order Certificate",
    "cn-intelligence-demand": "demand of an intelligence organ, China",
    "gb-s2-notice": "notice of the Serious Fraud Office, Criminal Justice Act 1987, s. 2(3)",
    "gb-poca-notice": "notice under a disclosure order, Proceeds of Crime Act 2002, s. 357",
    "gb-third-party-notice": "third-party notice, Finance Act 2008, Schedule 36, para. 2",
    "ca-dated-order": "production order on dates to come, Canada",
    "ca-account-order": "order to keep an account open or active, Canada",
    "ca-mlacma-order": "order under the Mutual Legal Assistance in Criminal Matters Act, s. 18",
    "au-ipo": "international production order, Australia",
    "au-stored-warrant": "warrant for stored communications, Australia",
    "de-s99-order": "seizure of mail, StPO, §§ 99, 100",
    "de-s100k-order": "order for usage data of digital services, StPO, § 100k",
    "ie-s75-order": "order of the Irish District Court, Criminal Justice (Mutual Assistance) Act 2008, s. 75",
}
"""Kinds that go by a name of their own."""
