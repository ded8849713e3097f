"""Why a row of a sheet needs a person's eye: the one list of short codes, with their meanings.

The sentences for the screen are in `resources/i18n` under `read.reason`.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A remark on a row. All but those in `REMARKS` put the row up for review."""

    LOW_CONFIDENCE = "low_confidence"  # the engine itself wasn't sure of a part
    ANALYTE_UNKNOWN = "analyte_unknown"  # no table knows this name
    ANALYTE_AMBIGUOUS = (
        "analyte_ambiguous"  # it names several analytes and unit, sample and value don't decide
    )
    NAME_GUESSED = "name_guessed"  # a near spelling of a known name
    NAME_CONFLICT = "name_conflict"  # the printed name and its abbreviation mean different analytes
    VALUE_UNREADABLE = "value_unreadable"  # no value, or several
    VALUE_IMPLAUSIBLE = "value_implausible"  # likelier a misreading than a patient
    DIGITS_SUSPECT = "digits_suspect"  # a lost decimal point, a letter for a digit, a leading zero
    UNIT_MISSING = "unit_missing"  # none printed, and the range doesn't tell
    UNIT_UNREADABLE = "unit_unreadable"  # something stands there that is no known unit
    UNIT_IMPLAUSIBLE = "unit_implausible"  # a unit in which this analyte isn't reported
    RANGE_UNREADABLE = "range_unreadable"  # something stands there that is no range
    RANGE_IMPLAUSIBLE = "range_implausible"  # several times off the table's range
    RANGE_NEEDS_SEX = "range_needs_sex"  # one range for women, one for men, and the sex is unknown
    PATIENT_DISAGREES = "patient_disagrees"  # the sheet's sex isn't the patient's
    FLAG_DISAGREES = "flag_disagrees"  # the printed mark, or its absence, contradicts value and range
    DUPLICATE = "duplicate"  # the same analyte twice with different values
    SCALED = "scaled"  # remark: the value was converted by the analyte's own factor
    UNIT_ASSUMED = "unit_assumed"  # remark: no unit printed; the range fits the customary one


REMARKS = frozenset({Reason.SCALED, Reason.UNIT_ASSUMED})
