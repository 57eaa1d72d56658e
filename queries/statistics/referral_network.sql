-- title: Referral network
-- question: Who refers persons to whom, and what became of it?
-- unit: persons; referrals beside them
-- counting: a person counts once in each row, however often referred, and in the row of every referral of the person;
--   so persons must not be added up. A referral stands in one row, so referrals may be. Persons found not to be victims
--   are left out unless asked for. Status and outcome are as known at the last export of the register. The year is that
--   of the referral.
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
-- column: from_body code(body): the kind of body that refers; self when the person came alone
-- column: to_body code(body): the kind of body that the person is referred to
-- column: outcome code(referral_outcome): what became of it
-- column: persons count: distinct persons
-- column: referrals count: referrals
-- column: status code(status): status as known at the referral
WITH counted AS (
       SELECT from_body, to_body, outcome, status, person, count(*) AS referrals
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
        GROUP BY from_body, to_body, outcome, status, person
     )
SELECT from_body,
       to_body,
       outcome,
       count(*) AS persons,
       sum(referrals) AS referrals,
       status
  FROM counted
 GROUP BY from_body, to_body, outcome, status
 ORDER BY persons DESC, from_body, to_body, outcome, status
