-- title: Trainings by body
-- question: From which bodies did people come to be trained, and how many of them were women?
-- unit: trainings; participants beside them
-- counting: a training counts with all its participants in the row of every kind of body that took part; so rows must
--   not be added up. Participants are counted by training: who took part in two is in both numbers, so they are not
--   persons. A share is taken only of trainings that say both numbers. Nobody trained was reached by a campaign, or the
--   other way round: the two are never added up.
-- parameter: from year: first year of the training
-- parameter: to year: last year of the training
-- parameter: kind code(activity_kind): only this kind of activity
-- parameter: topic code(activity_topic): only activities about this, alone or among others
-- parameter: held_by code(body): only activities held by this kind of body
-- parameter: region code(region): only activities in this first-level region
-- parameter: reporting_country code(country): only activities that are reported for this country
-- parameter: source text: only activities that came through this mapping
-- column: body code(body): kind of body that took part, alone or among others
-- column: gender_basis code(gender_basis): whether women and men are counted by sex or by gender
-- column: trainings count: trainings
-- column: participants count: people who took part, as far as the number is known; NULL when it never is
-- column: women count: women among them, as far as known
-- column: men count: men among them, as far as known
-- column: women_share share: women, of the participants of trainings with both numbers
-- column: men_share share: men, of the participants of trainings with both numbers
-- column: not_recorded count: trainings that lack the number of participants, of women or of men
-- column: suppressed count: trainings of which one of these numbers is held back
SELECT body,
       gender_basis,
       count(*) AS trainings,
       sum(participants) AS participants,
       sum(women) AS women,
       sum(men) AS men,
       CAST(sum(women) FILTER (WHERE participants IS NOT NULL) AS DOUBLE)
         / nullif(sum(participants) FILTER (WHERE women IS NOT NULL), 0) AS women_share,
       CAST(sum(men) FILTER (WHERE participants IS NOT NULL) AS DOUBLE)
         / nullif(sum(participants) FILTER (WHERE men IS NOT NULL), 0) AS men_share,
       count(*) FILTER (
         WHERE participants_state NOT IN ('recorded', 'suppressed')
            OR women_state NOT IN ('recorded', 'suppressed')
            OR men_state NOT IN ('recorded', 'suppressed')
       ) AS not_recorded,
       count(*) FILTER (
         WHERE participants_state = 'suppressed' OR women_state = 'suppressed' OR men_state = 'suppressed'
       ) AS suppressed
  FROM (
        SELECT unnest(listed(bodies)) AS body,
               gender_basis,
               participants,
               participants_state,
               women,
               women_state,
               men,
               men_state
          FROM trainings
         WHERE ($from IS NULL OR held_year >= $from)
           AND ($to IS NULL OR held_year <= $to)
           AND ($kind IS NULL OR kind = $kind)
           AND ($topic IS NULL OR array_has(topics, $topic))
           AND ($held_by IS NULL OR held_by = $held_by)
           AND ($region IS NULL OR region = $region)
           AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
           AND ($source IS NULL OR source = $source)
       ) AS listed
 GROUP BY body, gender_basis
 ORDER BY trainings DESC, body, gender_basis
