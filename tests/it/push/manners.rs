//! Who is not disturbed, and when.

use beffroi_schema::{
    device::QuietHours,
    value::{CampaignKind, Outcome, Severity},
};
use chrono::{DateTime, Duration};

use super::scene::{Town, settings};

const NIGHT: QuietHours = QuietHours {
    from: 22 * 60,
    to: 6 * 60,
};

#[tokio::test]
async fn who_sleeps_is_told_in_the_morning() {
    // 23:00 in Paris, 22:00 in London; the clocks go back that night.
    let evening = DateTime::parse_from_rfc3339("2026-10-24T21:00:00Z").unwrap().to_utc();
    let town = Town::at(evening).await;
    let mut asleep = settings();
    asleep.quiet_hours = Some(NIGHT);
    town.phone("paris", asleep.clone()).await;
    asleep.time_zone = "Europe/London".to_owned();
    town.phone("london", asleep).await;
    town.phone("awake", settings()).await;
    let campaign = town.campaign(1, |_| {}).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["awake"]);
    town.clock.advance(Duration::hours(8) - Duration::seconds(1));
    assert!(
        town.send_all(Outcome::Sent).await.is_empty(),
        "05:59:59 in Paris, by winter time"
    );
    town.clock.advance(Duration::seconds(1));
    assert_eq!(town.send_all(Outcome::Sent).await, ["paris"]);
    town.clock.advance(Duration::hours(1));
    assert_eq!(town.send_all(Outcome::Sent).await, ["london"]);
    let row = town.campaign_row(campaign).await;
    assert_eq!((row.sent, row.held_back, row.state.as_str()), (3, 0, "done"));
}

#[tokio::test]
async fn what_is_over_by_the_morning_is_not_told() {
    let evening = DateTime::parse_from_rfc3339("2026-06-10T21:00:00Z").unwrap().to_utc();
    let town = Town::at(evening).await;
    let mut asleep = settings();
    asleep.quiet_hours = Some(NIGHT);
    town.phone("asleep", asleep).await;
    let short = town
        .campaign(1, |note| note.expires_at = evening + Duration::hours(2))
        .await;
    assert!(town.send_all(Outcome::Sent).await.is_empty());
    let row = town.campaign_row(short).await;
    assert_eq!((row.held_back, row.state.as_str()), (1, "done"));
    let urgent = town.campaign(2, |note| note.urgent = true).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["asleep"]);
    assert_eq!(town.campaign_row(urgent).await.sent, 1);
}

#[tokio::test]
async fn the_cap_is_by_day_and_urgent_words_do_not_count() {
    let town = Town::new().await;
    let mut modest = settings();
    modest.daily_cap = Some(1);
    town.phone("modest", modest).await;
    town.campaign(1, |note| note.urgent = true).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["modest"], "urgent, not counted");
    town.clock.advance(Duration::hours(1));
    town.campaign(2, |_| {}).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["modest"], "the one of today");
    town.clock.advance(Duration::hours(1));
    let third = town.campaign(3, |_| {}).await;
    assert!(town.send_all(Outcome::Sent).await.is_empty());
    assert_eq!(town.campaign_row(third).await.held_back, 1);
    town.clock.advance(Duration::hours(12));
    // Three words about one item are enough, so tomorrow's is urgent: only one earlier word was.
    town.campaign(4, |note| note.urgent = true).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["modest"]);
}

#[tokio::test]
async fn one_item_speaks_every_half_hour_at_most() {
    let town = Town::new().await;
    town.phone("a", settings()).await;
    town.campaign(1, |_| {}).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["a"]);
    town.clock.advance(Duration::minutes(29));
    let early = town.campaign(2, |note| note.campaign = CampaignKind::Update).await;
    assert!(town.send_all(Outcome::Sent).await.is_empty());
    assert_eq!(town.campaign_row(early).await.held_back, 1);
    town.clock.advance(Duration::minutes(1));
    town.campaign(3, |note| note.campaign = CampaignKind::Update).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["a"]);
}

#[tokio::test]
async fn the_end_is_told_to_those_who_know_of_the_beginning() {
    let town = Town::new().await;
    town.phone("a", settings()).await;
    town.campaign(1, |_| {}).await;
    town.send_all(Outcome::Sent).await;
    town.phone("new", settings()).await;
    town.clock.advance(Duration::minutes(5));
    town.campaign(2, |note| note.campaign = CampaignKind::Resolved).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["a"]);
}

#[tokio::test]
async fn a_device_hears_of_what_is_bad_enough_for_it() {
    let town = Town::new().await;
    let mut hardened = settings();
    hardened.min_severity = Severity::Severe;
    town.phone("hardened", hardened).await;
    town.phone("curious", settings()).await;
    town.campaign(1, |_| {}).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["curious"]);
    town.clock.advance(Duration::hours(1));
    town.campaign(2, |note| note.severity = Some(Severity::Severe)).await;
    assert_eq!(town.send_all(Outcome::Sent).await, ["curious", "hardened"]);
}
