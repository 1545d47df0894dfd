//! Who may do what, held against the contract itself: the SDL is walked, so a new act cannot be forgotten here.

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, InputValueDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};
use beffroi_api::graphql::{id, schema};
use beffroi_schema::{
    id::FederatedActorId,
    store::{Joining, NewFederatedActor, NewToken, NewUpload, ZoneDraft, machine},
    value::{Label, Language, Role, Scope, Viewer},
};
use serde_json::{Map, Value, json};

use crate::{
    front::{PASSWORD, code},
    office::{ACCOUNT_SECRET, Office, staff},
    town::article,
};

/// Acts of a phone, which shows its own credential and has no role.
const OF_DEVICES: &[&str] = &["registerDevice", "updateDevice", "forgetDevice", "follow", "unfollow"];
/// Acts on nobody but the viewer: another authority's staff may do them, too.
const ON_ONESELF: &[&str] = &["signOutEverywhere"];

/// The contract, read back from its text.
struct Sdl(Vec<TypeDefinition>);

/// A field of a root type, and the least role that it says it requires.
struct Field {
    name: String,
    role: Option<Role>,
    arguments: Vec<InputValueDefinition>,
    /// Whether it answers an object, whose fields must be chosen.
    of_objects: bool,
}

impl Sdl {
    fn read() -> Self {
        let document = parse_schema(schema::sdl()).unwrap();
        let types = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(definition) => Some(definition.node),
                TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
            });
        Self(types.collect())
    }

    fn named(&self, name: &str) -> Option<&TypeDefinition> {
        self.0.iter().find(|known| known.name.node == name)
    }

    fn fields(&self, root: &str) -> Vec<Field> {
        let TypeKind::Object(object) = &self.named(root).unwrap().kind else {
            panic!("{root} is no object");
        };
        let fields = object.fields.iter().map(|field| {
            let field = &field.node;
            let requires = field.directives.iter().find(|one| one.node.name.node == "requires");
            let role = requires.map(|one| one.node.get_argument("role").unwrap().node.to_string());
            Field {
                name: field.name.node.to_string(),
                role: role.map(|role| role.to_lowercase().parse().unwrap()),
                arguments: field.arguments.iter().map(|argument| argument.node.clone()).collect(),
                of_objects: self.is_object(&field.ty.node),
            }
        });
        fields.collect()
    }

    fn is_object(&self, ty: &Type) -> bool {
        match &ty.base {
            BaseType::List(inner) => self.is_object(inner),
            BaseType::Named(name) => !matches!(
                self.named(name).map(|known| &known.kind),
                None | Some(TypeKind::Scalar | TypeKind::Enum(_))
            ),
        }
    }
}

/// What a call needs: rows of the first authority, so that everything that is named exists.
struct Rows {
    office: Office,
    /// Global ids, by what the name of an act or of an input field says.
    ids: Vec<(&'static str, Value)>,
}

impl Rows {
    async fn new() -> Self {
        let office = Office::new().await;
        let draft = office.draft(article("Brouillon")).await.row.id;
        let account = office.account("Mastodon de la ville").await;
        let public = office.published("Publique").await;
        let delivery = office.refused(public, account).await;
        let task = office.task(account).await;
        let source = office.source("Réseau").await;
        let shape = serde_json::from_value(square()).unwrap();
        let zone = ZoneDraft {
            slug: "centre".to_owned(),
            name: "Centre".to_owned(),
            shape,
        };
        let zone = office
            .store
            .put_zone(office.here, zone, &machine("test"))
            .await
            .unwrap()
            .id;
        let operator = staff(Role::Operator, office.here);
        let link = office
            .store
            .invite(&operator, Some(office.here), Role::Editor)
            .await
            .unwrap();
        let joining = Joining {
            name: "Édith".to_owned(),
            email: "edith@ville.example".to_owned(),
            password: PASSWORD.to_owned().into(),
            language: Language::french(),
        };
        let person = office.store.accept_invitation(&link, &joining).await.unwrap();
        let token = NewToken {
            authority: office.here,
            name: "site".to_owned(),
            role: Role::Editor,
            expires_at: None,
        };
        let token = office.store.create_token(&operator, token).await.unwrap().0.id;
        let actor = actor(&office).await;
        let ids = vec![
            ("federatedactor", json!(id::global("FederatedActor", actor.0))),
            ("authority", office.here_id()),
            ("staff", json!(id::global("Staff", person.0))),
            ("token", json!(id::global("ApiToken", token.0))),
            ("task", json!(id::global("Task", task.0))),
            ("delivery", json!(id::global("Delivery", delivery.0))),
            ("account", json!(id::global("Account", account.0))),
            ("source", json!(id::global("Source", source.0))),
            ("zone", json!(id::global("Zone", zone.0))),
            ("item", json!(id::global("Article", draft.0))),
            ("draft", json!(id::global("Article", draft.0))),
            ("upload", upload(&office).await),
        ];
        Self { office, ids }
    }

    /// The id that an argument wants: its own name says of what (`staffId`), or else that of the act (`pauseAccount`).
    fn id(&self, act: &str, argument: &str) -> Value {
        let says = |name: &str| {
            let name = name.to_lowercase();
            self.ids.iter().find(|(kind, _)| name.contains(kind))
        };
        let found = says(argument).or_else(|| says(act));
        let found = found.unwrap_or_else(|| panic!("which row does {act}({argument}) mean?"));
        found.1.clone()
    }

    /// As little as the type allows, and every authority that can be named.
    fn value(&self, sdl: &Sdl, act: &str, argument: &str, ty: &Type) -> Value {
        let name = match &ty.base {
            BaseType::List(inner) => return json!([self.value(sdl, act, argument, inner)]),
            BaseType::Named(name) => name.as_str(),
        };
        if let Some(value) = self.scalar(act, argument, name) {
            return value;
        }
        let definition = sdl.named(name).unwrap();
        match &definition.kind {
            TypeKind::Enum(set) => json!(set.values[0].node.value.node.as_str()),
            TypeKind::InputObject(input) => {
                let one_of = definition.directives.iter().any(|one| one.node.name.node == "oneOf");
                let fields = input.fields.iter().map(|field| &field.node);
                let needed = fields.filter(|field| one_of || needed(field));
                let needed = needed.take(if one_of { 1 } else { usize::MAX });
                let value = |field: &InputValueDefinition| {
                    let name = field.name.node.to_string();
                    (name.clone(), self.value(sdl, act, &name, &field.ty.node))
                };
                Value::Object(needed.map(value).collect::<Map<_, _>>())
            }
            output @ (TypeKind::Scalar | TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)) => {
                panic!("{act}({argument}): what is the least of {output:?}?")
            }
        }
    }

    fn scalar(&self, act: &str, argument: &str, name: &str) -> Option<Value> {
        Some(match name {
            "ID" => self.id(act, argument),
            "String" if ["url", "instance", "pds"].contains(&argument) => json!("https://un.example/"),
            "String" => json!("texte"),
            "Int" => json!(1),
            "Boolean" => json!(true),
            "DateTime" => json!("2030-01-01T00:00:00Z"),
            "LanguageTag" => json!("fr"),
            "TimeZone" => json!("Europe/Paris"),
            "GeoJSONGeometry" => square(),
            _ => return None,
        })
    }

    /// Calls a root field as this viewer, with the least arguments.
    async fn call(&self, sdl: &Sdl, operation: &str, field: &Field, viewer: Option<Viewer>) -> Value {
        let needed: Vec<_> = field.arguments.iter().filter(|argument| needed(argument)).collect();
        let each = |word: fn(&InputValueDefinition) -> String| {
            let words: Vec<String> = needed.iter().map(|one| word(one)).collect();
            words.join(" ")
        };
        let declared = each(|one| format!("${}: {}", one.name.node, one.ty.node));
        let passed = each(|one| format!("{0}: ${0}", one.name.node));
        let brackets = |inner: String| if inner.is_empty() { inner } else { format!("({inner})") };
        let query = format!(
            "{operation}{} {{ {}{} {} }}",
            brackets(declared),
            field.name,
            brackets(passed),
            if field.of_objects { "{ __typename }" } else { "" }
        );
        let value = |one: &&InputValueDefinition| {
            let name = one.name.node.to_string();
            (name.clone(), self.value(sdl, &field.name, &name, &one.ty.node))
        };
        let variables = needed.iter().map(value).collect::<Map<_, _>>();
        self.office.ask(viewer, &query, Value::Object(variables)).await
    }
}

/// An upload that is under way.
async fn upload(office: &Office) -> Value {
    let new = NewUpload {
        authority: office.here,
        name: "place.png".to_owned(),
        size: 5,
    };
    json!(office.store.begin_upload(new).await.unwrap().id.to_string())
}

/// An actor in the fediverse.
async fn actor(office: &Office) -> FederatedActorId {
    let new = NewFederatedActor {
        authority: office.here,
        name: "actualites".to_owned(),
        topic: None,
        title: "Actualités".to_owned(),
        summary: Label::default(),
        icon: None,
    };
    let by = machine("test");
    let made = office.store.create_federated_actor(new, &by).await;
    made.unwrap().id
}

/// Whether an input must be given, or names an authority, which must then be that of the rows.
fn needed(input: &InputValueDefinition) -> bool {
    let required = !input.ty.node.nullable && input.default_value.is_none();
    required || input.name.node == "authorityId"
}

fn square() -> Value {
    json!({ "type": "Polygon", "coordinates": [[[1.0, 43.0], [1.1, 43.0], [1.1, 43.1], [1.0, 43.0]]] })
}

/// Somebody who is signed in, with one role less.
fn below(role: Role, office: &Office) -> Viewer {
    let lower = Role::ALL.iter().copied().filter(|lower| *lower < role).max();
    lower.map_or_else(
        || Viewer {
            roles: Vec::new(),
            ..staff(role, office.here)
        },
        |lower| staff(lower, office.here),
    )
}

/// The same role in the other authority; an operator's has no other: there, the highest that is bound to a place.
fn from_elsewhere(role: Role, office: &Office) -> Viewer {
    staff(role.min(Role::Admin), office.elsewhere)
}

#[tokio::test]
async fn every_act_says_its_role_or_is_known_to_need_none() {
    for field in Sdl::read().fields("Mutation") {
        let listed = OF_DEVICES.contains(&field.name.as_str());
        assert!(
            field.role.is_some() != listed,
            "`{}` needs @requires, or its place on the list",
            field.name
        );
    }
}

#[tokio::test]
async fn no_act_is_done_by_nobody_by_the_role_below_or_from_elsewhere() {
    let (sdl, rows) = (Sdl::read(), Rows::new().await);
    rows.office.statements();
    for field in sdl.fields("Mutation") {
        let Some(role) = field.role else { continue };
        let nobody = rows.call(&sdl, "mutation", &field, None).await;
        assert_eq!(code(&nobody), "UNAUTHENTICATED", "{}: {nobody}", field.name);
        let lower = rows
            .call(&sdl, "mutation", &field, Some(below(role, &rows.office)))
            .await;
        assert_eq!(code(&lower), "FORBIDDEN", "{}: {lower}", field.name);
        if !ON_ONESELF.contains(&field.name.as_str()) {
            let strange = rows
                .call(&sdl, "mutation", &field, Some(from_elsewhere(role, &rows.office)))
                .await;
            let code = code(&strange);
            assert!(
                ["FORBIDDEN", "NOT_FOUND"].contains(&code.as_str()),
                "{}: {strange}",
                field.name
            );
        }
        assert_eq!(rows.office.writes(), Vec::<String>::new(), "{} wrote", field.name);
    }
}

/// Without this, the test above could pass because the calls are wrong.
#[tokio::test]
async fn every_act_is_open_to_its_role_here() {
    let sdl = Sdl::read();
    let rows = Rows::new().await;
    for field in sdl.fields("Mutation") {
        let Some(role) = field.role else { continue };
        let answer = rows
            .call(&sdl, "mutation", &field, Some(staff(role, rows.office.here)))
            .await;
        let refused = ["UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "INTERNAL_SERVER_ERROR"];
        assert!(!refused.contains(&code(&answer).as_str()), "{}: {answer}", field.name);
    }
}

#[tokio::test]
async fn no_guarded_question_is_answered_to_nobody_or_to_the_role_below() {
    let (sdl, rows) = (Sdl::read(), Rows::new().await);
    let guarded: Vec<_> = sdl
        .fields("Query")
        .into_iter()
        .filter(|field| field.role.is_some())
        .collect();
    assert!(guarded.iter().any(|field| field.name == "desk"), "the desk is guarded");
    for field in guarded {
        let role = field.role.unwrap();
        assert_eq!(
            code(&rows.call(&sdl, "query", &field, None).await),
            "UNAUTHENTICATED",
            "{}",
            field.name
        );
        let lower = rows.call(&sdl, "query", &field, Some(below(role, &rows.office))).await;
        assert_eq!(code(&lower), "FORBIDDEN", "{}", field.name);
    }
}

#[tokio::test]
async fn nothing_of_one_authority_is_seen_from_another() {
    let rows = Rows::new().await;
    let query = "query($at: ID!, $item: ID!) {
        desk { items { nodes { id title deliveries { id } } } item(id: $item) { id } accounts { id name } sources { id name } federatedActors { title } tasks { title } }
        here: desk { items(authorityId: $at) { nodes { id } } accounts(authorityId: $at) { id } sources(authorityId: $at) { id } tasks(authorityId: $at) { id } }
        staff { name } apiTokens { name } auditLog { nodes { subject } }
    }";
    let variables = json!({ "at": rows.office.here_id(), "item": rows.id("publishItem", "id") });
    let here = rows
        .office
        .ask(Some(staff(Role::Admin, rows.office.here)), query, variables.clone())
        .await;
    for marker in [
        "Brouillon",
        "Mastodon de la ville",
        "Réseau",
        "Édith",
        "Actualités",
        "À publier à la main",
    ] {
        assert!(here.to_string().contains(marker), "{marker} is there: {here:#}");
    }
    assert!(!here.to_string().contains(ACCOUNT_SECRET));

    let strange = rows
        .office
        .ask(Some(staff(Role::Admin, rows.office.elsewhere)), query, variables)
        .await;
    assert!(strange.get("errors").is_none(), "{strange:#}");
    let nothing = json!({ "items": { "nodes": [] }, "accounts": [], "sources": [], "tasks": [] });
    assert_eq!(strange["data"]["here"], nothing);
    assert_eq!(strange["data"]["desk"]["item"], Value::Null);
    for marker in [
        "Brouillon",
        "Mastodon de la ville",
        "Réseau",
        "Édith",
        "Actualités",
        "À publier à la main",
    ] {
        assert!(!strange.to_string().contains(marker), "{marker} leaked: {strange:#}");
    }
    let zones = "query($at: ID!) { desk { zones(authorityId: $at) { id } } }";
    let viewer = Some(staff(Role::Admin, rows.office.elsewhere));
    let zones = rows
        .office
        .ask(viewer, zones, json!({ "at": rows.office.here_id() }))
        .await;
    assert_eq!(code(&zones), "NOT_FOUND");
    let all = rows
        .office
        .store
        .items(
            &Scope::Instance,
            &beffroi_schema::store::ItemFilter::default(),
            None,
            10,
        )
        .await;
    assert_eq!(all.unwrap().len(), 3, "they are there all the same");
}
