//! The language in which the demo speaks.

use clap::ValueEnum;

/// Where a terminal says which language its user reads, first to last.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_MESSAGES", "LANG"];

/// French, or English.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// Français.
    Fr,
    /// English.
    En,
}

impl Tongue {
    /// What the environment asks for; French where it names neither.
    pub fn of_environment() -> Self {
        let said = VARIABLES
            .iter()
            .filter_map(|name| std::env::var(name).ok())
            .find(|value| !value.is_empty());
        match said {
            Some(value) if value.to_lowercase().starts_with("en") => Self::En,
            Some(_) | None => Self::Fr,
        }
    }

    /// The sentence in this language.
    pub fn say<'a>(self, fr: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Fr => fr,
            Self::En => en,
        }
    }

    /// A number with the noun in its form. French says "0 téléphone", English "0 phones".
    pub fn count(self, number: usize, fr: (&str, &str), en: (&str, &str)) -> String {
        let (one, (singular, plural)) = match self {
            Self::Fr => (number <= 1, fr),
            Self::En => (number == 1, en),
        };
        format!("{number} {}", if one { singular } else { plural })
    }
}
