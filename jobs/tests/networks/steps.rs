//! Threads, Instagram and LinkedIn: posts that are made in several steps.

use beffroi_jobs::networks::DeliveryError;
use beffroi_sandbox::{Fault, Kind, Operation};
use chrono::Duration;
use serde_json::json;

use crate::town::{LINK, Town, card, key, picture};

#[tokio::test]
async fn what_is_being_prepared_is_waited_for() {
    for kind in [Kind::Threads, Kind::Instagram, Kind::Linkedin] {
        let town = Town::on(kind).await;
        let fault = Fault::StillProcessing { polls: 2 };
        town.network().next(Operation::Upload, fault);
        let mut post = town.post("Le tram B est à l’arrêt");
        post.pictures = vec![picture("Une rame")];
        town.account.publish(&post, key(1)).await.unwrap();
        assert_eq!(town.posts()[0].images.len(), 1, "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn several_pictures_are_one_post() {
    for kind in [Kind::Threads, Kind::Instagram, Kind::Linkedin] {
        let town = Town::on(kind).await;
        let mut post = town.post("Le tram B est à l’arrêt");
        post.pictures = vec![picture("Une rame"), picture("Un quai")];
        town.account.publish(&post, key(1)).await.unwrap();
        let [seen] = town.posts().try_into().unwrap();
        let alts: Vec<_> = seen.images.iter().map(|image| image.alt.as_str()).collect();
        assert_eq!(alts, ["Une rame", "Un quai"], "{kind:?}");
        town.assert_correct();
    }
}

#[tokio::test]
async fn an_account_whose_posts_of_a_day_are_made_is_not_refused_but_waits() {
    for (kind, most) in [(Kind::Threads, 250), (Kind::Instagram, 100)] {
        let town = Town::on(kind).await;
        for number in 0..most {
            let post = town.post(&format!("Message {number}"));
            town.account.publish(&post, key(number)).await.unwrap();
        }
        let over = town.account.publish(&town.post("Un de trop"), key(most)).await;
        let Err(DeliveryError::Retry { after: Some(after), .. }) = over else {
            panic!("{kind:?}: {over:?}")
        };
        assert_eq!(after.as_secs(), 3_600, "{kind:?}");
        town.assert_correct();
        town.later(Duration::days(1));
        town.account.publish(&town.post("Un de plus"), key(most)).await.unwrap();
    }
}

#[tokio::test]
async fn instagram_takes_no_more_hashtags_and_names_than_it_says() {
    let town = Town::on(Kind::Instagram).await;
    let mut post = town.post("Le tram B est à l’arrêt");
    let signs: Vec<_> = (0..40).map(|number| format!("#Tag{number} @nom{number}")).collect();
    post.text = signs.join(" ");
    let started = town.now();
    let remote = town.account.publish(&post, key(1)).await.unwrap();
    let [seen] = town.posts().try_into().unwrap();
    let counted = ['#', '@'].map(|sign| seen.text.matches(sign).count());
    assert_eq!(counted, [30, 20]);
    let found = town.account.find(&post, key(1), started).await.unwrap();
    assert_eq!(found.map(|found| found.id), Some(remote.id));
    town.assert_correct();
}

#[tokio::test]
async fn an_answer_on_instagram_is_a_short_comment() {
    let town = Town::on(Kind::Instagram).await;
    let remote = town.deliver(&town.post("Le tram B est à l’arrêt"), key(1)).await;
    let mut long = town.post("Il repart");
    long.text = "Il repart. #Tram #TramB #Valbourg #Ville #Gare ".repeat(20);
    town.account.reply(&remote, &long, key(2)).await.unwrap();
    let [_, answer] = town.posts().try_into().unwrap();
    assert_eq!(answer.reply_to, Some(remote.id));
    town.assert_correct();
}

#[tokio::test]
async fn signs_that_linkedin_would_cut_a_text_at_arrive() {
    let town = Town::on(Kind::Linkedin).await;
    let mut post = town.post("Gratuit (dès 6 ans) : l’été_de *Valbourg* [plan] <ici> {là} ~ @mairie | \\o/");
    post.card = Some(card());
    town.account.publish(&post, key(1)).await.unwrap();
    let [seen] = town.posts().try_into().unwrap();
    assert_eq!(seen.text, post.text);
    assert_eq!(seen.card.unwrap().url, LINK);
    town.assert_correct();
}

#[tokio::test]
async fn a_version_that_has_ended_locks_the_account() {
    let town = Town::on(Kind::Linkedin).await;
    let old = town.opened(|settings| settings["version"] = json!("202505"));
    let refused = old.publish(&town.post("Le tram B"), key(1)).await;
    let Err(DeliveryError::Locked(reason)) = refused else {
        panic!("{refused:?}")
    };
    assert!(reason.contains("202505"), "{reason}");
}

#[tokio::test]
async fn an_answer_on_linkedin_goes_as_a_comment_goes() {
    let town = Town::on(Kind::Linkedin).await;
    let remote = town.deliver(&town.post("Le tram B est à l’arrêt"), key(1)).await;
    let answer = town
        .account
        .reply(&remote, &town.post("✅ Terminé"), key(2))
        .await
        .unwrap();
    town.account.withdraw(&answer).await.unwrap();
    let [left] = town.posts().try_into().unwrap();
    assert_eq!(left.remote_id, remote.id);
    town.assert_correct();
}
