-- Digests: drafted, approved, published; and answers to "kurz" and previews, of which nothing is kept but where they quote from.

CREATE TABLE digest (
	id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: outbox keys hang on it
	kind       TEXT NOT NULL CHECK (kind IN ('weekly', 'summary', 'preview')),
	network    TEXT NOT NULL,
	room_id    TEXT NOT NULL,                 -- where it is posted
	thread_id  TEXT NOT NULL DEFAULT '',      -- of a summary: the thread it is posted in
	event_id   TEXT NOT NULL DEFAULT '',      -- of a summary: the message that asked for it
	audience   TEXT NOT NULL CHECK (audience IN ('room', 'network', 'public')),
	state      TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'published', 'lapsed', 'refused')),
	lang       TEXT NOT NULL,
	place      TEXT NOT NULL DEFAULT '',      -- what the room was called
	from_at    INTEGER NOT NULL,              -- the window it is about
	to_at      INTEGER NOT NULL,
	made_at    INTEGER NOT NULL,
	decided_at INTEGER NOT NULL DEFAULT 0,    -- when it was published, lapsed or refused
	model      TEXT NOT NULL DEFAULT '',      -- host of the model that wrote it
	note       TEXT NOT NULL DEFAULT '',      -- why it is not what was asked for: a phrase's key
	simple     INTEGER NOT NULL DEFAULT 0,    -- in simple language
	questions  INTEGER NOT NULL DEFAULT 0,    -- new ones in the window
	answers    INTEGER NOT NULL DEFAULT 0,
	unreadable INTEGER NOT NULL DEFAULT 0,    -- messages in the window that could not be decrypted
	cut        INTEGER NOT NULL DEFAULT 0,    -- there was more than is read at once: the oldest messages are missing
	voids      INTEGER NOT NULL DEFAULT 0     -- how often lines became void: keys of jobs are made of it
);
CREATE INDEX digest_room ON digest (room_id, kind, state);
CREATE INDEX digest_network ON digest (network, kind, state);

CREATE TABLE digest_line (
	digest_id  INTEGER NOT NULL REFERENCES digest (id) ON DELETE CASCADE,
	seq        INTEGER NOT NULL,              -- the order
	number     INTEGER NOT NULL,              -- as organisers see it; a question and its answers share one
	section    TEXT NOT NULL CHECK (section IN ('coming', 'answered', 'open', 'experience', 'thread', 'summary')),
	role       TEXT NOT NULL DEFAULT '',      -- as digest.Line has it
	is_open    INTEGER NOT NULL DEFAULT 0,
	label      TEXT NOT NULL DEFAULT '',      -- before the text: a number such as F12
	who        TEXT NOT NULL DEFAULT '',      -- whose words they are; '' and no model: a member
	text       TEXT NOT NULL DEFAULT '',      -- of an offer nothing: it is shown as it is now
	link       TEXT NOT NULL DEFAULT '',      -- of imported contributions; else it is made of the first source
	offer_id   INTEGER NOT NULL DEFAULT 0,
	occurrence INTEGER NOT NULL DEFAULT 0,    -- the offer's date (occurrence.key)
	gone       TEXT NOT NULL DEFAULT '' CHECK (gone IN ('', 'out', 'void')), -- left out by an organiser; its source was taken back or changed
	PRIMARY KEY (digest_id, seq)
) WITHOUT ROWID;
CREATE INDEX digest_line_offer ON digest_line (offer_id) WHERE offer_id > 0;

-- what a line rests on; number 0 of a summary that keeps no lines
CREATE TABLE digest_source (
	digest_id       INTEGER NOT NULL REFERENCES digest (id) ON DELETE CASCADE,
	seq             INTEGER NOT NULL,
	n               INTEGER NOT NULL,         -- the order in the line
	event_id        TEXT NOT NULL DEFAULT '',
	room_id         TEXT NOT NULL DEFAULT '', -- the room that event stands in
	contribution_id INTEGER NOT NULL DEFAULT 0,
	author          TEXT NOT NULL DEFAULT '',
	hash            TEXT NOT NULL DEFAULT '', -- of the source's text, to see whether it changed
	PRIMARY KEY (digest_id, seq, n)
) WITHOUT ROWID;
CREATE INDEX digest_source_event ON digest_source (event_id) WHERE event_id <> '';
CREATE INDEX digest_source_contribution ON digest_source (contribution_id) WHERE contribution_id > 0;
CREATE INDEX digest_source_author ON digest_source (author) WHERE author <> '';

-- our messages that show a digest
CREATE TABLE digest_post (
	outbox_key TEXT PRIMARY KEY,
	digest_id  INTEGER NOT NULL REFERENCES digest (id) ON DELETE CASCADE,
	kind       TEXT NOT NULL CHECK (kind IN ('draft', 'post', 'copy', 'file')),
	room_id    TEXT NOT NULL DEFAULT '',
	user_id    TEXT NOT NULL DEFAULT '',
	body_hash  TEXT NOT NULL DEFAULT '',      -- of the text last shown
	edits      INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX digest_post_digest ON digest_post (digest_id);

-- who gets digests by direct message
CREATE TABLE subscription (
	user_id TEXT NOT NULL,
	network TEXT NOT NULL,
	room_id TEXT NOT NULL DEFAULT '',         -- '': the network's own digests
	at      INTEGER NOT NULL,
	PRIMARY KEY (user_id, network, room_id)
) WITHOUT ROWID;

-- what was said before one digest and marked after it is new in the next
ALTER TABLE contribution ADD COLUMN gathered_at INTEGER NOT NULL DEFAULT 0; -- 0: not known
