//! The rules under which two records are one person, and the classes of digests that carry them.

/// A fixed rule over two records. Register and report keep it with every link. The order is from strong to weak.
///
/// No rule knows how frequent a name is or what other records say: nothing about other people decides whether two
/// records are one person.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LinkRule {
    /// Same document number, same birth date.
    DocumentBirth,
    /// Same document number, same two name parts.
    DocumentNames,
    /// Same document number, where one of the records says nothing else: neither two name parts nor a birth date.
    Document,
    /// Same given, family and father's name, same birth date, same sex.
    ThreeNames,
    /// As before, with the sex not recorded in one of the records or in both.
    ThreeNamesNoSex,
    /// Same two name parts, same full birth date, same sex, where at most one of the records has a third part.
    TwoNames,
    /// As before, with the sex not recorded in one of the records or in both.
    TwoNamesNoSex,
}

impl LinkRule {
    /// All rules, the strongest first.
    pub const ALL: [LinkRule; 7] = [
        LinkRule::DocumentBirth,
        LinkRule::DocumentNames,
        LinkRule::Document,
        LinkRule::ThreeNames,
        LinkRule::ThreeNamesNoSex,
        LinkRule::TwoNames,
        LinkRule::TwoNamesNoSex,
    ];

    /// The word for this rule in register and report.
    pub fn name(self) -> &'static str {
        match self {
            LinkRule::DocumentBirth => "document_birth_date",
            LinkRule::DocumentNames => "document_two_names",
            LinkRule::Document => "document",
            LinkRule::ThreeNames => "three_names_birth_date_sex",
            LinkRule::ThreeNamesNoSex => "three_names_birth_date_no_sex",
            LinkRule::TwoNames => "two_names_birth_date_sex",
            LinkRule::TwoNamesNoSex => "two_names_birth_date_no_sex",
        }
    }

    /// Whether the rule rests on a document and something else, and so needs no second opinion.
    pub(crate) fn is_sure(self) -> bool {
        matches!(self, LinkRule::DocumentBirth | LinkRule::DocumentNames)
    }

    /// Whether the rule compares no father's names, so that two different ones speak against it.
    pub(crate) fn is_of_pair(self) -> bool {
        matches!(self, LinkRule::TwoNames | LinkRule::TwoNamesNoSex)
    }

    /// Whether the rule holds between records of which one does not say the sex.
    pub(crate) fn leaves_sex_open(self) -> bool {
        matches!(self, LinkRule::ThreeNamesNoSex | LinkRule::TwoNamesNoSex)
    }

    /// The number that stands for this rule in the register.
    pub(crate) fn number(self) -> u8 {
        self as u8
    }

    /// The rule of a number.
    pub(crate) fn of_number(number: u8) -> Option<LinkRule> {
        LinkRule::ALL.get(usize::from(number)).copied()
    }
}

/// What a digest is made of. Digests of different classes never meet, which is how a rule may treat its two records
/// differently. The number is part of the digest and stands beside it in the register.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// Document and birth date.
    DocumentBirth = 1,
    /// Document and two name parts.
    DocumentNames = 2,
    /// Document of a record that says more: found by a record that says nothing else.
    DocumentOfMany = 3,
    /// Document of a record that says nothing else: found by all.
    DocumentAlone = 4,
    /// Three name parts, birth date, sex.
    Three = 5,
    /// Two name parts of a record that has three, birth date, sex: found by records with two.
    PairOfThree = 6,
    /// Two name parts of a record that has two, birth date, sex: found by all.
    Pair = 7,
}

/// Added to the number in the register where somebody else had left the digest behind before.
const SHARED: u8 = 0x80;

impl Class {
    /// The number in the register.
    pub(crate) fn number(self, is_shared: bool) -> u8 {
        self as u8 | if is_shared { SHARED } else { 0 }
    }

    /// Whether the number in the register is of a record that says nothing but a document.
    pub(crate) fn is_alone(number: u8) -> bool {
        number & !SHARED == Class::DocumentAlone as u8
    }

    /// Whether somebody else had left the digest behind before.
    pub(crate) fn is_shared(number: u8) -> bool {
        number & SHARED != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_what_it_is_of() {
        for is_shared in [false, true] {
            assert!(Class::is_alone(Class::DocumentAlone.number(is_shared)));
            assert!(!Class::is_alone(Class::DocumentOfMany.number(is_shared)));
            assert_eq!(Class::is_shared(Class::Pair.number(is_shared)), is_shared);
        }
    }

    #[test]
    fn rules_are_numbered_in_their_order() {
        for (place, rule) in LinkRule::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(rule.number()), place);
            assert_eq!(LinkRule::of_number(rule.number()), Some(rule));
        }
        assert_eq!(LinkRule::of_number(7), None);
        assert!(LinkRule::ALL.is_sorted());
        let names: std::collections::BTreeSet<_> = LinkRule::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(names.len(), LinkRule::ALL.len());
    }
}
