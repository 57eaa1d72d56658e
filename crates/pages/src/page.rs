//! The pages: which there are, what stands on each, and how it becomes HTML.

mod answers;
mod apart;
mod method;
mod overview;
mod people;
mod places;
mod releases;

use std::sync::Arc;

use askama::Template;
use panoh_publication::{Artefact, CubeError, Joint, Lang, YEAR};

use crate::chart::Width;
use crate::desk::{Asked, Desk};
use crate::figure::{Data, Figure};
use crate::numbers::{day, decimal, power};
use crate::texts::{Text, figures, frame};
use crate::trend::Found;

/// A page by its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageName {
    /// The few numbers that matter.
    Overview,
    /// From where to where.
    Routes,
    /// Where people are exploited; one country with the filter `destination`.
    Destinations,
    /// Gender and age.
    People,
    /// Purposes and means.
    Purposes,
    /// Regions of a country.
    Inside,
    /// Prevented beside identified.
    Prevented,
    /// Assistance and referrals.
    Assistance,
    /// All releases, with what may be downloaded.
    Releases,
    /// How the numbers are protected.
    Method,
    /// What this is.
    About,
}

/// All pages, in the order of the menu, with their paths.
pub const PAGES: [(PageName, &str); 11] = [
    (PageName::Overview, "/"),
    (PageName::Routes, "/routes"),
    (PageName::Destinations, "/destinations"),
    (PageName::People, "/people"),
    (PageName::Purposes, "/purposes"),
    (PageName::Inside, "/inside"),
    (PageName::Prevented, "/prevented"),
    (PageName::Assistance, "/assistance"),
    (PageName::Releases, "/releases"),
    (PageName::Method, "/method"),
    (PageName::About, "/about"),
];

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A question that a page asks was refused.
    #[error("a figure of the page could not be reckoned")]
    Cube(#[from] CubeError),
    /// The template failed.
    #[error("the page could not be rendered")]
    Render(#[from] askama::Error),
}

/// A picture of a page, and the numbers in it.
#[derive(Debug, Clone)]
pub struct Picture {
    /// As a file; none when nothing stands out from the noise.
    pub svg: Option<String>,
    /// The numbers; none where the picture explains something.
    pub data: Option<Data>,
    /// What it says.
    pub title: String,
    /// Ids of the releases on its page.
    pub releases: Vec<String>,
}

impl PageName {
    /// The path of the page.
    pub fn path(self) -> &'static str {
        PAGES.iter().find(|(name, _)| *name == self).map_or("/", |(_, path)| path)
    }

    fn title(self) -> Text {
        match self {
            Self::Overview => frame::OVERVIEW,
            Self::Routes => frame::ROUTES,
            Self::Destinations => frame::DESTINATIONS,
            Self::People => frame::PEOPLE,
            Self::Purposes => frame::PURPOSES,
            Self::Inside => frame::INSIDE,
            Self::Prevented => frame::PREVENTED,
            Self::Assistance => frame::ASSISTANCE,
            Self::Releases => frame::RELEASES,
            Self::Method => frame::METHOD,
            Self::About => frame::ABOUT,
        }
    }

    /// The figures that stand on it, by their names.
    fn figures(self) -> &'static [&'static str] {
        match self {
            Self::Overview => &["total"],
            Self::Routes => &["routes", "flows", "matrix", "route-trends"],
            Self::Destinations => &["destinations", "destination-trends", "origins"],
            Self::People => &["gender", "age"],
            Self::Purposes => &["purposes", "purpose-trends", "means"],
            Self::Inside => &["region-flows", "regions-from", "regions-to"],
            Self::Prevented => &["prevented"],
            Self::Assistance => &["services", "service-trends", "referrals"],
            Self::Method => &["noise", "one-person"],
            Self::Releases | Self::About => &[],
        }
    }

    /// The page on which a figure stands.
    pub fn of_figure(id: &str) -> Option<Self> {
        PAGES.iter().map(|(name, _)| *name).find(|name| name.figures().contains(&id))
    }

    /// The names of all figures.
    pub fn all_figures() -> impl Iterator<Item = &'static str> {
        PAGES.iter().flat_map(|(name, _)| name.figures()).copied()
    }
}

/// What a page holds, before it is HTML.
#[derive(Debug, Default)]
struct Content {
    /// Above everything, in the place of the page's name.
    heading: Option<String>,
    lead: String,
    blocks: Vec<Block>,
    /// The releases that figures came from, each once.
    used: Vec<Arc<Artefact>>,
    /// Dimensions that may be filtered, as a form.
    form: Option<Form>,
}

/// A part of a page.
#[derive(Debug)]
enum Block {
    Cards(Vec<Card>),
    Figure(Box<Figure>),
    /// Words with a heading.
    Prose {
        heading: String,
        text: String,
    },
    /// Words alone.
    Line(String),
    Releases(Vec<About>),
}

/// A number that matters.
#[derive(Debug)]
struct Card {
    number: String,
    margin: String,
    what: String,
    more: String,
    link: String,
}

/// Choosing what is counted.
#[derive(Debug)]
struct Form {
    action: &'static str,
    /// Name, title, options with value, label and whether it is chosen.
    fields: Vec<Field>,
    /// What is chosen, in words.
    chosen: String,
    clear: String,
    /// What the form must keep: language, release.
    hidden: Vec<(String, String)>,
}

#[derive(Debug)]
struct Field {
    name: String,
    title: String,
    options: Vec<(String, String, bool)>,
}

/// What a reader must know about a release.
#[derive(Debug)]
struct About {
    id: String,
    title: String,
    description: String,
    /// Language of title and description.
    texts_in: &'static str,
    author: String,
    day: String,
    synthetic: bool,
    cost: String,
    licence: String,
    citation: String,
    years: String,
    size: String,
    promised: Vec<String>,
    not_covered: Vec<String>,
    tables: Vec<(String, String)>,
}

/// What a figure is shown with.
struct Shown {
    id: &'static str,
    title: String,
    sentences: Vec<String>,
    wide: String,
    narrow: String,
    notes: Vec<String>,
    table: crate::figure::Table,
    svg: String,
    png: String,
    csv: Option<String>,
    permanent: String,
}

#[derive(Template)]
#[template(path = "page.html")]
struct Page<'a> {
    desk: &'a Desk<'a>,
    lang: Lang,
    name: PageName,
    synthetic: bool,
    title: String,
    content: &'a Content,
    menu: Vec<(&'static str, String, bool)>,
    languages: Vec<(&'static str, &'static str, String, bool)>,
    figures: Vec<Shown>,
    releases: Vec<About>,
    how: Option<String>,
    /// Title of the release that the figures come from, and its language.
    subject: Option<(String, &'static str)>,
}

impl Page<'_> {
    fn say(&self, text: Text) -> &'static str {
        self.desk.word(text)
    }

    fn shown(&self, id: &str) -> Option<&Shown> {
        self.figures.iter().find(|figure| figure.id == id)
    }

    fn label(&self, text: Text, title: &str) -> String {
        self.desk.say(text, &[("title", title)])
    }

    fn link(&self, path: &str) -> String {
        Desk::plain(path, self.lang)
    }
}

/// The page as HTML.
pub fn page(name: PageName, asked: &Asked<'_>) -> Result<String, PageError> {
    let desk = Desk::new(asked);
    let content = content(name, &desk)?;
    let lang = desk.lang;
    let heading = content.heading.clone().unwrap_or_else(|| desk.word(name.title()).to_owned());
    let synthetic = asked.releases.iter().any(|artefact| artefact.release.synthetic);
    let mark = if synthetic { format!("{}: ", desk.word(frame::SYNTHETIC_TITLE)) } else { String::new() };
    let menu = PAGES.iter().map(|(page, path)| (desk.word(page.title()), Desk::plain(path, lang), *page == name));
    let languages = [("en", "English", Lang::En), ("ru", "Русский", Lang::Ru), ("tg", "Тоҷикӣ", Lang::Tg)];
    let pairs = desk.pairs();
    let languages = languages.into_iter().map(|(tag, word, of)| {
        let pairs: Vec<_> = [("lang".to_owned(), tag.to_owned())].into_iter().chain(pairs.iter().cloned()).collect();
        (tag, word, crate::desk::query(name.path(), &pairs), of == lang)
    });
    let figures = content.blocks.iter().filter_map(|block| match block {
        Block::Figure(figure) => Some(shown(&desk, name, figure, &content.used)),
        _ => None,
    });
    let page = Page {
        desk: &desk,
        lang,
        name,
        synthetic,
        title: format!("{mark}{heading} – {}", desk.word(frame::SITE)),
        content: &content,
        menu: menu.collect(),
        languages: languages.collect(),
        figures: figures.collect(),
        releases: content.used.iter().map(|artefact| about(&desk, artefact)).collect(),
        how: how(&desk, &content),
        subject: content.used.first().map(|artefact| {
            let (title, lang) = desk.title_of(artefact);
            (title.to_owned(), lang.name())
        }),
    };
    Ok(page.render()?)
}

/// A picture and its numbers by the name of the figure.
pub fn picture(id: &str, asked: &Asked<'_>) -> Result<Option<Picture>, PageError> {
    let Some(name) = PageName::of_figure(id) else { return Ok(None) };
    let desk = Desk::new(asked);
    let content = content(name, &desk)?;
    let releases = content.used.iter().map(|artefact| artefact.release.id.to_string()).collect();
    let figure = content.blocks.into_iter().find_map(|block| match block {
        Block::Figure(figure) if figure.id == id => Some(figure),
        _ => None,
    });
    Ok(figure.map(|figure| Picture {
        svg: figure.chart.as_ref().map(|chart| chart.standalone(&figure.caption())),
        data: (!figure.data.rows.is_empty()).then(|| figure.data.clone()),
        title: figure.title.clone(),
        releases,
    }))
}

fn content(name: PageName, desk: &Desk<'_>) -> Result<Content, CubeError> {
    match name {
        PageName::Overview => overview::content(desk),
        PageName::Routes => places::routes(desk),
        PageName::Destinations => places::destinations(desk),
        PageName::People => people::content(desk),
        PageName::Purposes => answers::purposes(desk),
        PageName::Inside => apart::inside(desk),
        PageName::Prevented => apart::prevented(desk),
        PageName::Assistance => answers::assistance(desk),
        PageName::Releases => Ok(releases::content(desk)),
        PageName::Method => Ok(method::content(desk)),
        PageName::About => Ok(releases::about_site(desk)),
    }
}

impl Content {
    fn lead(text: String) -> Self {
        Self { lead: text, ..Self::default() }
    }

    /// Remembers where figures came from.
    fn uses(&mut self, joint: &Joint<'_>) {
        for artefact in joint.releases() {
            if !self.used.iter().any(|known| known.release.id == artefact.release.id) {
                self.used.push(Arc::clone(artefact));
            }
        }
    }

    fn figure(&mut self, figure: Figure) {
        self.blocks.push(Block::Figure(Box::new(figure)));
    }

    /// Says why there is no figure, and gives what is here.
    fn found<T>(&mut self, desk: &Desk<'_>, found: Found<T>) -> Option<T> {
        match found {
            Found::Here(found) => return Some(found),
            Found::NotChosen => self.blocks.push(Block::Line(desk.word(frame::NOT_WITH_FILTERS).to_owned())),
            Found::Nothing => {}
        }
        None
    }

    /// Says so when there is nothing on the page.
    fn or_nothing(mut self, desk: &Desk<'_>) -> Self {
        if self.blocks.is_empty() {
            self.blocks.push(Block::Line(desk.word(frame::NOTHING).to_owned()));
        }
        self
    }
}

/// Everything about a figure that a template shows.
fn shown(desk: &Desk<'_>, name: PageName, figure: &Figure, used: &[Arc<Artefact>]) -> Shown {
    let drawn = |width| figure.chart.as_ref().map(|chart| chart.inline(&figure.caption(), width)).unwrap_or_default();
    let file = |ending: &str| desk.address(&format!("/v1/charts/{}.{ending}", figure.id));
    // A permanent link is bound to the release, when the page is made of one.
    let bound = match (used, desk.asked.release) {
        ([only], None) => vec![("release", only.release.id.as_str())],
        _ => Vec::new(),
    };
    Shown {
        id: figure.id,
        title: figure.title.clone(),
        sentences: figure.sentences.clone(),
        wide: drawn(Width::Wide),
        narrow: drawn(Width::Narrow),
        notes: figure.notes.clone(),
        table: figure.table.clone(),
        svg: file("svg"),
        png: file("png"),
        csv: (!figure.data.rows.is_empty()).then(|| file("csv")),
        permanent: format!("{}#{}", desk.address_with(name.path(), &bound), figure.id),
    }
}

/// How to read the numbers, with one from the page.
fn how(desk: &Desk<'_>, content: &Content) -> Option<String> {
    let value = content.blocks.iter().find_map(|block| match block {
        Block::Figure(figure) => figure.data.rows.iter().map(|(_, value)| *value).find(|value| value.estimate > 10.0),
        _ => None,
    })?;
    let (low, high) = crate::numbers::ends(desk.lang, &value);
    let words = [
        ("example", desk.shown(&value)),
        ("value", crate::numbers::whole(desk.lang, value.estimate)),
        ("low", low),
        ("high", high),
    ];
    let words: Vec<(&str, &str)> = words.iter().map(|(name, word)| (*name, word.as_str())).collect();
    Some(desk.say(frame::HOW_TEXT, &words))
}

/// A form over years and dimensions that the figures of a page may be narrowed by.
fn form(desk: &Desk<'_>, joint: &Joint<'_>, name: PageName, base: &[&str], offered: &[&str]) -> Form {
    let filters = &desk.asked.filters;
    let mut fields = Vec::new();
    let all = |title: Text| (desk.word(title).to_owned(), (String::new(), desk.word(frame::ALL).to_owned(), false));
    let years: Vec<String> =
        joint.codes(YEAR).into_iter().map(|c| c.code).filter(|c| c.parse::<i32>().is_ok()).collect();
    let with_years: Vec<&str> = base.iter().copied().chain([YEAR]).collect();
    if years.len() > 1 && joint.answers(&with_years) {
        for (name, title, chosen) in [("from", frame::FROM_YEAR, filters.from), ("to", frame::TO_YEAR, filters.to)] {
            let (title, first) = all(title);
            let options = years
                .iter()
                .map(|year| (year.clone(), year.clone(), chosen.map(|y| y.to_string()).as_ref() == Some(year)));
            fields.push(Field { name: name.to_owned(), title, options: [first].into_iter().chain(options).collect() });
        }
    }
    let mut chosen_words = Vec::new();
    for name in offered {
        let together: Vec<&str> = base.iter().copied().filter(|base| base != name).chain([*name]).collect();
        let Some(dimension) = joint.dimension(name).filter(|_| joint.answers(&together)) else { continue };
        let chosen = filters.taken.get(*name);
        let (_, first) = all(frame::ALL);
        let mut options: Vec<(String, String, bool)> = dimension
            .codes
            .iter()
            .map(|code| {
                let is_chosen = chosen.is_some_and(|codes| codes.contains(&code.code));
                (code.code.clone(), desk.lang.of(&code.labels).to_owned(), is_chosen)
            })
            .collect();
        chosen_words.extend(options.iter().filter(|(_, _, chosen)| *chosen).map(|(_, label, _)| label.clone()));
        if options.len() > 20 {
            options.sort_by(|one, other| one.1.cmp(&other.1));
        }
        let options = [first].into_iter().chain(options).collect();
        fields.push(Field { name: (*name).to_owned(), title: desk.lang.of(&dimension.title).to_owned(), options });
    }
    if filters.from.is_some() || filters.to.is_some() {
        chosen_words.push(desk.period(joint));
    }
    let release = desk.asked.release.map(|artefact| ("release".to_owned(), artefact.release.id.to_string()));
    let chosen = if chosen_words.is_empty() {
        String::new()
    } else {
        desk.say(frame::CHOSEN, &[("list", &chosen_words.join(", "))])
    };
    Form {
        action: name.path(),
        fields,
        chosen,
        clear: Desk::plain(name.path(), desk.lang),
        hidden: [("lang".to_owned(), desk.lang.name().to_owned())].into_iter().chain(release).collect(),
    }
}

fn about(desk: &Desk<'_>, artefact: &Artefact) -> About {
    let (release, definition) = (&artefact.release, &artefact.release.definition);
    let translated = definition.translations.of(desk.lang);
    let cells: u64 = release.tables.iter().map(|table| table.cells).sum();
    let size = [
        ("tables", crate::numbers::whole(desk.lang, release.tables.len() as f64)),
        ("cells", crate::numbers::whole(desk.lang, cells as f64)),
    ];
    let size: Vec<(&str, &str)> = size.iter().map(|(name, word)| (*name, word.as_str())).collect();
    let rho = decimal(desk.lang, release.privacy.rho.value(), 4);
    let table = |info: &panoh_publication::TableInfo| {
        let path = format!("/v1/releases/{}/tables/{}", release.id, info.name);
        let pairs = [("format".to_owned(), "csv".to_owned()), ("lang".to_owned(), desk.lang.name().to_owned())];
        (desk.lang.of(&info.title).to_owned(), crate::desk::query(&path, &pairs))
    };
    let cohorts = definition.cohorts;
    let words = [cohorts.from.to_string(), cohorts.to.to_string()];
    About {
        id: release.id.to_string(),
        title: translated.map_or(&definition.title, |texts| &texts.title).clone(),
        description: translated.map_or(&definition.description, |texts| &texts.description).clone(),
        texts_in: if translated.is_some() { desk.lang.name() } else { "en" },
        author: definition.author.clone(),
        day: day(desk.lang, &release.day),
        synthetic: release.synthetic,
        cost: format!("ε {} / δ {} (ρ {rho})", desk.epsilon(artefact), power(release.privacy.delta.value())),
        licence: definition.licence.clone(),
        citation: release.citation(),
        years: desk.say(figures::PERIOD, &[("from", &words[0]), ("to", &words[1])]),
        size: desk.say(frame::CELLS, &size),
        promised: release.promised.clone(),
        not_covered: release.not_covered.clone(),
        tables: release.tables.iter().map(table).collect(),
    }
}
