-- title: Paths
-- question: By which countries, in which order, were persons taken?
-- unit: persons
-- counting: a person counts once in each row, however many records there are, and in every row that one of the person's
--   records belongs to; so rows must not be added up. Persons found not to be victims are left out unless asked for. A
--   row never mixes two statuses or two ways of knowing places: a path has the basis recorded when all of its places
--   have, proxy when one of them is a proxy, and else intended. A country that nobody knows stands in the path as
--   unknown or missing.
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: through code(country): only paths that pass this country
-- parameter: basis code(place_basis): only paths known in this way
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at registration
-- parameter: majority code(majority): only adults or only minors at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only persons exploited for this purpose, alone or among others
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: path text: countries of recruitment, transit and exploitation in their order, such as TJK>KAZ>RUS
-- column: persons count: distinct persons
-- column: basis code(place_basis): recorded, proxy or intended
-- column: status code(status): identified, possible or prevented
SELECT path,
       count(DISTINCT person) AS persons,
       basis,
       status
  FROM paths
 WHERE ($from IS NULL OR registered_year >= $from)
   AND ($to IS NULL OR registered_year <= $to)
   AND ($through IS NULL OR array_has(countries, $through))
   AND ($basis IS NULL OR basis = $basis)
   AND ($gender IS NULL OR gender = $gender)
   AND ($age_band IS NULL OR age_band = $age_band)
   AND ($majority IS NULL OR majority = $majority)
   AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
   AND ($purpose IS NULL OR array_has(purposes, $purpose))
   AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
   AND ($record_system IS NULL OR record_system = $record_system)
   AND ($source IS NULL OR source = $source)
   AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
 GROUP BY path, basis, status
 ORDER BY persons DESC, path, basis, status
