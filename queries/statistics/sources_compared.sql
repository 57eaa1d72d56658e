-- title: Sources compared
-- question: How many persons did each source count in each year, and how many of them did another source count as well?
-- unit: persons
-- counting: each source is counted by itself and none is merged with another: a person counts once in each row, and in
--   the row of every source that has the person; so rows must not be added up. Persons found not to be victims are left
--   out unless asked for. Somebody is known elsewhere when another source has a record of the same person, year and
--   status, whether or not the conditions choose that record. The year is that of registration; records without one stand at the end. Conditions on a destination choose
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
WITH bits AS (
       SELECT source,
              CASE WHEN number <= 62 THEN CAST(power(2.0, number - 1) AS BIGINT) ELSE 0 END AS low,
              CASE WHEN number > 62 THEN CAST(power(2.0, number - 63) AS BIGINT) ELSE 0 END AS high
         FROM (
               SELECT source, row_number() OVER (ORDER BY source) AS number
                 FROM (SELECT DISTINCT source FROM cases) AS named
              ) AS numbered
     ),
     chosen AS (
       SELECT registered_year AS year, status, source, person
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
     ),
     told AS (
       SELECT c.year, c.status, c.person, b.low AS chosen_low, b.high AS chosen_high, b.low, b.high
         FROM chosen AS c
         JOIN bits AS b ON b.source = c.source
        UNION ALL
       SELECT c.registered_year, c.status, c.person, 0, 0, b.low, b.high
         FROM cases AS c
         JOIN bits AS b ON b.source = c.source
        WHERE NOT (
                $destination IS NULL
                AND $basis IS NULL
                AND $gender IS NULL
                AND $age_band IS NULL
                AND $majority IS NULL
                AND $citizenship IS NULL
                AND $purpose IS NULL
                AND $reporting_country IS NULL
                AND $record_system IS NULL
                AND $source IS NULL
              )
     ),
     of_person AS (
       SELECT year,
              status,
              person,
              bit_or(chosen_low) AS chosen_low,
              bit_or(chosen_high) AS chosen_high,
              bit_or(low) AS low,
              bit_or(high) AS high
         FROM told
        GROUP BY year, status, person
     ),
     of_set AS (
       SELECT year, status, chosen_low, chosen_high, low, high, count(*) AS persons
         FROM of_person
        GROUP BY year, status, chosen_low, chosen_high, low, high
     ),
     of_source AS (
       SELECT s.year,
              s.status,
              b.source,
              sum(s.persons) AS persons,
              sum(CASE WHEN s.low <> b.low OR s.high <> b.high THEN s.persons ELSE 0 END) AS elsewhere
         FROM of_set AS s
         JOIN bits AS b ON s.chosen_low & b.low <> 0 OR s.chosen_high & b.high <> 0
        GROUP BY s.year, s.status, b.source
     ),
     counted AS (
       SELECT year, status, source, count(*) AS records
         FROM chosen
        GROUP BY year, status, source
     )
SELECT s.year, s.source, s.persons, s.elsewhere, c.records, s.status
  FROM of_source AS s
  JOIN counted AS c ON c.source = s.source AND c.status = s.status AND c.year IS NOT DISTINCT FROM s.year
 ORDER BY year NULLS LAST, s.status, s.source
