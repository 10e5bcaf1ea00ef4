"""A ledger written as an ERP would export it, with faults whose place is known: what readers are measured on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ...errors import PaybenchError
from ...files import check_folder, replaced_folder
from ...ledger import Ledger
from .draft import last_day
from .faults import plant
from .quickbooks import QUICKBOOKS_FAULTS, QUICKBOOKS_FILE, quickbooks_draft
from .sap import SAP_FAULTS, SAP_FILE, sap_draft

FAULTS_FILE = "faults.csv"
"""The list of what was planted, and the mark of a folder that :func:`write_export` may replace."""

LAYOUTS = {"sap": (sap_draft, SAP_FAULTS), "quickbooks": (quickbooks_draft, QUICKBOOKS_FAULTS)}
"""What each layout says of a ledger, and the faults that it can bear; see the modules of these names."""

EXPORTS = {"sap": {SAP_FILE, FAULTS_FILE}, "quickbooks": {QUICKBOOKS_FILE, FAULTS_FILE}}
"""The files of each layout's folder."""

__all__ = ["EXPORTS", "FAULTS_FILE", "LAYOUTS", "write_export"]


def write_export(ledger: Ledger, folder: str | Path, layout: str, seed: int = 0, faults: bool = True) -> pd.DataFrame:
    r"""Write a ledger as the export of an ERP, and beside it the list of the faults planted in it.

    Parameters
    ----------
    ledger : one version per invoice and payment, as :func:`~paybench.ledger.as_of` gives it; everything in it counts
        as known on the day of the export, the day after its last invoice or payment.
    folder : gets the export's file and ``faults.csv``, of which a reader is given the first; written whole or not at
        all.
    layout : one of :data:`LAYOUTS`.
    seed : the same seed gives the same bytes.
    faults : False gives the file as the ERP would write it, and an empty list.

    Returns
    -------
    The content of ``faults.csv``, all text but ``line``, one row per cell or row at fault, in the order of the file:
    ``fault`` (its name), ``file``, ``line`` (on which the record begins, the first line of the file being 1),
    ``column`` (its name in the file; ``(row)``: the whole record, ``(file)``: the file), ``stands`` (what stands there;
    a byte that is not UTF-8 as ``\xe9``, NUL as ``\x00``), ``true`` (what would stand there without the fault; empty
    for a row that should not be there) and ``wanted``, what a good reader does: ``keep`` (nothing is wrong; it must
    not be mangled), ``repair`` (there is only one thing that it can mean), ``set aside`` (the row, with a reason) or
    ``flag`` (keep it, and show it to a person). What is not listed is exactly true; a row bears at most one fault.

    Raises
    ------
    PaybenchError
        If there is no such layout, the ledger has no invoice or several versions of one, or the folder holds something
        else or cannot be written.
    """
    if layout not in LAYOUTS:
        raise PaybenchError(f"There is no layout '{layout}'; choose one of {', '.join(LAYOUTS)}.")
    invoices, payments = ledger.invoices["invoice_id"], ledger.payments["payment_id"]
    if invoices.empty:
        raise PaybenchError("The ledger holds no invoice, and an export lists at least one; give another ledger.")
    if invoices.duplicated().any() or payments.duplicated().any():
        raise PaybenchError(
            "The ledger holds several versions of an invoice or payment, and an export has one; cut it with as_of."
        )
    check_folder(folder, "export", FAULTS_FILE)
    make, possible = LAYOUTS[layout]
    rng = np.random.default_rng([seed, *layout.encode()])
    draft, listed = plant(make(ledger), possible if faults else (), last_day(ledger), rng)
    with replaced_folder(folder) as new:
        (new / draft.file).write_bytes(draft.content())
        (new / FAULTS_FILE).write_bytes(listed.to_csv(index=False, lineterminator="\r\n").encode("utf-8"))
    return listed
