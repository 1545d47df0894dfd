//! Pictures, videos and documents that items can show or attach, and the uploads that become such.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use beffroi_schema::{
    draft::{MAX_NAME, text_problem},
    entity::media,
    id::UploadId,
    store::{About, StoreError},
    value::{self, Focus, ProblemCode},
};
use uuid::Uuid;

use super::{
    content::{LabelInput, label},
    facts::Label,
    scope,
};
use crate::graphql::{
    context::Asked as _,
    error::Code,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    reading::{Reading as _, picture::ImageVariant},
    scalar::Url,
};

/// Characters of an alternative text.
const MAX_ALT: usize = 1_500;

/// What a file is to whoever looks at the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "value::MediaKind")]
pub enum MediaKind {
    /// Shown.
    Picture,
    /// Played.
    Video,
    /// Read, or taken along: a PDF, or a presentation.
    Document,
}

/// Acts on uploads.
#[derive(Debug, Default)]
pub struct MediaMutation;

#[Object]
impl MediaMutation {
    /// Makes of a completed upload (`POST /uploads`, tus 1.0) a picture, a video or a document that items can show or
    /// attach. What it is, its bytes say. Pictures are drawn anew, without their metadata; MP4 videos lose the place and
    /// the time at which they were made; PDFs stay as they are; presentations (PPTX, ODP) lose what
    /// tells of whoever made them, remarks, and the words of the presenter.
    #[graphql(guard = "RoleGuard(value::Role::Contributor)", directive = requires::apply(Role::Contributor))]
    async fn keep_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: KeepUploadInput,
    ) -> Result<KeepUploadPayload> {
        let Ok(upload) = Uuid::parse_str(&input.upload_id) else {
            return Err(Code::NotFound.error("no upload with this id"));
        };
        let mut problems = about_problems(&input.alt, input.credit.as_deref(), input.name.as_deref());
        let focus = FocusInput::read(input.focus.as_ref(), &mut problems);
        let kept = if problems.is_empty() {
            let about = About {
                alt: label(input.alt),
                credit: input.credit,
                focus,
                name: input.name,
            };
            let scope = scope(ctx, value::Role::Contributor)?;
            let (store, by) = (ctx.store()?, ctx.viewer()?);
            store.keep_upload(&scope, UploadId(upload), about, by).await
        } else {
            Err(StoreError::Problems(problems))
        };
        let (row, problems) = settle(kept)?;
        Ok(KeepUploadPayload {
            media: row.map(DeskMedia),
            problems,
        })
    }
}

/// An upload to keep.
#[derive(Debug, InputObject)]
pub struct KeepUploadInput {
    /// The last part of the upload's address.
    upload_id: ID,
    /// What it shows or says, for those who do not see, hear or open it: in one language at least.
    alt: Vec<LabelInput>,
    /// Who made it.
    credit: Option<String>,
    /// What every crop of a picture keeps in view; its middle, if nothing is said.
    focus: Option<FocusInput>,
    /// What a document is called; the file's own name, if nothing is said.
    name: Option<String>,
}

/// What was kept.
#[derive(Debug, SimpleObject)]
pub struct KeepUploadPayload {
    /// The picture, video or document; null when there are problems: nothing was written then.
    media: Option<DeskMedia>,
    /// What to put right.
    problems: Vec<Problem>,
}

/// A point of a picture: shares of its width and height, from the top left.
#[derive(Debug, InputObject)]
pub struct FocusInput {
    /// 0: the left side; 1: the right one.
    x: f64,
    /// 0: the top; 1: the bottom.
    y: f64,
}

impl FocusInput {
    pub(super) fn read(input: Option<&Self>, problems: &mut Vec<value::Problem>) -> Option<Focus> {
        let input = input?;
        let focus = Focus::checked(input.x, input.y);
        if focus.is_none() {
            problems.push(value::Problem::new(
                ProblemCode::OutOfRange,
                "focus",
                "Ce point se trouve hors de l’image : x et y vont de 0 à 1.",
                "This point lies outside the picture: x and y go from 0 to 1.",
            ));
        }
        focus
    }
}

/// A picture, a video or a document that items can show or attach.
#[derive(Debug)]
pub struct DeskMedia(pub(super) media::Model);

/// A picture, a video or a document that items can show or attach.
#[Object]
impl DeskMedia {
    /// Its global id: what `pictures` of an item takes, or `attachments` when it is a video or a document.
    async fn id(&self) -> ID {
        let kind = match self.0.kind {
            value::MediaKind::Picture => "Picture",
            value::MediaKind::Video | value::MediaKind::Document => "Attachment",
        };
        id::global(kind, self.0.id.0)
    }

    /// What it is.
    async fn kind(&self) -> MediaKind {
        self.0.kind.into()
    }

    /// Where its bytes are.
    async fn url(&self, ctx: &Context<'_>) -> Result<Url> {
        Ok(Url(ctx.addresses()?.picture(&self.0.sha256)))
    }

    /// Its type, as its bytes say: `image/jpeg`.
    async fn mime(&self) -> &str {
        &self.0.mime
    }

    /// Megabytes (of a million bytes).
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    async fn megabytes(&self) -> f64 {
        self.0.size as f64 / 1e6
    }

    /// Pixels from side to side; 0 for a document.
    async fn width(&self) -> i32 {
        self.0.width
    }

    /// Pixels from top to bottom; 0 for a document.
    async fn height(&self) -> i32 {
        self.0.height
    }

    /// Seconds of a video; null for anything else.
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    async fn duration(&self) -> Option<f64> {
        self.0.duration_ms.map(|length| length as f64 / 1e3)
    }

    /// What a document is called; null for anything else.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// What it shows or says, by language.
    async fn alt(&self) -> Vec<Label> {
        Label::all(&self.0.alt)
    }

    /// Who made it; null when it is not said.
    async fn credit(&self) -> Option<&str> {
        self.0.credit.as_deref()
    }

    /// A picture in smaller sizes, the smallest first.
    async fn variants(&self, ctx: &Context<'_>) -> Result<Vec<ImageVariant>> {
        ImageVariant::all(ctx, &self.0.variants.0)
    }
}

pub(super) fn about_problems(alt: &[LabelInput], credit: Option<&str>, name: Option<&str>) -> Vec<value::Problem> {
    let mut problems = alt_problems(alt);
    problems.extend(credit.and_then(|credit| text_problem("credit", credit, MAX_NAME)));
    problems.extend(name.and_then(|name| text_problem("name", name, MAX_NAME)));
    problems
}

fn alt_problems(alt: &[LabelInput]) -> Vec<value::Problem> {
    if alt.iter().all(|text| text.text.trim().is_empty()) {
        return vec![value::Problem::new(
            ProblemCode::AltTextMissing,
            "alt",
            "Décrivez cette image, cette vidéo ou ce document pour qui ne le voit pas.",
            "Describe this picture, video or document for those who do not see it.",
        )];
    }
    let long = alt.iter().enumerate();
    long.filter_map(|(position, text)| text_problem(&format!("alt.{position}.text"), &text.text, MAX_ALT))
        .collect()
}
