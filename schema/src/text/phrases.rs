//! What each word of the trade is called, in French and in English. Every match is exhaustive: a new word must be given
//! its names here.

use super::{LineName, NARROW_NO_BREAK, NO_BREAK, Tongue};
use crate::value::{Cause, Change, Effect, Kind, Mode, OccurrenceStatus, Severity};

/// From so many on, further dates are not counted out: for what repeats without end, the number only says how far ahead
/// dates were computed.
const MANY_DATES: usize = 30;

/// Why service is disrupted; `None` where nothing worth saying is known.
pub fn cause(cause: Cause, tongue: Tongue) -> Option<&'static str> {
    Some(match cause {
        Cause::UnknownCause | Cause::OtherCause => return None,
        Cause::TechnicalProblem => tongue.pick("problème technique", "technical problem"),
        Cause::Strike => tongue.pick("grève", "strike"),
        Cause::Demonstration => tongue.pick("manifestation", "demonstration"),
        Cause::Accident => tongue.pick("accident", "accident"),
        Cause::Holiday => tongue.pick("jour férié", "public holiday"),
        Cause::Weather => tongue.pick("conditions météo", "weather conditions"),
        Cause::Maintenance => tongue.pick("entretien", "maintenance"),
        Cause::Construction => tongue.pick("travaux", "works"),
        Cause::PoliceActivity => tongue.pick("intervention de police", "police operation"),
        Cause::MedicalEmergency => tongue.pick("urgence médicale", "medical emergency"),
        Cause::SpecialEvent => tongue.pick("événement", "event"),
    })
}

/// What it does to service; `None` where nothing worth saying is known.
pub fn effect(effect: Effect, tongue: Tongue) -> Option<&'static str> {
    Some(match effect {
        Effect::OtherEffect | Effect::UnknownEffect | Effect::NoEffect => return None,
        Effect::NoService => tongue.pick("service interrompu", "no service"),
        Effect::ReducedService => tongue.pick("service réduit", "reduced service"),
        Effect::SignificantDelays => tongue.pick("retards importants", "significant delays"),
        Effect::Detour => tongue.pick("itinéraire dévié", "detour"),
        Effect::AdditionalService => tongue.pick("service renforcé", "additional service"),
        Effect::ModifiedService => tongue.pick("service modifié", "modified service"),
        Effect::StopMoved => tongue.pick("arrêt déplacé", "stop moved"),
        Effect::AccessibilityIssue => tongue.pick("accessibilité réduite", "reduced accessibility"),
    })
}

/// How bad it is; `None` where it is not said.
pub fn severity(severity: Severity, tongue: Tongue) -> Option<&'static str> {
    Some(match severity {
        Severity::UnknownSeverity => return None,
        Severity::Info => tongue.pick("information", "information"),
        Severity::Warning => tongue.pick("à prévoir", "plan ahead"),
        Severity::Severe => tongue.pick("urgent", "urgent"),
    })
}

/// What runs on a line; for anything else, "line".
pub fn mode(mode: Mode, tongue: Tongue) -> &'static str {
    match mode {
        Mode::Tram => "tram",
        Mode::Metro => tongue.pick("métro", "metro"),
        Mode::Rail => "train",
        Mode::Bus => "bus",
        Mode::Ferry => tongue.pick("navette fluviale", "ferry"),
        Mode::CableTram => tongue.pick("tram à câble", "cable tram"),
        Mode::AerialLift => tongue.pick("téléphérique", "cable car"),
        Mode::Funicular => tongue.pick("funiculaire", "funicular"),
        Mode::Trolleybus => "trolleybus",
        Mode::Monorail => "monorail",
        Mode::Other => tongue.pick("ligne", "line"),
    }
}

/// "Tram B". A name that says its mode itself ("Tram B") is left as it is.
pub fn line(line: &LineName, tongue: Tongue) -> String {
    let (mode, name) = (capitalised(mode(line.mode, tongue)), line.short_name.trim());
    if name.to_lowercase().starts_with(&mode.to_lowercase()) {
        name.to_owned()
    } else {
        format!("{mode}{NO_BREAK}{name}")
    }
}

/// What a follow-up begins with; `None` for the first word on something.
pub fn change(change: Change, kind: Kind, tongue: Tongue) -> Option<&'static str> {
    Some(match (change, kind) {
        (Change::Published, _) => return None,
        (Change::Amended, _) => tongue.pick("Mise à jour", "Update"),
        (Change::Resolved, _) => tongue.pick("✅ Terminé", "✅ Over"),
        (Change::Reopened, _) => tongue.pick("De nouveau", "Again"),
        (Change::Withdrawn, Kind::Event) => tongue.pick("Annulé", "Cancelled"),
        (Change::Withdrawn, Kind::Disruption | Kind::Article) => tongue.pick("Information retirée", "Withdrawn"),
    })
}

/// What is to be known of a date; `None` when it takes place as announced.
pub fn occurrence(status: OccurrenceStatus, tongue: Tongue) -> Option<&'static str> {
    Some(match status {
        OccurrenceStatus::Scheduled => return None,
        OccurrenceStatus::Moved => tongue.pick("Déplacé", "Moved"),
        OccurrenceStatus::Cancelled => tongue.pick("Annulé", "Cancelled"),
        OccurrenceStatus::Full => tongue.pick("Complet", "Full"),
    })
}

/// That one date of an event does not take place, while others do.
pub const fn date_cancelled(tongue: Tongue) -> &'static str {
    tongue.pick("Date annulée", "Date cancelled")
}

/// What stands before the next date, where another one is cancelled.
pub const fn next_date(tongue: Tongue) -> &'static str {
    tongue.pick("Prochaine date", "Next date")
}

/// That service runs as usual again.
pub const fn back_to_normal(tongue: Tongue) -> &'static str {
    tongue.pick("Retour à la normale", "Back to normal")
}

/// That what was announced does not hold any more.
pub const fn no_longer_valid(tongue: Tongue) -> &'static str {
    tongue.pick(
        "Cette information n’est plus valable.",
        "This information no longer applies.",
    )
}

/// "Arrêt concerné : Polygone", "Arrêts concernés : Polygone, Musée et 3 autres".
pub fn stops(names: &[String], most: usize, tongue: Tongue) -> Option<String> {
    let label = match (names.len(), tongue.is_plural(names.len())) {
        (0, _) => return None,
        (_, false) => tongue.pick("Arrêt concerné", "Stop concerned"),
        (_, true) => tongue.pick("Arrêts concernés", "Stops concerned"),
    };
    let shown = names
        .iter()
        .take(most)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    let hidden = names.len().saturating_sub(most);
    let rest = match (hidden, tongue.is_plural(hidden)) {
        (0, _) => String::new(),
        (_, false) => tongue.pick(" et un autre", " and one more").to_owned(),
        (_, true) => format!(
            " {} {hidden}{NO_BREAK}{}",
            tongue.pick("et", "and"),
            tongue.pick("autres", "more")
        ),
    };
    Some(format!("{label}{}{shown}{rest}", tongue.colon()))
}

/// "et une autre date", "and 5 further dates", "and regularly after that"; `None` when there is no other.
pub fn further_dates(count: usize, tongue: Tongue) -> Option<String> {
    match (count, tongue.is_plural(count)) {
        (0, _) => None,
        (MANY_DATES.., _) => Some(tongue.pick("puis régulièrement", "and regularly after that").to_owned()),
        (_, false) => Some(tongue.pick("et une autre date", "and one further date").to_owned()),
        (_, true) => {
            let (and, dates) = (tongue.pick("et", "and"), tongue.pick("autres dates", "further dates"));
            Some(format!("{and} {count}{NO_BREAK}{dates}"))
        }
    }
}

/// With a capital at the start of a line.
pub fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// French text as it is typeset: the plain space before `: ; ! ?` and inside « » does not break. Where an author left
/// the space out, it stays out.
pub fn typeset(text: &str, tongue: Tongue) -> String {
    if tongue == Tongue::English {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let neighbour = |at: usize, step: isize| at.checked_add_signed(step).and_then(|at| chars.get(at).copied());
    let space = |(at, &c): (usize, &char)| match (c, neighbour(at, -1), neighbour(at, 1)) {
        (' ', Some('«'), _) | (' ', _, Some(':' | '»')) => NO_BREAK,
        (' ', _, Some(';' | '!' | '?')) => NARROW_NO_BREAK,
        _ => c,
    };
    chars.iter().enumerate().map(space).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Tongue; 2] = [Tongue::French, Tongue::English];

    #[test]
    fn lines_are_named_as_people_name_them() {
        let named = |short_name: &str, mode| {
            line(
                &LineName {
                    short_name: short_name.to_owned(),
                    mode,
                },
                Tongue::French,
            )
        };
        assert_eq!(named("B", Mode::Tram), "Tram\u{a0}B");
        assert_eq!(named("Tram B", Mode::Tram), "Tram B");
        assert_eq!(named("C1", Mode::Other), "Ligne\u{a0}C1");
    }

    #[test]
    fn what_is_known_has_a_name_in_both_languages() {
        for tongue in BOTH {
            let unnamed = Effect::ALL
                .iter()
                .filter(|word| effect(**word, tongue).is_none())
                .count();
            assert_eq!(unnamed, 3);
            assert_eq!(
                Cause::ALL.iter().filter(|word| cause(**word, tongue).is_none()).count(),
                2
            );
            assert!(
                Severity::ALL
                    .iter()
                    .skip(1)
                    .all(|word| severity(*word, tongue).is_some())
            );
        }
    }

    #[test]
    fn lists_say_what_they_leave_out() {
        let names = ["Polygone", "Musée", "Gare", "Halle"].map(str::to_owned);
        assert_eq!(
            stops(&names[..1], 3, Tongue::French).as_deref(),
            Some("Arrêt concerné\u{a0}: Polygone")
        );
        assert_eq!(
            stops(&names, 3, Tongue::French).as_deref(),
            Some("Arrêts concernés\u{a0}: Polygone, Musée, Gare et un autre")
        );
        assert_eq!(
            stops(&names, 2, Tongue::English).as_deref(),
            Some("Stops concerned: Polygone, Musée and 2\u{a0}more")
        );
        assert_eq!(
            further_dates(5, Tongue::French).as_deref(),
            Some("et 5\u{a0}autres dates")
        );
        assert_eq!(
            further_dates(103, Tongue::English).as_deref(),
            Some("and regularly after that")
        );
        assert_eq!(further_dates(0, Tongue::English), None);
    }

    #[test]
    fn french_spaces_do_not_break() {
        let typed = "Attention : « Tram B » arrêté ! Pourquoi ?";
        assert_eq!(
            typeset(typed, Tongue::French),
            "Attention\u{a0}: «\u{a0}Tram B\u{a0}» arrêté\u{202f}! Pourquoi\u{202f}?"
        );
        assert_eq!(typeset("Why : not ?", Tongue::English), "Why : not ?");
    }
}
