-- title: One row is one record of one organisation about one person. A person may have several.
-- column: record pseudonym: the record
-- column: person pseudonym: the person; one that was found to stand for the same person as another is replaced by it
-- column: cohort text: year of the person's first record, or no_year; of persons who turned out to be one, the older
-- column: source text: the mapping through which the record came
-- column: load text: the load that brought the record
-- column: record_system code(record_system): kind of register
-- column: status code(status): victim, possible victim, prevented, or not a victim
-- column: registered_year year: year of contact with the organisation, not of exploitation; NULL when not recorded
-- column: registered_month month: month of contact; NULL when not recorded
-- column: gender code(gender): gender as recorded
-- column: gender_basis code(gender_basis): whether the register asks for sex or for gender
-- column: age_band code(age_band): age at registration
-- column: majority code(majority): adult or minor at registration
-- column: majority_at_exploitation code(majority): adult or minor when exploited
-- column: majority_at_entry code(majority): adult or minor on entry into the process
-- column: citizenships codes(country): citizenships; some registers record one only
-- column: journey places: places in the order in which they were passed
-- column: purposes codes(purpose): purposes of exploitation
-- column: sex_exploitation_types codes(sex_exploitation_type): forms of sexual exploitation
-- column: sectors codes(sector): sectors of labour exploitation
-- column: means codes(means): means of control
-- column: recruiter_relations codes(recruiter_relation): what the recruiter was to the person
-- column: abduction code(yes_no): whether the person was abducted
-- column: services codes(service): assistance given
-- column: referred_by code(body): body that referred the person
-- column: decided_by code(body): body that decided on the status
-- column: recruitment_methods codes(recruitment_method): ways in which the person was recruited
-- column: reporting_country code(country): country that the record is reported for
-- column: legal_basis code(legal_basis): legal basis of the data
-- column: case_reference pseudonym: digest of the sender's number of the case, to which other tables refer; NULL when
--   there is none
SELECT c.record,
       coalesce(a.person, c.person) AS person,
       coalesce(a.cohort, c.cohort) AS cohort,
       c.source,
       c.load,
       c.record_system,
       c.status,
       c.registered_year,
       c.registered_month,
       c.gender,
       c.gender_basis,
       c.age_band,
       c.majority,
       c.majority_at_exploitation,
       c.majority_at_entry,
       c.citizenships,
       c.journey,
       c.purposes,
       c.sex_exploitation_types,
       c.sectors,
       c.means,
       c.recruiter_relations,
       c.abduction,
       c.services,
       c.referred_by,
       c.decided_by,
       c.recruitment_methods,
       c.reporting_country,
       c.legal_basis,
       c.case_reference
  FROM stored.cases AS c
  LEFT JOIN stored.aliases AS a ON c.person = a.alias
