//! How chat servers want a message. They show what they are sent and keep no key: nothing of it can be repeated.

use beffroi_schema::value::Rendered;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// In what form a receiver is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Our own events, signed.
    #[default]
    Generic,
    /// A Matrix room, by Hookshot: <https://matrix-org.github.io/matrix-hookshot/latest/setup/webhooks.html>
    Matrix,
    /// A Mattermost channel: <https://developers.mattermost.com/integrate/webhooks/incoming/>
    Mattermost,
    /// A Rocket.Chat room: <https://docs.rocket.chat/docs/integrations>
    RocketChat,
    /// A Teams channel, by a workflow:
    /// <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook>
    Teams,
}

impl Template {
    /// The message of a post. Of [`Template::Generic`], which has events instead, the words alone.
    pub(super) fn message(self, post: &Rendered) -> Value {
        match self {
            Self::Generic => json!({ "text": post.text }),
            Self::Matrix => json!({ "text": with_pictures(post), "html": html(post) }),
            Self::Mattermost => json!({ "text": post.text, "attachments": attachments(post, "fallback") }),
            Self::RocketChat => json!({ "text": post.text, "attachments": attachments(post, "title") }),
            Self::Teams => card(post),
        }
    }
}

/// `description`: where the server looks for what a picture shows.
fn attachments(post: &Rendered, description: &str) -> Vec<Value> {
    let pictures = post.pictures.iter();
    pictures
        .map(|picture| json!({ description: picture.alt, "image_url": picture.url }))
        .collect()
}

/// Hookshot's messages have no pictures: their words and addresses stand below the text.
fn with_pictures(post: &Rendered) -> String {
    let pictures = post.pictures.iter();
    let pictures = pictures.map(|picture| format!("{} {}", picture.alt, picture.url).trim().to_owned());
    let parts: Vec<_> = std::iter::once(post.text.clone()).chain(pictures).collect();
    parts.join("\n\n")
}

/// Without it Hookshot reads the text as Markdown, and a `#` at the beginning of a line is a heading.
fn html(post: &Rendered) -> String {
    let link = escaped(&post.link);
    let linked = format!("<a href=\"{link}\">{link}</a>");
    escaped(&with_pictures(post))
        .replace(&link, &linked)
        .replace('\n', "<br>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// An Adaptive Card. A line is a block: Teams folds single line ends.
fn card(post: &Rendered) -> Value {
    let lines = post.text.lines().filter(|line| !line.trim().is_empty());
    let lines = lines.map(|line| json!({ "type": "TextBlock", "text": line, "wrap": true }));
    let pictures = post.pictures.iter();
    let pictures = pictures.map(|picture| json!({ "type": "Image", "url": picture.url, "altText": picture.alt }));
    let content = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "lang": post.language,
        "body": lines.chain(pictures).collect::<Vec<_>>(),
    });
    let content_type = "application/vnd.microsoft.card.adaptive";
    json!({ "type": "message", "attachments": [{ "contentType": content_type, "content": content }] })
}
