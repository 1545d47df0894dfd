//! Texts that are longer than one post: they go on in answers to it, once each.

use beffroi_sandbox::{Fault, Operation, Post};
use beffroi_schema::{
    entity::account,
    store::{Task, TaskFilter, TaskOutcome},
    value::{AccountRules, DeliveryState, Errand, HandoverState, ItemContent, Network, Scope},
};
use beffroi_tests::{City, die_after, scene};
use chrono::Duration;
use serde_json::{Value, json};

/// Networks whose readers follow a text from post to post.
const THREADED: [Network; 3] = [Network::Mastodon, Network::Bluesky, Network::Threads];
/// More than these have room for in one post, and less than in five.
const SENTENCES: usize = 14;
/// Enough for the lease of a delivery.
const LEASE: Duration = Duration::seconds(301);

/// In as many posts as these texts take.
fn rules() -> AccountRules {
    AccountRules {
        thread_posts: Some(5),
        ..AccountRules::default()
    }
}

/// An article whose every sentence is another one.
fn long(title: &str) -> ItemContent {
    let mut content = scene::article(title);
    for text in content.texts.0.values_mut() {
        let sentence = |number| format!("Le chantier numéro {number} commence lundi et se termine vendredi.");
        text.summary = String::new();
        text.body = (0..SENTENCES).map(sentence).collect::<Vec<_>>().join(" ");
    }
    content
}

/// The posts of a thread, each of which answers the one before; every sentence stands in one of them.
fn assert_whole(network: Network, posts: &[Post]) {
    assert!((2..=5).contains(&posts.len()), "{network}: {}", posts.len());
    assert_eq!(posts[0].reply_to, None, "{network}");
    for pair in posts.windows(2) {
        assert_eq!(pair[1].reply_to.as_deref(), Some(&*pair[0].remote_id), "{network}");
    }
    for (index, post) in posts.iter().enumerate() {
        let number = format!("({}/{})", index + 1, posts.len());
        assert!(post.text.contains(&number), "{network}: {}", post.text);
    }
    for number in 0..SENTENCES {
        let wanted = format!("Le chantier numéro {number} commence");
        let said = posts.iter().filter(|post| post.text.contains(&wanted)).count();
        assert_eq!(said, 1, "{network}: {wanted}");
    }
}

async fn published(city: &City, network: Network) -> (account::Model, beffroi_schema::id::ItemId) {
    let account = city.account(network, rules()).await;
    let item = city.publish(long("Chantiers du printemps")).await;
    city.settle().await;
    (account, item)
}

/// The one thing that a person has to do.
async fn open_task(city: &City) -> Task {
    let filter = TaskFilter {
        state: Some(HandoverState::Open),
        ..TaskFilter::default()
    };
    let tasks = city.store.tasks(&Scope::Instance, &filter, 9, &city.editor()).await;
    let [task] = tasks.unwrap().try_into().unwrap();
    task
}

/// A person found it, or found that it is not there.
async fn answer(city: &City, task: &Task, found: Option<String>) {
    let there = |id| TaskOutcome::Posted {
        url: None,
        id: Some(id),
    };
    let outcome = found.map_or(TaskOutcome::Absent, there);
    let by = city.editor();
    let settled = city.store.settle_task(&Scope::Instance, task.handover.id, outcome, &by);
    settled.await.unwrap();
    city.settle().await;
}

#[tokio::test]
async fn a_long_text_goes_on_in_answers_and_is_taken_back_whole() {
    for network in THREADED {
        let city = City::new().await;
        let (account, item) = published(&city, network).await;
        assert_whole(network, &city.posts(&account));
        let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
        assert_eq!(receipt.amended_at, None, "{network}: nothing was corrected");
        city.withdraw(item).await;
        city.settle().await;
        assert_eq!(city.posts(&account).len(), 0, "{network}");
    }
}

#[tokio::test]
async fn an_account_says_how_many_posts_a_text_may_take() {
    for (thread_posts, wanted) in [(None, 3), (Some(2), 2), (Some(1), 1)] {
        let city = City::new().await;
        let rules = AccountRules {
            thread_posts,
            ..AccountRules::default()
        };
        let account = city.account(Network::Bluesky, rules).await;
        city.publish(long("Chantiers du printemps")).await;
        city.settle().await;
        let posts = city.posts(&account);
        assert_eq!(posts.len(), wanted, "{thread_posts:?}");
        let last = posts.last().unwrap();
        assert!(
            !last.text.contains("Le chantier numéro 13 "),
            "there is no room for all: {last:?}"
        );
        assert_eq!(
            posts[0].text.contains(&format!("(1/{wanted})")),
            wanted > 1,
            "{posts:?}"
        );
    }
}

#[tokio::test]
async fn where_each_post_is_paid_for_there_is_one() {
    let city = City::new().await;
    let account = city.account(Network::X, rules()).await;
    city.publish(long("Chantiers du printemps")).await;
    city.settle().await;
    assert_eq!(city.posts(&account).len(), 1);
}

#[tokio::test]
async fn a_part_that_a_person_looked_for_is_followed_by_the_others() {
    for there in [true, false] {
        let city = City::new().await;
        let account = city.account(Network::Threads, rules()).await;
        let item = city.publish(long("Chantiers du printemps")).await;
        while city.worker.fan_out().await.unwrap() {}
        let fault = if there { Fault::CommitThenCut } else { Fault::Cut };
        let miniature = city.miniature(Network::Threads);
        miniature.next(Operation::Create, Fault::Slow(std::time::Duration::ZERO));
        miniature.next(Operation::Create, fault);
        city.settle().await;
        city.later(LEASE).await;
        let task = open_task(&city).await;
        assert_eq!(task.handover.errand, Errand::Look);
        let posts = city.posts(&account);
        assert_eq!(posts.len(), if there { 2 } else { 1 });
        answer(&city, &task, posts.get(1).map(|post| post.remote_id.clone())).await;
        assert_whole(Network::Threads, &city.posts(&account));
        let [delivery] = city.deliveries(item, &account).await.try_into().unwrap();
        assert_eq!(delivery.state, DeliveryState::Done, "{:?}", delivery.reason);
    }
}

#[tokio::test]
async fn a_correction_is_told_in_one_post() {
    for network in [Network::Mastodon, Network::Bluesky] {
        let city = City::new().await;
        let (account, item) = published(&city, network).await;
        let first = city.posts(&account)[0].remote_id.clone();
        city.amend(item, |content| {
            for text in content.texts.0.values_mut() {
                text.title = "Chantiers reportés".to_owned();
            }
        })
        .await;
        city.settle().await;
        let posts = city.posts(&account);
        assert_eq!(posts.len(), 1, "{network}");
        assert_eq!(posts[0].remote_id, first, "{network}: it is the same post");
        assert!(posts[0].text.contains("Chantiers reportés"), "{}", posts[0].text);
    }
}

#[tokio::test]
async fn a_part_whose_answer_is_lost_is_there_once() {
    for network in [Network::Mastodon, Network::Bluesky] {
        for fault in [Fault::CommitThenCut, Fault::ServerError, Fault::Cut] {
            let city = City::new().await;
            let account = city.account(network, rules()).await;
            let item = city.publish(long("Chantiers du printemps")).await;
            while city.worker.fan_out().await.unwrap() {}
            // The first post goes well, what follows it does not.
            city.miniature(network)
                .next(Operation::Create, Fault::Slow(std::time::Duration::ZERO));
            city.miniature(network).next(Operation::Create, fault.clone());
            city.settle().await;
            for _ in 0..6 {
                city.later(LEASE).await;
            }
            assert_whole(network, &city.posts(&account));
            let receipt = city.store.receipt(item, account.id).await.unwrap().unwrap();
            let parts = receipt.remote.parts().len();
            assert_eq!(parts + 1, city.posts(&account).len(), "{network}, {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_thread_survives_death_at_any_point() {
    for network in [Network::Mastodon, Network::Bluesky] {
        let city = City::new().await;
        let account = city.account(network, rules()).await;
        // Every seventh point: each part has the same ones.
        for turns in (0..).step_by(7) {
            let before = city.posts(&account).len();
            city.publish(long(&format!("Chantiers au point {turns}"))).await;
            while city.worker.fan_out().await.unwrap() {}
            let worker = city.another_worker().await;
            let ended = die_after(turns, worker.deliver()).await;
            worker.die().await;
            for _ in 0..8 {
                city.later(LEASE).await;
            }
            assert_whole(network, &city.posts(&account)[before..]);
            if ended {
                assert!(turns > 30, "{network}: only {turns} points");
                break;
            }
        }
    }
}

/// Another person with the same password takes a post down.
#[expect(clippy::disallowed_methods, reason = "a person's browser, not ours")]
async fn take_down(city: &City, account: &account::Model, post: &Post) {
    let (there, miniature) = (city.remote_account(account), city.miniature(Network::Bluesky));
    let at = |method: &str| format!("{}/xrpc/com.atproto.{method}", miniature.url());
    let client = reqwest::Client::builder().build().unwrap();
    let who = json!({ "identifier": there.handle, "password": there.secret });
    let session = client.post(at("server.createSession")).json(&who).send().await.unwrap();
    let session: Value = session.json().await.unwrap();
    let rkey = post.remote_id.rsplit('/').next().unwrap();
    let what = json!({ "repo": there.id, "collection": "app.bsky.feed.post", "rkey": rkey });
    let gone = client
        .post(at("repo.deleteRecord"))
        .bearer_auth(session["accessJwt"].as_str().unwrap())
        .json(&what);
    assert!(gone.send().await.unwrap().status().is_success());
}

/// Another person with access takes the second part down before the third is there.
#[tokio::test]
async fn what_is_left_of_a_thread_is_still_ours_to_take_back() {
    let city = City::new().await;
    let account = city.account(Network::Bluesky, rules()).await;
    let item = city.publish(long("Chantiers du printemps")).await;
    while city.worker.fan_out().await.unwrap() {}
    let miniature = city.miniature(Network::Bluesky);
    for _ in 0..2 {
        miniature.next(Operation::Create, Fault::Slow(std::time::Duration::ZERO));
    }
    miniature.next(Operation::Create, Fault::ServerError);
    city.settle().await;
    let posts = city.posts(&account);
    assert_eq!(posts.len(), 2);
    take_down(&city, &account, &posts[1]).await;
    city.later(LEASE).await;
    let [delivery] = city.deliveries(item, &account).await.try_into().unwrap();
    assert_eq!(delivery.state, DeliveryState::Refused, "{:?}", delivery.reason);
    assert_eq!(city.posts(&account).len(), 1);
    city.withdraw(item).await;
    city.settle().await;
    assert_eq!(city.posts(&account).len(), 0);
}

#[tokio::test]
async fn a_part_that_may_be_there_is_looked_for_before_the_thread_is_taken_back() {
    let city = City::new().await;
    let account = city.account(Network::Threads, rules()).await;
    let item = city.publish(long("Chantiers du printemps")).await;
    while city.worker.fan_out().await.unwrap() {}
    let miniature = city.miniature(Network::Threads);
    miniature.next(Operation::Create, Fault::Slow(std::time::Duration::ZERO));
    miniature.next(Operation::Create, Fault::CommitThenCut);
    city.settle().await;
    city.later(LEASE).await;
    city.withdraw(item).await;
    city.settle().await;
    let posts = city.posts(&account);
    assert_eq!(posts.len(), 2, "nobody knows of the second part");
    let task = open_task(&city).await;
    assert_eq!(task.handover.errand, Errand::Look);
    answer(&city, &task, Some(posts[1].remote_id.clone())).await;
    assert_eq!(city.posts(&account).len(), 0);
}

#[tokio::test]
async fn a_correction_that_is_refused_leaves_the_thread_as_it_was() {
    let city = City::new().await;
    let (account, item) = published(&city, Network::Mastodon).await;
    let before = city.posts(&account).len();
    let miniature = city.miniature(Network::Mastodon);
    miniature.next(Operation::Edit, Fault::Refused("Non".to_owned()));
    city.amend(item, |content| {
        for text in content.texts.0.values_mut() {
            text.title = "Chantiers reportés".to_owned();
        }
    })
    .await;
    city.settle().await;
    assert_whole(Network::Mastodon, &city.posts(&account));
    assert_eq!(city.posts(&account).len(), before);
}

/// The next post waits for the pause after this one, whatever became of its second part.
#[tokio::test]
async fn a_thread_that_goes_on_later_or_never_keeps_its_turn() {
    for fault in [Fault::ServerError, Fault::Refused("no".to_owned())] {
        let city = City::new().await;
        let rules = AccountRules {
            gap_minutes: Some(60),
            ..rules()
        };
        let account = city.account(Network::Bluesky, rules).await;
        city.publish(long("Chantiers du printemps")).await;
        while city.worker.fan_out().await.unwrap() {}
        let miniature = city.miniature(Network::Bluesky);
        miniature.next(Operation::Create, Fault::Slow(std::time::Duration::ZERO));
        miniature.next(Operation::Create, fault.clone());
        city.settle().await;
        assert_eq!(city.posts(&account).len(), 1, "{fault:?}");
        city.publish(scene::article("Place fermée samedi")).await;
        city.settle().await;
        assert_eq!(city.posts(&account).len(), 1, "{fault:?}: an hour has not passed");
        city.later(LEASE).await;
        if matches!(fault, Fault::ServerError) {
            assert_whole(Network::Bluesky, &city.posts(&account));
        }
        city.later(Duration::hours(1)).await;
        let posts = city.posts(&account);
        assert!(posts.iter().any(|post| post.text.contains("samedi")), "{posts:?}");
    }
}
