//! The sentences about protection that every release carries, so that they cannot differ from file to file.

use crate::{Definition, NonNegativeColumn, Privacy};

/// What a release promises about each person, one sentence each.
pub(crate) fn promised(definition: &Definition, privacy: &Privacy) -> Vec<String> {
    let mut sentences = vec![
        "The unit of protection is one person: all about one person, in every source, may be added or taken away."
            .to_owned(),
        format!(
            "What anybody can learn from this release about any one person is bounded, whatever else they know: it \
             satisfies zero-concentrated differential privacy with rho = {} for each person, which is \
             (epsilon = {}, delta = {:e})-differential privacy.",
            privacy.rho.value(),
            rounded_up(privacy.epsilon),
            privacy.delta.value()
        ),
        "Every cell of the declared code lists is released, so the presence of a row says nothing.".to_owned(),
        "Estimates are unbiased: they may be negative or fractional, and totals agree across all tables.".to_owned(),
        format!(
            "Each 95 % interval holds the count of registered persons in about 95 of 100 draws of the noise or more; \
             quality words compare its half-width with {} persons, the smallest count of interest.",
            definition.smallest_count_of_interest
        ),
    ];
    if let Some(series) = &definition.series {
        sentences.push(format!(
            "It belongs to the series {series}, whose releases are about different persons unless one revises another: \
             their errors are independent, and the variance of a sum or a difference is the sum of the variances."
        ));
    }
    if let Some(revised) = &definition.supersedes {
        sentences.push(format!("It revises the release {revised} after late registrations; the two are not added up."));
    }
    sentences
}

/// What the promise does not cover, one sentence each.
pub(crate) fn not_covered(definition: &Definition) -> Vec<String> {
    let mut sentences: Vec<String> = [
        "Registered persons are counted, not all persons who were trafficked; intervals show the noise, not what was \
         never registered.",
        "Exact figures that analysts see on the trusted host, and tables chosen because of an exact figure seen there.",
        "How long a computation took.",
        "A person registered under k pseudonyms is protected with up to k² times the rho, two persons merged into \
         one with up to 4 times.",
        "People who are named in somebody else's record.",
        "Nobody can show afterwards that the noise was random; estimates and errors can be checked against plan and \
         measurements.",
    ]
    .map(str::to_owned)
    .to_vec();
    for dimension in &definition.dimensions {
        if let (Some(reason), Some(date)) = (&dimension.reason, &dimension.date) {
            sentences.push(format!("The code list of dimension {} was written on {date}: {reason}.", dimension.name));
        }
        if dimension.learned_from_data {
            let name = &dimension.name;
            sentences.push(format!(
                "The code list of dimension {name} was learned from data: a code in it says that somebody had it."
            ));
        }
    }
    if let Some(day) = &definition.observed_until {
        sentences.push(format!(
            "Outcomes are those of twelve months of each person's own. Where these end after {day}, the outcome is \
             window_not_complete, whatever is known of it by now."
        ));
    }
    if !definition.non_negative.is_none() {
        let sentence = "The column non_negative is for readers who cannot use negative numbers. It is biased: numbers that are \
                        small in truth come out too large and others pay for it. No interval belongs to it.";
        sentences.push(sentence.to_owned());
    }
    if definition.non_negative == NonNegativeColumn::Whole {
        let sentence = "The numbers of non_negative were rounded to whole persons in such a way that all tables agree: \
                        that they are whole does not make them counts.";
        sentences.push(sentence.to_owned());
    }
    if definition.force {
        sentences
            .push("Tables whose errors are larger than the usual limit were released on request (force).".to_owned());
    }
    sentences
}

/// ε to three decimals, never less than it is.
fn rounded_up(epsilon: f64) -> f64 {
    (epsilon * 1000.0).ceil() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::rounded_up;

    #[test]
    fn epsilon_is_never_understated() {
        for epsilon in [6.123_456, 0.000_1, 5.0] {
            let shown = rounded_up(epsilon);
            assert!(shown >= epsilon && shown < epsilon + 0.001_001);
        }
    }
}
