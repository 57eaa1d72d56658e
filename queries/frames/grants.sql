-- title: Persons given grants in kind
-- row: one person with a grant: assistance in kind, or with a thing that was given. Group, region, gender and age are
--   those of the first grant: the earliest month, and of several in one month any one. Each thing has a column of
--   its own: yes when it was given in the twelve months that begin with the month of the person's first record in any
--   register; not_known when it was given nobody knows when, or nothing is known; else no.
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
              coalesce(assisted_month, CAST(assisted_year AS VARCHAR) || '-12') AS month,
              coalesce(assisted_month, CAST(assisted_year AS VARCHAR) || '-01') AS earliest,
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
              rank() OVER (PARTITION BY person ORDER BY month) AS place
         FROM records
     ),
     dated AS (
       SELECT r.person,
              p.cohort,
              p.window_end,
              r.items,
              r.items_known,
              CASE WHEN r.month < p.window_end THEN 2 WHEN r.earliest >= p.window_end THEN 0 ELSE 1 END AS within
         FROM records AS r
         JOIN persons AS p ON p.person = r.person
     ),
     given AS (
       SELECT person,
              cohort,
              window_end,
              bool_or(items_known) AS items_known,
              max(within) AS granted,
              max(CASE WHEN array_has(items, 'food') THEN within ELSE 0 END) AS food,
              max(CASE WHEN array_has(items, 'hygiene') THEN within ELSE 0 END) AS hygiene,
              max(CASE WHEN array_has(items, 'clothing') THEN within ELSE 0 END) AS clothing,
              max(CASE WHEN array_has(items, 'bedding') THEN within ELSE 0 END) AS bedding,
              max(CASE WHEN array_has(items, 'medicine') THEN within ELSE 0 END) AS medicine,
              max(CASE WHEN array_has(items, 'household') THEN within ELSE 0 END) AS household,
              max(CASE WHEN array_has(items, 'heating') THEN within ELSE 0 END) AS heating,
              max(CASE WHEN array_has(items, 'school_supplies') THEN within ELSE 0 END) AS school_supplies,
              max(CASE WHEN array_has(items, 'equipment') THEN within ELSE 0 END) AS equipment,
              max(CASE WHEN array_has(items, 'sewing_machine') THEN within ELSE 0 END) AS sewing_machine,
              max(CASE WHEN array_has(items, 'tools') THEN within ELSE 0 END) AS tools,
              max(CASE WHEN array_has(items, 'livestock') THEN within ELSE 0 END) AS livestock,
              max(CASE WHEN array_has(items, 'seeds') THEN within ELSE 0 END) AS seeds,
              max(CASE WHEN array_has(items, 'greenhouse') THEN within ELSE 0 END) AS greenhouse,
              max(CASE WHEN array_has(items, 'building_material') THEN within ELSE 0 END) AS building_material,
              max(CASE WHEN array_has(items, 'transport_ticket') THEN within ELSE 0 END) AS transport_ticket,
              max(CASE WHEN array_has(items, 'phone') THEN within ELSE 0 END) AS phone,
              max(CASE WHEN array_has(items, 'other') THEN within ELSE 0 END) AS other
         FROM dated
        GROUP BY person, cohort, window_end
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
       CASE g.granted WHEN 2 THEN 'yes' WHEN 1 THEN 'not_known' ELSE 'no' END AS granted,
       CASE WHEN g.food = 2 THEN 'yes' WHEN g.food = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_food,
       CASE WHEN g.hygiene = 2 THEN 'yes' WHEN g.hygiene = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_hygiene,
       CASE WHEN g.clothing = 2 THEN 'yes' WHEN g.clothing = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_clothing,
       CASE WHEN g.bedding = 2 THEN 'yes' WHEN g.bedding = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_bedding,
       CASE WHEN g.medicine = 2 THEN 'yes' WHEN g.medicine = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_medicine,
       CASE WHEN g.household = 2 THEN 'yes' WHEN g.household = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_household,
       CASE WHEN g.heating = 2 THEN 'yes' WHEN g.heating = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_heating,
       CASE WHEN g.school_supplies = 2 THEN 'yes' WHEN g.school_supplies = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_school_supplies,
       CASE WHEN g.equipment = 2 THEN 'yes' WHEN g.equipment = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_equipment,
       CASE WHEN g.sewing_machine = 2 THEN 'yes' WHEN g.sewing_machine = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_sewing_machine,
       CASE WHEN g.tools = 2 THEN 'yes' WHEN g.tools = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_tools,
       CASE WHEN g.livestock = 2 THEN 'yes' WHEN g.livestock = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_livestock,
       CASE WHEN g.seeds = 2 THEN 'yes' WHEN g.seeds = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_seeds,
       CASE WHEN g.greenhouse = 2 THEN 'yes' WHEN g.greenhouse = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_greenhouse,
       CASE WHEN g.building_material = 2 THEN 'yes' WHEN g.building_material = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_building_material,
       CASE WHEN g.transport_ticket = 2 THEN 'yes' WHEN g.transport_ticket = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_transport_ticket,
       CASE WHEN g.phone = 2 THEN 'yes' WHEN g.phone = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_phone,
       CASE WHEN g.other = 2 THEN 'yes' WHEN g.other = 0 AND g.items_known THEN 'no' ELSE 'not_known' END
         AS item_other
  FROM given AS g
  JOIN firsts AS f ON f.person = g.person
 WHERE f.place = 1
