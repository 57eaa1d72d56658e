-- title: One row is one stage that one suspect or criminal case reached, or one count of them: see unit and number.
-- column: record pseudonym: the row of the register
-- column: person pseudonym: the suspect; one that was found to stand for the same person as another is replaced by it
-- column: cohort text: year of the person's first record, or no_year; of persons who turned out to be one, the older
-- column: source text: the mapping through which the record came
-- column: load text: the load that brought the record
-- column: reporting_country code(country): country that the record is reported for
-- column: legal_basis code(legal_basis): legal basis of the data
-- column: record_system code(record_system): kind of register
-- column: stage_year year: year in which the stage was reached
-- column: stage_month month: month in which the stage was reached
-- column: stage code(proceeding_stage): the stage that was reached
-- column: unit code(proceeding_unit): whether the row counts suspects or criminal cases; the two are never added up
-- column: offences codes(offence): the offences of the proceedings
-- column: purposes codes(purpose): purposes of exploitation
-- column: suspect_roles codes(suspect_role): what the suspect is said to have done
-- column: gender code(gender): gender of the suspect as recorded; girl and boy follow from majority
-- column: gender_basis code(gender_basis): whether the register asks for sex or for gender
-- column: age_band code(age_band): age at the stage in bands
-- column: majority code(majority): adult or minor at the stage
-- column: citizenships codes(country): citizenships as recorded; some registers record one only
-- column: journey places: places of the trafficking that the proceedings are about, each with its role and basis
-- column: region code(region): first-level region of the body that conducts the proceedings
-- column: conducted_by code(body): the kind of body that conducts the proceedings
-- column: number integer: how many suspects or cases the row stands for; 1 in registers with a row for each; NULL
--   when there is no number: see number_state
-- column: number_state code(recorded): whether number was recorded, or why there is no number
-- column: case_reference pseudonym: digest of the number of the criminal case; NULL when there is none
SELECT p.record,
       coalesce(a.person, p.person) AS person,
       coalesce(a.cohort, p.cohort) AS cohort,
       p.source,
       p.load,
       p.reporting_country,
       p.legal_basis,
       p.record_system,
       p.stage_year,
       p.stage_month,
       p.stage,
       p.unit,
       p.offences,
       p.purposes,
       p.suspect_roles,
       p.gender,
       p.gender_basis,
       p.age_band,
       p.majority,
       p.citizenships,
       p.journey,
       p.region,
       p.conducted_by,
       p.number,
       p.number_state,
       p.case_reference
  FROM stored.proceedings AS p
  LEFT JOIN stored.aliases AS a ON p.person = a.alias
