-- title: One row is one record, with one place of origin and one destination.
-- column: record pseudonym: the record
-- column: person pseudonym: the person
-- column: cohort text: year of the person's first record, or no_year; of persons who turned out to be one, each record
--   keeps its own: persons has the older
-- column: source text: the mapping through which the record came
-- column: record_system code(record_system): kind of register
-- column: reporting_country code(country): country that the record is reported for
-- column: status code(status): victim, possible victim, prevented, or not a victim
-- column: registered_year year: year of contact with the organisation
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at registration
-- column: majority code(majority): adult or minor at registration
-- column: citizenships codes(country): citizenships
-- column: purposes codes(purpose): purposes of exploitation
-- column: origin code(country): country of the first place of recruitment; where none is known, the first known
--   citizenship; NULL when neither is known
-- column: origin_role text: recruitment or citizenship: what origin is; NULL when there is none
-- column: origin_basis code(place_basis): how the place of recruitment is known; NULL where none is known
-- column: origin_region code(region): first-level region of recruitment; NULL where no place of recruitment is known
-- column: destination code(country): country of the last place of exploitation; NULL when not known
-- column: destination_basis code(place_basis): how the destination is known: recorded, proxy (usually where the person
--   was first identified) or intended (the person was stopped before); NULL when there is none
-- column: destination_region code(region): first-level region of the destination; NULL when there is none
WITH ends AS (
       SELECT person,
              record,
              min(CASE WHEN role = 'recruitment' THEN step END) AS recruited,
              max(CASE WHEN role = 'exploitation' THEN step END) AS exploited
         FROM journeys
        WHERE role IN ('recruitment', 'exploitation')
          AND country NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
        GROUP BY person, record
     ),
     placed AS (
       SELECT c.record,
              c.person,
              c.cohort,
              c.source,
              c.record_system,
              c.reporting_country,
              c.status,
              c.registered_year,
              c.gender,
              c.age_band,
              c.majority,
              c.citizenships,
              c.purposes,
              CASE WHEN c.citizenships[1] NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN c.citizenships[1] END AS citizenship,
              c.journey[e.recruited] AS recruited,
              c.journey[e.exploited] AS exploited
         FROM cases AS c
         LEFT JOIN ends AS e ON c.person = e.person AND c.record = e.record
     )
SELECT record,
       person,
       cohort,
       source,
       record_system,
       reporting_country,
       status,
       registered_year,
       gender,
       age_band,
       majority,
       citizenships,
       purposes,
       coalesce(recruited['country'], citizenship) AS origin,
       CASE WHEN recruited['country'] IS NOT NULL THEN 'recruitment'
            WHEN citizenship IS NOT NULL THEN 'citizenship'
            END AS origin_role,
       recruited['basis'] AS origin_basis,
       recruited['region'] AS origin_region,
       exploited['country'] AS destination,
       exploited['basis'] AS destination_basis,
       exploited['region'] AS destination_region
  FROM placed
