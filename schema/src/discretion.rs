//! When a phone may be disturbed: decided for each device at the moment of sending.
//!
//! - Quiet hours, by the clock on the wall where the phone is. A note that is still of use when they end waits for that.
//! - At most so many notifications a day of the device.
//! - At most one word about an item in half an hour, and three in all; an urgent one counts only earlier urgent ones,
//!   so that an escalation is told.
//! - That it is over, or was taken back, is told only to those who were told of it in the last six hours, once; it does
//!   not count as one more word.
//!
//! Urgent notes pass over quiet hours and the daily cap.

use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, TimeZone as _, Timelike as _};
use chrono_tz::Tz;

use crate::{
    clock::Timestamp,
    device::{DEFAULT_DAILY_CAP, QuietHours},
    value::{CampaignKind, Note},
};

/// Between two words about one item.
const ITEM_PAUSE: Duration = Duration::minutes(30);
/// Words about one item in all.
const ITEM_BUDGET: usize = 3;
/// After it, nobody needs to be told any more that it is over.
const FOLLOW_UP: Duration = Duration::hours(6);
/// No clock was ever put forward by more at once.
const LONGEST_GAP_MINUTES: i64 = 24 * 60;

/// How far back [`Habits::told_today`] has to be known: the longest day has 25 hours.
pub const LONGEST_DAY: Duration = Duration::hours(25);

/// What a device wants, and what it was told.
#[derive(Clone, Debug)]
pub struct Habits {
    /// Where it is.
    pub time_zone: Tz,
    /// When it is not to be disturbed.
    pub quiet_hours: Option<QuietHours>,
    /// Notifications a day.
    pub daily_cap: Option<i32>,
    /// When it was told anything that was not urgent, in the last [`LONGEST_DAY`] at least.
    pub told_today: Vec<Timestamp>,
    /// When it was told of this item, oldest first.
    pub told_of_item: Vec<Word>,
}

/// One earlier word about the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// When.
    pub at: Timestamp,
    /// Why.
    pub kind: CampaignKind,
    /// Whether it was urgent.
    pub urgent: bool,
}

/// What becomes of a note for one device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Tell it now.
    Tell,
    /// Ask again then: its quiet hours are over, and the note is still of use.
    Later(Timestamp),
    /// Do not tell it.
    HoldBack,
}

/// What becomes of `note` for a device with these habits, at `now`.
pub fn verdict(habits: &Habits, note: &Note, now: Timestamp) -> Verdict {
    let within_item_budget = match note.campaign {
        CampaignKind::Alert | CampaignKind::Update => within_budget(&habits.told_of_item, note.urgent, now),
        CampaignKind::Resolved | CampaignKind::Withdrawn => awaits_the_end(&habits.told_of_item, now),
    };
    if !within_item_budget {
        return Verdict::HoldBack;
    }
    if note.urgent {
        return Verdict::Tell;
    }
    if let Some(end) = habits
        .quiet_hours
        .and_then(|quiet| quiet_until(quiet, habits.time_zone, now))
    {
        return if end < note.expires_at {
            Verdict::Later(end)
        } else {
            Verdict::HoldBack
        };
    }
    if told_today(habits, now) < habits.daily_cap.unwrap_or(DEFAULT_DAILY_CAP) {
        Verdict::Tell
    } else {
        Verdict::HoldBack
    }
}

fn within_budget(told: &[Word], urgent: bool, now: Timestamp) -> bool {
    let words = told
        .iter()
        .filter(|word| !is_end(word.kind) && (word.urgent || !urgent));
    let last = words.clone().map(|word| word.at).max();
    words.count() < ITEM_BUDGET && last.is_none_or(|at| at + ITEM_PAUSE <= now)
}

fn awaits_the_end(told: &[Word], now: Timestamp) -> bool {
    let last = told.iter().max_by_key(|word| word.at);
    last.is_some_and(|word| !is_end(word.kind) && now <= word.at + FOLLOW_UP)
}

fn is_end(kind: CampaignKind) -> bool {
    match kind {
        CampaignKind::Alert | CampaignKind::Update => false,
        CampaignKind::Resolved | CampaignKind::Withdrawn => true,
    }
}

fn told_today(habits: &Habits, now: Timestamp) -> i32 {
    let today = |at: Timestamp| at.with_timezone(&habits.time_zone).date_naive();
    let count = habits.told_today.iter().filter(|at| today(**at) == today(now)).count();
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// When the quiet hours in which `now` lies end; none outside of them.
fn quiet_until(quiet: QuietHours, zone: Tz, now: Timestamp) -> Option<Timestamp> {
    let local = now.with_timezone(&zone);
    let minute = i16::try_from(local.hour() * 60 + local.minute()).ok()?;
    let over_midnight = quiet.from > quiet.to;
    let is_quiet = if over_midnight {
        minute >= quiet.from || minute < quiet.to
    } else {
        (quiet.from..quiet.to).contains(&minute)
    };
    if !is_quiet {
        return None;
    }
    let tomorrow = over_midnight && minute >= quiet.from;
    let day = local.date_naive().checked_add_days(Days::new(u64::from(tomorrow)))?;
    wall_clock(zone, day, quiet.to, now)
}

/// The first instant after `now` at which the wall shows `minute` of `day`; where the clocks are put forward over it,
/// the instant at which they are.
fn wall_clock(zone: Tz, day: NaiveDate, minute: i16, now: Timestamp) -> Option<Timestamp> {
    let start = day.and_time(NaiveTime::MIN) + Duration::minutes(i64::from(minute));
    let shown = (0..=LONGEST_GAP_MINUTES)
        .map(|skipped| zone.from_local_datetime(&(start + Duration::minutes(skipped))))
        .find(|instants| instants.earliest().is_some())?;
    let instants = [shown.earliest(), shown.latest()];
    let mut utc = instants.into_iter().flatten().map(|at: DateTime<Tz>| at.to_utc());
    utc.find(|at| *at > now)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono_tz::Europe::Paris;
    use uuid::Uuid;

    use super::*;
    use crate::{
        id::ItemId,
        value::{Kind, Language},
    };

    const NIGHT: QuietHours = QuietHours {
        from: 22 * 60,
        to: 6 * 60,
    };

    fn at(text: &str) -> Timestamp {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    fn calm(quiet_hours: Option<QuietHours>) -> Habits {
        Habits {
            time_zone: Paris,
            quiet_hours,
            daily_cap: None,
            told_today: Vec::new(),
            told_of_item: Vec::new(),
        }
    }

    fn note(campaign: CampaignKind, urgent: bool, expires_at: &str) -> Note {
        Note {
            words: BTreeMap::new(),
            fallback: Language::french(),
            item: ItemId(Uuid::nil()),
            version: 1,
            kind: Kind::Disruption,
            campaign,
            severity: None,
            link: String::new(),
            tag: String::new(),
            urgent,
            expires_at: at(expires_at),
        }
    }

    fn alert() -> Note {
        note(CampaignKind::Alert, false, "2027-01-01T00:00:00Z")
    }

    fn word(text: &str, kind: CampaignKind, urgent: bool) -> Word {
        Word {
            at: at(text),
            kind,
            urgent,
        }
    }

    #[test]
    fn quiet_hours_over_midnight() {
        // Paris is two hours ahead of UTC in June.
        let until = |now: &str| quiet_until(NIGHT, Paris, at(now));
        assert_eq!(until("2026-06-10T19:59:59Z"), None);
        assert_eq!(until("2026-06-10T20:00:00Z"), Some(at("2026-06-11T04:00:00Z")));
        assert_eq!(until("2026-06-11T03:59:59Z"), Some(at("2026-06-11T04:00:00Z")));
        assert_eq!(until("2026-06-11T04:00:00Z"), None);
    }

    #[test]
    fn quiet_hours_within_a_day() {
        let siesta = QuietHours {
            from: 13 * 60,
            to: 14 * 60 + 30,
        };
        let until = |now: &str| quiet_until(siesta, Paris, at(now));
        assert_eq!(until("2026-01-10T11:59:00Z"), None);
        assert_eq!(until("2026-01-10T12:00:00Z"), Some(at("2026-01-10T13:30:00Z")));
        assert_eq!(until("2026-01-10T13:30:00Z"), None);
    }

    #[test]
    fn a_night_is_an_hour_longer_or_shorter_when_the_clocks_change() {
        // 25 October 2026: 03:00 becomes 02:00. 28 March 2027: 02:00 becomes 03:00.
        assert_eq!(
            quiet_until(NIGHT, Paris, at("2026-10-24T21:00:00Z")),
            Some(at("2026-10-25T05:00:00Z"))
        );
        assert_eq!(
            quiet_until(NIGHT, Paris, at("2027-03-27T22:00:00Z")),
            Some(at("2027-03-28T04:00:00Z"))
        );
    }

    #[test]
    fn an_end_that_the_clocks_skip_or_repeat() {
        let to_half_past_two = QuietHours {
            from: 0,
            to: 2 * 60 + 30,
        };
        let until = |now: &str| quiet_until(to_half_past_two, Paris, at(now));
        // 02:30 does not exist on 28 March 2027: quiet until the clocks jump from 02:00 to 03:00.
        assert_eq!(until("2027-03-28T00:30:00Z"), Some(at("2027-03-28T01:00:00Z")));
        // On 25 October 2026 it exists twice, and the wall shows quiet minutes before each.
        assert_eq!(until("2026-10-25T00:10:00Z"), Some(at("2026-10-25T00:30:00Z")));
        assert_eq!(until("2026-10-25T00:40:00Z"), None);
        assert_eq!(until("2026-10-25T01:10:00Z"), Some(at("2026-10-25T01:30:00Z")));
    }

    #[test]
    fn what_is_useless_in_the_morning_is_held_back() {
        let now = at("2026-06-10T21:00:00Z");
        let morning = at("2026-06-11T04:00:00Z");
        assert_eq!(verdict(&calm(Some(NIGHT)), &alert(), now), Verdict::Later(morning));
        let short = note(CampaignKind::Alert, false, "2026-06-11T04:00:00Z");
        assert_eq!(verdict(&calm(Some(NIGHT)), &short, now), Verdict::HoldBack);
        let urgent = note(CampaignKind::Alert, true, "2026-06-11T04:00:00Z");
        assert_eq!(verdict(&calm(Some(NIGHT)), &urgent, now), Verdict::Tell);
    }

    #[test]
    fn the_daily_cap_counts_the_days_of_the_device() {
        let mut habits = calm(None);
        habits.daily_cap = Some(2);
        // 23:30 and 00:30 in Paris: one day each.
        habits.told_today = vec![at("2026-06-10T21:30:00Z"), at("2026-06-10T22:30:00Z")];
        let now = at("2026-06-11T10:00:00Z");
        assert_eq!(verdict(&habits, &alert(), now), Verdict::Tell);
        habits.told_today.push(at("2026-06-11T09:00:00Z"));
        assert_eq!(verdict(&habits, &alert(), now), Verdict::HoldBack);
        let urgent = note(CampaignKind::Alert, true, "2027-01-01T00:00:00Z");
        assert_eq!(verdict(&habits, &urgent, now), Verdict::Tell);
        habits.daily_cap = Some(0);
        habits.told_today.clear();
        assert_eq!(verdict(&habits, &alert(), now), Verdict::HoldBack);
    }

    #[test]
    fn one_word_in_half_an_hour_and_three_in_all() {
        let mut habits = calm(None);
        let update = note(CampaignKind::Update, false, "2027-01-01T00:00:00Z");
        habits.told_of_item = vec![word("2026-06-10T10:00:00Z", CampaignKind::Alert, false)];
        assert_eq!(verdict(&habits, &update, at("2026-06-10T10:29:59Z")), Verdict::HoldBack);
        assert_eq!(verdict(&habits, &update, at("2026-06-10T10:30:00Z")), Verdict::Tell);
        habits
            .told_of_item
            .push(word("2026-06-10T11:00:00Z", CampaignKind::Update, false));
        habits
            .told_of_item
            .push(word("2026-06-10T12:00:00Z", CampaignKind::Update, false));
        assert_eq!(verdict(&habits, &update, at("2026-06-10T20:00:00Z")), Verdict::HoldBack);
        let escalated = note(CampaignKind::Update, true, "2027-01-01T00:00:00Z");
        assert_eq!(verdict(&habits, &escalated, at("2026-06-10T12:01:00Z")), Verdict::Tell);
        habits
            .told_of_item
            .push(word("2026-06-10T12:01:00Z", CampaignKind::Update, true));
        assert_eq!(
            verdict(&habits, &escalated, at("2026-06-10T12:20:00Z")),
            Verdict::HoldBack
        );
    }

    #[test]
    fn the_end_is_told_once_to_those_who_still_wait() {
        let over = note(CampaignKind::Resolved, false, "2027-01-01T00:00:00Z");
        let mut habits = calm(None);
        let now = at("2026-06-10T16:00:00Z");
        assert_eq!(verdict(&habits, &over, now), Verdict::HoldBack);
        habits.told_of_item = vec![word("2026-06-10T10:00:00Z", CampaignKind::Alert, false)];
        assert_eq!(verdict(&habits, &over, now), Verdict::Tell);
        assert_eq!(verdict(&habits, &over, now + Duration::seconds(1)), Verdict::HoldBack);
        habits
            .told_of_item
            .push(word("2026-06-10T15:50:00Z", CampaignKind::Resolved, false));
        assert_eq!(verdict(&habits, &over, now), Verdict::HoldBack);
    }
}
