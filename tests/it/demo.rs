//! `beffroi demo`, the program itself: the town is built, the story played to its end, and everything it promises can
//! be looked at.

use std::process::Command;

use beffroi_tests::process::{Process, free_address, program, until};
use serde_json::{Value, json};
use tempfile::TempDir;

/// What the demo says last, once everything can be looked at.
const LAST_LINE: &str = "Ctrl-C to stop.";
const FEED: &str = "{ authority(slug: \"valbourg\") { name } lines { shortName } feed(first: 50) { nodes { title } } }";

struct Demo {
    process: Process,
    client: reqwest::Client,
    url: String,
    folder: TempDir,
}

impl Demo {
    /// Plays the whole story without its pauses. None, loudly, where the program was not built.
    #[expect(clippy::print_stderr, reason = "what was left out must be seen")]
    #[expect(clippy::disallowed_methods, reason = "a visitor's browser, not ours")]
    async fn played() -> Option<Self> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let Some(program) = program() else {
            eprintln!("LEFT OUT: there is no `beffroi` (BEFFROI_BIN): the demo was not played");
            return None;
        };
        let (folder, address) = (TempDir::new().unwrap(), free_address().unwrap());
        let mut command = Command::new(program);
        command
            .args(["demo", "--fast", "--lang", "en"])
            .current_dir(folder.path())
            .env("BEFFROI_API__LISTEN", address.to_string());
        let mut process = Process::start(&mut command, &folder.path().join("screen.txt")).unwrap();
        until("the story is told", async || {
            let over = process.has_ended() || process.log().contains(LAST_LINE);
            over.then_some(())
        })
        .await
        .unwrap();
        assert!(process.log().contains(LAST_LINE), "the demo ended early");
        Some(Self {
            process,
            client: reqwest::Client::new(),
            url: format!("http://{address}"),
            folder,
        })
    }

    async fn text(&self, path: &str) -> String {
        let url = format!("{}{path}", self.url);
        let answer = self.client.get(&url).send().await.unwrap();
        assert!(answer.status().is_success(), "{url}: {}", answer.status());
        answer.text().await.unwrap()
    }

    async fn ask(&self, query: &str) -> Value {
        let asked = self.client.post(format!("{}/graphql", self.url));
        let answer = asked.json(&json!({ "query": query })).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["errors"], Value::Null);
        answer["data"].clone()
    }

    async fn stops_well(mut self) {
        self.process.ask_to_stop().unwrap();
        let status = self.process.ended().await.unwrap();
        assert!(status.success(), "{status}");
        // Nobody has the folder any more: the next demo may have it.
        let mark = std::fs::File::open(self.folder.path().join("var/demo/.beffroi-demo")).unwrap();
        mark.try_lock().unwrap();
    }
}

#[tokio::test]
async fn the_story_reaches_the_feed_the_phones_and_every_network() {
    let Some(demo) = Demo::played().await else { return };
    for path in ["/live", "/ready", "/valbourg", "/sandbox", "/sign-in"] {
        demo.text(path).await;
    }
    assert!(demo.text("/metrics").await.contains("beffroi_polls"));

    let town = demo.ask(FEED).await;
    assert_eq!(town["authority"]["name"], "Valbourg");
    assert_eq!(town["lines"].as_array().unwrap().len(), 3);
    let feed = town["feed"]["nodes"].to_string();
    for said in ["Tram B", "Marché du samedi", "Le beffroi retrouve ses cloches"] {
        assert!(feed.contains(said), "{said} is missing in {feed}");
    }

    let outside: Value = serde_json::from_str(&demo.text("/sandbox.json").await).unwrap();
    let told = outside["phones"].as_array().unwrap();
    let of_tram: Vec<_> = told
        .iter()
        .filter(|shown| shown.to_string().contains("Tram B"))
        .collect();
    assert!(of_tram.len() > 20, "the followers of line B: {}", of_tram.len());
    // A phone in its quiet hours hears tomorrow that it is over.
    let last_word = |word: &str| of_tram.iter().filter(|shown| shown["data"]["campaign"] == word).count();
    assert!(last_word("resolved") * 2 > of_tram.len(), "{of_tram:?}");
    assert_eq!(last_word("alert"), 0, "the change reached everybody");
    for network in outside["networks"].as_array().unwrap() {
        let name = network["network"].as_str().unwrap();
        let posts = network["posts"].as_array().unwrap();
        let about = |word: &str| posts.iter().find(|post| post["text"].as_str().unwrap().contains(word));
        for word in ["Tram B", "Marché du samedi"]
            .into_iter()
            .filter(|word| goes(word, name))
        {
            let post = about(word).unwrap_or_else(|| panic!("{word} is not on {name}"));
            let edited = !post["history"].as_array().unwrap().is_empty();
            let answered = posts.iter().any(|other| other["reply_to"] == post["remote_id"]);
            assert!(edited || answered, "{word} was corrected: {post}");
        }
        // What the council decided is longer than a post; what is for searching stands below one.
        let below = match name {
            "mastodon" | "threads" => "(2/2)",
            "linkedin" => "#Valbourg",
            _ => continue,
        };
        let said = |post: &Value| post["reply_to"].is_string() && post["text"].as_str().unwrap().contains(below);
        assert!(posts.iter().any(said), "{below} is not on {name}: {posts:?}");
    }
    demo.stops_well().await;
}

/// What the town's rules have each network say (`api/src/command/demo/town/accounts.rs`).
fn goes(word: &str, network: &str) -> bool {
    match network {
        "x" => word == "Tram B",
        "google_business" | "flickr" | "google_photos" => word == "Marché du samedi",
        // Neither has a video.
        "youtube" | "dailymotion" | "tiktok" => false,
        _ => true,
    }
}

#[tokio::test]
async fn a_folder_that_holds_anything_else_is_left_alone() {
    let Some(program) = program() else { return };
    let folder = TempDir::new().unwrap();
    let letter = folder.path().join("letter.txt");
    std::fs::write(&letter, "Chère mairie").unwrap();
    let mut command = Command::new(program);
    command.args(["demo", "--folder"]).arg(folder.path());
    let screen = TempDir::new().unwrap();
    let mut process = Process::start(&mut command, &screen.path().join("screen.txt")).unwrap();
    assert!(!process.ended().await.unwrap().success());
    assert!(process.log().contains("was not made by the demo"));
    assert_eq!(std::fs::read_to_string(letter).unwrap(), "Chère mairie");
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
}
