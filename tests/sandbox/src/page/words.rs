//! What the page says, in both languages.

use chrono::{DateTime, Datelike, Local};

/// One language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) other_lang: &'static str,
    pub(super) other_language: &'static str,
    pub(super) title: &'static str,
    pub(super) lead: &'static str,
    pub(super) phones: &'static str,
    pub(super) no_notification: &'static str,
    pub(super) no_post: &'static str,
    pub(super) edited: &'static str,
    pub(super) deleted: &'static str,
    pub(super) replaced: &'static str,
    pub(super) silent: &'static str,
    pub(super) earlier: &'static str,
    pub(super) open: &'static str,
    pub(super) no_alt: &'static str,
    pub(super) alt: &'static str,
    pub(super) jump: &'static str,
    pub(super) reply: &'static str,
    pub(super) more: &'static str,
    pub(super) unfold: &'static str,
    video: &'static str,
    pub(super) cost: &'static str,
    billed: &'static str,
    pub(super) pause: &'static str,
    pub(super) resume: &'static str,
    pub(super) reload: &'static str,
    pub(super) footer: &'static str,
    pub(super) as_json: &'static str,
    pub(super) language_menu: &'static str,
    one_phone: &'static str,
    many_phones: &'static str,
    one_post: &'static str,
    many_posts: &'static str,
    weekdays: [&'static str; 7],
    months: [&'static str; 12],
    day_first: bool,
}

pub(super) const FRENCH: Words = Words {
    lang: "fr",
    other_lang: "en",
    other_language: "English",
    title: "Le bac à sable",
    lead: "Les téléphones et les réseaux, en miniature : ce que les habitants verraient, au moment où ils le verraient.",
    phones: "Téléphones",
    no_notification: "Aucune notification pour l’instant.",
    no_post: "Rien de publié pour l’instant.",
    edited: "modifié",
    deleted: "supprimé",
    replaced: "remplacée",
    silent: "Message silencieux, pour l’application seule",
    earlier: "Versions précédentes",
    open: "Voir la publication",
    no_alt: "Image sans description",
    alt: "Texte de remplacement",
    jump: "Aller à un réseau",
    reply: "en réponse",
    more: "Le reste se lit dans le JSON.",
    unfold: "Afficher plus",
    video: "Vidéo",
    cost: "coût",
    billed: "facturés",
    pause: "Suspendre la mise à jour",
    resume: "Reprendre la mise à jour",
    reload: "Recharger la page",
    footer: "Tout est en mémoire, sur cette machine : rien n’est sorti, rien ne restera.",
    as_json: "La même chose en JSON",
    language_menu: "Langue",
    one_phone: "téléphone",
    many_phones: "téléphones",
    one_post: "publication",
    many_posts: "publications",
    weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    day_first: true,
};

pub(super) const ENGLISH: Words = Words {
    lang: "en",
    other_lang: "fr",
    other_language: "Français",
    title: "The sandbox",
    lead: "Phones and networks in miniature: what residents would see, when they would see it.",
    phones: "Phones",
    no_notification: "No notification yet.",
    no_post: "Nothing posted yet.",
    edited: "edited",
    deleted: "deleted",
    replaced: "replaced",
    silent: "Silent message, for the app alone",
    earlier: "Earlier versions",
    open: "View post",
    no_alt: "Image without a description",
    alt: "Alternative text",
    jump: "Jump to a network",
    reply: "in reply",
    more: "The rest can be read in the JSON.",
    unfold: "Show more",
    video: "Video",
    cost: "cost",
    billed: "billed",
    pause: "Pause updates",
    resume: "Resume updates",
    reload: "Reload the page",
    footer: "Everything is in memory, on this machine: nothing has left it, nothing will stay.",
    as_json: "The same as JSON",
    language_menu: "Language",
    one_phone: "phone",
    many_phones: "phones",
    one_post: "post",
    many_posts: "posts",
    weekdays: [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    day_first: false,
};

impl Words {
    pub(super) fn count_phones(&self, count: usize) -> String {
        self.count(count, self.one_phone, self.many_phones)
    }

    pub(super) fn count_posts(&self, count: usize) -> String {
        self.count(count, self.one_post, self.many_posts)
    }

    /// French says "0 téléphone", English "0 phones".
    fn count(&self, count: usize, one: &str, many: &str) -> String {
        let single = count == 1 || (count == 0 && self.day_first);
        format!("{count} {}", if single { one } else { many })
    }

    /// "0,015 $" and "$0.015", of millionths of a US dollar.
    pub(super) fn dollars(&self, millionths: u64) -> String {
        let (whole, thousandths) = (millionths / 1_000_000, millionths % 1_000_000 / 1_000);
        if self.day_first {
            format!("{whole},{thousandths:03}\u{202f}$")
        } else {
            format!("${whole}.{thousandths:03}")
        }
    }

    /// A video, and what it shows where the network has words for it.
    pub(super) fn video(&self, alt: Option<&str>) -> String {
        let colon = if self.day_first { "\u{a0}: " } else { ": " };
        alt.map_or_else(|| self.video.to_owned(), |alt| format!("{}{colon}{alt}", self.video))
    }

    /// What all posts cost.
    pub(super) fn billed(&self, millionths: u64) -> String {
        format!("{}\u{a0}{}", self.dollars(millionths), self.billed)
    }

    pub(super) fn date(&self, at: DateTime<Local>) -> String {
        let weekday = self.weekdays[at.weekday().num_days_from_monday() as usize % 7];
        let month = self.months[at.month0() as usize % 12];
        if self.day_first {
            let day = if at.day() == 1 {
                "1er".to_owned()
            } else {
                at.day().to_string()
            };
            format!("{weekday} {day} {month}")
        } else {
            format!("{weekday}, {month} {}", at.day())
        }
    }
}
