//! Text in the encodings that exports come in, made UTF-8 while it is read.
//!
//! A byte or pair of bytes that stands for no letter becomes U+FFFD, and the row that holds it is refused later: a name
//! with a lost letter must not become somebody else's pseudonym. Text that is UTF-8 already does not come through here.

use std::io::{self, Read};

use encoding_rs::Decoder;

use crate::archive::Input;
use crate::koi8t::KOI8_T;

/// Bytes that are decoded at once.
const PIECE: usize = 1 << 16;

/// An encoding that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1251,
    Koi8R,
    Koi8T,
    Ibm866,
    Iso8859_5,
    MacCyrillic,
    Windows1252,
    Windows1254,
}

/// The encodings of one byte a letter. KOI8-T stands before KOI8-R, of which it has all letters.
pub(crate) const ONE_BYTE: [Encoding; 8] = [
    Encoding::Windows1251,
    Encoding::Koi8T,
    Encoding::Koi8R,
    Encoding::Ibm866,
    Encoding::Iso8859_5,
    Encoding::MacCyrillic,
    Encoding::Windows1252,
    Encoding::Windows1254,
];

impl Encoding {
    /// The encoding of that name, see [`panoh_dictionary::ENCODINGS`].
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = panoh_dictionary::encoding(name)?;
        [Self::Utf8, Self::Utf16Le, Self::Utf16Be].into_iter().chain(ONE_BYTE).find(|known| known.name() == name)
    }

    /// Its name in mappings and on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1251 => "windows-1251",
            Self::Koi8R => "koi8-r",
            Self::Koi8T => "koi8-t",
            Self::Ibm866 => "ibm866",
            Self::Iso8859_5 => "iso-8859-5",
            Self::MacCyrillic => "x-mac-cyrillic",
            Self::Windows1252 => "windows-1252",
            Self::Windows1254 => "windows-1254",
        }
    }

    /// What the bytes 0x80 to 0xFF mean; none when a letter may have several bytes.
    pub(crate) fn upper_half(self) -> Option<[char; 128]> {
        let known = match self {
            Self::Utf8 | Self::Utf16Le | Self::Utf16Be => return None,
            Self::Koi8T => return Some(KOI8_T),
            Self::Windows1251 => encoding_rs::WINDOWS_1251,
            Self::Koi8R => encoding_rs::KOI8_R,
            Self::Ibm866 => encoding_rs::IBM866,
            Self::Iso8859_5 => encoding_rs::ISO_8859_5,
            Self::MacCyrillic => encoding_rs::X_MAC_CYRILLIC,
            Self::Windows1252 => encoding_rs::WINDOWS_1252,
            Self::Windows1254 => encoding_rs::WINDOWS_1254,
        };
        let mut half = [char::REPLACEMENT_CHARACTER; 128];
        for (byte, sign) in (0x80..=0xff).zip(&mut half) {
            let (text, _) = known.decode_without_bom_handling(std::slice::from_ref(&byte));
            // The browsers' tables fill holes with control signs, which no export holds.
            let found = text.chars().next().filter(|found| !found.is_control());
            *sign = found.unwrap_or(char::REPLACEMENT_CHARACTER);
        }
        Some(half)
    }

    /// The text of a piece from the beginning of a file. A letter that is cut off at its end is left out.
    pub(crate) fn text_of(self, head: &[u8]) -> String {
        let wide = |known: &'static encoding_rs::Encoding| {
            known.decode_without_bom_handling(&head[..head.len() & !1]).0.into_owned()
        };
        match (self, self.upper_half()) {
            (_, Some(half)) => head.iter().map(|&byte| sign(&half, byte)).collect(),
            (Self::Utf16Le, _) => wide(encoding_rs::UTF_16LE),
            (Self::Utf16Be, _) => wide(encoding_rs::UTF_16BE),
            _ => String::from_utf8_lossy(head).into_owned(),
        }
    }

    /// The same text in UTF-8.
    pub(crate) fn decoded(self, input: Input) -> Input {
        let letters = match (self, self.upper_half()) {
            (Self::Utf16Le, _) => Letters::Wide(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()),
            (Self::Utf16Be, _) => Letters::Wide(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
            (_, Some(half)) => Letters::OneByte(Box::new(half)),
            (_, None) => return input,
        };
        Box::new(Decoded { input, letters, piece: vec![0; PIECE], text: Vec::new(), given: 0, ended: false })
    }
}

fn sign(half: &[char; 128], byte: u8) -> char {
    if byte < 0x80 { char::from(byte) } else { half[usize::from(byte - 0x80)] }
}

enum Letters {
    OneByte(Box<[char; 128]>),
    Wide(Decoder),
}

/// Decodes while it is read, in constant memory.
struct Decoded {
    input: Input,
    letters: Letters,
    piece: Vec<u8>,
    /// UTF-8 text; `text[given..]` was not handed out yet.
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Read for Decoded {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.ended {
            self.fill()?;
        }
        let bytes = into.len().min(self.text.len() - self.given);
        into[..bytes].copy_from_slice(&self.text[self.given..self.given + bytes]);
        self.given += bytes;
        Ok(bytes)
    }
}

impl Decoded {
    fn fill(&mut self) -> io::Result<()> {
        let bytes = self.input.read(&mut self.piece)?;
        let piece = &self.piece[..bytes];
        self.ended = bytes == 0;
        self.given = 0;
        match &mut self.letters {
            Letters::OneByte(half) => {
                self.text.clear();
                for &byte in piece {
                    self.text.extend_from_slice(sign(half, byte).encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
            Letters::Wide(decoder) => {
                let room = decoder.max_utf8_buffer_length(bytes).expect("a piece is small");
                self.text.resize(room, 0);
                let (_, _, written, _) = decoder.decode_to_utf8(piece, &mut self.text, self.ended);
                self.text.truncate(written);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(encoding: Encoding, bytes: &[u8]) -> String {
        let mut text = String::new();
        let input: Input = Box::new(io::Cursor::new(bytes.to_vec()));
        encoding.decoded(input).read_to_string(&mut text).expect("decoded text is UTF-8");
        text
    }

    #[test]
    fn names_are_those_of_the_dictionary() {
        for name in panoh_dictionary::ENCODINGS {
            assert_eq!(Encoding::named(name).map(Encoding::name), Some(name));
        }
        assert_eq!(Encoding::named("CP866"), Some(Encoding::Ibm866));
        assert_eq!(Encoding::named("ISO-8859-9"), Some(Encoding::Windows1254));
        assert_eq!(Encoding::named("latin-17"), None);
    }

    #[test]
    fn the_same_word_in_every_encoding() {
        for (encoding, bytes) in [
            (Encoding::Utf8, &b"\xd0\x9d\xd1\x83\xd1\x80"[..]),
            (Encoding::Utf16Le, b"\x1d\x04\x43\x04\x40\x04"),
            (Encoding::Utf16Be, b"\x04\x1d\x04\x43\x04\x40"),
            (Encoding::Windows1251, b"\xcd\xf3\xf0"),
            (Encoding::Koi8R, b"\xee\xd5\xd2"),
            (Encoding::Koi8T, b"\xee\xd5\xd2"),
            (Encoding::Ibm866, b"\x8d\xe3\xe0"),
            (Encoding::Iso8859_5, b"\xbd\xe3\xe0"),
            (Encoding::MacCyrillic, b"\x8d\xf3\xf0"),
        ] {
            assert_eq!(decoded(encoding, bytes), "Нур", "{encoding:?}");
            assert_eq!(encoding.text_of(bytes), "Нур", "{encoding:?}");
        }
        assert_eq!(decoded(Encoding::Koi8T, b"\x81\xa5\x80\xa1\x8a\x8d"), "ғӣқӯҳҷ");
        assert_eq!(decoded(Encoding::Windows1252, b"Caf\xe9"), "Café");
        assert_eq!(decoded(Encoding::Windows1254, b"\xdd\xfe\xfd\xf0"), "İşığ");
    }

    #[test]
    fn what_stands_for_no_letter_is_marked() {
        for (encoding, bytes, expected) in [
            (Encoding::Windows1251, &b"a\x98"[..], "a\u{fffd}"),
            (Encoding::Windows1252, b"a\x81", "a\u{fffd}"),
            (Encoding::Koi8T, b"a\x88", "a\u{fffd}"),
            (Encoding::Utf16Le, b"a\0\x00\xd8b\0", "a\u{fffd}b"),
            (Encoding::Utf16Le, b"a\0b", "a\u{fffd}"),
        ] {
            assert_eq!(decoded(encoding, bytes), expected, "{encoding:?} {bytes:?}");
        }
    }

    #[test]
    fn letters_at_the_seams_of_pieces_are_whole() {
        let text = "Ҷ😀а".repeat(PIECE / 3);
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(decoded(Encoding::Utf16Le, &wide) == text);
        let letters = "ҷӣ".repeat(PIECE);
        assert!(decoded(Encoding::Koi8T, &b"\x8d\xa5".repeat(PIECE)) == letters);
    }
}
