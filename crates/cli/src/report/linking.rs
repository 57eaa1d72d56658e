//! What the rows of a load could be linked by, and what they lacked, in three languages: a row that nothing links counts as
//! one person, and whoever keeps the list should know why.

use panoh_custody::LoadReport;
use panoh_identity::Lack;
use panoh_intake::Language;

use crate::output::thousands;

/// The fixed words of one language.
#[derive(Debug)]
pub(crate) struct Words {
    /// Title of what rows could be linked by.
    pub(crate) grounds: &'static str,
    /// Title of what they lacked.
    pub(crate) lacking: &'static str,
    by_document_and_name: &'static str,
    by_document: &'static str,
    by_name: &'static str,
    by_nothing: &'static str,
    of_them: &'static str,
}

impl Words {
    /// The words of that language.
    pub(crate) fn of(language: Language) -> &'static Words {
        match language {
            Language::En => &EN,
            Language::Ru => &RU,
            Language::Tg => &TG,
        }
    }
}

/// How many rows could be linked by what.
pub(crate) fn grounds(report: &LoadReport, language: Language) -> Vec<(String, String)> {
    let (said, linkable) = (Words::of(language), &report.linkable);
    let counts = [
        (said.by_document_and_name, linkable.by_document_and_name),
        (said.by_document, linkable.by_document),
        (said.by_name, linkable.by_name),
        (said.by_nothing, linkable.by_nothing),
    ];
    let told = counts.into_iter().filter(|(_, rows)| *rows > 0);
    told.map(|(what, rows)| (what.to_owned(), thousands(rows))).collect()
}

/// How many rows lacked what, and how many of them nothing links.
pub(crate) fn lacking(report: &LoadReport, language: Language) -> Vec<(String, String)> {
    let of_them = Words::of(language).of_them;
    let found = |lack: Lack| {
        let count = report.linkable.lacking.get(lack.name())?;
        let rows = thousands(count.rows);
        let rows = match count.by_nothing {
            0 => rows,
            by_nothing => format!("{rows} ({of_them} {})", thousands(by_nothing)),
        };
        Some((title(lack, language).to_owned(), rows))
    };
    Lack::ALL.into_iter().filter_map(found).collect()
}

fn title(lack: Lack, language: Language) -> &'static str {
    let titles = match lack {
        Lack::NoDocument => ["no number of a document", "нет номера документа", "рақами ҳуҷҷат нест"],
        Lack::PlaceholderDocument => [
            "a number that stands for none (1234567, 0000000, too short)",
            "номер, который стоит вместо номера (1234567, 0000000, слишком короткий)",
            "рақаме, ки ба ҷои рақам истодааст (1234567, 0000000, аз ҳад кӯтоҳ)",
        ],
        Lack::NoName => ["no name", "нет имени", "ном нест"],
        Lack::OneWordName => ["a name of one word", "имя из одного слова", "номи аз як калима иборат"],
        Lack::AbsentName => [
            "words for not knowing, or initials alone, in the place of a name",
            "вместо имени слова о том, что оно не известно, или одни инициалы",
            "ба ҷои ном калимаҳо дар бораи номаълум будани он ё танҳо ҳарфҳои аввал",
        ],
        Lack::NoBirthDate => ["no birth date", "нет даты рождения", "санаи таваллуд нест"],
        Lack::PartOfBirthDate => [
            "a birth date without its day, and no father's name",
            "дата рождения без числа, и нет отчества",
            "санаи таваллуд бе рӯз ва номи падар нест",
        ],
        Lack::FirstOfJanuary => [
            "born on 1 January, which often stands for the year alone, and no father's name",
            "дата рождения 1 января, часто она означает только год, и нет отчества",
            "санаи таваллуд 1 январ, ки бисёр вақт танҳо солро мефаҳмонад, ва номи падар нест",
        ],
        Lack::NoSex => [
            "no sex: linked by name under a weaker rule",
            "не указан пол: по имени связывает более слабое правило",
            "ҷинс нишон дода нашудааст: аз рӯи ном қоидаи заифтар мепайвандад",
        ],
    };
    titles[language as usize]
}

const EN: Words = Words {
    grounds: "could be linked by (rows)",
    lacking: "lacked for linking (rows)",
    by_document_and_name: "a document, and name with birth date",
    by_document: "a document alone",
    by_name: "name with birth date alone",
    by_nothing: "nothing; each counts as one person",
    of_them: "of them linked by nothing:",
};

const RU: Words = Words {
    grounds: "можно было связать (строки)",
    lacking: "чего не хватало для связывания (строки)",
    by_document_and_name: "по документу и по имени с датой рождения",
    by_document: "только по документу",
    by_name: "только по имени с датой рождения",
    by_nothing: "ни по чему; каждая считается отдельным лицом",
    of_them: "из них нельзя связать ни по чему:",
};

const TG: Words = Words {
    grounds: "пайвастан мумкин буд (сатрҳо)",
    lacking: "барои пайвастан чӣ намерасид (сатрҳо)",
    by_document_and_name: "аз рӯи ҳуҷҷат ва аз рӯи ном бо санаи таваллуд",
    by_document: "танҳо аз рӯи ҳуҷҷат",
    by_name: "танҳо аз рӯи ном бо санаи таваллуд",
    by_nothing: "аз рӯи ҳеҷ чиз; ҳар яке як шахс ҳисоб мешавад",
    of_them: "аз онҳо бо ҳеҷ чиз пайваст намешаванд:",
};
