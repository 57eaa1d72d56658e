-- Views that do more than choose columns, worded a second time with other means: lists are looked through where they
-- stand, where queries/views takes them apart and puts them together again. Each must give the rows of its namesake.

-- macro: absent
CREATE MACRO absent(code) AS code IN ('missing', 'unknown', 'not_applicable', 'suppressed');

-- macro: known_of
CREATE MACRO known_of(codes) AS list_filter(codes, lambda code: NOT absent(code));

-- macro: shown_of
CREATE MACRO shown_of(codes) AS
CASE WHEN len(known_of(codes)) > 0 THEN known_of(codes) WHEN len(codes) > 0 THEN codes ELSE ['missing'] END;

-- macro: known
CREATE MACRO known(codes) AS CASE WHEN len(known_of(codes)) > 0 THEN 'yes' ELSE 'no' END;

-- macro: agreed
CREATE MACRO agreed(code) AS
CASE WHEN count(DISTINCT code) FILTER (WHERE NOT absent(code)) = 1
     THEN any_value(code) FILTER (WHERE NOT absent(code)) ELSE 'unknown' END;

-- macro: about
CREATE MACRO about(purposes, purpose) AS
CASE WHEN list_contains(purposes, purpose) THEN 'yes' WHEN list_contains(purposes, '(known)') THEN 'no' ELSE 'not_known' END;

-- macro: dated
CREATE MACRO dated(month, year) AS CASE WHEN month IS NOT NULL THEN month WHEN year IS NOT NULL THEN format('{}-12', year) END;

-- view: persons
SELECT person, min(cohort), any_value(population), min(month),
       strftime(strptime(min(month) || '-01', '%Y-%m-%d') + INTERVAL 1 YEAR, '%Y-%m')
  FROM (
        SELECT person, cohort, 'victims' AS population, dated(registered_month, registered_year) AS month FROM cases
        UNION ALL BY NAME
        SELECT person, cohort, 'victims' AS population, dated(contacted_month, contacted_year) AS month FROM contacts
        UNION ALL BY NAME
        SELECT person, cohort, 'victims' AS population, dated(referred_month, referred_year) AS month FROM referrals
        UNION ALL BY NAME
        SELECT person, cohort, 'victims' AS population, dated(assisted_month, assisted_year) AS month FROM assistance
        UNION ALL BY NAME
        SELECT person, cohort, 'suspects' AS population, dated(stage_month, stage_year) AS month FROM proceedings
       )
 GROUP BY person;

-- view: journeys
SELECT record, person, source, record_system, reporting_country, status, registered_year, gender, age_band, majority,
       citizenships, purposes, step, journey[step].role, journey[step].basis, journey[step].country, journey[step].region
  FROM cases, generate_series(1, 200) AS steps(step)
 WHERE step <= len(journey);

-- view: routes
SELECT record, person, cohort, source, record_system, reporting_country, status, registered_year, gender, age_band,
       majority, citizenships, purposes,
       coalesce(recruited.country, citizenship),
       CASE WHEN recruited IS NOT NULL THEN 'recruitment' WHEN citizenship IS NOT NULL THEN 'citizenship' END,
       recruited.basis, recruited.region, exploited.country, exploited.basis, exploited.region, means
  FROM (
        SELECT *,
               known_of(citizenships)[1] AS citizenship,
               list_filter(journey, lambda p: p.role = 'recruitment' AND NOT absent(p.country))[1] AS recruited,
               list_filter(journey, lambda p: p.role = 'exploitation' AND NOT absent(p.country))[-1] AS exploited
          FROM cases
       );

-- view: paths
SELECT record, person, source, record_system, reporting_country, status, registered_year, gender, age_band, majority,
       citizenships, purposes,
       list_transform(way, lambda p: p.country),
       array_to_string(list_transform(way, lambda p: p.country), '>'),
       CASE WHEN list_contains(list_transform(way, lambda p: p.basis), 'proxy') THEN 'proxy'
            WHEN list_contains(list_transform(way, lambda p: p.basis), 'intended') THEN 'intended'
            ELSE 'recorded' END
  FROM (SELECT *, list_filter(journey, lambda p: p.role NOT IN ('identification', 'return')) AS way FROM cases)
 WHERE len(way) > 0;

-- view: internal_routes
SELECT record, person, source, record_system, reporting_country, status, registered_year, gender, age_band, majority,
       citizenships, purposes, recruited.country, recruited.region, exploited.region, exploited.basis
  FROM (
        SELECT *,
               list_filter(journey, lambda p: p.role = 'recruitment' AND NOT absent(p.country))[1] AS recruited,
               list_filter(journey, lambda p: p.role = 'exploitation' AND NOT absent(p.country))[-1] AS exploited
          FROM cases
       )
 WHERE recruited.country = exploited.country AND recruited.basis <> 'proxy' AND exploited.basis <> 'proxy';

-- view: profiles
SELECT person, first, gender, age_band, majority, citizenship, origin, origin_role, destination, destination_basis,
       record_system, status, reporting_country,
       CASE WHEN origin_role <> 'recruitment' OR destination_basis NOT IN ('recorded', 'intended')
              OR 'unknown' IN (origin, destination) THEN 'not_known'
            WHEN origin = destination THEN 'yes' ELSE 'no' END,
       about(codes, 'forced_labour'), about(codes, 'sexual_exploitation'), about(codes, 'forced_marriage'),
       about(codes, 'forced_military'), about(codes, 'organ_removal'), about(codes, 'slavery_and_practices'),
       about(codes, 'servitude'), about(codes, 'child_labour'), about(codes, 'forced_begging'),
       about(codes, 'forced_adoption'), about(codes, 'surrogacy'), about(codes, 'other'),
       origin_region, destination_region,
       about(held, 'debt_and_earnings'),
       about(held, 'threats'),
       about(held, 'abuse'),
       about(held, 'false_promises'),
       about(held, 'drugs_or_alcohol'),
       about(held, 'denial_of_basic_needs'),
       about(held, 'excessive_working_hours'),
       about(held, 'withheld_documents')
  FROM (
        SELECT person, agreed(r.gender) AS gender, agreed(r.age_band) AS age_band, agreed(r.majority) AS majority,
               agreed(r.citizenships[1]) AS citizenship,
               agreed(CASE WHEN r.counts THEN r.origin END) AS origin,
               agreed(CASE WHEN r.counts THEN r.origin_role END) AS origin_role,
               agreed(CASE WHEN r.counts THEN r.destination END) AS destination,
               agreed(CASE WHEN r.counts THEN r.destination_basis END) AS destination_basis,
               agreed(r.record_system) AS record_system, agreed(r.reporting_country) AS reporting_country,
               coalesce(list_filter(['identified', 'possible', 'prevented'],
                                    lambda wanted: list_contains(list(r.status), wanted))[1], 'unknown') AS status,
               flatten(list(CASE WHEN NOT r.counts THEN []
                                 WHEN len(r.purposes) > 0 AND len(known_of(r.purposes)) = len(r.purposes)
                                 THEN list_append(r.purposes, '(known)') ELSE r.purposes END)) AS codes,
               agreed(CASE WHEN r.counts THEN r.origin_region END) AS origin_region,
               agreed(CASE WHEN r.counts THEN r.destination_region END) AS destination_region,
               flatten(list(CASE WHEN NOT r.counts THEN []
                                 WHEN len(r.means) > 0 AND len(known_of(r.means)) = len(r.means)
                                 THEN list_append(list_transform(r.means, lambda m: CASE
                                                       WHEN m IN ('debt_bondage', 'takes_earnings', 'debt_or_earnings') THEN 'debt_and_earnings'
                                                       WHEN m IN ('threats', 'uses_children', 'threatens_family', 'threat_of_law_enforcement', 'threats_not_told_apart') THEN 'threats'
                                                       WHEN m IN ('psychological_abuse', 'physical_abuse', 'sexual_abuse', 'abuse_not_told_apart') THEN 'abuse'
                                                       WHEN m IN ('false_promises') THEN 'false_promises'
                                                       WHEN m IN ('psychoactive_substances') THEN 'drugs_or_alcohol'
                                                       WHEN m IN ('restricts_financial_access', 'restricts_movement', 'restricts_medical_care', 'withholds_necessities', 'denial_not_told_apart') THEN 'denial_of_basic_needs'
                                                       WHEN m IN ('excessive_working_hours') THEN 'excessive_working_hours'
                                                       WHEN m IN ('withholds_documents') THEN 'withheld_documents'
                                                       ELSE m END), '(known)')
                                 ELSE list_transform(r.means, lambda m: CASE
                                                       WHEN m IN ('debt_bondage', 'takes_earnings', 'debt_or_earnings') THEN 'debt_and_earnings'
                                                       WHEN m IN ('threats', 'uses_children', 'threatens_family', 'threat_of_law_enforcement', 'threats_not_told_apart') THEN 'threats'
                                                       WHEN m IN ('psychological_abuse', 'physical_abuse', 'sexual_abuse', 'abuse_not_told_apart') THEN 'abuse'
                                                       WHEN m IN ('false_promises') THEN 'false_promises'
                                                       WHEN m IN ('psychoactive_substances') THEN 'drugs_or_alcohol'
                                                       WHEN m IN ('restricts_financial_access', 'restricts_movement', 'restricts_medical_care', 'withholds_necessities', 'denial_not_told_apart') THEN 'denial_of_basic_needs'
                                                       WHEN m IN ('excessive_working_hours') THEN 'excessive_working_hours'
                                                       WHEN m IN ('withholds_documents') THEN 'withheld_documents'
                                                       ELSE m END) END)) AS held
          FROM (SELECT *, status <> 'not_a_victim' AS counts FROM routes) AS r
         GROUP BY person
        HAVING bool_or(r.counts)
       )
  JOIN (
        SELECT person, min(cohort) AS first
          FROM (
                SELECT person, cohort FROM cases
                UNION ALL
                SELECT person, cohort FROM contacts
                UNION ALL
                SELECT person, cohort FROM referrals
                UNION ALL
                SELECT person, cohort FROM assistance
               )
         GROUP BY person
       ) USING (person);

-- view: purposes
SELECT record, person, source, record_system, reporting_country, status, registered_year, gender, age_band, majority,
       citizenships, unnest(shown_of(purposes)), known(purposes)
  FROM cases;

-- view: means
SELECT record, person, source, record_system, reporting_country, status, registered_year, gender, age_band, majority,
       citizenships, purposes, unnest(shown_of(means)), known(means)
  FROM cases;

-- view: recruiters
SELECT record, person, source, record_system, reporting_country, status, registered_year, gender, age_band, majority,
       citizenships, purposes, unnest(shown_of(recruiter_relations)), known(recruiter_relations)
  FROM cases;

-- view: sectors
SELECT record, person, source, record_system, reporting_country, status, registered_year, gender, age_band, majority,
       citizenships, purposes, unnest(shown_of(sectors)), known(sectors)
  FROM cases;

-- view: services
SELECT record, person, source, 'cases', record_system, reporting_country, status, registered_year, gender, age_band,
       majority, citizenships, 'missing', 'missing', 'missing', unnest(shown_of(services)), known(services)
  FROM cases
UNION ALL
SELECT record, person, source, 'assistance', record_system, reporting_country, status, assisted_year, gender, age_band,
       majority, citizenships, beneficiary_group, given_by, region, unnest(shown_of(services)), known(services)
  FROM assistance;

-- view: grants
SELECT record, person, source, record_system, reporting_country, status, assisted_year, gender, age_band, majority,
       citizenships, beneficiary_group, given_by, region, items, quantity, quantity_state, quantity_unit, people,
       people_state
  FROM assistance
 WHERE list_contains(services, 'in_kind') OR len(known_of(items)) > 0;
