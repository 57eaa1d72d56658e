-- title: Proceedings
-- question: How many suspects, and how many criminal cases, reached each stage of proceedings each year?
-- unit: suspects or criminal cases: see unit
-- counting: a suspect counts once in each row, and so does a criminal case with a number of its own; a row of a
--   register that only counts brings its number. Suspects and cases stand in rows of their own and are never added up.
--   Stages follow one another, so neither are they. Numbers that are not recorded or held back are in no sum, and how
--   many there are stands beside it. The year is that in which the stage was reached; what has none stands at the end.
--   Conditions on gender, age, citizenship and role leave out registers that only count.
-- parameter: from year: first year of the stage
-- parameter: to year: last year of the stage
-- parameter: stage code(proceeding_stage): only this stage
-- parameter: unit code(proceeding_unit): only suspects, or only criminal cases
-- parameter: offence code(offence): only proceedings for this offence, alone or among others
-- parameter: purpose code(purpose): only proceedings about this purpose of exploitation, alone or among others
-- parameter: suspect_role code(suspect_role): only suspects said to have done this, alone or among other things
-- parameter: gender code(gender): only suspects recorded with this gender
-- parameter: age_band code(age_band): only suspects of this age at the stage
-- parameter: majority code(majority): only adults or only minors at the stage
-- parameter: citizenship code(country): only suspects with this citizenship, alone or among others
-- parameter: region code(region): only proceedings of bodies in this first-level region
-- parameter: conducted_by code(body): only proceedings conducted by this kind of body
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: source text: only records that came through this mapping
-- column: year year: year in which the stage was reached
-- column: stage code(proceeding_stage): the stage
-- column: unit code(proceeding_unit): suspects or criminal cases
-- column: number count: how many, as far as known; NULL when no number is
-- column: not_recorded count: suspects, cases or counts without a number
-- column: suppressed count: suspects, cases or counts whose number is held back
WITH counted AS (
       SELECT stage_year AS year,
              stage,
              unit,
              CASE WHEN unit = 'case' THEN coalesce(case_reference, person) ELSE person END AS one,
              max(number) AS number,
              bool_or(number_state = 'suppressed') AS suppressed
         FROM proceedings
        WHERE ($from IS NULL OR stage_year >= $from)
          AND ($to IS NULL OR stage_year <= $to)
          AND ($stage IS NULL OR stage = $stage)
          AND ($unit IS NULL OR unit = $unit)
          AND ($offence IS NULL OR array_has(offences, $offence))
          AND ($purpose IS NULL OR array_has(purposes, $purpose))
          AND ($suspect_role IS NULL OR array_has(suspect_roles, $suspect_role))
          AND ($gender IS NULL OR gender = $gender)
          AND ($age_band IS NULL OR age_band = $age_band)
          AND ($majority IS NULL OR majority = $majority)
          AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
          AND ($region IS NULL OR region = $region)
          AND ($conducted_by IS NULL OR conducted_by = $conducted_by)
          AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
          AND ($source IS NULL OR source = $source)
        GROUP BY stage_year, stage, unit, CASE WHEN unit = 'case' THEN coalesce(case_reference, person) ELSE person END
     )
SELECT year,
       stage,
       unit,
       sum(number) AS number,
       count(*) FILTER (WHERE number IS NULL AND NOT suppressed) AS not_recorded,
       count(*) FILTER (WHERE number IS NULL AND suppressed) AS suppressed
  FROM counted
 GROUP BY year, stage, unit
 ORDER BY year NULLS LAST, unit, stage
