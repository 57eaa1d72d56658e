//! How the numbers are protected, for people without statistics; and what this site is.

use super::texts;

texts! {
    LEAD: "What happens to a count between the register and this site, step by step.",
        "Что происходит с числом на пути от регистра до этого сайта, шаг за шагом.",
        "Бо рақам дар роҳ аз феҳрист то ин сомона чӣ мешавад, қадам ба қадам.";
    STEP_1: "1. A count is made where the records are", "1. Подсчёт делают там, где хранятся записи",
        "1. Ҳисоб дар ҷое карда мешавад, ки сабтҳо нигоҳ дошта мешаванд";
    STEP_1_TEXT: "The organisation that holds the records counts persons, each once, in the year in which they were first registered. Names and stories never leave it. Say that {count} persons of one kind are in the register. That exact number is shown to nobody outside.",
        "Организация, которая хранит записи, считает людей, каждого один раз, в году первой регистрации. Имена и истории её не покидают. Допустим, в регистре {count} таких людей. Это точное число никому снаружи не показывают.",
        "Ташкилоте, ки сабтҳоро нигоҳ медорад, шахсонро ҳисоб мекунад, ҳар якро як бор, дар соли бақайдгирии аввал. Номҳо ва ҳикояҳо аз он берун намераванд. Масалан, дар феҳрист {count} чунин шахс ҳаст. Ин рақами дақиқ ба касе дар берун нишон дода намешавад.";
    STEP_2: "2. Random noise is added, once", "2. Один раз добавляют случайный шум", "2. Садои тасодуфӣ як бор илова карда мешавад";
    STEP_2_TEXT: "A computer draws a random number: mostly small, above zero as often as below. It is added to the count, and the sum is published. The picture shows what could have been published for {count}: values near it often, values far from it seldom. Which one it was is chance, and nobody can take the noise away again.",
        "Компьютер выбирает случайное число: чаще небольшое, выше нуля так же часто, как ниже. Его прибавляют к числу и публикуют сумму. На рисунке видно, что могло быть опубликовано вместо {count}: близкие значения часто, далёкие редко. Какое именно, решает случай, и убрать шум обратно никто не может.",
        "Компютер рақами тасодуфӣ интихоб мекунад: бештар хурд, аз сифр боло ба ҳамон андозае, ки аз сифр поён. Он ба рақам илова шуда, ҷамъ нашр мешавад. Дар тасвир дида мешавад, ки ба ҷойи {count} чӣ нашр шуда метавонист: қиматҳои наздик зуд-зуд, қиматҳои дур кам. Кадомаш буд, кори тасодуф аст ва касе садоро гирифта наметавонад.";
    STEP_3: "3. One person more or less cannot be seen", "3. Одного человека больше или меньше не увидеть",
        "3. Як шахси зиёд ё кам дида намешавад";
    STEP_3_TEXT: "If one of these persons were not in the register, the count would be {less}. The second curve shows what would be published then. The two curves nearly cover each other: from a published number nobody can tell which register it came from, however much else they know.",
        "Если бы одного из этих людей не было в регистре, число было бы {less}. Вторая кривая показывает, что публиковалось бы тогда. Кривые почти совпадают: по опубликованному числу никто не поймёт, из какого оно регистра, что бы ещё ни было известно.",
        "Агар яке аз ин шахсон дар феҳрист намебуд, рақам {less} мешуд. Хатти дуюм нишон медиҳад, ки он гоҳ чӣ нашр мешуд. Ҳарду хат қариб якдигарро мепӯшонанд: аз рӯи рақами нашршуда касе намефаҳмад, ки он аз кадом феҳрист аст, ҳар чизи дигаре ки донад.";
    STEP_4: "4. The interval says how sure a number is", "4. Промежуток показывает, насколько число надёжно",
        "4. Фосила нишон медиҳад, ки рақам чӣ қадар боэътимод аст";
    STEP_4_TEXT: "Because we know how the noise was drawn, we know how far it can have moved a number. The shaded part of the curve holds 95 of 100 draws: ± {half} persons here. That is the interval beside every number on this site. It is as wide for a small count as for a large one, so large counts are known well and small ones hardly.",
        "Поскольку известно, как выбирали шум, известно и то, как далеко он мог сдвинуть число. Закрашенная часть кривой содержит 95 случаев из 100: здесь это ± {half}. Это и есть промежуток рядом с каждым числом на сайте. Для малого числа он такой же широкий, как для большого, поэтому большие числа известны хорошо, а малые – плохо.",
        "Азбаски маълум аст, ки садо чӣ тавр интихоб шудааст, маълум аст, ки он рақамро то куҷо ҷойиваз карда метавонист. Қисми рангкардаи хат 95 ҳолат аз 100-ро дар бар мегирад: дар ин ҷо ± {half}. Ин ҳамон фосилаест, ки дар назди ҳар рақами сомона меистад. Он барои рақами хурд ва калон якхела васеъ аст, бинобар ин рақамҳои калон хуб маълуманд ва рақамҳои хурд бад.";
    WITH_PERSON: "What may be published when {count} are registered", "Что может быть опубликовано, если зарегистрировано {count}",
        "Агар {count} ба қайд гирифта шуда бошад, чӣ нашр шуданаш мумкин аст";
    WITHOUT_PERSON: "… and when {less} are", "… и если {less}", "… ва агар {less}";
    NUMBER: "Published number", "Опубликованное число", "Рақами нашршуда";
    NOISE_TITLE: "What may be published for a count of {count}", "Что может быть опубликовано для числа {count}",
        "Барои рақами {count} чӣ нашр шуданаш мумкин аст";
    TWO_TITLE: "One person more or less makes almost no difference", "Один человек больше или меньше почти ничего не меняет",
        "Як шахси зиёд ё кам қариб ҳеҷ чизро тағйир намедиҳад";
    OF_RELEASE: "The noise drawn here is that of the smallest table of release {id}.",
        "Здесь показан шум самой малой таблицы выпуска {id}.", "Дар ин ҷо садои хурдтарин ҷадвали нашри {id} нишон дода шудааст.";
    SEVERAL: "Reading many numbers at once", "Если читать много чисел сразу", "Хондани рақамҳои зиёд якбора";
    SEVERAL_TEXT: "Of a hundred empty routes a few look larger than zero by chance. So rankings, flow pictures and “the largest change” on this site show only what is larger than the noise when everything in them is compared at once. The rest is added up, so nothing is lost and nothing is made up.",
        "Из сотни пустых маршрутов несколько случайно окажутся больше нуля. Поэтому рейтинги, схемы потоков и «наибольшее изменение» показывают только то, что больше шума, когда всё сравнивают сразу. Остальное сложено вместе: ничего не потеряно и ничего не придумано.",
        "Аз сад хатсайри холӣ чандтоаш тасодуфан аз сифр калонтар менамояд. Аз ин рӯ рӯйхатҳо, нақшаи ҷараёнҳо ва «тағйири калонтарин» танҳо он чиро нишон медиҳанд, ки ҳангоми муқоисаи ҳама якбора аз садо калонтар аст. Боқимонда ҷамъ шудааст: чизе гум нашудааст ва чизе сохта нашудааст.";
    BUDGET: "Why the noise cannot be averaged away", "Почему шум нельзя усреднить", "Чаро садоро миёна кардан мумкин нест";
    BUDGET_TEXT: "Each release costs every person in it a little privacy, written as ε at δ beside the figures. The cost of all releases about a year is added up in a ledger, and when the limit is reached no further release about that year is made. Asking the same question again always gives the same answer.",
        "Каждый выпуск стоит каждому человеку в нём немного приватности: рядом с данными это записано как ε при δ. Цена всех выпусков об одном годе складывается в журнале; когда предел достигнут, выпусков об этом годе больше не делают. На один и тот же вопрос ответ всегда один и тот же.",
        "Ҳар нашр ба ҳар шахси дар он буда каме аз махфият арзиш дорад: он дар назди маълумот ҳамчун ε ҳангоми δ навишта шудааст. Арзиши ҳамаи нашрҳо дар бораи як сол дар дафтар ҷамъ мешавад; вақте ки ҳад пур шуд, дар бораи он сол дигар нашр карда намешавад. Ба як савол ҳамеша як ҷавоб дода мешавад.";
    NOT_SAID: "What these numbers cannot say", "Чего эти числа сказать не могут", "Ин рақамҳо чиро гуфта наметавонанд";
    NOT_SAID_TEXT: "They count persons whom somebody registered. More registrations can mean more trafficking, better help, a new hotline or a new law. The interval is about the noise alone: it says nothing about people who were never registered, nor about mistakes in the records.",
        "Они считают людей, которых кто-то зарегистрировал. Рост может означать, что торговли людьми стало больше, что помощь стала лучше, что появилась горячая линия или новый закон. Промежуток говорит только о шуме: он ничего не говорит ни о тех, кого не зарегистрировали, ни об ошибках в записях.",
        "Онҳо шахсонеро ҳисоб мекунанд, ки касе ба қайд гирифтааст. Афзоиш метавонад маънои онро дошта бошад, ки савдои одамон зиёд шуд, кӯмак беҳтар шуд, хатти боварӣ ё қонуни нав пайдо шуд. Фосила танҳо дар бораи садост: он на дар бораи бақайднагирифтагон чизе мегӯяд ва на дар бораи хатоҳои сабтҳо.";

    ABOUT_LEAD: "Panoh shows what organisations know about trafficking in persons without showing anybody.",
        "Panoh показывает, что организации знают о торговле людьми, не показывая никого из людей.",
        "Panoh он чиро нишон медиҳад, ки ташкилотҳо дар бораи савдои одамон медонанд, бе он ки ягон шахсро нишон диҳад.";
    ABOUT_WHAT: "What is counted", "Что считается", "Чӣ ҳисоб карда мешавад";
    ABOUT_WHAT_TEXT: "Persons, each once. A person stands in the year of the first registration for ever, whatever happens later. Persons who were stopped before they were exploited are counted apart and never added to the identified ones. The words of each release say which registers it covers.",
        "Люди, каждый один раз. Человек навсегда остаётся в году первой регистрации, что бы ни случилось потом. Те, кого остановили до эксплуатации, считаются отдельно и никогда не складываются с выявленными. В описании каждого выпуска сказано, какие регистры он охватывает.",
        "Шахсон, ҳар як як бор. Шахс ҳамеша дар соли бақайдгирии аввал мемонад, баъд ҳар чӣ ки шавад. Онҳое, ки пеш аз истисмор боздошта шуданд, ҷудо ҳисоб мешаванд ва ҳеҷ гоҳ ба муайяншудагон илова намешаванд. Дар тавсифи ҳар нашр гуфта шудааст, ки он кадом феҳристҳоро дар бар мегирад.";
    ABOUT_WHO: "Who publishes", "Кто публикует", "Кӣ нашр мекунад";
    ABOUT_WHO_TEXT: "The author named beside each figure answers for it. This server holds released figures only: no records, no names, no key, and no way to make other figures.",
        "За каждое число отвечает автор, названный рядом с ним. На этом сервере только опубликованные числа: ни записей, ни имён, ни ключа, ни возможности получить другие числа.",
        "Барои ҳар рақам муаллифе ҷавобгар аст, ки дар наздаш навишта шудааст. Дар ин сервер танҳо рақамҳои нашршуда ҳастанд: на сабтҳо, на номҳо, на калид ва на имкони гирифтани рақамҳои дигар.";
    ABOUT_USE: "Using the figures", "Как использовать данные", "Истифодаи маълумот";
    ABOUT_USE_TEXT: "Every picture and table may be downloaded and used under the licence named beside it. Please name the release: its figures never change. Programs read the same figures through the API.",
        "Каждый график и каждую таблицу можно загрузить и использовать по указанной рядом лицензии. Пожалуйста, называйте выпуск: его числа никогда не меняются. Программы читают те же данные через API.",
        "Ҳар диаграмма ва ҷадвалро боргирӣ кардан ва тибқи иҷозатномаи дар наздаш навишташуда истифода бурдан мумкин аст. Лутфан нашрро номбар кунед: рақамҳои он ҳеҷ гоҳ тағйир намеёбанд. Барномаҳо ҳамин маълумотро тавассути API мехонанд.";
    ABOUT_SITE: "This site", "Этот сайт", "Ин сомона";
    ABOUT_SITE_TEXT: "The pages work without scripts, ask no other server for anything, set no cookies and keep no record of who reads what.",
        "Страницы работают без скриптов, ничего не запрашивают у других серверов, не ставят куки и не записывают, кто что читает.",
        "Саҳифаҳо бе скриптҳо кор мекунанд, аз серверҳои дигар чизе намепурсанд, куки намегузоранд ва сабт намекунанд, ки кӣ чиро мехонад.";
}
