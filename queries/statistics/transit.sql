-- title: Transit
-- question: Through which countries were persons taken?
-- unit: persons
-- counting: a person counts once in each row, however many records there are, and in every row that one of the person's
--   records belongs to; so rows must not be added up. Persons found not to be victims are left out unless asked for. A
--   row never mixes two statuses or two ways of knowing a place: prevented stands beside identified, and a proxy beside
--   what was recorded. Only places with the role of transit and a known country count; registers that ask for no
--   transit say nothing here.
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: transit code(country): only through this country
-- parameter: basis code(place_basis): only places known in this way
-- parameter: destination code(country): only records with a place of exploitation in this country
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at registration
-- parameter: majority code(majority): only adults or only minors at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only persons exploited for this purpose, alone or among others
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: transit code(country): country that was passed
-- column: persons count: distinct persons
-- column: basis code(place_basis): how it is known: recorded, proxy or intended
-- column: status code(status): identified, possible or prevented
SELECT place['country'] AS transit,
       count(DISTINCT person) AS persons,
       place['basis'] AS basis,
       status
  FROM (
        SELECT person, status, unnest(places(journey, 'transit')) AS place
          FROM cases
         WHERE (
                 $destination IS NULL
                 OR record IN (SELECT record FROM journeys WHERE role = 'exploitation' AND country = $destination)
               )
           AND ($from IS NULL OR registered_year >= $from)
           AND ($to IS NULL OR registered_year <= $to)
           AND ($gender IS NULL OR gender = $gender)
           AND ($age_band IS NULL OR age_band = $age_band)
           AND ($majority IS NULL OR majority = $majority)
           AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
           AND ($purpose IS NULL OR array_has(purposes, $purpose))
           AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
           AND ($record_system IS NULL OR record_system = $record_system)
           AND ($source IS NULL OR source = $source)
           AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
       ) AS passed
 WHERE place['country'] NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
   AND ($transit IS NULL OR place['country'] = $transit)
   AND ($basis IS NULL OR place['basis'] = $basis)
 GROUP BY place['country'], place['basis'], status
 ORDER BY persons DESC, transit, basis, status
