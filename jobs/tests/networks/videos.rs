//! Networks of videos, and those that take them beside pictures.

use std::time::Duration as Wait;

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::{Fault, Kind, Operation};
use beffroi_schema::value::{Capabilities, Needs, Rendered};
use chrono::Duration;
use serde_json::json;

use crate::town::{Town, key, kinds, video};

/// More than any client sends at once, and no multiple of what it sends.
const LONG: usize = 19_000_001;

#[tokio::test]
async fn a_long_video_arrives_whole() {
    for kind in kinds(|can| can.needs == Needs::Video) {
        let town = Town::on(kind).await;
        let mut post = town.post("Le chantier du tram B, vu du ciel");
        post.video = Some(video(vec![7; LONG]));
        let remote = town.account.publish(&post, key(1)).await.unwrap();
        let [seen] = town.posts().try_into().unwrap();
        assert_eq!(seen.video.unwrap().bytes_len, LONG, "{kind:?}");
        assert_eq!(seen.remote_id, remote.id, "{kind:?}");
        town.assert_correct();
    }
}

/// What takes videos beside texts and pictures.
fn of_pictures(can: &Capabilities) -> bool {
    can.video.is_some() && can.needs != Needs::Video
}

/// As long as the suite's long video, where that is taken.
fn length(town: &Town) -> usize {
    let most = town.capabilities().video.map_or(0, |limit| limit.bytes);
    LONG.min(usize::try_from(most).unwrap())
}

/// A post with a video in place of pictures.
fn filmed(town: &Town, lead: &str) -> Rendered {
    let mut post = town.post(lead);
    post.pictures.clear();
    post.video = Some(video(vec![7; length(town)]));
    post
}

#[tokio::test]
async fn a_video_goes_with_its_post_and_stays_with_it() {
    for kind in kinds(of_pictures) {
        let town = Town::on(kind).await;
        let post = filmed(&town, "Le chantier du tram B, vu du ciel");
        let remote = town.account.publish(&post, key(1)).await.unwrap();
        let [seen] = town.posts().try_into().unwrap();
        assert!(seen.text.starts_with(&post.text), "{kind:?}: {}", seen.text);
        assert_eq!(
            (seen.remote_id, seen.images),
            (remote.id.clone(), Vec::new()),
            "{kind:?}"
        );
        let clip = seen.video.unwrap();
        // Meta's networks fetch it.
        assert!([0, length(&town)].contains(&clip.bytes_len), "{kind:?}");
        let alt = clip.alt.unwrap_or_default();
        assert!(alt.is_empty() || alt == "Une rame arrive à quai", "{kind:?}: {alt}");
        let page = reqwest::get(remote.url.clone().unwrap()).await.unwrap();
        assert!(page.status().is_success(), "{kind:?}: {}", page.url());
        if town.capabilities().edit {
            let mut amended = filmed(&town, "Le tram B repart");
            amended.video.clone_from(&post.video);
            let again = town.account.amend(&remote, &amended, key(2)).await.unwrap();
            let [seen] = town.posts().try_into().unwrap();
            assert!(seen.text.starts_with(&amended.text), "{kind:?}: {}", seen.text);
            assert_eq!((seen.video.is_some(), again.id), (true, remote.id.clone()), "{kind:?}");
        }
        if town.capabilities().delete {
            town.account.withdraw(&remote).await.unwrap();
            assert_eq!(town.posts(), [], "{kind:?}");
        }
        town.assert_correct();
    }
}

#[tokio::test]
async fn a_post_with_a_video_whose_answer_was_lost_is_found() {
    for kind in kinds(|can| of_pictures(can) && can.find) {
        let town = Town::on(kind).await;
        let (post, started) = (filmed(&town, "Le chantier du tram B"), town.now());
        town.network().next(Operation::Create, Fault::CommitThenCut);
        let lost = town.account.publish(&post, key(1)).await;
        assert!(matches!(lost, Err(DeliveryError::Doubtful(_))), "{kind:?}: {lost:?}");
        let found = town.account.find(&post, key(1), started).await.unwrap().unwrap();
        assert_eq!(found.id, town.posts()[0].remote_id, "{kind:?}");
        if town.capabilities().edit {
            let amended = filmed(&town, "Le tram B repart");
            town.account.amend(&found, &amended, key(2)).await.unwrap();
            assert!(town.posts()[0].text.starts_with(&amended.text), "{kind:?}");
        }
        town.assert_correct();
    }
}

#[tokio::test]
async fn a_video_that_is_being_worked_on_is_waited_for() {
    for kind in [
        Kind::Mastodon,
        Kind::Bluesky,
        Kind::Threads,
        Kind::Instagram,
        Kind::X,
        Kind::Linkedin,
    ] {
        let town = Town::on(kind).await;
        town.network()
            .next(Operation::Upload, Fault::StillProcessing { polls: 2 });
        let post = filmed(&town, "Le chantier du tram B");
        town.account.publish(&post, key(1)).await.unwrap();
        assert!(town.posts()[0].video.is_some(), "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn nothing_is_there_before_the_last_byte_is() {
    for kind in kinds(|can| can.needs == Needs::Video) {
        for fault in [Fault::CommitThenCut, Fault::ServerError] {
            let town = Town::on(kind).await;
            town.network().next(Operation::Upload, fault.clone());
            let post = town.post("Le chantier du tram B");
            let lost = town.account.publish(&post, key(1)).await;
            assert!(
                matches!(lost, Err(DeliveryError::Retry { .. })),
                "{kind:?}, {fault:?}: {lost:?}"
            );
            assert_eq!(town.posts(), [], "{kind:?}, {fault:?}");
            town.account.publish(&post, key(1)).await.unwrap();
            assert_eq!(town.posts().len(), 1, "{kind:?}, {fault:?}");
            town.assert_correct();
        }
    }
}

#[tokio::test]
async fn without_a_video_nothing_leaves() {
    for kind in kinds(|can| can.needs == Needs::Video) {
        let town = Town::on(kind).await;
        let mut post = town.post("Le chantier du tram B");
        for video in [None, Some(video(Vec::new()))] {
            post.video = video;
            let refused = town.account.publish(&post, key(1)).await;
            assert!(
                matches!(refused, Err(DeliveryError::Refused(_))),
                "{kind:?}: {refused:?}"
            );
        }
        assert_eq!(town.sandbox.requests(), [], "{kind:?}");
    }
}

#[tokio::test]
async fn a_channel_that_has_uploaded_enough_waits_for_the_next_day_in_california() {
    let town = Town::on(Kind::Youtube).await;
    for number in 0..100 {
        let post = town.post(&format!("Film {number}"));
        town.account.publish(&post, key(number)).await.unwrap();
    }
    let post = town.post("Un film de plus");
    let spent = town.account.publish(&post, key(100)).await;
    let Err(DeliveryError::Retry { after: Some(after), .. }) = spent else {
        panic!("{spent:?}")
    };
    // It is 13:26:40 there.
    assert_eq!(after, Wait::from_secs(10 * 3600 + 33 * 60 + 20));
    town.later(Duration::from_std(after).unwrap() + Duration::hours(1));
    town.account.publish(&post, key(100)).await.unwrap();
    town.assert_correct();
}

#[tokio::test]
async fn what_youtube_takes_in_no_title_is_written_otherwise() {
    let town = Town::on(Kind::Youtube).await;
    let mut post = town.post("Travaux <rue & quai>");
    post.hashtags = (0..100).map(|number| format!("Quartier{number}")).collect();
    let started = town.now();
    town.network().next(Operation::Create, Fault::CommitThenCut);
    town.account.publish(&post, key(1)).await.unwrap_err();
    let [seen] = town.posts().try_into().unwrap();
    assert_eq!(seen.title.as_deref(), Some("Travaux (rue & quai)"));
    let found = town.account.find(&post, key(1), started).await.unwrap();
    assert_eq!(found.unwrap().id, seen.remote_id);
    town.assert_correct();
}

#[tokio::test]
async fn a_secret_of_another_channel_is_not_used() {
    let town = Town::on(Kind::Youtube).await;
    let other = town.opened(|settings| settings["channel"] = json!("UCanother"));
    let refused = other.check().await;
    let Err(DeliveryError::Locked(reason)) = refused else {
        panic!("{refused:?}")
    };
    assert!(reason.contains("UCanother"), "{reason}");
}

#[tokio::test]
async fn who_has_watched_is_counted() {
    for kind in [Kind::Youtube, Kind::Dailymotion] {
        let town = Town::on(kind).await;
        let remote = town.deliver(&town.post("Le chantier du tram B"), key(1)).await;
        for _ in 0..3 {
            reqwest::get(remote.url.clone().unwrap()).await.unwrap();
        }
        let metrics = town.account.metrics(&remote).await.unwrap();
        assert_eq!(metrics.views, Some(3), "{kind:?}");
        town.account.withdraw(&remote).await.unwrap();
        let gone = town.account.metrics(&remote).await;
        assert!(matches!(gone, Err(DeliveryError::Gone(_))), "{kind:?}: {gone:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn on_dailymotion_whoever_has_a_public_key_signs_in() {
    let town = Town::on(Kind::Dailymotion).await;
    let owner = town.network().open_account("valbourg_public", "Valbourg");
    let account = town.opened_for(&owner, |_| {});
    account
        .publish(&town.post("Le chantier du tram B"), key(1))
        .await
        .unwrap();
    assert_eq!(town.posts().len(), 1);
    town.assert_correct();
}

#[tokio::test]
async fn on_dailymotion_whoever_has_uploaded_enough_waits() {
    let town = Town::on(Kind::Dailymotion).await;
    let spent = town.network().open_account("valbourg_spent", "Valbourg");
    let account = town.opened_for(&spent, |_| {});
    let refused = account.publish(&town.post("Le chantier du tram B"), key(1)).await;
    let Err(DeliveryError::Retry { after: Some(after), .. }) = refused else {
        panic!("{refused:?}")
    };
    assert!(after >= Wait::from_hours(1), "{after:?}");
    town.assert_correct();
}

#[tokio::test]
async fn on_tiktok_a_post_whose_answer_was_lost_is_asked_for_by_the_name_of_its_publication() {
    let town = Town::on(Kind::Tiktok).await;
    town.network().next(Operation::Create, Fault::CommitThenCut);
    let remote = town
        .account
        .publish(&town.post("Le chantier du tram B"), key(1))
        .await
        .unwrap();
    assert_eq!(remote.id, town.posts()[0].remote_id);
    // One that never came is not there, and whether it is nobody says later.
    town.network().next(Operation::Create, Fault::Cut);
    let lost = town.account.publish(&town.post("La piscine"), key(2)).await;
    assert!(matches!(lost, Err(DeliveryError::Doubtful(_))), "{lost:?}");
    assert_eq!(town.posts().len(), 1);
    town.assert_correct();
}

#[tokio::test]
async fn on_tiktok_what_is_worked_on_is_waited_for_and_what_is_looked_at_is_there() {
    let town = Town::on(Kind::Tiktok).await;
    town.network()
        .next(Operation::Upload, Fault::StillProcessing { polls: 2 });
    let remote = town
        .account
        .publish(&town.post("Le chantier du tram B"), key(1))
        .await
        .unwrap();
    let page = reqwest::get(remote.url.unwrap()).await.unwrap();
    assert!(page.status().is_success());
    let watched = town.network().open_account("valbourg_watched", "Valbourg");
    let account = town.opened_for(&watched, |_| {});
    let remote = account.publish(&town.post("La piscine"), key(2)).await.unwrap();
    assert!(remote.id.starts_with("v_pub_file"), "{remote:?}");
    assert_eq!(remote.url, None);
    town.assert_correct();
}

#[tokio::test]
async fn on_tiktok_a_video_that_is_of_no_use_is_refused_in_its_words() {
    let town = Town::on(Kind::Tiktok).await;
    let broken = town.network().open_account("valbourg_broken", "Valbourg");
    let account = town.opened_for(&broken, |_| {});
    let refused = account.publish(&town.post("Le chantier du tram B"), key(1)).await;
    let Err(DeliveryError::Refused(reason)) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(reason, "frame_rate_check_failed");
    town.assert_correct();
}

#[tokio::test]
async fn on_tiktok_an_account_posts_as_it_may() {
    let town = Town::on(Kind::Tiktok).await;
    let closed = town.network().open_account("valbourg_closed", "Valbourg");
    let account = town.opened_for(&closed, |_| {});
    let post = town.post("Le chantier du tram B");
    for refused in [
        account.check().await.map(|_| ()),
        account.publish(&post, key(1)).await.map(|_| ()),
    ] {
        let Err(DeliveryError::Locked(reason)) = refused else {
            panic!("{refused:?}")
        };
        assert!(reason.contains("FOLLOWER_OF_CREATOR"), "{reason}");
    }
    let account = town.opened_for(&closed, |settings| settings["private"] = json!(true));
    account.publish(&post, key(1)).await.unwrap();
    assert_eq!(town.posts().len(), 1);
    let other = town.opened(|settings| settings["username"] = json!("another"));
    assert!(matches!(other.check().await, Err(DeliveryError::Locked(_))));
    town.assert_correct();
}

#[tokio::test]
async fn a_refresh_token_that_is_another_one_each_time_is_followed() {
    let town = Town::on(Kind::Tiktok).await;
    let rotating = town.network().open_account("valbourg_rotating", "Valbourg");
    let account = town.opened_for(&rotating, |_| {});
    for day in 0..3 {
        let post = town.post(&format!("Jour {day}"));
        account.publish(&post, key(day)).await.unwrap();
        town.later(Duration::hours(25));
    }
    assert_eq!(town.posts().len(), 3);
    town.assert_correct();
}
