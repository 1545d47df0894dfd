//! Disruptions and their history.

use async_graphql::{Context, Object, Result, SimpleObject};
use beffroi_schema::{board, value};

use super::{Reading as _, item::item_object, shown::Shown};
use crate::graphql::{
    scalar::DateTime,
    words::{Cause, ChangeClass, Effect, Severity},
};

item_object! {
    /// Something that does not work as usual on the transport network.
    Disruption {
        /// Why.
        async fn cause(&self) -> Cause {
            self.0.item.disruption().map_or(value::Cause::UnknownCause, |disruption| disruption.cause).into()
        }

        /// What it does to service.
        async fn effect(&self) -> Effect {
            self.0.item.disruption().map_or(value::Effect::UnknownEffect, |disruption| disruption.effect).into()
        }

        /// How bad it is.
        async fn severity(&self) -> Severity {
            self.0.item.disruption().map_or(value::Severity::UnknownSeverity, |disruption| disruption.severity).into()
        }

        /// When service is affected; none: as long as it is announced.
        async fn impact_periods(&self) -> Vec<Period> {
            periods(&self.0, self.0.item.disruption().map(|disruption| &disruption.impact))
        }

        /// When it is announced; none: until it is resolved.
        async fn display_periods(&self) -> Vec<Period> {
            periods(&self.0, self.0.item.disruption().map(|disruption| &disruption.display))
        }

        /// Whether service is affected now.
        async fn in_effect(&self, ctx: &Context<'_>) -> Result<bool> {
            Ok(self.0.item.in_effect(ctx.boards()?.store().clock().now()))
        }

        /// When service was back to normal; null while it is not.
        async fn resolved_at(&self) -> Option<DateTime> {
            let at = self.0.item.disruption()?.resolved_at?;
            Some(self.0.time(at))
        }

        /// Its history, newest first.
        async fn updates(&self) -> Vec<Update> {
            let entries = self.0.item.updates.iter();
            entries.map(|update| Update { disruption: self.0.clone(), update: update.clone() }).collect()
        }
    }
}

/// A span of time: from its start until just before its end.
#[derive(Clone, Debug, SimpleObject)]
pub struct Period {
    /// First instant; null: since ever.
    pub start: Option<DateTime>,
    /// First instant after; null: until further notice.
    pub end: Option<DateTime>,
}

fn periods(shown: &Shown, periods: Option<&value::Periods>) -> Vec<Period> {
    let list = periods.map_or(&[][..], |periods| &periods.0);
    list.iter()
        .map(|period| Period {
            start: period.start.map(|at| shown.time(at)),
            end: period.end.map(|at| shown.time(at)),
        })
        .collect()
}

/// An entry of the history, with the disruption it belongs to.
#[derive(Clone, Debug)]
pub struct Update {
    disruption: Shown,
    update: board::Update,
}

/// An entry in the history of a disruption.
#[Object(name = "DisruptionUpdate")]
impl Update {
    /// When.
    async fn at(&self) -> DateTime {
        self.disruption.time(self.update.at)
    }

    /// What sort of change.
    async fn class(&self) -> ChangeClass {
        self.update.class.into()
    }

    /// What it says, in the reader's language as far as possible; may be empty.
    async fn text(&self, ctx: &Context<'_>) -> Result<&str> {
        self.disruption.label(ctx, &self.update.words)
    }
}
