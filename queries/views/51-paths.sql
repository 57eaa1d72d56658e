-- title: One row is one record with a journey, and the whole way into exploitation: places of recruitment, transit and
--   exploitation in their order. Where a person was identified or went back to is no part of it.
-- column: record pseudonym: the record
-- column: person pseudonym: the person
-- column: source text: the mapping through which the record came
-- column: record_system code(record_system): kind of register
-- column: reporting_country code(country): country that the record is reported for
-- column: status code(status): victim, possible victim, prevented, or not a victim
-- column: registered_year year: year of contact with the organisation; NULL when not recorded
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at registration
-- column: majority code(majority): adult or minor at registration
-- column: citizenships codes(country): citizenships
-- column: purposes codes(purpose): purposes of exploitation
-- column: countries codes(country): countries in the order in which they were passed; one that is passed twice stands
--   twice, one that nobody knows is unknown or missing
-- column: path text: the same as one word, such as TJK>KAZ>RUS
-- column: basis code(place_basis): recorded when every place is; proxy when one of them is; else intended
WITH ways AS (
       SELECT record,
              person,
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
              way(journey, 'country') AS countries,
              way(journey, 'basis') AS bases
         FROM cases
     )
SELECT record,
       person,
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
       countries,
       array_to_string(countries, '>') AS path,
       CASE WHEN array_has(bases, 'proxy') THEN 'proxy'
            WHEN array_has(bases, 'intended') THEN 'intended'
            ELSE 'recorded' END AS basis
  FROM ways
 WHERE cardinality(countries) > 0
