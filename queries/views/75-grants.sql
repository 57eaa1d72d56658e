-- title: One row is one grant in kind to one person: assistance whose service is in kind, or that names a thing that
--   was given.
-- column: record pseudonym: the record
-- column: person pseudonym: the person
-- column: source text: the mapping through which the record came
-- column: record_system code(record_system): kind of register
-- column: reporting_country code(country): country that the record is reported for
-- column: status code(status): victim, possible victim, prevented, or not a victim; missing in registers that do not
--   ask
-- column: assisted_year year: year of the grant
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at the grant
-- column: majority code(majority): adult or minor at the grant
-- column: citizenships codes(country): citizenships
-- column: beneficiary_group code(beneficiary_group): the group by which the person was eligible
-- column: given_by code(body): the kind of body that gave it
-- column: region code(region): first-level region in which it was given
-- column: items codes(in_kind_item): what was given
-- column: quantity integer: how much, in quantity_unit; NULL when there is no number: see quantity_state
-- column: quantity_state code(recorded): whether quantity was recorded, or why there is no number
-- column: quantity_unit code(quantity_unit): what quantity counts
-- column: people integer: how many people share in it, the person included; NULL when there is no number: see
--   people_state
-- column: people_state code(recorded): whether people was recorded, or why there is no number
SELECT record,
       person,
       source,
       record_system,
       reporting_country,
       status,
       assisted_year,
       gender,
       age_band,
       majority,
       citizenships,
       beneficiary_group,
       given_by,
       region,
       items,
       quantity,
       quantity_state,
       quantity_unit,
       people,
       people_state
  FROM assistance
 WHERE array_has(services, 'in_kind')
    OR NOT array_has_all(['missing', 'unknown', 'not_applicable', 'suppressed'], items)
