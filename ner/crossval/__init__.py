"""Cross-validation of base models on a corpus, and the probable label errors that it shows.

Entry points: `crossval.cross_validate`, `fold_training.train_and_read`, `report.crossval_report`
and `label_errors.find_label_errors`.
"""
