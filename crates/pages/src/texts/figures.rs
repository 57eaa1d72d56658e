//! What figures say: titles that are findings, sentences, axes, notes.

use super::texts;

texts! {
    YEAR: "Year first registered", "Год первой регистрации", "Соли бақайдгирии аввал";
    PERSONS_BAND: "Registered persons; band: 95 % interval", "Зарегистрированные лица; полоса: 95-процентный промежуток",
        "Шахсони бақайдгирифташуда; тасма: фосилаи 95 фоиза";
    PERSONS_LINE: "Registered persons, {period}; line: 95 % interval",
        "Зарегистрированные лица, {period}; черта: 95-процентный промежуток",
        "Шахсони бақайдгирифташуда, {period}; хат: фосилаи 95 фоиза";
    PERIOD: "{from} to {to}", "{from}–{to}", "{from}–{to}";
    PERIOD_NO_YEAR: "{from} to {to} or without a year", "{from}–{to} или без года", "{from}–{to} ё бе сол";
    PROVISIONAL: "provisional", "предварительно", "пешакӣ";
    PROVISIONAL_NOTE: "Figures from {year} on are provisional: late registrations may still be added.",
        "Данные с {year} года предварительные: поздние регистрации ещё могут добавиться.",
        "Маълумот аз соли {year} пешакист: бақайдгириҳои дертар метавонанд илова шаванд.";
    BREAK_NOTE: "{sign}: from {year} on {text}. Years before and after are not compared.",
        "{sign}: с {year} года {text}. Годы до и после не сравниваются.",
        "{sign}: аз соли {year} {text}. Солҳои пеш ва баъд муқоиса намешаванд.";
    WHOLE_PERIOD: "Whole period", "Весь период", "Тамоми давра";
    NOT_KNOWN: "Not known", "Неизвестно", "Номаълум";
    NEGATIVE_NOTE: "A number below zero is noise: the exact count is small.",
        "Число ниже нуля – это шум: точное число мало.",
        "Рақами аз сифр поён садо аст: шумораи дақиқ хурд аст.";
    UNSURE_NOTE: "“?”: too uncertain to say a number. The interval in brackets is wider than ± {count} persons, the smallest count of interest, and than half of the number.",
        "«?»: слишком неопределённо, чтобы назвать число. Промежуток в скобках шире ± {count}, наименьшего значимого числа, и половины самого числа.",
        "«?»: барои гуфтани рақам хеле номуайян. Фосилаи дар қавсайн аз ± {count}, яъне хурдтарин шумораи муҳим, ва аз нисфи худи рақам васеътар аст.";
    UNSURE: "too uncertain to say", "слишком неопределённо", "хеле номуайян";
    BETWEEN: "? ({low} … {high})", "? ({low} … {high})", "? ({low} … {high})";
    NOT_DRAWN: "Not drawn, because nothing of it is larger than the noise: {names}. The table has it.",
        "Не показано на графике, потому что ничего не выделяется из шума: {names}. В таблице есть.",
        "Дар диаграмма нест, зеро чизе аз садо калонтар нест: {names}. Дар ҷадвал ҳаст.";
    NOTHING_STANDS_OUT: "Nothing here is larger than the noise, so there is nothing to draw.",
        "Здесь ничто не выделяется из шума, поэтому рисовать нечего.",
        "Дар ин ҷо чизе аз садо калонтар нест, бинобар ин кашидан лозим нест.";
    RANKED_NOTE: "{shown} of {compared} have a place of their own: at most the {most} largest, and only what is larger than the noise even when all {compared} are compared at once. The rest is added up as “{other}”.",
        "Отдельно показано {shown} из {compared}: не более {most} крупнейших и только то, что выделяется из шума, даже если сравнивать все {compared} сразу. Остальное сложено в строке «{other}».",
        "Ҷудогона {shown} аз {compared} нишон дода шудааст: на бештар аз {most} калонтарин ва танҳо он чӣ ҳатто ҳангоми муқоисаи ҳамаи {compared} якбора аз садо калонтар аст. Боқимонда дар «{other}» ҷамъ шудааст.";
    LATEST_YEARS: "The table has the latest {count} years, the download all.",
        "В таблице последние годы ({count}), в загрузке – все.", "Дар ҷадвал солҳои охир ({count}), дар боргирӣ – ҳама.";

    CHANGE: "{what}: {after} in {to} against {before} in {from}; the change, {change}, {verdict}.",
        "{what}: {after} в {to} году против {before} в {from}; изменение, {change}, {verdict}.",
        "{what}: {after} дар соли {to} дар муқобили {before} дар соли {from}; тағйирот, {change}, {verdict}.";
    NO_OTHER_CHANGE: "No other change from {from} to {to} is larger than the noise.",
        "Других изменений больше шума с {from} по {to} год нет.",
        "Аз соли {from} то соли {to} тағйири дигари аз садо калонтар нест.";
    NO_CHANGE: "No change from {from} to {to} is larger than the noise.", "Изменений больше шума с {from} по {to} год нет.",
        "Аз соли {from} то соли {to} тағйири аз садо калонтар нест.";
    LARGER: "is larger than the noise", "больше шума", "аз садо калонтар аст";
    NOT_LARGER: "is not larger than the noise", "не больше шума", "аз садо калонтар нест";

    TOTAL: "Registered persons", "Зарегистрированные лица", "Шахсони бақайдгирифташуда";
    TOTAL_UP: "More persons were registered in {to} than in {from}: about {after}, up from {before}",
        "В {to} году зарегистрировано больше людей, чем в {from}: около {after} против {before}",
        "Дар соли {to} назар ба соли {from} бештар шахсон ба қайд гирифта шуданд: тақрибан {after} дар муқобили {before}";
    TOTAL_DOWN: "Fewer persons were registered in {to} than in {from}: about {after}, down from {before}",
        "В {to} году зарегистрировано меньше людей, чем в {from}: около {after} против {before}",
        "Дар соли {to} назар ба соли {from} камтар шахсон ба қайд гирифта шуданд: тақрибан {after} дар муқобили {before}";
    TOTAL_SAME: "No change in registered persons from {from} to {to} that is larger than the noise",
        "С {from} по {to} год число зарегистрированных не изменилось больше, чем на величину шума",
        "Аз соли {from} то соли {to} шумораи бақайдгирифташудагон беш аз садо тағйир наёфт";
    TOTAL_ONLY: "Registered persons by year", "Зарегистрированные лица по годам", "Шахсони бақайдгирифташуда аз рӯи сол";

    BY_GENDER: "Registered persons by gender", "Зарегистрированные лица по полу", "Шахсони бақайдгирифташуда аз рӯи ҷинс";
    MEN_MORE: "In {year} more men than women were registered", "В {year} году мужчин зарегистрировано больше, чем женщин",
        "Дар соли {year} мардон аз занон бештар ба қайд гирифта шуданд";
    WOMEN_MORE: "In {year} more women than men were registered", "В {year} году женщин зарегистрировано больше, чем мужчин",
        "Дар соли {year} занон аз мардон бештар ба қайд гирифта шуданд";
    MEN_OVERTOOK: "More men than women in {to}; in {from} it was the other way round",
        "В {to} году мужчин больше, чем женщин; в {from} было наоборот",
        "Дар соли {to} мардон аз занон бештаранд; дар соли {from} баръакс буд";
    WOMEN_OVERTOOK: "More women than men in {to}; in {from} it was the other way round",
        "В {to} году женщин больше, чем мужчин; в {from} было наоборот",
        "Дар соли {to} занон аз мардон бештаранд; дар соли {from} баръакс буд";
    GENDERS_LEVEL: "Men and women in {year}: the difference is not larger than the noise",
        "Мужчины и женщины в {year} году: разница не больше шума",
        "Мардон ва занон дар соли {year}: фарқият аз садо калонтар нест";

    BY_AGE: "Registered persons by age at registration", "Зарегистрированные лица по возрасту при регистрации",
        "Шахсони бақайдгирифташуда аз рӯи синну сол ҳангоми бақайдгирӣ";
    BY_DESTINATION: "Registered persons by destination", "Зарегистрированные лица по стране назначения",
        "Шахсони бақайдгирифташуда аз рӯи кишвари таъинот";
    BY_ROUTE: "Registered persons by route", "Зарегистрированные лица по маршруту",
        "Шахсони бақайдгирифташуда аз рӯи хатсайр";
    LARGEST: "{first} comes first: about {value}{period}", "{first} – на первом месте: около {value}{period}",
        "{first} – дар ҷойи аввал: тақрибан {value}{period}";
    TWO_LARGEST: "{first} and {second} lead{period}; which is larger cannot be told",
        "{first} и {second} – впереди{period}; что больше, сказать нельзя",
        "{first} ва {second} – дар ҷойи аввал{period}; кадомаш калонтар аст, гуфтан намешавад";
    NONE_LARGEST: "None stands out from the noise{period}", "Ничто не выделяется из шума{period}",
        "Ҳеҷ чиз аз садо ҷудо намешавад{period}";
    LARGEST_SHARE: "{first}: {value}, {low} to {high} of all whose answer is known.",
        "{first}: {value}, от {low} до {high} от всех, о ком это известно.",
        "{first}: {value}, аз {low} то {high} аз ҳамаи онҳое, ки маълуманд.";
    OTHER_DESTINATIONS: "All other countries", "Все остальные страны", "Ҳамаи кишварҳои дигар";
    OTHER_ROUTES: "All other routes", "Все остальные маршруты", "Ҳамаи хатсайрҳои дигар";
    OTHER_ANSWERS: "All other", "Всё остальное", "Ҳамаи дигар";
    OTHER_REGIONS: "All other regions", "Все остальные регионы", "Ҳамаи минтақаҳои дигар";
    BY_PURPOSE: "Purposes of exploitation", "Цели эксплуатации", "Мақсадҳои истисмор";
    BY_MEANS: "Means of control", "Средства контроля", "Воситаҳои назорат";
    BY_SERVICE: "Services given", "Оказанные услуги", "Хизматрасониҳо";
    BY_REFERRAL: "Referrals", "Направления", "Ирсолҳо";
    SEVERAL_ANSWERS: "One person can have several, so these numbers do not add up.",
        "У одного человека их может быть несколько, поэтому эти числа не складываются.",
        "Як шахс метавонад чандтояшро дошта бошад, бинобар ин ин рақамҳо ҷамъ намешаванд.";
    SHARE_OF_KNOWN: "Share of those whose answer is known", "Доля тех, о ком это известно", "Ҳиссаи онҳое, ки маълуманд";
    ASSISTANCE_LEAD: "What help registered persons were given within twelve months of their registration.",
        "Какую помощь зарегистрированные люди получили в течение двенадцати месяцев.",
        "Шахсони бақайдгирифташуда дар давоми дувоздаҳ моҳ чӣ кӯмак гирифтанд.";
    INSIDE_LEAD: "The regions of the country in which people were recruited and exploited, as far as they are recorded.",
        "Регионы страны, где людей вербовали и эксплуатировали, насколько это записано.",
        "Минтақаҳои кишвар, ки дар онҳо одамонро ҷалб ва истисмор кардаанд, то ҷое ки сабт шудааст.";
    REGION_FROM: "Where people were recruited", "Где людей вербовали", "Одамонро дар куҷо ҷалб кардаанд";
    REGION_TO: "Where people were exploited", "Где людей эксплуатировали", "Одамонро дар куҷо истисмор кардаанд";
    PREVENTED_LEAD: "Persons who were stopped before they were exploited, beside those who were identified as victims.",
        "Люди, которых остановили до эксплуатации, рядом с теми, кто признан пострадавшим.",
        "Шахсоне, ки пеш аз истисмор боздошта шуданд, дар паҳлуи онҳое, ки ҷабрдида муайян шудаанд.";
    PREVENTED_UP: "More persons were stopped before exploitation in {to} than in {from}",
        "В {to} году до эксплуатации остановлено больше людей, чем в {from}",
        "Дар соли {to} назар ба соли {from} бештар шахсон пеш аз истисмор боздошта шуданд";
    PREVENTED_DOWN: "Fewer persons were stopped before exploitation in {to} than in {from}",
        "В {to} году до эксплуатации остановлено меньше людей, чем в {from}",
        "Дар соли {to} назар ба соли {from} камтар шахсон пеш аз истисмор боздошта шуданд";
    PREVENTED_SAME: "Persons stopped before exploitation: no change from {from} to {to} larger than the noise",
        "Остановленные до эксплуатации: с {from} по {to} год нет изменения больше шума",
        "Боздошташудагон пеш аз истисмор: аз соли {from} то соли {to} тағйири аз садо калонтар нест";
    PREVENTED_ONLY: "Prevented and identified persons by year", "Предотвращённые и выявленные случаи по годам",
        "Ҳолатҳои пешгирифташуда ва муайяншуда аз рӯи сол";
    MEN: "men", "мужчины", "мардон";
    WOMEN: "women", "женщины", "занон";
    INSIDE_OF: "inside {country}", "внутри страны: {country}", "дар дохили кишвар: {country}";
    ORIGIN: "Recruited in, or citizen of", "Место вербовки или гражданство", "Ҷойи ҷалб ё шаҳрвандӣ";
    DESTINATION: "Exploited in", "Страна эксплуатации", "Кишвари истисмор";
    FLOWS_TITLE: "From where to where: the {count} largest routes", "Откуда и куда: крупнейшие маршруты ({count})",
        "Аз куҷо ба куҷо: хатсайрҳои калонтарин ({count})";
    MATRIX_TITLE: "Every pair of places that stands out", "Все пары мест, которые выделяются из шума",
        "Ҳамаи ҷуфтҳои ҷойҳое, ки аз садо ҷудо мешаванд";
    MATRIX_NOTE: "An empty cell is not zero: it is not larger than the noise.",
        "Пустая клетка – не ноль: её значение не больше шума.",
        "Чашмаки холӣ сифр нест: қимати он аз садо калонтар нест.";
    MULTIPLES_TITLE: "The largest over the years", "Крупнейшие по годам", "Калонтаринҳо аз рӯи солҳо";
    ONE_TREND: "{what} by year", "{what} по годам", "{what} аз рӯи солҳо";
    FROM_WHERE: "Where the persons exploited in {country} came from", "Откуда прибыли пострадавшие: {country}",
        "Ҷабрдидагон аз куҷо омадаанд: {country}";

    CARD_TOTAL: "persons were registered in {year}", "зарегистрировано в {year} году", "дар соли {year} ба қайд гирифта шуд";
    CARD_BEFORE: "{change} on {year}: {verdict}.", "{change} к {year} году: {verdict}.",
        "{change} нисбат ба соли {year}: {verdict}.";
    CARD_LARGER: "the change is larger than the noise", "изменение больше шума", "тағйирот аз садо калонтар аст";
    CARD_NOT_LARGER: "the change is not larger than the noise", "изменение не больше шума", "тағйирот аз садо калонтар нест";
    CARD_PLACE: "{name}: the largest destination, {period}", "{name}: первая страна назначения, {period}",
        "{name}: кишвари якуми таъинот, {period}";
    CARD_ROUTE: "{name}: the largest route, {period}", "{name}: первый маршрут, {period}", "{name}: хатсайри якум, {period}";
    CARD_CODE: "{name}, in {year}", "{name}, в {year} году", "{name}, дар соли {year}";
    CARD_SHARE: "About {share} of those whose destination is known ({low} to {high}).",
        "Около {share} тех, чья страна назначения известна (от {low} до {high}).",
        "Тақрибан {share} аз онҳое, ки кишвари таъиноташон маълум аст (аз {low} то {high}).";
}
