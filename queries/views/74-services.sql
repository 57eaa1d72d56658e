-- title: One row is one kind of assistance in one record of a case or of a register of assistance; a record without any
--   has a row for why. The same help may stand in both, so persons are counted, never rows.
-- column: record pseudonym: the record
-- column: person pseudonym: the person
-- column: source text: the mapping through which the record came
-- column: register text: the view that has the record: cases or assistance
-- column: record_system code(record_system): kind of register
-- column: reporting_country code(country): country that the record is reported for
-- column: status code(status): victim, possible victim, prevented, or not a victim; missing in registers that do not
--   ask
-- column: year year: year of registration, or of the assistance; NULL when not recorded
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age in that year
-- column: majority code(majority): adult or minor in that year
-- column: citizenships codes(country): citizenships
-- column: beneficiary_group code(beneficiary_group): the group by which the person was eligible; missing in cases
-- column: given_by code(body): the kind of body that gave it; missing in cases
-- column: region code(region): first-level region in which it was given; missing in cases
-- column: service code(service): one kind of assistance
-- column: known code(yes_no): yes, or no when service says why nothing is known: missing when nothing was written
SELECT record,
       person,
       source,
       register,
       record_system,
       reporting_country,
       status,
       year,
       gender,
       age_band,
       majority,
       citizenships,
       beneficiary_group,
       given_by,
       region,
       service,
       CASE WHEN some_known THEN 'yes' ELSE 'no' END AS known
  FROM (
        SELECT record,
               person,
               source,
               register,
               record_system,
               reporting_country,
               status,
               year,
               gender,
               age_band,
               majority,
               citizenships,
               beneficiary_group,
               given_by,
               region,
               unnest(listed(services)) AS service,
               NOT array_has_all(['missing', 'unknown', 'not_applicable', 'suppressed'], services) AS some_known
          FROM (
                SELECT record,
                       person,
                       source,
                       'cases' AS register,
                       record_system,
                       reporting_country,
                       status,
                       registered_year AS year,
                       gender,
                       age_band,
                       majority,
                       citizenships,
                       'missing' AS beneficiary_group,
                       'missing' AS given_by,
                       'missing' AS region,
                       services
                  FROM cases
                UNION ALL
                SELECT record,
                       person,
                       source,
                       'assistance' AS register,
                       record_system,
                       reporting_country,
                       status,
                       assisted_year AS year,
                       gender,
                       age_band,
                       majority,
                       citizenships,
                       beneficiary_group,
                       given_by,
                       region,
                       services
                  FROM assistance
               ) AS records
       ) AS listed
 WHERE NOT some_known
    OR service NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
