"""Further masked-language training of a base model on a project's own texts.

Gururangan et al. 2020, "Don't Stop Pretraining: Adapt Language Models to Domains and Tasks".
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from transformers import set_seed

from ner.adaptation.loop import build_trainer, plan_for
from ner.adaptation.masked_loss import MaskedPositions, mean_loss
from ner.adaptation.masked_windows import MaskedBatches, WordWindow, cut
from ner.adaptation.masking import Vocabulary
from ner.adaptation.options import AdaptationOptions, AdaptationPlan, batch_tokens
from ner.adaptation.report import AdaptationReport
from ner.adaptation.texts import Texts, split_texts
from ner.errors import BaseModelError, TrainingError
from ner.models.base_model import (
    load_body,
    load_config,
    load_masked_model,
    load_tokenizer,
    make_room,
    max_window,
    quiet,
    resolve_base_model,
)
from ner.models.tagging_model import set_dropout
from ner.text.encoding import Encoder
from ner.training.callbacks import ReportProgress
from ner.training.checkpoints import Checkpoint, Checkpoints
from ner.training.device import attention_for, on_cpu, supports_bf16, training_device
from ner.training.loop import run_to_end
from ner.training.progress import Listener, Stage, ignore
from ner.versions.manifest import library_versions
from ner.versions.new_folder import check_output, new_folder

logger = logging.getLogger(__name__)


def adapt(
    texts: Iterable[str],
    *,
    options: AdaptationOptions,
    output: Path,
    work_dir: Path,
    progress: Listener | None = None,
) -> AdaptationReport:
    """Trains a base model to predict masked words of `texts`; writes a base model into `output`.

    The folder has the model's body without a head, an adaptation.json, and the tokenizer as
    `load_tokenizer` prepares it, whose line break token is thus part of the training. Equal
    texts count once. The same texts, options and machine give the same weights, in whatever order
    the texts come, unless `minutes` is set. Checkpoints go to `work_dir`, from which a call with
    the same arguments resumes after a kill; it can be removed once this returns.

    Raises BaseModelError for a base model that cannot be used, and TrainingError for texts without
    a word, an `output` that is not empty, or divergence.
    """
    began = time.monotonic()
    check_output(output)
    report = ReportProgress(progress or ignore)
    report.emit(Stage.PREPARING)
    setup = _set_up(texts, options)
    set_seed(options.seed)
    model = _load(setup)
    positions = MaskedPositions(model)
    checkpoints = Checkpoints(work_dir)
    resume_from = checkpoints.claim(_key(setup, options))
    before = _loss(setup, model, positions)
    plan = _train(setup, options, model, positions, checkpoints.folder, resume_from, report)
    report.emit(Stage.SAVING)
    losses = before, _loss(setup, model, positions)
    rate = options.rate_for(model.config.hidden_size)
    result = _report(setup, options, plan, resume_from, rate, losses, time.monotonic() - began)
    _save(setup, model, result, output)
    report.emit(Stage.DONE, seconds_left=0.0)
    logger.info(
        "adapted steps=%d loss=%s seconds=%.0f", plan.steps, result.loss_after, result.seconds
    )
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class _AdaptationSetup:
    """Everything that is determined before weights are loaded."""

    source: str
    texts: Texts
    tokenizer: Any
    vocabulary: Vocabulary
    encoder: Encoder
    training: tuple[WordWindow, ...]
    aside: tuple[WordWindow, ...]

    def batches(self, windows: tuple[WordWindow, ...], *, seed: int) -> MaskedBatches:
        return MaskedBatches(
            windows,
            self.vocabulary,
            padding=self.tokenizer.pad_token_id,
            batch_tokens=batch_tokens(on_cpu=on_cpu()),
            seed=seed,
        )


def _set_up(texts: Iterable[str], options: AdaptationOptions) -> _AdaptationSetup:
    split = split_texts(texts, share=options.held_aside, seed=options.seed)
    source = resolve_base_model(options.base_model)
    config = load_config(source)
    tokenizer = load_tokenizer(source)
    if tokenizer.mask_token_id is None:
        raise BaseModelError(
            f"base model {options.base_model!r} cannot be adapted, its tokenizer has no mask token"
        )
    window = min(options.window, max_window(config, tokenizer))
    encoder = Encoder(tokenizer.backend_tokenizer, window=window, overlap=0)
    training = cut(split.training, encoder)
    if not training:
        raise TrainingError(f"the {len(split.training)} texts hold no word to train on")
    return _AdaptationSetup(
        source=source,
        texts=split,
        tokenizer=tokenizer,
        vocabulary=Vocabulary.of(tokenizer),
        encoder=encoder,
        training=training,
        aside=cut(split.aside, encoder),
    )


def _load(setup: _AdaptationSetup) -> Any:
    """The model to train. On a CPU it has no dropout, which would take half of each step's time.

    It is moved to its device at once, because its loss before the training is measured there too.
    """
    config = load_config(setup.source)
    set_dropout(config, 0.0 if on_cpu() else None)
    attention = attention_for(bf16=supports_bf16())
    model = load_masked_model(setup.source, config, attention=attention)
    make_room(model, len(setup.tokenizer))
    return model.to(training_device())


def _key(setup: _AdaptationSetup, options: AdaptationOptions) -> dict[str, Any]:
    """What must be the same for a checkpoint to belong to this adaptation, as JSON."""
    return {
        "task": "adaptation",
        "fingerprint": setup.texts.fingerprint,
        "parameters": dict(options.parameters),
        "source": setup.source,
        "libraries": library_versions(),
    }


def _loss(setup: _AdaptationSetup, model: Any, positions: MaskedPositions) -> float | None:
    """The loss on the texts held aside, None if there are none; each call masks the same words."""
    if not setup.aside:
        return None
    return mean_loss(model, positions, setup.batches(setup.aside, seed=0), bf16=supports_bf16())


def _train(
    setup: _AdaptationSetup,
    options: AdaptationOptions,
    model: Any,
    positions: MaskedPositions,
    checkpoints: Path,
    resume_from: Checkpoint | None,
    report: ReportProgress,
) -> AdaptationPlan:
    """Trains `model` to the end of its plan, which is returned."""
    batches = setup.batches(setup.training, seed=options.seed)
    estimate = plan_for(options, model, positions, batches, resume_from)
    plan, step = estimate.plan, resume_from.step if resume_from else 0
    left = estimate.step_seconds * (plan.steps - step)
    report.emit(Stage.ESTIMATE, step=step, steps=plan.steps, epochs=plan.epochs, seconds_left=left)
    trainer = build_trainer(
        model,
        positions,
        batches,
        options=options,
        plan=plan,
        checkpoints=checkpoints,
        report=report,
    )
    run_to_end(trainer, resume_from, remedy="choose a lower learning rate")
    return plan


def _report(
    setup: _AdaptationSetup,
    options: AdaptationOptions,
    plan: AdaptationPlan,
    resume_from: Checkpoint | None,
    learning_rate: float,
    losses: tuple[float | None, float | None],
    seconds: float,
) -> AdaptationReport:
    """The report; `losses` are those before and after the training."""
    before, after = losses
    return AdaptationReport(
        base_model=options.base_model,
        fingerprint=setup.texts.fingerprint,
        texts=len(setup.texts.training) + len(setup.texts.aside),
        held_aside=len(setup.texts.aside),
        tokens=sum(len(window.ids) for window in setup.training),
        window=setup.encoder.window,
        seed=options.seed,
        epochs=plan.epochs,
        steps=plan.steps,
        learning_rate=learning_rate,
        loss_before=before,
        loss_after=after,
        seconds=seconds,
        resumed_from=resume_from.step if resume_from else None,
    )


def _save(setup: _AdaptationSetup, model: Any, report: AdaptationReport, output: Path) -> None:
    """Writes the body as the base model had it, a pooler included, and the report.

    The head is left out, because each task adds a new one.
    """
    body = load_body(setup.source, load_config(setup.source))
    make_room(body, len(setup.tokenizer))
    body.load_state_dict(model.base_model.state_dict(), strict=False)
    with new_folder(output) as folder, quiet():
        body.save_pretrained(folder)
        setup.tokenizer.save_pretrained(folder)
        report.write(folder)
