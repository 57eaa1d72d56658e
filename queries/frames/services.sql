-- title: Persons in cases and in registers of assistance, by service
-- row: one person with a case other than not a victim, or with assistance. Each service has a column of its own: yes
--   when it was given in the twelve months that begin with the month of the person's first record; not_known
--   when it was given nobody knows when, or no service is known; else no. A service noted in a case counts in the month of
--   registration. Gender, age and citizenship are those of the first of these records.
-- column: person pseudonym: the person
-- column: cohort text: year of the person's first record, or no_year
-- column: window_end month: the first month after the twelve that begin with the first record; NULL when no record has
--   a date
-- column: reporting_country code(country): country that the record is reported for
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at the first of them
-- column: majority code(majority): adult or minor at the first of them
-- column: citizenship code(country): first citizenship as recorded
-- column: status code(status): furthest of identified, possible and prevented in any of them
-- column: any_service outcome(yes_no): any of the services below
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
              coalesce(registered_month, CAST(registered_year AS VARCHAR) || '-12') AS month,
              coalesce(registered_month, CAST(registered_year AS VARCHAR) || '-01') AS earliest,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenships[1] AS citizenship,
              status,
              services,
              cardinality(services) > 0
                AND NOT array_has_any(services, ['missing', 'unknown', 'not_applicable', 'suppressed']) AS services_known
         FROM cases
        WHERE status <> 'not_a_victim'
       UNION ALL
       SELECT person,
              coalesce(assisted_month, CAST(assisted_year AS VARCHAR) || '-12') AS month,
              coalesce(assisted_month, CAST(assisted_year AS VARCHAR) || '-01') AS earliest,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenships[1] AS citizenship,
              status,
              services,
              cardinality(services) > 0
                AND NOT array_has_any(services, ['missing', 'unknown', 'not_applicable', 'suppressed']) AS services_known
         FROM assistance
     ),
     firsts AS (
       SELECT person,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenship,
              rank() OVER (PARTITION BY person ORDER BY month) AS place
         FROM records
     ),
     dated AS (
       SELECT r.person,
              p.cohort,
              p.window_end,
              r.services,
              r.services_known,
              r.status,
              CASE WHEN r.month < p.window_end THEN 2 WHEN r.earliest >= p.window_end THEN 0 ELSE 1 END AS within
         FROM records AS r
         JOIN persons AS p ON p.person = r.person
     ),
     given AS (
       SELECT person,
              cohort,
              window_end,
              bool_or(services_known) AS services_known,
              max(CASE WHEN services_known THEN within ELSE 0 END) AS any_service,
              max(CASE WHEN array_has(services, 'shelter') THEN within ELSE 0 END) AS shelter,
              max(CASE WHEN array_has(services, 'legal') THEN within ELSE 0 END) AS legal,
              max(CASE WHEN array_has(services, 'psychological') THEN within ELSE 0 END) AS psychological,
              max(CASE WHEN array_has(services, 'psychosocial') THEN within ELSE 0 END) AS psychosocial,
              max(CASE WHEN array_has(services, 'medical') THEN within ELSE 0 END) AS medical,
              max(CASE WHEN array_has(services, 'vocational_training') THEN within ELSE 0 END) AS vocational_training,
              max(CASE WHEN array_has(services, 'education') THEN within ELSE 0 END) AS education,
              max(CASE WHEN array_has(services, 'small_business') THEN within ELSE 0 END) AS small_business,
              max(CASE WHEN array_has(services, 'livelihood') THEN within ELSE 0 END) AS livelihood,
              max(CASE WHEN array_has(services, 'financial') THEN within ELSE 0 END) AS financial,
              max(CASE WHEN array_has(services, 'in_kind') THEN within ELSE 0 END) AS in_kind,
              max(CASE WHEN array_has(services, 'return_travel') THEN within ELSE 0 END) AS return_travel,
              max(CASE WHEN array_has(services, 'identity_documents') THEN within ELSE 0 END) AS identity_documents,
              max(CASE WHEN array_has(services, 'reintegration') THEN within ELSE 0 END) AS reintegration,
              max(CASE WHEN array_has(services, 'social_care') THEN within ELSE 0 END) AS social_care,
              max(CASE WHEN array_has(services, 'labour_rehabilitation') THEN within ELSE 0 END) AS labour_rehabilitation,
              max(CASE WHEN array_has(services, 'sexual_exploitation_rehabilitation') THEN within ELSE 0 END) AS sexual_exploitation_rehabilitation,
              max(CASE WHEN array_has(services, 'rights_training') THEN within ELSE 0 END) AS rights_training,
              max(CASE WHEN array_has(services, 'other') THEN within ELSE 0 END) AS other,
              CASE
                WHEN bool_or(status = 'identified') THEN 'identified'
                WHEN bool_or(status = 'possible') THEN 'possible'
                WHEN bool_or(status = 'prevented') THEN 'prevented'
                ELSE 'unknown'
              END AS status
         FROM dated
        GROUP BY person, cohort, window_end
     )
SELECT g.person,
       g.cohort,
       g.window_end,
       f.reporting_country,
       f.gender,
       f.age_band,
       f.majority,
       f.citizenship,
       g.status,
       CASE WHEN g.any_service = 2 THEN 'yes' WHEN g.any_service = 0 AND g.services_known THEN 'no' ELSE 'not_known' END AS any_service,
       CASE WHEN g.shelter = 2 THEN 'yes' WHEN g.shelter = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_shelter,
       CASE WHEN g.legal = 2 THEN 'yes' WHEN g.legal = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_legal,
       CASE WHEN g.psychological = 2 THEN 'yes' WHEN g.psychological = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_psychological,
       CASE WHEN g.psychosocial = 2 THEN 'yes' WHEN g.psychosocial = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_psychosocial,
       CASE WHEN g.medical = 2 THEN 'yes' WHEN g.medical = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_medical,
       CASE WHEN g.vocational_training = 2 THEN 'yes' WHEN g.vocational_training = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_vocational_training,
       CASE WHEN g.education = 2 THEN 'yes' WHEN g.education = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_education,
       CASE WHEN g.small_business = 2 THEN 'yes' WHEN g.small_business = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_small_business,
       CASE WHEN g.livelihood = 2 THEN 'yes' WHEN g.livelihood = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_livelihood,
       CASE WHEN g.financial = 2 THEN 'yes' WHEN g.financial = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_financial,
       CASE WHEN g.in_kind = 2 THEN 'yes' WHEN g.in_kind = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_in_kind,
       CASE WHEN g.return_travel = 2 THEN 'yes' WHEN g.return_travel = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_return_travel,
       CASE WHEN g.identity_documents = 2 THEN 'yes' WHEN g.identity_documents = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_identity_documents,
       CASE WHEN g.reintegration = 2 THEN 'yes' WHEN g.reintegration = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_reintegration,
       CASE WHEN g.social_care = 2 THEN 'yes' WHEN g.social_care = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_social_care,
       CASE WHEN g.labour_rehabilitation = 2 THEN 'yes' WHEN g.labour_rehabilitation = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_labour_rehabilitation,
       CASE WHEN g.sexual_exploitation_rehabilitation = 2 THEN 'yes' WHEN g.sexual_exploitation_rehabilitation = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_sexual_exploitation_rehabilitation,
       CASE WHEN g.rights_training = 2 THEN 'yes' WHEN g.rights_training = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_rights_training,
       CASE WHEN g.other = 2 THEN 'yes' WHEN g.other = 0 AND g.services_known THEN 'no' ELSE 'not_known' END
         AS service_other
  FROM given AS g
  JOIN firsts AS f ON f.person = g.person
 WHERE f.place = 1
