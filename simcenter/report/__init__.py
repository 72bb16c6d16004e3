"""Reports: results, staffings and plans as tables on a screen and as CSV, XLSX and JSON files. No arithmetic."""

from simcenter.report.about import describe, measure_rows, show_measures
from simcenter.report.files import to_json_dict, write
from simcenter.report.tables import show

__all__ = ["describe", "measure_rows", "show", "show_measures", "to_json_dict", "write"]
