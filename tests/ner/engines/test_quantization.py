"""The layers that int8_mixed leaves in floating point."""

from ner.engines.loading import OPENVINO_FOLDER
from ner.engines.openvino_engine import MODEL_FILES
from ner.engines.openvino_library import openvino
from ner.engines.precisions import Precision
from ner.engines.quantization import _sensitive_layers
from ner.versions.version import Version


def quantized_layers(version: Version, precision: Precision) -> int:
    """The number of weights in int8."""
    model = openvino.Core().read_model(version.path / OPENVINO_FOLDER / MODEL_FILES[precision])
    constants = [op for op in model.get_ops() if op.get_type_name() == "Constant"]
    return sum(
        str(op.get_element_type().get_type_name()) == "i8" and len(op.get_output_shape(0)) == 2
        for op in constants
    )


def test_they_are_those_with_fewer_outputs_than_inputs(exported: Version) -> None:
    file = exported.path / OPENVINO_FOLDER / MODEL_FILES["fp32"]
    names = [*_sensitive_layers(openvino.Core().read_model(file))]
    assert len(names) == 3
    assert sum(".output.dense" in name and "attention" not in name for name in names) == 2
    assert sum(".classifier" in name for name in names) == 1


def test_they_are_not_quantized_in_int8_mixed(exported: Version) -> None:
    everything, mixed = (quantized_layers(exported, each) for each in ("int8", "int8_mixed"))
    assert (everything - mixed, mixed > 0) == (3, True)
