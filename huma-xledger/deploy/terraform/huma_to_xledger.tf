resource "airbyte_source_definition" "huma" {
  workspace_id      = var.workspace_id
  name              = "Huma"
  docker_repository = "${var.images}/source-huma"
  docker_image_tag  = var.image_tag
  documentation_url = "https://huma-xledger.example/source-huma/docs/huma"
}

resource "airbyte_destination_definition" "xledger" {
  workspace_id      = var.workspace_id
  name              = "Xledger"
  docker_repository = "${var.images}/destination-xledger"
  docker_image_tag  = var.image_tag
  documentation_url = "https://huma-xledger.example/destination-xledger/docs/xledger"
}

resource "airbyte_source" "huma" {
  workspace_id  = var.workspace_id
  name          = "Huma"
  definition_id = airbyte_source_definition.huma.id

  configuration = jsonencode(merge(var.settings.source_huma, {
    client_id     = var.huma_client_id
    client_secret = var.huma_client_secret
  }))
}

resource "airbyte_destination" "xledger" {
  workspace_id  = var.workspace_id
  name          = "Xledger"
  definition_id = airbyte_destination_definition.xledger.id

  configuration = jsonencode(merge(var.settings.destination_xledger, {
    mode                  = var.mode
    api_token             = var.xledger_token
    authority_confirmed   = var.authority_confirmed
    object_storage_config = local.reports
  }))
}

resource "airbyte_connection" "huma_to_xledger" {
  name           = "Huma to Xledger"
  source_id      = airbyte_source.huma.source_id
  destination_id = airbyte_destination.xledger.destination_id
  status         = "active"
  schedule = {
    schedule_type   = var.cron == null ? "manual" : "cron"
    cron_expression = var.cron
  }

  # Fields that a new version of the source has are selected by somebody, and until then nothing is sent without them.
  non_breaking_schema_updates_behavior = "disable_connection"

  # The streams are always said: of a connection whose streams are not said, Airbyte overwrites every stream.
  configurations = {
    streams = [{ name = "users", sync_mode = "incremental_deduped_history" }]
  }
}
