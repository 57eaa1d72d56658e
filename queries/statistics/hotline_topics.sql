-- title: Topics of the hotline
-- question: What were contacts with the hotline about, and what share became a case?
-- unit: contacts
-- counting: a contact counts once in the row of every topic that it was about; so rows must not be added up. A contact
--   is neither a person nor a victim, and several contacts may be about one case. The share is of the contacts of which
--   it is known whether they became a case. Contacts of which no topic is known have rows for why.
-- parameter: from year: first year of the contact
-- parameter: to year: last year of the contact
-- parameter: channel code(contact_channel): only contacts that came this way
-- parameter: contacted_by code(contact_party): only contacts made by these
-- parameter: gender code(gender): only contacts about persons of this gender
-- parameter: age_band code(age_band): only contacts about persons of this age
-- parameter: majority code(majority): only contacts about adults, or about minors
-- parameter: citizenship code(country): only contacts about persons with this citizenship, alone or among others
-- parameter: purpose code(purpose): only contacts that spoke of this purpose of exploitation, alone or among others
-- parameter: country code(country): only contacts from this country
-- parameter: region code(region): only contacts from this first-level region
-- parameter: outcome code(contact_outcome): only contacts of which this became
-- parameter: reporting_country code(country): only contacts that are reported for this country
-- parameter: source text: only contacts that came through this mapping
-- column: topic code(contact_topic): what they were about
-- column: contacts count: contacts
-- column: became_case count: contacts because of which a case was opened, or that belong to one
-- column: known count: contacts of which it is known whether: what the share is of
-- column: share share: part of them that became a case; NULL when it is known of none
SELECT topic,
       count(*) AS contacts,
       count(*) FILTER (WHERE became_case = 'yes') AS became_case,
       count(*) FILTER (WHERE became_case IN ('yes', 'no')) AS known,
       CAST(count(*) FILTER (WHERE became_case = 'yes') AS DOUBLE)
         / nullif(count(*) FILTER (WHERE became_case IN ('yes', 'no')), 0) AS share
  FROM (
        SELECT unnest(listed(topics)) AS topic,
               became_case
          FROM contacts
         WHERE ($from IS NULL OR contacted_year >= $from)
           AND ($to IS NULL OR contacted_year <= $to)
           AND ($channel IS NULL OR channel = $channel)
           AND ($contacted_by IS NULL OR contacted_by = $contacted_by)
           AND ($gender IS NULL OR gender = $gender)
           AND ($age_band IS NULL OR age_band = $age_band)
           AND ($majority IS NULL OR majority = $majority)
           AND ($citizenship IS NULL OR array_has(citizenships, $citizenship))
           AND ($purpose IS NULL OR array_has(purposes, $purpose))
           AND ($country IS NULL OR country = $country)
           AND ($region IS NULL OR region = $region)
           AND ($outcome IS NULL OR outcome = $outcome)
           AND ($reporting_country IS NULL OR reporting_country = $reporting_country)
           AND ($source IS NULL OR source = $source)
       ) AS listed
 GROUP BY topic
 ORDER BY contacts DESC, topic
