locals {
  other_direction = var.xledger_to_huma ? 1 : 0
}

resource "airbyte_source_definition" "xledger" {
  count = local.other_direction

  workspace_id      = var.workspace_id
  name              = "Xledger"
  docker_repository = "${var.images}/source-xledger"
  docker_image_tag  = var.image_tag
  documentation_url = "https://huma-xledger.example/source-xledger/docs/xledger"
}

resource "airbyte_destination_definition" "huma" {
  count = local.other_direction

  workspace_id      = var.workspace_id
  name              = "Huma"
  docker_repository = "${var.images}/destination-huma"
  docker_image_tag  = var.image_tag
  documentation_url = "https://huma-xledger.example/destination-huma/docs/huma"
}

resource "airbyte_source" "xledger" {
  count = local.other_direction

  workspace_id  = var.workspace_id
  name          = "Xledger"
  definition_id = airbyte_source_definition.xledger[0].id

  configuration = jsonencode(merge(var.settings.source_xledger, {
    api_token = var.xledger_reading_token
  }))
}

resource "airbyte_destination" "huma" {
  count = local.other_direction

  workspace_id  = var.workspace_id
  name          = "Huma"
  definition_id = airbyte_destination_definition.huma[0].id

  configuration = jsonencode(merge(var.settings.destination_huma, {
    mode                  = var.xledger_to_huma_mode
    client_id             = var.huma_writing_client_id
    client_secret         = var.huma_writing_client_secret
    authority_confirmed   = var.authority_confirmed
    object_storage_config = local.reports
  }))
}

# Nobody is brought to Huma unless somebody asks for it, so that this one has no schedule.
resource "airbyte_connection" "xledger_to_huma" {
  count = local.other_direction

  name           = "Xledger to Huma"
  source_id      = airbyte_source.xledger[0].source_id
  destination_id = airbyte_destination.huma[0].destination_id
  status         = "active"
  schedule       = { schedule_type = "manual" }

  non_breaking_schema_updates_behavior = "disable_connection"

  configurations = {
    streams = [{ name = "employees", sync_mode = "full_refresh_append" }]
  }
}
