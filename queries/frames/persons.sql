-- title: Persons in cases, prevented ones included
-- row: one person with at least one record other than not a victim, as the view profiles has it. Prevented cases are among
--   them: a definition over this frame takes status as a dimension of every table, or adds up what must stand apart.
-- column: person pseudonym: the person
-- column: cohort text: year of the person's first record, or no_year
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at registration
-- column: majority code(majority): adult or minor at registration
-- column: citizenship code(country): first known citizenship
-- column: origin code(country): country of recruitment; where none is known, citizenship: see origin_role
-- column: origin_role text: recruitment or citizenship
-- column: destination code(country): country of exploitation: see destination_basis
-- column: destination_basis code(place_basis): recorded, proxy or intended
-- column: record_system code(record_system): kind of register
-- column: status code(status): identified, possible or prevented
-- column: purpose_forced_labour text: forced labour: yes, no or not_known
-- column: purpose_sexual_exploitation text: sexual exploitation: yes, no or not_known
-- column: purpose_forced_marriage text: forced marriage: yes, no or not_known
-- column: purpose_forced_military text: forced military service: yes, no or not_known
-- column: purpose_organ_removal text: removal of organs: yes, no or not_known
-- column: purpose_slavery_and_practices text: slavery and similar practices: yes, no or not_known
-- column: purpose_servitude text: servitude: yes, no or not_known
-- column: purpose_child_labour text: child labour: yes, no or not_known
-- column: purpose_forced_begging text: forced begging: yes, no or not_known
-- column: purpose_forced_adoption text: forced adoption: yes, no or not_known
-- column: purpose_surrogacy text: forced surrogacy: yes, no or not_known
-- column: purpose_other text: other exploitation: yes, no or not_known
SELECT person,
       cohort,
       gender,
       age_band,
       majority,
       citizenship,
       origin,
       origin_role,
       destination,
       destination_basis,
       record_system,
       status,
       purpose_forced_labour,
       purpose_sexual_exploitation,
       purpose_forced_marriage,
       purpose_forced_military,
       purpose_organ_removal,
       purpose_slavery_and_practices,
       purpose_servitude,
       purpose_child_labour,
       purpose_forced_begging,
       purpose_forced_adoption,
       purpose_surrogacy,
       purpose_other
  FROM profiles
