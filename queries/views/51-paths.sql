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
WITH short AS (
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
              concat_ws(
                '>',
                CASE WHEN journey[1]['role'] IN ('recruitment', 'transit', 'exploitation')
                     THEN journey[1]['country'] END,
                CASE WHEN journey[2]['role'] IN ('recruitment', 'transit', 'exploitation')
                     THEN journey[2]['country'] END,
                CASE WHEN journey[3]['role'] IN ('recruitment', 'transit', 'exploitation')
                     THEN journey[3]['country'] END,
                CASE WHEN journey[4]['role'] IN ('recruitment', 'transit', 'exploitation')
                     THEN journey[4]['country'] END
              ) AS path,
              concat_ws(
                '>',
                CASE WHEN journey[1]['role'] IN ('recruitment', 'transit', 'exploitation')
                     THEN journey[1]['basis'] END,
                CASE WHEN journey[2]['role'] IN ('recruitment', 'transit', 'exploitation')
                     THEN journey[2]['basis'] END,
                CASE WHEN journey[3]['role'] IN ('recruitment', 'transit', 'exploitation')
                     THEN journey[3]['basis'] END,
                CASE WHEN journey[4]['role'] IN ('recruitment', 'transit', 'exploitation')
                     THEN journey[4]['basis'] END
              ) AS bases
         FROM cases
        WHERE array_length(journey) BETWEEN 1 AND 4
     ),
     -- Any number of places; far slower than the four above, which nearly all journeys are content with.
     long AS (
       SELECT person,
              record,
              array_to_string(array_agg(country ORDER BY step), '>') AS path,
              array_to_string(array_agg(basis ORDER BY step), '>') AS bases
         FROM journeys
        WHERE record IN (SELECT record FROM cases WHERE array_length(journey) > 4)
          AND role IN ('recruitment', 'transit', 'exploitation')
        GROUP BY person, record
     ),
     ways AS (
       SELECT * FROM short
       UNION ALL
       SELECT c.record,
              c.person,
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
              l.path,
              l.bases
         FROM long AS l
         JOIN cases AS c ON c.person = l.person AND c.record = l.record
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
       string_to_array(path, '>') AS countries,
       path,
       CASE WHEN bases LIKE '%proxy%' THEN 'proxy' WHEN bases LIKE '%intended%' THEN 'intended' ELSE 'recorded' END
         AS basis
  FROM ways
 WHERE path <> ''
