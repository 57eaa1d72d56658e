//! Turns an identity into link keys: keyed digests under fixed rules, and nothing that could be turned back.

mod birth;
pub(crate) mod cover;
mod grounds;
mod keys;
mod rule;

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::chain::Chain;
use crate::fold::HeardNames;
use crate::keyed::{Message, SubKey};
use crate::pseudonym::{FileDigest, Pseudonym};
use cover::Cover;

pub use birth::BirthDate;
pub use grounds::{Grounds, Lack};
pub(crate) use keys::Facts;
pub use keys::LinkKeys;
pub(crate) use rule::Class;
pub use rule::LinkRule;

/// What an export row says about who a person is. Borrowed, never stored, never printed.
#[derive(Clone, Copy, Default)]
pub struct Identity<'a> {
    /// Number of an identity document.
    pub document: Option<&'a str>,
    /// The country that issued the document, best as a code. Two equal numbers of two countries are two documents.
    pub document_country: Option<&'a str>,
    /// One cell with the whole name, in any order; a father's name may be in it.
    pub full_name: Option<&'a str>,
    /// Given name from a column of its own.
    pub given_name: Option<&'a str>,
    /// Family name from a column of its own.
    pub family_name: Option<&'a str>,
    /// Father's name from a column of its own, with or without its ending (Каримович, Карим).
    pub father_name: Option<&'a str>,
    /// Date of birth, as much of it as is known.
    pub birth: Option<BirthDate>,
    /// Sex as the source records it.
    pub sex: Option<Sex>,
}

impl fmt::Debug for Identity<'_> {
    /// Shows which parts are there, never what they say.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [self.full_name, self.given_name, self.family_name, self.father_name];
        out.debug_struct("Identity")
            .field("document", &self.document.is_some())
            .field("names", &names.iter().flatten().count())
            .field("birth", &self.birth.is_some())
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

/// Whom the rows of a table are about. Persons of different populations are never one person here: whether the suspect
/// of a case is also the victim of another is for an investigation to say, and not for a register of names. The
/// number is part of every link key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Population {
    /// Victims, callers, persons assisted.
    Victims = 1,
    /// Suspects in proceedings.
    Suspects = 2,
}

impl Population {
    /// The word for it in the dictionary.
    pub fn name(self) -> &'static str {
        match self {
            Population::Victims => "victims",
            Population::Suspects => "suspects",
        }
    }
}

/// Makes link keys and pseudonyms under sub-keys of one chain of keys, each for one use. Cheap to clone; the sub-keys are
/// wiped from memory with the last clone.
#[derive(Clone)]
pub struct Sealer(Arc<SubKeys>);

struct SubKeys {
    link: SubKey,
    fact: SubKey,
    person: SubKey,
    unlinked: SubKey,
    record: SubKey,
    stable_unlinked: SubKey,
    stable_record: SubKey,
    reference: SubKey,
    file: SubKey,
    cover: Cover,
    /// What every digest passes through last.
    chain: Chain,
}

impl Sealer {
    /// All sub-keys come from the `first` key; what they make passes through the later ones.
    pub(crate) fn new(first: &[u8; 32], chain: Chain) -> Sealer {
        let sub_key = |label| SubKey::derive(first, label);
        Sealer(Arc::new(SubKeys {
            link: sub_key("link/v4"),
            fact: sub_key("fact/v2"),
            person: sub_key("person/v3"),
            unlinked: sub_key("unlinked/v1"),
            record: sub_key("record/v1"),
            stable_unlinked: sub_key("stable-unlinked/v1"),
            stable_record: sub_key("stable-record/v1"),
            reference: sub_key("reference/v1"),
            file: sub_key("file/v1"),
            cover: Cover::new(first),
            chain,
        }))
    }

    /// The link keys of an identity among the persons of one population. None at all when it has neither a document
    /// number nor a name of two parts with a full birth date (of three parts with a year): a name alone is shared by too
    /// many.
    pub fn seal(&self, identity: &Identity<'_>, population: Population) -> LinkKeys {
        self.seal_after(identity, population, &mut HeardNames::default())
    }

    /// As [`Sealer::seal`], for one of many: names that were heard before are not folded again.
    pub fn seal_after(&self, identity: &Identity<'_>, population: Population, heard: &mut HeardNames) -> LinkKeys {
        keys::seal(&self.0, identity, population, heard)
    }

    /// The pseudonym of a record: what `record_id` names in the export `file` of `source`.
    pub fn record(&self, source: &str, record_id: &str, file: &FileDigest) -> Pseudonym {
        self.pseudonym(place(&self.0.record, source, record_id).field(&file.first))
    }

    /// The pseudonym of a record whose id names it in every export of `source`, so that a later export replaces it. Of any
    /// other record that carries an id, what tells it in every export: an erasure by record id leaves this behind.
    pub fn stable_record(&self, source: &str, record_id: &str) -> Pseudonym {
        self.pseudonym(&mut place(&self.0.stable_record, source, record_id))
    }

    /// The pseudonym of a person about whom a row says nothing that could link them: one row, one person.
    pub fn unlinked(&self, source: &str, record: &str, file: &FileDigest) -> Pseudonym {
        self.pseudonym(place(&self.0.unlinked, source, record).field(&file.first))
    }

    /// As [`Sealer::unlinked`], for a record whose id names it in every export of `source`.
    pub fn stable_unlinked(&self, source: &str, record_id: &str) -> Pseudonym {
        self.pseudonym(&mut place(&self.0.stable_unlinked, source, record_id))
    }

    /// The digest of a sender's number in one of the sender's registers (for example of the case that a contact led to):
    /// equal numbers of one register are equal, and nothing else ever is.
    pub fn reference(&self, register: &str, number: &str) -> Pseudonym {
        self.pseudonym(&mut place(&self.0.reference, register, number))
    }

    /// Starts the keyed digest of a file.
    pub fn digester(&self) -> Digester {
        Digester(self.0.file.stream(), self.0.chain.clone())
    }

    /// What covers the digests of erased persons.
    pub(crate) fn cover(&self) -> &Cover {
        &self.0.cover
    }

    fn pseudonym(&self, message: &mut Message<'_>) -> Pseudonym {
        Pseudonym(self.0.chain.finish(message.finish_short()))
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Sealer(..)")
    }
}

/// The keyed digest of a file in the making: bytes go in piece by piece, memory stays the same.
pub struct Digester(Hmac<Sha256>, Chain);

impl Digester {
    /// Takes the next bytes of the file. How they are cut into pieces does not matter.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of everything taken.
    pub fn finish(self) -> FileDigest {
        self.1.file(self.0.finalize().into_bytes().into())
    }
}

impl fmt::Debug for Digester {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Digester(..)")
    }
}

fn place<'k>(key: &'k SubKey, register: &str, number: &str) -> Message<'k> {
    let mut message = key.message();
    message.field(register.as_bytes()).field(number.as_bytes());
    message
}

#[cfg(test)]
mod tests;
