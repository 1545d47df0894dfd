//! The calendar: rules, exceptions, zones.

use beffroi_schema::value::{Detail, ItemContent, OccurrenceStatus, Override};

use super::{Reading, label};
use crate::town::{event, local};

/// A market every Saturday until the end of the year: one is cancelled, one moved, one left out.
pub fn market() -> ItemContent {
    let mut market = event("Marché", "2026-06-06 08:00", Some("FREQ=WEEKLY;UNTIL=20261231"));
    if let Detail::Event(detail) = &mut market.detail {
        let changed = |date: &str, status| Override {
            date: local(date),
            status,
            starts_at: None,
            ends_at: None,
            note: Some(label("Place en travaux")),
        };
        detail.recurrence.excluded = vec![local("2026-06-20 08:00")];
        detail.recurrence.overrides = vec![
            changed("2026-06-13 08:00", OccurrenceStatus::Cancelled),
            Override {
                starts_at: Some(local("2026-06-28 09:00")),
                ends_at: Some(local("2026-06-28 11:00")),
                ..changed("2026-06-27 08:00", OccurrenceStatus::Moved)
            },
        ];
    }
    market
}

/// The lines of a calendar, unfolded.
async fn calendar(reading: &Reading) -> String {
    reading.get("events.ics").await.text().replace("\r\n ", "")
}

#[tokio::test]
async fn a_series_says_its_rule_its_exceptions_and_its_zone() {
    let reading = Reading::new().await;
    let id = reading.shown(market()).await;
    let calendar = calendar(&reading).await;
    for line in [
        "BEGIN:VTIMEZONE\r\nTZID:Europe/Paris",
        "DTSTART;TZID=Europe/Paris:20260606T080000",
        "DTEND;TZID=Europe/Paris:20260606T100000",
        "RRULE:FREQ=WEEKLY;UNTIL=20261231T225959Z",
        "EXDATE;TZID=Europe/Paris:20260620T080000",
        "RECURRENCE-ID;TZID=Europe/Paris:20260613T080000",
        "RECURRENCE-ID;TZID=Europe/Paris:20260627T080000",
        "DTSTART;TZID=Europe/Paris:20260628T090000",
        "DESCRIPTION;LANGUAGE=fr:Place en travaux",
        "X-WR-CALNAME:Ville de valbourg – Agenda",
    ] {
        assert!(calendar.contains(&format!("{line}\r\n")), "{line}\n{calendar}");
    }
    assert_eq!(calendar.matches(&format!("UID:{id}\r\n")).count(), 3);
    assert_eq!(calendar.matches("STATUS:CANCELLED").count(), 1);
}

#[tokio::test]
async fn what_takes_place_once_and_is_cancelled_says_so() {
    let reading = Reading::new().await;
    let mut concert = event("Concert", "2026-06-06 20:00", None);
    let id = reading.shown(concert.clone()).await;
    assert!(calendar(&reading).await.contains("STATUS:CONFIRMED"));
    if let Detail::Event(detail) = &mut concert.detail {
        detail.recurrence.overrides = vec![Override {
            date: local("2026-06-06 20:00"),
            status: OccurrenceStatus::Cancelled,
            starts_at: None,
            ends_at: None,
            note: None,
        }];
    }
    reading.town.amend(id, concert).await;
    reading.refreshed().await;
    let cancelled = calendar(&reading).await;
    assert!(cancelled.contains("STATUS:CANCELLED") && !cancelled.contains("RECURRENCE-ID"));
    assert!(
        cancelled.contains("SEQUENCE:") && !cancelled.contains("SEQUENCE:1\r\n"),
        "{cancelled}"
    );
    reading.town.withdraw(id).await;
    reading.refreshed().await;
    assert!(!calendar(&reading).await.contains("VEVENT"));
}

#[tokio::test]
async fn what_lasts_whole_days_names_days() {
    let reading = Reading::new().await;
    let mut fair = event("Foire", "2026-06-06 00:00", Some("FREQ=YEARLY;UNTIL=20300101T000000Z"));
    if let Detail::Event(detail) = &mut fair.detail {
        detail.all_day = true;
        detail.ends_at = Some(local("2026-06-08 00:00"));
    }
    reading.shown(fair).await;
    let calendar = calendar(&reading).await;
    for line in [
        "DTSTART;VALUE=DATE:20260606",
        "DTEND;VALUE=DATE:20260608",
        "RRULE:FREQ=YEARLY;UNTIL=20300101",
    ] {
        assert!(calendar.contains(&format!("{line}\r\n")), "{line}\n{calendar}");
    }
    assert!(!calendar.contains("VTIMEZONE"), "days need no clock");
}
