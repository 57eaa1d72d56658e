-- title: One row is one contact with a hotline, a chatbot or an online consultation. A contact is not a victim.
-- column: record pseudonym: the contact
-- column: person pseudonym: the person; one that was found to stand for the same person as another is replaced by it
-- column: cohort text: year of the person's first record, or no_year; of persons who turned out to be one, the older
-- column: source text: the mapping through which the record came
-- column: load text: the load that brought the record
-- column: reporting_country code(country): country that the record is reported for
-- column: legal_basis code(legal_basis): legal basis of the data
-- column: record_system code(record_system): kind of register
-- column: contacted_year year: year of the contact
-- column: contacted_month month: month of the contact
-- column: channel code(contact_channel): the way by which the contact came
-- column: topics codes(contact_topic): what the contact was about
-- column: contacted_by code(contact_party): who made the contact
-- column: gender code(gender): gender of the person whom the contact is about as recorded; girl and boy follow from
--   majority
-- column: gender_basis code(gender_basis): whether the register asks for sex or for gender
-- column: age_band code(age_band): age at the contact in bands
-- column: majority code(majority): adult or minor at the contact
-- column: citizenships codes(country): citizenships as recorded; some registers record one only
-- column: country code(country): country from which the contact came
-- column: region code(region): first-level region from which the contact came
-- column: journey places: places that the contact spoke of, in the order in which they were passed or are planned,
--   each with its role and basis
-- column: purposes codes(purpose): purposes of exploitation that the contact spoke of; nobody has verified them
-- column: outcome code(contact_outcome): what was done about the contact
-- column: became_case code(yes_no): whether a case was opened because of the contact
-- column: case_reference pseudonym: digest of the number of the person's case, the same as in cases; NULL when there
--   is none
SELECT c.record,
       coalesce(a.person, c.person) AS person,
       coalesce(a.cohort, c.cohort) AS cohort,
       c.source,
       c.load,
       c.reporting_country,
       c.legal_basis,
       c.record_system,
       c.contacted_year,
       c.contacted_month,
       c.channel,
       c.topics,
       c.contacted_by,
       c.gender,
       c.gender_basis,
       c.age_band,
       c.majority,
       c.citizenships,
       c.country,
       c.region,
       c.journey,
       c.purposes,
       c.outcome,
       c.became_case,
       c.case_reference
  FROM stored.contacts AS c
  LEFT JOIN stored.aliases AS a ON c.person = a.alias
