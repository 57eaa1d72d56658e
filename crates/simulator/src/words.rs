//! The words that a list of an organisation has for codes, from the tables in `words/`. Clerks use several words for
//! one thing: alternatives are separated by a bar.

use std::collections::HashMap;

use panoh_dictionary::Dictionary;

use crate::error::SimulatorError;

/// Words by code list and code.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    by_list: HashMap<String, HashMap<String, Vec<String>>>,
}

impl Words {
    /// Reads a table and checks its codes against the dictionary.
    pub(crate) fn read(table: &'static str, text: &str, dictionary: &Dictionary) -> Result<Self, SimulatorError> {
        let mut by_list: HashMap<String, HashMap<String, Vec<String>>> = HashMap::new();
        for (index, line) in text.lines().enumerate().skip(1) {
            let refuse = |rule: &str| SimulatorError::Story { table, line: index + 1, rule: rule.to_owned() };
            let [list, code, words] = line.splitn(3, ',').collect::<Vec<_>>()[..] else {
                return Err(refuse("must hold list, code and word"));
            };
            if dictionary.list(list).is_none_or(|list| list.code(code).is_none()) {
                return Err(refuse("must hold a code of a list of the dictionary"));
            }
            let words = words.split('|').map(str::to_owned).collect();
            by_list.entry(list.to_owned()).or_default().insert(code.to_owned(), words);
        }
        Ok(Self { by_list })
    }

    /// One of the words for a code; `choice` says which of several. None when the list has no word for it.
    pub(crate) fn get(&self, list: &str, code: &str, choice: u64) -> Option<&str> {
        let words = self.by_list.get(list)?.get(code)?;
        let at = usize::try_from(choice % words.len() as u64).ok()?;
        words.get(at).map(String::as_str)
    }
}
