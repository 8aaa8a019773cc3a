-- Offers in full: brought by members, signed up for, remembered, changed.

ALTER TABLE offer ADD COLUMN author TEXT NOT NULL DEFAULT '';     -- user id of who brought it; '' from a feed or a file
ALTER TABLE offer ADD COLUMN room_id TEXT NOT NULL DEFAULT '';    -- the room it was brought in; '' in a direct chat
ALTER TABLE offer ADD COLUMN capacity INTEGER NOT NULL DEFAULT 0; -- places at each date; 0: as many as come
ALTER TABLE offer ADD COLUMN help TEXT NOT NULL DEFAULT '';       -- need | give: of kind help, without dates, listed until closed
ALTER TABLE offer ADD COLUMN material TEXT NOT NULL DEFAULT '';   -- a link for afterwards
ALTER TABLE offer ADD COLUMN holidays TEXT NOT NULL DEFAULT '';   -- region (ISO 3166-2) on whose public holidays it has no dates
-- what calendar programs know it by, whichever source it belongs to by now
ALTER TABLE offer ADD COLUMN public_uid TEXT NOT NULL DEFAULT ''; -- its first uid; stays for ever
ALTER TABLE offer ADD COLUMN revision INTEGER NOT NULL DEFAULT 0; -- SEQUENCE as they get it: counted up at each change
UPDATE offer SET public_uid = uid, revision = sequence;
CREATE INDEX offer_public_uid ON offer (network, public_uid);
CREATE INDEX offer_author ON offer (author) WHERE author <> '';
CREATE INDEX offer_material ON offer (id) WHERE material <> '';
CREATE INDEX offer_help ON offer (network, status) WHERE help <> '';

-- what waits for a yes: of the one who said it, or of an organiser
CREATE TABLE proposal (
	id       INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: outbox keys hang on it
	network  TEXT NOT NULL,
	room_id  TEXT NOT NULL DEFAULT '',         -- where it was said; '' in a direct chat
	author   TEXT NOT NULL,
	kind     TEXT NOT NULL CHECK (kind IN ('bring', 'edit', 'cancel', 'join')),
	state    TEXT NOT NULL CHECK (state IN ('asked', 'waiting', 'done')), -- asked: its author; waiting: for an organiser; done: nothing of it is kept
	lang     TEXT NOT NULL DEFAULT '',         -- that it was said in
	ask_key  TEXT NOT NULL,                    -- outbox key of the message that shows it to its author
	offer_id INTEGER NOT NULL DEFAULT 0,       -- of an offer that is there
	sequence INTEGER NOT NULL DEFAULT 0,       -- that offer's, as it was shown: has it changed since?
	content  TEXT NOT NULL,                    -- JSON, as the kind has it
	at       INTEGER NOT NULL
);
CREATE INDEX proposal_author ON proposal (author, id);
CREATE UNIQUE INDEX proposal_key ON proposal (ask_key) WHERE ask_key <> '';

-- who comes to which date
CREATE TABLE signup (
	offer_id INTEGER NOT NULL REFERENCES offer (id) ON DELETE CASCADE,
	key      INTEGER NOT NULL,                 -- the date (occurrence.key)
	user_id  TEXT NOT NULL,
	name     TEXT NOT NULL DEFAULT '',         -- what others may see them as; '' without a yes
	waiting  INTEGER NOT NULL DEFAULT 0,       -- on the waiting list
	at       INTEGER NOT NULL,                 -- since when, in the order of the list
	start_at INTEGER NOT NULL DEFAULT 0,       -- the date as they know it: they are told of what changes
	location TEXT NOT NULL DEFAULT '',
	off      INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (offer_id, key, user_id)
) WITHOUT ROWID;
CREATE INDEX signup_user ON signup (user_id);

-- how they said so: whoever takes the last of it back comes no more
CREATE TABLE signup_way (
	event_id TEXT NOT NULL,                    -- a reaction, a message, a vote, which may name several dates
	offer_id INTEGER NOT NULL REFERENCES offer (id) ON DELETE CASCADE,
	key      INTEGER NOT NULL,
	user_id  TEXT NOT NULL,
	room_id  TEXT NOT NULL,                    -- where it was said
	poll     TEXT NOT NULL DEFAULT '',         -- of a vote: the poll's event, for a later vote replaces it
	PRIMARY KEY (event_id, offer_id, key)
) WITHOUT ROWID;
CREATE INDEX signup_way_date ON signup_way (offer_id, key, user_id);
CREATE INDEX signup_way_room ON signup_way (room_id);
CREATE INDEX signup_way_poll ON signup_way (poll, user_id) WHERE poll <> '';

-- when somebody's last vote in a poll was sent: an older one that comes later counts for nothing
CREATE TABLE poll_vote (
	poll    TEXT NOT NULL,
	user_id TEXT NOT NULL,
	at      INTEGER NOT NULL,
	PRIMARY KEY (poll, user_id)
) WITHOUT ROWID;
CREATE INDEX poll_vote_user ON poll_vote (user_id);

-- whom to remind
CREATE TABLE reminder (
	offer_id INTEGER NOT NULL REFERENCES offer (id) ON DELETE CASCADE,
	key      INTEGER NOT NULL,
	user_id  TEXT NOT NULL,
	days     INTEGER NOT NULL,                 -- before the start: so many days by the calendar of their network's zone,
	minutes  INTEGER NOT NULL,                 -- and so many minutes; below 0: that day, so many minutes after midnight
	standard INTEGER NOT NULL DEFAULT 0,       -- comes with a sign-up and goes with it
	event_id TEXT NOT NULL DEFAULT '',         -- the reaction that asked for it, and takes it back
	room_id  TEXT NOT NULL DEFAULT '',         -- where that stands
	due_at   INTEGER DEFAULT 0,                -- when to look at it: 0 at once, NULL not before its offer changes
	sent_for INTEGER NOT NULL DEFAULT 0,       -- the start that it was sent for; a date that moves is reminded of again
	PRIMARY KEY (offer_id, key, user_id, days, minutes)
) WITHOUT ROWID;
CREATE INDEX reminder_user ON reminder (user_id);
CREATE INDEX reminder_due ON reminder (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX reminder_event ON reminder (event_id) WHERE event_id <> '';
CREATE INDEX reminder_room ON reminder (room_id) WHERE room_id <> '';
CREATE INDEX occurrence_end ON occurrence (end_at);

-- the line "what do you take along?" and the thread whose answers are gathered
CREATE TABLE afterword (
	outbox_key TEXT PRIMARY KEY,               -- of the line
	post_key   TEXT NOT NULL,                  -- of the announcement in whose thread it stands
	room_id    TEXT NOT NULL,
	offer_id   INTEGER NOT NULL,
	key        INTEGER NOT NULL,
	at         INTEGER NOT NULL,
	material   TEXT NOT NULL DEFAULT ''        -- the link to material that was posted there
) WITHOUT ROWID;
CREATE INDEX afterword_offer ON afterword (offer_id, key);
CREATE INDEX afterword_post ON afterword (post_key);

-- addresses of calendar feeds; their secret part is never kept
CREATE TABLE calendar_link (
	network TEXT NOT NULL,
	user_id TEXT NOT NULL DEFAULT '',          -- '': the network's own
	nonce   INTEGER NOT NULL,                  -- random; the secret part is made of it, and another one voids the old
	hash    TEXT NOT NULL UNIQUE,              -- of the secret part
	alarm   INTEGER NOT NULL DEFAULT 0,        -- minutes before each date; 0: none
	at      INTEGER NOT NULL,
	PRIMARY KEY (network, user_id)
) WITHOUT ROWID;
CREATE INDEX calendar_link_user ON calendar_link (user_id) WHERE user_id <> '';

-- offers of other sources that are the same as one of ours, or may be
CREATE TABLE offer_twin (
	network  TEXT NOT NULL,
	source   TEXT NOT NULL,
	uid      TEXT NOT NULL,
	offer_id INTEGER NOT NULL,                 -- the offer that it is
	same     INTEGER NOT NULL,                 -- 1: it is; 2: by the same uid, too; -1: organisers are to be asked
	sequence INTEGER NOT NULL DEFAULT 0,       -- of a member's offer: its own when the source last changed it; else the source's
	hash     TEXT NOT NULL DEFAULT '',         -- of what the source said last
	PRIMARY KEY (network, source, uid, offer_id)
) WITHOUT ROWID;
CREATE INDEX offer_twin_offer ON offer_twin (offer_id);

-- what is published in rooms for clients' menus
CREATE TABLE published (
	room_id    TEXT NOT NULL,
	event_type TEXT NOT NULL,
	state_key  TEXT NOT NULL,
	hash       TEXT NOT NULL,                  -- of the content that the homeserver has
	PRIMARY KEY (room_id, event_type, state_key)
) WITHOUT ROWID;

-- what organisers set for a whole network, and what people set for themselves
CREATE TABLE network_setting (
	network TEXT NOT NULL,
	key     TEXT NOT NULL,
	value   TEXT NOT NULL,
	PRIMARY KEY (network, key)
) WITHOUT ROWID;
CREATE TABLE person_setting (
	user_id TEXT NOT NULL,
	key     TEXT NOT NULL,
	value   TEXT NOT NULL,
	PRIMARY KEY (user_id, key)
) WITHOUT ROWID;

-- where a date stands in a numbered post: what 1, 2, 3 under it mean
ALTER TABLE announcement_item ADD COLUMN seat INTEGER NOT NULL DEFAULT 0;

-- dates and offers as lists look through them: the count of a month is in these two alone
DROP INDEX occurrence_start;
CREATE INDEX occurrence_window ON occurrence (start_at, end_at, status);
CREATE INDEX offer_window ON offer (network, kind, status);

-- what is to be sent, in its order, without the texts
CREATE INDEX outbox_due ON outbox (seq, run_at, room_id, user_id) WHERE sent_at = 0;

-- what is due, in its order; with hundreds due at once it is asked for before each
DROP INDEX job_ready;
CREATE INDEX job_ready ON job (run_at, key, kind) WHERE state = 'ready';

-- calendars are understood better than before: private events, dates without a place, what two of them name alike
UPDATE feed SET etag = '', last_modified = '';
