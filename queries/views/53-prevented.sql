-- title: One row is one record of a person who was stopped before exploitation began.
-- column: record pseudonym: the record
-- column: person pseudonym: the person
-- column: source text: the mapping through which the record came
-- column: record_system code(record_system): kind of register
-- column: reporting_country code(country): country that the record is reported for
-- column: registered_year year: year of contact with the organisation; NULL when not recorded
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at registration
-- column: majority code(majority): adult or minor at registration
-- column: citizenships codes(country): citizenships
-- column: purposes codes(purpose): purposes for which the person was to be exploited
-- column: origin code(country): where from: see origin_role; NULL when not known
-- column: origin_role text: recruitment, or citizenship where no place of recruitment is known
-- column: intended_destination code(country): country in which the person was to be exploited; NULL when not known
SELECT record,
       person,
       source,
       record_system,
       reporting_country,
       registered_year,
       gender,
       age_band,
       majority,
       citizenships,
       purposes,
       origin,
       origin_role,
       CASE WHEN destination_basis = 'intended' THEN destination END AS intended_destination
  FROM routes
 WHERE status = 'prevented'
