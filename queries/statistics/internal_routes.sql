-- title: Internal routes
-- question: From which region to which region of one country were persons taken?
-- unit: persons
-- counting: a person counts once in each row, however many records there are, and in every row that one of the person's
--   records belongs to; so rows must not be added up. Persons found not to be victims are left out unless asked for. A
--   row never mixes two statuses or two ways of knowing a place: prevented stands beside identified, and a proxy beside
--   what was recorded. A record is internal when its places of recruitment and exploitation, recorded or intended, lie
--   in one country; citizenship and proxies say nothing about it. A region that is not known stands as missing or
--   unknown, so that nobody is lost.
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: country code(country): only inside this country
-- parameter: origin_region code(region): only from this region
-- parameter: destination_region code(region): only to this region
-- parameter: basis code(place_basis): only destinations known in this way: recorded or intended
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at registration
-- parameter: majority code(majority): only adults or only minors at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only persons exploited for this purpose, alone or among others
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: country code(country): the country
-- column: origin_region code(region): region of recruitment
-- column: destination_region code(region): region of the last place of exploitation
-- column: persons count: distinct persons
-- column: destination_basis code(place_basis): recorded or intended
-- column: status code(status): identified, possible or prevented
SELECT country,
       origin_region,
       destination_region,
       count(DISTINCT person) AS persons,
       destination_basis,
       status
  FROM internal_routes
 WHERE ($from IS NULL OR registered_year >= $from)
   AND ($to IS NULL OR registered_year <= $to)
   AND ($country IS NULL OR country = $country)
   AND ($origin_region IS NULL OR origin_region = $origin_region)
   AND ($destination_region IS NULL OR destination_region = $destination_region)
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
 GROUP BY country, origin_region, destination_region, destination_basis, status
 ORDER BY persons DESC, country, origin_region, destination_region, destination_basis, status
