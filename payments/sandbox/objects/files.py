"""Files: what is uploaded as evidence. Only that it was, how it is called and how large it is are kept."""

from pathlib import PurePath

import stripe

from payments.sandbox import listing
from payments.sandbox.errors import invalid, missing
from payments.sandbox.presenting import present
from payments.sandbox.sandbox import Context
from payments.sandbox.store import Body

LARGEST = {"dispute_evidence": 5_000_000}
TYPES = ("csv", "docx", "gif", "heic", "jpg", "pdf", "png", "txt", "xls", "xlsx")
IN_EVIDENCE = (
    *(
        "cancellation_policy",
        "customer_communication",
        "customer_signature",
        "duplicate_charge_documentation",
    ),
    *("receipt", "refund_policy", "service_documentation", "shipping_documentation", "uncategorized_file"),
)


def list_files(ctx: Context, params: Body) -> Body:
    return listing.page(ctx, "file", params, url="/v1/files", fields=("purpose",))


def retrieve(ctx: Context, params: Body, file: str) -> Body:
    return present(ctx, ctx.need("file", file))


def create(ctx: Context, params: Body) -> Body:
    if params["purpose"] not in LARGEST:
        raise invalid("This stand-in knows only files for dispute_evidence.", param="purpose")
    if ctx.upload is None:
        raise invalid("Send the file as multipart/form-data.", param="file")
    size = ctx.upload
    if not 0 < size <= LARGEST[params["purpose"]]:
        raise invalid("The file is empty or too large.", param="file", code="file_too_large")
    id_ = ctx.new_id("file_")
    kind = PurePath(params["file"]).suffix.lstrip(".").lower().replace("jpeg", "jpg")
    return ctx.make(
        stripe.File,
        id=id_,
        created=ctx.now,
        filename=params["file"],
        links={"object": "list", "data": [], "has_more": False, "url": f"/v1/file_links?file={id_}"},
        purpose=params["purpose"],
        size=size,
        type=kind if kind in TYPES else None,
        url=ctx.address(f"/v1/files/{id_}/contents"),
    )


def require(ctx: Context, evidence: Body) -> None:
    """Raises ApiError where evidence names a file that was never uploaded."""
    for name in IN_EVIDENCE:
        if evidence.get(name) and ctx.store.get(evidence[name], kind="file") is None:
            raise missing("file", evidence[name], param=f"evidence[{name}]", status=400)
