-- title: Returnees and stranded migrants
-- question: How many returnees and stranded migrants were assisted, and where did they come back from?
-- unit: persons; the assistance and people beside them
-- counting: a person counts once in each row, however often assisted, and in every row that one record of assistance to
--   the person belongs to; so persons must not be added up. A record of assistance stands in one row, so these may be
--   added up. People are all who share in it, the person included, as far as the number is known; who shares in two is
--   in both numbers. Persons found not to be victims are left out unless asked for. The year is that of the assistance.
-- parameter: from year: first year of the assistance
-- parameter: to year: last year of the assistance
-- parameter: returned_from code(country): only persons who came back from this country, or were stranded in it
-- parameter: service code(service): only assistance of this kind, alone or among others
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at the assistance
-- parameter: majority code(majority): only adults or only minors at the assistance
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: given_by code(body): only what this kind of body gave
-- parameter: region code(region): only what was given in this first-level region
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: beneficiary_group code(beneficiary_group): returnee or stranded migrant
-- column: returned_from code(country): country from which a returnee came back, or in which a migrant was stranded
-- column: persons count: distinct persons
-- column: assistance count: records of assistance
-- column: people count: people who share in it; NULL when no number is known
-- column: not_recorded count: records without a number of people
-- column: suppressed count: records whose number of people is held back
-- column: status code(status): identified, possible or prevented; missing in registers that do not ask
WITH counted AS (
       SELECT beneficiary_group,
              returned_from,
              status,
              person,
              count(*) AS assistance,
              sum(people) AS people,
              count(*) FILTER (WHERE people_state NOT IN ('recorded', 'suppressed')) AS not_recorded,
              count(*) FILTER (WHERE people_state = 'suppressed') AS suppressed
         FROM assistance
        WHERE beneficiary_group IN ('returnee', 'stranded_migrant')
          AND ($from IS NULL OR assisted_year >= $from)
          AND ($to IS NULL OR assisted_year <= $to)
          AND ($returned_from IS NULL OR returned_from = $returned_from)
          AND ($service IS NULL OR array_has(services, $service))
          AND ($gender IS NULL OR gender = $gender)
          AND ($age_band IS NULL OR age_band = $age_band)
          AND ($majority IS NULL OR majority = $majority)
          AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
          AND ($given_by IS NULL OR given_by = $given_by)
          AND ($region IS NULL OR region = $region)
          AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
          AND ($record_system IS NULL OR record_system = $record_system)
          AND ($source IS NULL OR source = $source)
          AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
        GROUP BY beneficiary_group, returned_from, status, person
     )
SELECT beneficiary_group,
       returned_from,
       count(*) AS persons,
       sum(assistance) AS assistance,
       sum(people) AS people,
       sum(not_recorded) AS not_recorded,
       sum(suppressed) AS suppressed,
       status
  FROM counted
 GROUP BY beneficiary_group, returned_from, status
 ORDER BY persons DESC, beneficiary_group, returned_from, status
