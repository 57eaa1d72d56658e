-- title: Prevented and identified
-- question: How many persons were stopped before exploitation, beside those identified as victims, each year?
-- unit: persons
-- counting: a person counts once in each cell, however many records there are, and in every cell that one of the
--   person's records belongs to; so neither rows nor the two columns must be added up: a person may be prevented in one
--   year and identified in another. The year is that of registration; records without one stand at the end. Conditions
--   on a destination choose records, not places: without basis a destination counts however it is known.
-- parameter: from year: first year of registration
-- parameter: to year: last year of registration
-- parameter: destination code(country): only records with a place of exploitation in this country
-- parameter: basis code(place_basis): only records with a known place of exploitation that is known in this way
-- parameter: age_band code(age_band): only persons of this age at registration
-- parameter: majority code(majority): only adults or only minors at registration
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only persons exploited for this purpose, alone or among others
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: gender code(gender): only persons recorded with this gender
-- column: year year: year of registration
-- column: gender code(gender): gender as recorded
-- column: prevented count: distinct persons stopped before exploitation
-- column: identified count: distinct persons identified as victims
WITH counted AS (
       SELECT DISTINCT registered_year AS year, gender, status, person
         FROM cases
        WHERE status IN ('prevented', 'identified')
          AND ($from IS NULL OR registered_year >= $from)
          AND ($to IS NULL OR registered_year <= $to)
          AND (
                 ($destination IS NULL AND $basis IS NULL)
                 OR record IN (
                      SELECT record
                        FROM journeys
                       WHERE role = 'exploitation'
                         AND ($destination IS NULL OR country = $destination)
                         AND ($basis IS NULL OR basis = $basis)
                         AND country NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                    )
               )
          AND ($age_band IS NULL OR age_band = $age_band)
          AND ($majority IS NULL OR majority = $majority)
          AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
          AND ($purpose IS NULL OR array_has(purposes, $purpose))
          AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
          AND ($record_system IS NULL OR record_system = $record_system)
          AND ($source IS NULL OR source = $source)
          AND ($gender IS NULL OR gender = $gender)
     )
SELECT year,
       gender,
       count(*) FILTER (WHERE status = 'prevented') AS prevented,
       count(*) FILTER (WHERE status = 'identified') AS identified
  FROM counted
 GROUP BY year, gender
 ORDER BY year NULLS LAST, gender
