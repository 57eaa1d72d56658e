-- title: One row is one person.
-- column: person pseudonym: the person
-- column: cohort text: the earliest cohort of the person's records; when two pseudonyms turned out to be one person,
--   the older cohort stays; no_year sorts after every year, so it stays only when there is no other
SELECT person,
       min(cohort) AS cohort
  FROM cases
 GROUP BY person
