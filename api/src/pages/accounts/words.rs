//! What the form calls the settings of networks.

use beffroi_schema::value::{Consent, Network, Setting};

/// A name, and a hint.
type Words = (&'static str, &'static str);

/// Settings by their names, on one network or on all: the first that fits. In French, in English.
const SETTINGS: &[(&str, Option<Network>, Words, Words)] = &[
    (
        "instance",
        None,
        ("Adresse du serveur", "Par exemple https://mastodon.social"),
        ("Address of the server", "Such as https://mastodon.social"),
    ),
    (
        "pds",
        None,
        ("Adresse du serveur", "Le plus souvent https://bsky.social"),
        ("Address of the server", "Mostly https://bsky.social"),
    ),
    (
        "identifier",
        None,
        ("Nom du compte", "Par exemple ville.bsky.social"),
        ("Name of the account", "Such as town.bsky.social"),
    ),
    (
        "page",
        Some(Network::Facebook),
        (
            "Numéro de la page",
            "Dans «\u{202f}À propos\u{202f}», «\u{202f}Transparence de la page\u{202f}»",
        ),
        ("Number of the page", "In “About”, “Page transparency”"),
    ),
    (
        "page",
        None,
        ("Adresse de la page", "Celle que lisent les habitants"),
        ("Address of the page", "The one that residents read"),
    ),
    (
        "composer",
        None,
        ("Où l’on y écrit", "L’adresse qu’une personne ouvre pour publier"),
        ("Where one writes there", "The address that a person opens to post"),
    ),
    ("user", None, ("Numéro du compte", ""), ("Number of the account", "")),
    (
        "organization",
        None,
        ("Numéro de l’organisation", "Dans l’adresse de sa page d’administration"),
        (
            "Number of the organisation",
            "In the address of its administration page",
        ),
    ),
    (
        "version",
        None,
        (
            "Version de l’interface",
            "Année et mois, par exemple 202606\u{202f}; vide\u{202f}: celle que nous connaissons",
        ),
        (
            "Version of the interface",
            "Year and month, such as 202606; empty: the one we know",
        ),
    ),
    (
        "graph",
        None,
        ("Adresse de l’interface", "Vide\u{202f}: celle de Facebook"),
        ("Address of the interface", "Empty: Facebook’s"),
    ),
    (
        "channel",
        Some(Network::Telegram),
        ("Canal", "@nom d’un canal public, ou numéro d’un canal privé"),
        ("Channel", "@name of a public channel, or number of a private one"),
    ),
    (
        "channel",
        Some(Network::Slack),
        ("Canal", "Son identifiant, par exemple C0123456789"),
        ("Channel", "Its id, such as C0123456789"),
    ),
    (
        "channel",
        Some(Network::Youtube),
        ("Chaîne", "Son identifiant, qui commence par UC"),
        ("Channel", "Its id, which begins with UC"),
    ),
    (
        "channel",
        None,
        ("Chaîne", "Son nom ou son identifiant"),
        ("Channel", "Its name or its id"),
    ),
    (
        "username",
        None,
        ("Nom du compte", "Sans @"),
        ("Name of the account", "Without @"),
    ),
    (
        "location",
        None,
        ("Établissement", "accounts/…/locations/…, tel que Google le nomme"),
        ("Place", "accounts/…/locations/…, as Google names it"),
    ),
    (
        "thread",
        None,
        ("Fil", "Le numéro d’un fil du canal\u{202f}; vide\u{202f}: le canal"),
        ("Thread", "The number of a thread of the channel; empty: the channel"),
    ),
    (
        "url",
        None,
        ("Adresse", "Vide\u{202f}: celle qui est secrète"),
        ("Address", "Empty: the one that is secret"),
    ),
    (
        "template",
        None,
        ("Modèle", "Le nom du modèle de message\u{202f}; vide\u{202f}: le nôtre"),
        ("Template", "The name of the message template; empty: ours"),
    ),
    (
        "edits",
        None,
        (
            "Ce serveur montre les corrections",
            "On corrige alors le message lui-même",
        ),
        ("This server shows edits", "The post itself is then corrected"),
    ),
    (
        "links",
        None,
        ("Mettre le lien dans les messages", "X le fait payer plus cher"),
        ("Put the link into posts", "X charges more for it"),
    ),
    (
        "premium",
        None,
        ("Le compte a Premium", ""),
        ("The account has Premium", ""),
    ),
    (
        "metrics",
        None,
        (
            "Demander à X ce que font les lecteurs",
            "Mentions «\u{202f}J’aime\u{202f}», partages, vues\u{202f}: X fait payer chaque réponse",
        ),
        (
            "Ask X what readers do",
            "Likes, shares, views: X charges for each answer",
        ),
    ),
    (
        "account",
        None,
        ("Nom du compte", "Pour vous\u{202f}: Google ne le dit pas"),
        ("Name of the account", "For you: Google does not tell it"),
    ),
    (
        "private",
        None,
        (
            "Le compte seul voit ses vidéos",
            "TikTok le veut avant d’avoir examiné l’application",
        ),
        (
            "The account alone sees its videos",
            "TikTok wants it before it has audited the application",
        ),
    ),
    (
        "monthly_budget_cents",
        None,
        (
            "Budget du mois",
            "En centimes de dollar\u{202f}; vide\u{202f}: sans limite",
        ),
        ("Monthly budget", "In cents of a US dollar; empty: no limit"),
    ),
    (
        "post_price",
        None,
        ("Prix d’un message", "En millionièmes de dollar, s’il a changé"),
        ("Price of a post", "In millionths of a US dollar, if it has changed"),
    ),
    (
        "link_price",
        None,
        (
            "Prix d’un message avec un lien",
            "En millionièmes de dollar, s’il a changé",
        ),
        (
            "Price of a post with a link",
            "In millionths of a US dollar, if it has changed",
        ),
    ),
];

/// What is pasted, where something is. In French, in English.
const SECRETS: &[(Network, Words, Words)] = &[
    (
        Network::Bluesky,
        (
            "Mot de passe d’application",
            "Dans Bluesky\u{202f}: Paramètres, Vie privée et sécurité, Mots de passe d’application",
        ),
        (
            "App password",
            "In Bluesky: Settings, Privacy and security, App passwords",
        ),
    ),
    (
        Network::Telegram,
        (
            "Jeton du bot",
            "@BotFather le donne\u{202f}; le bot doit administrer le canal, avec le droit d’y publier",
        ),
        (
            "Token of the bot",
            "@BotFather gives it; the bot must administer the channel, with the right to post there",
        ),
    ),
    (
        Network::Discord,
        (
            "Adresse du webhook",
            "Dans Discord\u{202f}: Modifier le salon, Intégrations, Webhooks",
        ),
        (
            "Address of the webhook",
            "In Discord: Edit channel, Integrations, Webhooks",
        ),
    ),
    (
        Network::Webhook,
        ("Adresse ou clé secrète", "Celle que donne le programme qui reçoit"),
        ("Secret address or key", "The one that the receiving program gives"),
    ),
    (
        Network::Dailymotion,
        (
            "Clé d’interface (JSON)",
            "Un objet avec client_id et client_secret, et username et password si la clé est publique",
        ),
        (
            "API key (JSON)",
            "An object with client_id and client_secret, and username and password if the key is public",
        ),
    ),
];

/// How a setting is called, and what helps to find it.
pub(super) fn setting(network: Network, setting: &Setting, french: bool) -> Words {
    let own = (setting.name, "");
    let mut known = SETTINGS.iter().copied();
    let known = known.find(|(name, on, ..)| *name == setting.name && on.is_none_or(|on| on == network));
    let (_, _, fr, en) = known.unwrap_or(("", None, own, own));
    if french { fr } else { en }
}

/// How what is pasted is called, and where it is found.
pub(super) fn secret(network: Network, french: bool) -> Words {
    let known = SECRETS.iter().copied().find(|(on, ..)| *on == network);
    let (_, fr, en) = known.unwrap_or((network, ("Jeton", ""), ("Token", "")));
    if french { fr } else { en }
}

/// What connecting to a network means, before anybody types.
pub(super) fn explained(network: Network, french: bool) -> &'static str {
    match (network.consent(), french) {
        (Consent::Registered, true) => {
            "Vous irez sur la page de ce serveur, où la personne qui tient le compte donne son accord. Son mot de passe \
             reste chez elle."
        }
        (Consent::Registered, false) => {
            "You will go to the page of that server, where whoever keeps the account agrees. Their password stays with \
             them."
        }
        (Consent::Application, true) => {
            "Il faut une application de la collectivité sur ce réseau. Donnez-lui l’adresse de retour ci-dessous, puis \
             recopiez ici son identifiant et sa clé\u{202f}: vous donnerez ensuite votre accord sur la page du réseau."
        }
        (Consent::Application, false) => {
            "The authority needs an application on this network. Give it the return address below, then copy its id and \
             its key here: you will then agree on the network’s page."
        }
        (Consent::Pasted, true) => "Ce qui est collé ici est essayé avant d’être enregistré, puis chiffré.",
        (Consent::Pasted, false) => "What is pasted here is tried before it is stored, then encrypted.",
        (Consent::ByHand, true) => "Sur ce réseau, une personne publie à la main ce que nous préparons.",
        (Consent::ByHand, false) => "On this network a person posts by hand what we prepare.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_on_the_form_is_named_as_programs_name_it() {
        for &network in Network::ALL {
            for french in [true, false] {
                for asked in network.settings() {
                    let (name, _) = setting(network, asked, french);
                    assert_ne!(name, asked.name, "{network}");
                }
                let pasted = network.consent() == Consent::Pasted;
                let (name, hint) = secret(network, french);
                assert!(!pasted || (name.len() > 5 && !hint.is_empty()), "{network}: {name}");
            }
        }
    }
}
