//! Structured references and their check digits.

/// Whether text in normal form is a reference with correct check digits: ISO 11649 (RF), the Belgian OGM, or the
/// Swiss QRR.
pub fn is_valid(form: &str) -> bool {
    let is_digits = form.bytes().all(|byte| byte.is_ascii_digit());
    match form.len() {
        12 if is_digits => is_ogm(form),
        27 if is_digits => is_qrr(form),
        5..=25 if form.starts_with("RF") => is_rf(form),
        _ => false,
    }
}

/// ISO 11649: with the first four characters moved to the end and letters as 10 to 35, the number mod 97 is 1.
fn is_rf(form: &str) -> bool {
    let check = form.get(2..4).is_some_and(|check| check.bytes().all(|byte| byte.is_ascii_digit()));
    let rotated = form.bytes().skip(4).chain(form.bytes().take(4));
    let rest = rotated.fold(0, |rest: u32, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => rest,
    });
    check && form.bytes().all(|byte| byte.is_ascii_alphanumeric()) && rest == 1
}

/// Febelfin OGM/VCS: ten digits mod 97 are the last two; a remainder of 0 is written 97.
fn is_ogm(form: &str) -> bool {
    let (Some(body), Some(check)) = (form.get(..10), form.get(10..)) else { return false };
    let (Ok(body), Ok(check)) = (body.parse::<u64>(), check.parse::<u64>()) else { return false };
    let rest = body % 97;
    check == if rest == 0 { 97 } else { rest }
}

/// SIX QR reference: the last digit by the recursive modulo 10 table of Swiss payment standards.
fn is_qrr(form: &str) -> bool {
    const TABLE: [u8; 10] = [0, 9, 4, 6, 8, 2, 7, 1, 3, 5];
    let digits = form.bytes().map(|byte| usize::from(byte.saturating_sub(b'0')));
    let mut carry = 0;
    let mut last = 0;
    for (at, digit) in digits.enumerate() {
        if at == 26 {
            last = digit;
        } else {
            carry = TABLE.get((carry + digit) % 10).copied().map_or(0, usize::from);
        }
    }
    (10 - carry) % 10 == last && form.bytes().any(|byte| byte != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn check_digits_hold() {
        // RF18539007547034 is the example of ISO 11649; 210000000003139471430009017 that of SIX.
        for valid in ["RF18539007547034", "010806817183", "210000000003139471430009017"] {
            assert!(is_valid(valid), "{valid}");
        }
        for wrong in ["RF19539007547034", "010806817184", "210000000003139471430009018", "RF", "", "INV10023"]
        {
            assert!(!is_valid(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_noticed(at in 4usize..16, other in 0u8..10) {
            let mut reference = *b"RF18539007547034";
            let with = b'0' + other;
            prop_assume!(reference[at] != with);
            reference[at] = with;
            prop_assert!(!is_valid(std::str::from_utf8(&reference).unwrap()));
        }
    }
}
