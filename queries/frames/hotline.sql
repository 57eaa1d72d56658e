-- title: Persons whom contacts with a hotline or chatbot are about
-- row: one person whom a contact is about; a contact is not a victim. A contact that nothing links to another is a
--   person of its own: somebody who called k times without a name is k persons here, and what this costs in privacy
--   stands in the release. Channel, place, gender and age are those of the first contact: the earliest month, and of
--   several in one month any one. A topic is yes when any contact has it, no when another topic is known, or not_known.
-- column: person pseudonym: the person
-- column: cohort text: year of the person's first record, or no_year
-- column: window_end month: the first month after the twelve that begin with the first record; NULL when no record has
--   a date
-- column: reporting_country code(country): country that the record is reported for
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at the first contact
-- column: majority code(majority): adult or minor at the first contact
-- column: citizenship code(country): first citizenship as recorded
-- column: channel code(contact_channel): the way by which the first contact came
-- column: contacted_by code(contact_party): who made the first contact
-- column: country code(country): country from which the first contact came
-- column: region code(region): first-level region from which the first contact came
-- column: became_case outcome(yes_no): whether a case was opened because of a contact of these twelve months
-- column: topic_migration_information code(yes_no): rules of stay and work abroad
-- column: topic_entry_ban_or_deportation code(yes_no): entry ban or deportation
-- column: topic_employment_offer code(yes_no): checking an offer of work
-- column: topic_unpaid_wages code(yes_no): unpaid wages or labour dispute
-- column: topic_trafficking code(yes_no): trafficking or suspicion of it
-- column: topic_forced_labour code(yes_no): forced labour
-- column: topic_sexual_exploitation code(yes_no): sexual exploitation
-- column: topic_violence code(yes_no): violence in the family or elsewhere
-- column: topic_children code(yes_no): protection of a child
-- column: topic_missing_person code(yes_no): search for a missing person
-- column: topic_documents code(yes_no): lost or withheld documents
-- column: topic_return code(yes_no): help with return
-- column: topic_legal code(yes_no): legal advice
-- column: topic_psychological code(yes_no): psychological advice
-- column: topic_medical code(yes_no): medical help
-- column: topic_material_aid code(yes_no): material help
-- column: topic_service_information code(yes_no): questions about the service itself
-- column: topic_off_topic code(yes_no): off topic, silent or wrong number
-- column: topic_other code(yes_no): other topic
WITH records AS (
       SELECT person,
              coalesce(contacted_month, CAST(contacted_year AS VARCHAR) || '-12') AS month,
              coalesce(contacted_month, CAST(contacted_year AS VARCHAR) || '-01') AS earliest,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenships[1] AS citizenship,
              channel,
              contacted_by,
              country,
              region,
              became_case,
              topics,
              cardinality(topics) > 0
                AND NOT array_has_any(topics, ['missing', 'unknown', 'not_applicable', 'suppressed']) AS topics_known
         FROM contacts
     ),
     firsts AS (
       SELECT person,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenship,
              channel,
              contacted_by,
              country,
              region,
              rank() OVER (PARTITION BY person ORDER BY month) AS place
         FROM records
     ),
     dated AS (
       SELECT r.person,
              p.cohort,
              p.window_end,
              r.topics,
              r.topics_known,
              r.became_case,
              CASE WHEN r.month < p.window_end THEN 2 WHEN r.earliest >= p.window_end THEN 0 ELSE 1 END AS within
         FROM records AS r
         JOIN persons AS p ON p.person = r.person
     ),
     asked AS (
       SELECT person,
              cohort,
              window_end,
              max(CASE WHEN became_case = 'yes' THEN within ELSE 0 END) AS became_case,
              bool_or(became_case IN ('yes', 'no')) AS became_known,
              bool_or(topics_known) AS topics_known,
              bool_or(array_has(topics, 'migration_information')) AS migration_information_asked,
              bool_or(array_has(topics, 'entry_ban_or_deportation')) AS entry_ban_or_deportation_asked,
              bool_or(array_has(topics, 'employment_offer')) AS employment_offer_asked,
              bool_or(array_has(topics, 'unpaid_wages')) AS unpaid_wages_asked,
              bool_or(array_has(topics, 'trafficking')) AS trafficking_asked,
              bool_or(array_has(topics, 'forced_labour')) AS forced_labour_asked,
              bool_or(array_has(topics, 'sexual_exploitation')) AS sexual_exploitation_asked,
              bool_or(array_has(topics, 'violence')) AS violence_asked,
              bool_or(array_has(topics, 'children')) AS children_asked,
              bool_or(array_has(topics, 'missing_person')) AS missing_person_asked,
              bool_or(array_has(topics, 'documents')) AS documents_asked,
              bool_or(array_has(topics, 'return')) AS return_asked,
              bool_or(array_has(topics, 'legal')) AS legal_asked,
              bool_or(array_has(topics, 'psychological')) AS psychological_asked,
              bool_or(array_has(topics, 'medical')) AS medical_asked,
              bool_or(array_has(topics, 'material_aid')) AS material_aid_asked,
              bool_or(array_has(topics, 'service_information')) AS service_information_asked,
              bool_or(array_has(topics, 'off_topic')) AS off_topic_asked,
              bool_or(array_has(topics, 'other')) AS other_asked
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
       f.channel,
       f.contacted_by,
       f.country,
       f.region,
       CASE WHEN g.became_case = 2 THEN 'yes' WHEN g.became_case = 0 AND g.became_known THEN 'no' ELSE 'not_known' END AS became_case,
       CASE WHEN g.migration_information_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_migration_information,
       CASE WHEN g.entry_ban_or_deportation_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_entry_ban_or_deportation,
       CASE WHEN g.employment_offer_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_employment_offer,
       CASE WHEN g.unpaid_wages_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_unpaid_wages,
       CASE WHEN g.trafficking_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_trafficking,
       CASE WHEN g.forced_labour_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_forced_labour,
       CASE WHEN g.sexual_exploitation_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_sexual_exploitation,
       CASE WHEN g.violence_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_violence,
       CASE WHEN g.children_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_children,
       CASE WHEN g.missing_person_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_missing_person,
       CASE WHEN g.documents_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_documents,
       CASE WHEN g.return_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_return,
       CASE WHEN g.legal_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_legal,
       CASE WHEN g.psychological_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_psychological,
       CASE WHEN g.medical_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_medical,
       CASE WHEN g.material_aid_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_material_aid,
       CASE WHEN g.service_information_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_service_information,
       CASE WHEN g.off_topic_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_off_topic,
       CASE WHEN g.other_asked THEN 'yes' WHEN g.topics_known THEN 'no' ELSE 'not_known' END
         AS topic_other
  FROM asked AS g
  JOIN firsts AS f ON f.person = g.person
 WHERE f.place = 1
