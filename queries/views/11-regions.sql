-- title: One row is one first-level region of a country.
-- column: region code(region): code of ISO 3166-2, as all other views have it
-- column: country code(country): the country that it is a part of
-- column: en text: English name
-- column: ru text: Russian name
-- column: tg text: Tajik name
SELECT code AS region,
       parent AS country,
       en,
       ru,
       tg
  FROM codes
 WHERE list = 'region'
