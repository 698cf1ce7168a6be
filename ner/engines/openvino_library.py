"""OpenVINO, imported so that it sends nothing about its use.

OpenVINO and NNCF report each import and call to Google Analytics when the package
``openvino_telemetry`` can be imported (`openvino/tools/ovc/__init__.py`,
`nncf/telemetry/wrapper.py`). Without it both take a stub. Everything here imports OpenVINO from
this module, because the first import decides.
"""

import sys

sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # makes its import fail

import openvino  # noqa: E402

__all__ = ["openvino"]
