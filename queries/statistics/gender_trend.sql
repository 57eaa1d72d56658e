-- title: Gender trend
-- question: How many persons of each gender were registered each year, and what share of that year is that?
-- unit: persons
-- counting: a person counts once in each row, however many records there are, and in every row that one of the
--   person's records belongs to; so rows must not be added up. Persons found not to be victims are left out unless
--   asked for. A share is taken of the persons of the same year and status whose gender is known, so prevented stands
--   beside identified and never in its denominator; rows of unknown gender have none. Shares add up to more than one
--   when a person's records disagree. The year is that of registration; records without one stand at the end.
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: destination code(country): only records with a place of exploitation in this country
-- parameter: age_band code(age_band): only persons of this age at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only persons exploited for this purpose, alone or among others
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: year year: year of registration
-- column: gender code(gender): gender as recorded
-- column: persons count: distinct persons
-- column: share share: part of the persons of known gender in that year with that status
-- column: status code(status): identified, possible or prevented
WITH counted AS (
       SELECT DISTINCT
              registered_year AS year,
              status,
              gender,
              gender NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed') AS known,
              person
         FROM cases
        WHERE ($from IS NULL OR registered_year >= $from)
          AND ($to IS NULL OR registered_year <= $to)
          AND (
                $destination IS NULL
                OR record IN (SELECT record FROM journeys WHERE role = 'exploitation' AND country = $destination)
              )
          AND ($age_band IS NULL OR age_band = $age_band)
          AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
          AND ($purpose IS NULL OR array_has(purposes, $purpose))
          AND ($record_system IS NULL OR record_system = $record_system)
          AND ($source IS NULL OR source = $source)
          AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
     ),
     of_gender AS (
       SELECT year, status, gender, known, count(*) AS persons
         FROM counted
        GROUP BY year, status, gender, known
     ),
     of_year AS (
       SELECT year, status, count(DISTINCT person) AS persons
         FROM counted
        WHERE known
        GROUP BY year, status
     )
SELECT g.year,
       g.gender,
       g.persons,
       CASE WHEN g.known THEN CAST(g.persons AS DOUBLE) / y.persons END AS share,
       g.status
  FROM of_gender AS g
  LEFT JOIN of_year AS y ON (g.year IS NOT DISTINCT FROM y.year) AND g.status = y.status
 ORDER BY g.year NULLS LAST, g.persons DESC, g.gender, g.status
