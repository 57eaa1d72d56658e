-- title: Sources compared
-- question: How many persons did each source count in each year, and how many of them did another source count as well?
-- unit: persons
-- counting: each source is counted by itself and none is merged with another: a person counts once in each row, and in
--   the row of every source that has the person; so rows must not be added up. Persons found not to be victims are left
--   out unless asked for. Somebody is known elsewhere when another source has a record of the same person, year and
--   status. The year is that of registration; records without one stand at the end. Conditions on a destination choose
--   records, not places: without basis a destination counts however it is known.
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
-- column: source text: the mapping through which the records came
-- column: persons count: distinct persons that this source has
-- column: elsewhere count: of these, persons that another source has as well, in the same year and with the same status
-- column: records count: records of this source
-- column: status code(status): identified, possible or prevented
WITH counted AS (
       SELECT registered_year AS year, status, source, person, count(*) AS records
         FROM cases
        WHERE ($from IS NULL OR registered_year >= $from)
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
        GROUP BY registered_year, status, source, person
     ),
     compared AS (
       SELECT year,
              status,
              source,
              records,
              count(*) OVER (PARTITION BY year, status, person) > 1 AS elsewhere
         FROM counted
     )
SELECT year,
       source,
       count(*) AS persons,
       count(*) FILTER (WHERE elsewhere) AS elsewhere,
       CAST(sum(records) AS BIGINT) AS records,
       status
  FROM compared
 GROUP BY year, source, status
 ORDER BY year NULLS LAST, status, source
