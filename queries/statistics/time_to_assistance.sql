-- title: Time to assistance
-- question: How long did persons wait from a referral until assistance?
-- unit: referrals
-- counting: each referral is in one row, so referrals may be added up, and days may not. Shares and days are of the
--   referrals whose days are recorded: who still waits, or whose days nobody wrote down, is in none of them, so a good
--   figure beside few known ones says little. Persons found not to be victims are left out unless asked for. The year
--   is that of the referral; referrals without one stand at the end.
-- parameter: from year: first year of the referral
-- parameter: to year: last year of the referral
-- parameter: from_body code(body): only referrals by this kind of body
-- parameter: to_body code(body): only referrals to this kind of body
-- parameter: outcome code(referral_outcome): only referrals of which this became
-- parameter: reason code(referral_reason): only referrals for this reason, alone or among others
-- parameter: service code(service): only where this assistance was asked for, alone or among others
-- parameter: gender code(gender): only persons recorded with this gender
-- parameter: age_band code(age_band): only persons of this age at the referral
-- parameter: majority code(majority): only adults or only minors at the referral
-- parameter: citizenship code(country): only persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only where this purpose of exploitation is known, alone or among others
-- parameter: region code(region): only referrals in this first-level region
-- parameter: reporting_country code(country): only records that are reported for this country
-- parameter: record_system code(record_system): only records of this kind of register
-- parameter: source text: only records that came through this mapping
-- parameter: status code(status): only this status
-- column: year year: year of the referral
-- column: referrals count: referrals
-- column: known count: referrals whose days are recorded
-- column: suppressed count: referrals whose days are held back
-- column: half_within integer: half of the known were assisted within so many completed days
-- column: nine_tenths_within integer: nine tenths of them within so many
-- column: within_7_days share: part of the known assisted within 7 days
-- column: within_30_days share: part of the known assisted within 30 days
-- column: status code(status): status as known at the referral
WITH counted AS (
       SELECT referred_year AS year,
              status,
              days_to_assistance AS days,
              days_to_assistance_state AS state,
              count(*) AS referrals
         FROM referrals
        WHERE ($from IS NULL OR referred_year >= $from)
          AND ($to IS NULL OR referred_year <= $to)
          AND ($from_body IS NULL OR from_body = $from_body)
          AND ($to_body IS NULL OR to_body = $to_body)
          AND ($outcome IS NULL OR outcome = $outcome)
          AND ($reason IS NULL OR array_has(reasons, $reason))
          AND ($service IS NULL OR array_has(services, $service))
          AND ($gender IS NULL OR gender = $gender)
          AND ($age_band IS NULL OR age_band = $age_band)
          AND ($majority IS NULL OR majority = $majority)
          AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
          AND ($purpose IS NULL OR array_has(purposes, $purpose))
          AND ($region IS NULL OR region = $region)
          AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
          AND ($record_system IS NULL OR record_system = $record_system)
          AND ($source IS NULL OR source = $source)
          AND CASE WHEN $status IS NULL THEN status <> 'not_a_victim' ELSE status = $status END
        GROUP BY referred_year, status, days_to_assistance, days_to_assistance_state
     ),
     ranked AS (
       SELECT year,
              status,
              days,
              state,
              referrals,
              sum(CASE WHEN days IS NOT NULL THEN referrals END) OVER (PARTITION BY year, status) AS known,
              sum(CASE WHEN days IS NOT NULL THEN referrals END)
                OVER (PARTITION BY year, status ORDER BY days NULLS LAST) AS so_far
         FROM counted
     )
SELECT year,
       sum(referrals) AS referrals,
       coalesce(max(known), 0) AS known,
       coalesce(sum(CASE WHEN state = 'suppressed' THEN referrals END), 0) AS suppressed,
       min(CASE WHEN 2 * so_far >= known THEN days END) AS half_within,
       min(CASE WHEN 10 * so_far >= 9 * known THEN days END) AS nine_tenths_within,
       CAST(sum(CASE WHEN days <= 7 THEN referrals WHEN known > 0 THEN 0 END) AS DOUBLE) / max(known)
         AS within_7_days,
       CAST(sum(CASE WHEN days <= 30 THEN referrals WHEN known > 0 THEN 0 END) AS DOUBLE) / max(known)
         AS within_30_days,
       status
  FROM ranked
 GROUP BY year, status
 ORDER BY year NULLS LAST, status
