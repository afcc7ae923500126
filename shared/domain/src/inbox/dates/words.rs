//! Names of months, weekdays and small counts in English, German, French, Spanish and Dutch.
use chrono::Weekday;

pub const MONTHS: &[(&str, u32)] = &[
    ("january", 1), ("januar", 1), ("jänner", 1), ("janvier", 1), ("enero", 1), ("januari", 1), ("jan", 1), ("ene", 1),
    ("february", 2), ("februar", 2), ("février", 2), ("fevrier", 2), ("febrero", 2), ("februari", 2), ("feb", 2), ("févr", 2),
    ("march", 3), ("märz", 3), ("maerz", 3), ("mars", 3), ("marzo", 3), ("maart", 3), ("mar", 3), ("mrt", 3),
    ("april", 4), ("avril", 4), ("abril", 4), ("apr", 4), ("avr", 4), ("abr", 4),
    ("may", 5), ("mai", 5), ("mayo", 5), ("mei", 5),
    ("june", 6), ("juni", 6), ("juin", 6), ("junio", 6), ("jun", 6),
    ("july", 7), ("juli", 7), ("juillet", 7), ("julio", 7), ("jul", 7), ("juil", 7),
    ("august", 8), ("août", 8), ("aout", 8), ("agosto", 8), ("augustus", 8), ("aug", 8), ("ago", 8),
    ("september", 9), ("septembre", 9), ("septiembre", 9), ("sept", 9), ("sep", 9),
    ("october", 10), ("oktober", 10), ("octobre", 10), ("octubre", 10), ("oct", 10), ("okt", 10),
    ("november", 11), ("novembre", 11), ("noviembre", 11), ("nov", 11),
    ("december", 12), ("dezember", 12), ("décembre", 12), ("decembre", 12), ("diciembre", 12), ("dec", 12), ("dez", 12), ("dic", 12),
];

pub const WEEKDAYS: &[(&str, Weekday)] = &[
    ("monday", Weekday::Mon), ("montag", Weekday::Mon), ("lundi", Weekday::Mon), ("lunes", Weekday::Mon), ("maandag", Weekday::Mon),
    ("tuesday", Weekday::Tue), ("dienstag", Weekday::Tue), ("mardi", Weekday::Tue), ("martes", Weekday::Tue), ("dinsdag", Weekday::Tue),
    ("wednesday", Weekday::Wed), ("mittwoch", Weekday::Wed), ("mercredi", Weekday::Wed), ("miércoles", Weekday::Wed), ("miercoles", Weekday::Wed), ("woensdag", Weekday::Wed),
    ("thursday", Weekday::Thu), ("donnerstag", Weekday::Thu), ("jeudi", Weekday::Thu), ("jueves", Weekday::Thu), ("donderdag", Weekday::Thu),
    ("friday", Weekday::Fri), ("freitag", Weekday::Fri), ("vendredi", Weekday::Fri), ("viernes", Weekday::Fri), ("vrijdag", Weekday::Fri),
    ("saturday", Weekday::Sat), ("samstag", Weekday::Sat), ("samedi", Weekday::Sat), ("sábado", Weekday::Sat), ("zaterdag", Weekday::Sat),
    ("sunday", Weekday::Sun), ("sonntag", Weekday::Sun), ("dimanche", Weekday::Sun), ("domingo", Weekday::Sun), ("zondag", Weekday::Sun),
];

pub const COUNTS: &[(&str, u32)] = &[
    ("a couple of", 2), ("a few", 0), ("one", 1), ("two", 2), ("three", 3), ("four", 4), ("five", 5), ("six", 6), ("seven", 7), ("eight", 8), ("ten", 10), ("a", 1),
    ("einer", 1), ("einem", 1), ("zwei", 2), ("drei", 3), ("vier", 4), ("fünf", 5), ("sieben", 7), ("acht", 8), ("zehn", 10),
    ("une", 1), ("deux", 2), ("trois", 3), ("quatre", 4), ("cinq", 5), ("huit", 8), ("dix", 10), ("quinze", 15),
    ("una", 1), ("un", 1), ("dos", 2), ("tres", 3), ("cuatro", 4), ("cinco", 5), ("diez", 10), ("quince", 15),
    ("een", 1), ("twee", 2), ("drie", 3), ("vijf", 5), ("tien", 10),
];

/// A regex alternation of the table's words, longest first so that "mars" wins over "mar".
pub fn alternation<T>(table: &[(&str, T)]) -> String {
    let mut words: Vec<&str> = table.iter().map(|(word, _)| *word).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.join("|")
}

/// The table's value of a word, whatever its case.
pub fn lookup<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    let word = word.to_lowercase();
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}
