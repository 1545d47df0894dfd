//! Which items are wanted.

use std::sync::Arc;

use super::{Item, Line, Places, Spot, Stop, Zone, scope::Ride};
use crate::{
    clock::Timestamp,
    id::{LineId, StopId, ZoneId},
    value::{Kind, Point},
};

/// Which items are wanted: every condition that is given must hold; within a list, one of its members.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Of these kinds.
    pub kinds: Vec<Kind>,
    /// On one of these topics.
    pub topics: Vec<String>,
    /// In this rubric (articles).
    pub section: Option<String>,
    /// Concerning one of these lines; with `stops`, concerning one of them there.
    pub lines: Vec<LineId>,
    /// Concerning one of these stops.
    pub stops: Vec<StopId>,
    /// Concerning this zone, or placed in it.
    pub inside: Option<ZoneId>,
    /// Placed near this point.
    pub near: Option<Near>,
    /// Whether service is affected now (disruptions).
    pub in_effect: Option<bool>,
}

/// Around a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Near {
    /// The middle.
    pub point: Point,
    /// How far from it, in metres.
    pub radius_m: f64,
}

/// Which zones, lines or stops are wanted, by where they are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Whereabouts {
    /// Near this point.
    pub near: Option<Near>,
    /// In this zone, or through it.
    pub inside: Option<ZoneId>,
}

/// Something that stands on the map.
pub trait Placed {
    /// Where; none when it is not known.
    fn spot(&self) -> Option<Spot>;
}

impl Placed for Zone {
    fn spot(&self) -> Option<Spot> {
        self.area.clone()
    }
}

impl Placed for Line {
    fn spot(&self) -> Option<Spot> {
        self.course.clone()
    }
}

impl Placed for Stop {
    fn spot(&self) -> Option<Spot> {
        self.point.map(Spot::point)
    }
}

impl Whereabouts {
    /// Of `all`, those that are there: the nearest first when it is near a point, else in their own order.
    pub fn pick<'a, P: Placed>(&self, all: impl Iterator<Item = &'a Arc<P>>, places: &Places) -> Vec<&'a Arc<P>> {
        let area = self
            .inside
            .map(|zone| places.zone(zone).and_then(|zone| zone.area.as_ref()));
        let inside =
            |spot: Option<&Spot>| area.is_none_or(|area| matches!((area, spot), (Some(a), Some(b)) if a.meets(b)));
        let mut found: Vec<(f64, &Arc<P>)> = all
            .filter_map(|place| {
                let spot = place.spot();
                let metres = match self.near {
                    Some(near) => near.reach(spot.as_ref()?)?,
                    None => 0.0,
                };
                inside(spot.as_ref()).then_some((metres, place))
            })
            .collect();
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        found.into_iter().map(|(_, place)| place).collect()
    }
}

impl Filter {
    /// Whether `item` is wanted.
    pub fn wants(&self, item: &Item, places: &Places, now: Timestamp) -> bool {
        let content = &item.content;
        (self.kinds.is_empty() || self.kinds.contains(&item.kind()))
            && (self.topics.is_empty() || self.topics.iter().any(|topic| content.topics.0.contains(topic)))
            && (self.section.is_none() || item.article().is_some_and(|article| article.section == self.section))
            && self
                .in_effect
                .is_none_or(|wanted| item.disruption().is_some() && item.in_effect(now) == wanted)
            && self.rides_match(item, places)
            && self.inside.is_none_or(|zone| is_inside(item, zone, places))
            && self.near.is_none_or(|near| near.distance(item).is_some())
    }

    fn rides_match(&self, item: &Item, places: &Places) -> bool {
        if self.lines.is_empty() && self.stops.is_empty() {
            return true;
        }
        let lines = any_or(
            self.lines.iter().map(|id| places.line(*id).map(Arc::as_ref)),
            self.lines.is_empty(),
        );
        let stops = any_or(
            self.stops.iter().map(|id| places.stop(*id).map(Arc::as_ref)),
            self.stops.is_empty(),
        );
        lines
            .iter()
            .flat_map(|line| {
                stops.iter().map(move |stop| Ride {
                    line: *line,
                    stop: *stop,
                })
            })
            .any(|ride| ride.is_concerned(item, places))
    }
}

impl Near {
    /// Metres to the nearest spot of `item`; none when it is too far, or nowhere.
    pub fn distance(&self, item: &Item) -> Option<f64> {
        item.spots
            .iter()
            .filter_map(|spot| self.reach(spot))
            .min_by(f64::total_cmp)
    }

    /// Metres to `spot`; none when it is too far.
    fn reach(&self, spot: &Spot) -> Option<f64> {
        Some(spot.distance(self.point)).filter(|metres| *metres <= self.radius_m)
    }
}

/// The places that exist; a single "anything" when no place was asked for.
fn any_or<'a, T>(asked: impl Iterator<Item = Option<&'a T>>, anything: bool) -> Vec<Option<&'a T>> {
    if anything {
        return vec![None];
    }
    asked.flatten().map(Some).collect()
}

fn is_inside(item: &Item, zone: ZoneId, places: &Places) -> bool {
    if item.content.zones.contains(&zone) {
        return true;
    }
    // Another zone that touches this one does not concern it: only points and courses count.
    let spots = item.spots.iter().filter(|spot| !spot.is_area());
    let area = places.zone(zone).and_then(|zone| zone.area.as_ref());
    area.is_some_and(|area| spots.into_iter().any(|spot| area.meets(spot)))
}
