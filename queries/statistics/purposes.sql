-- title: Purposes of exploitation
-- question: For which purposes were persons exploited, or meant to be, and what share is that?
-- unit: persons
-- counting: a person counts once in each row, however many records there are, and in every row that one of the person's
--   records belongs to; so rows must not be added up. Persons found not to be victims are left out unless asked for.
--   Within the purposes the codes of a person answer one question: who has one known code has said no to the others,
--   and who has none is in no denominator. So a share is of the persons of the same status with at least one known
--   code, and shares add up to more than one; five persons with {L}, {S}, {O}, nothing and {L, S} give 50, 50 and 25 %.
--   Persons of whom no code is known stand in rows for why and have no share. Conditions on a destination choose
--   records, not places: without basis a destination counts however it is known.
-- codes: purpose
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: destination code(country): only records with a place of exploitation in this country
-- parameter: basis code(place_basis): only records with a known place of exploitation that is known in this way
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at registration
-- parameter: majority code(majority): only adults or only minors at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: purpose code(purpose): purpose of exploitation
-- column: persons count: distinct persons
-- column: known count: persons of that status with at least one known code: what the share is of
-- column: share share: part of them
-- column: status code(status): identified, possible or prevented
WITH bits AS (
       SELECT code, list <> 'absence' AS known, code_bits([code], $codes) AS bit
         FROM codes
        WHERE list IN ('purpose', 'absence')
     ),
     of_person AS (
       SELECT status, person, bit_or(code_bits(purposes, $codes)) AS bits
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
          AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
          AND ($record_system IS NULL OR record_system = $record_system)
          AND ($source IS NULL OR source = $source)
          AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
        GROUP BY status, person
     ),
     of_set AS (
       SELECT status, bits, count(*) AS persons
         FROM of_person
        GROUP BY status, bits
     ),
     of_status AS (
       SELECT s.status,
              s.bits,
              s.persons,
              s.bits & k.bits <> 0 AS some_known,
              sum(CASE WHEN s.bits & k.bits <> 0 THEN s.persons END) OVER (PARTITION BY s.status) AS known
         FROM of_set AS s
        CROSS JOIN (SELECT bit_or(bit) AS bits FROM bits WHERE known) AS k
     )
SELECT b.code AS purpose,
       sum(s.persons) AS persons,
       CASE WHEN b.known THEN max(s.known) END AS known,
       CASE WHEN b.known THEN CAST(sum(s.persons) AS DOUBLE) / max(s.known) END AS share,
       s.status
  FROM of_status AS s
  JOIN bits AS b ON s.bits & b.bit <> 0 AND (b.known OR NOT s.some_known)
 GROUP BY b.code, b.known, s.status
 ORDER BY persons DESC, purpose, status
