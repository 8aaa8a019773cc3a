-- Knowledge: what members gave. Messages that were not gathered are not stored.

CREATE TABLE contribution (
	id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: outbox keys and consent hang on it
	network     TEXT NOT NULL,
	kind        TEXT NOT NULL CHECK (kind IN ('question', 'answer', 'experience')),
	number      INTEGER NOT NULL,              -- counted up per network and kind, stays for ever; answers have 0
	question_id INTEGER NOT NULL DEFAULT 0,    -- of an answer: its question; 0 if that is gone
	room_id     TEXT NOT NULL,                 -- whose members may see it; '' for imported ones
	event_id    TEXT NOT NULL DEFAULT '',      -- the message it is; '' for imported ones
	event_room  TEXT NOT NULL DEFAULT '',      -- the room that message stands in: the predecessor's after an upgrade
	thread_id   TEXT NOT NULL DEFAULT '',      -- of a question: the root of the thread that its answers come in
	uid         TEXT NOT NULL DEFAULT '',      -- of imported ones: their id where they come from
	url         TEXT NOT NULL DEFAULT '',      -- of imported ones: where they stand
	author      TEXT NOT NULL,                 -- user id; '' for imported ones
	name        TEXT NOT NULL DEFAULT '',      -- what the author agreed to be named; '' without a yes
	audience    TEXT NOT NULL CHECK (audience IN ('room', 'network', 'public')),
	kept        INTEGER NOT NULL DEFAULT 0,    -- its author wrote it as one, or said yes: it does not hang on marks
	title       TEXT NOT NULL DEFAULT '',
	body        TEXT NOT NULL,                 -- as it was written
	topics      TEXT NOT NULL DEFAULT '',      -- words, one after the other
	sent_at     INTEGER NOT NULL,
	active_at   INTEGER NOT NULL,              -- of a question: when something last happened to it
	closed_at   INTEGER NOT NULL DEFAULT 0,    -- of a question: when it was marked as answered
	nudged_at   INTEGER NOT NULL DEFAULT 0     -- of a question: when its thread was asked whether it is
);
CREATE UNIQUE INDEX contribution_event ON contribution (event_id, kind) WHERE event_id <> '';
CREATE UNIQUE INDEX contribution_uid ON contribution (network, uid, kind) WHERE uid <> '';
CREATE UNIQUE INDEX contribution_numbered ON contribution (network, kind, number) WHERE number > 0;
CREATE INDEX contribution_question ON contribution (question_id) WHERE question_id > 0;
CREATE INDEX contribution_room ON contribution (room_id, kind);
CREATE INDEX contribution_author ON contribution (author) WHERE author <> '';
CREATE INDEX contribution_thread ON contribution (thread_id) WHERE thread_id <> '';

-- the highest number ever given, so that none is given twice
CREATE TABLE contribution_number (
	network TEXT NOT NULL,
	kind    TEXT NOT NULL,
	highest INTEGER NOT NULL,
	PRIMARY KEY (network, kind)
) WITHOUT ROWID;

-- reactions and words that took effect, so that taking them back can take it back
CREATE TABLE mark (
	event_id        TEXT PRIMARY KEY,          -- the reaction, or the message with the word
	room_id         TEXT NOT NULL,
	sender          TEXT NOT NULL,
	what            TEXT NOT NULL,             -- store.MarkQuestion and its siblings; a choice with what was chosen
	contribution_id INTEGER NOT NULL DEFAULT 0,
	at              INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX mark_contribution ON mark (contribution_id, what);
CREATE INDEX mark_room ON mark (room_id, what);

-- what authors were asked and what they answered; never a text of theirs
CREATE TABLE consent (
	id              INTEGER PRIMARY KEY,
	contribution_id INTEGER NOT NULL,
	author          TEXT NOT NULL,
	said            TEXT NOT NULL,             -- asked | room | network | public | named | unnamed | no | back
	ask_key         TEXT NOT NULL,             -- outbox key of the question that was asked
	at              INTEGER NOT NULL
);
CREATE INDEX consent_key ON consent (ask_key);
CREATE INDEX consent_author ON consent (author, id);

-- who said never again: a keyed hash of the user id, and nothing else
CREATE TABLE forgotten (
	hash TEXT PRIMARY KEY,
	at   INTEGER NOT NULL
) WITHOUT ROWID;

-- who said that they know about something
CREATE TABLE expert (
	network TEXT NOT NULL,
	author  TEXT NOT NULL,
	name    TEXT NOT NULL,
	topic   TEXT NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (network, author, topic)
) WITHOUT ROWID;

-- a conversation in a direct chat that is not finished
CREATE TABLE dialog (
	author  TEXT PRIMARY KEY,
	kind    TEXT NOT NULL,
	content TEXT NOT NULL,                     -- JSON, as the kind has it
	at      INTEGER NOT NULL
) WITHOUT ROWID;

-- what organisers set for a room
CREATE TABLE setting (
	room_id TEXT NOT NULL,
	key     TEXT NOT NULL,
	value   TEXT NOT NULL,
	PRIMARY KEY (room_id, key)
) WITHOUT ROWID;
