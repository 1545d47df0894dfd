//! What the operator says of its trams.

use beffroi_sandbox::operator::{Alert, Cause, Concerned, Effect, Severity};
use beffroi_schema::clock::Timestamp;
use chrono::Duration;
use chrono_tz::Tz;

/// The alert's id in the operator's feed, the same to its end.
const ALERT: &str = "tv-2026-0117";
/// How long the operator thinks at first that it will take.
const HOPED: Duration = Duration::minutes(40);
/// How long it thinks a little later.
const FEARED: Duration = Duration::minutes(130);

/// An hour as the French write it (`8 h 05`, with no-break spaces), and as the English do.
fn both_hours(at: Timestamp, zone: Tz) -> (String, String) {
    let at = at.with_timezone(&zone);
    (
        at.format("%-H\u{a0}h\u{a0}%M").to_string(),
        at.format("%-H:%M").to_string(),
    )
}

/// Tram B stops.
pub fn stopped(now: Timestamp, zone: Tz) -> Alert {
    let until = now + HOPED;
    let (heure, hour) = both_hours(until, zone);
    Alert {
        id: ALERT.to_owned(),
        cause: Cause::TechnicalProblem,
        effect: Effect::NoService,
        severity: Severity::Warning,
        from: now,
        until: Some(until),
        concerned: vec![Concerned::line("B")],
        title: both(
            "Tram B interrompu entre Gare et Haute-Rive",
            "Tram B suspended between Gare and Haute-Rive",
        ),
        text: both(
            &format!("Une panne d’alimentation arrête les rames. Reprise espérée vers {heure}."),
            &format!("A power failure has stopped the trams. Service should resume around {hour}."),
        ),
    }
}

/// It will take longer, on the whole line, and line A no longer stops at the belfry.
pub fn worse(now: Timestamp, zone: Tz) -> Alert {
    let until = now + FEARED;
    let (heure, hour) = both_hours(until, zone);
    Alert {
        severity: Severity::Severe,
        until: Some(until),
        concerned: vec![Concerned::line("B"), Concerned::stop("beffroi")],
        title: both(
            "Tram B interrompu sur toute la ligne, place du Beffroi fermée",
            "Tram B suspended on the whole line, Place du Beffroi closed",
        ),
        text: both(
            &format!(
                "La panne dure et la place du Beffroi n’est plus desservie. \
                 Bus de remplacement toutes les douze minutes depuis la gare. Reprise vers {heure}."
            ),
            &format!(
                "The failure goes on and Place du Beffroi is not served any more. \
                 Replacement buses every twelve minutes from the station. Service around {hour}."
            ),
        ),
        ..stopped(now, zone)
    }
}

fn both(fr: &str, en: &str) -> Vec<(String, String)> {
    [("fr", fr), ("en", en)]
        .map(|(language, text)| (language.to_owned(), text.to_owned()))
        .to_vec()
}
