//! Link keys: the digests that a record leaves behind and those that it looks for.
//!
//! A record *offers* digests and *asks* for digests, and it links to a person when one of its asks is an offer of one of
//! the person's records. Most rules offer what they ask. Where a rule treats its two records differently, offer and ask
//! are digests of different classes:
//!
//! | rule | a record offers | and asks for |
//! |---|---|---|
//! | document + birth date | document, date; of little more than a year: and sex | the same |
//! | document + two names | document, pair | the same |
//! | document | says more: `DocumentOfMany`; else `DocumentAlone` | says more: `DocumentAlone`; else both |
//! | three names | pair, father, date, sex | the same |
//! | two names | has three: `PairOfThree`; else `Pair` | has three: `Pair`; else both |
//!
//! So two records with three names each never meet over a pair: twins share family name, father's name, birth date and
//! sex. Sex is part of a name digest; a record without sex asks under each, and all ask under "not recorded". In the same
//! way two names are digested with which of them is the family name, where its ending tells.
//!
//! A document number with its country is offered under the country and under "some country", and asks under the country
//! and under "none said"; a number without one is offered and asks under "none said" and asks under "some country".

use std::fmt;

use super::birth::Birth;
use super::{Class, Grounds, Identity, LinkRule, Population, Sex, SubKeys};
use crate::document;
use crate::fold::{self, Family, HeardNames, Names};
use crate::keyed::Message;
use crate::pseudonym::Pseudonym;

/// The link keys of one identity, strongest rule first, and the pseudonym that a new person with these keys gets.
#[derive(Clone, PartialEq, Eq)]
pub struct LinkKeys {
    offers: Vec<Offer>,
    asks: Vec<Ask>,
    facts: Facts,
    newcomer: Pseudonym,
    grounds: Grounds,
}

/// A digest that a record leaves behind.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) class: Class,
    pub(crate) digest: [u8; 16],
}

/// A digest that a record looks for, and the rule that links when it is found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ask {
    pub(crate) rule: LinkRule,
    pub(crate) class: Class,
    pub(crate) digest: [u8; 16],
}

/// Digests of what a record knows, to tell when two persons cannot be one. Sex and father's name are hashed with the
/// birth date: alone, a digest of two possible values would be no secret.
#[derive(Clone, PartialEq, Eq, Default)]
pub(crate) struct Facts {
    pub(crate) birth: Option<[u8; 16]>,
    pub(crate) sex: Option<[u8; 16]>,
    /// The father's name, when it is known to be the father's.
    pub(crate) father: Option<[u8; 16]>,
    /// Everything that the father's name may be.
    pub(crate) fathers: Vec<[u8; 16]>,
}

impl LinkKeys {
    /// Whether the identity said too little to link anything.
    pub fn is_empty(&self) -> bool {
        self.offers.is_empty()
    }

    /// What there was to go on, and what was lacking.
    pub fn grounds(&self) -> Grounds {
        self.grounds
    }

    /// The rules that these keys may link by, strongest first.
    pub fn rules(&self) -> impl Iterator<Item = LinkRule> + '_ {
        let same = |at: usize| at > 0 && self.asks[at - 1].rule == self.asks[at].rule;
        (0..self.asks.len()).filter(move |&at| !same(at)).map(|at| self.asks[at].rule)
    }

    /// What the record leaves behind. The first is among the asks too, and the strongest of them: after the record was
    /// linked, its person is the one who holds this digest.
    pub(crate) fn offers(&self) -> &[Offer] {
        &self.offers
    }

    /// What the record looks for, strongest first.
    pub(crate) fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// By what later rows about the person of this record are told when the record itself is all that is known: what it
    /// leaves behind. Of a record that says nothing but a number, every other record with that number would find what it
    /// leaves behind, a whole family in one passport; so other such records shall find what they find of one that says
    /// more.
    pub(crate) fn marks(&self) -> impl Iterator<Item = [u8; 16]> + '_ {
        let says_more = self.offers.iter().filter(|offer| offer.class != Class::DocumentAlone);
        let alone = self.asks.iter().filter(|ask| ask.class == Class::DocumentOfMany).take(1);
        says_more.map(|offer| offer.digest).chain(alone.map(|ask| ask.digest))
    }

    /// Whether the record says anything but a document number.
    pub(crate) fn says_more(&self) -> bool {
        self.offers.iter().all(|offer| offer.class != Class::DocumentAlone)
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
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

/// Makes the link keys of an identity.
pub(super) fn seal(
    keys: &SubKeys,
    identity: &Identity<'_>,
    population: Population,
    heard: &mut HeardNames,
) -> LinkKeys {
    let birth = identity.birth.and_then(Birth::of);
    let names = fold::names(identity, heard);
    let mut draft = Draft {
        keys,
        population,
        offers: Vec::with_capacity(8),
        asks: Vec::with_capacity(12),
        message: keys.link.message(),
    };
    let number = identity.document.and_then(document::normalised);
    let grounds = Grounds::of(identity, number.is_some(), birth, &names);
    if let Some(number) = number {
        let country = identity.document_country.and_then(document::country);
        draft.document(&number, country.as_deref(), (birth, identity.sex), &names);
    }
    if let Some(birth) = birth {
        draft.three_names(&names, birth, identity.sex);
        if let Some(day) = birth.day() {
            draft.two_names(&names, day, identity.sex);
        }
    }
    let facts = draft.facts(&names, birth, identity.sex);
    draft.finish(grounds, facts)
}

/// Link keys in the making; digests are under the first key alone until the end.
struct Draft<'a> {
    keys: &'a SubKeys,
    population: Population,
    offers: Vec<Offer>,
    asks: Vec<Ask>,
    /// What is hashed next; one for all, as beginning anew is quicker than wiping it each time.
    message: Message<'a>,
}

impl Draft<'_> {
    fn document(
        &mut self,
        number: &str,
        country: Option<&str>,
        (birth, sex): (Option<Birth>, Option<Sex>),
        names: &Names,
    ) {
        let document = (number.as_bytes(), country.map(str::as_bytes));
        match birth {
            Some(Birth::Day(day)) => self.number_and(Class::DocumentBirth, document, &[&day]),
            // A year tells a husband from the wife whose passport he came with as little as the number does.
            Some(Birth::Year(year)) => self.number_and(Class::DocumentBirth, document, &[&year, letter(sex)]),
            None => {}
        }
        for [one, other] in &names.pairs {
            self.number_and(Class::DocumentNames, document, &[one.as_bytes(), other.as_bytes()]);
        }
        self.number_alone(document, birth.is_some() || !names.pairs.is_empty());
    }

    /// A document number with its country, and something else: offered and asked for in the same class.
    fn number_and(&mut self, class: Class, (number, country): (&[u8], Option<&[u8]>), rest: &[&[u8]]) {
        let [unsaid, some_country] = self.two_digests(class, &[number], rest);
        match country.map(|country| self.two_digests(class, &[number, country], rest)) {
            Some([own, _]) => self.numbered(class, &[own, some_country], [own, unsaid]),
            None => self.numbered(class, &[unsaid], [unsaid, some_country]),
        }
    }

    /// A document number with its country and nothing else. One message gives digests of both classes, so that most
    /// records need two messages and not four.
    fn number_alone(&mut self, (number, country): (&[u8], Option<&[u8]>), says_more: bool) {
        const ALONE: Class = Class::DocumentAlone;
        const OF_MANY: Class = Class::DocumentOfMany;
        let [alone_unsaid, of_many_some] = self.two_digests(ALONE, &[number], &[]);
        let own = country.map(|country| self.two_digests(ALONE, &[number, country], &[]));
        if let (true, Some([alone_own, of_many_own])) = (says_more, own) {
            self.offer(OF_MANY, &[of_many_own, of_many_some]);
            self.ask_by_number(ALONE, [alone_own, alone_unsaid]);
            return;
        }
        let [alone_some, of_many_unsaid] = self.two_digests(OF_MANY, &[number], &[]);
        match own {
            None if says_more => {
                self.offer(OF_MANY, &[of_many_unsaid]);
                self.ask_by_number(ALONE, [alone_unsaid, alone_some]);
            }
            None => {
                self.numbered(ALONE, &[alone_unsaid], [alone_unsaid, alone_some]);
                self.ask_by_number(OF_MANY, [of_many_unsaid, of_many_some]);
            }
            Some([alone_own, of_many_own]) => {
                self.numbered(ALONE, &[alone_own, alone_some], [alone_own, alone_unsaid]);
                self.ask_by_number(OF_MANY, [of_many_own, of_many_unsaid]);
            }
        }
    }

    fn numbered(&mut self, class: Class, offers: &[[u8; 16]], asks: [[u8; 16]; 2]) {
        self.offer(class, offers);
        self.ask_by_number(class, asks);
    }

    fn offer(&mut self, class: Class, digests: &[[u8; 16]]) {
        self.offers.extend(digests.iter().map(|&digest| Offer { class, digest }));
    }

    fn ask_by_number(&mut self, class: Class, digests: [[u8; 16]; 2]) {
        let rule = match class {
            Class::DocumentBirth => LinkRule::DocumentBirth,
            Class::DocumentNames => LinkRule::DocumentNames,
            _ => LinkRule::Document,
        };
        self.asks.extend(digests.map(|digest| Ask { rule, class, digest }));
    }

    fn three_names(&mut self, names: &Names, birth: Birth, sex: Option<Sex>) {
        for ([one, other], father) in &names.threes {
            let parts = [one.as_bytes(), other.as_bytes(), father.as_bytes()];
            for (at, (sex, rule)) in agreeing(sex, LinkRule::ThreeNames, LinkRule::ThreeNamesNoSex).enumerate() {
                let [digest, _] = self.two_digests(Class::Three, &[&birth.bytes(), sex], &parts);
                self.asks.push(Ask { rule, class: Class::Three, digest });
                if at == 0 {
                    self.offers.push(Offer { class: Class::Three, digest });
                }
            }
        }
    }

    fn two_names(&mut self, names: &Names, day: [u8; 4], sex: Option<Sex>) {
        let has_three = !names.threes.is_empty();
        for ([one, other], family) in names.pairs.iter().zip(&names.families) {
            let parts = [one.as_bytes(), other.as_bytes()];
            let families = agreeing_families(*family);
            let sexes = agreeing(sex, LinkRule::TwoNames, LinkRule::TwoNamesNoSex);
            // One thing may be open between two records, sex or which part is the family name; not both.
            let own_family = sexes.clone().map(|(sex, rule)| (sex, families[0], rule));
            let own_sex = sexes.take(1).flat_map(|(sex, rule)| families[1..].iter().map(move |one| (sex, *one, rule)));
            for (at, (sex, family, rule)) in own_family.chain(own_sex).enumerate() {
                let [of_two, of_three] = self.two_digests(Class::Pair, &[&day, sex, family], &parts);
                self.asks.push(Ask { rule, class: Class::Pair, digest: of_two });
                if !has_three {
                    self.asks.push(Ask { rule, class: Class::PairOfThree, digest: of_three });
                }
                if at == 0 {
                    let (class, digest) =
                        if has_three { (Class::PairOfThree, of_three) } else { (Class::Pair, of_two) };
                    self.offers.push(Offer { class, digest });
                }
            }
        }
    }

    fn facts(&mut self, names: &Names, birth: Option<Birth>, sex: Option<Sex>) -> Facts {
        let Some(day) = birth.and_then(Birth::day) else { return Facts::default() };
        let [birth, of_sex] = self.about(day, "");
        let fathers: Vec<[u8; 16]> =
            names.threes.iter().map(|(_, father)| self.keys.chain.finish(self.about(day, father)[0])).collect();
        // Two values that differ and say nothing else, for persons born on one day.
        let of_sex = |sex| if sex == Sex::Female { of_sex } else { of_sex.map(|byte| !byte) };
        Facts {
            birth: Some(self.keys.chain.finish(birth)),
            sex: sex.map(|sex| self.keys.chain.finish(of_sex(sex))),
            father: fathers.first().copied().filter(|_| names.father_is_known),
            fathers,
        }
    }

    /// Two digests of a day of birth and what else is said; nothing is the empty text, which is nobody's name. What comes
    /// before the text has one length, so no two inputs make one message.
    fn about(&mut self, day: [u8; 4], more: &str) -> [[u8; 16]; 2] {
        self.message.restart(&self.keys.fact);
        halves(self.message.add(&[self.population as u8]).add(&day).add(more.as_bytes()).finish())
    }

    /// Two digests that have nothing to do with each other, for the price of one.
    ///
    /// No two inputs make one message: it begins with three bytes, and then each field says where it ends. So it reads in
    /// one way only, and the third byte tells how many of the fields are the first ones.
    fn two_digests(&mut self, class: Class, first: &[&[u8]], rest: &[&[u8]]) -> [[u8; 16]; 2] {
        self.message.restart(&self.keys.link);
        self.message.add(&[self.population as u8, class as u8, first.len() as u8]);
        for field in first.iter().chain(rest) {
            self.message.brief_field(field);
        }
        halves(self.message.finish())
    }

    /// Sorts the asks by their rules and passes all digests through the later keys.
    fn finish(mut self, grounds: Grounds, facts: Facts) -> LinkKeys {
        // Everything that the record offers decides the pseudonym, so the same record makes the same person known when a
        // load was taken back. Digests have one length and need none before them.
        self.message.restart(&self.keys.person);
        for offer in &self.offers {
            self.message.add(&offer.digest);
        }
        let newcomer = Pseudonym(self.keys.chain.finish(self.message.finish_short()));
        // Stable: within a rule, what was said first comes first.
        self.asks.sort_by_key(|ask| ask.rule);
        for offer in &mut self.offers {
            offer.digest = self.keys.chain.finish(offer.digest);
        }
        for ask in &mut self.asks {
            ask.digest = self.keys.chain.finish(ask.digest);
        }
        LinkKeys { offers: self.offers, asks: self.asks, facts, newcomer, grounds }
    }
}

/// A record's sex as a letter.
fn letter(sex: Option<Sex>) -> &'static [u8] {
    match sex {
        Some(Sex::Female) => b"f",
        Some(Sex::Male) => b"m",
        None => b"-",
    }
}

/// The sexes that agree with a record's own, as letters: its own first, then those that one of two records leaves open.
/// With each the rule that links by it.
fn agreeing(
    sex: Option<Sex>,
    sure: LinkRule,
    unsure: LinkRule,
) -> impl Iterator<Item = (&'static [u8], LinkRule)> + Clone {
    let others: &[Option<Sex>] = if sex.is_some() { &[None] } else { &[Some(Sex::Female), Some(Sex::Male)] };
    let all = std::iter::once(sex).chain(others.iter().copied());
    all.map(move |other| (letter(other), if sex.is_some() && other.is_some() { sure } else { unsure }))
}

/// What may be the family name in a record that agrees, as letters: the record's own first.
fn agreeing_families(family: Family) -> &'static [&'static [u8]] {
    match family {
        Family::Unknown => &[b"-", b"1", b"2"],
        Family::First => &[b"1", b"-"],
        Family::Second => &[b"2", b"-"],
    }
}

fn halves(whole: [u8; 32]) -> [[u8; 16]; 2] {
    [0, 16].map(|from| std::array::from_fn(|at| whole[from + at]))
}
