-- title: One row is one training, seminar or other activity of capacity building.
-- column: record pseudonym: the activity
-- column: source text: the mapping through which the record came
-- column: reporting_country code(country): country that the record is reported for
-- column: held_year year: year in which it began
-- column: held_month month: month in which it began
-- column: kind code(activity_kind): what it was
-- column: topics codes(activity_topic): what it was about
-- column: bodies codes(body): the kinds of body that took part
-- column: held_by code(body): the kind of body that held it
-- column: region code(region): first-level region in which it was held
-- column: gender_basis code(gender_basis): whether the register asks for sex or for gender
-- column: participants integer: people who took part; NULL when there is no number: see participants_state
-- column: participants_state code(recorded): whether participants was recorded, or why there is no number
-- column: women integer: women among the participants; NULL when there is no number: see women_state
-- column: women_state code(recorded): whether women was recorded, or why there is no number
-- column: men integer: men among the participants; NULL when there is no number: see men_state
-- column: men_state code(recorded): whether men was recorded, or why there is no number
-- column: other_participants integer: participants counted as neither women nor men; NULL when there is no number: see
--   other_participants_state
-- column: other_participants_state code(recorded): whether other_participants was recorded, or why there is no number
SELECT record,
       source,
       reporting_country,
       held_year,
       held_month,
       kind,
       topics,
       bodies,
       held_by,
       region,
       gender_basis,
       participants,
       participants_state,
       women,
       women_state,
       men,
       men_state,
       other_participants,
       other_participants_state
  FROM activities
 WHERE record_system = 'training'
