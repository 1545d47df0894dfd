//! Social networks: which there are, and what can be done on them.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use super::PictureRules;

closed_set! {
    /// A social network: a protocol, and the rules of whoever runs it.
    pub enum Network {
        /// Mastodon and servers that speak its API.
        Mastodon = "mastodon",
        /// Bluesky and other AT Protocol servers.
        Bluesky = "bluesky",
        /// Facebook Pages.
        Facebook = "facebook",
        /// Telegram channels.
        Telegram = "telegram",
        /// X.
        X = "x",
        /// Discord channels.
        Discord = "discord",
        /// Slack channels.
        Slack = "slack",
        /// Signed webhooks, and the webhooks of chat servers.
        Webhook = "webhook",
        /// Google Business Profile: posts on Google Maps.
        GoogleBusiness = "google_business",
        /// Threads.
        Threads = "threads",
        /// Pages of organisations on LinkedIn.
        Linkedin = "linkedin",
        /// Professional accounts on Instagram.
        Instagram = "instagram",
        /// YouTube channels.
        Youtube = "youtube",
        /// Dailymotion channels.
        Dailymotion = "dailymotion",
        /// TikTok accounts.
        Tiktok = "tiktok",
        /// Albums on Flickr.
        Flickr = "flickr",
        /// Albums on Google Photos.
        GooglePhotos = "google_photos",
        /// WhatsApp Channels: a person posts.
        WhatsappChannel = "whatsapp_channel",
        /// Snapchat public profiles: a person posts.
        Snapchat = "snapchat",
        /// Facebook groups: a person posts.
        FacebookGroup = "facebook_group",
        /// Facebook profiles of persons: a person posts.
        FacebookProfile = "facebook_profile",
        /// Nextdoor agencies: a person posts.
        Nextdoor = "nextdoor",
    }
}

impl Network {
    /// As people write it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Mastodon => "Mastodon",
            Self::Bluesky => "Bluesky",
            Self::Facebook => "Facebook",
            Self::Telegram => "Telegram",
            Self::X => "X",
            Self::Discord => "Discord",
            Self::Slack => "Slack",
            Self::Webhook => "Webhook",
            Self::GoogleBusiness => "Google Business Profile",
            Self::Threads => "Threads",
            Self::Linkedin => "LinkedIn",
            Self::Instagram => "Instagram",
            Self::Youtube => "YouTube",
            Self::Dailymotion => "Dailymotion",
            Self::Tiktok => "TikTok",
            Self::Flickr => "Flickr",
            Self::GooglePhotos => "Google Photos",
            Self::WhatsappChannel => "WhatsApp Channels",
            Self::Snapchat => "Snapchat",
            Self::FacebookGroup => "Facebook Groups",
            Self::FacebookProfile => "Facebook Profiles",
            Self::Nextdoor => "Nextdoor",
        }
    }

    /// Whether it takes nothing from programs: a person posts what we prepare, and its accounts keep no secret.
    pub const fn by_hand(self) -> bool {
        match self {
            Self::WhatsappChannel | Self::Snapchat | Self::FacebookGroup | Self::FacebookProfile | Self::Nextdoor => {
                true
            }
            Self::Mastodon
            | Self::Bluesky
            | Self::Facebook
            | Self::Telegram
            | Self::X
            | Self::Discord
            | Self::Slack
            | Self::Webhook
            | Self::GoogleBusiness
            | Self::Threads
            | Self::Linkedin
            | Self::Instagram
            | Self::Youtube
            | Self::Dailymotion
            | Self::Tiktok
            | Self::Flickr
            | Self::GooglePhotos => false,
        }
    }

    /// Those that we speak to ourselves.
    pub fn with_api() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|network| !network.by_hand())
    }

    /// What staff say of an account beside its secret. The network's file reads the same names.
    pub const fn settings(self) -> &'static [Setting] {
        use SettingKind::{Address, Digits, Flag, Number, Text};
        match self {
            Self::Mastodon => const { &[Setting::required("instance", Address)] },
            Self::Bluesky => {
                const {
                    &[
                        Setting::required("pds", Address),
                        Setting::required("identifier", Text),
                        Setting::optional("edits", Flag),
                    ]
                }
            }
            Self::Facebook => const { &[Setting::required("page", Digits)] },
            Self::Threads => const { &[Setting::required("user", Digits)] },
            Self::Instagram => const { &[Setting::required("user", Digits), Setting::optional("graph", Address)] },
            Self::Linkedin => {
                const {
                    &[
                        Setting::required("organization", Digits),
                        Setting::optional("version", Digits),
                    ]
                }
            }
            Self::X => {
                const {
                    &[
                        Setting::optional("links", Flag),
                        Setting::optional("premium", Flag),
                        Setting::optional("metrics", Flag),
                        Setting::optional("post_price", Number),
                        Setting::optional("link_price", Number),
                        Setting::optional("monthly_budget_cents", Number),
                    ]
                }
            }
            Self::Telegram | Self::Slack | Self::Youtube | Self::Dailymotion => {
                const { &[Setting::required("channel", Text)] }
            }
            Self::Tiktok => const { &[Setting::required("username", Text), Setting::optional("private", Flag)] },
            Self::GoogleBusiness => const { &[Setting::required("location", Text)] },
            Self::Flickr => &[],
            Self::GooglePhotos => const { &[Setting::required("account", Text)] },
            Self::Discord => const { &[Setting::optional("thread", Digits)] },
            Self::Webhook => const { &[Setting::optional("url", Address), Setting::optional("template", Text)] },
            Self::WhatsappChannel | Self::Snapchat | Self::FacebookGroup | Self::FacebookProfile | Self::Nextdoor => {
                const {
                    &[
                        Setting::required("page", Address),
                        Setting::optional("composer", Address),
                    ]
                }
            }
        }
    }
}

/// One thing that says which account it is, or how it is to be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name in the account's settings.
    pub name: &'static str,
    /// What it looks like.
    pub kind: SettingKind,
    /// Whether an account cannot be reached without it.
    pub required: bool,
}

closed_set! {
    /// What a setting looks like.
    pub enum SettingKind {
        /// An `https://` address.
        Address = "address",
        /// A word or a handle.
        Text = "text",
        /// An identifier made of digits.
        Digits = "digits",
        /// Yes or no.
        Flag = "flag",
        /// A whole number, 0 or more.
        Number = "number",
    }
}

impl Setting {
    const fn required(name: &'static str, kind: SettingKind) -> Self {
        let required = true;
        Self { name, kind, required }
    }

    const fn optional(name: &'static str, kind: SettingKind) -> Self {
        let required = false;
        Self { name, kind, required }
    }
}

closed_set! {
    /// The unit in which a network counts a text.
    pub enum Counting {
        /// User-perceived characters (UAX #29 extended grapheme clusters).
        Graphemes = "graphemes",
        /// Unicode scalar values.
        Characters = "characters",
        /// UTF-16 code units.
        Utf16 = "utf16",
        /// UTF-8 bytes.
        Bytes = "bytes",
        /// As X counts: Latin and its neighbours 1, everything else and each emoji 2, after NFC (twitter-text, version 3).
        Weighted = "weighted",
        /// As Threads counts: characters, but an emoji counts for its UTF-8 bytes.
        EmojiBytes = "emoji_bytes",
    }
}

/// How long a text may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextLimit {
    /// At most so many units.
    pub units: u32,
    /// What a unit is.
    pub counting: Counting,
    /// At most so many UTF-8 bytes as well, where the network says so.
    pub bytes: Option<u32>,
    /// Units that any URL counts for; none: as long as it is.
    pub url_units: Option<u32>,
    /// Whether `@user@host` counts as `@user`.
    pub short_mentions: bool,
}

impl TextLimit {
    /// So many units, addresses and mentions as they stand.
    pub const fn of(units: u32, counting: Counting) -> Self {
        let (bytes, url_units, short_mentions) = (None, None, false);
        Self {
            units,
            counting,
            bytes,
            url_units,
            short_mentions,
        }
    }
}

closed_set! {
    /// How a link to the item reaches the reader.
    pub enum LinkStyle {
        /// It stands in the text; the network may draw a card from the page.
        InText = "in_text",
        /// It is a field of its own; the network draws the card from the page's Open Graph data.
        Field = "field",
        /// We supply the card: title, description, picture.
        Card = "card",
        /// Not at all: the network shows none, or makes us pay for it.
        Nowhere = "nowhere",
    }
}

closed_set! {
    /// Without what a network takes no post.
    pub enum Needs {
        /// A text is enough.
        Text = "text",
        /// One picture at least; a card is drawn from the item when it has none.
        Picture = "picture",
        /// A video: what has none does not go there.
        Video = "video",
    }
}

/// The videos a network takes. MP4 (H.264, AAC) everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoLimit {
    /// Largest file.
    pub bytes: u64,
    /// Longest, in seconds.
    pub seconds: u32,
}

impl VideoLimit {
    /// For a network that says how large a video may be, and not how long.
    pub const ANY_LENGTH: u32 = u32::MAX;

    /// Whether such a video is taken.
    pub fn takes(&self, clip: Clip) -> bool {
        clip.bytes <= self.bytes && clip.seconds <= self.seconds
    }
}

/// What of a video decides where it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Its file.
    pub bytes: u64,
    /// Its length, a begun second as a whole one.
    pub seconds: u32,
}

/// What a network charges, in millionths of a US dollar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// A post without a link.
    pub post: u32,
    /// A post with one.
    pub link: u32,
}

/// What an account can do: its network's rules, refined by what the instance itself says. Written on the account's row
/// by the loops; the console, the preview and the worker all read it there.
#[expect(
    clippy::struct_excessive_bools,
    reason = "a table of facts that do not depend on each other"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Capabilities {
    /// Length of the text.
    pub text: TextLimit,
    /// Units of a text that stands under pictures, or a video; none: as many as without.
    pub caption: Option<u32>,
    /// Length of a title of its own, in UTF-16 units; none: the network has no field for it.
    pub title: Option<u32>,
    /// Without what it takes no post.
    pub needs: Needs,
    /// Pictures in one post.
    pub images: u32,
    /// Largest picture, in bytes.
    pub image_bytes: u64,
    /// What else it asks of pictures; none: nothing.
    #[serde(default)]
    pub pictures: Option<Box<PictureRules>>,
    /// Length of an alternative text, in characters; none: the network has no field for it.
    pub alt_text: Option<u32>,
    /// The video of a post, which then has no pictures; none: it takes no video.
    pub video: Option<VideoLimit>,
    /// How readers reach the item.
    pub link: LinkStyle,
    /// Whether a post can be edited…
    pub edit: bool,
    /// …and for how many seconds after it was made; none: at any time.
    pub edit_within_s: Option<u32>,
    /// Whether a post can be deleted…
    pub delete: bool,
    /// …and for how many seconds after it was made; none: at any time.
    pub delete_within_s: Option<u32>,
    /// Whether we can answer our own post: to correct one that cannot be edited, and to go on where a text is longer
    /// than one post.
    pub reply: bool,
    /// Whether a long text goes on in answers to the post.
    pub thread: bool,
    /// Whether our answer to a post stands below it as a comment, and not among the posts.
    #[serde(default)]
    pub comments: bool,
    /// Whether the network can be asked if a post of ours is there. Where it cannot, a doubtful post is a person's.
    pub find: bool,
    /// Seconds during which sending the same post with the same key again is harmless; 0: never; `u32::MAX`: always.
    pub idempotent_s: u32,
    /// What it charges for a post; none: nothing.
    pub price: Option<Price>,
    /// Whether it tells what readers did with a post.
    #[serde(default)]
    pub metrics: bool,
    /// Whether a person does everything there: nothing can be sent by programs.
    #[serde(default)]
    pub by_hand: bool,
}

impl Capabilities {
    /// Length of a text that stands under pictures or a video, or alone.
    pub fn text_limit(&self, illustrated: bool) -> TextLimit {
        let units = self.caption.filter(|_| illustrated).unwrap_or(self.text.units);
        TextLimit { units, ..self.text }
    }

    /// What it takes of pictures.
    pub fn picture_rules(&self) -> PictureRules {
        let weight = PictureRules::weight(self.image_bytes);
        PictureRules {
            bytes: self.image_bytes,
            ..self.pictures.as_deref().cloned().unwrap_or(weight)
        }
    }

    /// A network of texts with their link in them: no pictures, nothing that can be changed. A network's file says what
    /// its own adds.
    pub const fn texts(text: TextLimit) -> Self {
        Self {
            text,
            caption: None,
            title: None,
            needs: Needs::Text,
            images: 0,
            image_bytes: 0,
            pictures: None,
            alt_text: None,
            video: None,
            link: LinkStyle::InText,
            edit: false,
            edit_within_s: None,
            delete: false,
            delete_within_s: None,
            reply: false,
            thread: false,
            comments: false,
            find: true,
            idempotent_s: 0,
            price: None,
            metrics: false,
            by_hand: false,
        }
    }

    /// Whether it takes videos, and nothing else.
    pub fn videos_alone(&self) -> bool {
        self.needs == Needs::Video
    }

    /// A network that takes nothing from programs: texts that a person posts, corrects and deletes.
    pub fn by_hand(text: TextLimit) -> Self {
        Self {
            by_hand: true,
            find: false,
            ..Self::texts(text)
        }
    }
}
