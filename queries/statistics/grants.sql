-- title: Grants in kind
-- question: Whom did grants in kind reach, by group and region?
-- unit: persons; grants and people beside them
-- counting: a person counts once in each row, however many grants there are, and in the row of every grant to the
--   person; so persons must not be added up. A grant stands in one row, so grants may be added up. People are all who
--   share in a grant, the person included, as far as the number is known; who shares in two grants is in both numbers.
--   Persons found not to be victims are left out unless asked for. The year is that of the grant.
-- parameter: from year: first year of the grant
-- parameter: to year: last year of the grant
-- parameter: item code(in_kind_item): only grants of this thing, alone or among others
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at the grant
-- parameter: majority code(majority): only adults or only minors at the grant
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: beneficiary_group code(beneficiary_group): only persons eligible by this group
-- parameter: given_by code(body): only what this kind of body gave
-- parameter: region code(region): only grants in this first-level region
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: beneficiary_group code(beneficiary_group): the group by which persons were eligible
-- column: region code(region): first-level region in which it was given
-- column: persons count: distinct persons
-- column: grants count: grants
-- column: people count: people who share in them; NULL when no number is known
-- column: not_recorded count: grants without a number of people
-- column: suppressed count: grants whose number of people is held back
-- column: status code(status): identified, possible or prevented; missing in registers that do not ask
WITH counted AS (
       SELECT beneficiary_group,
              region,
              status,
              person,
              count(*) AS grants,
              sum(people) AS people,
              count(*) FILTER (WHERE people_state NOT IN ('recorded', 'suppressed')) AS not_recorded,
              count(*) FILTER (WHERE people_state = 'suppressed') AS suppressed
         FROM grants
        WHERE ($from IS NULL OR assisted_year >= $from)
          AND ($to IS NULL OR assisted_year <= $to)
          AND ($item IS NULL OR array_has(items, $item))
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
        GROUP BY beneficiary_group, region, status, person
     )
SELECT beneficiary_group,
       region,
       count(*) AS persons,
       sum(grants) AS grants,
       sum(people) AS people,
       sum(not_recorded) AS not_recorded,
       sum(suppressed) AS suppressed,
       status
  FROM counted
 GROUP BY beneficiary_group, region, status
 ORDER BY persons DESC, beneficiary_group, region, status
