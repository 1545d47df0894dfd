//! The closed sets of the trade, in sentences of two languages.

use beffroi_schema::value::{Effect, Kind, OccurrenceStatus};

use super::Reader;

/// What sort of item it is.
pub(super) fn kind(kind: Kind, reader: &Reader) -> &'static str {
    match kind {
        Kind::Event => reader.say("Agenda", "Event"),
        Kind::Disruption => reader.say("Perturbation", "Disruption"),
        Kind::Article => reader.say("Actualité", "News"),
    }
}

/// What a disruption does to service.
pub(super) fn effect(effect: Effect, reader: &Reader) -> &'static str {
    match effect {
        Effect::NoService => reader.say("Service interrompu", "No service"),
        Effect::ReducedService => reader.say("Service réduit", "Reduced service"),
        Effect::SignificantDelays => reader.say("Retards importants", "Significant delays"),
        Effect::Detour => reader.say("Déviation", "Detour"),
        Effect::AdditionalService => reader.say("Service renforcé", "Additional service"),
        Effect::ModifiedService => reader.say("Service modifié", "Modified service"),
        Effect::StopMoved => reader.say("Arrêt déplacé", "Stop moved"),
        Effect::AccessibilityIssue => reader.say("Accessibilité réduite", "Accessibility issue"),
        Effect::NoEffect | Effect::OtherEffect | Effect::UnknownEffect => reader.say("Information", "Information"),
    }
}

/// What is special about a date; empty when nothing is.
pub(super) fn status(status: OccurrenceStatus, reader: &Reader) -> &'static str {
    match status {
        OccurrenceStatus::Scheduled => "",
        OccurrenceStatus::Moved => reader.say("déplacé", "moved"),
        OccurrenceStatus::Cancelled => reader.say("annulé", "cancelled"),
        OccurrenceStatus::Full => reader.say("complet", "full"),
    }
}
