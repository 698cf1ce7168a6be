"""`nerloop up`, `server`, `worker` and `cron`: processes that run until they are stopped."""
