//! Spellings that must meet and names that must not, as tables that a reader of these languages can check.

use proptest::prelude::*;

use super::*;

/// All spellings of a line fold alike.
fn one(spellings: &[&str]) {
    let first = parts(&[spellings[0]]);
    assert!(!first.is_empty(), "{} folds to nothing", spellings[0]);
    for spelling in spellings {
        assert_eq!(parts(&[spelling]), first, "{spelling} and {} are one name", spellings[0]);
    }
}

/// No two names of a line fold alike.
fn apart(names: &[&str]) {
    for (place, name) in names.iter().enumerate() {
        for other in &names[place + 1..] {
            assert_ne!(parts(&[name]), parts(&[other]), "{name} and {other} are two names");
        }
    }
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
fn the_order_of_names_and_of_fields_does_not_matter() {
    let expected = parts(&["Ҷамшед", "Раҳмонов"]);
    assert_eq!(parts(&["Раҳмонов", "Ҷамшед"]), expected);
    assert_eq!(parts(&["Раҳмонов Ҷамшед"]), expected);
    assert_eq!(parts(&["Каримович", "Rahmonov", "Jamshed"]), expected);
    assert_eq!(parts(&["Ҷамшед", "", "Раҳмонов"]), expected);
}

#[test]
fn a_fathers_name_goes_only_when_two_parts_remain() {
    one(&["Каримова Зебо Саидовна", "Каримова Зебо", "Karimova Zebo Saidovna", "Каримова Зебо Саид кизи"]);
    one(&["Зебо Каримова Ильинична", "Зебо Каримова"]);
    assert_eq!(parts(&["Абрамович Роман"]).len(), 2, "a family name may end like a father's");
    apart(&["Абрамович Роман", "Роман"]);
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
    for nothing in ["", " ", "-", "—", "...", "12345", "'", "К. Р."] {
        assert!(parts(&[nothing]).is_empty(), "{nothing:?} is no name");
    }
}

proptest! {
    /// Case, order of words, outer blanks and Unicode form never change the parts.
    #[test]
    fn writing_habits_change_nothing(words in prop::collection::vec("[а-яёғӣқӯҳҷ]{2,9}|[a-zāīūʻ]{2,9}", 1..4)) {
        let name = words.join(" ");
        let expected = parts(&[&name]);
        let reversed = words.iter().rev().cloned().collect::<Vec<_>>().join("  ");
        prop_assert_eq!(&parts(&[&name.to_uppercase()]), &expected);
        prop_assert_eq!(&parts(&[&name.nfd().collect::<String>()]), &expected);
        // "Son of" belongs to the word before it.
        let is_marker = |word: &String| FATHER_WORDS.contains(&sounds(&latin(word)).as_str());
        prop_assume!(!super::words(&name).iter().any(is_marker));
        prop_assert_eq!(&parts(&[&format!(" {reversed}\n")]), &expected);
    }

    /// Any text at all is folded without panic, and the parts are sorted.
    #[test]
    fn any_text_is_folded(text in "\\PC{0,40}") {
        let parts = parts(&[&text]);
        prop_assert!(parts.is_sorted());
    }
}
