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

/// What the council decided: longer than one post of a network that has few words.
pub fn council() -> ItemContent {
    content(
        (
            "Conseil municipal\u{a0}: ce qui a été décidé lundi",
            "",
            "Le budget 2027 est voté, sans hausse de la taxe foncière. La rénovation de l’école Jules-Verne commence aux vacances de février\u{a0}: les classes sont accueillies à l’école des Tilleuls, avec un car depuis la place. Le stationnement devient gratuit le samedi matin autour du marché.\nLa piscine ouvre deux soirs de plus par semaine dès janvier. Les associations peuvent demander une salle en ligne, et reçoivent une réponse en cinq jours. Un jardin partagé est créé derrière la gare\u{a0}: trente parcelles, tirées au sort entre les inscrits. Le prochain conseil se tient le premier lundi du mois, à 18\u{a0}h\u{a0}30, et se suit en direct.",
        ),
        (
            "Town council: what was decided on Monday",
            "",
            "The budget of 2027 is voted, without a rise of the property tax. Works at the Jules-Verne school begin in the February holidays: its classes are received at the school of Les Tilleuls, with a coach from the square. Parking around the market is free on Saturday mornings.\nThe swimming pool opens two more evenings a week from January. Associations can ask for a room online, and have an answer within five days. A shared garden is laid out behind the station: thirty plots, drawn by lot among those who put their names down. The next council is on the first Monday of the month at 6.30 pm, and can be followed live.",
        ),
        &["vie-municipale"],
        ArticleDetail {
            section: Some("vie-municipale".to_owned()),
            pinned_until: None,
        },
    )
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
