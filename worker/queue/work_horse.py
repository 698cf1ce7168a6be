"""The process of one job: ``python -m worker.queue.work_horse WORKER QUEUE JOB EXECUTION PARENT``.

Started by `worker.queue.rq_worker` and killed with it.
"""

import signal
import sys

from rq.executions import Execution
from rq.serializers import JSONSerializer

from ner.files import private_umask
from worker.logs import configure_logging
from worker.queue.known_job import KnownJob
from worker.queue.parent_death import die_with_parent
from worker.queue.queues import open_queue
from worker.queue.rq_worker import MONITORING_SECONDS, LoopWorker
from worker.redis_connection import open_redis
from worker.settings import load_settings


def main(worker_name: str, queue_name: str, job_id: str, execution_id: str, parent: str) -> None:
    """Runs the job and exits; the exit status says only whether RQ recorded the outcome."""
    die_with_parent(int(parent), signal.SIGKILL)
    settings = load_settings()
    configure_logging(settings.log_level)
    connection = open_redis(settings)
    queue = open_queue(queue_name, connection)
    worker = LoopWorker(
        [queue],
        name=worker_name,
        connection=connection,
        serializer=JSONSerializer,
        job_class=KnownJob,
        job_monitoring_interval=MONITORING_SECONDS,
        prepare_for_work=False,
    )
    job = KnownJob.fetch(job_id, connection=connection, serializer=JSONSerializer)
    worker.execution = Execution.fetch(execution_id, job_id, connection=connection)
    with private_umask():
        worker.main_work_horse(job, queue)


if __name__ == "__main__":
    main(*sys.argv[1:])
