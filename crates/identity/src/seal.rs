//! Turns an identity into link keys: keyed digests under fixed rules, and nothing that could be turned back.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::document;
use crate::fold;
use crate::keyed::SubKey;
use crate::pseudonym::{FileDigest, Pseudonym};

/// What an export row says about who a person is. Borrowed, never stored, never printed.
#[derive(Clone, Copy, Default)]
pub struct Identity<'a> {
    /// Number of an identity document.
    pub document: Option<&'a str>,
    /// Given and family name, in any order and in any number of pieces. A father's name among them is left out when its
    /// ending gives it away (Каримович); a source with a column for it does better not to hand it over.
    pub names: &'a [&'a str],
    /// Full date of birth: year, month (1 to 12), day (1 to 31).
    pub birth_date: Option<(i16, u8, u8)>,
    /// Sex as the source records it.
    pub sex: Option<Sex>,
}

impl fmt::Debug for Identity<'_> {
    /// Shows which parts are there, never what they say.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Identity")
            .field("document", &self.document.is_some())
            .field("names", &self.names.len())
            .field("birth_date", &self.birth_date.is_some())
            .field("sex", &self.sex.is_some())
            .finish()
    }
}

/// Sex as identity documents and registers write it; used for linking only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sex {
    /// Written as female.
    Female,
    /// Written as male.
    Male,
}

/// The rule that made a link key, strongest first. Register and report keep it with every link.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LinkRule {
    /// Same number of an identity document.
    Document,
    /// Same folded given and family name, same full birth date, same sex (or none recorded in both).
    NameBirthSex,
}

impl LinkRule {
    /// The word for this rule in register and report.
    pub fn name(self) -> &'static str {
        match self {
            LinkRule::Document => "document",
            LinkRule::NameBirthSex => "name_birth_sex",
        }
    }
}

/// The link keys of one identity, strongest rule first, and the pseudonym that a new person with these keys gets.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkKeys {
    keys: Vec<LinkKey>,
    newcomer: Pseudonym,
}

impl LinkKeys {
    /// Whether the identity said too little to link anything.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The rules that made these keys, strongest first.
    pub fn rules(&self) -> impl Iterator<Item = LinkRule> + '_ {
        self.keys.iter().map(|key| key.rule)
    }

    /// The keys, strongest first.
    pub(crate) fn keys(&self) -> &[LinkKey] {
        &self.keys
    }

    /// The pseudonym of a person that these keys make known.
    pub(crate) fn newcomer(&self) -> Pseudonym {
        self.newcomer
    }
}

impl fmt::Debug for LinkKeys {
    /// Shows the rules, never the digests.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.rules()).finish()
    }
}

/// One keyed digest and the rule that made it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct LinkKey {
    pub(crate) rule: LinkRule,
    pub(crate) digest: [u8; 16],
}

/// Makes link keys and pseudonyms under sub-keys of one master key, each for one use. Cheap to clone; the sub-keys are
/// wiped from memory with the last clone.
#[derive(Clone)]
pub struct Sealer(Arc<SubKeys>);

struct SubKeys {
    link_document: SubKey,
    link_name: SubKey,
    person: SubKey,
    unlinked: SubKey,
    record: SubKey,
    file: SubKey,
}

impl Sealer {
    pub(crate) fn new(master: &[u8; 32]) -> Sealer {
        let sub_key = |label| SubKey::derive(master, label);
        Sealer(Arc::new(SubKeys {
            link_document: sub_key("link-document/v1"),
            link_name: sub_key("link-name/v1"),
            person: sub_key("person/v1"),
            unlinked: sub_key("unlinked/v1"),
            record: sub_key("record/v1"),
            file: sub_key("file/v1"),
        }))
    }

    /// The link keys of an identity. None at all when it has neither a document number nor a name of two parts with a
    /// full birth date: a name alone is shared by too many.
    pub fn seal(&self, identity: &Identity<'_>) -> LinkKeys {
        let document = identity.document.and_then(|number| self.document_key(number));
        let keys: Vec<LinkKey> = document.into_iter().chain(self.name_key(identity)).collect();
        // The strongest key alone decides the pseudonym, so the same person made known again after a load was taken
        // back gets the same one.
        let strongest = keys.first().map_or([0; 16], |key| key.digest);
        LinkKeys { newcomer: Pseudonym(self.0.person.message().field(&strongest).finish_short()), keys }
    }

    /// The pseudonym of a record: what `record_id` names in the export `file` of `source`.
    pub fn record(&self, source: &str, record_id: &str, file: &FileDigest) -> Pseudonym {
        place(&self.0.record, source, record_id, file)
    }

    /// The pseudonym of a person about whom a row says nothing that could link them: one row, one person.
    pub fn unlinked(&self, source: &str, record: &str, file: &FileDigest) -> Pseudonym {
        place(&self.0.unlinked, source, record, file)
    }

    /// Starts the keyed digest of a file.
    pub fn digester(&self) -> Digester {
        Digester(self.0.file.stream())
    }

    fn document_key(&self, number: &str) -> Option<LinkKey> {
        let number = document::normalised(number)?;
        let digest = self.0.link_document.message().field(number.as_bytes()).finish_short();
        Some(LinkKey { rule: LinkRule::Document, digest })
    }

    fn name_key(&self, identity: &Identity<'_>) -> Option<LinkKey> {
        let (year, month, day) = identity.birth_date?;
        let parts = fold::parts(identity.names);
        if parts.len() < 2 {
            return None;
        }
        let [high, low] = year.to_be_bytes();
        let sex = match identity.sex {
            None => b"-",
            Some(Sex::Female) => b"f",
            Some(Sex::Male) => b"m",
        };
        let message = self.0.link_name.message().field(&[high, low, month, day]).field(sex);
        let message = parts.iter().fold(message, |message, part| message.field(part.as_bytes()));
        Some(LinkKey { rule: LinkRule::NameBirthSex, digest: message.finish_short() })
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sealer(..)")
    }
}

/// The keyed digest of a file in the making: bytes go in piece by piece, memory stays the same.
pub struct Digester(Hmac<Sha256>);

impl Digester {
    /// Takes the next bytes of the file. How they are cut into pieces does not matter.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything taken.
    pub fn finish(self) -> FileDigest {
        FileDigest(self.0.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Digester {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Digester(..)")
    }
}

fn place(key: &SubKey, source: &str, record: &str, file: &FileDigest) -> Pseudonym {
    Pseudonym(key.message().field(source.as_bytes()).field(record.as_bytes()).field(&file.0).finish_short())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::key::MasterKey;

    fn sealer(key: u8) -> Sealer {
        MasterKey::of_bytes([key; 32]).sealer()
    }

    const JAMSHED: Identity<'static> = Identity {
        document: Some("A1234567"),
        names: &["Раҳмонов", "Ҷамшед"],
        birth_date: Some((1985, 3, 9)),
        sex: Some(Sex::Male),
    };

    fn rules(identity: &Identity<'_>) -> Vec<LinkRule> {
        sealer(1).seal(identity).rules().collect()
    }

    #[test]
    fn keys_follow_what_is_known() {
        assert_eq!(rules(&JAMSHED), [LinkRule::Document, LinkRule::NameBirthSex]);
        assert_eq!(rules(&Identity { document: None, ..JAMSHED }), [LinkRule::NameBirthSex]);
        assert_eq!(rules(&Identity { birth_date: None, ..JAMSHED }), [LinkRule::Document]);
        assert_eq!(rules(&Identity { document: None, birth_date: None, ..JAMSHED }), []);
        assert_eq!(rules(&Identity { document: None, names: &["Ҷамшед"], ..JAMSHED }), []);
        assert_eq!(rules(&Identity { document: Some("нет"), names: &[], ..JAMSHED }), []);
        assert!(sealer(1).seal(&Identity::default()).is_empty());
    }

    #[test]
    fn spellings_make_one_key_and_facts_make_another() {
        let named = Identity { document: None, ..JAMSHED };
        let one = sealer(1).seal(&named);
        for names in [&["Jamshed Rahmonov"] as &[&str], &["Рахмонов", "Джамшед", "Каримович"], &["RAKHMONOV Dzhamshed"]]
        {
            assert_eq!(sealer(1).seal(&Identity { names, ..named }), one);
        }
        for other in [
            Identity { birth_date: Some((1985, 9, 3)), ..named },
            Identity { birth_date: Some((1986, 3, 9)), ..named },
            Identity { sex: Some(Sex::Female), ..named },
            Identity { sex: None, ..named },
            Identity { names: &["Раҳимов", "Ҷамшед"], ..named },
        ] {
            assert_ne!(sealer(1).seal(&other), one);
        }
    }

    #[test]
    fn another_key_makes_other_keys() {
        let (one, two) = (sealer(1).seal(&JAMSHED), sealer(2).seal(&JAMSHED));
        assert_eq!(one, sealer(1).seal(&JAMSHED));
        assert_ne!(one.newcomer(), two.newcomer());
        for (left, right) in one.keys().iter().zip(two.keys()) {
            assert!(left.digest != right.digest);
        }
    }

    #[test]
    fn the_pseudonym_is_not_a_link_key() {
        let keys = sealer(1).seal(&JAMSHED);
        assert!(keys.keys().iter().all(|key| key.digest != keys.newcomer().0));
    }

    #[test]
    fn records_and_unlinked_persons_are_apart() {
        let sealer = sealer(1);
        let file = sealer.digester().finish();
        let record = sealer.record("htcds", "17", &file);
        assert_ne!(record, sealer.unlinked("htcds", "17", &file));
        assert_ne!(record, sealer.record("htcds", "18", &file));
        assert_ne!(record, sealer.record("ctdc", "17", &file));
        let mut other = sealer.digester();
        other.update(b"x");
        assert_ne!(record, sealer.record("htcds", "17", &other.finish()));
    }

    #[test]
    fn debug_shows_shapes_only() {
        assert_eq!(format!("{JAMSHED:?}"), "Identity { document: true, names: 2, birth_date: true, sex: true }");
        assert_eq!(format!("{:?}", sealer(1).seal(&JAMSHED)), "[Document, NameBirthSex]");
        assert_eq!(format!("{:?} {:?}", sealer(1), sealer(1).digester()), "Sealer(..) Digester(..)");
    }

    proptest! {
        /// Bytes cannot move from one field into the next.
        #[test]
        fn field_boundaries_hold(left in "[ -~]{0,8}", right in "[ -~]{1,8}", cut in 1usize..8) {
            let sealer = sealer(1);
            let file = sealer.digester().finish();
            let cut = cut.min(right.len());
            let moved = format!("{left}{}", &right[..cut]);
            let one = sealer.record(&left, &right, &file);
            prop_assert_ne!(one, sealer.record(&moved, &right[cut..], &file));
            prop_assert_eq!(one, sealer.record(&left, &right, &file));
        }

        /// A file is the same however it is read.
        #[test]
        fn pieces_do_not_matter(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let sealer = sealer(1);
            let cut = cut.min(bytes.len());
            let mut whole = sealer.digester();
            whole.update(&bytes);
            let mut pieces = sealer.digester();
            pieces.update(&bytes[..cut]);
            pieces.update(&bytes[cut..]);
            prop_assert_eq!(whole.finish(), pieces.finish());
        }

        /// Different document numbers never share a key; one number always has the same.
        #[test]
        fn documents_are_told_apart(one in "[A-Z]{2}[0-9]{7}", two in "[A-Z]{2}[0-9]{7}") {
            let key = |number: &str| sealer(1).seal(&Identity { document: Some(number), ..Identity::default() });
            prop_assume!(!key(&one).is_empty());
            prop_assert_eq!(key(&one) == key(&two), one == two);
        }
    }
}
