//! Where each network asks its people whether they agree, and to what.

use beffroi_schema::value::Network;
use serde_json::Value;
use url::Url;

use crate::networks::constant;

/// Where Facebook and Instagram are asked.
const GRAPH: &str = "https://graph.facebook.com/v25.0";
/// Where Threads is.
const THREADS: &str = "https://graph.threads.net/v1.0";
/// Where Google exchanges codes.
const GOOGLE: &str = "https://oauth2.googleapis.com/token";

/// One network's way of asking.
#[derive(Debug)]
pub(super) struct Door {
    /// Its page for people.
    pub(super) page: Url,
    /// Where codes are exchanged.
    pub(super) tokens: Url,
    /// Where an application registers itself.
    pub(super) register: Option<Url>,
    /// What we want to be allowed: what posting needs, and no more.
    pub(super) scopes: &'static str,
    /// What it calls the name of an application.
    pub(super) id: &'static str,
    /// Whether an application shows itself in a header: RFC 6749 §2.3.1.
    pub(super) header: bool,
    /// Whether codes are bound to a verifier: RFC 7636.
    pub(super) pkce: bool,
    /// What else its page is told.
    pub(super) extra: &'static [(&'static str, &'static str)],
    /// What a code is exchanged for.
    pub(super) gives: Gives,
}

/// What a code is exchanged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gives {
    /// A token that calls carry.
    Token,
    /// A token that tokens are asked for with.
    Refresh,
    /// The latter where the network gives it to this application, else the former.
    Either,
    /// A person's token at Meta: each of their pages, or the Instagram account of each, has one of its own.
    Pages { instagram: bool },
    /// The keys that calls are signed with: OAuth 1.0a.
    Signed,
    /// A profile's token, which is exchanged once more for one that lasts.
    Profile,
}

/// What most networks do.
fn usual(page: Url, tokens: Url, scopes: &'static str, gives: Gives) -> Door {
    Door {
        page,
        tokens,
        register: None,
        scopes,
        id: "client_id",
        header: false,
        pkce: false,
        extra: &[],
        gives,
    }
}

/// The way of a network; none where nobody agrees to anything.
pub(super) fn door(network: Network, settings: &Value) -> Option<Door> {
    let base = |name: &str, theirs: &'static str| at(settings, name).unwrap_or_else(|| constant(theirs));
    Some(match network {
        Network::Mastodon => mastodon(&at(settings, "instance")?),
        Network::X => x(&base("api", "https://api.x.com"), &base("pages", "https://x.com")),
        Network::Linkedin => linkedin(&base("pages", "https://www.linkedin.com")),
        Network::Youtube => google(
            &base("tokens", GOOGLE),
            "https://www.googleapis.com/auth/youtube.force-ssl",
        ),
        Network::GoogleBusiness => google(
            &base("tokens", GOOGLE),
            "https://www.googleapis.com/auth/business.manage",
        ),
        Network::GooglePhotos => google(
            &base("tokens", GOOGLE),
            "https://www.googleapis.com/auth/photoslibrary.appendonly \
             https://www.googleapis.com/auth/photoslibrary.readonly.appcreateddata \
             https://www.googleapis.com/auth/photoslibrary.edit.appcreateddata",
        ),
        Network::Facebook => facebook(
            &base("graph", GRAPH),
            "pages_show_list,pages_manage_posts,pages_read_engagement,pages_manage_engagement,business_management",
            false,
        ),
        Network::Instagram => facebook(
            &base("graph", GRAPH),
            "instagram_basic,instagram_content_publish,instagram_manage_comments,instagram_manage_insights,\
             pages_show_list,pages_read_engagement,business_management",
            true,
        ),
        Network::Threads => threads(&base("graph", THREADS)),
        Network::Tiktok => tiktok(
            &base("api", "https://open.tiktokapis.com/v2"),
            &base("pages", "https://www.tiktok.com"),
        ),
        Network::Slack => slack(&base("api", "https://slack.com/api")),
        Network::Flickr => flickr(&base("rest", "https://www.flickr.com/services/rest")),
        Network::Bluesky
        | Network::Telegram
        | Network::Discord
        | Network::Webhook
        | Network::Dailymotion
        | Network::WhatsappChannel
        | Network::Snapchat
        | Network::FacebookGroup
        | Network::FacebookProfile
        | Network::Nextdoor => return None,
    })
}

/// <https://docs.joinmastodon.org/methods/oauth/>
fn mastodon(instance: &Url) -> Door {
    // `read:accounts` is understood by servers of every age; `profile` since 4.3 only.
    let scopes = "read:accounts read:statuses write:statuses write:media";
    Door {
        register: Some(below(instance, "/api/v1/apps")),
        pkce: true,
        ..usual(
            below(instance, "/oauth/authorize"),
            below(instance, "/oauth/token"),
            scopes,
            Gives::Token,
        )
    }
}

/// <https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code>
fn x(api: &Url, pages: &Url) -> Door {
    let scopes = "tweet.read tweet.write users.read media.write offline.access";
    Door {
        header: true,
        pkce: true,
        ..usual(
            below(pages, "/i/oauth2/authorize"),
            below(api, "/2/oauth2/token"),
            scopes,
            Gives::Refresh,
        )
    }
}

/// <https://learn.microsoft.com/linkedin/shared/authentication/authorization-code-flow>
fn linkedin(pages: &Url) -> Door {
    usual(
        below(pages, "/oauth/v2/authorization"),
        below(pages, "/oauth/v2/accessToken"),
        "w_organization_social r_organization_social rw_organization_admin",
        Gives::Either,
    )
}

/// <https://developers.google.com/identity/protocols/oauth2/web-server>
fn google(tokens: &Url, scopes: &'static str) -> Door {
    let page = beside(
        tokens,
        "oauth2.googleapis.com",
        "https://accounts.google.com/o/oauth2/v2/auth",
    );
    Door {
        pkce: true,
        // Without both, a person who agreed before gives no refresh token.
        extra: &[("access_type", "offline"), ("prompt", "consent")],
        ..usual(page, tokens.clone(), scopes, Gives::Refresh)
    }
}

/// <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow>
fn facebook(graph: &Url, scopes: &'static str, instagram: bool) -> Door {
    let page = beside(
        graph,
        "graph.facebook.com",
        "https://www.facebook.com/v25.0/dialog/oauth",
    );
    let tokens = below(
        graph,
        &format!("{}/oauth/access_token", graph.path().trim_end_matches('/')),
    );
    usual(page, tokens, scopes, Gives::Pages { instagram })
}

/// <https://developers.facebook.com/docs/threads/get-started/get-access-tokens-and-permissions>
fn threads(graph: &Url) -> Door {
    usual(
        beside(graph, "graph.threads.net", "https://www.threads.net/oauth/authorize"),
        below(graph, "/oauth/access_token"),
        "threads_basic,threads_content_publish,threads_manage_replies,threads_manage_insights,threads_delete",
        Gives::Profile,
    )
}

/// <https://developers.tiktok.com/doc/oauth-user-access-token-management>
fn tiktok(api: &Url, pages: &Url) -> Door {
    let tokens = below(api, &format!("{}/oauth/token/", api.path().trim_end_matches('/')));
    Door {
        id: "client_key",
        ..usual(
            below(pages, "/v2/auth/authorize/"),
            tokens,
            "user.info.basic,video.publish",
            Gives::Refresh,
        )
    }
}

/// <https://api.slack.com/authentication/oauth-v2>
fn slack(api: &Url) -> Door {
    let tokens = below(api, &format!("{}/oauth.v2.access", api.path().trim_end_matches('/')));
    usual(
        below(api, "/oauth/v2/authorize"),
        tokens,
        "chat:write,channels:read,channels:history",
        Gives::Token,
    )
}

/// <https://www.flickr.com/services/api/auth.oauth.html>
fn flickr(rest: &Url) -> Door {
    Door {
        // What is wrong must go: it allows to write, too.
        extra: &[("perms", "delete")],
        ..usual(
            below(rest, "/services/oauth/authorize"),
            below(rest, "/services/oauth/access_token"),
            "",
            Gives::Signed,
        )
    }
}

/// A method of Meta's interface for this network.
pub(super) fn graph(network: Network, settings: &Value, method: &str) -> Url {
    let theirs = if network == Network::Threads { THREADS } else { GRAPH };
    let graph = at(settings, "graph").unwrap_or_else(|| constant(theirs));
    below(&graph, &format!("{}{method}", graph.path().trim_end_matches('/')))
}

fn at(settings: &Value, name: &str) -> Option<Url> {
    settings[name].as_str().and_then(|address| Url::parse(address).ok())
}

/// Another path on the same server.
pub(super) fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(None);
    url
}

/// The page for people of a network whose interface for programs is on another server; where a town is told of another
/// interface, the page is on that one.
fn beside(api: &Url, host: &str, page: &'static str) -> Url {
    let page = constant(page);
    if api.host_str() == Some(host) {
        page
    } else {
        below(api, page.path())
    }
}

#[cfg(test)]
mod tests {
    use beffroi_schema::value::Consent;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_network_whose_people_agree_has_its_door() {
        let settings = json!({ "instance": "https://mastodon.example" });
        for &network in Network::ALL {
            let agreed = matches!(network.consent(), Consent::Registered | Consent::Application);
            let door = door(network, &settings);
            assert_eq!(door.is_some(), agreed, "{network}");
            let registers = door.is_some_and(|door| door.register.is_some());
            assert_eq!(registers, network.consent() == Consent::Registered, "{network}");
        }
    }

    #[test]
    fn people_agree_on_the_pages_of_the_network_itself() {
        for (network, page, tokens) in [
            (
                Network::X,
                "https://x.com/i/oauth2/authorize",
                "https://api.x.com/2/oauth2/token",
            ),
            (
                Network::Youtube,
                "https://accounts.google.com/o/oauth2/v2/auth",
                "https://oauth2.googleapis.com/token",
            ),
            (
                Network::Facebook,
                "https://www.facebook.com/v25.0/dialog/oauth",
                "https://graph.facebook.com/v25.0/oauth/access_token",
            ),
            (
                Network::Threads,
                "https://www.threads.net/oauth/authorize",
                "https://graph.threads.net/oauth/access_token",
            ),
            (
                Network::Linkedin,
                "https://www.linkedin.com/oauth/v2/authorization",
                "https://www.linkedin.com/oauth/v2/accessToken",
            ),
            (
                Network::Tiktok,
                "https://www.tiktok.com/v2/auth/authorize/",
                "https://open.tiktokapis.com/v2/oauth/token/",
            ),
            (
                Network::Slack,
                "https://slack.com/oauth/v2/authorize",
                "https://slack.com/api/oauth.v2.access",
            ),
            (
                Network::Flickr,
                "https://www.flickr.com/services/oauth/authorize",
                "https://www.flickr.com/services/oauth/access_token",
            ),
        ] {
            let door = door(network, &json!({})).unwrap();
            assert_eq!((door.page.as_str(), door.tokens.as_str()), (page, tokens));
        }
    }
}
