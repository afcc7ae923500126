//! Records, entries and messages of an older version, brought up to today's when they are read, one step a version.
use crate::worker::Failure;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Brings a record's JSON up by one version. The n-th of a list raises version n to n + 1, so that a list of none
/// belongs to version 1.
pub type Raise = fn(Value) -> Result<Value, String>;

#[derive(Deserialize)]
struct Versioned {
    v: usize,
}

/// Reads the JSON of any version up to the newest.
///
/// # Errors
/// Poison for what does not decode; a retry for a newer version, which a deploy under way will understand.
pub fn read<T: DeserializeOwned>(what: &str, body: &str, raises: &[Raise]) -> Result<T, Failure> {
    let poison = |why: String| Failure::poison(format!("{what}: {why}"));
    let Versioned { v } = serde_json::from_str(body).map_err(|error| poison(error.to_string()))?;
    let newest = raises.len() + 1;
    if v == newest {
        return serde_json::from_str(body).map_err(|error| poison(error.to_string()));
    }
    if v > newest {
        return Err(Failure::retry(format!("{what} has the newer version {v}")));
    }
    let Some(first) = v.checked_sub(1) else { return Err(poison("no version is called 0".to_owned())) };
    let mut value: Value = serde_json::from_str(body).map_err(|error| poison(error.to_string()))?;
    for raise in raises.iter().skip(first) {
        value = raise(value).map_err(poison)?;
    }
    serde_json::from_value(value).map_err(|error| poison(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Version 3 of something: 1 had `cents`, 2 called it `minor`, 3 has a currency too.
    #[derive(Debug, PartialEq, Deserialize)]
    struct Third {
        minor: i64,
        ccy: String,
    }

    fn to_second(mut value: Value) -> Result<Value, String> {
        let object = value.as_object_mut().ok_or("not an object")?;
        let cents = object.remove("cents").ok_or("no cents")?;
        object.insert("minor".into(), cents);
        Ok(value)
    }

    fn to_third(mut value: Value) -> Result<Value, String> {
        value.as_object_mut().ok_or("not an object")?.insert("ccy".into(), json!("USD"));
        Ok(value)
    }

    fn third(body: &str) -> Result<Third, Failure> {
        read("a thing", body, &[to_second, to_third])
    }

    #[test]
    fn every_older_version_is_raised_step_by_step() {
        let wanted = || Ok(Third { minor: 5, ccy: "USD".into() });
        assert_eq!(third(r#"{"v":1,"cents":5}"#), wanted());
        assert_eq!(third(r#"{"v":2,"minor":5}"#), wanted());
        assert_eq!(third(r#"{"v":3,"minor":5,"ccy":"USD"}"#), wanted());
    }

    #[test]
    fn what_is_newer_waits_and_what_is_nothing_is_poison() {
        assert!(matches!(third(r#"{"v":4,"minor":5}"#), Err(Failure::Retry { .. })));
        for body in [r#"{"v":0}"#, r#"{"v":1}"#, r#"{"minor":5}"#, "half a li"] {
            assert!(matches!(third(body), Err(Failure::Poison(_))), "{body}");
        }
    }
}
