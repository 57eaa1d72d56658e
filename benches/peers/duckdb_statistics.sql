-- The named statistics in DuckDB's SQL, over tables of the rows of the warehouse.

-- view: routes
CREATE VIEW routes AS
SELECT *,
       coalesce(recruited.country, citizenship) AS origin,
       CASE
         WHEN recruited IS NOT NULL THEN 'recruitment'
         WHEN citizenship IS NOT NULL THEN 'citizenship'
       END AS origin_role,
       exploited.country AS destination,
       exploited.basis AS destination_basis
  FROM (
        SELECT *,
               list_filter(
                 citizenships,
                 lambda country: country NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
               )[1] AS citizenship,
               list_filter(
                 journey,
                 lambda place: place.role = 'recruitment'
                   AND place.country NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
               )[1] AS recruited,
               list_filter(
                 journey,
                 lambda place: place.role = 'exploitation'
                   AND place.country NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed')
               )[-1] AS exploited
          FROM cases
         WHERE status <> 'not_a_victim'
       ) AS placed;

-- statistic: routes
SELECT origin, destination, count(DISTINCT person) AS persons, origin_role, destination_basis, status
  FROM routes
 WHERE origin IS NOT NULL AND destination IS NOT NULL
 GROUP BY ALL
 ORDER BY persons DESC, origin, destination, origin_role, destination_basis, status;

-- statistic: routes_by_year
SELECT registered_year, origin, destination, count(DISTINCT person) AS persons, origin_role, destination_basis, status
  FROM routes
 WHERE origin IS NOT NULL AND destination IS NOT NULL
 GROUP BY ALL
 ORDER BY registered_year NULLS LAST, persons DESC, origin, destination, origin_role, destination_basis, status;

-- statistic: destinations
SELECT destination, count(DISTINCT person) AS persons, destination_basis, status
  FROM routes
 WHERE destination IS NOT NULL
 GROUP BY ALL
 ORDER BY persons DESC, destination, destination_basis, status;

-- view: absent
CREATE MACRO absent(code) AS code IN ('missing', 'unknown', 'not_applicable', 'suppressed');

-- view: known_of
CREATE MACRO known_of(codes) AS list_filter(codes, lambda code: NOT absent(code));

-- view: bit_of
CREATE MACRO bit_of(number) AS 1::BIGINT << CAST(number - 1 AS INTEGER);

-- statistic: destinations_by_year
SELECT registered_year AS year, destination, gender, majority, count(DISTINCT person) AS persons, destination_basis, status
  FROM routes
 WHERE destination IS NOT NULL
 GROUP BY ALL
 ORDER BY year NULLS LAST, persons DESC, destination, gender, majority, destination_basis, status;

-- statistic: paths
SELECT path, count(DISTINCT person) AS persons, basis, status
  FROM (
        SELECT person, status, array_to_string(list_transform(places, lambda place: place.country), '>') AS path,
               CASE
                 WHEN len(list_filter(places, lambda place: place.basis = 'proxy')) > 0 THEN 'proxy'
                 WHEN len(list_filter(places, lambda place: place.basis = 'intended')) > 0 THEN 'intended'
                 ELSE 'recorded'
               END AS basis,
               places
          FROM (
                SELECT person, status,
                       list_filter(
                         journey,
                         lambda place: place.role IN ('recruitment', 'transit', 'exploitation')
                       ) AS places
                  FROM cases
                 WHERE status <> 'not_a_victim'
               ) AS placed
       ) AS ways
 WHERE len(places) > 0
 GROUP BY ALL
 ORDER BY persons DESC, path, basis, status;

-- statistic: transit
SELECT place.country AS transit, count(DISTINCT person) AS persons, place.basis AS basis, status
  FROM (SELECT person, status, unnest(journey) AS place FROM cases WHERE status <> 'not_a_victim') AS placed
 WHERE place.role = 'transit' AND NOT absent(place.country)
 GROUP BY ALL
 ORDER BY persons DESC, transit, basis, status;

-- statistic: internal_routes
SELECT exploited.country AS country, recruited.region AS origin_region, exploited.region AS destination_region,
       count(DISTINCT person) AS persons, exploited.basis AS destination_basis, status
  FROM routes
 WHERE recruited.country = exploited.country AND recruited.basis <> 'proxy' AND exploited.basis <> 'proxy'
 GROUP BY ALL
 ORDER BY persons DESC, country, origin_region, destination_region, destination_basis, status;

-- statistic: gender_trend
WITH bits AS (
       SELECT gender, absent(gender) AS is_absent, bit_of(row_number() OVER ()) AS bit FROM (SELECT DISTINCT gender FROM cases)
     ),
     of_person AS (
       SELECT registered_year AS year, status, person, bit_or(bit) AS bits, bool_or(NOT is_absent) AS some_known
         FROM cases
         JOIN bits USING (gender)
        WHERE status <> 'not_a_victim'
        GROUP BY ALL
     ),
     of_set AS (SELECT year, status, bits, some_known, count(*) AS persons FROM of_person GROUP BY ALL),
     of_year AS (SELECT year, status, sum(persons) AS known FROM of_set WHERE some_known GROUP BY ALL),
     of_gender AS (
       SELECT year, status, gender, is_absent, CAST(sum(persons) AS BIGINT) AS persons
         FROM of_set
         JOIN bits ON bits & bit <> 0
        GROUP BY ALL
     )
SELECT g.year, g.gender, g.persons, CASE WHEN NOT g.is_absent THEN g.persons / y.known END AS share,
       g.persons - before.persons AS change, g.status
  FROM of_gender AS g
  LEFT JOIN of_year AS y ON g.year IS NOT DISTINCT FROM y.year AND g.status = y.status
  LEFT JOIN of_gender AS before
    ON before.year = g.year - 1 AND before.gender = g.gender AND before.status = g.status
 ORDER BY g.year NULLS LAST, g.persons DESC, g.gender, g.status;

-- view: majority_of
CREATE MACRO majority_of(age_band, majority) AS CASE
  WHEN absent(age_band) THEN majority
  WHEN age_band IN ('0_8', '9_17') THEN 'minor'
  ELSE 'adult'
END;

-- statistic: age_trend
WITH ages AS (
       SELECT age_band, majority, bit_of(row_number() OVER ()) AS bit
         FROM (SELECT DISTINCT age_band, majority_of(age_band, majority) AS majority FROM cases)
     ),
     of_person AS (
       SELECT registered_year AS year, status, person, bit_or(bit) AS bits, bool_or(NOT absent(c.age_band)) AS some_known
         FROM cases AS c
         JOIN ages AS a ON a.age_band = c.age_band AND a.majority = majority_of(c.age_band, c.majority)
        WHERE status <> 'not_a_victim'
        GROUP BY ALL
     ),
     of_set AS (SELECT year, status, bits, some_known, count(*) AS persons FROM of_person GROUP BY ALL),
     of_year AS (SELECT year, status, sum(persons) AS known FROM of_set WHERE some_known GROUP BY ALL),
     of_band AS (
       SELECT year, status, age_band, majority, CAST(sum(persons) AS BIGINT) AS persons
         FROM of_set
         JOIN ages ON bits & bit <> 0
        GROUP BY ALL
     )
SELECT b.year, b.age_band, b.majority, b.persons, CASE WHEN NOT absent(b.age_band) THEN b.persons / y.known END AS share,
       b.status
  FROM of_band AS b
  LEFT JOIN of_year AS y ON b.year IS NOT DISTINCT FROM y.year AND b.status = y.status
 ORDER BY b.year NULLS LAST, b.persons DESC, b.age_band, b.majority, b.status;

-- statistic: purposes
WITH records AS (SELECT status, person, purposes AS codes FROM cases WHERE status <> 'not_a_victim'),
     listed AS (
       SELECT status, person, unnest(CASE WHEN len(codes) > 0 THEN codes ELSE ['missing'] END) AS code FROM records
     ),
     bits AS (SELECT code, absent(code) AS is_absent, bit_of(row_number() OVER ()) AS bit FROM (SELECT DISTINCT code FROM listed)),
     of_person AS (
       SELECT status, person, bit_or(bit) AS bits, bool_or(NOT is_absent) AS some_known
         FROM listed
         JOIN bits USING (code)
        GROUP BY ALL
     ),
     of_set AS (SELECT status, bits, some_known, count(*) AS persons FROM of_person GROUP BY ALL),
     of_status AS (SELECT status, sum(persons) AS known FROM of_set WHERE some_known GROUP BY ALL)
SELECT code AS purpose, CAST(sum(persons) AS BIGINT) AS persons, CASE WHEN NOT is_absent THEN any_value(known) END AS known,
       CASE WHEN NOT is_absent THEN sum(persons) / any_value(known) END AS share, status
  FROM of_set
  LEFT JOIN of_status USING (status)
  JOIN bits ON bits & bit <> 0 AND NOT (some_known AND is_absent)
 GROUP BY status, code, is_absent
 ORDER BY persons DESC, code, status;

-- statistic: means_of_control
WITH records AS (SELECT status, person, means AS codes FROM cases WHERE status <> 'not_a_victim'),
     listed AS (
       SELECT status, person, unnest(CASE WHEN len(codes) > 0 THEN codes ELSE ['missing'] END) AS code FROM records
     ),
     bits AS (SELECT code, absent(code) AS is_absent, bit_of(row_number() OVER ()) AS bit FROM (SELECT DISTINCT code FROM listed)),
     of_person AS (
       SELECT status, person, bit_or(bit) AS bits, bool_or(NOT is_absent) AS some_known
         FROM listed
         JOIN bits USING (code)
        GROUP BY ALL
     ),
     of_set AS (SELECT status, bits, some_known, count(*) AS persons FROM of_person GROUP BY ALL),
     of_status AS (SELECT status, sum(persons) AS known FROM of_set WHERE some_known GROUP BY ALL)
SELECT code AS means, CAST(sum(persons) AS BIGINT) AS persons, CASE WHEN NOT is_absent THEN any_value(known) END AS known,
       CASE WHEN NOT is_absent THEN sum(persons) / any_value(known) END AS share, status
  FROM of_set
  LEFT JOIN of_status USING (status)
  JOIN bits ON bits & bit <> 0 AND NOT (some_known AND is_absent)
 GROUP BY status, code, is_absent
 ORDER BY persons DESC, code, status;

-- statistic: recruiters
WITH records AS (SELECT status, person, recruiter_relations AS codes FROM cases WHERE status <> 'not_a_victim'),
     listed AS (
       SELECT status, person, unnest(CASE WHEN len(codes) > 0 THEN codes ELSE ['missing'] END) AS code FROM records
     ),
     bits AS (SELECT code, absent(code) AS is_absent, bit_of(row_number() OVER ()) AS bit FROM (SELECT DISTINCT code FROM listed)),
     of_person AS (
       SELECT status, person, bit_or(bit) AS bits, bool_or(NOT is_absent) AS some_known
         FROM listed
         JOIN bits USING (code)
        GROUP BY ALL
     ),
     of_set AS (SELECT status, bits, some_known, count(*) AS persons FROM of_person GROUP BY ALL),
     of_status AS (SELECT status, sum(persons) AS known FROM of_set WHERE some_known GROUP BY ALL)
SELECT code AS recruiter, CAST(sum(persons) AS BIGINT) AS persons, CASE WHEN NOT is_absent THEN any_value(known) END AS known,
       CASE WHEN NOT is_absent THEN sum(persons) / any_value(known) END AS share, status
  FROM of_set
  LEFT JOIN of_status USING (status)
  JOIN bits ON bits & bit <> 0 AND NOT (some_known AND is_absent)
 GROUP BY status, code, is_absent
 ORDER BY persons DESC, code, status;

-- statistic: sectors
WITH records AS (SELECT status, person, sectors AS codes FROM cases WHERE status <> 'not_a_victim'),
     listed AS (
       SELECT status, person, unnest(CASE WHEN len(codes) > 0 THEN codes ELSE ['missing'] END) AS code FROM records
     ),
     bits AS (SELECT code, absent(code) AS is_absent, bit_of(row_number() OVER ()) AS bit FROM (SELECT DISTINCT code FROM listed)),
     of_person AS (
       SELECT status, person, bit_or(bit) AS bits, bool_or(NOT is_absent) AS some_known
         FROM listed
         JOIN bits USING (code)
        GROUP BY ALL
     ),
     of_set AS (SELECT status, bits, some_known, count(*) AS persons FROM of_person GROUP BY ALL),
     of_status AS (SELECT status, sum(persons) AS known FROM of_set WHERE some_known GROUP BY ALL)
SELECT code AS sector, CAST(sum(persons) AS BIGINT) AS persons, CASE WHEN NOT is_absent THEN any_value(known) END AS known,
       CASE WHEN NOT is_absent THEN sum(persons) / any_value(known) END AS share, status
  FROM of_set
  LEFT JOIN of_status USING (status)
  JOIN bits ON bits & bit <> 0 AND NOT (some_known AND is_absent)
 GROUP BY status, code, is_absent
 ORDER BY persons DESC, code, status;

-- statistic: services
WITH records AS (
       SELECT status, person, services AS codes FROM cases WHERE status <> 'not_a_victim'
       UNION ALL
       SELECT status, person, services AS codes FROM assistance WHERE status <> 'not_a_victim'
     ),
     listed AS (
       SELECT status, person, unnest(CASE WHEN len(codes) > 0 THEN codes ELSE ['missing'] END) AS code FROM records
     ),
     bits AS (SELECT code, absent(code) AS is_absent, bit_of(row_number() OVER ()) AS bit FROM (SELECT DISTINCT code FROM listed)),
     of_person AS (
       SELECT status, person, bit_or(bit) AS bits, bool_or(NOT is_absent) AS some_known
         FROM listed
         JOIN bits USING (code)
        GROUP BY ALL
     ),
     of_set AS (SELECT status, bits, some_known, count(*) AS persons FROM of_person GROUP BY ALL),
     of_status AS (SELECT status, sum(persons) AS known FROM of_set WHERE some_known GROUP BY ALL)
SELECT code AS service, CAST(sum(persons) AS BIGINT) AS persons, CASE WHEN NOT is_absent THEN any_value(known) END AS known,
       CASE WHEN NOT is_absent THEN sum(persons) / any_value(known) END AS share, status
  FROM of_set
  LEFT JOIN of_status USING (status)
  JOIN bits ON bits & bit <> 0 AND NOT (some_known AND is_absent)
 GROUP BY status, code, is_absent
 ORDER BY persons DESC, code, status;

-- statistic: prevented_and_identified
SELECT registered_year AS year, gender,
       count(DISTINCT CASE WHEN status = 'prevented' THEN person END) AS prevented,
       count(DISTINCT CASE WHEN status = 'identified' THEN person END) AS identified
  FROM cases
 WHERE status IN ('prevented', 'identified')
 GROUP BY ALL
 ORDER BY year NULLS LAST, gender;

-- statistic: sources_compared
WITH counted AS (
       SELECT registered_year AS year, status, source, person, count(*) AS records
         FROM cases
        WHERE status <> 'not_a_victim'
        GROUP BY ALL
     ),
     of_person AS (SELECT year, status, person, count(*) AS sources FROM counted GROUP BY ALL)
SELECT c.year, c.source, count(*) AS persons, count(*) FILTER (WHERE p.sources > 1) AS elsewhere,
       CAST(sum(c.records) AS BIGINT) AS records, c.status
  FROM counted AS c
  JOIN of_person AS p ON c.year IS NOT DISTINCT FROM p.year AND c.status = p.status AND c.person = p.person
 GROUP BY c.year, c.source, c.status
 ORDER BY c.year NULLS LAST, c.status, c.source;

-- statistic: regional_comparison
WITH of_person AS (
       SELECT registered_year AS year, reporting_country, status, person, bool_or(gender = 'woman') AS woman,
              bool_or(gender = 'man') AS man, bool_and(absent(gender)) AS gender_not_known,
              bool_or(majority = 'minor') AS minor
         FROM cases
        WHERE status <> 'not_a_victim' AND reporting_country IN ('KAZ', 'KGZ', 'TJK', 'TKM', 'UZB')
        GROUP BY ALL
     )
SELECT year, reporting_country, count(*) AS persons, count(*) FILTER (WHERE woman) AS women,
       count(*) FILTER (WHERE man) AS men, count(*) FILTER (WHERE gender_not_known) AS gender_not_known,
       count(*) FILTER (WHERE minor) AS minors, status
  FROM of_person
 GROUP BY ALL
 ORDER BY year NULLS LAST, status, reporting_country;

-- statistic: referral_network
SELECT from_body, to_body, outcome, count(DISTINCT person) AS persons, count(*) AS referrals, status
  FROM referrals
 WHERE status <> 'not_a_victim'
 GROUP BY ALL
 ORDER BY persons DESC, from_body, to_body, outcome, status;

-- statistic: time_to_assistance
SELECT referred_year AS year, count(*) AS referrals, count(days_to_assistance) AS known,
       count(*) FILTER (WHERE days_to_assistance_state = 'suppressed') AS suppressed,
       quantile_disc(days_to_assistance, 0.5) AS half_within,
       quantile_disc(days_to_assistance, 0.9) AS nine_tenths_within,
       count(*) FILTER (WHERE days_to_assistance <= 7) / nullif(count(days_to_assistance), 0) AS within_7_days,
       count(*) FILTER (WHERE days_to_assistance <= 30) / nullif(count(days_to_assistance), 0) AS within_30_days,
       status
  FROM referrals
 WHERE status <> 'not_a_victim'
 GROUP BY ALL
 ORDER BY year NULLS LAST, status;

-- statistic: grants
SELECT beneficiary_group, region, count(DISTINCT person) AS persons, count(*) AS grants, sum(people) AS people,
       count(*) FILTER (WHERE people IS NULL AND people_state <> 'suppressed') AS not_recorded,
       count(*) FILTER (WHERE people_state = 'suppressed') AS suppressed, status
  FROM assistance
 WHERE status <> 'not_a_victim' AND (list_contains(services, 'in_kind') OR len(known_of(items)) > 0)
 GROUP BY ALL
 ORDER BY persons DESC, beneficiary_group, region, status;

-- statistic: returnees
SELECT beneficiary_group, returned_from, count(DISTINCT person) AS persons, count(*) AS assistance, sum(people) AS people,
       count(*) FILTER (WHERE people IS NULL AND people_state <> 'suppressed') AS not_recorded,
       count(*) FILTER (WHERE people_state = 'suppressed') AS suppressed, status
  FROM assistance
 WHERE status <> 'not_a_victim' AND beneficiary_group IN ('returnee', 'stranded_migrant')
 GROUP BY ALL
 ORDER BY persons DESC, beneficiary_group, returned_from, status;

-- statistic: hotline
SELECT contacted_year AS year, channel, count(*) AS contacts, count(*) FILTER (WHERE became_case = 'yes') AS became_case,
       count(*) FILTER (WHERE became_case IN ('yes', 'no')) AS known,
       avg(CASE became_case WHEN 'yes' THEN 1 WHEN 'no' THEN 0 END) AS share
  FROM contacts
 GROUP BY ALL
 ORDER BY year NULLS LAST, contacts DESC, channel;

-- statistic: hotline_topics
SELECT topic, count(*) AS contacts, count(*) FILTER (WHERE became_case = 'yes') AS became_case,
       count(*) FILTER (WHERE became_case IN ('yes', 'no')) AS known,
       avg(CASE became_case WHEN 'yes' THEN 1 WHEN 'no' THEN 0 END) AS share
  FROM (SELECT unnest(CASE WHEN len(topics) = 0 THEN ['missing'] ELSE topics END) AS topic, became_case FROM contacts) AS t
 GROUP BY ALL
 ORDER BY contacts DESC, topic;

-- statistic: trainings
SELECT held_year AS year, kind, gender_basis, count(*) AS trainings, sum(participants) AS participants, sum(women) AS women,
       sum(men) AS men, sum(women + 0 * participants) / nullif(sum(participants + 0 * women), 0) AS women_share,
       sum(men + 0 * participants) / nullif(sum(participants + 0 * men), 0) AS men_share,
       count(*) FILTER (
         WHERE len(list_filter([participants_state, women_state, men_state],
                               lambda state: state NOT IN ('recorded', 'suppressed'))) > 0
       ) AS not_recorded,
       count(*) FILTER (WHERE list_contains([participants_state, women_state, men_state], 'suppressed')) AS suppressed
  FROM activities
 WHERE record_system = 'training'
 GROUP BY ALL
 ORDER BY year NULLS LAST, trainings DESC, kind, gender_basis;

-- statistic: trainings_by_body
SELECT body, gender_basis, count(*) AS trainings, sum(participants) AS participants, sum(women) AS women,
       sum(men) AS men, sum(women + 0 * participants) / nullif(sum(participants + 0 * women), 0) AS women_share,
       sum(men + 0 * participants) / nullif(sum(participants + 0 * men), 0) AS men_share,
       count(*) FILTER (
         WHERE len(list_filter([participants_state, women_state, men_state],
                               lambda state: state NOT IN ('recorded', 'suppressed'))) > 0
       ) AS not_recorded,
       count(*) FILTER (WHERE list_contains([participants_state, women_state, men_state], 'suppressed')) AS suppressed
  FROM (
        SELECT *, unnest(CASE WHEN len(bodies) = 0 THEN ['missing'] ELSE bodies END) AS body
          FROM activities
         WHERE record_system = 'training'
       ) AS t
 GROUP BY ALL
 ORDER BY trainings DESC, body, gender_basis;

-- statistic: campaigns
SELECT held_year AS year, kind, count(*) AS campaigns, sum(people_reached) AS people_reached,
       count(*) FILTER (WHERE people_reached IS NULL AND people_reached_state <> 'suppressed') AS not_recorded,
       count(*) FILTER (WHERE people_reached_state = 'suppressed') AS suppressed
  FROM activities
 WHERE record_system = 'awareness'
 GROUP BY ALL
 ORDER BY year NULLS LAST, campaigns DESC, kind;

-- statistic: campaigns_by_channel
SELECT channel, count(*) AS campaigns, sum(people_reached) AS people_reached,
       count(*) FILTER (WHERE people_reached IS NULL AND people_reached_state <> 'suppressed') AS not_recorded,
       count(*) FILTER (WHERE people_reached_state = 'suppressed') AS suppressed
  FROM (
        SELECT *, unnest(CASE WHEN len(channels) = 0 THEN ['missing'] ELSE channels END) AS channel
          FROM activities
         WHERE record_system = 'awareness'
       ) AS t
 GROUP BY ALL
 ORDER BY campaigns DESC, channel;

-- statistic: proceedings
SELECT year, stage, unit, sum(number) AS number, count(*) FILTER (WHERE number IS NULL AND NOT held_back) AS not_recorded,
       count(*) FILTER (WHERE number IS NULL AND held_back) AS suppressed
  FROM (
        SELECT stage_year AS year, stage, unit, max(number) AS number, bool_or(number_state = 'suppressed') AS held_back
          FROM proceedings
         GROUP BY year, stage, unit, CASE WHEN unit = 'case' THEN coalesce(case_reference, person) ELSE person END
       ) AS counted
 GROUP BY year, stage, unit
 ORDER BY year NULLS LAST, unit, stage;
