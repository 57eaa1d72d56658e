-- title: Returnees and stranded migrants
-- row: one person who was assisted as a returnee or as a stranded migrant. Group, country, region, gender and age are
--   those of the first such assistance: the earliest month, and of several in one month the one whose record comes
--   first, which is a keyed digest. Each service has a column of its own: yes when it was given in the twelve months
--   that begin with the month of the person's first record in any register; no when it was not, and some service is
--   known; or not_known.
-- column: person pseudonym: the person
-- column: cohort text: year of the person's first record, or no_year
-- column: window_end month: the first month after the twelve that begin with the first record; NULL when no record has
--   a date
-- column: reporting_country code(country): country that the record is reported for
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at the first of them
-- column: majority code(majority): adult or minor at the first of them
-- column: citizenship code(country): first citizenship as recorded
-- column: beneficiary_group code(beneficiary_group): returnee or stranded migrant, in the first of them
-- column: returned_from code(country): country from which the person came back, or was stranded in
-- column: region code(region): first-level region in which the first of them was given
-- column: assisted outcome(yes_no): whether any of this assistance was given in these twelve months
-- column: service_shelter outcome(yes_no): shelter
-- column: service_legal outcome(yes_no): legal assistance
-- column: service_psychological outcome(yes_no): psychological assistance
-- column: service_psychosocial outcome(yes_no): psychosocial support
-- column: service_medical outcome(yes_no): medical assistance
-- column: service_vocational_training outcome(yes_no): vocational training
-- column: service_education outcome(yes_no): education
-- column: service_small_business outcome(yes_no): start of a small business
-- column: service_livelihood outcome(yes_no): livelihood
-- column: service_financial outcome(yes_no): financial assistance
-- column: service_in_kind outcome(yes_no): assistance in kind
-- column: service_return_travel outcome(yes_no): assisted return
-- column: service_identity_documents outcome(yes_no): restoring of documents
-- column: service_reintegration outcome(yes_no): reintegration
-- column: service_social_care outcome(yes_no): social care
-- column: service_labour_rehabilitation outcome(yes_no): rehabilitation after labour exploitation
-- column: service_sexual_exploitation_rehabilitation outcome(yes_no): rehabilitation after sexual exploitation
-- column: service_rights_training outcome(yes_no): training in rights
-- column: service_other outcome(yes_no): other assistance
WITH records AS (
       SELECT person,
              record,
              coalesce(assisted_month, CAST(assisted_year AS VARCHAR) || '-12') AS month,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenships[1] AS citizenship,
              beneficiary_group,
              returned_from,
              region,
              services,
              cardinality(services) > 0
                AND NOT array_has_any(services, ['missing', 'unknown', 'not_applicable', 'suppressed']) AS services_known
         FROM assistance
        WHERE beneficiary_group IN ('returnee', 'stranded_migrant')
     ),
     firsts AS (
       SELECT person,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenship,
              beneficiary_group,
              returned_from,
              region,
              rank() OVER (PARTITION BY person ORDER BY month, record) AS place
         FROM records
     ),
     given AS (
       SELECT r.person,
              p.cohort,
              p.window_end,
              bool_or(r.services_known) AS services_known,
              bool_or(r.month < p.window_end) AS assisted,
              bool_or(r.month < p.window_end AND array_has(r.services, 'shelter')) AS shelter_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'legal')) AS legal_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'psychological')) AS psychological_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'psychosocial')) AS psychosocial_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'medical')) AS medical_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'vocational_training')) AS vocational_training_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'education')) AS education_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'small_business')) AS small_business_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'livelihood')) AS livelihood_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'financial')) AS financial_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'in_kind')) AS in_kind_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'return_travel')) AS return_travel_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'identity_documents')) AS identity_documents_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'reintegration')) AS reintegration_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'social_care')) AS social_care_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'labour_rehabilitation')) AS labour_rehabilitation_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'sexual_exploitation_rehabilitation')) AS sexual_exploitation_rehabilitation_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'rights_training')) AS rights_training_given,
              bool_or(r.month < p.window_end AND array_has(r.services, 'other')) AS other_given
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
       f.beneficiary_group,
       f.returned_from,
       f.region,
       CASE WHEN g.assisted THEN 'yes' WHEN g.assisted IS NULL THEN 'not_known' ELSE 'no' END AS assisted,
       CASE WHEN g.shelter_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_shelter,
       CASE WHEN g.legal_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_legal,
       CASE WHEN g.psychological_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_psychological,
       CASE WHEN g.psychosocial_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_psychosocial,
       CASE WHEN g.medical_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_medical,
       CASE WHEN g.vocational_training_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_vocational_training,
       CASE WHEN g.education_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_education,
       CASE WHEN g.small_business_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_small_business,
       CASE WHEN g.livelihood_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_livelihood,
       CASE WHEN g.financial_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_financial,
       CASE WHEN g.in_kind_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_in_kind,
       CASE WHEN g.return_travel_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_return_travel,
       CASE WHEN g.identity_documents_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_identity_documents,
       CASE WHEN g.reintegration_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_reintegration,
       CASE WHEN g.social_care_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_social_care,
       CASE WHEN g.labour_rehabilitation_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_labour_rehabilitation,
       CASE WHEN g.sexual_exploitation_rehabilitation_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_sexual_exploitation_rehabilitation,
       CASE WHEN g.rights_training_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_rights_training,
       CASE WHEN g.other_given THEN 'yes' WHEN g.services_known THEN 'no' ELSE 'not_known' END
         AS service_other
  FROM given AS g
  JOIN firsts AS f ON f.person = g.person
 WHERE f.place = 1
