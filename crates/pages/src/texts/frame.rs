//! What stands around the figures: names of pages, banners, filters, tables, downloads, releases.

use super::texts;
use crate::numbers::Counted;

/// Persons, as they are counted.
pub(crate) const PERSONS: Counted =
    Counted {
        en: ["person", "persons"], ru: ["человек", "человека", "человек"], tg: "нафар"
    };

texts! {
    SITE: "Panoh: registered persons", "Panoh: зарегистрированные лица", "Panoh: шахсони бақайдгирифташуда";
    OVERVIEW: "Overview", "Обзор", "Шарҳи умумӣ";
    ROUTES: "Routes", "Маршруты", "Хатсайрҳо";
    DESTINATIONS: "Destinations", "Страны назначения", "Кишварҳои таъинот";
    PEOPLE: "Gender and age", "Пол и возраст", "Ҷинс ва синну сол";
    PURPOSES: "Purposes and means", "Цели и средства", "Мақсадҳо ва воситаҳо";
    INSIDE: "Inside the country", "Внутри страны", "Дар дохили кишвар";
    PREVENTED: "Prevented", "Предотвращённые случаи", "Ҳолатҳои пешгирифташуда";
    ASSISTANCE: "Assistance", "Помощь", "Кӯмак";
    RELEASES: "Releases and downloads", "Выпуски и загрузки", "Нашрҳо ва боргириҳо";
    METHOD: "How these numbers are protected", "Как защищены эти числа", "Ин рақамҳо чӣ тавр ҳифз шудаанд";
    ABOUT: "About", "О сайте", "Дар бораи сомона";

    SKIP: "To the figures", "К данным", "Ба маълумот";
    PAGES: "Pages", "Страницы", "Саҳифаҳо";
    LANGUAGES: "Languages", "Языки", "Забонҳо";
    SYNTHETIC: "Synthetic data.", "Вымышленные данные.", "Маълумоти сохта.";
    SYNTHETIC_MEANS: "These figures come from simulated records. They describe nobody and show only how Panoh works.",
        "Эти числа получены из смоделированных записей. Они никого не описывают и лишь показывают, как работает Panoh.",
        "Ин рақамҳо аз сабтҳои сохта гирифта шудаанд. Онҳо ҳеҷ касро тавсиф намекунанд ва танҳо кори Panoh-ро нишон медиҳанд.";
    SYNTHETIC_TITLE: "SYNTHETIC DATA", "ВЫМЫШЛЕННЫЕ ДАННЫЕ", "МАЪЛУМОТИ СОХТА";
    REGISTERED: "Registered is not the same as trafficked: nobody knows how many people were never registered.",
        "Зарегистрированные – не то же, что все пострадавшие: никто не знает, скольких людей не зарегистрировали.",
        "Бақайдгирифташудагон на ҳамаи ҷабрдидагонанд: касе намедонад, ки чанд нафар ба қайд гирифта нашудааст.";

    FILTERS: "Choose what is counted", "Выберите, что считать", "Интихоб кунед, ки чӣ ҳисоб карда шавад";
    FROM_YEAR: "From year", "С года", "Аз соли";
    TO_YEAR: "To year", "По год", "То соли";
    ALL: "All", "Все", "Ҳама";
    SHOW: "Show", "Показать", "Нишон додан";
    CLEAR: "Show everything", "Показать всё", "Ҳамаро нишон додан";
    CHOSEN: "Chosen: {list}.", "Выбрано: {list}.", "Интихоб шудааст: {list}.";
    NOT_WITH_FILTERS: "This was not released for what you chose, so it is not shown.",
        "Для выбранного это не публиковалось, поэтому здесь не показано.",
        "Барои интихоби шумо ин маълумот нашр нашудааст, бинобар ин нишон дода намешавад.";
    APART: "The lines are counted apart and never added up.", "Линии считаются отдельно и никогда не складываются.",
        "Хатҳо ҷудо ҳисоб мешаванд ва ҳеҷ гоҳ ҷамъ намешаванд.";
    NOTHING: "Nothing about this is published here yet.", "Об этом здесь пока ничего не опубликовано.",
        "Дар ин бора ҳанӯз чизе нашр нашудааст.";
    SEE_RELEASES: "See what is published", "Посмотреть, что опубликовано", "Дидани он чӣ нашр шудааст";

    HOW: "How to read the numbers", "Как читать числа", "Рақамҳоро чӣ тавр бояд хонд";
    HOW_TEXT: "Random noise was added once, before publication, so that nobody can find out whether any one person is in these figures. “{example}” means: an estimate of {value} persons; the interval from {low} to {high} holds the exact count of registered persons in 95 of 100 releases made in this way. An estimate can fall below zero when the exact count is small: read it as “about none”.",
        "Перед публикацией к числам один раз добавлен случайный шум, чтобы никто не мог узнать, есть ли в них какой-либо человек. «{example}» означает: оценка – {value}; промежуток от {low} до {high} содержит точное число зарегистрированных лиц в 95 из 100 выпусков, сделанных таким образом. Если точное число мало, оценка может оказаться ниже нуля: читайте её как «почти никого».",
        "Пеш аз нашр ба рақамҳо як бор садои тасодуфӣ илова шудааст, то касе натавонад бифаҳмад, ки ягон шахс дар онҳо ҳаст ё не. «{example}» чунин маъно дорад: баҳо – {value}; фосилаи аз {low} то {high} дар 95 нашр аз 100 нашри ҳамин тавр тайёршуда шумораи дақиқи шахсони бақайдгирифташударо дар бар мегирад. Агар шумораи дақиқ хурд бошад, баҳо метавонад аз сифр поён бошад: онро «қариб ҳеҷ кас» хонед.";
    MORE: "More on the method", "Подробнее о методе", "Бештар дар бораи усул";

    TABLE: "Table: {title}", "Таблица: {title}", "Ҷадвал: {title}";
    TABLE_OPEN: "The figures as a table", "Данные в таблице", "Маълумот дар ҷадвал";
    DOWNLOAD: "Download:", "Загрузить:", "Боргирӣ:";
    AS_SVG: "picture (SVG)", "изображение (SVG)", "тасвир (SVG)";
    AS_PNG: "picture (PNG)", "изображение (PNG)", "тасвир (PNG)";
    AS_CSV: "figures (CSV)", "данные (CSV)", "маълумот (CSV)";
    PERMANENT: "permanent link", "постоянная ссылка", "истиноди доимӣ";
    CAPTION: "± is half of the 95 % interval.", "± – половина 95-процентного промежутка.",
        "± – нисфи фосилаи 95 фоиза.";

    SOURCE: "Panoh, release {id} of {day}; ε {epsilon} at δ {delta}", "Panoh, выпуск {id}, {day}; ε {epsilon} при δ {delta}",
        "Panoh, нашри {id}, {day}; ε {epsilon} ҳангоми δ {delta}";
    ABOUT_FIGURES: "About these figures", "Об этих данных", "Дар бораи ин маълумот";
    RELEASE: "Release", "Выпуск", "Нашр";
    DAY: "Day", "Дата", "Рӯз";
    AUTHOR: "Author", "Автор", "Муаллиф";
    COST: "Privacy cost for each person", "Цена для приватности каждого человека", "Арзиши махфият барои ҳар шахс";
    LICENCE: "Licence", "Лицензия", "Иҷозатнома";
    CITE: "Cite as", "Как цитировать", "Тарзи иқтибос";
    PROMISED: "What is promised, and what is not covered", "Что гарантируется, а что нет", "Чӣ кафолат дода мешавад ва чӣ не";
    IS_PROMISED: "Promised", "Гарантируется", "Кафолат дода мешавад";
    NOT_COVERED: "Not covered", "Не охвачено", "Дар бар намегирад";
    ENGLISH_ONLY: "in English", "на английском языке", "ба забони англисӣ";
    COVERS: "Years", "Годы", "Солҳо";
    CELLS: "tables: {tables}, cells: {cells}", "таблиц: {tables}, ячеек: {cells}", "ҷадвалҳо: {tables}, чашмакҳо: {cells}";
    WHOLE_PACKAGE: "Everything as an archive", "Всё одним архивом", "Ҳама дар як бойгонӣ";
    TABLES: "Tables", "Таблицы", "Ҷадвалҳо";
    WITHDRAWN: "Withdrawn releases", "Отозванные выпуски", "Нашрҳои бозхондашуда";
    API: "API for programs", "API для программ", "API барои барномаҳо";
    CODES: "Codes and their names", "Коды и их названия", "Рамзҳо ва номҳои онҳо";
    SYNTHETIC_WORD: "synthetic data", "вымышленные данные", "маълумоти сохта";
}
