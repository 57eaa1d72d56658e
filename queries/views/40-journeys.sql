-- title: One row is one place of one record's journey.
-- column: record pseudonym: the record
-- column: person pseudonym: the person
-- column: source text: the mapping through which the record came
-- column: record_system code(record_system): kind of register
-- column: reporting_country code(country): country that the record is reported for
-- column: status code(status): victim, possible victim, prevented, or not a victim
-- column: year year: year of registration
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at registration
-- column: majority code(majority): adult or minor at registration
-- column: citizenships codes(country): citizenships
-- column: purposes codes(purpose): purposes of exploitation
-- column: step integer: place in the order of the journey, from 1
-- column: role code(place_role): what the place was: recruitment, transit, exploitation, identification or return
-- column: basis code(place_basis): how the place is known: recorded as an event, a proxy, or intended only
-- column: country code(country): country
-- column: region code(region): first-level region
SELECT record,
       person,
       source,
       record_system,
       reporting_country,
       status,
       registered_year AS year,
       gender,
       age_band,
       majority,
       citizenships,
       purposes,
       step,
       place['role'] AS role,
       place['basis'] AS basis,
       place['country'] AS country,
       place['region'] AS region
  FROM (
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
               unnest(steps(journey)) AS step,
               unnest(journey) AS place
          FROM cases
       ) AS places
