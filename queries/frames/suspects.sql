-- title: Suspects by furthest stage
-- row: one suspect whom a register of proceedings has with a row of his or her own. Rows that stand for a number of
--   suspects, and rows that count criminal cases, are no persons and not among them. Gender, age and region are those
--   of the first stage: the earliest month, and of several in one month any one. Stages count that were reached
--   in the twelve months that begin with the month of the first; a later one that was reached nobody knows when makes the
--   furthest not_known. An offence is yes when any row has it, no when another offence is known, or not_known.
-- column: person pseudonym: the person
-- column: cohort text: year of the person's first record, or no_year
-- column: window_end month: the first month after the twelve that begin with the first record; NULL when no record has
--   a date
-- column: reporting_country code(country): country that the record is reported for
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at the first stage
-- column: majority code(majority): adult or minor at the first stage
-- column: citizenship code(country): first citizenship as recorded
-- column: region code(region): first-level region of the body that conducts the proceedings, at the first stage
-- column: conducted_by code(body): the kind of body that conducts the proceedings, at the first stage
-- column: furthest_stage outcome(proceeding_stage): the furthest stage of the twelve months; a judgment is further
--   than an appeal against it
-- column: convicted outcome(yes_no): whether there was a conviction in the twelve months
-- column: offence_trafficking_in_persons code(yes_no): trafficking in persons
-- column: offence_trafficking_in_minors code(yes_no): trafficking in minors
-- column: offence_recruitment_for_exploitation code(yes_no): recruitment for exploitation
-- column: offence_forced_labour code(yes_no): forced labour
-- column: offence_slavery code(yes_no): slavery and servitude
-- column: offence_abduction code(yes_no): abduction or unlawful detention
-- column: offence_sexual_exploitation code(yes_no): exploitation of prostitution
-- column: offence_child_pornography code(yes_no): child pornography
-- column: offence_forced_marriage code(yes_no): forced or early marriage
-- column: offence_organ_removal code(yes_no): removal of organs
-- column: offence_smuggling_of_migrants code(yes_no): smuggling of migrants
-- column: offence_document_fraud code(yes_no): forged documents
-- column: offence_fraud code(yes_no): fraud
-- column: offence_other code(yes_no): other offence
WITH records AS (
       SELECT person,
              coalesce(stage_month, CAST(stage_year AS VARCHAR) || '-12') AS month,
              coalesce(stage_month, CAST(stage_year AS VARCHAR) || '-01') AS earliest,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenships[1] AS citizenship,
              region,
              conducted_by,
              CASE stage
                WHEN 'other' THEN 1
                WHEN 'registered' THEN 2
                WHEN 'investigation' THEN 3
                WHEN 'prosecution' THEN 4
                WHEN 'trial' THEN 5
                WHEN 'appeal' THEN 6
                WHEN 'dismissal' THEN 7
                WHEN 'acquittal' THEN 8
                WHEN 'conviction' THEN 9
                ELSE 0
              END AS advance,
              offences,
              cardinality(offences) > 0
                AND NOT array_has_any(offences, ['missing', 'unknown', 'not_applicable', 'suppressed']) AS offences_known
         FROM proceedings
        WHERE unit = 'suspect'
          AND (number = 1 OR (number IS NULL AND number_state IN ('missing', 'not_applicable')))
     ),
     firsts AS (
       SELECT person,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenship,
              region,
              conducted_by,
              rank() OVER (PARTITION BY person ORDER BY month) AS place
         FROM records
     ),
     reached AS (
       SELECT r.person,
              p.cohort,
              p.window_end,
              max(CASE WHEN r.month < p.window_end THEN r.advance ELSE 0 END) AS furthest,
              max(CASE WHEN r.month < p.window_end OR r.earliest >= p.window_end THEN 0 ELSE r.advance END) AS undated,
              bool_or(r.offences_known) AS offences_known,
              bool_or(array_has(r.offences, 'trafficking_in_persons')) AS trafficking_in_persons_found,
              bool_or(array_has(r.offences, 'trafficking_in_minors')) AS trafficking_in_minors_found,
              bool_or(array_has(r.offences, 'recruitment_for_exploitation')) AS recruitment_for_exploitation_found,
              bool_or(array_has(r.offences, 'forced_labour')) AS forced_labour_found,
              bool_or(array_has(r.offences, 'slavery')) AS slavery_found,
              bool_or(array_has(r.offences, 'abduction')) AS abduction_found,
              bool_or(array_has(r.offences, 'sexual_exploitation')) AS sexual_exploitation_found,
              bool_or(array_has(r.offences, 'child_pornography')) AS child_pornography_found,
              bool_or(array_has(r.offences, 'forced_marriage')) AS forced_marriage_found,
              bool_or(array_has(r.offences, 'organ_removal')) AS organ_removal_found,
              bool_or(array_has(r.offences, 'smuggling_of_migrants')) AS smuggling_of_migrants_found,
              bool_or(array_has(r.offences, 'document_fraud')) AS document_fraud_found,
              bool_or(array_has(r.offences, 'fraud')) AS fraud_found,
              bool_or(array_has(r.offences, 'other')) AS other_found
         FROM records AS r
         JOIN persons AS p ON p.person = r.person
        GROUP BY r.person, p.cohort, p.window_end
     )
SELECT g.person,
       g.cohort,
       g.window_end,
       f.reporting_country,
       f.gender,
       f.age_band,
       f.majority,
       f.citizenship,
       f.region,
       f.conducted_by,
       CASE CASE WHEN g.undated > g.furthest THEN 0 ELSE g.furthest END
         WHEN 1 THEN 'other'
         WHEN 2 THEN 'registered'
         WHEN 3 THEN 'investigation'
         WHEN 4 THEN 'prosecution'
         WHEN 5 THEN 'trial'
         WHEN 6 THEN 'appeal'
         WHEN 7 THEN 'dismissal'
         WHEN 8 THEN 'acquittal'
         WHEN 9 THEN 'conviction'
         ELSE 'not_known'
       END AS furthest_stage,
       CASE WHEN g.furthest = 9 THEN 'yes' WHEN g.furthest > 0 AND g.undated < 9 THEN 'no' ELSE 'not_known' END AS convicted,
       CASE WHEN g.trafficking_in_persons_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_trafficking_in_persons,
       CASE WHEN g.trafficking_in_minors_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_trafficking_in_minors,
       CASE WHEN g.recruitment_for_exploitation_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_recruitment_for_exploitation,
       CASE WHEN g.forced_labour_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_forced_labour,
       CASE WHEN g.slavery_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_slavery,
       CASE WHEN g.abduction_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_abduction,
       CASE WHEN g.sexual_exploitation_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_sexual_exploitation,
       CASE WHEN g.child_pornography_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_child_pornography,
       CASE WHEN g.forced_marriage_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_forced_marriage,
       CASE WHEN g.organ_removal_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_organ_removal,
       CASE WHEN g.smuggling_of_migrants_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_smuggling_of_migrants,
       CASE WHEN g.document_fraud_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_document_fraud,
       CASE WHEN g.fraud_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_fraud,
       CASE WHEN g.other_found THEN 'yes' WHEN g.offences_known THEN 'no' ELSE 'not_known' END
         AS offence_other
  FROM reached AS g
  JOIN firsts AS f ON f.person = g.person
 WHERE f.place = 1
