//! `cargo xtask screenshots`: the demo's pages in a real browser, as pictures and under axe's rules.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::counterparts::BROWSER;
use crate::process::{self, Running};
use crate::progress::{self, Summary};
use crate::{packages, project};

/// The pages: the name of their pictures, where to begin, and the link to follow from there, as a CSS selector.
const PAGES: [(&str, &str, Option<&str>); 8] = [
    ("home", "/", None),
    ("feed", "/valbourg", None),
    ("disruption", "/valbourg", Some("a[href*='/disruption/']")),
    ("event", "/valbourg", Some("a[href*='/event/']")),
    ("article", "/valbourg", Some("a[href*='/article/']")),
    ("explorer", "/graphql", None),
    ("sign-in", "/sign-in", None),
    ("sandbox", "/sandbox", None),
];
/// Those of who has joined: the name of their pictures, where to begin, the link to follow from there, and where sending
/// the form of that page leads, as a pattern.
const DESK: [(&str, &str, Option<&str>, Option<&str>); 7] = [
    ("accounts", "/accounts", None, None),
    ("account-networks", "/accounts/new?authority=valbourg", None, None),
    ("account-agree", "/accounts/new/flickr?authority=valbourg", None, None),
    ("account-paste", "/accounts/new/bluesky?authority=valbourg", None, None),
    (
        "account-by-hand",
        "/accounts/new/whatsapp_channel?authority=valbourg",
        None,
        None,
    ),
    (
        "account-again",
        "/accounts",
        Some("li:has-text('Bluesky') a[href$='/again']"),
        None,
    ),
    (
        "account-on-its-way",
        "/accounts",
        Some("li:has-text('Mastodon') a[href$='/again']"),
        Some("/accounts/connections/*"),
    ),
];
/// Where the demo says that whoever reads it may join.
const INVITATION: &str = "/invitation/";
/// What the demo says last, once its story is told.
const LAST_LINE: &str = "Ctrl-C pour arrêter.";
/// Width and height in CSS pixels.
const SCREENS: [(&str, u32, u32); 2] = [("phone", 390, 844), ("desktop", 1440, 900)];
const SCHEMES: [&str; 2] = ["light", "dark"];
/// The variable that moves the demo to a port of ours.
const LISTEN: &str = "BEFFROI_API__LISTEN";
const STORY_LIMIT: Duration = Duration::from_mins(3);
const BROWSER_LIMIT: Duration = Duration::from_mins(10);

pub fn run() -> Result<()> {
    let mut summary = Summary::default();
    progress::step("Find chromium", || {
        packages::provide(&[packages::CHROMIUM, packages::CHROMEDRIVER])
    })?;
    let driver = progress::step("Install playwright-core and axe-core", || BROWSER.install())?;
    let beffroi = progress::step("Build the program", project::build_beffroi)?;
    let folder = tempfile::tempdir()?;
    let (_demo, base, invitation) = progress::step("Play the demo", || start_demo(&beffroi, folder.path()))?;
    summary.step("Take pictures and check accessibility", || {
        visit(&driver, &base, &invitation)
    });
    summary.close()
}

/// The demo on a free port, its files in `folder`, and where to join; it ends when the guard is dropped.
fn start_demo(beffroi: &Path, folder: &Path) -> Result<(Running, String, String)> {
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let mut command = Command::new(beffroi);
    let screen = folder.join("screen.txt");
    let output = fs::File::create(&screen)?;
    command
        .args(["demo", "--fast", "--lang", "fr"])
        // The phones of the sandbox show the clock of this machine; Valbourg's is that of Paris.
        .env("TZ", "Europe/Paris")
        .current_dir(folder)
        .env(LISTEN, address.to_string());
    let mut demo = Running::start(command.stdin(Stdio::null()).stdout(output))?;
    demo.until(STORY_LIMIT, || {
        fs::read_to_string(&screen).is_ok_and(|said| said.contains(LAST_LINE))
    })?;
    let invitation = invitation(&fs::read_to_string(&screen)?)?;
    Ok((demo, format!("http://{address}"), invitation))
}

/// The path of the invitation that the demo shows.
fn invitation(said: &str) -> Result<String> {
    let (_, rest) = said.split_once(INVITATION).context("the demo invites nobody")?;
    let secret = rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    let secret = secret.into_iter().next().unwrap_or_default();
    Ok(format!("{INVITATION}{secret}"))
}

/// The driver reads the visit from a file, prints a line per picture and fails on any broken rule.
fn visit(driver: &Path, base: &str, invitation: &str) -> Result<()> {
    let pictures = project::target_dir()?.join("screenshots");
    fs::create_dir_all(&pictures)?;
    let visit = json!({
        "base": base,
        "chromium": packages::CHROMIUM.find(),
        "pictures": pictures,
        "pages": PAGES.map(|(name, path, follow)| json!({ "name": name, "path": path, "follow": follow })),
        "invitation": invitation,
        "desk": DESK.map(|(name, path, follow, send)| {
            json!({ "name": name, "path": path, "follow": follow, "send": send })
        }),
        "screens": SCREENS.map(|(name, width, height)| json!({ "name": name, "width": width, "height": height })),
        "schemes": SCHEMES,
    });
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(visit.to_string().as_bytes())?;
    let mut node = Command::new("node");
    node.arg("visit.mjs").arg(file.path()).current_dir(driver);
    process::run(&mut node, BROWSER_LIMIT)?;
    if fs::read_dir(&pictures)?.next().is_none() {
        bail!("no picture was taken");
    }
    println!("  pictures in {}", pictures.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_invitation_is_read_off_the_screen() {
        let said = "    Administrer (une fois) http://127.0.0.1:8000/invitation/7x-84_Z\u{1b}[0m\n\n    Journal : x\n";
        assert_eq!(invitation(said).unwrap(), "/invitation/7x-84_Z");
        assert!(invitation("    Journal : x\n").is_err());
    }
}
