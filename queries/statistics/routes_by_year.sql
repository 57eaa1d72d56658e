-- title: Routes by year
-- question: How did the number of persons on each route change from year to year?
-- unit: persons
-- counting: a person counts once in each row, however many records there are, and in every row that one of the person's
--   records belongs to; so rows must not be added up. Persons found not to be victims are left out unless asked for. A
--   row never mixes two statuses or two ways of knowing a place: prevented stands beside identified, and a proxy beside
--   what was recorded. Only records with both countries known count. The year is that of registration; records without
--   one stand at the end.
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: origin code(country): only from this country
-- parameter: destination code(country): only to this country
-- parameter: basis code(place_basis): only destinations known in this way
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at registration
-- parameter: majority code(majority): only adults or only minors at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only persons exploited for this purpose, alone or among others
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: year year: year of registration
-- column: origin code(country): where from: see origin_role
-- column: destination code(country): country of the last place of exploitation: see destination_basis
-- column: persons count: distinct persons
-- column: origin_role text: recruitment, or citizenship where no place of recruitment is known
-- column: destination_basis code(place_basis): recorded, proxy or intended
-- column: status code(status): identified, possible or prevented
SELECT registered_year AS year,
       origin,
       destination,
       count(DISTINCT person) AS persons,
       origin_role,
       destination_basis,
       status
  FROM routes
 WHERE origin IS NOT NULL
   AND destination IS NOT NULL
   AND ($from IS NULL OR registered_year >= $from)
   AND ($to IS NULL OR registered_year <= $to)
   AND ($origin IS NULL OR origin = $origin)
   AND ($destination IS NULL OR destination = $destination)
   AND ($basis IS NULL OR destination_basis = $basis)
   AND ($gender IS NULL OR gender = $gender)
   AND ($age_band IS NULL OR age_band = $age_band)
   AND ($majority IS NULL OR majority = $majority)
   AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
   AND ($purpose IS NULL OR array_has(purposes, $purpose))
   AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
   AND ($record_system IS NULL OR record_system = $record_system)
   AND ($source IS NULL OR source = $source)
   AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
 GROUP BY registered_year, origin, destination, origin_role, destination_basis, status
 ORDER BY year NULLS LAST, persons DESC, origin, destination, origin_role, destination_basis, status
