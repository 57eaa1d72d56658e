-- title: Regional comparison
-- question: How do the figures of the five Central Asian states compare?
-- unit: persons
-- counting: a person counts once in each cell, however many records there are, and in every row that one of the
--   person's records belongs to; so rows must not be added up. The state is the one that a record is reported for, not
--   citizenship and no place. Persons found not to be victims are left out unless asked for. Statuses never share a
--   row. Registers differ from state to state: a higher figure may mean that more was looked for. The year is that of
--   registration; records without one stand at the end. Conditions on a destination choose records, not places: without
--   basis a destination counts however it is known.
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: destination code(country): only records with a place of exploitation in this country
-- parameter: basis code(place_basis): only records with a known place of exploitation that is known in this way
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at registration
-- parameter: majority code(majority): only adults or only minors at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only persons exploited for this purpose, alone or among others
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: year year: year of registration
-- column: reporting_country code(country): the state
-- column: persons count: distinct persons
-- column: women count: of these, women and girls
-- column: men count: of these, men and boys
-- column: gender_not_known count: of these, persons whose gender is not known
-- column: minors count: of these, minors at registration
-- column: status code(status): identified, possible or prevented
WITH counted AS (
       SELECT registered_year AS year,
              reporting_country,
              status,
              person,
              bool_or(gender = 'woman') AS woman,
              bool_or(gender = 'man') AS man,
              bool_and(gender IN ('missing', 'unknown', 'not_applicable', 'suppressed')) AS gender_not_known,
              bool_or(majority = 'minor') AS minor
         FROM cases
        WHERE reporting_country IN (SELECT code FROM codes WHERE list = 'country' AND parent = 'central_asia')
          AND ($from IS NULL OR registered_year >= $from)
          AND ($to IS NULL OR registered_year <= $to)
          AND (
                 ($destination IS NULL AND $basis IS NULL)
                 OR record IN (
                      SELECT record
                        FROM journeys
                       WHERE role = 'exploitation'
                         AND ($destination IS NULL OR country = $destination)
                         AND ($basis IS NULL OR basis = $basis)
                         AND country NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                    )
               )
          AND ($gender IS NULL OR gender = $gender)
          AND ($age_band IS NULL OR age_band = $age_band)
          AND ($majority IS NULL OR majority = $majority)
          AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
          AND ($purpose IS NULL OR array_has(purposes, $purpose))
          AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
          AND ($record_system IS NULL OR record_system = $record_system)
          AND ($source IS NULL OR source = $source)
          AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
        GROUP BY registered_year, reporting_country, status, person
     )
SELECT year,
       reporting_country,
       count(*) AS persons,
       count(*) FILTER (WHERE woman) AS women,
       count(*) FILTER (WHERE man) AS men,
       count(*) FILTER (WHERE gender_not_known) AS gender_not_known,
       count(*) FILTER (WHERE minor) AS minors,
       status
  FROM counted
 GROUP BY year, reporting_country, status
 ORDER BY year NULLS LAST, status, reporting_country
