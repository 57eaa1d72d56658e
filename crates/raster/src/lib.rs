//! Turns an SVG picture into PNG with fonts of its own.
//!
//! Slides and old word processors take no SVG. A server need not have any font, and no other font may be longer than what a
//! picture was measured for, so the letters of English, Russian and Tajik come with the program: a part of DejaVu Sans, see
//! `fonts/LICENSE`. No file and no address that a picture names is ever opened.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{ImageHrefResolver, Options, Tree};

/// Letters of the pictures.
const FONTS: [&[u8]; 2] = [include_bytes!("../fonts/DejaVuSans.ttf"), include_bytes!("../fonts/DejaVuSans-Bold.ttf")];
/// The family of both.
const FAMILY: &str = "DejaVu Sans";
/// Points for one unit of a picture: sharp on paper and on screens of our day.
const SCALE: f32 = 2.0;
/// Most points across and down; larger pictures are none of ours.
const MOST: u32 = 8_000;

/// Why a picture could not be turned.
#[derive(Debug, thiserror::Error)]
pub enum RasterError {
    /// Not SVG.
    #[error("the picture cannot be read: {0}")]
    Svg(#[from] resvg::usvg::Error),
    /// It has no size, or too large a one.
    #[error("the picture is {0} by {1} points; at most {MOST} each way")]
    Size(u32, u32),
    /// It could not be packed.
    #[error("the picture cannot be written as PNG")]
    Png,
}

static LETTERS: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut letters = Database::new();
    for font in FONTS {
        letters.load_font_data(font.to_vec());
    }
    letters.set_sans_serif_family(FAMILY);
    Arc::new(letters)
});

/// The picture as PNG, two points for each of its units.
pub fn png(svg: &str) -> Result<Vec<u8>, RasterError> {
    let nothing = ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
    let options = Options {
        fontdb: Arc::clone(&LETTERS),
        font_family: FAMILY.to_owned(),
        image_href_resolver: nothing,
        ..Options::default()
    };
    let tree = Tree::from_str(svg, &options)?;
    let size = tree.size();
    let (width, height) = ((size.width() * SCALE).ceil() as u32, (size.height() * SCALE).ceil() as u32);
    if width > MOST || height > MOST {
        return Err(RasterError::Size(width, height));
    }
    let mut points = Pixmap::new(width, height).ok_or(RasterError::Size(width, height))?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut points.as_mut());
    points.encode_png().map_err(|_| RasterError::Png)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_text(text: &str) -> Vec<u8> {
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"40\" font-family=\"system-ui, sans-serif\">\
             <text x=\"4\" y=\"28\" font-size=\"20\">{text}</text></svg>"
        );
        png(&svg).expect("a picture")
    }

    #[test]
    fn a_picture_has_two_points_for_each_unit() {
        let picture = with_text("x");
        assert_eq!(&picture[1..4], b"PNG");
        let number = |at: usize| u32::from_be_bytes([picture[at], picture[at + 1], picture[at + 2], picture[at + 3]]);
        assert_eq!((number(16), number(20)), (600, 80));
    }

    /// Every letter and sign of the pages is drawn; what the fonts lack is drawn as nothing or as a box.
    #[test]
    fn the_letters_of_three_languages_are_drawn() {
        let blank = with_text("");
        let lacking = with_text("\u{4e00}");
        let letters = "abcxyzABCXYZ0123456789абвгғдеёжзийӣкқлмнопрстуӯфхҳцчҷшщъыьэюяАБВГҒӢҚӮҲҶ±−–…→“”«»?%·ε δ ρ ⁻⁹°";
        for letter in letters.chars().filter(|letter| *letter != ' ') {
            let drawn = with_text(&letter.to_string());
            assert!(drawn != blank && drawn != lacking, "{letter} is in no font");
        }
        assert!(with_text("ӯ") != with_text("у") && with_text("ҷ") != with_text("ч"), "Tajik letters are their own");
    }

    #[test]
    fn nothing_else_is_opened() {
        let svg = |inside: &str| {
            format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"20\" \
                 height=\"20\">{inside}</svg>"
            )
        };
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/LICENSE");
        let linked = svg(&format!("<image width=\"20\" height=\"20\" xlink:href=\"{folder}\"/>"));
        assert_eq!(png(&linked).expect("a picture"), png(&svg("")).expect("a picture"));
        assert!(matches!(png("no picture"), Err(RasterError::Svg(_))));
        assert!(matches!(png(&svg("").replace("\"20\"", "\"90000\"")), Err(RasterError::Size(..))));
    }
}
