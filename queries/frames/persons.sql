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
-- column: reporting_country code(country): country that the records are reported for
-- column: internal code(yes_no): whether recruitment and exploitation, recorded or intended, lie in one country, or
--   not_known; citizenship and proxies say nothing about it
-- column: purpose_forced_labour code(yes_no): forced labour, or not_known
-- column: purpose_sexual_exploitation code(yes_no): sexual exploitation, or not_known
-- column: purpose_forced_marriage code(yes_no): forced marriage, or not_known
-- column: purpose_forced_military code(yes_no): forced military service, or not_known
-- column: purpose_organ_removal code(yes_no): removal of organs, or not_known
-- column: purpose_slavery_and_practices code(yes_no): slavery and similar practices, or not_known
-- column: purpose_servitude code(yes_no): servitude, or not_known
-- column: purpose_child_labour code(yes_no): child labour, or not_known
-- column: purpose_forced_begging code(yes_no): forced begging, or not_known
-- column: purpose_forced_adoption code(yes_no): forced adoption, or not_known
-- column: purpose_surrogacy code(yes_no): forced surrogacy, or not_known
-- column: purpose_other code(yes_no): other exploitation, or not_known
-- column: origin_region code(region): first-level region of recruitment
-- column: destination_region code(region): first-level region of exploitation
-- column: means_debt_and_earnings code(yes_no): debt bondage and taking of earnings, or not_known
-- column: means_threats code(yes_no): threats, or not_known
-- column: means_abuse code(yes_no): psychological, physical or sexual abuse, or not_known
-- column: means_false_promises code(yes_no): false promises, or not_known
-- column: means_drugs_or_alcohol code(yes_no): drugs or alcohol, or not_known
-- column: means_denial_of_basic_needs code(yes_no): denial of basic needs, or not_known
-- column: means_excessive_working_hours code(yes_no): excessive working hours, or not_known
-- column: means_withheld_documents code(yes_no): withheld documents, or not_known
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
       reporting_country,
       internal,
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
       purpose_other,
       origin_region,
       destination_region,
       means_debt_and_earnings,
       means_threats,
       means_abuse,
       means_false_promises,
       means_drugs_or_alcohol,
       means_denial_of_basic_needs,
       means_excessive_working_hours,
       means_withheld_documents
  FROM profiles
