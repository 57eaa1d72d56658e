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
-- column: means codes(means): means of control
WITH ends AS (
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
              means,
              CASE WHEN citizenships[1] NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN citizenships[1] END AS citizenship,
              first_place(journey, 'recruitment', 'country') AS recruited,
              first_place(journey, 'recruitment', 'basis') AS origin_basis,
              first_place(journey, 'recruitment', 'region') AS origin_region,
              last_place(journey, 'exploitation', 'country') AS destination,
              last_place(journey, 'exploitation', 'basis') AS destination_basis,
              last_place(journey, 'exploitation', 'region') AS destination_region
         FROM cases
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
       coalesce(recruited, citizenship) AS origin,
       CASE WHEN recruited IS NOT NULL THEN 'recruitment'
            WHEN citizenship IS NOT NULL THEN 'citizenship'
            END AS origin_role,
       origin_basis,
       origin_region,
       destination,
       destination_basis,
       destination_region,
       means
  FROM ends
