-- title: One row is one record of trafficking inside one country: recruitment and exploitation, recorded or intended,
--   lie in it. Citizenship says nothing about it, and neither does a proxy.
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
-- column: country code(country): the country
-- column: origin_region code(region): first-level region of recruitment; missing or unknown when only the country is
--   known
-- column: destination_region code(region): first-level region of the last place of exploitation; missing or unknown
--   when only the country is known
-- column: destination_basis code(place_basis): recorded, or intended for persons stopped before
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
       last_place(journey, 'exploitation', 'country') AS country,
       first_place(journey, 'recruitment', 'region') AS origin_region,
       last_place(journey, 'exploitation', 'region') AS destination_region,
       last_place(journey, 'exploitation', 'basis') AS destination_basis
  FROM cases
 WHERE first_place(journey, 'recruitment', 'country') = last_place(journey, 'exploitation', 'country')
   AND first_place(journey, 'recruitment', 'basis') IN ('recorded', 'intended')
   AND last_place(journey, 'exploitation', 'basis') IN ('recorded', 'intended')
