//! Who may enter: listed addresses that the issuer has verified, or members of a listed group. Everyone else may not.
use app::settings::SignInSettings;

/// What a checked ID token says about someone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub subject: String,
    /// Only where the issuer has verified it; lower case.
    pub email: Option<String>,
    pub groups: Vec<String>,
}

/// The name under which the account acts, if it may enter.
pub fn person(settings: &SignInSettings, account: &Account) -> Option<String> {
    let is_listed = account.email.as_ref().is_some_and(|email| settings.emails.contains(email));
    let is_member = account.groups.iter().any(|group| settings.groups.contains(group));
    (is_listed || is_member).then(|| account.email.clone().unwrap_or_else(|| account.subject.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(email: Option<&str>, groups: &[&str]) -> Account {
        let groups = groups.iter().map(|group| (*group).to_owned()).collect();
        Account { subject: "u-1".into(), email: email.map(str::to_owned), groups }
    }

    #[test]
    fn nobody_enters_unless_listed() {
        let nobody = SignInSettings::default();
        assert_eq!(person(&nobody, &account(Some("ann@a.example"), &["finance"])), None);
        assert_eq!(person(&nobody, &account(None, &[""])), None);
        let listed = SignInSettings {
            emails: vec!["ann@a.example".into()],
            groups: vec!["finance".into()],
            ..SignInSettings::default()
        };
        assert_eq!(person(&listed, &account(Some("ann@a.example"), &[])).as_deref(), Some("ann@a.example"));
        assert_eq!(person(&listed, &account(Some("bob@a.example"), &["sales"])), None);
        assert_eq!(person(&listed, &account(None, &["finance"])).as_deref(), Some("u-1"));
    }
}
