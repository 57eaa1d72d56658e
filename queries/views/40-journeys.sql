-- title: One row is one place of one record's journey.
-- column: record pseudonym: the record
-- column: person pseudonym: the person
-- column: year year: year of registration
-- column: step integer: place in the order of the journey, from 1
-- column: role code(place_role): what the place was: recruitment, transit, exploitation, identification or return
-- column: basis code(place_basis): how the place is known: recorded as an event, a proxy, or intended only
-- column: country code(country): country
-- column: region code(region): first-level region
SELECT record,
       person,
       registered_year AS year,
       step,
       place['role'] AS role,
       place['basis'] AS basis,
       place['country'] AS country,
       place['region'] AS region
  FROM (
        SELECT record,
               person,
               registered_year,
               unnest(range(1, CAST(array_length(journey) AS BIGINT) + 1)) AS step,
               unnest(journey) AS place
          FROM cases
       ) AS places
