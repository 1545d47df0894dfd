//! What our client and the sandbox's Telegram say to each other is what the Bot API's own description allows.

use beffroi_jobs::networks::{Pocket, registry::AccountSettings};
use beffroi_sandbox::Kind;
use beffroi_schema::value::Rendered;
use serde_json::{Map, Value, json};

use super::{contract::Contract, http, key, picture, post};

#[tokio::test]
async fn what_we_say_to_telegram_is_in_its_contract() {
    let Some(contract) = Contract::described(Kind::Telegram, "telegram-bot-api.json", openapi).await else {
        return;
    };
    let miniature = contract.sandbox.network(Kind::Telegram);
    let mut settings = miniature.settings(&miniature.account());
    settings["network"] = json!("telegram");
    settings["api"] = json!(contract.url);
    let settings: AccountSettings = serde_json::from_value(settings).unwrap();
    let account = settings.open(Pocket::with(miniature.account().secret), &http(&contract.url));

    account.check().await.unwrap();
    let words = account.publish(&post("Le tram B est à l’arrêt"), key(1)).await.unwrap();
    let one = Rendered {
        pictures: vec![picture("Une rame à quai")],
        ..post("Le tram C est à l’arrêt")
    };
    let captioned = account.publish(&one, key(2)).await.unwrap();
    let two = Rendered {
        pictures: vec![picture("Une rame à quai"), picture("Un bus")],
        ..post("Le bus 67 est dévié")
    };
    let album = account.publish(&two, key(3)).await.unwrap();
    for remote in [&words, &captioned, &album] {
        account.amend(remote, &post("Tout repart"), key(4)).await.unwrap();
        account.reply(remote, &post("✅ Terminé"), key(5)).await.unwrap();
    }
    for remote in [&words, &words, &captioned, &album] {
        account.withdraw(remote).await.unwrap();
    }

    let spoken = contract.hold();
    for method in [
        "getChat",
        "getChatMemberCount",
        "sendMessage",
        "sendPhoto",
        "sendMediaGroup",
        "editMessageText",
        "editMessageCaption",
        "deleteMessage",
    ] {
        let operation = format!("POST /{{bot}}/{method}");
        assert!(spoken.contains(&operation), "{operation} was not spoken of: {spoken:?}");
    }
}

/// The description lists methods and types in words: `Array of Integer`, `Message`. Nothing beside what it lists is
/// allowed.
fn openapi(described: &Value) -> Value {
    let named = |list: &Value| list.as_object().unwrap().clone();
    let types = named(&described["types"]).into_iter().map(|(name, kind)| {
        let schema = match (&*name, kind["subtypes"].as_array()) {
            // A part of the same form.
            ("InputFile", _) => json!({ "type": "string" }),
            (_, Some(subtypes)) => json!({ "anyOf": subtypes.iter().map(schema_of).collect::<Vec<_>>() }),
            (_, None) => object(&kind["fields"]),
        };
        (name, schema)
    });
    let paths = named(&described["methods"]).into_iter().map(|(name, method)| {
        let request = json!({ "schema": object(&method["fields"]) });
        let result = any(&method["returns"]);
        let answer = json!({ "type": "object", "required": ["ok", "result"], "additionalProperties": false,
            "properties": { "ok": { "const": true }, "result": result } });
        let operation = json!({
            "requestBody": { "content": { "application/json": request, "multipart/form-data": request } },
            "responses": { "200": { "content": { "application/json": { "schema": answer } } }, "default": {
                "description": "https://core.telegram.org/bots/api#making-requests" } },
        });
        (format!("/{{bot}}/{name}"), json!({ "post": operation }))
    });
    json!({ "paths": paths.collect::<Map<_, _>>(), "components": { "schemas": types.collect::<Map<_, _>>() } })
}

fn object(fields: &Value) -> Value {
    let fields = fields.as_array().map(Vec::as_slice).unwrap_or_default();
    let name = |field: &Value| field["name"].as_str().unwrap().to_owned();
    let required = fields.iter().filter(|field| field["required"] == true).map(name);
    let properties = fields.iter().map(|field| (name(field), any(&field["types"])));
    json!({ "type": "object", "required": required.collect::<Vec<_>>(), "additionalProperties": false,
        "properties": properties.collect::<Map<_, _>>() })
}

fn any(types: &Value) -> Value {
    let schemas: Vec<_> = types.as_array().unwrap().iter().map(schema_of).collect();
    json!({ "anyOf": schemas })
}

fn schema_of(name: &Value) -> Value {
    let name = name.as_str().unwrap();
    if let Some(of) = name.strip_prefix("Array of ") {
        return json!({ "type": "array", "items": schema_of(&json!(of)) });
    }
    match name {
        "Integer" => json!({ "type": "integer" }),
        "Float" => json!({ "type": "number" }),
        "String" => json!({ "type": "string" }),
        "Boolean" => json!({ "type": "boolean" }),
        _ => json!({ "$ref": format!("#/components/schemas/{name}") }),
    }
}
