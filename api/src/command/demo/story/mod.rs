//! Ninety seconds of a town: a tram stops, it gets worse, the market moves, service resumes.

mod said;
mod watch;

use std::time::{Duration, Instant};

use anyhow::Context as _;
use beffroi_schema::{
    store::Store,
    value::{Detail, Label, Language, OccurrenceStatus, Override, Scope},
};
use chrono::Days;
use chrono_tz::Tz;

pub use self::watch::Watch;
use super::{
    Outside, Pace, Stage,
    town::{TIME_ZONE, Town},
};

/// How long the story takes, in seconds.
const LENGTH: u64 = 90;
/// By how many days the market is moved: from Saturday to Sunday.
const MARKET_LATER: Days = Days::new(1);

/// One act, in French and in English.
struct Act {
    /// When it begins at the earliest.
    second: u64,
    title: (&'static str, &'static str),
    sentence: (&'static str, &'static str),
}

const ACTS: [Act; 4] = [
    Act {
        second: 0,
        title: ("Le tram B s’arrête", "Tram B stops"),
        sentence: (
            "L’exploitant l’écrit dans son flux GTFS-RT ; personne ne touche à Beffroi.",
            "The operator writes it in its GTFS-RT feed; nobody touches Beffroi.",
        ),
    },
    Act {
        second: 26,
        title: ("La panne s’aggrave", "It gets worse"),
        sentence: (
            "L’alerte change : plus longue, plus grave, une station de plus. Chaque copie suit.",
            "The alert changes: longer, more severe, one more stop. Every copy follows.",
        ),
    },
    Act {
        second: 48,
        title: (
            "Le marché de samedi passe à dimanche",
            "Saturday’s market moves to Sunday",
        ),
        sentence: (
            "Camille, au service communication, change une date. Les publications sont corrigées.",
            "Camille, at the communication desk, changes one date. The posts are corrected.",
        ),
    },
    Act {
        second: 62,
        title: ("Le tram B repart", "Tram B runs again"),
        sentence: (
            "L’alerte disparaît du flux de l’exploitant. Ceux qui ont été prévenus l’apprennent.",
            "The alert leaves the operator’s feed. Those who were told learn that it is over.",
        ),
    },
];

/// The story, ready to be played.
#[derive(Debug)]
pub struct Story<'a> {
    pub store: &'a Store,
    pub outside: &'a Outside,
    pub stage: &'a Stage,
    pub watch: &'a Watch<'a>,
    pub town: &'a Town,
    pub pace: Pace,
}

impl Story<'_> {
    /// Plays it to its end.
    pub async fn play(&self) -> anyhow::Result<()> {
        let t = self.stage.tongue;
        let start = Instant::now();
        let zone: Tz = TIME_ZONE.parse()?;
        self.stage.part(t.say("L’histoire", "The story"));

        let [stops, worsens, moves, resumes] = ACTS;
        let now = || self.store.clock().now();
        self.begin(start, 1, &stops).await;
        self.outside.operator.announce(&[said::stopped(now(), zone)]);
        let version = self.tram(0).await?;
        self.begin(start, 2, &worsens).await;
        self.outside.operator.announce(&[said::worse(now(), zone)]);
        let version = self.tram(version).await?;
        self.begin(start, 3, &moves).await;
        self.market().await?;
        self.begin(start, 4, &resumes).await;
        self.outside.operator.announce(&[]);
        self.tram(version).await?;
        self.pause(start, LENGTH).await;
        Ok(())
    }

    /// Waits for the act's time, and names it.
    async fn begin(&self, start: Instant, number: usize, act: &Act) {
        let t = self.stage.tongue;
        self.pause(start, act.second).await;
        if number > 1 {
            self.stage.line("");
        }
        let (title, sentence) = (t.say(act.title.0, act.title.1), t.say(act.sentence.0, act.sentence.1));
        self.stage.act(number, title, sentence, start.elapsed());
    }

    async fn pause(&self, start: Instant, second: u64) {
        let left = Duration::from_secs(second).saturating_sub(start.elapsed());
        if self.pace == Pace::Story && !left.is_zero() {
            let t = self.stage.tongue;
            let label = t.say("la ville respire", "the town takes a breath");
            self.stage.wait(label, tokio::time::sleep(left)).await;
        }
    }

    /// Follows the disruption's next version after `before` from the operator's feed to every copy; which one it is.
    async fn tram(&self, before: i32) -> anyhow::Result<i32> {
        let t = self.stage.tongue;
        if self.pace == Pace::Fast {
            // As somebody at the desk would who does not want to wait for the next reading.
            let all = Scope::Instance;
            self.store
                .pause_source(&all, self.town.alerts, false, &self.town.editor)
                .await?;
        }
        let reading = t.say(
            "prochaine lecture du flux de l’exploitant",
            "next reading of the operator’s feed",
        );
        let (item, version) = self.stage.wait(reading, self.watch.disruption(before)).await?;
        self.stage.happened(
            t.say("Exploitant", "Operator"),
            t.say("flux lu, changement reconnu", "feed read, change recognised"),
            None,
        );
        let leaving = t.say("en route", "on its way");
        self.stage.wait(leaving, self.watch.follow(item, version)).await?;
        Ok(version)
    }

    /// The next Saturday market takes place on Sunday.
    async fn market(&self) -> anyhow::Result<()> {
        let t = self.stage.tongue;
        let scope = Scope::Authorities(vec![self.town.authority]);
        let market = self
            .store
            .item(&scope, self.town.market)
            .await?
            .context("the market is there")?;
        let mut content = market.content;
        if let Detail::Event(event) = &mut content.detail {
            event.recurrence.overrides.push(Override {
                date: event.starts_at,
                status: OccurrenceStatus::Moved,
                starts_at: event.starts_at.checked_add_days(MARKET_LATER),
                ends_at: event.ends_at.and_then(|end| end.checked_add_days(MARKET_LATER)),
                note: Some(Label(
                    [
                        (
                            Language::french(),
                            "Le carillon sonne samedi : le marché attend dimanche.".to_owned(),
                        ),
                        (
                            Language::english(),
                            "The carillon rings on Saturday: the market waits for Sunday.".to_owned(),
                        ),
                    ]
                    .into(),
                )),
            });
        }
        let editor = &self.town.editor;
        let amended = self
            .store
            .amend(&scope, market.row.id, market.row.version, content, editor)
            .await?;
        let desk = t.say("date changée par Camille", "date changed by Camille");
        self.stage.happened(t.say("Rédaction", "Desk"), desk, None);
        let leaving = t.say("en route", "on its way");
        self.stage
            .wait(leaving, self.watch.follow(market.row.id, amended.row.version))
            .await?;
        let silent = t.say(
            "silencieux : une date se lit, elle ne réveille pas",
            "silent: a date is read, it wakes nobody",
        );
        self.stage.happened(t.say("Téléphones", "Phones"), silent, None);
        Ok(())
    }
}
