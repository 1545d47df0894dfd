//! The form as it is shown: its fields, what was typed into them, and what is wrong with it.

use std::collections::HashMap;

use askama::Template;
use axum::http::HeaderMap;
use beffroi_schema::{
    entity::{account, authority},
    value::{Consent, Network, Problem, SettingKind},
};

use super::{Desk, Instead, absent, words};
use crate::state::AppState;

/// What was typed, by the names of the fields.
pub(super) type Fields = HashMap<String, String>;

#[derive(Template)]
#[template(path = "account_form.html")]
pub(super) struct Sheet {
    french: bool,
    title: String,
    explained: &'static str,
    action: String,
    /// What the network must be told, where it has an application of ours.
    redirect: Option<String>,
    notice: Option<String>,
    fields: Vec<Field>,
    button: &'static str,
}

/// One field, with what is wrong with it.
pub(super) struct Field {
    name: String,
    kind: &'static str,
    label: String,
    hint: String,
    value: String,
    required: bool,
    checked: bool,
    wrong: Option<String>,
}

impl Field {
    /// What a screen reader reads with the field.
    fn described_by(&self) -> String {
        let hint = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        let wrong = self.wrong.as_ref().map(|_| format!("{}-wrong", self.name));
        [wrong, hint].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// What was typed into a field.
pub(super) fn said<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", |value| value.trim())
}

/// The form of a new account, with what was typed and what is wrong with it.
pub(super) fn sheet(
    state: &AppState,
    french: bool,
    network: Network,
    place: &authority::Model,
    typed: &Fields,
    problems: &[Problem],
) -> Sheet {
    let say = |fr: &str, en: &str| (if french { fr } else { en }).to_owned();
    let mut fields = vec![Field {
        name: "name".to_owned(),
        kind: "text",
        label: say("Nom du compte chez nous", "Name of the account here"),
        hint: say("Tel que vos collègues le liront.", "As your colleagues will read it."),
        value: said(typed, "name").to_owned(),
        required: true,
        checked: false,
        wrong: wrong_with("name", french, problems),
    }];
    fields.extend(network.settings().iter().map(|setting| {
        // What a consent tells by itself is needed with a token alone.
        let required = setting.required && network.found() != Some(setting.name);
        let (label, hint) = words::setting(network, setting, french);
        let value = said(typed, setting.name);
        let optional = if required {
            ""
        } else if french {
            " (facultatif)"
        } else {
            " (optional)"
        };
        let flag = setting.kind == SettingKind::Flag;
        Field {
            name: setting.name.to_owned(),
            kind: kind(setting.kind),
            label: format!("{label}{}", if flag { "" } else { optional }),
            hint: hint.to_owned(),
            checked: flag && value == "true",
            value: if flag { "true".to_owned() } else { value.to_owned() },
            required,
            wrong: wrong_with(&format!("settings.{}", setting.name), french, problems),
        }
    }));
    fields.extend(secrets(network, french, false, problems));
    let title = if french {
        format!("{}\u{202f}: connecter un compte de {}", network.title(), place.name)
    } else {
        format!("{}: connect an account of {}", network.title(), place.name)
    };
    let action = format!("/accounts/new/{network}?authority={}", place.slug);
    filled(state, french, network, title, action, fields, problems)
}

pub(super) fn again(
    state: &AppState,
    desk: &Desk,
    headers: &HeaderMap,
    account: &account::Model,
    typed: &Fields,
    problems: &[Problem],
) -> Result<Sheet, Instead> {
    let (network, french) = (account.network, desk.french);
    if network.consent() == Consent::ByHand {
        return Err(Box::new(absent(headers)));
    }
    let known = account.application.is_some();
    let mut fields = secrets(network, french, known, problems);
    for field in fields.iter_mut().filter(|field| field.name == "client_id") {
        said(typed, "client_id").clone_into(&mut field.value);
    }
    let title = if french {
        format!("Connecter à nouveau {}", account.name)
    } else {
        format!("Connect {} again", account.name)
    };
    let action = format!("/accounts/{}/again", account.id);
    Ok(filled(state, french, network, title, action, fields, problems))
}

fn filled(
    state: &AppState,
    french: bool,
    network: Network,
    title: String,
    action: String,
    fields: Vec<Field>,
    problems: &[Problem],
) -> Sheet {
    let application = network.consent() == Consent::Application;
    let language = if french { "fr" } else { "en" };
    let elsewhere = problems
        .iter()
        .find(|problem| fields.iter().all(|field| !at(&problem.path, &field.name)));
    Sheet {
        french,
        title,
        explained: words::explained(network, french),
        action,
        redirect: application.then(|| state.addresses().connected()),
        notice: elsewhere.map(|problem| problem.message(language).to_owned()),
        fields,
        button: if french { "Continuer" } else { "Continue" },
    }
}

/// The fields of what an account is opened with. They are never filled in by us.
fn secrets(network: Network, french: bool, known: bool, problems: &[Problem]) -> Vec<Field> {
    let say = |fr: &str, en: &str| (if french { fr } else { en }).to_owned();
    let pasted = network.consent() == Consent::Pasted;
    let field = |name: &str, kind, label: String, hint: String| Field {
        name: name.to_owned(),
        kind,
        label,
        hint,
        value: String::new(),
        required: pasted,
        checked: false,
        wrong: wrong_with(name, french, problems),
    };
    let kept = if known {
        say(
            "Laissez vide pour garder celle que nous avons.",
            "Leave empty to keep the one we have.",
        )
    } else {
        String::new()
    };
    match network.consent() {
        Consent::Registered | Consent::ByHand => Vec::new(),
        Consent::Application => vec![
            field(
                "client_id",
                "text",
                say("Identifiant de l’application", "Id of the application"),
                kept.clone(),
            ),
            field(
                "client_secret",
                "password",
                say("Clé secrète de l’application", "Secret of the application"),
                kept,
            ),
            field(
                "secret",
                "password",
                say("Ou un jeton que vous avez déjà", "Or a token that you already have"),
                say(
                    "Vide\u{202f}: vous donnerez votre accord sur la page du réseau.",
                    "Empty: you will agree on the network’s page.",
                ),
            ),
        ],
        Consent::Pasted => {
            let (label, hint) = words::secret(network, french);
            vec![field("secret", "password", label.to_owned(), hint.to_owned())]
        }
    }
}

fn kind(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Address => "url",
        SettingKind::Text | SettingKind::Digits | SettingKind::Number => "text",
        SettingKind::Flag => "checkbox",
    }
}

fn at(path: &str, field: &str) -> bool {
    path == field || path.strip_prefix("settings.") == Some(field)
}

fn wrong_with(path: &str, french: bool, problems: &[Problem]) -> Option<String> {
    let problem = problems.iter().find(|problem| problem.path == path)?;
    Some(problem.message(if french { "fr" } else { "en" }).to_owned())
}
