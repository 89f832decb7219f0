"""`doomed.py` for a watch that listens to Slack: it may also die before and after what it says on the socket."""

import doomed_points
from warroom.net.web_socket import WebSocket

doomed_points.around(WebSocket, "send", "word on the socket")
doomed_points.watch()
