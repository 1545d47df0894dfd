//! Accounts, what waits for a person, sources, zones: what staff set up.

use beffroi_api::graphql::id;
use beffroi_schema::value::{
    Network,
    Role::{Admin, Contributor, Editor, Operator},
};
use serde_json::{Value, json};

use crate::{
    front::code,
    office::{ACCOUNT_SECRET, Office, staff},
};

#[tokio::test]
async fn accounts_are_kept_and_their_secrets_never_shown() {
    let office = Office::new().await;
    let fields = "id name network state version rules { kinds minSeverity hours { from to } hashtags }";
    let create = format!(
        "mutation($input: CreateAccountInput!) {{ createAccount(input: $input) {{ account {{ {fields} }} problems {{ code path }} }} }}"
    );
    let described = "{ desk { networks { network title byHand settings { name kind required } } } }";
    let described = office.done(Admin, described, json!({})).await;
    let networks = described["desk"]["networks"].as_array().unwrap();
    assert_eq!(networks.len(), Network::ALL.len());
    for network in networks {
        let settings: Vec<_> = network["settings"].as_array().unwrap().iter().map(sample).collect();
        let secret = (!network["byHand"].as_bool().unwrap()).then_some(ACCOUNT_SECRET);
        let input = json!({ "authorityId": office.here_id(), "name": network["title"], "secret": secret, "network": network["network"], "settings": settings });
        let made = office.done(Admin, &create, json!({ "input": input })).await;
        assert_eq!(made["createAccount"]["problems"], json!([]));
        assert_eq!(made["createAccount"]["account"]["state"], "ACTIVE");
    }
    let wrong = json!({ "authorityId": office.here_id(), "name": "Compte", "secret": " ", "network": "FACEBOOK",
        "settings": [{ "name": "page", "value": "la ville" }, { "name": "pages", "value": "1" }] });
    let refused = office.done(Admin, &create, json!({ "input": wrong })).await;
    let paths = json!([{ "code": "UNKNOWN", "path": "settings" }, { "code": "INVALID", "path": "settings.page" }, { "code": "MISSING", "path": "secret" }]);
    assert_eq!(refused["createAccount"]["problems"], paths);

    let needless = json!({ "authorityId": office.here_id(), "name": "Canal", "secret": ACCOUNT_SECRET, "network": "WHATSAPP_CHANNEL",
        "settings": [{ "name": "page", "value": "https://whatsapp.example/canal" }] });
    let refused = office.done(Admin, &create, json!({ "input": needless })).await;
    assert_eq!(
        refused["createAccount"]["problems"],
        json!([{ "code": "UNKNOWN", "path": "secret" }])
    );

    let all = office
        .ask(
            Some(staff(Operator, office.here)),
            "{ desk { accounts { id name } } auditLog { nodes { action subject detail } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        all["data"]["desk"]["accounts"].as_array().unwrap().len(),
        Network::ALL.len()
    );
    assert!(!all.to_string().contains(ACCOUNT_SECRET), "{all}");
    let sdl = beffroi_api::graphql::schema::sdl();
    let account = sdl
        .split("\ntype Account {")
        .nth(1)
        .unwrap()
        .split("\n}")
        .next()
        .unwrap();
    assert!(
        !account.lines().any(|line| line.trim().starts_with("secret")),
        "{account}"
    );
}

/// A value that looks as a setting should.
fn sample(setting: &Value) -> Value {
    let value = match setting["kind"].as_str().unwrap() {
        "ADDRESS" => "https://reseau.example",
        "DIGITS" | "NUMBER" => "1234",
        "FLAG" => "true",
        _ => "ville",
    };
    json!({ "name": setting["name"], "value": value })
}

#[tokio::test]
async fn rules_of_an_account_are_patched() {
    let office = Office::new().await;
    let id = id::global("Account", office.account("Mastodon de la ville").await.0);
    let set = "mutation($input: SetAccountRulesInput!) { setAccountRules(input: $input) {
        account { version rules { kinds minSeverity hours { from to } maxPerDay hashtags } } problems { path } } }";
    let rules = json!({ "kinds": ["DISRUPTION"], "minSeverity": "WARNING", "hours": { "from": 480, "to": 1200 }, "hashtags": ["tram"] });
    let first = office
        .done(
            Admin,
            set,
            json!({ "input": { "id": id, "version": 1, "rules": rules } }),
        )
        .await;
    assert_eq!(first["setAccountRules"]["account"]["version"], 2);
    let change = json!({ "minSeverity": null, "maxPerDay": 5 });
    let second = office
        .done(
            Admin,
            set,
            json!({ "input": { "id": id, "version": 2, "rules": change } }),
        )
        .await;
    let expected = json!({ "kinds": ["DISRUPTION"], "minSeverity": null, "hours": { "from": 480, "to": 1200 }, "maxPerDay": 5, "hashtags": ["tram"] });
    assert_eq!(second["setAccountRules"]["account"]["rules"], expected);

    let stale = office
        .ask(
            Some(staff(Admin, office.here)),
            set,
            json!({ "input": { "id": id, "version": 2, "rules": {} } }),
        )
        .await;
    assert_eq!(
        (
            code(&stale).as_str(),
            &stale["errors"][0]["extensions"]["currentVersion"]
        ),
        ("CONFLICT", &json!(3))
    );
    for (hours, why) in [((0, 1440), "a day has 1440 minutes"), ((480, 480), "never open")] {
        let wrong = json!({ "hours": { "from": hours.0, "to": hours.1 }, "hashtags": ["#tram"], "mentions": ["@bus@ville.example", "bus"], "threadPosts": 10 });
        let input = json!({ "input": { "id": id, "version": 3, "rules": wrong } });
        let wrong = office.done(Admin, set, input).await;
        assert_eq!(
            wrong["setAccountRules"]["problems"],
            json!([{ "path": "rules.hours" }, { "path": "rules.threadPosts" }, { "path": "rules.hashtags.0" }, { "path": "rules.mentions.1" }]),
            "{why}"
        );
    }
}

#[tokio::test]
async fn slots_ratios_and_pauses_are_checked() {
    let office = Office::new().await;
    let id = id::global("Account", office.account("Mastodon de la ville").await.0);
    let set = "mutation($input: SetAccountRulesInput!) { setAccountRules(input: $input) {
        account { rules { slots { days minute } ratio gapMinutes ownLanguage inOrder lines } } problems { code path } } }";
    let rules = json!({ "slots": [{ "days": ["MONDAY", "FRIDAY"], "minute": 540 }, { "minute": 1080 }], "ratio": 5,
        "gapMinutes": 45, "ownLanguage": true, "inOrder": true });
    let input = json!({ "input": { "id": id, "version": 1, "rules": rules } });
    let done = office.done(Admin, set, input).await;
    let kept = json!({ "slots": [{ "days": ["MONDAY", "FRIDAY"], "minute": 540 }, { "days": [], "minute": 1080 }],
        "ratio": 5, "gapMinutes": 45, "ownLanguage": true, "inOrder": true, "lines": [] });
    assert_eq!(done["setAccountRules"]["account"]["rules"], kept);
    let strange = id::global("Line", uuid::Uuid::from_u128(7));
    for (rules, code, path) in [
        (
            json!({ "slots": [{ "minute": 1440 }] }),
            "OUT_OF_RANGE",
            "rules.slots.0",
        ),
        (
            json!({ "hours": { "from": 600, "to": 1200 } }),
            "INVALID",
            "rules.slots.0",
        ),
        (json!({ "ratio": 0 }), "OUT_OF_RANGE", "rules.ratio"),
        (json!({ "gapMinutes": 10_081 }), "OUT_OF_RANGE", "rules.gapMinutes"),
        (json!({ "lines": [strange] }), "UNKNOWN", "rules.lines.0"),
    ] {
        let input = json!({ "input": { "id": id, "version": 2, "rules": rules } });
        let refused = office.done(Admin, set, input).await;
        assert_eq!(
            refused["setAccountRules"]["problems"],
            json!([{ "code": code, "path": path }]),
            "{rules}"
        );
    }
}

#[tokio::test]
async fn an_account_is_paused_resumed_and_given_a_new_secret() {
    let office = Office::new().await;
    let account = office.account("Mastodon de la ville").await;
    let id = id::global("Account", account.0);
    let act = |verb: &str, argument: &str| {
        format!("mutation($id: ID!) {{ {verb}(id: $id{argument}) {{ account {{ state }} problems {{ path }} }} }}")
    };
    for (verb, argument, state) in [
        ("pauseAccount", "", "PAUSED"),
        ("resumeAccount", "", "ACTIVE"),
        ("setAccountSecret", ", secret: \"nouveau\"", "ACTIVE"),
    ] {
        let done = office.done(Admin, &act(verb, argument), json!({ "id": id })).await;
        assert_eq!(done[verb]["account"]["state"], state);
    }
    let row = office
        .store
        .account(&beffroi_schema::value::Scope::Instance, account)
        .await
        .unwrap()
        .unwrap();
    let secret = office.store.account_secret(&row).unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&secret), "nouveau");
}

#[tokio::test]
async fn what_waits_for_a_person_is_sent_again_or_noted_as_posted() {
    let office = Office::new().await;
    let (item, account) = (
        office.published("Une nouvelle").await,
        office.account("Mastodon de la ville").await,
    );
    let again = id::global("Delivery", office.refused(item, account).await.0);
    let retry = "mutation($id: ID!) { retryDelivery(id: $id) { delivery { state } problems { code } } }";
    let sent = office.done(Editor, retry, json!({ "id": again })).await;
    assert_eq!(sent["retryDelivery"]["delivery"]["state"], "WAITING");
    let twice = office.done(Editor, retry, json!({ "id": again })).await;
    assert_eq!(twice["retryDelivery"]["problems"], json!([{ "code": "WRONG_STATE" }]));

    let other = office.published("Une autre").await;
    let by_hand = id::global("Delivery", office.refused(other, account).await.0);
    let mark = "mutation($input: MarkPostedInput!) { markPosted(input: $input) {
        delivery { state post { url remoteId } account { name } attempts { outcome reason } } problems { path } } }";
    let wrong = office
        .done(
            Editor,
            mark,
            json!({ "input": { "deliveryId": by_hand, "url": "là-bas" } }),
        )
        .await;
    assert_eq!(wrong["markPosted"]["problems"], json!([{ "path": "url" }]));
    let noted = office
        .done(
            Editor,
            mark,
            json!({ "input": { "deliveryId": by_hand, "url": "https://mastodon.example/@ville/7", "remoteId": "7" } }),
        )
        .await;
    let expected = json!({ "state": "DONE", "post": { "url": "https://mastodon.example/@ville/7", "remoteId": "7" },
        "account": { "name": "Mastodon de la ville" }, "attempts": [{ "outcome": "REFUSED", "reason": "422 text too long" }] });
    assert_eq!(noted["markPosted"]["delivery"], expected);
}

#[tokio::test]
async fn sources_are_added_paused_and_resumed() {
    let office = Office::new().await;
    let create = "mutation($input: CreateSourceInput!) { createSource(input: $input) { source { id paused interval polls { class } } problems { path } } }";
    let input = json!({ "authorityId": office.here_id(), "name": "Réseau", "format": "GTFS_RT_ALERTS", "policy": "PUBLISH", "url": "https://feeds.example/alerts", "interval": "PT30S" });
    let made = office.done(Admin, create, json!({ "input": input })).await;
    let source = &made["createSource"]["source"];
    assert_eq!((&source["interval"], &source["polls"]), (&json!("PT30S"), &json!([])));
    for (verb, paused) in [("pauseSource", true), ("resumeSource", false)] {
        let query = format!("mutation($id: ID!) {{ {verb}(id: $id) {{ source {{ paused }} problems {{ path }} }} }}");
        let done = office.done(Admin, &query, json!({ "id": source["id"] })).await;
        assert_eq!(done[verb]["source"]["paused"], paused);
    }
    let wrong = json!({ "authorityId": office.here_id(), "name": "Réseau", "format": "GTFS_STATIC", "policy": "IGNORE", "url": "ftp://feeds.example" });
    let wrong = office.done(Admin, create, json!({ "input": wrong })).await;
    assert_eq!(wrong["createSource"]["problems"], json!([{ "path": "url" }]));
}

#[tokio::test]
async fn zones_and_authorities_are_drawn() {
    let office = Office::new().await;
    let square = json!({ "type": "Polygon", "coordinates": [[[1.0, 43.0], [1.1, 43.0], [1.1, 43.1], [1.0, 43.0]]] });
    let put = "mutation($input: PutZoneInput!) { putZone(input: $input) { zone { id slug shape } problems { path } } }";
    let input = json!({ "authorityId": office.here_id(), "slug": "centre", "name": "Centre", "shape": square });
    let drawn = office.done(Admin, put, json!({ "input": input })).await;
    let zone = &drawn["putZone"]["zone"];
    assert_eq!(zone["shape"], square);
    let zones = "query($at: ID!) { desk { zones(authorityId: $at) { id } } }";
    assert_eq!(
        office.done(Contributor, zones, json!({ "at": office.here_id() })).await["desk"]["zones"],
        json!([{ "id": zone["id"] }])
    );
    let remove = "mutation($id: ID!) { removeZone(id: $id) { id } }";
    assert_eq!(
        office.done(Admin, remove, json!({ "id": zone["id"] })).await["removeZone"]["id"],
        zone["id"]
    );
    assert_eq!(
        office.done(Contributor, zones, json!({ "at": office.here_id() })).await["desk"]["zones"],
        json!([])
    );

    let create = "mutation($input: CreateAuthorityInput!) { createAuthority(input: $input) { authority { slug parent { slug } } problems { path } } }";
    let input = json!({ "slug": "quartier", "kind": "COMMUNE", "parentId": office.here_id(), "name": "Quartier", "language": "fr", "timeZone": "Europe/Paris" });
    let made = office.done(Operator, create, json!({ "input": input })).await;
    assert_eq!(
        made["createAuthority"]["authority"],
        json!({ "slug": "quartier", "parent": { "slug": "valbourg" } })
    );
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_problem_to_put_right() {
    let office = Office::new().await;
    let here = office.here_id();
    let account = json!({ "authorityId": here, "name": "Page", "secret": "s", "network": "FACEBOOK", "settings": [{ "name": "page", "value": "1234" }] });
    let source = json!({ "authorityId": here, "name": "Réseau", "format": "GTFS_RT_ALERTS", "policy": "PUBLISH", "url": "https://feeds.example/alerts" });
    let authority = json!({ "slug": "quartier", "kind": "COMMUNE", "name": "Quartier", "language": "fr", "timeZone": "Europe/Paris" });
    for (verb, input, path) in [
        ("createAccount", account, "name"),
        ("createSource", source, "name"),
        ("createAuthority", authority, "slug"),
    ] {
        let kind = verb.replacen("create", "Create", 1);
        let create = format!(
            "mutation($input: {kind}Input!) {{ {verb}(input: $input) {{ problems {{ code path message }} }} }}"
        );
        let first = office.done(Operator, &create, json!({ "input": input })).await;
        assert_eq!(first[verb]["problems"], json!([]), "{verb}");
        let second = office.done(Operator, &create, json!({ "input": input })).await;
        let problem = &second[verb]["problems"][0];
        assert_eq!(
            (&problem["code"], &problem["path"]),
            (&json!("CONFLICT"), &json!(path)),
            "{verb}"
        );
    }
}
