-- title: Persons referred between bodies
-- row: one person with a referral, counted by the first: the earliest month, and of several in one month any one.
--   Outcomes are those of the twelve months that begin with this referral.
-- column: person pseudonym: the person
-- column: cohort text: year of the person's first record, or no_year
-- column: window_end month: the first month after the twelve that begin with the referral; NULL when it has no date
-- column: reporting_country code(country): country that the record is reported for
-- column: gender code(gender): gender as recorded
-- column: age_band code(age_band): age at the referral
-- column: majority code(majority): adult or minor at the referral
-- column: citizenship code(country): first citizenship as recorded
-- column: status code(status): whether the person was found to be a victim, as known at the referral
-- column: region code(region): first-level region in which the referral was made
-- column: from_body code(body): the kind of body that refers; self when the person came alone
-- column: to_body code(body): the kind of body that the person is referred to
-- column: outcome outcome(referral_outcome): what became of the referral; assistance after more than 365 days counts
--   as no answer
-- column: delay outcome(delay_band): days from the referral to the first assistance
-- column: assisted outcome(yes_no): whether assistance was given within 365 days
WITH placed AS (
       SELECT person,
              coalesce(referred_month, CAST(referred_year AS VARCHAR) || '-12') AS month,
              reporting_country,
              gender,
              age_band,
              majority,
              citizenships[1] AS citizenship,
              status,
              region,
              from_body,
              to_body,
              outcome,
              days_to_assistance AS days,
              rank() OVER (
                PARTITION BY person ORDER BY coalesce(referred_month, CAST(referred_year AS VARCHAR) || '-12')
              ) AS place
         FROM referrals
     )
SELECT r.person,
       p.cohort,
       CAST(TRY_CAST(left(r.month, 4) AS BIGINT) + 1 AS VARCHAR) || right(r.month, 3) AS window_end,
       r.reporting_country,
       r.gender,
       r.age_band,
       r.majority,
       r.citizenship,
       r.status,
       r.region,
       r.from_body,
       r.to_body,
       CASE WHEN r.outcome = 'assisted' AND r.days > 365 THEN 'pending' ELSE r.outcome END AS outcome,
       CASE
         WHEN r.days < 0 THEN 'not_known'
         WHEN r.days <= 1 THEN 'days_0_1'
         WHEN r.days <= 7 THEN 'days_2_7'
         WHEN r.days <= 30 THEN 'days_8_30'
         WHEN r.days <= 90 THEN 'days_31_90'
         WHEN r.days <= 365 THEN 'days_91_365'
         WHEN r.days > 365 THEN 'not_within_a_year'
         WHEN r.outcome IN ('assisted', 'missing', 'unknown', 'not_applicable', 'suppressed') THEN 'not_known'
         ELSE 'not_within_a_year'
       END AS delay,
       CASE
         WHEN r.days > 365 THEN 'no'
         WHEN r.days >= 0 OR r.outcome = 'assisted' THEN 'yes'
         WHEN r.outcome IN ('missing', 'unknown', 'not_applicable', 'suppressed') THEN 'not_known'
         ELSE 'no'
       END AS assisted
  FROM placed AS r
  JOIN persons AS p ON p.person = r.person
 WHERE r.place = 1
