//! Phones: what an app registers, changes and takes back. No account is needed: the phone's own secret, handed out when
//! it registers and shown as `X-Device-Credential`, is all that proves it.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use beffroi_schema::{
    device::{Area, DeviceDraft, DevicePatch, DeviceSettings, QuietHours, Setting},
    id::{AuthorityId, DeviceId},
    value::{self, Point},
};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    context::Asked,
    error::Code,
    id,
    problem::{Problem, settle},
    scalar::{LanguageTag, TimeZone},
    words::Severity,
};

/// Acts on phones.
#[derive(Debug, Default)]
pub struct DeviceMutation;

#[Object]
impl DeviceMutation {
    /// Registers a phone, or registers it again: within an authority, its address names it, so that repeating is
    /// harmless. A new credential is handed out each time; the one before is void.
    async fn register_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The phone and what its holder chose.")] input: RegisterDeviceInput,
    ) -> Result<RegisterDevicePayload> {
        let authority: AuthorityId = id::local("Authority", &input.authority_id)?;
        let store = ctx.store()?;
        let Some(home) = store.authority(authority).await? else {
            return Err(Code::NotFound.error("no Authority with this id"));
        };
        let draft = DeviceDraft {
            transport: input.transport.into(),
            address: SecretString::from(input.address),
            platform: input.platform.into(),
            settings: DeviceSettings {
                app_version: input.app_version,
                language: input.language.map_or(home.language, |tag| tag.0),
                time_zone: input.time_zone.map_or(home.time_zone, |zone| zone.0),
                quiet_hours: input.quiet_hours.map(QuietHours::from),
                daily_cap: input.daily_cap,
                min_severity: input
                    .min_severity
                    .map_or(value::Severity::UnknownSeverity, value::Severity::from),
                area: input.area.map(Area::from),
            },
        };
        let (registered, problems) = settle(store.register_device(authority, draft).await)?;
        Ok(RegisterDevicePayload {
            id: registered.as_ref().map(|known| global(known.device)),
            credential: registered.map(|known| known.credential.expose_secret().to_owned()),
            problems,
        })
    }

    /// Changes what was chosen; what is absent stays, null takes away.
    async fn update_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which phone, and what changes.")] input: UpdateDeviceInput,
    ) -> Result<DevicePayload> {
        let device = id::local("Device", &input.id)?;
        let address = input
            .address
            .map(|address| (address.transport.into(), SecretString::from(address.address)));
        let patch = DevicePatch {
            address,
            app_version: setting(input.app_version),
            language: input.language.map(|tag| tag.0),
            time_zone: input.time_zone.map(|zone| zone.0),
            quiet_hours: setting(input.quiet_hours.map_value(QuietHours::from)),
            daily_cap: setting(input.daily_cap),
            min_severity: input.min_severity.map(value::Severity::from),
            area: setting(input.area.map_value(Area::from)),
        };
        let (_, problems) = settle(ctx.store()?.update_device(device, credential(ctx)?, patch).await)?;
        Ok(DevicePayload { id: input.id, problems })
    }

    /// Forgets a phone and all that it follows, at once.
    async fn forget_device(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The phone's global id.")] id: ID,
    ) -> Result<DevicePayload> {
        let device = id::local("Device", &id)?;
        ctx.store()?.forget_device(device, credential(ctx)?).await?;
        Ok(DevicePayload {
            id,
            problems: Vec::new(),
        })
    }

    /// Follows things. Following what is followed already changes nothing.
    async fn follow(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The phone's global id.")] id: ID,
        #[graphql(desc = "What to follow.")] things: Vec<FollowInput>,
    ) -> Result<DevicePayload> {
        let follows = follows(things)?;
        let device = id::local("Device", &id)?;
        let (_, problems) = settle(ctx.store()?.follow(device, credential(ctx)?, &follows).await)?;
        Ok(DevicePayload { id, problems })
    }

    /// Follows things no longer.
    async fn unfollow(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The phone's global id.")] id: ID,
        #[graphql(desc = "What to follow no longer.")] things: Vec<FollowInput>,
    ) -> Result<DevicePayload> {
        let follows = follows(things)?;
        let device = id::local("Device", &id)?;
        let (_, problems) = settle(ctx.store()?.unfollow(device, credential(ctx)?, &follows).await)?;
        Ok(DevicePayload { id, problems })
    }
}

fn follows(things: Vec<FollowInput>) -> Result<Vec<value::Follow>> {
    things.into_iter().map(value::Follow::try_from).collect()
}

/// What the app runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::Platform")]
pub enum Platform {
    /// Android.
    Android,
    /// iOS and iPadOS.
    Ios,
    /// A web browser.
    Web,
}

/// How a phone is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::TransportKind")]
pub enum TransportKind {
    /// Firebase Cloud Messaging, by registration token.
    FcmToken,
    /// Firebase Cloud Messaging, by Firebase installation id.
    FcmFid,
}

/// What sort of thing is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::FollowKind")]
pub enum FollowKind {
    /// A topic, by its slug.
    Topic,
    /// A line, by its global id.
    Line,
    /// A stop or station, by its global id.
    Stop,
    /// A zone, by its global id.
    Zone,
    /// Every item of a kind: `event`, `disruption` or `article`.
    Kind,
}

/// A phone as its app registers it.
#[derive(InputObject)]
struct RegisterDeviceInput {
    /// Whose news it wants.
    authority_id: ID,
    /// How it is reached.
    transport: TransportKind,
    /// The transport's address of it. Never shown again.
    address: String,
    /// What it runs on.
    platform: Platform,
    /// Of the app, for the support desk.
    app_version: Option<String>,
    /// In which it is told; absent: the authority's.
    language: Option<LanguageTag>,
    /// For quiet hours and the daily cap; absent: the authority's.
    time_zone: Option<TimeZone>,
    /// When it is not to be disturbed.
    quiet_hours: Option<QuietHoursInput>,
    /// Notifications a day; severe ones do not count.
    daily_cap: Option<i32>,
    /// Disruptions below it are not told.
    min_severity: Option<Severity>,
    /// The surroundings it follows.
    area: Option<AreaInput>,
}

/// What changes about a phone; what is absent stays.
#[derive(InputObject)]
struct UpdateDeviceInput {
    /// The phone's global id.
    id: ID,
    /// The transport gave it a new address.
    address: Option<DeviceAddressInput>,
    /// Of the app, for the support desk.
    app_version: MaybeUndefined<String>,
    /// In which it is told.
    language: Option<LanguageTag>,
    /// For quiet hours and the daily cap.
    time_zone: Option<TimeZone>,
    /// When it is not to be disturbed; null: never mind.
    quiet_hours: MaybeUndefined<QuietHoursInput>,
    /// Notifications a day; null: what is usual.
    daily_cap: MaybeUndefined<i32>,
    /// Disruptions below it are not told.
    min_severity: Option<Severity>,
    /// The surroundings it follows; null: none.
    area: MaybeUndefined<AreaInput>,
}

/// A phone's address.
#[derive(InputObject)]
struct DeviceAddressInput {
    /// How it is reached.
    transport: TransportKind,
    /// The transport's address of it.
    address: String,
}

/// From one minute of the day to another, over midnight when `to` is the smaller.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct QuietHoursInput {
    /// First minute of the device's day: 1320 is 22:00.
    from: i16,
    /// First minute after.
    to: i16,
}

/// The surroundings of a point. What is stored is coarser: no more exact than the radius needs.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AreaInput {
    /// Degrees north.
    latitude: f64,
    /// Degrees east.
    longitude: f64,
    /// In metres.
    radius: i32,
}

/// One thing to follow.
#[derive(Clone, Debug, InputObject)]
pub struct FollowInput {
    /// What sort of thing.
    kind: FollowKind,
    /// Its slug, or its global id.
    target: String,
}

/// A phone that was registered.
#[derive(SimpleObject)]
struct RegisterDevicePayload {
    /// Its global id; null when there are problems: nothing was written then.
    id: Option<ID>,
    /// What the app must show to change or forget it, as the header `X-Device-Credential`. Shown this once.
    credential: Option<String>,
    /// What to put right.
    problems: Vec<Problem>,
}

/// A phone that was changed.
#[derive(Debug, SimpleObject)]
pub struct DevicePayload {
    /// Its global id.
    id: ID,
    /// What to put right; nothing was written when there is any.
    problems: Vec<Problem>,
}

impl From<QuietHoursInput> for QuietHours {
    fn from(input: QuietHoursInput) -> Self {
        Self {
            from: input.from,
            to: input.to,
        }
    }
}

impl From<AreaInput> for Area {
    fn from(input: AreaInput) -> Self {
        let point = Point {
            latitude: input.latitude,
            longitude: input.longitude,
        };
        Self {
            point,
            radius_m: input.radius,
        }
    }
}

impl TryFrom<FollowInput> for value::Follow {
    type Error = async_graphql::Error;

    fn try_from(input: FollowInput) -> Result<Self> {
        let row = |kind: &str| id::local::<uuid::Uuid>(kind, &ID(input.target.clone())).map(|id| id.to_string());
        let target = match input.kind {
            FollowKind::Topic | FollowKind::Kind => input.target.clone(),
            FollowKind::Line => row("Line")?,
            FollowKind::Stop => row("Stop")?,
            FollowKind::Zone => row("Zone")?,
        };
        Ok(Self {
            kind: input.kind.into(),
            target,
        })
    }
}

fn global(device: DeviceId) -> ID {
    id::global("Device", device.0)
}

/// The phone's own secret, or the error `UNAUTHENTICATED`.
fn credential<'a>(ctx: &'a Context<'_>) -> Result<&'a SecretString> {
    let asker = ctx.asker()?;
    asker
        .device
        .as_ref()
        .ok_or_else(|| Code::Unauthenticated.error("send the header X-Device-Credential"))
}

fn setting<T>(given: MaybeUndefined<T>) -> Setting<T> {
    match given {
        MaybeUndefined::Undefined => Setting::Keep,
        MaybeUndefined::Null => Setting::Unset,
        MaybeUndefined::Value(value) => Setting::Set(value),
    }
}
