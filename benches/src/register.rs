//! Made-up rows of the registers that the simulator does not write: contacts, referrals, assistance, proceedings,
//! activities. Every row is drawn by itself from the codes of the dictionary, and says nothing about how such registers
//! look; they are for measuring only. A person has two referrals and two grants; suspects are others.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use panoh_dictionary::Dictionary;
use rand::Rng as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

use crate::SEED;

const REGIONS: [&str; 5] = ["TJ-DU", "TJ-KT", "TJ-SU", "TJ-GB", "TJ-RA"];
const COUNTRIES: [&str; 6] = ["TJK", "UZB", "KGZ", "KAZ", "RUS", "TUR"];
const SYLLABLES: [&str; 20] = [
    "ba", "do", "fi", "gu", "ho", "ja", "ko", "li", "mu", "na", "po", "ri", "sa", "to", "vu", "za", "sho", "che", "yo",
    "ka",
];
const TRAINED: [&str; 4] = ["training", "seminar", "round_table", "study_visit"];
const REACHED: [&str; 4] = ["campaign", "information_session", "school_lesson", "publication"];

/// The layout of one register.
#[derive(Debug)]
pub struct Register {
    /// The mapping that reads it.
    pub source: &'static str,
    /// Lines above the header.
    titles: usize,
    /// Names of the columns, separated by `|`.
    header: &'static str,
    row: fn(&mut Draw<'_>) -> Vec<String>,
}

/// All of them.
pub const REGISTERS: [Register; 5] = [
    Register {
        source: "hotline-log",
        titles: 0,
        header: "Contact no|Date of contact|Channel|Who called|Topics|Sex of the person concerned|Age|\
                 Citizenship|Calling from: country|Calling from: region|Planned destination|Type of exploitation|\
                 Outcome|Case no",
        row: contact,
    },
    Register {
        source: "referral-register",
        titles: 0,
        header: "Referral no|Date of referral|Full name|Date of birth|Passport|Sex|Citizenship|Referred by|\
                 Referred to|Reason|Assistance needed|Status of the person|Type of exploitation|Region|Outcome|\
                 Date of assistance",
        row: referral,
    },
    Register {
        source: "assistance-register",
        titles: 2,
        header: "Grant no|Date given|Name of recipient|Date of birth|Passport|Consent|Sex|Citizenship|Group|\
                 Status|Assistance|Items|Quantity|Unit|Family members|Region|Returned from",
        row: grant,
    },
    Register {
        source: "proceedings",
        titles: 0,
        header: "Record no|Criminal case no|Date|Name of suspect|Date of birth|Sex|Citizenship|Article|Stage|\
                 Counted|Number|Role|Purpose|Body",
        row: stage,
    },
    Register {
        source: "activities",
        titles: 0,
        header: "Date|Activity|Topic|Channels|Bodies|Held by|Region|Participants|Women|Men|People reached",
        row: activity,
    },
];

impl Register {
    /// Writes so many rows into a folder. The same number gives the same bytes.
    pub fn write(&self, rows: u64, dictionary: &Dictionary, dir: &Path) -> Result<PathBuf> {
        let path = dir.join(format!("synthetic-{}.csv", self.source));
        let mut file = csv::Writer::from_path(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let header: Vec<&str> = self.header.split('|').collect();
        for _ in 0..self.titles {
            let mut title = vec![""; header.len()];
            title[0] = "Synthetic";
            file.write_record(title)?;
        }
        file.write_record(header)?;
        let mut draw = Draw { random: ChaCha20Rng::seed_from_u64(SEED), dictionary, number: 0 };
        for number in 0..rows {
            draw.number = number;
            file.write_record((self.row)(&mut draw))?;
        }
        file.flush()?;
        Ok(path)
    }
}

/// Where the cells of one row come from.
struct Draw<'a> {
    random: ChaCha20Rng,
    dictionary: &'a Dictionary,
    number: u64,
}

impl Draw<'_> {
    fn of(&mut self, words: &[&str]) -> String {
        words[self.random.random_range(0..words.len())].to_owned()
    }

    /// A code of a list.
    fn code(&mut self, list: &str) -> String {
        let codes = &self.dictionary.list(list).expect("a list of the dictionary").codes;
        codes[self.random.random_range(0..codes.len())].code.clone()
    }

    /// A code, the word for not known, or nothing.
    fn maybe(&mut self, list: &str) -> String {
        match self.random.random_range(0..20) {
            0 | 1 => String::new(),
            2 => "unknown".to_owned(),
            _ => self.code(list),
        }
    }

    /// One to three codes, or nothing.
    fn some(&mut self, list: &str) -> String {
        let several = self.random.random_range(0..4);
        (0..several).map(|_| self.code(list)).collect::<Vec<_>>().join(";")
    }

    /// A number, the sign for one that is held back, or nothing.
    fn count(&mut self, largest: u32) -> String {
        match self.random.random_range(0..20) {
            0 => String::new(),
            1 => "*".to_owned(),
            _ => self.random.random_range(1..=largest).to_string(),
        }
    }

    /// A day, and one that is at most two months later.
    fn days(&mut self) -> [String; 2] {
        let (year, month) = (self.random.random_range(2014..2025), self.random.random_range(1..12));
        let day = self.random.random_range(1..29);
        let (later_month, later_day) = if self.random.random_bool(0.5) {
            (month, self.random.random_range(day..29))
        } else {
            (month + 1, self.random.random_range(1..29))
        };
        [format!("{year}-{month:02}-{day:02}"), format!("{year}-{later_month:02}-{later_day:02}")]
    }

    fn day(&mut self) -> String {
        let [day, _] = self.days();
        day
    }

    fn record(&self, register: &str) -> String {
        format!("SYN-{register}-{}", self.number)
    }

    /// Name, birth date and document of the person of this row, and of the next or the one before.
    fn person(&self) -> [String; 3] {
        let person = self.number / 2;
        let mut left = person;
        let mut word = || {
            let mut word = String::new();
            for _ in 0..3 {
                word.push_str(SYLLABLES[usize::try_from(left % 20).expect("below twenty")]);
                left = left / 20 + 7;
            }
            word[..1].to_uppercase() + &word[1..]
        };
        let (given, family) = (word(), word());
        let birth = format!("{}-{:02}-{:02}", 1960 + person % 45, 1 + person / 45 % 12, 1 + person / 540 % 28);
        [format!("{family}ov {given}"), birth, format!("Z{person:08}")]
    }

    fn sex(&self) -> String {
        (if (self.number / 2).is_multiple_of(3) { "man" } else { "woman" }).to_owned()
    }
}

fn contact(draw: &mut Draw<'_>) -> Vec<String> {
    vec![
        draw.record("C"),
        draw.day(),
        draw.maybe("contact_channel"),
        draw.maybe("contact_party"),
        draw.some("contact_topic"),
        draw.of(&["man", "woman", ""]),
        draw.random.random_range(10..70).to_string(),
        draw.of(&COUNTRIES),
        draw.of(&COUNTRIES),
        draw.of(&REGIONS),
        draw.of(&COUNTRIES),
        draw.some("purpose"),
        draw.maybe("contact_outcome"),
        String::new(),
    ]
}

fn referral(draw: &mut Draw<'_>) -> Vec<String> {
    let ([name, birth, document], [day, later]) = (draw.person(), draw.days());
    let assisted = if draw.random.random_bool(0.7) { later } else { String::new() };
    vec![
        draw.record("R"),
        day,
        name,
        birth,
        document,
        draw.sex(),
        draw.of(&COUNTRIES),
        draw.code("body"),
        draw.code("body"),
        draw.some("referral_reason"),
        draw.some("service"),
        draw.maybe("status"),
        draw.some("purpose"),
        draw.of(&REGIONS),
        draw.maybe("referral_outcome"),
        assisted,
    ]
}

fn grant(draw: &mut Draw<'_>) -> Vec<String> {
    let [name, birth, document] = draw.person();
    vec![
        draw.record("A"),
        draw.day(),
        name,
        birth,
        document,
        "Yes".to_owned(),
        draw.sex(),
        draw.of(&COUNTRIES),
        draw.code("beneficiary_group"),
        draw.maybe("status"),
        draw.some("service"),
        draw.some("in_kind_item"),
        draw.count(100),
        draw.maybe("quantity_unit"),
        draw.count(12),
        draw.of(&REGIONS),
        draw.of(&COUNTRIES),
    ]
}

fn stage(draw: &mut Draw<'_>) -> Vec<String> {
    let is_case = draw.number.is_multiple_of(3);
    let [name, birth, _] = if is_case { Default::default() } else { draw.person() };
    vec![
        draw.record("P"),
        format!("SYN-D-{}", draw.number / 4),
        draw.day(),
        name,
        birth,
        if is_case { String::new() } else { draw.sex() },
        draw.of(&COUNTRIES),
        draw.some("offence"),
        draw.code("proceeding_stage"),
        (if is_case { "case" } else { "suspect" }).to_owned(),
        if is_case { draw.count(20) } else { "1".to_owned() },
        draw.some("suspect_role"),
        draw.some("purpose"),
        draw.maybe("body"),
    ]
}

fn activity(draw: &mut Draw<'_>) -> Vec<String> {
    let is_training = draw.random.random_bool(0.5);
    let (women, men) = (draw.random.random_range(0..40), draw.random.random_range(0..40));
    // Every fifth training does not say who took part; every fifth holds it back.
    let numbers = match (is_training, draw.number % 5) {
        (false, _) => [const { String::new() }; 3],
        (true, 0) => [(women + men).to_string(), String::new(), String::new()],
        (true, 1) => [(women + men).to_string(), "*".to_owned(), "*".to_owned()],
        (true, _) => [women + men, women, men].map(|number: u32| number.to_string()),
    };
    let [participants, in_women, in_men] = numbers;
    vec![
        draw.day(),
        draw.of(if is_training { &TRAINED } else { &REACHED }),
        draw.some("activity_topic"),
        if is_training { String::new() } else { draw.some("media_channel") },
        if is_training { draw.some("body") } else { String::new() },
        draw.maybe("body"),
        draw.of(&REGIONS),
        participants,
        in_women,
        in_men,
        if is_training { String::new() } else { draw.count(20_000) },
    ]
}
