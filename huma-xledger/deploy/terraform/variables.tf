# ------------------------------------------------------------------ Airbyte

variable "airbyte_url" {
  type        = string
  description = "The public API of your Airbyte, such as https://airbyte.example.com/api/public/v1/."
}

variable "airbyte_client_id" {
  type        = string
  description = "The client ID of an application in Airbyte: User settings > Applications."
}

variable "airbyte_client_secret" {
  type        = string
  sensitive   = true
  description = "The client secret of that application."
}

variable "airbyte_token_url" {
  type        = string
  default     = null
  description = "Where the application gets its token. Null: where the provider looks for it by itself."
}

variable "workspace_id" {
  type        = string
  description = "The workspace: the UUID in the address of its pages."
}

variable "images" {
  type        = string
  description = "Where the images are pulled from, such as registry.example.com/huma-xledger. Another place makes everything anew."

  validation {
    condition     = !endswith(var.images, "/")
    error_message = "The name of a connector is put behind images with a slash: leave that at its end out."
  }
}

variable "image_tag" {
  type        = string
  default     = "0.1.0"
  description = "Which version of the images. A tag that was used once is never given to another image."
}

# ------------------------------------------------------------------ Both directions

variable "authority_confirmed" {
  type        = bool
  description = "true: I may let this connection read and write personnel data. Without it nothing is read or written."
}

variable "reports" {
  type = object({
    s3_bucket_name     = string
    s3_bucket_region   = optional(string)
    bucket_path        = optional(string)
    role_arn           = optional(string)
    s3_endpoint        = optional(string)
    s3_endpoint_region = optional(string)
  })
  description = "The bucket for reports, which hold personal data: the settings of S3, by the names they have in the reference."
}

variable "reports_access_key_id" {
  type        = string
  sensitive   = true
  description = "The access key to that bucket. null: the credentials that a pod of Airbyte's has by itself."
}

variable "reports_secret_access_key" {
  type        = string
  sensitive   = true
  description = "The secret that belongs to the access key, or null like it."
}

variable "settings" {
  type = object({
    source_huma         = optional(any, {})
    destination_xledger = optional(any, {})
    source_xledger      = optional(any, {})
    destination_huma    = optional(any, {})
  })
  default     = {}
  description = "Whatever else a connector is to know, by the names of its reference, such as {source_huma = {company_ids = [...]}}."
}

# ------------------------------------------------------------------ From Huma to Xledger

variable "huma_client_id" {
  type        = string
  description = "The client ID of an API key in Huma that reads."
}

variable "huma_client_secret" {
  type        = string
  sensitive   = true
  description = "The client secret of that key."
}

variable "xledger_token" {
  type        = string
  sensitive   = true
  description = "An API token of Xledger that writes."
}

variable "mode" {
  type        = string
  default     = "preview"
  description = "preview: a sync plans and reports, and writes nothing. sync: it writes to Xledger."

  validation {
    condition     = contains(["preview", "sync"], var.mode)
    error_message = "mode is preview or sync."
  }
}

variable "cron" {
  type        = string
  default     = null
  description = "When it runs, in UTC and in Quartz's form, such as 0 0 4 * * ?. Null: by hand, as it has to be until the first sync is done."
}

# ------------------------------------------------------------------ From Xledger to Huma

variable "xledger_to_huma" {
  type        = bool
  default     = false
  description = "Whether the other direction is set up as well. It is run by hand."

  validation {
    condition = !var.xledger_to_huma || alltrue([
      for given in [var.xledger_reading_token, var.huma_writing_client_id, var.huma_writing_client_secret] : given != null
    ])
    error_message = "The other direction needs xledger_reading_token, huma_writing_client_id and huma_writing_client_secret."
  }
}

variable "xledger_reading_token" {
  type        = string
  default     = null
  sensitive   = true
  description = "An API token of Xledger that reads. For the other direction alone."
}

variable "huma_writing_client_id" {
  type        = string
  default     = null
  description = "The client ID of an API key in Huma that writes. For the other direction alone."
}

variable "huma_writing_client_secret" {
  type        = string
  default     = null
  sensitive   = true
  description = "The client secret of that key. For the other direction alone."
}

variable "xledger_to_huma_mode" {
  type        = string
  default     = "preview"
  description = "preview: a sync plans and reports, and writes nothing. sync: it writes to Huma."

  validation {
    condition     = contains(["preview", "sync"], var.xledger_to_huma_mode)
    error_message = "xledger_to_huma_mode is preview or sync."
  }
}
