//! Readiness.

/// Check that the server accepts requests.
///
/// Needs no token. Returns `OK`.
#[utoipa::path(get, path = "/healthz", tag = "General", responses((status = 200, body = String, description = "Ready")))]
pub async fn healthz() -> &'static str {
    "OK"
}
