-- title: One row is one person of any register. Persons of proceedings are suspects; those of all other registers are
--   victims and people who asked for help or were assisted, and of them only who has a case can be a victim.
-- column: person pseudonym: the person
-- column: cohort text: the earliest cohort of the person's records in any register; when two pseudonyms turned out to be
--   one person, the older cohort stays; no_year sorts after every year, so it stays only when there is no other
-- column: population text: victims or suspects; nobody is in both, because they are never linked
-- column: first_month month: month of the first record; where only its year is known, December; NULL when no record has
--   a date
-- column: window_end month: the first month after the twelve that begin with first_month
SELECT person,
       min(cohort) AS cohort,
       min(population) AS population,
       min(month) AS first_month,
       CAST(TRY_CAST(left(min(month), 4) AS BIGINT) + 1 AS VARCHAR) || right(min(month), 3) AS window_end
  FROM (
        SELECT person,
               cohort,
               'victims' AS population,
               coalesce(registered_month, CAST(registered_year AS VARCHAR) || '-12') AS month
          FROM cases
        UNION ALL
        SELECT person,
               cohort,
               'victims' AS population,
               coalesce(contacted_month, CAST(contacted_year AS VARCHAR) || '-12') AS month
          FROM contacts
        UNION ALL
        SELECT person,
               cohort,
               'victims' AS population,
               coalesce(referred_month, CAST(referred_year AS VARCHAR) || '-12') AS month
          FROM referrals
        UNION ALL
        SELECT person,
               cohort,
               'victims' AS population,
               coalesce(assisted_month, CAST(assisted_year AS VARCHAR) || '-12') AS month
          FROM assistance
        UNION ALL
        SELECT person,
               cohort,
               'suspects' AS population,
               coalesce(stage_month, CAST(stage_year AS VARCHAR) || '-12') AS month
          FROM proceedings
       ) AS records
 GROUP BY person
