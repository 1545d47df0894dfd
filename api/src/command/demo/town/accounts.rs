//! The town's accounts, one on each network, each with rules of its own.

use beffroi_jobs::networks::registry::{AccountSettings, BlueskySettings, FacebookSettings, MastodonSettings};
use beffroi_sandbox::{Kind as Place, Miniature, Sandbox};
use beffroi_schema::{
    id::AuthorityId,
    store::{NewAccount, Store},
    value::{AccountRules, Kind, Severity, Viewer},
};
use secrecy::SecretString;
use url::Url;

/// New posts a day on Facebook, where people tire first.
const FACEBOOK_PER_DAY: u32 = 8;

/// Opens them.
pub async fn open(store: &Store, sandbox: &Sandbox, authority: AuthorityId, by: &Viewer) -> anyhow::Result<()> {
    for place in Place::ALL {
        let miniature = sandbox.network(place);
        let settings = settings(miniature)?;
        let new = NewAccount {
            authority,
            network: settings.network(),
            name: format!("Valbourg sur {}", place.title()),
            settings: serde_json::to_value(&settings)?,
            secret: SecretString::from(miniature.account().secret),
            rules: rules(place),
        };
        store.create_account(new, by).await?;
    }
    Ok(())
}

fn settings(miniature: &Miniature) -> anyhow::Result<AccountSettings> {
    let url = Url::parse(miniature.url())?;
    let account = miniature.account();
    Ok(match miniature.kind() {
        Place::Mastodon => AccountSettings::Mastodon(MastodonSettings { instance: url }),
        Place::Bluesky => AccountSettings::Bluesky(BlueskySettings {
            pds: url.clone(),
            identifier: account.handle,
            edits: true,
            app: url,
        }),
        Place::Facebook => AccountSettings::Facebook(FacebookSettings {
            page: account.id,
            graph: url.join("/v25.0")?,
        }),
    })
}

/// Everything goes to Mastodon; Bluesky has no articles; Facebook has few posts.
fn rules(place: Place) -> AccountRules {
    let usual = AccountRules {
        min_severity: Some(Severity::Warning),
        hashtags: vec!["Valbourg".to_owned()],
        ..AccountRules::default()
    };
    match place {
        Place::Mastodon => AccountRules {
            min_severity: None,
            ..usual
        },
        Place::Bluesky => AccountRules {
            kinds: vec![Kind::Disruption, Kind::Event],
            ..usual
        },
        Place::Facebook => AccountRules {
            max_per_day: Some(FACEBOOK_PER_DAY),
            hashtags: Vec::new(),
            ..usual
        },
    }
}
