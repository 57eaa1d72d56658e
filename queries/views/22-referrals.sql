-- title: One row is one referral of one person from one body to another.
-- column: record pseudonym: the referral
-- column: person pseudonym: the person; one that was found to stand for the same person as another is replaced by it
-- column: cohort text: year of the person's first record, or no_year; of persons who turned out to be one, the older
-- column: source text: the mapping through which the record came
-- column: load text: the load that brought the record
-- column: reporting_country code(country): country that the record is reported for
-- column: legal_basis code(legal_basis): legal basis of the data
-- column: record_system code(record_system): kind of register
-- column: referred_year year: year of the referral
-- column: referred_month month: month of the referral
-- column: from_body code(body): the kind of body that refers; self when the person came alone
-- column: to_body code(body): the kind of body that the person is referred to
-- column: reasons codes(referral_reason): why the person is referred
-- column: services codes(service): assistance that is asked for
-- column: outcome code(referral_outcome): what became of the referral
-- column: days_to_assistance integer: completed days from the referral to the first assistance; NULL when there is no
--   number: see days_to_assistance_state
-- column: days_to_assistance_state code(recorded): whether days_to_assistance was recorded, or why there is no number
-- column: status code(status): whether the person was found to be a victim, as known at the referral
-- column: gender code(gender): gender of the person as recorded; girl and boy follow from majority
-- column: gender_basis code(gender_basis): whether the register asks for sex or for gender
-- column: age_band code(age_band): age at the referral in bands
-- column: majority code(majority): adult or minor at the referral
-- column: citizenships codes(country): citizenships as recorded; some registers record one only
-- column: region code(region): first-level region in which the referral was made
-- column: purposes codes(purpose): purposes of exploitation as known at the referral
-- column: case_reference pseudonym: digest of the number of the person's case, the same as in cases; NULL when there
--   is none
SELECT r.record,
       coalesce(a.person, r.person) AS person,
       coalesce(a.cohort, r.cohort) AS cohort,
       r.source,
       r.load,
       r.reporting_country,
       r.legal_basis,
       r.record_system,
       r.referred_year,
       r.referred_month,
       r.from_body,
       r.to_body,
       r.reasons,
       r.services,
       r.outcome,
       r.days_to_assistance,
       r.days_to_assistance_state,
       r.status,
       r.gender,
       r.gender_basis,
       r.age_band,
       r.majority,
       r.citizenships,
       r.region,
       r.purposes,
       r.case_reference
  FROM stored.referrals AS r
  LEFT JOIN stored.aliases AS a ON r.person = a.alias
