-- title: Campaigns by channel
-- question: Through which channels did campaigns reach people?
-- unit: campaigns; people reached beside them
-- counting: a campaign counts with everyone it reached in the row of each of its channels; so rows must not be added
--   up. People reached are what organisers estimate, and the same people are reached many times: they are not persons
--   and were not trained. A number that is not recorded or held back is in no sum.
-- parameter: from year: first year of the campaign
-- parameter: to year: last year of the campaign
-- parameter: kind code(activity_kind): only this kind of activity
-- parameter: topic code(activity_topic): only activities about this, alone or among others
-- parameter: held_by code(body): only activities held by this kind of body
-- parameter: region code(region): only activities in this first-level region
-- parameter: reporting_country code(country): only activities that are reported for this country
-- parameter: source text: only activities that came through this mapping
-- column: channel code(media_channel): channel, alone or among others
-- column: campaigns count: campaigns
-- column: people_reached count: people whom they are said to have reached, as far as the number is known; NULL when it
--   never is
-- column: not_recorded count: campaigns without that number
-- column: suppressed count: campaigns whose number is held back
SELECT channel,
       count(*) AS campaigns,
       sum(people_reached) AS people_reached,
       count(*) FILTER (WHERE people_reached_state NOT IN ('recorded', 'suppressed')) AS not_recorded,
       count(*) FILTER (WHERE people_reached_state = 'suppressed') AS suppressed
  FROM (
        SELECT unnest(listed(channels))
                 AS channel,
               people_reached,
               people_reached_state
          FROM campaigns
         WHERE ($from IS NULL OR held_year >= $from)
           AND ($to IS NULL OR held_year <= $to)
           AND ($kind IS NULL OR kind = $kind)
           AND ($topic IS NULL OR array_has(topics, $topic))
           AND ($held_by IS NULL OR held_by = $held_by)
           AND ($region IS NULL OR region = $region)
           AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
           AND ($source IS NULL OR source = $source)
       ) AS listed
 GROUP BY channel
 ORDER BY campaigns DESC, channel
