-- Times are Unix milliseconds, UTC. Texts of messages are wiped as soon as they are handled.

CREATE TABLE room (
	room_id    TEXT PRIMARY KEY,
	network    TEXT NOT NULL DEFAULT '',  -- name of the network; '' for direct chats
	direct     TEXT NOT NULL DEFAULT '',  -- user id of the one person in a direct chat
	joined_at  INTEGER NOT NULL DEFAULT 0, -- 0: known, but not joined yet
	followed   TEXT NOT NULL DEFAULT '',  -- the room this one replaced, after an upgrade
	last_event TEXT NOT NULL DEFAULT ''   -- newest event of the timeline that is safely in
);

-- one row: where the sync stands
CREATE TABLE sync_state (
	id          INTEGER PRIMARY KEY CHECK (id = 1),
	next_batch  TEXT NOT NULL,
	first_start INTEGER NOT NULL
);

-- what came in and concerns us; the content is wiped when it is done
CREATE TABLE inbox (
	seq      INTEGER PRIMARY KEY,
	event_id TEXT NOT NULL UNIQUE,
	room_id  TEXT NOT NULL,
	sender   TEXT NOT NULL,
	kind     TEXT NOT NULL,              -- message | locked | invite | tombstone | left
	sent_at  INTEGER NOT NULL,
	content  TEXT NOT NULL,
	state    TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'locked', 'done')), -- locked: cannot be decrypted yet
	session  TEXT NOT NULL DEFAULT '',   -- the megolm session a locked row waits for
	attempts INTEGER NOT NULL DEFAULT 0,
	run_at   INTEGER NOT NULL DEFAULT 0,
	seen_at  INTEGER NOT NULL
);
CREATE INDEX inbox_open ON inbox (room_id, seq) WHERE state = 'ready';
CREATE INDEX inbox_locked ON inbox (session) WHERE state = 'locked';

-- what goes out; ticked off when the homeserver has it
CREATE TABLE outbox (
	seq        INTEGER PRIMARY KEY,
	key        TEXT NOT NULL UNIQUE,     -- the Matrix transaction id is derived from it
	room_id    TEXT NOT NULL DEFAULT '',
	user_id    TEXT NOT NULL DEFAULT '', -- instead of a room: this person's direct chat
	content    TEXT NOT NULL,            -- JSON (store.Message); wiped when sent
	created_at INTEGER NOT NULL,
	run_at     INTEGER NOT NULL DEFAULT 0,
	attempts   INTEGER NOT NULL DEFAULT 0,
	sent_at    INTEGER NOT NULL DEFAULT 0,
	event_id   TEXT NOT NULL DEFAULT '',
	last_error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX outbox_open ON outbox (room_id, user_id, seq) WHERE sent_at = 0;
CREATE INDEX outbox_event ON outbox (event_id) WHERE event_id <> '';

-- work that must happen once
CREATE TABLE job (
	key         TEXT PRIMARY KEY,
	kind        TEXT NOT NULL,
	args        TEXT NOT NULL,
	state       TEXT NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'done', 'failed')),
	attempts    INTEGER NOT NULL DEFAULT 0,
	run_at      INTEGER NOT NULL,
	last_error  TEXT NOT NULL DEFAULT '',
	finished_at INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX job_ready ON job (run_at) WHERE state = 'ready';

-- when: one row per schedule of a room
CREATE TABLE schedule (
	id      INTEGER PRIMARY KEY,
	room_id TEXT NOT NULL,
	kind    TEXT NOT NULL,               -- announcement
	origin  TEXT NOT NULL,               -- config | room
	spec    TEXT NOT NULL,               -- cron line, five fields, or @daily and the like
	zone    TEXT NOT NULL,               -- IANA name the line is read in
	filter  TEXT NOT NULL DEFAULT '{}',  -- which offers, how far ahead (JSON, offers.Filter)
	grace   INTEGER NOT NULL,            -- ms a missed slot may be late
	next_at INTEGER NOT NULL,
	enabled INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX schedule_due ON schedule (next_at) WHERE enabled = 1;
CREATE INDEX schedule_room ON schedule (room_id);

CREATE TABLE slot (
	schedule_id INTEGER NOT NULL REFERENCES schedule (id) ON DELETE CASCADE,
	slot        INTEGER NOT NULL,
	state       TEXT NOT NULL CHECK (state IN ('planned', 'missed')),
	fired_at    INTEGER NOT NULL,
	PRIMARY KEY (schedule_id, slot)
) WITHOUT ROWID;

CREATE TABLE offer (
	id          INTEGER PRIMARY KEY,
	network     TEXT NOT NULL,
	number      INTEGER NOT NULL,        -- counted up per network, stays for ever
	uid         TEXT NOT NULL,
	source      TEXT NOT NULL,           -- feed address or imported file
	sequence    INTEGER NOT NULL,
	status      TEXT NOT NULL CHECK (status IN ('active', 'cancelled', 'withdrawn')),
	kind        TEXT NOT NULL,
	title       TEXT NOT NULL,
	description TEXT NOT NULL,
	url         TEXT NOT NULL,
	location    TEXT NOT NULL,
	host        TEXT NOT NULL,
	topics      TEXT NOT NULL,           -- JSON array
	zone        TEXT NOT NULL,           -- the offer's own zone, for people
	recurrence  TEXT NOT NULL,           -- JSON: what its dates are computed from
	rule        TEXT NOT NULL DEFAULT '', -- its RRULE, for people; '' for a single date
	hash        TEXT NOT NULL,           -- of everything above that came from the source
	expanded_to INTEGER NOT NULL,        -- dates are laid out until then
	changed_at  INTEGER NOT NULL,
	UNIQUE (network, uid),
	UNIQUE (network, number)
);

-- the dates of an offer, laid out
CREATE TABLE occurrence (
	offer_id INTEGER NOT NULL REFERENCES offer (id) ON DELETE CASCADE,
	key      INTEGER NOT NULL,           -- the start it was planned for (RECURRENCE-ID); its identity
	start_at INTEGER NOT NULL,
	end_at   INTEGER NOT NULL,
	all_day  INTEGER NOT NULL,
	status   TEXT NOT NULL CHECK (status IN ('active', 'cancelled')),
	title    TEXT NOT NULL DEFAULT '',   -- where this date differs from its series
	location TEXT NOT NULL DEFAULT '',
	url      TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (offer_id, key)
) WITHOUT ROWID;
CREATE INDEX occurrence_start ON occurrence (start_at);

CREATE TABLE feed (
	network       TEXT NOT NULL,
	url           TEXT NOT NULL,
	etag          TEXT NOT NULL DEFAULT '',
	last_modified TEXT NOT NULL DEFAULT '',
	checked_at    INTEGER NOT NULL DEFAULT 0,
	failing_since INTEGER NOT NULL DEFAULT 0,
	told          INTEGER NOT NULL DEFAULT 0, -- organisers know that it fails
	last_error    TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (network, url)
) WITHOUT ROWID;

-- which post shows which date, so that a change can mend the post
CREATE TABLE announcement (
	outbox_key TEXT NOT NULL,
	room_id    TEXT NOT NULL,
	filter     TEXT NOT NULL,
	from_at    INTEGER NOT NULL,         -- the window the post covers
	to_at      INTEGER NOT NULL,
	late       INTEGER NOT NULL DEFAULT 0,
	body_hash  TEXT NOT NULL,            -- of the text last shown
	edits      INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (outbox_key)
) WITHOUT ROWID;
CREATE TABLE announcement_item (
	outbox_key TEXT NOT NULL REFERENCES announcement (outbox_key) ON DELETE CASCADE,
	offer_id   INTEGER NOT NULL,
	key        INTEGER NOT NULL,
	start_at   INTEGER NOT NULL,
	location   TEXT NOT NULL,
	status     TEXT NOT NULL,
	PRIMARY KEY (outbox_key, offer_id, key)
) WITHOUT ROWID;
CREATE INDEX announcement_item_offer ON announcement_item (offer_id);

-- said once: faults that organisers were told about
CREATE TABLE told (
	key     TEXT PRIMARY KEY,
	told_at INTEGER NOT NULL
) WITHOUT ROWID;
