//! What says which account it is: the settings of each network, described to programs, checked for people.

use async_graphql::{Enum, InputObject, SimpleObject};
use beffroi_schema::{
    draft::{MAX_NAME, text_problem, url_problem},
    value::{self, Network, Problem, ProblemCode, SettingKind},
};
use serde_json::json;

use crate::graphql::words;

/// Characters of a token or app password.
pub(crate) const MAX_SECRET: usize = 4_096;

/// A network that accounts can be on.
#[derive(Debug, SimpleObject)]
#[graphql(name = "NetworkDescription")]
pub struct Description {
    /// Which.
    network: words::Network,
    /// As people write it.
    title: &'static str,
    /// Whether a person posts there by hand: its accounts have no secret.
    by_hand: bool,
    /// What `createAccount` asks for.
    settings: Vec<Setting>,
}

/// One thing that says which account it is, or how it is used.
#[derive(Debug, SimpleObject)]
pub struct Setting {
    /// Its name.
    name: &'static str,
    /// What it looks like.
    kind: Looks,
    /// Whether an account cannot be reached without it.
    required: bool,
}

/// What a setting looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "SettingKind", remote = "value::SettingKind")]
pub enum Looks {
    /// An `https://` address.
    Address,
    /// A word or a handle.
    Text,
    /// An identifier made of digits.
    Digits,
    /// `true` or `false`.
    Flag,
    /// A whole number, 0 or more.
    Number,
}

/// Every network.
pub(super) fn networks() -> Vec<Description> {
    let described = |&network: &Network| Description {
        network: network.into(),
        title: network.title(),
        by_hand: network.by_hand(),
        settings: network.settings().iter().map(Setting::from).collect(),
    };
    Network::ALL.iter().map(described).collect()
}

impl From<&value::Setting> for Setting {
    fn from(setting: &value::Setting) -> Self {
        Self {
            name: setting.name,
            kind: setting.kind.into(),
            required: setting.required,
        }
    }
}

/// One setting of an account, by the name that `networks` gives it.
#[derive(Debug, InputObject)]
pub struct SettingInput {
    /// Which: `instance`, `page`…
    pub(crate) name: String,
    /// Its value; of a flag `true` or `false`.
    pub(crate) value: String,
}

/// What a person has to put right of an account's settings.
pub(super) fn problems(network: Network, settings: &[SettingInput]) -> Vec<Problem> {
    let lacks =
        |setting: &&value::Setting| setting.required && !settings.iter().any(|given| given.name == setting.name);
    let lacking = network.settings().iter().filter(lacks);
    let lacking = lacking.map(|setting| missing(&format!("settings.{}", setting.name)));
    let mut problems = wrong(network, settings);
    problems.extend(lacking);
    problems
}

/// A field that cannot stay empty.
pub(crate) fn missing(path: &str) -> Problem {
    Problem::new(
        ProblemCode::Missing,
        path,
        "Remplissez ce champ.",
        "Fill in this field.",
    )
}

/// What is wrong with those that were given.
pub(crate) fn wrong(network: Network, settings: &[SettingInput]) -> Vec<Problem> {
    let known = network.settings();
    let unknown = settings
        .iter()
        .filter(|given| !known.iter().any(|setting| setting.name == given.name));
    let unknown = unknown.map(|given| {
        Problem::new(
            ProblemCode::Unknown,
            "settings",
            format!("« {} » n’est pas un réglage de {}.", given.name, network.title()),
            format!("“{}” is no setting of {}.", given.name, network.title()),
        )
    });
    let wrong = known.iter().filter_map(|setting| {
        let path = format!("settings.{}", setting.name);
        let given = settings.iter().find(|given| given.name == setting.name)?;
        setting_problem(setting.kind, &path, given.value.trim())
    });
    unknown.chain(wrong).collect()
}

fn setting_problem(kind: SettingKind, path: &str, given: &str) -> Option<Problem> {
    use SettingKind::{Address, Digits, Flag, Number, Text};
    let (ok, fr, en) = match kind {
        Address => return url_problem(path, given),
        Text => return text_problem(path, given, MAX_NAME),
        Digits => (
            !given.is_empty() && given.bytes().all(|byte| byte.is_ascii_digit()),
            "Cet identifiant est un nombre.",
            "This identifier is a number.",
        ),
        Number => (
            given.parse::<u32>().is_ok(),
            "C’est un nombre entier, zéro ou plus.",
            "It is a whole number, zero or more.",
        ),
        Flag => (
            given.parse::<bool>().is_ok(),
            "C’est « true » ou « false ».",
            "It is “true” or “false”.",
        ),
    };
    (!ok).then(|| Problem::new(ProblemCode::Invalid, path, fr, en))
}

/// As the account's row keeps them.
pub(crate) fn row(network: Network, settings: Vec<SettingInput>) -> serde_json::Value {
    let mut row = json!({ "network": network });
    for SettingInput { name, value } in settings {
        let kind = network.settings().iter().find(|setting| setting.name == name);
        let text = value.trim();
        row[name] = match kind.map(|setting| setting.kind) {
            Some(SettingKind::Flag) => json!(text == "true"),
            Some(SettingKind::Number) => json!(text.parse::<u32>().unwrap_or_default()),
            _ => json!(text),
        };
    }
    row
}
