-- title: One row is one person with at least one record other than not a victim. Each column is the one known value of
--   the person's records; where they are silent or disagree it is unknown. Status is the furthest of identified, possible
--   and prevented. Origin, destination and purposes of records found not to be victims are passed over. The cohort is that
--   of the person, over the records of every register. Each purpose has a column of its own: yes, no when another purpose
--   is known, or not_known, so that a share is yes / (yes + no); so has each group of means of control. Regions are those
--   of origin and destination.
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
WITH others AS (
       SELECT person, cohort FROM contacts
       UNION ALL
       SELECT person, cohort FROM referrals
       UNION ALL
       SELECT person, cohort FROM assistance
     ),
     records AS (
       SELECT person,
              cohort,
              status,
              status <> 'not_a_victim' AS counts,
              CASE WHEN gender NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN gender END AS gender,
              CASE WHEN age_band NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN age_band END AS age_band,
              CASE WHEN majority NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN majority END AS majority,
              CASE WHEN record_system NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN record_system END AS record_system,
              CASE WHEN reporting_country NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN reporting_country END AS reporting_country,
              CASE WHEN citizenships[1] NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN citizenships[1] END AS citizenship,
              CASE WHEN status <> 'not_a_victim' THEN origin END AS origin,
              CASE WHEN status <> 'not_a_victim' THEN origin_role END AS origin_role,
              CASE WHEN status <> 'not_a_victim' THEN destination END AS destination,
              CASE WHEN status <> 'not_a_victim' THEN destination_basis END AS destination_basis,
              CASE WHEN status <> 'not_a_victim' THEN purposes END AS purposes,
              CASE WHEN status <> 'not_a_victim'
                    AND origin_region NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN origin_region END AS origin_region,
              CASE WHEN status <> 'not_a_victim'
                    AND destination_region NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
                   THEN destination_region END AS destination_region,
              CASE WHEN status <> 'not_a_victim' THEN means END AS means
         FROM routes
       UNION ALL
       SELECT person, cohort, NULL, FALSE, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
              NULL
         FROM others
     ),
     merged AS (
       SELECT person,
              min(cohort) AS cohort,
              coalesce(CASE WHEN min(gender) = max(gender) THEN min(gender) END, 'unknown')
                AS gender,
              coalesce(CASE WHEN min(age_band) = max(age_band) THEN min(age_band) END, 'unknown')
                AS age_band,
              coalesce(CASE WHEN min(majority) = max(majority) THEN min(majority) END, 'unknown')
                AS majority,
              coalesce(CASE WHEN min(citizenship) = max(citizenship) THEN min(citizenship) END, 'unknown')
                AS citizenship,
              coalesce(CASE WHEN min(origin) = max(origin) THEN min(origin) END, 'unknown')
                AS origin,
              coalesce(CASE WHEN min(origin_role) = max(origin_role) THEN min(origin_role) END, 'unknown')
                AS origin_role,
              coalesce(CASE WHEN min(destination) = max(destination) THEN min(destination) END, 'unknown')
                AS destination,
              coalesce(
                CASE WHEN min(destination_basis) = max(destination_basis) THEN min(destination_basis) END,
                'unknown'
              )
                AS destination_basis,
              coalesce(CASE WHEN min(record_system) = max(record_system) THEN min(record_system) END, 'unknown')
                AS record_system,
              coalesce(
                CASE WHEN min(reporting_country) = max(reporting_country) THEN min(reporting_country) END,
                'unknown'
              )
                AS reporting_country,
              CASE
                WHEN bool_or(status = 'identified') THEN 'identified'
                WHEN bool_or(status = 'possible') THEN 'possible'
                WHEN bool_or(status = 'prevented') THEN 'prevented'
                ELSE 'unknown'
              END AS status,
              bool_or(
                cardinality(purposes) > 0
                AND NOT array_has_any(purposes, ['missing', 'unknown', 'not_applicable', 'suppressed'])
              ) AS purpose_known,
              bool_or(array_has(purposes, 'forced_labour')) AS forced_labour,
              bool_or(array_has(purposes, 'sexual_exploitation')) AS sexual_exploitation,
              bool_or(array_has(purposes, 'forced_marriage')) AS forced_marriage,
              bool_or(array_has(purposes, 'forced_military')) AS forced_military,
              bool_or(array_has(purposes, 'organ_removal')) AS organ_removal,
              bool_or(array_has(purposes, 'slavery_and_practices')) AS slavery_and_practices,
              bool_or(array_has(purposes, 'servitude')) AS servitude,
              bool_or(array_has(purposes, 'child_labour')) AS child_labour,
              bool_or(array_has(purposes, 'forced_begging')) AS forced_begging,
              bool_or(array_has(purposes, 'forced_adoption')) AS forced_adoption,
              bool_or(array_has(purposes, 'surrogacy')) AS surrogacy,
              bool_or(array_has(purposes, 'other')) AS other,
              coalesce(CASE WHEN min(origin_region) = max(origin_region) THEN min(origin_region) END, 'unknown')
                AS origin_region,
              coalesce(
                CASE WHEN min(destination_region) = max(destination_region) THEN min(destination_region) END,
                'unknown'
              )
                AS destination_region,
              bool_or(
                cardinality(means) > 0
                AND NOT array_has_any(means, ['missing', 'unknown', 'not_applicable', 'suppressed'])
              ) AS means_known,
              bool_or(array_has_any(means, ['debt_bondage', 'takes_earnings', 'debt_or_earnings']))
                AS debt_and_earnings,
              bool_or(array_has_any(means, ['threats', 'uses_children', 'threatens_family', 'threat_of_law_enforcement', 'threats_not_told_apart']))
                AS threats,
              bool_or(array_has_any(means, ['psychological_abuse', 'physical_abuse', 'sexual_abuse', 'abuse_not_told_apart']))
                AS abuse,
              bool_or(array_has_any(means, ['false_promises']))
                AS false_promises,
              bool_or(array_has_any(means, ['psychoactive_substances']))
                AS drugs_or_alcohol,
              bool_or(array_has_any(means, ['restricts_financial_access', 'restricts_movement', 'restricts_medical_care', 'withholds_necessities', 'denial_not_told_apart']))
                AS denial_of_basic_needs,
              bool_or(array_has_any(means, ['excessive_working_hours']))
                AS excessive_working_hours,
              bool_or(array_has_any(means, ['withholds_documents']))
                AS withheld_documents
         FROM records
        GROUP BY person
       HAVING bool_or(counts)
     )
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
       CASE
         WHEN origin_role <> 'recruitment' OR destination_basis NOT IN ('recorded', 'intended') THEN 'not_known'
         WHEN origin = 'unknown' OR destination = 'unknown' THEN 'not_known'
         WHEN origin = destination THEN 'yes'
         ELSE 'no'
       END AS internal,
       CASE WHEN forced_labour THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_forced_labour,
       CASE WHEN sexual_exploitation THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_sexual_exploitation,
       CASE WHEN forced_marriage THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_forced_marriage,
       CASE WHEN forced_military THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_forced_military,
       CASE WHEN organ_removal THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_organ_removal,
       CASE WHEN slavery_and_practices THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_slavery_and_practices,
       CASE WHEN servitude THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_servitude,
       CASE WHEN child_labour THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_child_labour,
       CASE WHEN forced_begging THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_forced_begging,
       CASE WHEN forced_adoption THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_forced_adoption,
       CASE WHEN surrogacy THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_surrogacy,
       CASE WHEN other THEN 'yes' WHEN purpose_known THEN 'no' ELSE 'not_known' END
         AS purpose_other,
       origin_region,
       destination_region,
       CASE WHEN debt_and_earnings THEN 'yes' WHEN means_known THEN 'no' ELSE 'not_known' END
         AS means_debt_and_earnings,
       CASE WHEN threats THEN 'yes' WHEN means_known THEN 'no' ELSE 'not_known' END
         AS means_threats,
       CASE WHEN abuse THEN 'yes' WHEN means_known THEN 'no' ELSE 'not_known' END
         AS means_abuse,
       CASE WHEN false_promises THEN 'yes' WHEN means_known THEN 'no' ELSE 'not_known' END
         AS means_false_promises,
       CASE WHEN drugs_or_alcohol THEN 'yes' WHEN means_known THEN 'no' ELSE 'not_known' END
         AS means_drugs_or_alcohol,
       CASE WHEN denial_of_basic_needs THEN 'yes' WHEN means_known THEN 'no' ELSE 'not_known' END
         AS means_denial_of_basic_needs,
       CASE WHEN excessive_working_hours THEN 'yes' WHEN means_known THEN 'no' ELSE 'not_known' END
         AS means_excessive_working_hours,
       CASE WHEN withheld_documents THEN 'yes' WHEN means_known THEN 'no' ELSE 'not_known' END
         AS means_withheld_documents
  FROM merged
