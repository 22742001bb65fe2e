"""The one polite client: time-outs, limits, retries, rate limits, and no private addresses.

Only `unroller.plugins` imports this room; everybody else is handed a client.
"""

from unroller.http.client import Polite
from unroller.http.tally import Counted, Tally

__all__ = ["Counted", "Polite", "Tally"]
