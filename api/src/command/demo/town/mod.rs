//! Valbourg: a town that does not exist, brought in as a real one would be.

mod accounts;
mod agenda;
mod content;
pub mod network;
mod news;
mod phones;
mod picture;
mod territory;

use std::{collections::HashMap, time::Duration};

use anyhow::{Context as _, bail};
use beffroi_schema::{
    draft::Draft,
    id::{AuthorityId, ItemId, LineId, MediaId, SourceId, ZoneId},
    store::{About, Joining, NewAuthority, NewSource, Store, machine},
    value::{AuthorityKind, ItemContent, Label, Language, Role, Scope, SourceFormat, SourcePolicy, Viewer},
};
use chrono::NaiveDate;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Outside, Pace, Stage, story::Watch};

/// In addresses.
pub const SLUG: &str = "valbourg";
/// Of the town.
pub const TIME_ZONE: &str = "Europe/Paris";
/// Seconds between two readings of the alerts: the least there is.
const ALERTS_EVERY_S: i32 = 10;
/// Seconds between two readings of the timetable.
const TIMETABLE_EVERY_S: i32 = 3_600;
/// How long the first readings may take.
const FIRST_READING: Duration = Duration::from_secs(30);
/// Between two looks at whether something is there.
pub const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The town, once it is there.
#[derive(Debug)]
pub struct Town {
    /// Its authority.
    pub authority: AuthorityId,
    /// The operator's alerts.
    pub alerts: SourceId,
    /// The Saturday market.
    pub market: ItemId,
    /// Who works at its desk.
    pub editor: Viewer,
}

/// Brings the town in while the loops run.
#[derive(Debug)]
pub struct Building<'a> {
    pub store: &'a Store,
    pub outside: &'a Outside,
    pub stage: &'a Stage,
    pub pace: Pace,
}

impl Building<'_> {
    /// From nothing to the moment before the story.
    pub async fn build(&self, watch: &Watch<'_>) -> anyhow::Result<Town> {
        let t = self.stage.tongue;
        let maker = machine("demo");
        let (authority, centre) = self.territory(&maker).await?;
        let alerts = self.sources(authority, &maker).await?;
        let reading = t.say("l’exploitant est lu", "the operator is being read");
        let lines = self.stage.wait(reading, self.lines(authority, alerts)).await?;
        self.stage.ready(
            t.say("Réseau", "Network"),
            &t.count(
                lines.len(),
                ("ligne lue dans le GTFS", "lignes lues dans le GTFS de l’exploitant"),
                ("line", "lines read from the operator’s GTFS"),
            ),
        );
        let editor = self.editor(authority, &maker).await?;
        let today = self.today()?;
        let early: Vec<ItemContent> = agenda::others(today, centre)
            .into_iter()
            .chain(news::others())
            .collect();
        let written = early.len();
        for content in early {
            self.publish(authority, content, &editor).await?;
        }
        self.stage.ready(
            t.say("Fil", "Feed"),
            &t.count(
                written,
                ("publication", "rendez-vous et articles déjà publiés"),
                ("item", "events and articles published earlier"),
            ),
        );
        // What was published earlier wakes none of the phones that come now.
        watch.quiet().await?;
        let with_b = phones::register(self.store, &self.outside.sandbox.fcm, authority, &lines, centre).await?;
        let detail = match t {
            super::Tongue::Fr => format!("100 enregistrés, dont {with_b} suivent le tram B"),
            super::Tongue::En => format!("100 registered, {with_b} of them follow tram B"),
        };
        self.stage.ready(t.say("Téléphones", "Phones"), &detail);
        accounts::open(self.store, &self.outside.sandbox, authority, &maker).await?;
        let networks = beffroi_sandbox::Kind::ALL.len();
        let detail = match t {
            super::Tongue::Fr => format!("sur {networks} réseaux ; à chacun ses règles"),
            super::Tongue::En => format!("on {networks} networks; rules of its own for each"),
        };
        self.stage.ready(t.say("Comptes", "Accounts"), &detail);
        let market = self.today_s_news(authority, centre, today, &editor, watch).await?;
        Ok(Town {
            authority,
            alerts,
            market,
            editor,
        })
    }

    async fn territory(&self, by: &Viewer) -> anyhow::Result<(AuthorityId, ZoneId)> {
        let t = self.stage.tongue;
        let town = NewAuthority {
            slug: SLUG.to_owned(),
            kind: AuthorityKind::Commune,
            parent: None,
            name: "Valbourg".to_owned(),
            language: Language::french(),
            time_zone: TIME_ZONE.to_owned(),
            boundary: Some(territory::boundary()?),
        };
        let authority = self.store.create_authority(town, by).await?.id;
        let mut centre = None;
        for quarter in territory::quarters()? {
            let zone = self.store.put_zone(authority, quarter, by).await?;
            centre = centre.or(Some(zone.id));
        }
        self.stage.ready(
            "Valbourg",
            t.say(
                "une commune, quatre quartiers dessinés",
                "a commune, four quarters drawn",
            ),
        );
        Ok((authority, centre.context("a town has quarters")?))
    }

    /// The operator's timetable and alerts; the id of the latter.
    async fn sources(&self, authority: AuthorityId, by: &Viewer) -> anyhow::Result<SourceId> {
        let operator = &self.outside.operator;
        let source = |format, name: &str, url, settings: Value, interval_s| NewSource {
            authority,
            format,
            name: name.to_owned(),
            url,
            settings,
            policy: SourcePolicy::Publish,
            interval_s,
        };
        let timetable = operator.timetable_url();
        let timetable = source(
            SourceFormat::GtfsStatic,
            "Transports de Valbourg : horaires",
            timetable,
            json!({}),
            TIMETABLE_EVERY_S,
        );
        self.store.create_source(timetable, by).await?;
        // Seconds instead of minutes: a story that people watch cannot wait as long as a careful town does.
        let hasty =
            json!({ "reconcile": { "settling_s": self.pace.settling_s(), "misses_needed": 1, "absence_s": 0 } });
        let alerts = operator.alerts_url();
        let alerts = source(
            SourceFormat::GtfsRtAlerts,
            "Transports de Valbourg : info trafic",
            alerts,
            hasty,
            ALERTS_EVERY_S,
        );
        Ok(self.store.create_source(alerts, by).await?.id)
    }

    /// The lines by their key, as soon as both sources have been read once.
    async fn lines(&self, authority: AuthorityId, alerts: SourceId) -> anyhow::Result<HashMap<String, LineId>> {
        let read = async {
            loop {
                let lines = self.store.lines(authority).await?;
                if lines.len() >= network::LINE_COUNT && !self.store.polls_of(&[alerts], 1).await?.is_empty() {
                    return Ok(lines.into_iter().map(|line| (line.key, line.id)).collect());
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        };
        match tokio::time::timeout(FIRST_READING, read).await {
            Ok(lines) => lines,
            Err(_) => bail!("the operator's timetable was not read within {FIRST_READING:?}"),
        }
    }

    /// A person at the desk, who joined as people do: by invitation.
    async fn editor(&self, authority: AuthorityId, by: &Viewer) -> anyhow::Result<Viewer> {
        let (role, name) = (Role::Editor, "Camille Aubrac");
        let invitation = self.store.invite(by, Some(authority), role).await?;
        let joining = Joining {
            name: name.to_owned(),
            email: "camille.aubrac@valbourg.example".to_owned(),
            password: SecretString::from(self.store.ids().secret()),
            language: Language::french(),
        };
        let staff = self.store.accept_invitation(&invitation, &joining).await?;
        Ok(Viewer {
            staff: Some(staff),
            name: name.to_owned(),
            roles: vec![(Some(authority), role)],
        })
    }

    /// What goes out before the story begins, to networks and phones too; the market's id.
    async fn today_s_news(
        &self,
        authority: AuthorityId,
        centre: ZoneId,
        today: NaiveDate,
        editor: &Viewer,
        watch: &Watch<'_>,
    ) -> anyhow::Result<ItemId> {
        let t = self.stage.tongue;
        let belfry = self.picture(
            authority,
            picture::belfry()?,
            (
                "Le beffroi de Valbourg au crépuscule, sa cloche et son horloge éclairées.",
                "The belfry of Valbourg at dusk, its bell and clock lit.",
            ),
            editor,
        );
        let belfry = belfry.await?;
        let water = self.picture(
            authority,
            picture::water()?,
            (
                "Deux ronds dans l’eau bleue de l’Aubrette se croisent.",
                "Two rings cross on the blue water of the Aubrette.",
            ),
            editor,
        );
        let water = water.await?;
        let now = self.store.clock().now();
        let news = [
            news::restoration(now, belfry, centre),
            news::council(),
            agenda::exhibition(today, water),
            agenda::market(today, centre),
        ];
        let mut last = None;
        for content in news {
            last = Some(self.publish(authority, content, editor).await?);
        }
        let market = last.context("the market is published")?;
        let waiting = t.say("les premières publications partent", "the first posts leave");
        self.stage.wait(waiting, watch.quiet()).await?;
        self.stage.ready(
            t.say("Aujourd’hui", "Today"),
            t.say(
                "deux articles, une exposition, le marché : publiés partout",
                "two articles, an exhibition, the market: out everywhere",
            ),
        );
        Ok(market)
    }

    async fn publish(&self, authority: AuthorityId, content: ItemContent, by: &Viewer) -> anyhow::Result<ItemId> {
        let draft = Draft {
            authority,
            content,
            key: None,
        };
        let draft = self.store.create_draft(draft, by).await?.row;
        let scope = Scope::Authorities(vec![authority]);
        Ok(self.store.publish(&scope, draft.id, draft.version, by).await?.row.id)
    }

    async fn picture(
        &self,
        authority: AuthorityId,
        drawing: Vec<u8>,
        (fr, en): (&str, &str),
        by: &Viewer,
    ) -> anyhow::Result<MediaId> {
        let about = About {
            alt: Label(
                [
                    (Language::french(), fr.to_owned()),
                    (Language::english(), en.to_owned()),
                ]
                .into(),
            ),
            credit: Some("Ville de Valbourg".to_owned()),
            ..About::default()
        };
        Ok(self.store.put_picture(authority, drawing, about, by).await?.id)
    }

    fn today(&self) -> anyhow::Result<NaiveDate> {
        let zone: chrono_tz::Tz = TIME_ZONE.parse()?;
        Ok(self.store.clock().now().with_timezone(&zone).date_naive())
    }
}
