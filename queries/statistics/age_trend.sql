-- title: Age trend
-- question: How many persons of each age were registered each year, and what share of that year is that?
-- unit: persons
-- counting: a person counts once in each row, however many records there are, and in every row that one of the person's
--   records belongs to; so rows must not be added up. Persons found not to be victims are left out unless asked for. A
--   share is taken of the persons of the same year and status whose age band is known; other rows have none. Adult or
--   minor follows from the age band; where only that was recorded, it stands beside a band that is not known. The year
--   is that of registration; records without one stand at the end. Conditions on a destination choose records, not
--   places: without basis a destination counts however it is known.
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: destination code(country): only records with a place of exploitation in this country
-- parameter: basis code(place_basis): only records with a known place of exploitation that is known in this way
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: majority code(majority): only adults or only minors at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only persons exploited for this purpose, alone or among others
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: year year: year of registration
-- column: age_band code(age_band): age at registration
-- column: majority code(majority): adult or minor at registration
-- column: persons count: distinct persons
-- column: share share: part of the persons of known age band in that year with that status
-- column: status code(status): identified, possible or prevented
WITH ages AS (
       SELECT code AS band, parent AS adult_or_minor, TRUE AS known
         FROM codes
        WHERE list = 'age_band'
       UNION ALL
       SELECT a.code, m.code, FALSE
         FROM codes AS a
         JOIN codes AS m ON m.list IN ('majority', 'absence')
        WHERE a.list = 'absence'
     ),
     bits AS (
       SELECT band,
              adult_or_minor,
              known,
              CAST(power(2.0, row_number() OVER (ORDER BY band, adult_or_minor) - 1) AS BIGINT) AS bit
         FROM ages
     ),
     of_person AS (
       SELECT c.registered_year AS year, c.status, c.person, bit_or(b.bit) AS bits, bool_or(b.known) AS some_known
         FROM cases AS c
         JOIN bits AS b ON b.band = c.age_band AND (b.known OR b.adult_or_minor = c.majority)
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
          AND ($majority IS NULL OR majority = $majority)
          AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
          AND ($purpose IS NULL OR array_has(purposes, $purpose))
          AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
          AND ($record_system IS NULL OR record_system = $record_system)
          AND ($source IS NULL OR source = $source)
          AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
        GROUP BY c.registered_year, c.status, c.person
     ),
     of_set AS (
       SELECT year,
              status,
              bits,
              count(*) AS persons,
              sum(CASE WHEN some_known THEN count(*) END) OVER (PARTITION BY year, status) AS known
         FROM of_person
        GROUP BY year, status, bits, some_known
     )
SELECT s.year,
       b.band AS age_band,
       b.adult_or_minor AS majority,
       sum(s.persons) AS persons,
       CASE WHEN b.known THEN CAST(sum(s.persons) AS DOUBLE) / max(s.known) END AS share,
       s.status
  FROM of_set AS s
  JOIN bits AS b ON s.bits & b.bit <> 0
 GROUP BY s.year, b.band, b.adult_or_minor, b.known, s.status
 ORDER BY year NULLS LAST, persons DESC, age_band, majority, status
