//! What a scope means, in words.

use std::time::Duration;

use super::language::Language;

/// What the consent page says of a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ScopeDescription {
    pub(super) scope: String,
    english: String,
    japanese: Option<String>,
}

impl ScopeDescription {
    /// What `scope` lets an application do, in English and as the page's list continues "It asks to": `See your
    /// orders`. Metadata lists the scope as supported.
    pub fn new(scope: impl Into<String>, english: impl Into<String>) -> Self {
        Self { scope: scope.into(), english: english.into(), japanese: None }
    }

    /// The same in Japanese; without it, those who read Japanese are told in English.
    pub fn japanese(mut self, japanese: impl Into<String>) -> Self {
        self.japanese = Some(japanese.into());
        self
    }

    fn words(&self, language: Language) -> &str {
        match (language, &self.japanese) {
            (Language::Japanese, Some(japanese)) => japanese,
            (Language::Japanese, None) | (Language::English, _) => &self.english,
        }
    }
}

/// Those that are configured, and OpenID Connect's own.
pub(super) struct ScopeDescriptions {
    configured: Vec<ScopeDescription>,
    standard: [ScopeDescription; 4],
}

impl ScopeDescriptions {
    /// With refresh tokens that last for so long.
    pub(super) fn new(configured: Vec<ScopeDescription>, refresh_token_lifetime: Duration) -> Self {
        Self { configured, standard: standard(refresh_token_lifetime) }
    }

    /// The words for a scope token, or none where it has to speak for itself.
    pub(super) fn words(&self, language: Language, token: &str) -> Option<&str> {
        let mut all = self.configured.iter().chain(&self.standard);
        all.find(|description| description.scope == token).map(|description| description.words(language))
    }

    /// The scopes that are configured.
    pub(super) fn scopes(&self) -> impl Iterator<Item = &String> {
        self.configured.iter().map(|description| &description.scope)
    }
}

fn standard(refresh_token_lifetime: Duration) -> [ScopeDescription; 4] {
    let (english, japanese) = duration(refresh_token_lifetime.as_secs());
    [
        ScopeDescription::new("openid", "Know which account is yours")
            .japanese("あなたのアカウントを識別する"),
        ScopeDescription::new("profile", "See your name").japanese("あなたの名前を見る"),
        ScopeDescription::new("email", "See your email address").japanese("あなたのメールアドレスを見る"),
        ScopeDescription::new("offline_access", format!("Renew its access for {english} without asking"))
            .japanese(format!("{japanese}のあいだ、確認なしにアクセスを更新する")),
    ]
}

/// In the largest unit of which it is a whole number.
fn duration(seconds: u64) -> (String, String) {
    let units = [
        (86_400, "a day", "days", "日"),
        (3600, "an hour", "hours", "時間"),
        (60, "a minute", "minutes", "分"),
    ];
    let unit = units.into_iter().find(|(unit, ..)| seconds.is_multiple_of(*unit));
    let (unit, one, many, japanese) = unit.unwrap_or((1, "a second", "seconds", "秒"));
    let number = seconds / unit;
    let english = if number == 1 { one.to_owned() } else { format!("{number} {many}") };
    (english, format!("{number}{japanese}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_token_lasts_as_long_as_the_page_says() {
        let table = [
            (86_400, "for a day", "1日の"),
            (172_800, "for 2 days", "2日の"),
            (3600, "for an hour", "1時間の"),
            (90_000, "for 25 hours", "25時間の"),
            (60, "for a minute", "1分の"),
            (5400, "for 90 minutes", "90分の"),
            (1, "for a second", "1秒の"),
            (61, "for 61 seconds", "61秒の"),
        ];
        for (seconds, english, japanese) in table {
            let descriptions = ScopeDescriptions::new(Vec::new(), Duration::from_secs(seconds));
            for (language, expected) in [(Language::English, english), (Language::Japanese, japanese)] {
                let words = descriptions.words(language, "offline_access").unwrap();
                assert!(words.contains(expected), "{words}");
            }
        }
    }

    #[test]
    fn words_are_those_that_were_set() {
        let configured = vec![
            ScopeDescription::new("a", "Do A").japanese("Aをする"),
            ScopeDescription::new("b", "Do B"),
            ScopeDescription::new("email", "Write to you"),
        ];
        let descriptions = ScopeDescriptions::new(configured, Duration::from_secs(60));
        let table = [
            ("a", Some("Do A"), Some("Aをする")),
            ("b", Some("Do B"), Some("Do B")),
            ("email", Some("Write to you"), Some("Write to you")),
            ("profile", Some("See your name"), Some("あなたの名前を見る")),
            ("c", None, None),
        ];
        for (scope, english, japanese) in table {
            assert_eq!(descriptions.words(Language::English, scope), english, "{scope}");
            assert_eq!(descriptions.words(Language::Japanese, scope), japanese, "{scope}");
        }
    }
}
