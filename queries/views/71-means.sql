-- title: One row is one record and one of its means of control; a record of which none is known has a row for why. A
--   share of persons is taken of those with a row that is known: the others say nothing, not no.
-- column: record pseudonym: the record
-- column: person pseudonym: the person
-- column: source text: the mapping through which the record came
-- column: record_system code(record_system): kind of register
-- column: reporting_country code(country): country that the record is reported for
-- column: status code(status): victim, possible victim, prevented, or not a victim
-- column: registered_year year: year of contact with the organisation; NULL when not recorded
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at registration
-- column: majority code(majority): adult or minor at registration
-- column: citizenships codes(country): citizenships
-- column: purposes codes(purpose): purposes of exploitation
-- column: means code(means): one means of control
-- column: known code(yes_no): yes, or no when means says why nothing is known: missing when nothing was written
SELECT record,
       person,
       source,
       record_system,
       reporting_country,
       status,
       registered_year,
       gender,
       age_band,
       majority,
       citizenships,
       purposes,
       means,
       CASE WHEN some_known THEN 'yes' ELSE 'no' END AS known
  FROM (
        SELECT record,
               person,
               source,
               record_system,
               reporting_country,
               status,
               registered_year,
               gender,
               age_band,
               majority,
               citizenships,
               purposes,
               unnest(listed(means)) AS means,
               NOT array_has_all(['missing', 'unknown', 'not_applicable', 'suppressed'], means) AS some_known
          FROM cases
       ) AS listed
 WHERE NOT some_known
    OR means NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
