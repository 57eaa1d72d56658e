-- title: One row is one country or territory of ISO 3166-1, former ones included.
-- column: country code(country): alpha-3 code, as all other views have it
-- column: alpha_2 text: alpha-2 code; NULL when there is none
-- column: subregion code(subregion): part of the world, as the United Nations divide it
-- column: en text: English name
-- column: ru text: Russian name
-- column: tg text: Tajik name
SELECT code AS country,
       CASE WHEN character_length(aliases[1]) = 2 THEN aliases[1] END AS alpha_2,
       parent AS subregion,
       en,
       ru,
       tg
  FROM codes
 WHERE list = 'country'
