-- Questions that every client asks the gateway, one a line; the answers are compared by value with those of `panoh query`.
SELECT count(*) AS persons FROM persons
SELECT gender, count(*) AS cases FROM cases GROUP BY gender ORDER BY gender
SELECT registered_year, count(DISTINCT person) AS persons FROM cases GROUP BY registered_year ORDER BY registered_year
SELECT origin, destination, count(*) AS cases FROM routes GROUP BY origin, destination ORDER BY cases DESC, origin, destination LIMIT 20
SELECT code, en, ru, tg FROM codes WHERE list = 'absence' ORDER BY code
SELECT country, alpha_2, subregion, en, ru, tg FROM countries ORDER BY country LIMIT 40
SELECT record, citizenships, purposes FROM cases ORDER BY record LIMIT 25
SELECT record, case_reference FROM cases ORDER BY record LIMIT 25
SELECT * FROM cases ORDER BY record LIMIT 20
SELECT record, journey[1] AS place FROM cases ORDER BY record LIMIT 20
SELECT person, gender, age_band, citizenship, origin, destination FROM profiles ORDER BY person LIMIT 50
SELECT avg(registered_year) AS mean, min(registered_year) AS first, max(registered_year) AS last FROM cases
SELECT status, CAST(count(*) AS double precision) / 7 AS seventh FROM cases GROUP BY status ORDER BY status
SELECT purpose, known, count(*) AS cases FROM purposes GROUP BY purpose, known ORDER BY purpose, known
SELECT step, role, count(*) AS steps FROM journeys GROUP BY step, role ORDER BY step, role
SELECT CAST(2.50 AS numeric(10,2)) AS price, CAST(0.001 AS numeric(12,3)) AS thousandth, CAST(NULL AS numeric(5,1)) AS nothing
SELECT CAST('2024-02-29' AS date) AS day, CAST('1970-01-01' AS date) AS first, CAST(NULL AS date) AS none
SELECT CAST('2024-02-29 23:59:58' AS timestamp) AS moment, CAST(NULL AS timestamp) AS none
SELECT true AS yes, false AS no, CAST(NULL AS boolean) AS unknown
SELECT '' AS empty, CAST(NULL AS text) AS nothing, 'O''Brien, "x"' AS quotes, 'tab	here' AS tab, 'Душанбе ғӣқӯҳҷ' AS town
SELECT CAST(9223372036854775807 AS bigint) AS largest, CAST(-32768 AS smallint) AS smallest, CAST(2147483647 AS int) AS whole
SELECT CAST(0.1 AS double precision) AS tenth, CAST(1e300 AS double precision) AS huge, CAST(1.5 AS real) AS half
SELECT gender, registered_year, rank() OVER (PARTITION BY gender ORDER BY count(*) DESC, registered_year) AS place FROM cases GROUP BY gender, registered_year ORDER BY gender, registered_year
WITH women AS (SELECT person FROM cases WHERE gender = 'woman'), men AS (SELECT person FROM cases WHERE gender = 'man') SELECT (SELECT count(*) FROM women) AS women, (SELECT count(*) FROM men) AS men
SELECT c.gender, p.known, count(*) AS cases FROM cases c JOIN purposes p ON p.record = c.record WHERE p.purpose = 'forced_labour' GROUP BY c.gender, p.known ORDER BY c.gender, p.known
SELECT person FROM persons WHERE person = 'nobody'
SELECT source FROM cases UNION SELECT 'none' ORDER BY source
SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema IN ('public', 'stored') ORDER BY table_schema, table_name
SELECT column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'stored' AND table_name = 'cases' ORDER BY ordinal_position
SELECT count(*) AS cases FROM stored.cases WHERE array_length(citizenships) > 0
