-- title: Persons given grants in kind
-- row: one person with a grant: assistance in kind, or with a thing that was given. Group, region, gender and age are
--   those of the first grant: the earliest month, and of several in one month the one whose record comes first, which
--   is a keyed digest. Each thing has a column of its own: yes when it was given in the twelve months that begin with
--   the month of the person's first record in any register; no when it was not, and some thing is known; or not_known.
-- column: person pseudonym: the person
-- column: cohort text: year of the person's first record, or no_year
-- column: window_end month: the first month after the twelve that begin with the first record; NULL when no record has
--   a date
-- column: reporting_country code(country): country that the record is reported for
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at the first of them
-- column: majority code(majority): adult or minor at the first of them
-- column: citizenship code(country): first citizenship as recorded
-- column: beneficiary_group code(beneficiary_group): the group by which the person was eligible, in the first of them
-- column: region code(region): first-level region in which the first of them was given
-- column: given_by code(body): the kind of body that gave the first of them
-- column: granted outcome(yes_no): whether any grant was given in these twelve months
-- column: item_food outcome(yes_no): food
-- column: item_hygiene outcome(yes_no): hygiene items
-- column: item_clothing outcome(yes_no): clothing and shoes
-- column: item_bedding outcome(yes_no): bedding
-- column: item_medicine outcome(yes_no): medicine
-- column: item_household outcome(yes_no): household goods
-- column: item_heating outcome(yes_no): fuel for heating
-- column: item_school_supplies outcome(yes_no): school supplies
-- column: item_equipment outcome(yes_no): equipment for work
-- column: item_sewing_machine outcome(yes_no): sewing machine
-- column: item_tools outcome(yes_no): tools
-- column: item_livestock outcome(yes_no): livestock or poultry
-- column: item_seeds outcome(yes_no): seeds or seedlings
-- column: item_greenhouse outcome(yes_no): greenhouse or beehives
-- column: item_building_material outcome(yes_no): building material
-- column: item_transport_ticket outcome(yes_no): ticket
-- column: item_phone outcome(yes_no): telephone or SIM card
-- column: item_other outcome(yes_no): other things
WITH records AS (
       SELECT person,
              record,
              coalesce(assisted_month, CAST(assisted_year AS VARCHAR) || '-12') AS month,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenships[1] AS citizenship,
              beneficiary_group,
              region,
              given_by,
              items,
              cardinality(items) > 0
                AND NOT array_has_any(items, ['missing', 'unknown', 'not_applicable', 'suppressed']) AS items_known
         FROM assistance
        WHERE array_has(services, 'in_kind')
           OR (
             cardinality(items) > 0
               AND NOT array_has_any(items, ['missing', 'unknown', 'not_applicable', 'suppressed'])
           )
     ),
     firsts AS (
       SELECT person,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenship,
              beneficiary_group,
              region,
              given_by,
              rank() OVER (PARTITION BY person ORDER BY month, record) AS place
         FROM records
     ),
     given AS (
       SELECT r.person,
              p.cohort,
              p.window_end,
              bool_or(r.items_known) AS items_known,
              bool_or(r.month < p.window_end) AS granted,
              bool_or(r.month < p.window_end AND array_has(r.items, 'food')) AS food_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'hygiene')) AS hygiene_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'clothing')) AS clothing_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'bedding')) AS bedding_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'medicine')) AS medicine_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'household')) AS household_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'heating')) AS heating_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'school_supplies')) AS school_supplies_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'equipment')) AS equipment_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'sewing_machine')) AS sewing_machine_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'tools')) AS tools_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'livestock')) AS livestock_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'seeds')) AS seeds_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'greenhouse')) AS greenhouse_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'building_material')) AS building_material_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'transport_ticket')) AS transport_ticket_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'phone')) AS phone_given,
              bool_or(r.month < p.window_end AND array_has(r.items, 'other')) AS other_given
         FROM records AS r
         JOIN persons AS p ON p.person = r.person
        GROUP BY r.person, p.cohort, p.window_end
     )
SELECT g.person,
       g.cohort,
       g.window_end,
       f.reporting_country,
       f.gender,
       f.age_band,
       f.majority,
       f.citizenship,
       f.beneficiary_group,
       f.region,
       f.given_by,
       CASE WHEN g.granted THEN 'yes' WHEN g.granted IS NULL THEN 'not_known' ELSE 'no' END AS granted,
       CASE WHEN g.food_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_food,
       CASE WHEN g.hygiene_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_hygiene,
       CASE WHEN g.clothing_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_clothing,
       CASE WHEN g.bedding_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_bedding,
       CASE WHEN g.medicine_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_medicine,
       CASE WHEN g.household_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_household,
       CASE WHEN g.heating_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_heating,
       CASE WHEN g.school_supplies_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_school_supplies,
       CASE WHEN g.equipment_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_equipment,
       CASE WHEN g.sewing_machine_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_sewing_machine,
       CASE WHEN g.tools_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_tools,
       CASE WHEN g.livestock_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_livestock,
       CASE WHEN g.seeds_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_seeds,
       CASE WHEN g.greenhouse_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_greenhouse,
       CASE WHEN g.building_material_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_building_material,
       CASE WHEN g.transport_ticket_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_transport_ticket,
       CASE WHEN g.phone_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_phone,
       CASE WHEN g.other_given THEN 'yes' WHEN g.items_known THEN 'no' ELSE 'not_known' END
         AS item_other
  FROM given AS g
  JOIN firsts AS f ON f.person = g.person
 WHERE f.place = 1
