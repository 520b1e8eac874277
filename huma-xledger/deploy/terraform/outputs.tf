output "huma_to_xledger_connection_id" {
  value       = airbyte_connection.huma_to_xledger.connection_id
  description = "The connection that `huma-xledger listen` starts the job of, with `trigger: airbyte`."
}

output "xledger_to_huma_connection_id" {
  value       = one(airbyte_connection.xledger_to_huma[*].connection_id)
  description = "The connection of the other direction; null where that is not set up."
}
