-- title: Services
-- question: Which assistance did persons get, and what share of those assisted is that?
-- unit: persons
-- counting: a person counts once in each row, however many records there are, and in every row that one of the person's
--   records belongs to; so rows must not be added up. Persons found not to be victims are left out unless asked for.
--   Case lists and registers of assistance are read together: the same help in both counts once where the status is the
--   same, and registers that do not ask for the status have rows of their own, with the status missing. A share is of
--   the persons of the same status with at least one known service; shares add up to more than one. Persons of whom no
--   service is known stand in rows for why and have no share: silence is not no. The year is that of registration, or
--   of the assistance; conditions on group, body and region leave case lists out.
-- codes: service
-- parameter: from year: first year
-- parameter: to year: last year
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at registration or assistance
-- parameter: majority code(majority): only adults or only minors at registration or assistance
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: beneficiary_group code(beneficiary_group): only persons eligible by this group
-- parameter: given_by code(body): only what this kind of body gave
-- parameter: region code(region): only what was given in this first-level region
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: service code(service): kind of assistance
-- column: persons count: distinct persons
-- column: known count: persons of that status with at least one known service: what the share is of
-- column: share share: part of them
-- column: status code(status): identified, possible or prevented; missing in registers that do not ask
WITH bits AS (
       SELECT code, list <> 'absence' AS known, code_bits([code], $codes) AS bit
         FROM codes
        WHERE list IN ('service', 'absence')
     ),
     of_person AS (
       SELECT status, person, bit_or(code_bits(services, $codes)) AS bits
         FROM (
                SELECT person,
                       status,
                       registered_year AS year,
                       gender,
                       age_band,
                       majority,
                       citizenships,
                       'missing' AS beneficiary_group,
                       'missing' AS given_by,
                       'missing' AS region,
                       reporting_country,
                       record_system,
                       source,
                       services
                  FROM cases
                UNION ALL
                SELECT person,
                       status,
                       assisted_year AS year,
                       gender,
                       age_band,
                       majority,
                       citizenships,
                       beneficiary_group,
                       given_by,
                       region,
                       reporting_country,
                       record_system,
                       source,
                       services
                  FROM assistance
              ) AS records
        WHERE ($from IS NULL OR year >= $from)
          AND ($to IS NULL OR year <= $to)
          AND ($gender IS NULL OR gender = $gender)
          AND ($age_band IS NULL OR age_band = $age_band)
          AND ($majority IS NULL OR majority = $majority)
          AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
          AND ($beneficiary_group IS NULL OR beneficiary_group = $beneficiary_group)
          AND ($given_by IS NULL OR given_by = $given_by)
          AND ($region IS NULL OR region = $region)
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
SELECT b.code AS service,
       sum(s.persons) AS persons,
       CASE WHEN b.known THEN max(s.known) END AS known,
       CASE WHEN b.known THEN CAST(sum(s.persons) AS DOUBLE) / max(s.known) END AS share,
       s.status
  FROM of_status AS s
  JOIN bits AS b ON s.bits & b.bit <> 0 AND (b.known OR NOT s.some_known)
 GROUP BY b.code, b.known, s.status
 ORDER BY persons DESC, service, status
