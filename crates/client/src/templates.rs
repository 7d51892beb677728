//! Templates.

use coder_wire::templates::{
    CreateTemplateRequest, CreateTemplateVersionRequest, Template, TemplateVersion,
    UpdateActiveTemplateVersionRequest, UploadResponse,
};
use http::{Method, header};
use uuid::Uuid;

use crate::{Client, Result};

/// The deployment has one organization; the server accepts any reference to it.
const ORGANIZATION: &str = "default";

impl Client {
    /// Uploads a tar archive.
    pub async fn upload(&self, archive: Vec<u8>) -> Result<UploadResponse> {
        let request = self.request(Method::POST, &["api", "v2", "files"], &[])?;
        self.json_response(request.header(header::CONTENT_TYPE, "application/x-tar").body(archive)).await
    }

    pub async fn create_template_version(
        &self,
        request: &CreateTemplateVersionRequest,
    ) -> Result<TemplateVersion> {
        let path = ["api", "v2", "organizations", ORGANIZATION, "templateversions"];
        self.send(Method::POST, &path, request).await
    }

    pub async fn create_template(&self, request: &CreateTemplateRequest) -> Result<Template> {
        self.send(Method::POST, &["api", "v2", "organizations", ORGANIZATION, "templates"], request).await
    }

    /// All templates, by name.
    pub async fn templates(&self) -> Result<Vec<Template>> {
        self.get(&["api", "v2", "templates"], &[]).await
    }

    pub async fn template(&self, name: &str) -> Result<Template> {
        self.get(&["api", "v2", "organizations", ORGANIZATION, "templates", name], &[]).await
    }

    /// Makes `version` the one that new builds use.
    pub async fn activate_template_version(&self, template: Uuid, version: Uuid) -> Result<()> {
        let template = template.to_string();
        let request = self.request(Method::PATCH, &["api", "v2", "templates", &template, "versions"], &[])?;
        self.no_content(request.json(&UpdateActiveTemplateVersionRequest { id: version })).await
    }

    pub async fn delete_template(&self, template: Uuid) -> Result<()> {
        let template = template.to_string();
        self.no_content(self.request(Method::DELETE, &["api", "v2", "templates", &template], &[])?).await
    }
}
