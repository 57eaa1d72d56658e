//! What is published, with downloads; and what this site is.

use super::{Block, Content, about};
use crate::desk::Desk;
use crate::texts::{Text, frame, method};

/// All releases, newest first.
pub(super) fn content(desk: &Desk<'_>) -> Content {
    let mut content = Content::lead(desk.word(frame::REGISTERED).to_owned());
    let releases: Vec<_> = desk.asked.releases.iter().map(|artefact| about(desk, artefact)).collect();
    if releases.is_empty() {
        content.blocks.push(Block::Line(desk.word(frame::NOTHING).to_owned()));
    }
    content.blocks.push(Block::Releases(releases));
    content
}

/// What this is, who publishes, what may be done with the figures.
pub(super) fn about_site(desk: &Desk<'_>) -> Content {
    let prose = |heading: Text, text: Text| Block::Prose {
        heading: desk.word(heading).to_owned(),
        text: desk.word(text).to_owned(),
    };
    let mut content = Content::lead(desk.word(method::ABOUT_LEAD).to_owned());
    content.blocks = vec![
        prose(method::ABOUT_WHAT, method::ABOUT_WHAT_TEXT),
        prose(method::ABOUT_WHO, method::ABOUT_WHO_TEXT),
        prose(method::ABOUT_USE, method::ABOUT_USE_TEXT),
        prose(method::ABOUT_SITE, method::ABOUT_SITE_TEXT),
    ];
    content
}
