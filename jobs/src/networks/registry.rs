//! Every network there is: its settings, how an account is opened, what it can do. One line each; the compiler asks for
//! the next network here.

use beffroi_schema::value::{Capabilities, Network};
use serde::{Deserialize, Serialize};

use super::{
    Credentials, SocialNetwork, bluesky, by_hand, dailymotion, discord, facebook, flickr, google_business,
    google_photos, instagram, linkedin, mastodon, slack, telegram, threads, tiktok, webhook, x, youtube,
};
pub use super::{
    bluesky::BlueskySettings, by_hand::ByHandSettings, dailymotion::DailymotionSettings, discord::DiscordSettings,
    facebook::FacebookSettings, flickr::FlickrSettings, google_business::GoogleBusinessSettings,
    google_photos::GooglePhotosSettings, instagram::InstagramSettings, linkedin::LinkedinSettings,
    mastodon::MastodonSettings, slack::SlackSettings, telegram::TelegramSettings, threads::ThreadsSettings,
    tiktok::TiktokSettings, webhook::WebhookSettings, x::XSettings, youtube::YoutubeSettings,
};
use crate::http::Http;

/// `Word: file::Account(Settings)`: the file has `capabilities()` and `Account::new(&Settings, secret, &Http)`, where the
/// secret is a `SecretString`, or `Credentials` where something is given for it.
/// `by hand: Word(limits)`: a person posts, within what `by_hand::limits()` says.
macro_rules! networks {
    ($($network:ident: $file:ident::$account:ident($settings:ident),)+; by hand: $($manual:ident($limits:ident),)+) => {
        /// What an account's row says of how to reach it; its secret is kept apart.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "network", rename_all = "snake_case")]
        pub enum AccountSettings {
            $(#[doc = concat!("See `networks/", stringify!($file), ".rs`.")] $network($settings),)+
            $(#[doc = "See `networks/by_hand.rs`."] $manual(ByHandSettings),)+
        }

        impl AccountSettings {
            /// Which network it is.
            pub fn network(&self) -> Network {
                match self {
                    $(Self::$network(_) => Network::$network,)+
                    $(Self::$manual(_) => Network::$manual,)+
                }
            }

            /// The account, ready to speak. Nothing is called yet. Keep it while the settings and the secret stay the
            /// same: some networks hold a session in it.
            pub fn open(&self, credentials: Credentials, http: &Http) -> Box<dyn SocialNetwork> {
                match self {
                    $(Self::$network(settings) => Box::new($file::$account::new(settings, credentials.into(), http)),)+
                    $(Self::$manual(settings) => Box::new(by_hand::ByHand::new(settings, by_hand::$limits(), http)),)+
                }
            }
        }

        /// What an account on `network` can do, until its first check refines it.
        pub fn capabilities(network: Network) -> Capabilities {
            match network {
                $(Network::$network => $file::capabilities(),)+
                $(Network::$manual => by_hand::$limits(),)+
            }
        }
    };
}

networks! {
    Mastodon: mastodon::Mastodon(MastodonSettings),
    Bluesky: bluesky::Bluesky(BlueskySettings),
    Facebook: facebook::Facebook(FacebookSettings),
    Telegram: telegram::Telegram(TelegramSettings),
    X: x::X(XSettings),
    Discord: discord::Discord(DiscordSettings),
    Slack: slack::Slack(SlackSettings),
    Webhook: webhook::Webhook(WebhookSettings),
    GoogleBusiness: google_business::GoogleBusiness(GoogleBusinessSettings),
    Threads: threads::Threads(ThreadsSettings),
    Linkedin: linkedin::Linkedin(LinkedinSettings),
    Instagram: instagram::Instagram(InstagramSettings),
    Youtube: youtube::Youtube(YoutubeSettings),
    Dailymotion: dailymotion::Dailymotion(DailymotionSettings),
    Tiktok: tiktok::Tiktok(TiktokSettings),
    Flickr: flickr::Flickr(FlickrSettings),
    GooglePhotos: google_photos::GooglePhotos(GooglePhotosSettings),
    ; by hand:
    WhatsappChannel(whatsapp_channel),
    Snapchat(snapchat),
    FacebookGroup(facebook),
    FacebookProfile(facebook),
    Nextdoor(nextdoor),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_posts_is_said_in_one_way() {
        for &network in Network::ALL {
            assert_eq!(capabilities(network).by_hand, network.by_hand(), "{network}");
        }
    }

    #[test]
    fn settings_need_say_nothing_of_where_the_network_is() {
        for network in Network::with_api() {
            let mut least = serde_json::json!({ "network": network });
            for setting in network.settings().iter().filter(|setting| setting.required) {
                least[setting.name] = "https://1".into();
            }
            let read = serde_json::from_value::<AccountSettings>(least);
            assert_eq!(
                read.as_ref().map(AccountSettings::network).ok(),
                Some(network),
                "{read:?}"
            );
        }
    }

    #[test]
    fn settings_are_read_strictly() {
        let read = |json: &str| serde_json::from_str::<AccountSettings>(json);
        let mastodon = read(r#"{"network":"mastodon","instance":"https://mastodon.example"}"#).unwrap();
        assert_eq!(mastodon.network(), Network::Mastodon);
        assert_eq!(read(&serde_json::to_string(&mastodon).unwrap()).unwrap(), mastodon);
        assert!(read(r#"{"network":"bluesky","pds":"https://pds.example","identifier":"a.example"}"#).is_ok());
        assert!(read(r#"{"network":"facebook","page":"17"}"#).is_ok());
        for wrong in [
            r#"{"network":"mastodon","instance":"mastodon.example"}"#,
            r#"{"network":"mastodon","instance":"https://m.example","token":"x"}"#,
            r#"{"network":"gazette","page":"17"}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
