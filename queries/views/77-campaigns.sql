-- title: One row is one campaign or other activity of raising awareness.
-- column: record pseudonym: the activity
-- column: source text: the mapping through which the record came
-- column: reporting_country code(country): country that the record is reported for
-- column: held_year year: year in which it began
-- column: held_month month: month in which it began
-- column: kind code(activity_kind): what it was
-- column: channels codes(media_channel): channels by which people were reached
-- column: topics codes(activity_topic): what it was about
-- column: held_by code(body): the kind of body that held it
-- column: region code(region): first-level region in which it was held
-- column: people_reached integer: people whom it is said to have reached; an estimate of the organiser, in which people
--   are counted more than once; NULL when there is no number: see people_reached_state
-- column: people_reached_state code(recorded): whether people_reached was recorded, or why there is no number
SELECT record,
       source,
       reporting_country,
       held_year,
       held_month,
       kind,
       channels,
       topics,
       held_by,
       region,
       people_reached,
       people_reached_state
  FROM activities
 WHERE record_system = 'awareness'
