# The law of bench/laws/ten as it stands in S.D.N.Y. on 1 September 2026, written by hand for a policy engine.
#
# A fact that is not known is null. Rego has two truths, so each condition is written twice: once as what certainly
# holds and once as what may hold (`may_`); a bar certainly stands only if nothing may lift it. Congress has answered
# us_sca_reaches_abroad with yes, so the place of the store no longer counts; gdpr_49_carries and
# ca_order_reaches_abroad are open.
package comity

import rego.v1

eea := {
	"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
	"LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
}

epoc_states := {
	"AT", "BE", "BG", "CY", "CZ", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT",
	"NL", "PL", "PT", "RO", "SE", "SI", "SK",
}

cloud_partners := {"AU", "GB"}

default verdict := "open"

verdict := "compelled" if {
	compels
	not may_bar
}

verdict := "conflict" if {
	compels
	bars
}

verdict := "barred" if {
	not may_compel
	bars
}

verdict := "free" if {
	not may_compel
	not may_bar
}

compels if {
	input.instrument == "us-sca-warrant"
	input.issuer == "judge"
	input.present == true
	input.controls == true
}

compels if {
	input.instrument == "us-sca-d-order"
	input.category != "content"
	input.issuer == "judge"
	input.present == true
	input.controls == true
}

compels if {
	input.instrument == "us-subpoena"
	input.category == "subscriber"
	input.present == true
	input.controls == true
}

compels if {
	input.instrument == "eu-epoc"
	input.category != "subscriber"
	input.place in epoc_states
	input.issuer == "judge"
	input.offers == true
}

compels if {
	input.instrument == "eu-epoc"
	input.category == "subscriber"
	input.place in epoc_states
	input.issuer in {"judge", "prosecutor"}
	input.offers == true
}

compels if {
	input.instrument == "gb-copo"
	input.place == "GB"
	input.issuer == "judge"
	input.served_place in {"GB", "US"}
	input.controls == true
}

compels if {
	input.instrument == "au-ipo"
	input.place == "AU"
	input.issuer == "judge"
	input.offers == true
	input.controls == true
}

compels if {
	input.instrument == "ca-production-order"
	input.place == "CA"
	input.issuer == "judge"
	input.controls == true
	input.present == true
}

may_compel if {
	input.instrument == "us-sca-warrant"
	input.issuer in {"judge", null}
	input.present != false
	input.controls != false
}

may_compel if {
	input.instrument == "us-sca-d-order"
	input.category != "content"
	input.issuer in {"judge", null}
	input.present != false
	input.controls != false
}

may_compel if {
	input.instrument == "us-subpoena"
	input.category == "subscriber"
	input.present != false
	input.controls != false
}

may_compel if {
	input.instrument == "eu-epoc"
	input.category != "subscriber"
	input.place in epoc_states
	input.issuer in {"judge", null}
	input.offers != false
}

may_compel if {
	input.instrument == "eu-epoc"
	input.category == "subscriber"
	input.place in epoc_states
	input.issuer in {"judge", "prosecutor", null}
	input.offers != false
}

may_compel if {
	input.instrument == "gb-copo"
	input.place == "GB"
	input.issuer in {"judge", null}
	input.served_place in {"GB", "US", null}
	input.controls != false
}

may_compel if {
	input.instrument == "au-ipo"
	input.place == "AU"
	input.issuer in {"judge", null}
	input.offers != false
	input.controls != false
}

may_compel if {
	input.instrument == "ca-production-order"
	input.place == "CA"
	input.issuer in {"judge", null}
	input.controls != false
	input.present != false
}

may_compel if {
	input.instrument == "ca-production-order"
	input.place == "CA"
	input.issuer in {"judge", null}
	input.controls != false
	input.offers != false
}

# 18 U.S.C. 2702(a)(1)-(2): content.
bars if {
	input.category == "content"
	input.public == true
	input.served_place == "US"
	not may_lift_content
}

may_bar if {
	input.category == "content"
	input.public != false
	input.served_place in {"US", null}
	not lift_content
}

lift_content if {
	input.instrument == "us-sca-warrant"
	input.issuer == "judge"
}

lift_content if input.consents == true

lift_content if {
	input.emergency == true
	input.place == "US"
}

lift_content if {
	input.instrument in {"au-ipo", "gb-copo"}
	input.place in cloud_partners
	input.us_person == false
	not input.subject_place in {"US", null}
}

may_lift_content if {
	input.instrument == "us-sca-warrant"
	input.issuer in {"judge", null}
}

may_lift_content if input.consents != false

may_lift_content if {
	input.emergency != false
	input.place == "US"
}

may_lift_content if {
	input.instrument in {"au-ipo", "gb-copo"}
	input.place in cloud_partners
	input.us_person != true
	input.subject_place != "US"
}

# 18 U.S.C. 2702(a)(3): records, towards an authority of the United States.
bars if {
	input.category != "content"
	input.place == "US"
	input.public == true
	input.served_place == "US"
	not may_lift_records
}

may_bar if {
	input.category != "content"
	input.place == "US"
	input.public != false
	input.served_place in {"US", null}
	not lift_records
}

lift_records if {
	input.instrument in {"us-sca-warrant", "us-sca-d-order"}
	input.issuer == "judge"
}

lift_records if {
	input.instrument == "us-subpoena"
	input.category == "subscriber"
}

lift_records if input.consents == true

lift_records if input.emergency == true

may_lift_records if {
	input.instrument in {"us-sca-warrant", "us-sca-d-order"}
	input.issuer in {"judge", null}
}

may_lift_records if {
	input.instrument == "us-subpoena"
	input.category == "subscriber"
}

may_lift_records if input.consents != false

may_lift_records if input.emergency != false

# GDPR Art 48. Art 49 may always lift it, since nobody has answered whether it does: the bar is never certain.
may_bar if {
	not input.place in eea
	holder_may_be_in_eea
	not lift_gdpr
}

holder_may_be_in_eea if input.holder_place in eea

holder_may_be_in_eea if input.holder_place == null

lift_gdpr if input.instrument == "mla-request"

lift_gdpr if input.emergency == true

lift_gdpr if input.consents == true

# Loi 68-678.
bars if {
	input.holder_place == "FR"
	not input.place in eea
	input.instrument != "mla-request"
}

bars if {
	input.store_place == "FR"
	not input.place in eea
	input.instrument != "mla-request"
}

may_bar if {
	input.holder_place in {"FR", null}
	not input.place in eea
	input.instrument != "mla-request"
}

may_bar if {
	input.store_place in {"FR", null}
	not input.place in eea
	input.instrument != "mla-request"
}

# StGB Art 271.
bars if {
	input.store_place == "CH"
	input.place != "CH"
	input.instrument != "mla-request"
}

may_bar if {
	input.store_place in {"CH", null}
	input.place != "CH"
	input.instrument != "mla-request"
}
