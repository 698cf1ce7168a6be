"""The queues on Redis, the jobs on them, and the processes that enqueue and run jobs.

No other folder uses Redis; `server.cli.processes.embedded_valkey` starts one. Others use
`queues.connect`; the processes are `cron.Cron` and `rq_worker.run_worker`.
"""
