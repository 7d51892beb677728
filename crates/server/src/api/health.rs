//! Is the server ready?

/// Answers `OK` once the server takes requests.
#[utoipa::path(get, path = "/healthz", tag = "General", responses((status = 200, body = String, description = "Ready")))]
pub async fn healthz() -> &'static str {
    "OK"
}
