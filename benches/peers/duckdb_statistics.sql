-- The named statistics in DuckDB's SQL, over `cases`: the rows of the warehouse.

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
 ORDER BY persons DESC, origin, destination;

-- statistic: routes_by_year
SELECT registered_year, origin, destination, count(DISTINCT person) AS persons, origin_role, destination_basis, status
  FROM routes
 WHERE origin IS NOT NULL AND destination IS NOT NULL
 GROUP BY ALL
 ORDER BY registered_year NULLS LAST, persons DESC, origin, destination;

-- statistic: destinations
SELECT destination, count(DISTINCT person) AS persons, destination_basis, status
  FROM routes
 WHERE destination IS NOT NULL
 GROUP BY ALL
 ORDER BY persons DESC, destination;

-- statistic: gender_trend
WITH counted AS (
       SELECT DISTINCT registered_year, status, gender, person,
              gender NOT IN ('missing', 'unknown', 'not_applicable', 'suppressed') AS known
         FROM cases
        WHERE status <> 'not_a_victim'
     ),
     of_gender AS (
       SELECT registered_year, status, gender, known, count(*) AS persons
         FROM counted
        GROUP BY ALL
     ),
     of_year AS (
       SELECT registered_year, status, count(DISTINCT person) AS persons
         FROM counted
        WHERE known
        GROUP BY ALL
     )
SELECT g.registered_year, g.gender, g.persons, CASE WHEN g.known THEN g.persons / y.persons END AS share, g.status
  FROM of_gender AS g
  LEFT JOIN of_year AS y ON g.registered_year IS NOT DISTINCT FROM y.registered_year AND g.status = y.status
 ORDER BY g.registered_year NULLS LAST, g.persons DESC, g.gender;
