"""A bot for Handoff in plain Python. PORT, HANDOFF_URL, HANDOFF_BOT_TOKEN and HANDOFF_BOT_SECRET say where, and with whom."""
import base64, collections, hashlib, hmac, json, os, threading, time, uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

API = os.environ["HANDOFF_URL"].rstrip("/") + "/api/v1/bot/"
HEADERS = {"Authorization": "Bearer " + os.environ["HANDOFF_BOT_TOKEN"], "Content-Type": "application/json"}
KEY = base64.b64decode(os.environ["HANDOFF_BOT_SECRET"][len("whsec_"):])
PACE = float(os.environ.get("BOT_PACE", "0.1"))  # seconds between two pieces
seen = collections.deque(maxlen=1000)  # a turn may be told twice, and is answered once

def words(turn):  # your own bot begins here
    asked = turn["transcript"][-1]["text"]
    return [f"You said: {asked} ", "I am a small bot, ", "and you can ask me ", "for a person."]

def post(route, body):
    try:
        urlopen(Request(API + route, json.dumps(body).encode(), HEADERS), timeout=10).close()
    except HTTPError as error:
        if error.code != 409:
            raise
        return False  # the floor is lost: a person took over, or the visitor wrote again
    return True

def answer(turn, turn_id):
    said = ""
    for piece in words(turn):
        offset = len(said.encode("utf-16-le")) // 2
        if not post("pieces", {"ticket": turn["ticket"], "offset": offset, "text": piece}):
            return
        said += piece
        time.sleep(PACE)
    reply_id = str(uuid.uuid5(uuid.NAMESPACE_URL, turn_id))
    post("replies", {"id": reply_id, "ticket": turn["ticket"], "reply": {"text": said}})

def is_signed(turn_id, at, signatures, body):
    digest = hmac.new(KEY, f"{turn_id}.{at}.".encode() + body, hashlib.sha256).digest()
    right = b"v1," + base64.b64encode(digest)
    fresh = at.isdecimal() and abs(time.time() - int(at)) < 300
    return fresh and any(hmac.compare_digest(right, one.encode()) for one in signatures.split())

class Bot(BaseHTTPRequestHandler):
    timeout = 10

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers["Content-Length"]), 1 << 20))
        turn_id, at, signatures = (self.headers.get("webhook-" + name, "") for name in ("id", "timestamp", "signature"))
        signed = is_signed(turn_id, at, signatures, body)
        self.send_response(204 if signed else 401)
        self.end_headers()
        if signed and turn_id not in seen:
            seen.append(turn_id)
            threading.Thread(target=answer, args=(json.loads(body), turn_id), daemon=True).start()

HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Bot).serve_forever()
