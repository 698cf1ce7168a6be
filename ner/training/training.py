"""Training: documents in, a folder with weights and tokenizer out."""

import dataclasses
import logging
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from transformers import set_seed

from ner.corpus.corpus import fingerprint
from ner.decoding.decoding import Decoding
from ner.decoding.span_ends import learn_span_ends
from ner.decoding.span_filter import learn_span_filter
from ner.decoding.transitions import learn_transitions
from ner.engines.torch_engine import TorchEngine
from ner.errors import TrainingError
from ner.models.base_model import load_config, load_tokenizer, max_window, quiet, resolve_base_model
from ner.models.casing import Casing, keep_case
from ner.models.occurring_tokens import occurring
from ner.models.tagging_model import TaggingModel, build_model
from ner.scoring.evaluation import Scores, evaluate
from ner.spans import Document
from ner.tagger import Tagger
from ner.tags import sort_labels
from ner.text.encoding import Encoder
from ner.training.callbacks import F1, ReportProgress
from ner.training.checkpoints import Checkpoint, Checkpoints
from ner.training.data import EncodedPart, passed_over, prepare, split_validation, tagged_tokens
from ner.training.device import attention_for, on_cpu, uses_bf16
from ner.training.estimate import estimate_seconds
from ner.training.loop import build_trainer, run_to_end
from ner.training.options import Plan, TrainingOptions, plan_for
from ner.training.progress import Listener, Stage, ignore
from ner.training.replay import choose_documents
from ner.training.report import TrainingReport
from ner.training.spanless import epoch_size, have_spans
from ner.versions.manifest import MANIFEST_FILE, library_versions, read_manifest
from ner.versions.new_folder import check_output, new_folder
from ner.versions.trained_on import write_trained_on

logger = logging.getLogger(__name__)


def train(
    documents: Sequence[Document],
    *,
    labels: Sequence[str] | None = None,
    options: TrainingOptions,
    output: Path,
    work_dir: Path,
    dev: Sequence[Document] = (),
    progress: Listener | None = None,
) -> TrainingReport:
    """Trains on `documents`; writes weights, tokenizer and config into `output`, all or nothing.

    `labels` None takes those that occur. The last step is kept or, where `options` set a validation
    part aside, the checkpoint that is best on it; `dev` is scored at the end and has no effect.
    With `options.warm_from`, the documents that the version was not trained on are used and a
    replay of the others; all of them if none is new, or if the version does not record its own.
    Checkpoints go to `work_dir`, from which a call with the same arguments resumes after a kill; it
    can be removed once this returns. The same documents, options and machine give the same weights,
    in whatever order the documents come.

    An exception of `progress` ends the training and leaves only `work_dir` behind. Only one
    training can run in a process at a time. Raises BaseModelError for a base model that cannot be
    used, CorruptVersion for a version to start from that cannot be read, and TrainingError for
    documents without a span, an `output` that is not empty, or divergence.
    """
    check_output(output)
    report = ReportProgress(progress or ignore)
    report.emit(Stage.PREPARING)
    options = _with_own_base_model(options)
    setup = _set_up(documents, labels, options)
    set_seed(options.seed)
    tagging = _build(setup, options)
    checkpoints = Checkpoints(work_dir)
    resume_from = checkpoints.claim(_key(setup, options))
    state = _run(setup, options, tagging.model, checkpoints.folder, resume_from, report)
    report.emit(Stage.SAVING)
    tagging.finish()
    _save(tagging.model, setup, output)
    scores = _score(setup, tagging.model, dev)
    result = _report(setup, options, state, resume_from, scores, time.monotonic() - setup.began)
    report.emit(Stage.DONE, seconds_left=0.0)
    logger.info(
        "trained steps=%d f1=%s seconds=%.0f", result.steps, result.validation_f1, result.seconds
    )
    return result


def _with_own_base_model(options: TrainingOptions) -> TrainingOptions:
    """The options with the base model of the version that a warm start uses, whatever was chosen.

    A folder without a manifest does not record one; the options then stay as they are.
    """
    version = options.warm_from
    if version is None or not (version / MANIFEST_FILE).exists():
        return options
    return dataclasses.replace(options, base_model=read_manifest(version).base_model)


@dataclass(frozen=True, slots=True, kw_only=True)
class _TrainingSetup:
    """Everything that is determined before weights are loaded."""

    began: float
    source: str
    tokenizer: Any
    casing: Casing | None
    encoder: Encoder
    decoding: Decoding
    documents: Sequence[Document]
    chosen: int
    fingerprint: str
    training: EncodedPart
    validation: EncodedPart
    plan: Plan

    @property
    def labels(self) -> tuple[str, ...]:
        return self.decoding.labels


def _set_up(
    documents: Sequence[Document], labels: Sequence[str] | None, options: TrainingOptions
) -> _TrainingSetup:
    began = time.monotonic()
    names = sort_labels(labels or {label for document in documents for label in document.labels})
    if not any(document.labels & {*names} for document in documents):
        raise TrainingError(
            f"none of the {len(documents)} documents has a span with one of the labels "
            f"{list(names)}: annotate some first"
        )
    warm = options.warm_from
    source = str(warm) if warm else resolve_base_model(options.base_model)
    config = load_config(source)
    tokenizer = load_tokenizer(source)
    casing = keep_case(tokenizer) if options.keep_case else None
    window = min(options.window, max_window(config, tokenizer))
    encoder = Encoder(
        tokenizer.backend_tokenizer, window=window, overlap=min(options.overlap, window // 2)
    )
    chosen = choose_documents(documents, options)
    split = split_validation(chosen, share=options.validation_share, seed=options.seed)
    training = prepare(split.training, encoder, names)
    if not training.examples:
        raise TrainingError(f"the {len(documents)} documents hold no text to train on")
    passed = prepare(passed_over(documents, split), encoder, names)
    return _TrainingSetup(
        began=began,
        source=source,
        tokenizer=tokenizer,
        casing=casing,
        encoder=encoder,
        decoding=_learn_decoding((training, passed), names, options),
        documents=documents,
        chosen=len(chosen),
        fingerprint=fingerprint(documents),
        training=training,
        validation=prepare(split.validation, encoder, names),
        plan=plan_for(
            options,
            windows=epoch_size(have_spans(training.examples), options.spanless_share),
            mean_window=fmean(len(example["input_ids"]) for example in training.examples),
            hidden_size=config.hidden_size,
        ),
    )


def _learn_decoding(
    parts: tuple[EncodedPart, ...], labels: tuple[str, ...], options: TrainingOptions
) -> Decoding:
    documents = [document for part in parts for document in part.documents]
    return Decoding(
        labels,
        learn_transitions(tagged_tokens(*parts), labels, weight=options.transition_weight),
        learn_span_filter(documents, labels, min_score=options.min_score),
        learn_span_ends(documents, labels),
    )


def _build(setup: _TrainingSetup, options: TrainingOptions) -> TaggingModel:
    """The model to train; on a CPU without dropout by default, which costs half a step there."""
    return build_model(
        setup.source,
        setup.tokenizer,
        setup.labels,
        warm=options.warm_from is not None,
        renamed=options.renamed,
        dropout=0.0 if on_cpu() and options.dropout is None else options.dropout,
        attention=attention_for(bf16=uses_bf16(options)),
        casing=setup.casing,
        ids=occurring(_all_ids(setup)),
    )


def _all_ids(setup: _TrainingSetup) -> Iterator[Iterable[int]]:
    """The token ids that the model is given in training, some of them several times."""
    for part in (setup.training, setup.validation):
        yield from (example["input_ids"] for example in part.examples)
    tokenizer = setup.tokenizer
    yield from ([i] for i in (tokenizer.pad_token_id, tokenizer.mask_token_id) if i is not None)


def _key(setup: _TrainingSetup, options: TrainingOptions) -> dict[str, Any]:
    """What must be the same for a checkpoint to belong to this training, as JSON."""
    return {
        "fingerprint": setup.fingerprint,
        "labels": list(setup.labels),
        "parameters": dict(options.parameters),
        "source": setup.source,
        "plan": dataclasses.asdict(setup.plan),
        "libraries": library_versions(),
    }


def _run(
    setup: _TrainingSetup,
    options: TrainingOptions,
    model: Any,
    checkpoints: Path,
    resume_from: Checkpoint | None,
    report: ReportProgress,
) -> Any:
    """Trains `model` to its best checkpoint; returns the Trainer's state."""
    plan = setup.plan
    trainer = build_trainer(
        model,
        setup.tokenizer,
        setup.encoder,
        training=setup.training,
        validation=setup.validation,
        decoding=setup.decoding,
        options=options,
        plan=plan,
        checkpoints=checkpoints,
        report=report,
    )
    seconds = estimate_seconds(
        trainer, plan, training=setup.training.examples, validation=setup.validation.examples
    )
    step = resume_from.step if resume_from else 0
    left = seconds * (1 - step / plan.steps)
    report.emit(Stage.ESTIMATE, step=step, steps=plan.steps, epochs=plan.epochs, seconds_left=left)
    run_to_end(trainer, resume_from, remedy="choose a lower learning rate, or bf16 off")
    return trainer.state


def _save(model: Any, setup: _TrainingSetup, output: Path) -> None:
    with new_folder(output) as folder, quiet():
        model.save_pretrained(folder)
        setup.tokenizer.save_pretrained(folder)
        write_trained_on(folder, setup.documents)


def _score(setup: _TrainingSetup, model: Any, dev: Sequence[Document]) -> Scores | None:
    if not dev:
        return None
    tagger = Tagger(TorchEngine(model), setup.encoder, setup.decoding)
    predictions = tagger.predict([document.text for document in dev])
    return evaluate(dev, [prediction.spans for prediction in predictions])


def _report(
    setup: _TrainingSetup,
    options: TrainingOptions,
    state: Any,
    resume_from: Checkpoint | None,
    dev: Scores | None,
    seconds: float,
) -> TrainingReport:
    best = state.best_global_step if state.best_model_checkpoint else state.global_step
    history = {logs["step"]: logs for logs in state.log_history if F1 in logs}
    losses = [logs["loss"] for logs in state.log_history if "loss" in logs]
    return TrainingReport(
        base_model=options.base_model,
        decoding=setup.decoding,
        fingerprint=setup.fingerprint,
        parameters=options.parameters,
        window=setup.encoder.window,
        overlap=setup.encoder.overlap,
        documents=len(setup.documents),
        validation_documents=len(setup.validation.documents),
        passed_over=len(setup.documents) - setup.chosen,
        windows=len(setup.training.examples),
        steps=state.global_step,
        best_step=best,
        loss=losses[-1] if losses else None,
        validation_f1=history[best][F1] if best in history else None,
        dev=dev,
        seconds=seconds,
        resumed_from=resume_from.step if resume_from else None,
        parent=options.warm_from.name if options.warm_from else "",
        label_spans=Counter(span.label for d in setup.documents for span in d.spans),
        dropped=setup.training.dropped + setup.validation.dropped,
        inexact=setup.training.inexact + setup.validation.inexact,
    )
