"""What a network, an archive or an export must offer, and what it may.

Plug-ins are found by entry point and inherit from nothing of ours; capabilities are found by
`isinstance` on these protocols.
"""

from unroller.core.ports.archives import Archive, Files, Gathering, Report
from unroller.core.ports.bots import Answer, Bookmarking, Checkable, Connectable, Messenger, Operator, Ringing
from unroller.core.ports.exports import Binding, Export, Forms, Frame, Part, Wrapping
from unroller.core.ports.feeds import Feed, Item, Subscription
from unroller.core.ports.keeping import Balance, Booking, Cap, Keeper, Purse, SessionKeeper, dollars
from unroller.core.ports.networks import Appearing, Costly, Guessing, Network, Rules, Switchable
from unroller.core.ports.wire import Following, HttpClient, Params, Reply

__all__ = [
    "Answer",
    "Appearing",
    "Archive",
    "Balance",
    "Binding",
    "Booking",
    "Bookmarking",
    "Cap",
    "Checkable",
    "Connectable",
    "Costly",
    "Export",
    "Feed",
    "Files",
    "Following",
    "Forms",
    "Frame",
    "Gathering",
    "Guessing",
    "HttpClient",
    "Item",
    "Keeper",
    "Messenger",
    "Network",
    "Operator",
    "Params",
    "Part",
    "Purse",
    "Reply",
    "Report",
    "Ringing",
    "Rules",
    "SessionKeeper",
    "Subscription",
    "Switchable",
    "Wrapping",
    "dollars",
]
