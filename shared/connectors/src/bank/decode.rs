//! From bytes to text: the byte order mark decides, then the XML declaration, then UTF-8.
use super::file_error::{FileError, Reason};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Bytes in which an XML declaration must end.
const DECLARATION_BYTES_MAX: usize = 256;

/// Decodes a file. A file that says UTF-8 or nothing and is not is read as Windows-1252, which banks send under
/// either name; amounts, dates and codes are ASCII and the same in both.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, FileError> {
    let (encoding, body) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, bytes.get(mark..).unwrap_or_default()),
        None => (unmarked(bytes), bytes),
    };
    let text = encoding.decode_without_bom_handling_and_without_replacement(body);
    match text {
        None if encoding == UTF_8 => Ok(WINDOWS_1252.decode_without_bom_handling(body).0),
        None => Err(Reason::Encoding { encoding: encoding.name() }.into()),
        Some(text) => Ok(text),
    }
}

fn unmarked(bytes: &[u8]) -> &'static Encoding {
    match bytes {
        [0, b'<', 0, _, ..] => UTF_16BE,
        [b'<', 0, _, 0, ..] => UTF_16LE,
        // readable byte by byte, so a declared UTF-16 was left behind by whoever converted the file
        _ => declared(bytes).filter(|encoding| encoding.is_ascii_compatible()).unwrap_or(UTF_8),
    }
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..DECLARATION_BYTES_MAX).unwrap_or(bytes);
    let start = String::from_utf8_lossy(start);
    let declaration = start.trim_start().strip_prefix("<?xml")?.split_once("?>")?.0;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value.split(quote).nth(1)?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_then_the_declaration_then_utf_8() {
        let utf16 =
            |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> { "<é/>".encode_utf16().flat_map(to_bytes).collect() };
        let (le, be) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
        for bytes in [
            [&[0xFF, 0xFE][..], &le].concat(),
            [&[0xFE, 0xFF][..], &be].concat(),
            le,
            be,
            b"\xEF\xBB\xBF<\xC3\xA9/>".to_vec(),
            b"<\xE9/>".to_vec(),
        ] {
            assert_eq!(decode(&bytes).unwrap(), "<é/>", "{bytes:x?}");
        }
        let latin = b"<?xml version='1.0' encoding = 'ISO-8859-1'?><\xE9/>";
        assert!(decode(latin).unwrap().ends_with("<é/>"));
        let converted = b"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>";
        assert!(decode(converted).unwrap().ends_with("<a/>"));
        assert!(decode(b"\xFF\xFE<\0\x00\xD8").is_err(), "half a surrogate pair");
    }
}
