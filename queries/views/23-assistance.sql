-- title: One row is one grant or service to one person: in kind, humanitarian, or of a shelter or other organisation.
-- column: record pseudonym: the grant or service
-- column: person pseudonym: the person; one that was found to stand for the same person as another is replaced by it
-- column: cohort text: year of the person's first record, or no_year; of persons who turned out to be one, the older
-- column: source text: the mapping through which the record came
-- column: load text: the load that brought the record
-- column: reporting_country code(country): country that the record is reported for
-- column: legal_basis code(legal_basis): legal basis of the data
-- column: record_system code(record_system): kind of register
-- column: assisted_year year: year of the assistance
-- column: assisted_month month: month of the assistance
-- column: beneficiary_group code(beneficiary_group): the group by which the person was eligible
-- column: status code(status): whether the person was found to be a victim
-- column: given_by code(body): the kind of body that gave the assistance
-- column: services codes(service): assistance given
-- column: items codes(in_kind_item): what was given in kind
-- column: quantity integer: how much was given, in quantity_unit; NULL when there is no number: see quantity_state
-- column: quantity_state code(recorded): whether quantity was recorded, or why there is no number
-- column: quantity_unit code(quantity_unit): what quantity counts
-- column: people integer: how many people share in the assistance, the person included; NULL when there is no number:
--   see people_state
-- column: people_state code(recorded): whether people was recorded, or why there is no number
-- column: gender code(gender): gender of the person as recorded; girl and boy follow from majority
-- column: gender_basis code(gender_basis): whether the register asks for sex or for gender
-- column: age_band code(age_band): age at the assistance in bands
-- column: majority code(majority): adult or minor at the assistance
-- column: citizenships codes(country): citizenships as recorded; some registers record one only
-- column: region code(region): first-level region in which the assistance was given
-- column: returned_from code(country): country from which a returnee came back, or in which a migrant was stranded
-- column: case_reference pseudonym: digest of the number of the person's case, the same as in cases; NULL when there
--   is none
SELECT g.record,
       coalesce(a.person, g.person) AS person,
       coalesce(a.cohort, g.cohort) AS cohort,
       g.source,
       g.load,
       g.reporting_country,
       g.legal_basis,
       g.record_system,
       g.assisted_year,
       g.assisted_month,
       g.beneficiary_group,
       g.status,
       g.given_by,
       g.services,
       g.items,
       g.quantity,
       g.quantity_state,
       g.quantity_unit,
       g.people,
       g.people_state,
       g.gender,
       g.gender_basis,
       g.age_band,
       g.majority,
       g.citizenships,
       g.region,
       g.returned_from,
       g.case_reference
  FROM stored.assistance AS g
  LEFT JOIN stored.aliases AS a ON g.person = a.alias
