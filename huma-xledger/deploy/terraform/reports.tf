# A pod's own disk is gone with the pod, so that reports go to a bucket and nowhere else. Both destinations have the same:
# what is decided on the page of one holds for the other.
locals {
  reports = {
    for key, value in merge(var.reports, {
      storage_type      = "S3"
      access_key_id     = var.reports_access_key_id
      secret_access_key = var.reports_secret_access_key
    }) : key => value if value != null
  }
}
