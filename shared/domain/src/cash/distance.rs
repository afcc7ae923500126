//! Nearness of numbers and words: one slip of the pen, one letter that a scanner misread, or a cut end.

/// One character replaced, missing, too much, or two neighbours exchanged. "?" in `left` stands for a character that
/// an encoding lost. Equal texts are not one edit apart.
pub fn is_one_edit(left: &str, right: &str) -> bool {
    if left == right || left.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let common = left.bytes().zip(right.bytes()).take_while(|(a, b)| a == b).count();
    let (left, right) = (left.as_bytes().get(common..), right.as_bytes().get(common..));
    match (left.unwrap_or_default(), right.unwrap_or_default()) {
        ([_, left @ ..], [_, right @ ..]) if left == right => true,
        ([_, left @ ..], right) if left == right => true,
        (left, [_, right @ ..]) if left == right => true,
        ([a, b, left @ ..], [c, d, right @ ..]) => a == d && b == c && left == right,
        _ => false,
    }
}

/// Equal once letters and digits that scanners confuse are the same.
pub fn is_ocr_equal(left: &str, right: &str) -> bool {
    left.len() == right.len() && left.bytes().zip(right.bytes()).all(|(a, b)| ocr_class(a) == ocr_class(b))
}

const fn ocr_class(byte: u8) -> u8 {
    match byte {
        b'O' | b'Q' | b'D' => b'0',
        b'I' | b'L' => b'1',
        b'Z' => b'2',
        b'S' => b'5',
        b'G' => b'6',
        b'B' => b'8',
        other => other,
    }
}

/// `left` is `right` without its last one or two characters.
pub fn is_cut_off(left: &str, right: &str) -> bool {
    let lost = right.len().saturating_sub(left.len());
    (1..=2).contains(&lost) && right.starts_with(left)
}

/// The characters of `short` stand in `long` in the same order.
pub fn is_subsequence(short: &str, long: &str) -> bool {
    let mut long = long.chars();
    short.chars().all(|wanted| long.any(|c| c == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_edit_is_one() {
        for (left, right) in
            [("1324", "1326"), ("1324", "134"), ("134", "1324"), ("1324", "1342"), ("A1", "A12")]
        {
            assert!(is_one_edit(left, right), "{left} {right}");
        }
        for (left, right) in [("1324", "1324"), ("1324", "1443"), ("12", "1234"), ("", "")] {
            assert!(!is_one_edit(left, right), "{left} {right}");
        }
    }

    #[test]
    fn scanners_confuse_some_characters() {
        assert!(is_ocr_equal("SI0004L832", "SI00041832"));
        assert!(!is_ocr_equal("SI00047832", "SI00041832"));
        assert!(is_cut_off("INV101", "INV10141") && !is_cut_off("INV1", "INV10141"));
        assert!(is_subsequence("SW", "SOFTWARE"));
    }

    proptest! {
        #[test]
        fn any_single_replacement_is_found(text in "[A-Z0-9]{2,12}", at in 0usize..12, with in "[A-Z0-9]") {
            let mut other: Vec<char> = text.chars().collect();
            let at = at % other.len();
            other[at] = with.chars().next().unwrap();
            let other: String = other.into_iter().collect();
            prop_assert_eq!(is_one_edit(&text, &other), text != other);
            prop_assert_eq!(is_one_edit(&text, &other), is_one_edit(&other, &text));
        }
    }
}
