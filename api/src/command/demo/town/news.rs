//! What Valbourg writes about.

use beffroi_schema::{
    clock::Timestamp,
    id::{MediaId, ZoneId},
    value::{ArticleDetail, ItemContent},
};
use chrono::Duration;

use super::content::content;

/// How long the first article stands before the others.
const PINNED: Duration = Duration::days(7);

/// The article that goes out before the story begins, with its picture.
pub fn restoration(now: Timestamp, picture: MediaId, centre: ZoneId) -> ItemContent {
    let mut article = content(
        (
            "Le beffroi retrouve ses cloches",
            "Après deux ans de travaux, les vingt-trois cloches sonneront de nouveau dimanche à midi.",
            "La charpente a été reprise, les cloches accordées une à une.\nL’escalier rouvrira aux visites au printemps, avec un ascenseur jusqu’à la salle du guet.",
        ),
        (
            "The belfry has its bells back",
            "After two years of works, the twenty-three bells will ring again on Sunday at noon.",
            "The roof frame was rebuilt, the bells tuned one by one.\nThe stairs will open to visitors in spring, with a lift up to the watch room.",
        ),
        &["patrimoine", "culture"],
        ArticleDetail {
            section: Some("patrimoine".to_owned()),
            pinned_until: Some(now + PINNED),
        },
    );
    article.pictures = vec![picture];
    article.zones = vec![centre];
    article
}

/// What was written before the demo began.
pub fn others() -> Vec<ItemContent> {
    let section = |name: &str| ArticleDetail {
        section: Some(name.to_owned()),
        pinned_until: None,
    };
    vec![
        content(
            (
                "La médiathèque ouvre le dimanche",
                "De 14 h à 18 h, toute l’année, avec un espace de travail silencieux.",
                "",
            ),
            (
                "The library opens on Sundays",
                "From 2 to 6, all year round, with a silent place to work.",
                "",
            ),
            &["culture", "services"],
            section("services"),
        ),
        content(
            (
                "Rue Neuve : le chantier commence par les racines",
                "Quarante tilleuls sont plantés avant que la chaussée ne soit refaite.",
                "La rue reste ouverte aux piétons. Le bus 12 ne change pas.",
            ),
            (
                "Rue Neuve: works begin with the roots",
                "Forty lime trees are planted before the road is rebuilt.",
                "The street stays open to people on foot. Bus 12 runs as usual.",
            ),
            &["voirie", "environnement"],
            section("voirie"),
        ),
        content(
            (
                "Budget participatif : votez jusqu’à la fin du mois",
                "Douze projets, trois voix par habitant dès onze ans.",
                "",
            ),
            (
                "Participatory budget: vote until the end of the month",
                "Twelve projects, three votes for everybody from eleven.",
                "",
            ),
            &["vie-municipale"],
            section("vie-municipale"),
        ),
    ]
}
