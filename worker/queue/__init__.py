"""The queues on Redis, the jobs on them, and the processes that enqueue and run jobs.

No other folder connects to Redis, but `server.cli.processes.embedded_valkey`, which starts a
server. Entry points: `queues.connect`, and for the processes `cron.Cron` and
`rq_worker.run_worker`.
"""
