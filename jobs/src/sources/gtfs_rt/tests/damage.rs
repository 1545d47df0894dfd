//! Whatever arrives, nothing panics.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn damaged_feeds_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), json in any::<bool>()) {
        let mut alert = alert();
        alert.active_period = vec![range(NOW, NOW + 60)];
        alert.description_text = Some(words(&[("<p>D&eacute;viation &amp; bus relais</p>", Some("fr_FR"))]));
        let mut body = if json {
            br#"{"header":{"gtfs_realtime_version":"2.0"},"entity":[{"id":"a","alert":{"cause":1,"active_period":[{"start":1}]}}]}"#.to_vec()
        } else {
            feed(vec![alert.clone(), alert]).encode_to_vec()
        };
        for (place, byte) in flips {
            let place = place.index(body.len());
            body[place] = byte;
        }
        let _ = parse(&body.into(), &Settings::default(), now());
    }
}
