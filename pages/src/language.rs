/// A language of the interface. Petitions may have others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InterfaceLanguage {
    /// `en`
    English,
    /// `ru`
    Russian,
    /// `fa`; from right to left.
    Persian,
}

impl InterfaceLanguage {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::English, Self::Russian, Self::Persian];

    /// BCP 47's tag; first part of a page's path.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
            Self::Persian => "fa",
        }
    }

    /// What the language calls itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Russian => "Русский",
            Self::Persian => "فارسی",
        }
    }

    /// The first of a person's languages that is read by those who know one of ours; English where there is none.
    ///
    /// # Arguments
    /// * `wanted` – value of the header `Accept-Language` (RFC 9110 §12.5.4); the order counts, weights do not
    pub fn of_accept_language(wanted: &str) -> Self {
        wanted.split(',').find_map(|part| Self::of_tag(part.split(';').next()?.trim())).unwrap_or(Self::English)
    }

    /// The language for somebody who reads this one, if we have it.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "ru" | "be" | "kk" => Some(Self::Russian),
            "fa" | "prs" => Some(Self::Persian),
            _ => None,
        }
    }
}

/// Languages that are written from right to left, of those that a petition's text may be in (CLDR's `characterOrder`).
const RIGHT_TO_LEFT: [&str; 14] =
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "prs", "ps", "sd", "ug", "ur", "yi"];

/// The direction of a language's writing, as HTML's `dir` names it.
pub fn direction(language: impl AsRef<str>) -> &'static str {
    if RIGHT_TO_LEFT.contains(&language.as_ref()) { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_of_the_header_wins() {
        let cases = [
            ("ru,en;q=0.8", InterfaceLanguage::Russian),
            ("en-GB, ru", InterfaceLanguage::English),
            ("de, be-BY;q=0.9, en", InterfaceLanguage::Russian),
            ("fa-IR,fa;q=0.9,en;q=0.8", InterfaceLanguage::Persian),
            ("prs-AF, en", InterfaceLanguage::Persian),
            ("fr", InterfaceLanguage::English),
            ("", InterfaceLanguage::English),
            ("rue", InterfaceLanguage::English),
        ];
        for (value, language) in cases {
            assert_eq!(InterfaceLanguage::of_accept_language(value), language, "{value}");
        }
    }
}
