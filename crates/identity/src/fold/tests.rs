//! Spellings that must meet and names that must not, as tables that a reader of these languages can check.

use proptest::prelude::*;

use unicode_normalization::UnicodeNormalization;

use super::*;

/// The names of an identity, the same whether its words were heard before or not.
fn names(identity: &Identity<'_>) -> Names {
    let names = super::names(identity, &mut HeardNames::default());
    let mut heard = HeardNames::remembering();
    for _ in 0..2 {
        assert_eq!(super::names(identity, &mut heard), names);
    }
    names
}

/// What one cell with a whole name says.
fn cell(name: &str) -> Names {
    names(&Identity { full_name: Some(name), ..Identity::default() })
}

/// Whether two cells have a reading in common, father's names left aside.
fn meet(one: &str, other: &str) -> bool {
    let (one, other) = (cell(one), cell(other));
    one.pairs.iter().any(|pair| other.pairs.contains(pair))
}

/// All spellings of a line are one name.
fn one(spellings: &[&str]) {
    for spelling in spellings {
        assert!(meet(spellings[0], spelling), "{spelling} and {} are one name", spellings[0]);
    }
}

/// No two names of a line are one.
fn apart(names: &[&str]) {
    for (place, name) in names.iter().enumerate() {
        for other in &names[place + 1..] {
            assert!(!meet(name, other), "{name} and {other} are two names");
        }
    }
}

/// The father's name that a cell gives, folded.
fn fathers(name: &str) -> Vec<String> {
    cell(name).threes.into_iter().map(|(_, father)| father.to_string()).collect()
}

#[test]
fn one_person_in_four_lists() {
    one(&["Раҳмонов Ҷамшед", "Рахмонов Джамшед", "Rahmonov Jamshed", "Rakhmonov Dzhamshed"]);
    one(&[
        "Раҳмонов Ҷамшед",
        "Ҷамшед РАҲМОНОВ",
        "RAHMONOV, Jamshed",
        "Rahmanov Djamshid",
        "Рахманов Джамшид",
        "Жамшид Рахмонов",
        "Rahmanow Jamşid",
        "Raxmonov Jamshid",
        "Rakhmonoff Jamshed",
        "Раҳмонзода Ҷамшед",
        "Раҳмон Ҷамшед",
        "Раҳмонов Ҷамшед Каримович",
        "Рахмонов Джамшед Каримович",
        "Rakhmonov Jamshed Karimovich",
        "Rahmonov Jamshed Karim o‘g‘li",
        "Раҳмонов Ҷамшед К.",
        "  Раҳмонов\tҶамшед\n",
    ]);
}

#[test]
fn what_says_that_no_name_is_known_is_no_name() {
    for nobody in [
        "Аноним Аноним",
        "Неизвестно Неизвестно",
        "неизвестная Неизвестно",
        "НЕИЗВЕСТНЫЙ НЕИЗВЕСТНЫЙ",
        "см. паспорт",
        "См. в паспорте",
        "unknown unknown",
        "Unknown, Anonymous",
        "N N",
        "N. N.",
        "нет данных",
        "Нет Нет",
        "не указано",
        "не установлена",
        "номаълум",
        "Номаълум Номаълум",
        "маълум нест",
        "маълумот нест",
        "noma’lum noma'lum",
        "not recorded",
        "no name given",
        "без документ",
        "без имени",
        "Не сообщил",
        "Данные скрыты",
        "ФИО скрыто",
        "Имя изменено",
        "Несовершеннолетняя девочка",
        "Пострадавший Пострадавший",
        "Ребёнок",
        "Confidential data",
        "Test Test",
    ] {
        assert_eq!(cell(nobody), Names::default(), "{nobody} is nobody's name");
        let identity = Identity { full_name: Some(nobody), ..Identity::default() };
        assert_eq!(nameless(&identity), Nameless::Absent, "{nobody}");
        let columns = Identity { given_name: Some(nobody), family_name: Some(nobody), ..Identity::default() };
        assert_eq!(names(&columns), Names::default(), "{nobody} in two columns is nobody's name either");
    }
    // One word of a name beside such a word is one word.
    for half in ["Зарина Неизвестно", "Unknown Zarina", "Зарина", "Зарина К."] {
        let identity = Identity { full_name: Some(half), ..Identity::default() };
        assert_eq!((names(&identity), nameless(&identity)), (Names::default(), Nameless::OneWord), "{half}");
    }
    let columns =
        Identity { given_name: Some("Зарина"), family_name: Some("нет данных"), ..Identity::default() };
    assert_eq!((names(&columns), nameless(&columns)), (Names::default(), Nameless::OneWord));
    assert_eq!(nameless(&Identity::default()), Nameless::Nothing);
    one(&["Раҳмонов Ҷамшед Неизвестно", "Rahmonov Jamshed"]);
}

#[test]
fn names_that_are_also_such_words_stay_names() {
    for name in ["Эрнст Неизвестный", "Не Андрей", "Но Виктория", "No Viktoria", "Нетаев Паспорт", "Dana See"]
    {
        assert!(!cell(name).pairs.is_empty(), "{name} is a name");
    }
    let family =
        |family_name| Identity {
            given_name: Some("Виктория"), family_name: Some(family_name), ..Identity::default()
        };
    assert!(!names(&family("Но")).pairs.is_empty() && !names(&family("Не")).pairs.is_empty());
}

#[test]
fn tajik_letters_have_four_spellings() {
    one(&[
        "Қодиров Ғайрат",
        "Кодиров Гайрат",
        "Qodirov Ghayrat",
        "Kadyrov Gairat",
        "Кадыров Гайрат",
        "Qodirov G‘ayrat",
    ]);
    one(&["Ҳоҷиева Зуҳро", "Ходжиева Зухра", "Hojieva Zuhro", "Khodzhiyeva Zukhra", "Хожиева Зухро"]);
    one(&[
        "Ҷӯраев Хуршед",
        "Джураев Хуршед",
        "Juraev Khurshed",
        "Dzhuraev Khurshid",
        "Jo‘rayev Xurshid",
        "Жўраев Хуршид",
    ]);
    one(&["Ӯғулой Шарифзода", "Угулой Шарифова", "Ughuloy Sharifzoda", "Oʻgʻuloy Sharifova"]);
    one(&["Исҳоқов Маҳмуд", "Исхаков Махмуд", "Ishoqov Mahmud", "Iskhakov Mahmoud"]);
    one(&["Азҳар Машҳуров", "Азхар Машхуров", "Azhar Mashhurov", "Azkhar Mashkhurov"]);
    one(&["Саидҷон Хоҷаев", "Саиджон Ходжаев", "Saidjon Khojaev", "Саидджон Хожаев"]);
}

#[test]
fn letters_of_older_tajik_fonts_are_read() {
    one(&["Раҳмонов Ҷамшед", "Рањмонов Љамшед"]);
    one(&["Қодирӣ Ғайрат Ӯғулой", "Ќодирї Ѓайрат Ўѓулой"]);
}

#[test]
fn soft_vowels_and_signs() {
    one(&["Юсуфов Файзулло", "Yusufov Fayzullo", "Iusufov Faizullo", "Jusufov Fayzulloh"]);
    one(&["Юнусова Мария", "Yunusova Maria", "Iunusova Mariya", "Junusova Mariia"]);
    one(&["Якубов Аюб", "Yakubov Ayub", "Iakubov Aiub", "Якубов Айюб"]);
    one(&["Бахтиёр Зиёев", "Бахтиер Зиеев", "Bakhtiyor Ziyoev", "Baxtiyor Ziyoyev", "Bakhtior Zioev"]);
    one(&["Саёра Фёдорова", "Саера Федорова", "Sayora Fyodorova", "Sayera Fedorova"]);
    one(&["Маъруф Мӯъминов", "Маруф Муминов", "Ma'ruf Mu’minov", "Maruf Mo‘minov"]);
    one(&["Игорь Подъячев", "Игор Подячев", "Igor Podyachev", "Igor' Pod'iachev"]);
    one(&["Дмитрий Людмилин", "Dmitry Lyudmilin", "Dmitriy Liudmilin", "Dmitrii Ljudmilin", "Dmitrij Liudmilin"]);
    one(&["Елена Сергеева", "Yelena Sergeyeva", "Elena Sergeeva", "Elena Sergeieva"]);
    one(&["Ҳусейн Алиев", "Ҳусайн Алиев", "Хусейн Алиев", "Husein Aliev", "Hussain Aliyev", "Khuseyn Aliyev"]);
    one(&["Цой Анна", "Tsoi Anna", "Tsoy Anna", "Coi Anna"]);
    one(&["Щербаков Пётр", "Shcherbakov Pyotr", "Scherbakov Petr", "Щербаков Петр"]);
    one(&["Чориев Шамс", "Choriyev Shams", "Çoriýew Şams", "Čoriev Šams", "Tchoriev Shams"]);
    one(&["Александр Ксенин", "Aleksandr Ksenin", "Alexandr Xenin"]);
    one(&["Абдуллоҳ Карим", "Абдулло Карим", "Абдулла Карим", "Abdulloh Karim", "Abdullah Kareem"]);
}

#[test]
fn endings_of_one_family_name() {
    one(&[
        "Шариф Анвар",
        "Шарифов Анвар",
        "Шарифзода Анвар",
        "Шарифзод Анвар",
        "Sharifzade Anvar",
        "Sharifzadeh Anvar",
    ]);
    one(&["Давлатзода Лола", "Давлатова Лола", "Davlatzoda Lola"]);
    one(&["Тағойзода Лола", "Тағоева Лола", "Taghoyzoda Lola", "Тагойзод Лола"]);
    one(&["Гаррыев Тимур", "Garriev Timur", "Garryyew Timur"]);
    one(&["Али Назар", "Алиев Назар", "Aliyev Nazar", "Aliev Nazarov", "Ализода Назар", "Aliýew Nazar"]);
    one(&["Шарипова Нигора", "Sharipova Nigora", "Шарипов Нигора", "Sharipzoda Nigora"]);
    one(&["Каримова-Саидова Лола", "Karimova-Saidova Lola", "Каримова–Саидова Лола"]);
    one(&["Абдул-Азиз Назаров", "Абдулазиз Назаров", "Abdul-Aziz Nazarov"]);
}

#[test]
fn case_and_unicode_form_do_not_matter() {
    one(&["ФЁДОРОВ ЙУЛДУЗ", "фёдоров йулдуз", "Фёдоров Йулдуз", "Федоров Йулдуз"]);
    one(&["Қодирӣ Ӯктам", "Қодирӣ Ӯктам"]);
    one(&["Rahīmov Sūrat", "Rahi\u{304}mov Su\u{304}rat", "RAHIMOV SURAT", "Ｒａｈｉｍｏｖ Ｓｕｒａｔ"]);
}

#[test]
fn look_alike_letters_of_the_other_script() {
    // Latin P, a, o, C, H in Cyrillic words; Cyrillic о, а, е in Latin words.
    one(&["Рахмонов Джамшед", "Pахмонов Джaмшед", "Рaхмoнов Джамшед"]);
    one(&["Саидов Назар", "Cаидов Haзаp"]);
    one(&["Rahmonov Jamshed", "Rаhmоnov Jаmshеd"]);
}

#[test]
fn the_order_of_names_and_of_columns_does_not_matter() {
    let expected = cell("Ҷамшед Раҳмонов").pairs;
    assert_eq!(cell("Раҳмонов Ҷамшед").pairs, expected);
    let columns =
        |given, family| names(&Identity { given_name: Some(given), family_name: Some(family), ..Identity::default() });
    assert_eq!(columns("Jamshed", "Rahmonov").pairs, expected);
    assert_eq!(columns("Rahmonov", "Jamshed").pairs, expected);
    assert_eq!(columns("Ҷамшед Каримович", "Раҳмонов").pairs, expected);
    assert_eq!(columns("Абдул Азиз", "Назаров").pairs, cell("Абдулазиз Назаров").pairs);
    let half =
        Identity { given_name: Some("Ҷамшед"), full_name: Some("Раҳмонов"), ..Identity::default() };
    assert_eq!(names(&half).pairs, expected);
}

#[test]
fn a_fathers_name_is_known_by_its_ending_or_its_column() {
    one(&["Каримова Зебо Саидовна", "Каримова Зебо", "Karimova Zebo Saidovna", "Каримова Зебо Саид кизи"]);
    one(&["Зебо Каримова Ильинична", "Зебо Каримова"]);
    assert_eq!(cell("Абрамович Роман").pairs.len(), 1, "a family name may end like a father's");
    assert!(cell("Абрамович Роман").threes.is_empty());
    let bare = fathers("Каримова Зебо Саид кизи");
    for name in
        ["Каримова Зебо Саидовна", "Karimova Zebo Saidovna", "Zebo Saidovna Karimova", "Каримова Зебо Саид қизи"]
    {
        assert_eq!(fathers(name), bare, "{name}");
        assert!(cell(name).father_is_known);
    }
    for father in ["Саид", "Саидовна", "Saidovna", "Саид кизи"] {
        let columns =
            Identity { full_name: Some("Каримова Зебо"), father_name: Some(father), ..Identity::default() };
        assert_eq!(names(&columns), cell("Каримова Зебо Саидовна"), "{father}");
    }
}

#[test]
fn endings_swallow_the_last_vowels_of_a_fathers_name() {
    for (bare, with_ending) in [
        ("Карим", "Каримович"),
        ("Сергей", "Сергеевич"),
        ("Николай", "Николаевна"),
        ("Валӣ", "Валиевич"),
        ("Мирзо", "Мирзоевич"),
        ("Абдулло", "Abdulloevich"),
        ("Юрий", "Юрьевич"),
        ("Илья", "Ильич"),
    ] {
        let columns =
            Identity { full_name: Some("Назаров Али"), father_name: Some(bare), ..Identity::default() };
        let father = names(&columns).threes[0].1.to_string();
        assert_eq!(fathers(&format!("Назаров Али {with_ending}")), [father], "{with_ending}");
    }
}

#[test]
fn a_third_word_without_a_sign_is_the_fathers_where_the_family_name_leaves_it() {
    for (bare, known) in [
        ("Раҳмонов Ҷамшед Карим", "Раҳмонов Ҷамшед Каримович"),
        ("Ҷамшед Карим Раҳмонов", "Jamshed Karimovich Rahmonov"),
        ("Раҳмонзода Ҷамшед Карим", "Раҳмонов Ҷамшед Каримович"),
    ] {
        assert!(!cell(bare).father_is_known && cell(known).father_is_known);
        assert_eq!((cell(bare).pairs, cell(bare).threes), (cell(known).pairs, cell(known).threes), "{bare}");
    }
    // Nothing tells: both may be, and the pair is that of the usual order.
    let unclear = cell("Раҳмон Ҷамшед Карим");
    assert_eq!(unclear.threes.len(), 2);
    assert!(unclear.threes.contains(&cell("Раҳмон Ҷамшед Каримович").threes[0]));
    assert!(unclear.threes.contains(&cell("Раҳмон Ҷамшедович Карим").threes[0]));
    assert_eq!(unclear.pairs, cell("Раҳмон Ҷамшед").pairs);
    apart(&["Сафаров Ҷамшед Фирдавс", "Сафаров Фирдавс"]);
}

#[test]
fn letters_of_passports_for_french_readers() {
    one(&["Юсуфов Рустам", "Ioussoufov Roustam", "Ioussoufoff Roustam"]);
    one(&["Шарипов Хуршед", "Charipov Khourched", "Sharipov Khurshed"]);
    one(&["Ҷӯраев Ҷамшед", "Djouraev Djamched"]);
    one(&["Чориев Шамс", "Tchoriev Chams", "Choriev Shams"]);
}

#[test]
fn j_is_a_glide_before_consonants_in_gost_and_iso() {
    one(&["Файзуллоев Сулаймон", "Fajzulloev Sulajmon", "Fayzulloev Sulaymon"]);
    one(&["Сергеев Андрей", "Sergeev Andrej"]);
    one(&["Раҷабов Тоҷиддин", "Rajabov Tojiddin", "Раджабов Тоджиддин"]);
    one(&["Эраҷ Назаров", "Eraj Nazarov", "Эрадж Назаров"]);
}

#[test]
fn two_words_in_one_name_meet_at_letters_that_could_be_one() {
    one(&["Юлдашхонов Азиз", "Yuldashxonov Aziz", "Iouldachkhonov Aziz", "Yuldashhonov Aziz"]);
    one(&["Саидов Азизхон", "Saidov Azizxon", "Saidov Azizkhon", "Saidov Azizhon"]);
    one(&["Жумабекхонов Далер", "Zhumabekhonov Daler", "Zhumabekkhonov Daler", "Jumabekxonov Daler"]);
    one(&["Шарипхоҷаев Умед", "Sharipkhojaev Umed", "Shariphojaev Umed", "Sharipxojaev Umed"]);
    one(&["Назаров Фирдавсшоҳ", "Nazarov Firdavsshoh", "Nazarov Firdavschokh"]);
    one(&["Одинаев Сурайёбону", "Odinaev Surajyobonu", "Odinaev Surayyobonu"]);
    one(&["Искандаров Қодирбой", "Iskandarov Kodirboj", "Iskandarov Qodirboy"]);
    one(&["Усмонова Ӯғулой", "Usmonova Uguloj", "Usmonova Ughuloy"]);
}

#[test]
fn endings_tell_which_part_is_the_family_name() {
    let family = |name: &str| {
        let names = cell(name);
        let [pair, family] = [&names.pairs[0][0], &names.pairs[0][1]];
        match names.families[0] {
            Family::Unknown => None,
            Family::First => Some(pair.clone()),
            Family::Second => Some(family.clone()),
        }
    };
    for name in ["Искандаров Давлат", "Davlat Iskandarov", "Искандарзода Давлат", "Искандарова Давлат Каримовна"]
    {
        assert_eq!(family(name).as_deref().map(|name| name.as_str()), Some("iskandar"), "{name}");
    }
    assert_eq!(family("Давлатов Искандар").as_deref().map(|name| name.as_str()), Some("davlat"));
    for unknown in ["Искандар Давлат", "Искандаров Шерзод", "Давлатов Давлат"]
    {
        assert_eq!(family(unknown), None, "{unknown}");
    }
}

#[test]
fn different_names_stay_different() {
    apart(&["Шарипова Нигора", "Шарифова Нигора", "Шарипова Нигина", "Сарипова Нигора"]);
    // Twins: Ҳасан and Ҳусан, Фотима and Зуҳро.
    apart(&["Раҳмонов Ҳасан", "Раҳмонов Ҳусан", "Раҳмонов Ҳусейн"]);
    apart(&["Каримова Фотима", "Каримова Зуҳро"]);
    apart(&["Раҳмонов Ҷамшед", "Раҳимов Ҷамшед", "Раҳматов Ҷамшед", "Раҳмонов Ҷамол"]);
    apart(&["Назаров Фаррух", "Назаров Фирӯз", "Назаров Фарҳод", "Назаров Фарид"]);
    apart(&["Чориев Али", "Шориев Али", "Ҷориев Али", "Сориев Али", "Зориев Али"]);
    apart(&["Озода Каримова", "Озод Каримов", "Озара Каримова"]);
    apart(&["Беҳзод Ким", "Беҳруз Ким", "Шерзод Ким", "Шерали Ким"]);
}

#[test]
fn what_is_no_name_has_no_parts() {
    for nothing in ["", " ", "-", "—", "...", "12345", "'", "К. Р.", "Ҷамшед", "Ҷамшед К."] {
        assert_eq!(cell(nothing), Names::default(), "{nothing:?} is no name of two parts");
    }
}

proptest! {
    /// Case, order of two words, outer blanks and Unicode form never change a pair.
    #[test]
    fn writing_habits_change_nothing(words in prop::collection::vec("[а-яёғӣқӯҳҷ]{3,9}|[a-zāīūʻ]{3,9}", 2)) {
        let name = words.join(" ");
        let expected = cell(&name).pairs;
        let reversed = words.iter().rev().cloned().collect::<Vec<_>>().join("  ");
        prop_assert_eq!(&cell(&name.to_uppercase()).pairs, &expected);
        prop_assert_eq!(&cell(&name.nfd().collect::<String>()).pairs, &expected);
        prop_assert_eq!(&cell(&format!(" {reversed}\n")).pairs, &expected);
    }

    /// The short way through plain letters and the long way through Unicode's normal forms give the same words.
    #[test]
    fn plain_letters_take_no_other_way(name in "[\u{0}-\u{17f}]{0,20}|[\u{400}-\u{52f} '’-]{0,20}|[а-яА-ЯғӣқӯҳҷA-z -]{0,30}") {
        let (mut plain, mut composed) = (Vec::new(), Vec::new());
        composed_words(&name, &mut |word: &str| composed.push(word.to_owned()));
        let is_plain = plain_words(&name, &mut |word: &str| plain.push(word.to_owned()));
        prop_assert!(if is_plain { plain == composed } else { plain.is_empty() }, "{plain:?} {composed:?}");
    }

    /// Any text at all is folded without panic, and the parts of a pair are sorted.
    #[test]
    fn any_text_is_folded(text in "\\PC{0,40}") {
        let names = cell(&text);
        prop_assert!(names.pairs.iter().all(|[one, other]| one.as_str() <= other.as_str()));
    }
}
