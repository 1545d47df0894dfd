//! The town's accounts, one on each network, each with rules of its own.

use beffroi_sandbox::{Kind as Place, Sandbox};
use beffroi_schema::{
    id::AuthorityId,
    store::{NewAccount, Store},
    value::{AccountRules, Kind, Network, Severity, Viewer},
};
use secrecy::SecretString;
use serde_json::json;

/// New posts a day on Facebook, where people tire first.
const FACEBOOK_PER_DAY: u32 = 8;

/// Opens them.
pub async fn open(store: &Store, sandbox: &Sandbox, authority: AuthorityId, by: &Viewer) -> anyhow::Result<()> {
    for place in Place::ALL {
        let miniature = sandbox.network(place);
        let here = miniature.account();
        let network: Network = place.name().parse()?;
        let mut settings = miniature.settings(&here);
        settings["network"] = json!(network);
        let new = NewAccount {
            authority,
            network,
            name: format!("Valbourg sur {}", place.title()),
            settings,
            secret: Some(SecretString::from(here.secret)),
            rules: rules(place),
        };
        store.create_account(new, by).await?;
    }
    Ok(())
}

/// Everything goes to Mastodon; Bluesky has no articles; Facebook has few posts.
fn rules(place: Place) -> AccountRules {
    let usual = AccountRules {
        min_severity: Some(Severity::Warning),
        hashtags: vec!["Valbourg".to_owned()],
        ..AccountRules::default()
    };
    match place {
        // Channels have all there is, as Mastodon has.
        Place::Mastodon
        | Place::Telegram
        | Place::Discord
        | Place::Slack
        | Place::Webhook
        | Place::Threads
        | Place::Instagram => AccountRules {
            min_severity: None,
            ..usual
        },
        // What is for searching stands below the post.
        Place::Linkedin => AccountRules {
            min_severity: None,
            first_comment: true,
            ..usual
        },
        Place::Bluesky => AccountRules {
            kinds: vec![Kind::Disruption, Kind::Event],
            ..usual
        },
        // Each post costs there.
        Place::X => AccountRules {
            kinds: vec![Kind::Disruption],
            ..usual
        },
        // Places on a map have visitors, who come for what takes place; and albums are of what took place.
        Place::GoogleBusiness | Place::Flickr | Place::GooglePhotos => AccountRules {
            kinds: vec![Kind::Event],
            min_severity: None,
            hashtags: Vec::new(),
            ..usual
        },
        // Nothing goes there without a video.
        Place::Youtube | Place::Dailymotion | Place::Tiktok => AccountRules {
            kinds: vec![Kind::Article, Kind::Event],
            min_severity: None,
            ..usual
        },
        Place::Facebook => AccountRules {
            max_per_day: Some(FACEBOOK_PER_DAY),
            hashtags: Vec::new(),
            ..usual
        },
    }
}
