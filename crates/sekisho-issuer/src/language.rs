//! The language that a person is spoken to in.

/// The languages that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    English,
    Japanese,
}

/// Their tags, by which metadata offers them.
pub(super) const TAGS: [&str; 2] = ["en", "ja"];

impl Language {
    /// What the application prefers for her (`ui_locales`, OpenID Connect Core §3.1.2.1) before what her
    /// browser says (`accept-language`, RFC 9110 §12.5.4).
    pub(super) fn choose(ui_locales: Option<&str>, accept_language: Option<&str>) -> Self {
        let asked = ui_locales.unwrap_or_default().split(' ').find_map(Self::of_tag);
        asked.or_else(|| preferred(accept_language?)).unwrap_or(Self::English)
    }

    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Japanese => "ja",
        }
    }

    /// The one of two texts that is in this language.
    pub(super) fn say(self, english: &'static str, japanese: &'static str) -> &'static str {
        match self {
            Self::English => english,
            Self::Japanese => japanese,
        }
    }

    fn of_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "ja" => Some(Self::Japanese),
            _ => None,
        }
    }
}

/// The first of those with the highest weight.
fn preferred(accept_language: &str) -> Option<Language> {
    let weighted = accept_language.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let language = Language::of_tag(parts.next()?)?;
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        (weight > 0.0).then_some((language, weight))
    });
    let best = weighted.reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        let (en, ja) = (Language::English, Language::Japanese);
        let table = [
            (None, None, en),
            (None, Some("ja,en-US;q=0.9,en;q=0.8"), ja),
            (None, Some("fr, en;q=0.5, ja;q=0.7"), ja),
            (None, Some("ja;q=0, en;q=0.1"), en),
            (None, Some("ja-JP"), ja),
            (None, Some("jam, fr"), en),
            (Some("ja"), Some("en"), ja),
            (Some("fr-CA EN-gb ja"), Some("ja"), en),
            (Some("fr"), Some("ja"), ja),
            (Some("<b>"), Some(";q=,,;"), en),
        ];
        for (ui_locales, accept_language, expected) in table {
            let found = Language::choose(ui_locales, accept_language);
            assert_eq!(found, expected, "{ui_locales:?} {accept_language:?}");
        }
    }
}
