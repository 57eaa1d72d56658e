//! KOI8-T, the encoding of Tajik text before Unicode. No crate has it, so its table stands here.
//!
//! The lower half is ASCII. The letters of the Russian alphabet stand where KOI8-R has them; in place of most box-drawing
//! signs stand the six Tajik letters in both cases and typographic signs. Facts as in the character map KOI8-T of the GNU
//! C library.

/// No letter stands here.
const NONE: char = char::REPLACEMENT_CHARACTER;

/// What the bytes 0x80 to 0xFF mean.
#[rustfmt::skip]
pub(crate) const KOI8_T: [char; 128] = [
    'қ', 'ғ', '‚', 'Ғ', '„', '…', '†', '‡', NONE, '‰', 'ҳ', '‹', 'Ҳ', 'ҷ', 'Ҷ', NONE,
    'Қ', '‘', '’', '“', '”', '•', '–', '—', NONE, '™', NONE, '›', NONE, NONE, NONE, NONE,
    NONE, 'ӯ', 'Ӯ', 'ё', '¤', 'ӣ', '¦', '§', NONE, NONE, NONE, '«', '¬', '\u{ad}', '®', NONE,
    '°', '±', '²', 'Ё', NONE, 'Ӣ', '¶', '·', NONE, '№', NONE, '»', NONE, NONE, NONE, '©',
    'ю', 'а', 'б', 'ц', 'д', 'е', 'ф', 'г', 'х', 'и', 'й', 'к', 'л', 'м', 'н', 'о',
    'п', 'я', 'р', 'с', 'т', 'у', 'ж', 'в', 'ь', 'ы', 'з', 'ш', 'э', 'щ', 'ч', 'ъ',
    'Ю', 'А', 'Б', 'Ц', 'Д', 'Е', 'Ф', 'Г', 'Х', 'И', 'Й', 'К', 'Л', 'М', 'Н', 'О',
    'П', 'Я', 'Р', 'С', 'Т', 'У', 'Ж', 'В', 'Ь', 'Ы', 'З', 'Ш', 'Э', 'Щ', 'Ч', 'Ъ',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_has_one_byte() {
        let mut signs: Vec<char> = KOI8_T.into_iter().filter(|&sign| sign != NONE).collect();
        let count = signs.len();
        signs.sort_unstable();
        signs.dedup();
        assert_eq!(signs.len(), count, "no sign stands twice");
        for letter in "ғӣқӯҳҷҒӢҚӮҲҶёЁ".chars().chain('а'..='я').chain('А'..='Я') {
            assert!(KOI8_T.contains(&letter), "{letter}");
        }
    }

    /// The second opinion is the table of KOI8-R in another crate.
    #[test]
    fn it_agrees_with_koi8_r_wherever_that_has_a_letter() {
        let bytes: Vec<u8> = (0x80..=0xff).collect();
        let (russian, _) = encoding_rs::KOI8_R.decode_without_bom_handling(&bytes);
        let mut compared = 0;
        for (sign, other) in KOI8_T.into_iter().zip(russian.chars()).filter(|(_, other)| other.is_alphabetic()) {
            assert_eq!(sign, other);
            compared += 1;
        }
        assert_eq!(compared, 66, "33 letters in both cases");
    }
}
