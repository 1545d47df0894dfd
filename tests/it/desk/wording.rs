//! Templates of posts, and what people write for one account.

use beffroi_api::graphql::id;
use beffroi_schema::value::{
    AccountRules, Language, Network,
    Role::{Admin, Editor},
};
use beffroi_tests::{City, scene};
use serde_json::json;

use crate::office::Office;

const SET_TEMPLATE: &str =
    "mutation($input: SetTemplateInput!) { setTemplate(input: $input) { done problems { code path } } }";
const SET_VARIANT: &str =
    "mutation($input: SetVariantInput!) { setVariant(input: $input) { done problems { code path } } }";
const WRITTEN: &str = "Demain, on rit\u{a0}: spectacle gratuit\u{202f}!";

#[tokio::test]
async fn a_template_is_set_read_and_taken_back() {
    let office = Office::new().await;
    let input = |text| json!({ "input": { "authorityId": office.here_id(), "kind": "EVENT", "language": "fr", "network": "MASTODON", "text": text } });
    let asked = json!({ "at": office.here_id() });
    let own = "query($at: ID!) { desk { templates(authorityId: $at) { usual fields own { kind network text } } } }";
    let set = office.done(Admin, SET_TEMPLATE, input(json!("{title}\n{link}"))).await;
    assert_eq!(set["setTemplate"], json!({ "done": true, "problems": [] }));
    let read = &office.done(Editor, own, asked.clone()).await["desk"]["templates"];
    assert_eq!(
        read["own"],
        json!([{ "kind": "EVENT", "network": "MASTODON", "text": "{title}\n{link}" }])
    );
    let wrong = office.done(Admin, SET_TEMPLATE, input(json!("{titre}"))).await;
    assert_eq!(
        wrong["setTemplate"]["problems"],
        json!([{ "code": "UNKNOWN", "path": "text" }])
    );
    office.done(Admin, SET_TEMPLATE, input(json!(null))).await;
    let read = &office.done(Editor, own, asked).await["desk"]["templates"];
    assert_eq!(read["own"], json!([]));
}

#[tokio::test]
async fn what_is_written_for_an_account_stays_and_says_when_the_item_has_changed() {
    let office = Office::new().await;
    let item = office.published("Spectacle").await;
    let account = office.account("Mastodon").await;
    let input = json!({ "input": { "itemId": id::global("Article", item.0), "accountId": id::global("Account", account.0), "text": WRITTEN } });
    let set = office.done(Editor, SET_VARIANT, input).await;
    assert_eq!(set["setVariant"], json!({ "done": true, "problems": [] }));
    let read = "query($item: ID!) { desk { item(id: $item) { variants { text outdated author } } } }";
    let asked = json!({ "item": id::global("Article", item.0) });
    let variants = &office.done(Editor, read, asked).await["desk"]["item"]["variants"];
    assert_eq!(
        (&variants[0]["text"], &variants[0]["outdated"]),
        (&json!(WRITTEN), &json!(false))
    );
}

#[tokio::test]
async fn what_a_person_wrote_wins_over_the_template_and_stays_when_the_item_changes() {
    let city = City::new().await;
    let mastodon = city.account(Network::Mastodon, AccountRules::default()).await;
    let telegram = city.account(Network::Telegram, AccountRules::default()).await;
    let of = beffroi_schema::store::TemplateOf {
        authority: city.authority,
        kind: beffroi_schema::value::Kind::Article,
        network: None,
        language: Language::french(),
    };
    let template = Some("À Valbourg : {title}\n{link}".to_owned());
    city.store.set_template(of, template, &city.editor()).await.unwrap();
    let item = city.publish(scene::article("Spectacle.")).await;
    let scope = beffroi_schema::value::Scope::Instance;
    let (text, by) = (Some(WRITTEN.to_owned()), city.editor());
    let written = city.store.set_variant(&scope, item, mastodon.id, text, &by).await;
    written.unwrap();
    city.settle().await;
    let said = |account| city.posts(account)[0].text.clone();
    assert!(said(&mastodon).starts_with(WRITTEN), "{}", said(&mastodon));
    assert!(
        said(&telegram).starts_with("À Valbourg : Spectacle."),
        "{}",
        said(&telegram)
    );

    city.amend(item, |content| {
        content.texts.0.get_mut(&Language::french()).unwrap().title = "Spectacle reporté.".to_owned();
    })
    .await;
    city.settle().await;
    assert!(said(&mastodon).starts_with(WRITTEN), "{}", said(&mastodon));
    assert!(said(&telegram).contains("Spectacle reporté."), "{}", said(&telegram));
    let [variant] = city.store.variants_of(&[item]).await.unwrap().try_into().unwrap();
    assert!(variant.version < city.item(item).await.row.version, "staff are warned");
}

#[tokio::test]
async fn what_is_longer_than_the_network_takes_is_not_kept() {
    let city = City::new().await;
    let account = city.account(Network::Mastodon, AccountRules::default()).await;
    let item = city.publish(scene::article("Spectacle.")).await;
    city.settle().await;
    let scope = beffroi_schema::value::Scope::Instance;
    let long = Some("a".repeat(501));
    let refused = city
        .store
        .set_variant(&scope, item, account.id, long, &city.editor())
        .await;
    assert!(
        matches!(refused, Err(beffroi_schema::store::StoreError::Problems(_))),
        "{refused:?}"
    );
}
