//! How a replay comes to be the owner of the server.

use anyhow::{Context, Result};
use serde_json::json;

use super::Options;
use crate::client::Access;

/// Signs in as the owner that the options name, or becomes the owner of a new server.
pub(super) async fn sign_in(options: &Options) -> Result<Access> {
    let access = Access::at(&options.url);
    let owner = match (&options.email, &options.password) {
        (Some(email), Some(password)) => {
            let body = json!({ "email": email, "password": password });
            let cookie = access.cookie("session", &body).await;
            cookie.context("signing in")?
        }
        _ => become_owner(&access, options).await?,
    };
    Ok(access.owned_by(owner))
}

async fn become_owner(access: &Access, options: &Options) -> Result<String> {
    let file = options.data_folder.join("owner-link.txt");
    let link = match &options.owner_link {
        Some(link) => link.clone(),
        None => std::fs::read_to_string(&file).with_context(|| {
            format!(
                "no owner link at {}: start a new server here, or give --email and --password",
                file.display()
            )
        })?,
    };
    access
        .accept(&link, "replay-owner", options.seed)
        .await
        .context("becoming the owner")
}
