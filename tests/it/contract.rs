//! What the contract costs: relations are read once for a whole page.

use beffroi_schema::value::Role::Contributor;
use serde_json::json;

use crate::office::Office;

const DESK: &str = "{ desk {
    items(first: 4) { nodes { title revisions { version } deliveries { account { name authorisation { people } } attempts { outcome } post { url } }
        campaigns { sent pages nextDueAt } } }
    accounts { name authorisation { people } }
    sources { name polls { class issues { code } } }
} }";

/// Statements that the desk takes with so many items, accounts and sources.
async fn statements(count: usize) -> usize {
    let office = Office::new().await;
    for number in 0..count {
        let account = office.account(&format!("Compte {number}")).await;
        let item = office.published(&format!("Nouvelle {number}")).await;
        office.refused(item, account).await;
        office.authorised(account).await;
        office.source(&format!("Source {number}")).await;
    }
    office.statements();
    let answer = office.done(Contributor, DESK, json!({})).await;
    let nodes = answer["desk"]["items"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), count);
    assert!(
        nodes
            .iter()
            .all(|node| node["deliveries"][0]["attempts"][0]["outcome"] == "REFUSED"),
        "{answer:#}"
    );
    assert_eq!(answer["desk"]["sources"].as_array().unwrap().len(), count);
    office.statements().len()
}

#[tokio::test]
async fn a_full_page_takes_no_more_statements_than_one_item() {
    let (one, four) = (statements(1).await, statements(4).await);
    assert!(one > 5, "the statements are counted: {one}");
    assert_eq!(one, four);
}
