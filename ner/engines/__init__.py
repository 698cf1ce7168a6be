"""What computes a model's scores: windows of token ids in, log probabilities of tags out.

`torch_engine` runs every model, `openvino_engine` those that were exported, faster and without
torch.
"""
