//! Pictures that staff bring.

use std::io::Cursor;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::{
    draft::{MAX_NAME, text_problem},
    entity::media,
    store::{MAX_PICTURE_BYTES, NewPicture, StoreError},
    value::{self, ProblemCode},
};
use image::{ImageFormat, ImageReader};

use super::{
    content::{LabelInput, label},
    facts::Label,
    within,
};
use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    id,
    problem::{Problem, settle},
    reading::Reading as _,
    scalar::Url,
};

/// Pixels of one side: more is a mistake, or an attack on whoever decodes it.
const MAX_SIDE: u32 = 12_000;
/// Characters of an alternative text.
const MAX_ALT: usize = 1_500;

/// Acts on pictures.
#[derive(Debug, Default)]
pub struct PictureMutation;

#[Object]
impl PictureMutation {
    /// Keeps a picture: JPEG, PNG or WebP, at most 8 MB. The same file with other texts is
    /// another picture: items that show the first keep its texts until they are amended.
    #[graphql(guard = "RoleGuard(value::Role::Contributor)", directive = requires::apply(Role::Contributor))]
    async fn upload_picture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: UploadPictureInput,
    ) -> Result<UploadPicturePayload> {
        let home = within(ctx, value::Role::Contributor, &input.authority_id).await?;
        let mut problems = alt_problems(&input.alt);
        problems.extend(
            input
                .credit
                .as_deref()
                .and_then(|credit| text_problem("credit", credit, MAX_NAME)),
        );
        let file = read(&input.content).map_err(|problem| problems.push(problem)).ok();
        let kept = match file {
            Some(file) if problems.is_empty() => {
                let new = NewPicture {
                    authority: home.id,
                    bytes: file.bytes,
                    mime: file.mime.to_owned(),
                    width: file.width,
                    height: file.height,
                    alt: label(input.alt),
                    credit: input.credit,
                };
                ctx.store()?.put_picture(new, ctx.viewer()?).await
            }
            Some(_) | None => Err(StoreError::Problems(problems)),
        };
        let (row, problems) = settle(kept)?;
        Ok(UploadPicturePayload {
            picture: row.map(StoredPicture),
            problems,
        })
    }
}

/// A picture to keep.
#[derive(Debug, InputObject)]
pub struct UploadPictureInput {
    /// Whose it will be.
    authority_id: ID,
    /// The file, in base64.
    content: String,
    /// What it shows, for those who do not see it: in one language at least.
    alt: Vec<LabelInput>,
    /// Who made it.
    credit: Option<String>,
}

/// The picture that was kept.
#[derive(Debug, SimpleObject)]
pub struct UploadPicturePayload {
    /// The picture; null when there are problems: nothing was written then.
    picture: Option<StoredPicture>,
    /// What to put right.
    problems: Vec<Problem>,
}

/// A picture's row.
#[derive(Debug)]
pub struct StoredPicture(media::Model);

/// A picture that items can show.
#[Object(name = "DeskPicture")]
impl StoredPicture {
    /// Its global id: what `pictures` of an item takes.
    async fn id(&self) -> ID {
        id::global("Picture", self.0.id.0)
    }

    /// Where its bytes are.
    async fn url(&self, ctx: &Context<'_>) -> Result<Url> {
        Ok(Url(ctx.addresses()?.picture(&self.0.sha256)))
    }

    /// Its type, as its bytes say: `image/jpeg`.
    async fn mime(&self) -> &str {
        &self.0.mime
    }

    /// Pixels from side to side.
    async fn width(&self) -> i32 {
        self.0.width
    }

    /// Pixels from top to bottom.
    async fn height(&self) -> i32 {
        self.0.height
    }

    /// What it shows, by language.
    async fn alt(&self) -> Vec<Label> {
        Label::all(&self.0.alt)
    }

    /// Who made it; null when it is not said.
    async fn credit(&self) -> Option<&str> {
        self.0.credit.as_deref()
    }
}

/// What the bytes say of themselves.
struct File {
    bytes: Vec<u8>,
    mime: &'static str,
    width: i32,
    height: i32,
}

/// Reads the header of the picture; its name and its declared type are not asked. Nothing is decoded.
fn read(content: &str) -> Result<File, value::Problem> {
    // Refused before they are decoded: four characters stand for three bytes.
    if content.len() / 4 * 3 > MAX_PICTURE_BYTES + 3 {
        return Err(too_large());
    }
    let bytes = BASE64_STANDARD.decode(content).map_err(|_| not_a_picture())?;
    let reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format();
    let reader = reader.map_err(|_| not_a_picture())?;
    let mime = match reader.format() {
        Some(ImageFormat::Jpeg) => "image/jpeg",
        Some(ImageFormat::Png) => "image/png",
        Some(ImageFormat::WebP) => "image/webp",
        Some(_) | None => return Err(not_a_picture()),
    };
    let (width, height) = reader.into_dimensions().map_err(|_| not_a_picture())?;
    let side = |pixels: u32| i32::try_from(pixels).ok().filter(|_| pixels <= MAX_SIDE);
    let (Some(width), Some(height)) = (side(width), side(height)) else {
        return Err(too_large());
    };
    Ok(File {
        bytes,
        mime,
        width,
        height,
    })
}

fn alt_problems(alt: &[LabelInput]) -> Vec<value::Problem> {
    if alt.iter().all(|text| text.text.trim().is_empty()) {
        return vec![value::Problem::new(
            ProblemCode::AltTextMissing,
            "alt",
            "Décrivez cette image pour qui ne la voit pas.",
            "Describe this picture for those who do not see it.",
        )];
    }
    let long = alt.iter().enumerate();
    long.filter_map(|(position, text)| text_problem(&format!("alt.{position}.text"), &text.text, MAX_ALT))
        .collect()
}

fn not_a_picture() -> value::Problem {
    value::Problem::new(
        ProblemCode::Invalid,
        "content",
        "Ce fichier n’est pas une image JPEG, PNG ou WebP lisible.",
        "This file is not a readable JPEG, PNG or WebP picture.",
    )
}

fn too_large() -> value::Problem {
    let megabytes = MAX_PICTURE_BYTES >> 20;
    value::Problem::new(
        ProblemCode::TooLong,
        "content",
        format!("Une image pèse {megabytes} Mo au plus, et mesure {MAX_SIDE} pixels de côté au plus."),
        format!("A picture weighs {megabytes} MB at most, and measures {MAX_SIDE} pixels at most on each side."),
    )
}
