"""Addresses about what happened: the events of both versions of the API."""

import stripe
from stripe import params, v2
from stripe.params.v2 import core as core_params
from stripe.v2 import core

from payments.sandbox.objects import happenings
from payments.sandbox.routing import get, listed

ROUTES = (
    listed("/v1/events", happenings.list_events, params.EventListParams, stripe.Event, "type types"),
    get("/v1/events/{id}", happenings.retrieve_event, params.EventRetrieveParams, stripe.Event),
    get(
        "/v2/core/events",
        happenings.list_thin,
        core_params.EventListParams,
        v2.ListObject[core.Event],
        "created limit object_id page types",
    ),
    get("/v2/core/events/{id}", happenings.retrieve_thin, core_params.EventRetrieveParams, core.Event),
)
