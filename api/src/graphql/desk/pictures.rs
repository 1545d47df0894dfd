//! Pictures that staff bring in one piece; anything heavier is uploaded in parts.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use beffroi_schema::{
    media::Flaw,
    store::{About, MAX_PICTURE_BYTES, StoreError},
    value,
};

use super::{
    content::{LabelInput, label},
    media::{DeskMedia, FocusInput, about_problems},
    within,
};
use crate::graphql::{
    context::Asked as _,
    guard::{Role, RoleGuard, requires},
    problem::{Problem, settle},
};

/// Acts on pictures.
#[derive(Debug, Default)]
pub struct PictureMutation;

#[Object]
impl PictureMutation {
    /// Keeps a picture: JPEG, PNG, WebP or GIF (its first frame), at most 8 MB. It is drawn anew: upright, in sRGB, at most
    /// 4,096 pixels on a side, and without its metadata. The same file with other texts is another picture: items that
    /// show the first keep its texts until they are amended.
    #[graphql(guard = "RoleGuard(value::Role::Contributor)", directive = requires::apply(Role::Contributor))]
    async fn upload_picture(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wanted.")] input: UploadPictureInput,
    ) -> Result<UploadPicturePayload> {
        let home = within(ctx, value::Role::Contributor, &input.authority_id).await?;
        let mut problems = about_problems(&input.alt, input.credit.as_deref(), None);
        let focus = FocusInput::read(input.focus.as_ref(), &mut problems);
        let file = read(&input.content).map_err(|problem| problems.push(problem)).ok();
        let kept = match file {
            Some(bytes) if problems.is_empty() => {
                let about = About {
                    alt: label(input.alt),
                    credit: input.credit,
                    focus,
                    name: None,
                };
                ctx.store()?.put_picture(home.id, bytes, about, ctx.viewer()?).await
            }
            Some(_) | None => Err(StoreError::Problems(problems)),
        };
        let (row, problems) = settle(kept)?;
        Ok(UploadPicturePayload {
            picture: row.map(DeskMedia),
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
    /// What every crop keeps in view; its middle, if nothing is said.
    focus: Option<FocusInput>,
}

/// The picture that was kept.
#[derive(Debug, SimpleObject)]
pub struct UploadPicturePayload {
    /// The picture; null when there are problems: nothing was written then.
    picture: Option<DeskMedia>,
    /// What to put right.
    problems: Vec<Problem>,
}

/// The bytes of the file: what they are is for the store to say.
fn read(content: &str) -> Result<Vec<u8>, value::Problem> {
    // Refused before they are decoded: four characters stand for three bytes.
    if content.len() / 4 * 3 > MAX_PICTURE_BYTES + 3 {
        return Err(Flaw::TooHeavy(MAX_PICTURE_BYTES as u64 >> 20).problem("content"));
    }
    let decoded = BASE64_STANDARD.decode(content);
    decoded.map_err(|_| Flaw::Damaged.problem("content"))
}
